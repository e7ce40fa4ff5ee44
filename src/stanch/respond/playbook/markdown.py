"""A playbook for a ticket or a wiki."""

import re
from collections.abc import Iterator

from stanch.report.markdown import code
from stanch.report.plain import printable
from stanch.respond.playbook.guide import Block, Guide, Item

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#@]")


def render(guide: Guide) -> Iterator[str]:
    """Lines without their ends."""
    kind, sources = guide.kind, guide.sources()
    yield f"# {_escape(kind.name)}"
    yield ""
    yield f"{code(kind.id)}, {_escape(guide.provider.name)}, severity **{guide.severity}**"
    for section in guide.sections:
        yield ""
        yield f"## {section.title}"
        for block in section.blocks:
            yield ""
            if block.title:
                yield f"### {block.title}"
                yield ""
            yield from _block(block, sources)
    if sources:
        yield ""
        yield "## Sources"
        yield ""
        yield from (f"{number}. {_escape(source)}" for number, source in enumerate(sources, 1))


def _block(block: Block, sources: list[str]) -> Iterator[str]:
    if block.style in ("message", "code"):
        yield from _fenced("\n\n".join(item.text for item in block.items))
        return
    if block.style == "tabs":
        yield from _program(block.items[0])
        yield _escape(block.others())
        return
    for number, item in enumerate(block.items, 1):
        reference = f" \\[{sources.index(item.source) + 1}\\]" if item.source else ""
        if block.style == "names":
            yield f"- {code(item.text)}"
        elif block.style == "prose":
            yield from ([""] if number > 1 else [])
            yield _escape(item.text) + reference
        else:
            mark = f"{number}. " if block.style == "steps" else "- "
            yield from [mark + _escape(item.text) + reference] if item.text else []
            inside = "  " if item.text else ""
            yield from (f"{inside}- {label}: {_escape(value)}" for label, value in item.rows)


def _program(item: Item) -> Iterator[str]:
    yield f"{_escape(item.tab[0])}, from {_escape(item.tab[1])}:"
    yield ""
    yield from _fenced(item.text)
    yield ""


def _fenced(text: str) -> Iterator[str]:
    """`text` as code; the fence is longer than any in it."""
    lines = [printable(line) for line in text.split("\n")]
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
    yield from (fence, *lines, fence)


def _escape(text: str) -> str:
    """`text` with nothing in it that Markdown would take for markup; addresses stay readable."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))
