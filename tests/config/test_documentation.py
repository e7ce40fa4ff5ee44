"""Every setting is documented, and every example in the documentation is valid."""

import re
from pathlib import Path

import msgspec
import pytest

from stanch.catalog.model import CredentialType, Format
from stanch.config.load import parse
from stanch.config.model import IgnoreEntry, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
TABLES = {"scan", "limits", "identity", "store", "verify"}


def settings() -> list[str]:
    """The names of all settings, as the page writes them."""
    names = [f"ignore.{name}" for name in IgnoreEntry.__struct_fields__]
    names += [f"detector.{name}" for name in ("pattern", "provider", *CredentialType.__struct_encode_fields__)]
    for field in msgspec.structs.fields(Settings):
        if field.name in TABLES:
            # Of the stores' own tables each store knows the settings, see tests/respond/stores/test_documentation.py.
            fields = [name for name in type(field.default).__struct_fields__ if name != "tables"]
            names += [f"{field.name}.{name}" for name in fields]
        elif field.name not in ("ignore", "detector"):
            names.append(field.name)
    return names


@pytest.mark.parametrize("name", [*settings(), *Format.__struct_encode_fields__])
def test_every_setting_is_documented(name: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in line.split(" | ")[0] for line in rows)


def test_nothing_is_documented_that_is_no_setting() -> None:
    named = re.findall(r"`((?:scan|limits|identity|store|verify|ignore|detector)\.\w+)`", PAGE)
    assert set(named) <= set(settings())


def test_the_examples_are_valid() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) > 5
    for example in examples:
        parse(example, Path("stanch.toml"))


@pytest.mark.parametrize(("name", "value"), [("limits.depth", 8), ("limits.entries", 100_000), ("limits.ratio", 200)])
def test_defaults_are_those_of_the_code(name: str, value: int) -> None:
    table, _, key = name.partition(".")
    assert getattr(getattr(Settings(), table), key) == value
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}`"))
    assert int(row.split("|")[2].replace(" ", "")) == value
