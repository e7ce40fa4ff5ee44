"""Small text files: read with care, replaced in one step."""

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.errors import ConfigError
from stanch.textfile import inside, printable, read_text, replace_text

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are others there")


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert read_text(path, 10) is None
    assert read_text(path / "below", 10) is None
    path.write_bytes(b"a\r\n\xc3\xa4")
    assert read_text(path, 10) == "a\r\nä"
    for data, message in ((b"x" * 11, "11 bytes; at most 10"), (b"ab\xff", "not UTF-8 at byte 2")):
        path.write_bytes(data)
        with pytest.raises(ConfigError, match=message):
            read_text(path, 10)
    with pytest.raises(ConfigError, match="not a regular file"):
        read_text(tmp_path, 10)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(0)
    with pytest.raises(ConfigError, match="ermission denied"):
        read_text(path, 10)


def test_replacing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    replace_text(path, "one\r\n")
    replace_text(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ConfigError):
        replace_text(tmp_path / "missing" / "a", "")


@posix
def test_modes_are_kept_and_links_replaced(tmp_path: Path) -> None:
    path, target = tmp_path / "a", tmp_path / "target"
    path.touch()
    path.chmod(0o604)
    replace_text(path, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    target.write_text("as it was")
    link = tmp_path / "link"
    link.symlink_to(target)
    replace_text(link, "new")
    assert target.read_text() == "as it was"
    assert not link.is_symlink()
    fresh = tmp_path / "fresh"
    replace_text(fresh, "")
    (tmp_path / "plain").touch()
    assert fresh.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/../../b", "/a", "a\0b", "loop", "out/a"])
def test_names_that_lead_outside(name: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    if sys.platform != "win32":
        (root / "loop").symlink_to("loop")
        (root / "out").symlink_to(tmp_path)
    if name in ("loop", "out/a") and sys.platform == "win32":
        pytest.skip("links need rights there")
    if name == "loop" and sys.version_info >= (3, 13):
        pytest.skip("a loop is resolved to itself there, and cannot be read")
    with pytest.raises(ConfigError):
        inside(root, root, name)


def test_names_within(tmp_path: Path) -> None:
    assert inside(tmp_path, tmp_path / "a", "b/c") == tmp_path / "a/b/c"


@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)
