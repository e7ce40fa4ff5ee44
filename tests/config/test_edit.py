"""Adding and taking out ignore entries: the rest of the file stays byte for byte."""

import stat
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.config import IgnoreEntry
from stanch.config.edit import add_ignore, remove_ignore
from stanch.config.load import parse
from stanch.errors import ConfigError

ENTRY = IgnoreEntry(fingerprint="0" * 32, reason='a "test" key', owner="alice", expires=date(2031, 1, 2))
HAND_MADE = """\
# Ours.
[scan]
exclude = [
  "docs/",   # with a comment
]

# The login tests' fixtures
[[ignore]]
path = "tests/login/"
reason = \"\"\"
[[ignore]]
This looks like a header and is none.
\"\"\"

[[ ignore ]]  # the second
detector = 'aws-*'
reason = 'r'

[limits]
depth = 2
"""


def entries(path: Path) -> list[IgnoreEntry]:
    return parse(path.read_text(), path).ignore


def test_an_entry_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    add_ignore(path, ENTRY)
    assert path.read_text() == (
        f'[[ignore]]\nfingerprint = "{"0" * 32}"\nreason = "a \\"test\\" key"\nowner = "alice"\nexpires = 2031-01-02\n'
    )
    assert entries(path) == [ENTRY]
    assert not list(tmp_path.glob("*.tmp"))


def test_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    path.write_text(HAND_MADE)
    add_ignore(path, ENTRY)
    assert path.read_text().startswith(HAND_MADE + "\n[[ignore]]\n")
    assert entries(path)[-1] == ENTRY
    assert remove_ignore(path, lambda entry: entry == ENTRY) == [ENTRY]
    assert path.read_text() == HAND_MADE


def test_entries_come_out_from_between(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    path.write_text(HAND_MADE)
    remove_ignore(path, lambda entry: entry.path != "")
    assert path.read_text() == HAND_MADE.replace(
        HAND_MADE[HAND_MADE.index("[[ignore]]\npath") : HAND_MADE.index("[[ ignore")], ""
    )
    remove_ignore(path, lambda entry: True)
    assert entries(path) == []
    assert "[limits]\ndepth = 2\n" in path.read_text()
    assert remove_ignore(path, lambda entry: True) == []


def test_line_ends_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    before = b"[limits]\r\ndepth = 2\r\n"
    path.write_bytes(before)
    add_ignore(path, ENTRY)
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    remove_ignore(path, lambda entry: True)
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean little there")
def test_the_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    path.write_text("")
    path.chmod(0o640)
    add_ignore(path, ENTRY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_cannot_be_edited_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "stanch.toml"
    text = "ignore = [{path = 'a', reason = 'r'}]\n"
    path.write_text(text)
    with pytest.raises(ConfigError, match="cannot be added"):
        add_ignore(path, ENTRY)
    with pytest.raises(ConfigError, match="cannot be taken out"):
        remove_ignore(path, lambda entry: True)
    path.write_text("[broken\n")
    with pytest.raises(ConfigError, match="line 1"):
        add_ignore(path, ENTRY)
    assert path.read_text() == "[broken\n"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "stanch.toml").symlink_to(tmp_path / "real")
    with pytest.raises(ConfigError, match="symbolic link"):
        add_ignore(tmp_path / "stanch.toml", ENTRY)
    assert (tmp_path / "real").read_text() == ""


@pytest.mark.parametrize(
    "entry", [IgnoreEntry(reason="r"), IgnoreEntry(path="a", reason=" "), IgnoreEntry(path="!", reason="r")]
)
def test_an_unsound_entry_is_refused(entry: IgnoreEntry, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        add_ignore(tmp_path / "stanch.toml", entry)
    assert not (tmp_path / "stanch.toml").exists()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
ENTRIES = st.builds(
    IgnoreEntry,
    fingerprint=TEXTS,
    reason=TEXTS.filter(str.strip),
    owner=TEXTS | st.just(""),
    expires=st.none() | st.dates(),
)
HEADS = st.sampled_from(["", HAND_MADE, HAND_MADE.replace("\n", "\r\n"), "[scan]", "# only a comment\n\n\n", "\n"])


@settings(max_examples=60, deadline=None)
@given(head=HEADS, added=st.lists(ENTRIES, min_size=1, max_size=3, unique_by=lambda entry: entry.fingerprint))
def test_what_is_added_can_be_read_and_taken_out_again(head: str, added: list[IgnoreEntry], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("edit") / "stanch.toml"
    path.write_bytes(head.encode())
    before = entries(path)
    for entry in added:
        add_ignore(path, entry)
    assert entries(path) == [*before, *added]
    assert remove_ignore(path, lambda entry: entry in added) == added
    assert path.read_bytes().decode() in (head, head + "\n", head + "\r\n")
