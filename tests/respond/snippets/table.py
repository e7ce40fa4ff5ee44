"""The tables of docs/snippets.md, as the tests see them. Run as a program it writes them anew:

PYTHONPATH=src:tests python -m respond.snippets.table
"""

import re
from collections.abc import Iterator
from pathlib import Path

from stanch.respond.snippets import load

from .answers import REFERENCE, TYPES
from .conftest import STORES
from .programs import snippet
from .toolchains import ALL

PAGE = Path(__file__).parents[3] / "docs" / "snippets.md"
_BLOCK = re.compile(r"(<!-- (\w+): made by tests/respond/snippets/table.py -->\n).*?(<!-- end -->\n)", re.DOTALL)


def proof(language: str, store: str) -> str:
    """What the tests do with the programs of a language and a store, for the reference types."""
    if store not in load.languages()[language].stores:
        return ""
    toolchain = ALL[language]
    ready = [kind for kind in REFERENCE if toolchain.has(snippet(language, store, kind))] if store in STORES else []
    if not ready:
        return "parsed"
    return toolchain.proof if len(ready) == len(REFERENCE) else f"{toolchain.proof}, {len(ready)} of {len(REFERENCE)}"


def page(text: str) -> str:
    """The page with its tables made anew."""
    tables = {"stores": _stores, "types": _types}
    return _BLOCK.sub(lambda block: block[1] + "\n".join(tables[block[2]]()) + "\n" + block[3], text)


def _stores() -> Iterator[str]:
    stores = load.stores()
    yield f"| | {' | '.join(stores)} |"
    yield "| --- |" + " --- |" * len(stores)
    for key, one in load.languages().items():
        yield f"| {one.name} | " + " | ".join(proof(key, store) for store in stores) + " |"


def _types() -> Iterator[str]:
    languages = load.languages()
    yield f"| | {' | '.join(one.name for one in languages.values())} |"
    yield "| --- |" + " --- |" * len(languages)
    for kind in REFERENCE:
        cells = []
        for key, one in languages.items():
            use = one.uses[snippet(key, "env", kind).use]
            cells.append(", ".join(f"`{name}`" for name in use.packages[:1]) if use.types else "HTTP")
        yield f"| {TYPES[kind][1].name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
