"""Reads what there is: stores, languages, and the tables beside them. Each once a process."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from stanch.errors import ConfigError
from stanch.respond.snippets.model import Call, Language, Store

FOLDER = Path(__file__).parent


@cache
def stores() -> dict[str, Store]:
    """Every store by its id, in order of rank."""
    table = msgspec.convert(_toml(FOLDER / "stores.toml"), dict[str, Store])
    return dict(sorted(table.items(), key=lambda item: item[1].rank))


@cache
def languages() -> dict[str, Language]:
    """Every language by its id, in order of rank."""
    files = FOLDER.glob("*/language.toml")
    table = [msgspec.convert({"id": file.parent.name, **_toml(file)}, Language) for file in files]
    return {language.id: language for language in sorted(table, key=lambda language: language.rank)}


@cache
def calls() -> dict[str, Call]:
    """Calls by credential type, for types for which the catalog declares none."""
    return msgspec.convert(_toml(FOLDER / "calls.toml"), dict[str, Call])


def source(language: Language, folder: str, name: str) -> str:
    """The text of one part: `folder` is "stores" or "uses"."""
    return (FOLDER / language.id / folder / (name + Path(language.file).suffix)).read_text("utf-8")


def choose(what: str, name: str, table: Mapping[str, Language | Store]) -> str:
    """The id that `name` means, which may be an alias; ConfigError names those that there are."""
    lowered = name.lower()
    for key, one in table.items():
        if lowered in (key, *one.aliases):
            return key
    raise ConfigError(f"no {what} is called {name!r}", hint=f"There are {', '.join(table)}.")


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))
