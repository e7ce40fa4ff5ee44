"""A playbook as one page that explains itself, to open in a browser, mail, print or read on a phone.

Without scripts everything is shown; with them programs stand behind tabs and texts can be copied with one press.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from stanch import __version__
from stanch.report import page
from stanch.report.page import text as _t
from stanch.respond.playbook.guide import Block, Guide, Item, Section

_NAMES = (
    *("Secret", "Place", "Called", "First place", "First commit", "Commit", "Refs", "Fingerprint"),
    "Fields",
)
"""Labels of values that are names rather than words."""
_LISTS = {"list": "ul", "names": "ul", "steps": "ol"}


def render(guide: Guide) -> Iterator[str]:
    """The page in pieces."""
    style, script = page.asset(__package__, "playbook.css"), page.asset(__package__, "playbook.js")
    sources = guide.sources()
    about = f" in {guide.case.first.path}" if guide.case else ""
    yield from page.opening(f"Playbook: {guide.kind.name}{about}", style, script, "Skip to what to do")
    yield from _header(guide)
    yield '<div class="wide body">\n'
    yield from _contents(guide, sources)
    yield '<main id="main">\n'
    for section in guide.sections:
        yield from _section(section, sources)
    yield from _sources(sources)
    yield "</main>\n</div>\n"
    yield '<p id="said" role="status" class="unseen"></p>\n'
    yield f'<footer><div class="wide">Written by stanch {__version__}. Secrets are masked. '
    yield "Nothing in this page was loaded from elsewhere.</div></footer>\n"
    yield page.closing(script)


def _header(guide: Guide) -> Iterator[str]:
    kind, case = guide.kind, guide.case
    yield f'<header><div class="wide">\n<p class="brand">{page.LOGO} stanch playbook</p>\n'
    yield f"<h1>{_t(kind.name)}</h1>\n"
    yield f'<p class="of"><span class="badge {guide.severity}">{guide.severity.capitalize()}</span> '
    yield f"{_t(guide.provider.name)} <code>{_t(kind.id)}</code></p>\n"
    if case:
        yield f'<p class="of">found as <code>{_t(case.secret)}</code> in '
        yield f"<code>{_t(case.first.path)}:{case.first.line}</code></p>\n"
    yield "</div></header>\n"


def _contents(guide: Guide, sources: list[str]) -> Iterator[str]:
    entries = [(section.id, section.title) for section in guide.sections]
    if sources:
        entries.append(("sources", "Sources"))
    yield '<nav aria-label="Contents"><details open><summary>Contents</summary>\n<ol>\n'
    for name, title in entries:
        yield f'<li><a href="#{name}">{_t(title)}</a></li>\n'
    yield "</ol></details></nav>\n"


def _section(section: Section, sources: list[str]) -> Iterator[str]:
    yield f'<section id="{section.id}" class="{section.id}" aria-labelledby="{section.id}-title">\n'
    yield f'<h2 id="{section.id}-title">{_t(section.title)}</h2>\n'
    for block in section.blocks:
        yield '<div class="block">\n'
        if block.title:
            yield f"<h3>{_t(block.title)}</h3>\n"
        yield from _block(block, sources)
        yield "</div>\n"
    yield "</section>\n"


def _block(block: Block, sources: list[str]) -> Iterator[str]:
    if block.style in ("message", "code"):
        yield _copied("\n\n".join(item.text for item in block.items), block.style, block.title)
    elif block.style == "tabs":
        yield from _programs(block.items)
    elif block.style == "prose":
        yield from (f"<p>{_said(item, sources)}</p>\n" for item in block.items)
    elif block.style in _LISTS:
        tag = _LISTS[block.style]
        yield f'<{tag} class="{block.style}">\n'
        for item in block.items:
            content = f"<code>{_t(item.text)}</code>" if block.style == "names" else _said(item, sources)
            yield f"<li>{content}</li>\n"
        yield f"</{tag}>\n"
    else:
        yield from (piece for item in block.items for piece in _record(item, sources))


def _said(item: Item, sources: list[str]) -> str:
    if not item.source:
        return _t(item.text)
    number = sources.index(item.source) + 1
    return f'{_t(item.text)} <a class="ref" href="#source-{number}" aria-label="Source {number}">[{number}]</a>'


def _record(item: Item, sources: list[str]) -> Iterator[str]:
    if item.text:
        yield f'<h3 class="log">{_said(item, sources)}</h3>\n'
    yield '<dl class="record">\n'
    for label, value in item.rows:
        shown = f"<code>{_t(value)}</code>" if label in _NAMES else _t(value)
        yield f"<div><dt>{_t(label)}</dt><dd>{shown}</dd></div>\n"
    yield "</dl>\n"


def _copied(content: str, style: str, title: str) -> str:
    """Text that is to be taken along; the script adds a button."""
    shown = f'<pre class="{style}" tabindex="0"><code>{page.verbatim(content)}</code></pre>'
    return f'<div class="copied" data-name="{_t(title)}">{shown}</div>\n'


def _programs(items: list[Item]) -> Iterator[str]:
    """By language, and within one by store."""
    languages: dict[str, list[Item]] = {}
    for item in items:
        languages.setdefault(item.tab[0], []).append(item)
    yield '<div class="tabs" data-label="Language">\n'
    for language, programs in languages.items():
        yield f'<div class="tab"><h4>{_t(language)}</h4>\n<div class="tabs" data-label="Store for {_t(language)}">\n'
        for item in programs:
            yield f'<div class="tab"><h5>{_t(item.tab[1])}</h5>\n'
            yield _copied(item.text, "code", f"{item.tab[0]}, {item.tab[1]}")
            yield "</div>\n"
        yield "</div></div>\n"
    yield "</div>\n"


def _sources(sources: list[str]) -> Iterator[str]:
    if not sources:
        return
    yield '<section id="sources" aria-labelledby="sources-title">\n<h2 id="sources-title">Sources</h2>\n'
    yield '<div class="block"><ol class="sources">\n'
    for number, source in enumerate(sources, 1):
        yield f'<li id="source-{number}">{_link(source)}</li>\n'
    yield "</ol></div>\n</section>\n"


def _link(source: str) -> str:
    """An address as a link if it is one that a browser may follow."""
    try:
        follow = urlsplit(source).scheme in ("https", "http")
    except ValueError:
        follow = False
    return f'<a href="{_t(source)}" rel="noopener noreferrer">{_t(source)}</a>' if follow else _t(source)
