"""Walking folders: what is a file, what is a repository, what is neither."""

import os
from pathlib import Path

import pytest

from repositories import Repo
from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.sources.files import File, Opened, Repository, local, regular, shown, single, walk, why

pytestmark = pytest.mark.usefixtures("isolated")


def walked(root: Path, coverage: Coverage | None = None) -> tuple[list[str], list[str]]:
    """The paths of all files and of all repositories."""
    found = list(walk(root, coverage or Coverage()))
    files = [one.path for one in found if isinstance(one, File)]
    return files, [one.path for one in found if isinstance(one, Repository)]


def test_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("b", "a/2", "a/1/x", "c/z", "B"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    found = [one for one in walk(root, Coverage()) if isinstance(one, File)]
    assert sorted(one.path for one in found) == ["B", "a/1/x", "a/2", "b", "c/z"]
    assert [one.path for one in found] == [one.path for one in walk(root, Coverage())]
    assert all(Path(one.full).read_text() == one.path and one.size == len(one.path) for one in found)


def test_links_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "deep/up").symlink_to("..")
    (root / "file").symlink_to("/etc/passwd")
    coverage = Coverage()
    assert walked(root, coverage) == ([], [])
    assert coverage.skipped == []


def test_excluded_paths_are_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "out").mkdir(parents=True)
    (root / "out/x").write_text("x")
    (root / "in").write_text("x")
    coverage = Coverage()
    found = list(walk(root, coverage, excluded=lambda path: path == "out"))
    assert [one.path for one in found] == ["in"]
    assert [(skip.path, skip.harmless) for skip in coverage.skipped] == [("out", True)]


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "b").write_text("b")
    coverage = Coverage()
    found = []
    for one in walk(root, coverage):
        (root / "a").rmdir()
        found.append(one.path)
    assert found == ["b"]
    assert [(skip.path, skip.reason) for skip in coverage.skipped] == [("a", "vanished during the scan")]


def test_folders_deeper_than_a_path_can_be_long(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    before = Path.cwd()
    os.chdir(root)
    try:
        for _ in range(60):
            Path("d" * 100).mkdir()
            os.chdir("d" * 100)
        Path("file").write_text("x")
    finally:
        os.chdir(before)
    coverage = Coverage()
    assert walked(root, coverage) == ([], [])
    [skip] = coverage.skipped
    assert skip.reason == "cannot be read: File name too long"
    assert not coverage.complete


def test_of_a_git_folder_what_is_no_object(repo: Repo) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("gc", "-q")
    repo.commit("more", {"b.txt": "b\n"})
    strange = {"strange.txt", "pack-0.pack", "zz/" + "0" * 38, "0" * 38, "info/pack-0"}
    for name in strange:
        (repo.path / ".git/objects" / name).parent.mkdir(exist_ok=True)
        (repo.path / ".git/objects" / name).write_text("strange")
    files, repositories = walked(repo.path)
    assert repositories == [""]
    assert {".git/config", ".git/HEAD", ".git/packed-refs", ".git/logs/HEAD", "a.txt"} <= set(files)
    assert ".git/index" not in files
    objects = {path.removeprefix(".git/objects/") for path in files if path.startswith(".git/objects/")}
    assert objects - {"info/packs"} == strange


def test_repositories_of_every_kind(repo: Repo) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    Repo(repo.path / "nested")
    Repo(repo.path / "deep/bare.git", "--bare")
    (repo.path / "linked").mkdir()
    (repo.path / "linked/.git").write_text("gitdir: ../.git/worktrees/linked\n")
    assert sorted(walked(repo.path)[1]) == ["", "deep/bare.git", "linked", "nested"]
    assert walked(repo.path / ".git")[1] == [""]


def test_a_file_called_index_that_is_none_of_gits(repo: Repo) -> None:
    repo.write("index", "x")
    repo.write(".git/index", "not git's")
    assert {"index", ".git/index"} <= set(walked(repo.path)[0])


@pytest.mark.parametrize(
    ("name", "text"),
    [(b"plain", "plain"), ("é☃".encode(), "é☃"), (b"\xff\xfe", "\\xff\\xfe"), (b"a\xe9b", "a\\xe9b")],
)
def test_names_are_shown_whatever_their_bytes(name: bytes, text: str) -> None:
    assert shown(os.fsdecode(name)) == text


def test_local_targets(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("aa")
    (tmp_path / "link").symlink_to("a")
    assert local(str(tmp_path)) == tmp_path
    assert single(local(str(tmp_path / "link"))) == File("link", str(tmp_path / "link"), 2)
    with pytest.raises(TargetError, match="no such file or folder"):
        local(str(tmp_path / "b"))
    with pytest.raises(TargetError, match="cannot be read"):
        local(str(tmp_path / ("x" * 300)))


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "a", "rb", opener=regular) as file:
        assert file.read() == b"a"
    with pytest.raises(OSError, match="a pipe, not a file"), open(tmp_path / "pipe", "rb", opener=regular):
        pass


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100])
def test_an_opened_file_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    with Opened(str(tmp_path / "a")) as file:
        parts = list(iter(lambda: file.read(size), b""))
        assert b"".join(parts) == b"abcdef"
        assert all(len(part) == size for part in parts[:-1])
        whole = file.whole()
        assert (whole.seek(2), whole.read()) == (2, b"cdef")


def test_a_file_that_grows_or_shrinks_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    with Opened(str(path)) as file:
        path.write_bytes(b"abc" * 1000)
        assert file.read(5000) == b"abc" * 1000
    with Opened(str(path)) as file:
        path.write_bytes(b"ab")
        assert (file.read(5000), file.read(5000)) == (b"ab", b"")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_a_file_that_tells_no_size_is_read() -> None:
    with Opened("/proc/self/status") as file:
        assert Path("/proc/self/status").stat().st_size == 0
        assert b"\nPid:" in file.read(1 << 20)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a pipe, not a file"):
        Opened(str(tmp_path / "pipe"))


def test_errors_in_words() -> None:
    assert why(PermissionError(13, "Permission denied")) == "no permission to read"
    assert why(FileNotFoundError(2, "No such file")) == "vanished during the scan"
    assert why(OSError(5, "Input/output error")) == "cannot be read: Input/output error"
