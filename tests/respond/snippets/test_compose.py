"""What every program must be, whatever its language: complete, and with sources for what it says."""

import ast
import re
import string as letters

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.config import Config
from stanch.config.model import Stores
from stanch.errors import ConfigError
from stanch.respond.snippets import load
from stanch.respond.snippets.compose import Snippet, compose, usual_name
from stanch.respond.snippets.model import Text
from stanch.respond.snippets.spell import string
from stanch.respond.stores import Reference, open_store

from .answers import REFERENCE, TYPES
from .programs import snippet
from .toolchains import ALL

FIRST = ("python", "javascript", "go", "java", "ruby")
PLAYED = ("env", "aws", "vault", "conjur")
COMBINATIONS = [(key, store) for key, one in load.languages().items() for store in one.stores]


def every(language: str, store: str) -> list[Snippet]:
    return [snippet(language, store, kind) for kind in TYPES]


@pytest.mark.parametrize("language", FIRST)
def test_the_first_languages_have_every_store_and_every_type(language: str) -> None:
    assert set(PLAYED) <= set(load.languages()[language].stores)
    for kind in REFERENCE:
        assert snippet(language, "env", kind).use != "plain"


@pytest.mark.parametrize(("language", "store"), COMBINATIONS)
def test_nothing_is_left_open(language: str, store: str) -> None:
    for one in every(language, store):
        assert not re.search(r"\b(SECRET|PROVIDER|CALL|HEADER|PART)_[A-Z]+\b", _without_names(one)), one.code
        assert one.sources
        assert all(source.startswith("https://") for source in one.sources)
        assert one.run in one.code
        for line in one.configuration:
            assert line.split()[0] in one.code
        for name in one.packages:
            assert name.rpartition(":")[2] in one.code
        assert not re.search(r"[ \t]$", one.code, re.MULTILINE)
        assert one.code.endswith("\n")
        assert "\n\n\n\n" not in one.code


@pytest.mark.parametrize("language", load.languages())
def test_what_a_language_declares_is_there_and_nothing_else(language: str) -> None:
    one = load.languages()[language]
    for folder, parts in (("stores", one.stores), ("uses", one.uses)):
        files = {file.stem for file in (load.FOLDER / language / folder).iterdir() if file.is_file()}
        assert files == {part.file or name for name, part in parts.items()}
        for part in parts.values():
            assert set(part.packages) <= set(one.packages)
            assert set(part.types) <= set(TYPES)
    used = {name for part in (*one.stores.values(), *one.uses.values()) for name in part.packages}
    assert used == set(one.packages)
    assert {"http", "plain"} <= set(one.uses)


@pytest.mark.parametrize("language", ALL)
def test_the_packages_that_run_here_are_those_that_are_told(language: str) -> None:
    here = ALL[language].packages()
    for name, package in load.languages()[language].packages.items():
        if name in here and package.version and language != "python":
            assert here[name] == package.version


def test_python_packages_are_at_least_those_that_were_looked_at() -> None:
    here = ALL["python"].packages()
    for name, package in load.languages()["python"].packages.items():
        told = [int(part) for part in package.version.split(".")]
        assert [int(part) for part in here[name].split(".")[: len(told)]] >= told


def test_calls_of_ones_own_are_for_types_whose_check_is_no_plain_call() -> None:
    for kind, call in load.calls().items():
        check = TYPES[kind][1].verify
        assert check is None or check.body or check.form or check.only
        assert call.source


def test_text_from_the_catalog_cannot_end_a_string() -> None:
    for _, kind in TYPES.values():
        for text in [
            *(kind.verify.urls if kind.verify else []),
            *(kind.verify.headers.values() if kind.verify else []),
        ]:
            assert text.isprintable()
            assert text.isascii()
            assert "\\" not in text


@given(st.text(alphabet=letters.printable[:95]))
def test_a_python_string_is_what_was_spelt(text: str) -> None:
    spelling = load.languages()["python"].text
    assert (
        eval(string(text.replace("{", "(") + "{secret}", spelling, {"secret": "s"}), {"s": "x"})
        == text.replace("{", "(") + "x"
    )


def test_sums_leave_out_what_is_empty() -> None:
    spelling = Text(plus=" + ")
    assert string("{a}{b}", spelling, {"a": "a", "b": "b"}) == "a + b"
    assert string('x"{a}', spelling, {"a": "a"}) == '"x\\"" + a'
    assert string("{a}", spelling, {"a": "a"}) == "a"


@pytest.mark.parametrize("store", ["aws", "vault", "conjur"])
def test_the_place_is_the_one_that_the_stores_give_a_name(store: str) -> None:
    provider, kind = TYPES["notion-integration-token"]
    where = Reference.resolve("NOTION_TOKEN", Stores(prefix="shop/prod"))
    address = str(open_store(store, Config()).address(where))
    assert "shop/prod/NOTION_TOKEN" in address
    assert "shop/prod/NOTION_TOKEN" in compose(provider, kind, load.languages()["python"], store, where).code
    for place in ('a"b', "a\nb", "${a}", "a b"):
        with pytest.raises(ConfigError, match=r"cannot stand in a program|no place that a store could have"):
            compose(provider, kind, load.languages()["python"], store, Reference("NOTION_TOKEN", place))
    with pytest.raises(ConfigError, match="one value"):
        compose(provider, kind, load.languages()["python"], store, Reference("NOTION_TOKEN", "a", "key"))


def _without_names(one: Snippet) -> str:
    """The code without the secret's own name, which may look like a placeholder."""
    return one.code.replace(usual_name(TYPES[one.id][1]), "")


@pytest.mark.parametrize("language", load.languages())
def test_a_hostile_provider_stays_in_comments_and_strings(language: str) -> None:
    issuer, kind = TYPES["customerio-app-api-key"]
    assert kind.verify is not None
    evil = '\n"); evil(); ${EVIL} #{EVIL} `evil` \\'
    check = msgspec.structs.replace(
        kind.verify, urls=["https://x.example/" + evil], headers={"A" + evil: "B {secret}" + evil}
    )
    made = compose(
        msgspec.structs.replace(issuer, name="Evil" + evil),
        msgspec.structs.replace(kind, verify=check),
        load.languages()[language],
        "env",
    )
    assert not re.search(r"^\W*evil", made.code, re.MULTILINE)
    if language == "python":
        calls = [node for node in ast.walk(ast.parse(made.code)) if isinstance(node, ast.Call)]
        assert not any(isinstance(one.func, ast.Name) and one.func.id == "evil" for one in calls)
