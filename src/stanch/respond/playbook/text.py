"""A playbook for a terminal."""

import textwrap
from collections.abc import Iterator

from stanch.report.plain import printable
from stanch.respond.playbook.guide import Block, Guide, Item

_WIDTH = 96


def render(guide: Guide) -> Iterator[str]:
    """Lines without their ends."""
    kind, sources = guide.kind, guide.sources()
    yield f"{printable(kind.name)} ({kind.id}), {printable(guide.provider.name)}, severity {guide.severity}"
    for section in guide.sections:
        yield ""
        yield section.title.upper()
        for position, block in enumerate(section.blocks):
            if block.title or position:
                yield ""
            if block.title:
                yield f"  {block.title}"
            yield from _block(block, sources)
    if sources:
        yield ""
        yield "SOURCES"
        yield from (f"  [{number}] {printable(source)}" for number, source in enumerate(sources, 1))


def _block(block: Block, sources: list[str]) -> Iterator[str]:
    for number, item in enumerate(block.items[:1] if block.style == "tabs" else block.items, 1):
        reference = f" [{sources.index(item.source) + 1}]" if item.source else ""
        if block.style in ("message", "code", "tabs"):
            yield from _verbatim(item, first=number == 1, style=block.style)
            continue
        mark = {"steps": f"{number}. ", "list": "- ", "names": "- "}.get(block.style, "")
        if number > 1 and item.rows:
            yield ""
        if item.text:
            yield from _wrapped(printable(item.text) + reference, "  " + mark)
        width = max((len(label) for label, _ in item.rows), default=0)
        for label, value in item.rows:
            yield from _wrapped(printable(value), f"  {'  ' if item.text else ''}{label:<{width}}  ")
    if others := block.others():
        yield ""
        yield from _wrapped(printable(others), "  ")


def _verbatim(item: Item, *, first: bool, style: str) -> Iterator[str]:
    """What is to be copied: its lines as they are, further in."""
    if style == "tabs":
        yield f"  {printable(item.tab[0])}, from {printable(item.tab[1])}:"
        yield ""
    elif style == "message" and not first:
        yield ""
    for line in item.text.split("\n"):
        shown = printable(line)
        yield from _wrapped(shown, "    ") if style == "message" else [f"    {shown}".rstrip()]


def _wrapped(text: str, start: str) -> list[str]:
    """`text` behind `start` in lines of bearable length; what is one word stays whole."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
