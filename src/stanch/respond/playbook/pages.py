"""The whole catalog as pages to browse: a playbook for each credential type, and a page that leads to them."""

from collections.abc import Iterator
from pathlib import Path

from stanch.catalog.model import Provider
from stanch.report import page
from stanch.report.page import text as _t
from stanch.respond.playbook import build
from stanch.respond.playbook import page as playbook
from stanch.respond.playbook.programs import programs
from stanch.textfile import replace_text


def write(providers: list[Provider], folder: Path) -> int:
    """Write `index.html` and a page for each type, called ID.html, into a folder; gives how many pages."""
    folder.mkdir(parents=True, exist_ok=True)
    types = [(provider, kind) for provider in providers for kind in provider.types]
    for provider, kind in types:
        guide = build(provider, kind, None, programs=programs(provider, kind))
        replace_text(folder / f"{kind.id}.html", "".join(playbook.render(guide)))
    replace_text(folder / "index.html", "".join(index(providers)))
    return len(types) + 1


def index(providers: list[Provider]) -> Iterator[str]:
    """The page that lists all types, in pieces."""
    count = sum(len(provider.types) for provider in providers)
    style = page.asset(__package__, "playbook.css")
    yield from page.opening("What stanch knows", style, "", "Skip to the list")
    yield f'<header><div class="wide">\n<p class="brand">{page.LOGO} stanch catalog</p>\n'
    yield "<h1>What stanch knows</h1>\n"
    yield f'<p class="of">{count} credential types of {len(providers)} providers</p>\n</div></header>\n'
    yield '<div class="wide">\n<main id="main">\n'
    for provider in sorted(providers, key=lambda one: one.name.casefold()):
        yield f'<section aria-labelledby="{_t(provider.id)}">\n'
        yield f'<h2 id="{_t(provider.id)}">{_t(provider.name)}</h2>\n<ul>\n'
        for kind in provider.types:
            checked = ", can be checked" if kind.verify else ""
            yield f'<li><a href="{_t(kind.id)}.html">{_t(kind.name)}</a> <code>{_t(kind.id)}</code>, '
            yield f"{kind.severity}{checked}</li>\n"
        yield "</ul>\n</section>\n"
    yield "</main>\n</div>\n"
    yield page.closing("")
