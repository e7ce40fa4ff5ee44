"""Every setting of every store is documented, and every example in the page is valid."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from stanch.config.load import parse
from stanch.respond.stores import kinds, names

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "stores.md").read_text()


def settings(name: str) -> list[str]:
    """The keys of a store's own table."""
    kind = import_module(f"{kinds.__name__}.{name}").STORE
    return [f"store.{name}.{key}" for key in kind.settings_type.__struct_fields__]


@pytest.mark.parametrize("name", names())
def test_every_setting_is_documented(name: str) -> None:
    for key in settings(name):
        assert f"| `{key}` |" in PAGE or key.rpartition(".")[2] in ("timeout", "plain_http")
    assert f"## `{name}`" in PAGE


def test_every_store_is_in_every_table_that_lists_them() -> None:
    for name in names():
        rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
        assert len(rows) >= 3, name


def test_nothing_is_documented_that_is_no_setting() -> None:
    known = {key for name in names() for key in settings(name)} | {"store.names", "store.prefix", "store.use"}
    assert set(re.findall(r"`(store\.[\w.]+)`", PAGE)) <= known


@pytest.mark.parametrize("name", names())
def test_what_only_the_own_file_may_set_is_marked(name: str) -> None:
    kind = import_module(f"{kinds.__name__}.{name}").STORE
    for key in set(settings(name)) & set(re.findall(r"`(store\.[\w.]+)`", PAGE)):
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{key}` |"))
        assert ("own file only" in row) == (key.rpartition(".")[2] in kind.settings_type.OUTSIDE), row


def test_the_examples_are_valid() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert examples
    for example in examples:
        parse(example, Path("stanch.toml"))
