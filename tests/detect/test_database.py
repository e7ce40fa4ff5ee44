"""The compiled patterns and their cache: a cache only saves time, whatever state it is in."""

import threading
from pathlib import Path
from typing import Any

import hyperscan
import pytest

from stanch.catalog.model import Format
from stanch.detect import database
from stanch.errors import ConfigError

from .samples import acme

TOML = """
id = "acme"
name = "Acme"

[[type]]
id = "acme-token"
name = "Acme token"
summary = "A token."
severity = "high"

[[type.format]]
name = "acm_"
pattern = '(?P<secret>acm_[0-9a-f]{24})'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalog of one provider."""
    made = tmp_path / "providers"
    made.mkdir()
    (made / "acme.toml").write_text(TOML)
    return made


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each compilation."""
    calls: list[int] = []
    compile_bundle = database.compile_bundle

    def counted(*given: Any) -> tuple[database.Bundle, database.Databases]:
        calls.append(1)
        return compile_bundle(*given)

    monkeypatch.setattr(database, "compile_bundle", counted)
    return calls


def test_the_second_opening_takes_the_cache(folder: Path, cache: Path, compiled: list[int]) -> None:
    first, _ = database.open_bundle(folder=folder)
    second, _ = database.open_bundle(folder=folder)
    assert compiled == [1]
    assert first == second
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 10, None, b"rubbish" * 1000], ids=["empty", "short", "cut", "rubbish"])
def test_a_damaged_cache_is_made_again(folder: Path, cache: Path, compiled: list[int], damage: bytes | None) -> None:
    bundle, _ = database.open_bundle(folder=folder)
    [file] = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again, _ = database.open_bundle(folder=folder)
    assert again.triggers == bundle.triggers
    database.open_bundle(folder=folder)
    assert compiled == [1, 1]


@pytest.mark.parametrize("share", [0, 0.001, 0.25, 0.5, 0.95], ids=str)
def test_a_changed_byte_anywhere_in_a_cache_is_noticed(
    folder: Path, cache: Path, compiled: list[int], share: float
) -> None:
    database.open_bundle(folder=folder)
    [file] = cache.iterdir()
    content = bytearray(file.read_bytes())
    content[int(share * len(content))] ^= 1
    file.write_bytes(content)
    database.open_bundle(folder=folder)
    assert compiled == [1, 1]


def test_a_cache_folder_that_cannot_be_written_costs_time_only(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "file" / "cache"))
    bundle, _ = database.open_bundle(folder=folder)
    assert [provider.id for provider in bundle.providers] == ["acme"]


def test_openers_at_the_same_time_do_not_hinder_each_other(folder: Path, cache: Path) -> None:
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.append(database.open_bundle(folder=folder)[0].catalog)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert len(set(seen)) == 1
    assert len(list(cache.iterdir())) == 1


def test_another_catalog_is_another_cache(folder: Path, cache: Path, compiled: list[int]) -> None:
    first, _ = database.open_bundle(folder=folder)
    extra, _ = database.open_bundle([acme(Format("x", "(?P<secret>zzq_[0-9]{20})"), name="zzq")], folder)
    (folder / "acme.toml").write_text(TOML.replace("{24}", "{240}"))
    changed, _ = database.open_bundle(folder=folder)
    assert compiled == [1, 1, 1]
    assert len({first.catalog, extra.catalog, changed.catalog}) == 3


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "acme"', 'id = "acme', "acme.toml"),
        ('summary = "A token."', 'summry = "A token."', "summry"),
        ('severity = "high"', 'severity = "awful"', "severity"),
        ("{24})'", "{24}'", "acme-token"),
        ("(?P<secret>acm", "(?P<other>acm", "no group named secret"),
    ],
)
def test_a_faulty_catalog_file_is_named_with_what_is_wrong(folder: Path, old: str, new: str, says: str) -> None:
    (folder / "acme.toml").write_text(TOML.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        database.open_bundle(folder=folder)
    assert "acme.toml" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.usefixtures("cache")
def test_a_pattern_that_the_engine_refuses_is_named(folder: Path) -> None:
    huge = Format("huge", "(?P<secret>(?:(?:ab|cd|[ef]x){60}[0-9]{2,60}){64}y)")
    with pytest.raises(ConfigError, match="zzq-token"):
        database.open_bundle([acme(huge, name="zzq")], folder)


def test_the_third_database_is_the_first_and_tells_every_place(folder: Path, cache: Path) -> None:
    """What one is enough of is told once by the first; all of it is told by both that are made, and that are kept."""
    for _ in range(2):
        bundle, databases = database.open_bundle(folder=folder)
        once = [number for number, trigger in enumerate(bundle.triggers) if trigger.once]
        text = (b"acm_" + b"0123456789abcdef" * 2 + b" %41%42 \\x41\\x42\n") * 3
        told: list[list[tuple[int, int]]] = []
        for each in databases:
            told.append([])
            add = told[-1].append
            scratch = hyperscan.Scratch(each)
            each.scan(text, lambda number, _, end, *rest, add=add: add((number, end)), scratch=scratch)
        first, _, every = told
        assert set(first) < set(every)
        assert sorted(each for each in every if each[0] not in once) == sorted(
            each for each in first if each[0] not in once
        )
        assert {number for number, _ in every} == {number for number, _ in first}
        assert sum(number in once for number, _ in first) == len({number for number, _ in first} & set(once)) == 2
        assert sum(number in once for number, _ in every) == 12
