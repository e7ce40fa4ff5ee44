"""Indexes of packs: all that git writes, and whatever else may lie there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import packs
from repositories import Repo
from stanch.sources.git.pack import index

pytestmark = pytest.mark.usefixtures("isolated")

HOSTILE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(repo: Repo, path: Path) -> dict[str, int]:
    """Names and offsets as git reads them."""
    lines = repo.git("show-index", stdin=path.read_bytes()).splitlines()
    return {line.split()[1]: int(line.split()[0]) for line in lines}


def read(path: Path, width: int = 20) -> dict[str, int]:
    """Names and offsets as we read them."""
    offsets, names = index.read(path, width)
    found = [names[at : at + width].hex() for at in range(0, len(names), width)]
    assert found == sorted(found)
    return dict(zip(found, offsets, strict=True))


# --- what git writes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "width"), [("sha1", 20), ("sha256", 32)])
@pytest.mark.parametrize("version", ["1", "2", "2,0x100"])
def test_what_git_writes(make_repo: Callable[..., Repo], tmp_path: Path, form: str, width: int, version: str) -> None:
    """The third has 64 bit offsets, of all that lies beyond the first 256 bytes."""
    repo = packs.grow(make_repo("repo", f"--object-format={form}"), count=4)
    repo.git("repack", "-adf")
    [pack] = packs.paths(repo)
    other = tmp_path / "other.idx"
    repo.git("index-pack", f"--index-version={version}", "-o", str(other), str(pack))
    assert read(other, width) == shown(repo, other)
    assert len(read(other, width)) > 10


def test_an_index_of_nothing(repo: Repo, tmp_path: Path) -> None:
    empty = packs.write(tmp_path, []).with_suffix(".idx")
    assert shown(repo, empty) == read(empty) == {}


# --- large and hostile ---------------------------------------------------------------------------------------------

NAMES = [bytes([first]) * 20 for first in (1, 2, 200)]


def written(folder: Path, offsets: list[int], far: list[int]) -> Path:
    path = folder / "pack.idx"
    path.write_bytes(packs.indexed(NAMES, offsets, bytes(20), far))
    return path


def test_offsets_beyond_four_gigabytes(tmp_path: Path) -> None:
    path = written(tmp_path, [12, 1 << 31 | 1, 1 << 31], [5 << 32, 7 << 40])
    assert list(read(path).values()) == [12, 7 << 40, 5 << 32]


@pytest.mark.parametrize(
    ("offsets", "far"), [([12, 1 << 31 | 1, 40], [99]), ([12, 1 << 31, 40], [1 << 63]), ([12, 1 << 31, 40], [1 << 62])]
)
def test_an_offset_out_of_all_bounds_is_an_error(tmp_path: Path, offsets: list[int], far: list[int]) -> None:
    with pytest.raises(ValueError, match="out of all bounds"):
        index.read(written(tmp_path, offsets, far), 20)


def test_an_unknown_version_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, [12, 30, 40], [])
    path.write_bytes(path.read_bytes().replace(b"\0\0\0\2", b"\0\0\0\3", 1))
    with pytest.raises(ValueError, match="unknown version"):
        index.read(path, 20)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        index.read(tmp_path / "none.idx", 20)


@HOSTILE
@given(keep=st.integers(0, 8 + 1024 + 3 * 28 + 2 * 8 + 39), width=st.sampled_from([20, 32]))
@example(keep=0, width=20)
def test_an_index_that_was_cut_off_is_an_error(tmp_path: Path, keep: int, width: int) -> None:
    path = written(tmp_path, [12, 1 << 31 | 1, 1 << 31], [5 << 32, 7 << 40])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="an index"):
        index.read(path, width)


COUNTS = st.sampled_from([0, 1, 3, 255, 1 << 31, (1 << 32) - 1])


@HOSTILE
@given(
    head=st.sampled_from([b"", b"\xfftOc", b"\xfftOc\0\0\0\2", b"\xfftOc\0\0\0\2" + bytes(1020), bytes(1020)]),
    count=st.one_of(st.just(b""), COUNTS.map(lambda count: count.to_bytes(4))),
    rest=st.binary(max_size=600),
    width=st.sampled_from([20, 32]),
)
def test_any_bytes_are_an_index_or_an_error(tmp_path: Path, head: bytes, count: bytes, rest: bytes, width: int) -> None:
    path = tmp_path / "pack.idx"
    path.write_bytes(head + count + rest)
    try:
        offsets, names = index.read(path, width)
    except ValueError:
        return
    assert len(names) == len(offsets) * width
    assert all(0 <= offset < 1 << 62 for offset in offsets)
