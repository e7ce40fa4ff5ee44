"""Git's plumbing as the scan uses it: objects, changes, refs, and what can be rescued."""

import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repositories import Repo
from stanch.errors import TargetError
from stanch.sources.git import history, objects, rescue
from stanch.sources.git.command import Bounds, Git, last_words
from stanch.sources.git.history import Change
from stanch.sources.git.refs import Tags, peel, refs

pytestmark = pytest.mark.usefixtures("isolated")

Missed = list[tuple[str, str]]


def failing(commit: str) -> None:
    """No commit may fail."""
    raise AssertionError(commit)


def contents(git: Git, oids: list[str]) -> tuple[dict[str, bytes], Missed]:
    missed: Missed = []
    found = {one.oid: one.stream.read() for one in objects.read(git, oids, failed=lambda *one: missed.append(one))}
    return found, missed


# --- command -------------------------------------------------------------------------------------------------


def test_the_environment_of_a_hook_counts_only_inside_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_SHALLOW_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/nonexistent")
    outside, inside = Git(str(repo.path)), Git(str(repo.path), inside_hook=True)
    assert outside.line("rev-parse", "--git-dir") == ".git"
    assert "/nonexistent" not in outside.environ.values()
    assert inside.environ["GIT_OBJECT_DIRECTORY"] == "/nonexistent"
    assert not {"GIT_TRACE", "GIT_EXTERNAL_DIFF"} & {*outside.environ, *inside.environ}


def test_errors_are_one_line_in_gits_words(repo: Repo) -> None:
    with pytest.raises(TargetError, match=r"git rev-parse: Needed a single revision$"):
        Git(str(repo.path)).run("rev-parse", "--verify", "nonsense")
    assert Git(str(repo.path)).line("rev-parse", "--verify", "nonsense") == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "failed without a word"),
        (b"hint: x\nerror: one\nfatal: two\n", "error: one"),
        (b"hint: x\n\nfatal: bad \x1b[31mcolour\xff\n", "bad ?[31mcolour\\xff"),
        (b"just this\n", "just this"),
        (b"fatal: " + b"x" * 1000, "x" * 300),
    ],
)
def test_last_words(said: bytes, told: str) -> None:
    assert last_words(said) == told


# --- objects -------------------------------------------------------------------------------------------------


def test_every_object_once_whether_packed_loose_or_borrowed(repo: Repo, tmp_path: Path) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("tag", "-a", "v1", "-m", "release")
    repo.git("repack", "-a", "-q")
    repo.commit("second", {"b.txt": "b\n"})
    repo.git("clone", "-q", "--bare", "--shared", ".", str(tmp_path / "clone.git"))
    missed: Missed = []
    for folder in (repo.path, tmp_path / "clone.git"):
        found = objects.every(Git(str(folder)), lambda *one: missed.append(one))
        assert sorted(one.kind for one in found) == ["blob", "blob", "commit", "commit", "tag"]
        assert len({one.oid for one in found}) == 5
    assert missed == []


@given(sizes=st.lists(st.integers(0, 200_000), min_size=1, max_size=6), portion=st.integers(1, 1 << 17))
def test_portions_of_a_stream(sizes: list[int], portion: int) -> None:
    source = io.BytesIO(b"".join(bytes([65 + number]) * size for number, size in enumerate(sizes)))
    for number, size in enumerate(sizes):
        stream = objects.Portion(source, size)
        first = stream.read(min(portion, size))
        assert first == bytes([65 + number]) * min(portion, size)
        assert stream.drain()
        assert stream.read(5) == b""
    assert not objects.Portion(source, 1).drain()


def test_contents_in_order_with_gaps(repo: Repo) -> None:
    blobs = [repo.blob(f"{number}\n" * (number * 20_000 + 1)) for number in range(4)]
    repo.loose(blobs[2]).write_bytes(b"garbage")
    wanted = [blobs[0], "f" * 40, *blobs[1:]]
    found, missed = contents(Git(str(repo.path)), wanted)
    assert list(found) == [blobs[0], blobs[1], blobs[3]]
    assert found[blobs[3]] == b"3\n" * 60_001
    assert missed == [("f" * 40, objects.LOST), (blobs[2], objects.LOST)]


def test_what_was_staged_just_now_is_read_without_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = [repo.blob(f"{number}\n") for number in range(3)]
    monkeypatch.setenv("PATH", "/nonexistent")
    assert contents(Git(str(repo.path)), blobs) == ({blob: f"{n}\n".encode() for n, blob in enumerate(blobs)}, [])
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(repo.path / ".git" / "objects"))
    assert len(contents(Git("/", inside_hook=True), blobs)[0]) == 3


@pytest.mark.parametrize("damage", ["cut", "another kind"])
def test_of_a_damaged_object_git_says_what_is_wrong(repo: Repo, damage: str) -> None:
    blobs = [repo.blob(f"{number}\n" * 1000) for number in range(3)]
    file = repo.loose(blobs[1])
    content = file.read_bytes()
    plain = zlib.decompress(content)
    changed = {"cut": content[:-6], "another kind": zlib.compress(plain.replace(b"blob", b"glob", 1))}
    file.unlink()
    file.write_bytes(changed[damage])
    found, missed = contents(Git(str(repo.path)), blobs)
    assert (list(found), [oid for oid, _ in missed]) == ([blobs[0], blobs[2]], [blobs[1]])


def test_large_contents_are_streams_that_need_not_be_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "HELD", 1000)
    blobs = [repo.blob(os.urandom(5000)) for _ in range(3)]
    seen = []
    for one in objects.read(Git(str(repo.path)), blobs, failed=lambda *_: None):
        assert isinstance(one.stream, objects.Portion)
        seen.append((one.oid, len(one.stream.read(10))))
    assert seen == [(blob, 10) for blob in blobs]


def test_an_object_that_makes_git_give_up(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that dies of one object: everything else is read all the same, and once."""
    blobs = [repo.blob(f"{number}\n") for number in range(9)]
    repo.git("pack-objects", "-q", ".git/objects/pack/pack", stdin="\n".join(blobs).encode())
    repo.git("prune-packed", "-q")
    real = repo.git("--exec-path")
    (tmp_path / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *\'cat-file --batch\'*) ;; *) exec {real}/git "$@";; esac\n'
        f'while read oid; do [ $oid = {blobs[4]} ] && kill -9 $$; echo $oid | {real}/git "$@"; done\n'
    )
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found, missed = contents(Git(str(repo.path)), blobs)
    assert list(found) == [*blobs[:4], *blobs[5:]]
    assert [oid for oid, _ in missed] == [blobs[4]]


def test_reading_ends_when_nobody_wants_more(repo: Repo) -> None:
    blobs = [repo.blob(f"{number}\n" * 100_000) for number in range(5)]
    reading = objects.read(Git(str(repo.path)), blobs, failed=lambda *_: None)
    next(reading)
    reading.close()  # type: ignore[attr-defined]


# --- changes -------------------------------------------------------------------------------------------------


def test_changes_with_what_was_there_before(repo: Repo) -> None:
    one = repo.commit("one", {"a": "1\n", "b": "b\n"})
    two = repo.commit("two", {"a": "2\n", "b": None})
    git = Git(str(repo.path))
    old, new, other = repo.git("rev-parse", f"{one}:a", f"{two}:a", f"{one}:b").split()
    assert list(history.changes(git, [one, two], failing)) == [
        Change(one, "a", old, ("",)),
        Change(one, "b", other, ("",)),
        Change(two, "a", new, (old,)),
        Change(two, "b", "", (other,)),
    ]
    log = history.Log(git, [two, one])
    assert log.wait(None)
    assert [change.commit for change in log.changes(failing)] == [two, two, one, one]
    log.close()


def test_submodules_are_no_changes(repo: Repo, make_repo: Callable[..., Repo]) -> None:
    sub = make_repo("sub")
    sub.commit("sub", {"a": "a\n"})
    repo.commit("root", {"path": "a file first\n"})
    repo.git("rm", "-q", "path")
    repo.git("submodule", "--quiet", "add", str(sub.path), "path")
    commit = repo.commit("submodule instead")
    changed = list(history.changes(Git(str(repo.path)), [commit], failing))
    assert [change.path for change in changed] == [".gitmodules"]


# --- refs ----------------------------------------------------------------------------------------------------


def test_refs_and_what_they_lead_to(repo: Repo) -> None:
    commit = repo.commit("root", {"a": "a\n"})
    blob, tree = repo.git("rev-parse", "HEAD:a", "HEAD^{tree}").split()
    repo.git("tag", "-a", "one", "-m", "one", blob)
    repo.git("tag", "-a", "two", "-m", "two", "one")
    repo.git("tag", "tree", tree)
    (repo.path / ".git/refs/heads/gone").write_text("1" * 40 + "\n")
    found = {ref.name: (ref.target, ref.kind) for ref in refs(Git(str(repo.path)))}
    assert found == {
        "refs/heads/gone": ("", ""),
        "refs/heads/main": (commit, "commit"),
        "refs/tags/one": (blob, "blob"),
        "refs/tags/tree": (tree, "tree"),
        "refs/tags/two": (blob, "blob"),
    }
    assert peel(Git(str(repo.path)), []) == []
    tags = repo.git("rev-parse", "one", "two").split()
    known = Tags(Git(str(repo.path)), tags, refs(Git(str(repo.path))))
    assert known.names(blob) == ("refs/tags/one", "refs/tags/two")
    assert known.names(tags[1]) == ("refs/tags/two",)
    person = known.tagger(tags[0])
    assert person is not None
    assert person.name == "Jo"
    assert known.tagger(commit) is None


# --- rescue --------------------------------------------------------------------------------------------------


def test_sound_packs_are_not_broken(make_repo: Callable[..., Repo]) -> None:
    for name, width in (("sha1", 20), ("sha256", 32)):
        repo = make_repo(name, f"--object-format={name}")
        for number in range(3):
            repo.commit(str(number), {f"{number}": f"{number}\n"})
            repo.git("repack", "-q", "-d")
        repo.git("multi-pack-index", "write")
        store = str(repo.path / ".git/objects")
        assert list(rescue.broken(store, width)) == []
        repo.git("-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d", "--write-bitmap-index")
        assert list(rescue.broken(store, width)) == []
        every = objects.every(Git(str(repo.path)), lambda *_: None)
        assert {one.oid for one in every} <= rescue.listed(Git(str(repo.path)), store)


def test_borrowed_stores_are_followed_once(tmp_path: Path) -> None:
    for name, line in (("a", "../b"), ("b", "../a\n# comment\n/nonexistent")):
        (tmp_path / name / "info").mkdir(parents=True)
        (tmp_path / name / "info/alternates").write_text(line)
    found = rescue.stores(str(tmp_path / "a"))
    assert {os.path.realpath(one) for one in found} >= {str(tmp_path / "a"), str(tmp_path / "b")}
    assert len(found) <= 50


def bomb(repo: Repo, depth: int, content: str = "x") -> str:
    """Ten folders in each of ten folders, and so on, all the same one: a commit of more paths than can be listed."""
    entry = f"100644 blob {repo.blob(content)}\tf\n"
    for _ in range(depth):
        tree = repo.git("mktree", stdin=entry.encode())
        entry = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    who = "Jo <jo@example.com> 1704067300 +0000"
    text = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n"
    return repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())


def test_a_tree_that_grows_beyond_all_bounds(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, after = bomb(repo, 12), repo.commit("harmless", {"a": "a\n"})
    git = Git(str(repo.path))
    assert sum(1 for _ in history.remains(git, commit)) <= 10_000
    monkeypatch.setattr(history, "_FILES", 1000)
    assert sum(1 for _ in history.files(git, commit)) == 1000
    monkeypatch.setattr(history, "_BOUNDS", Bounds(16 << 20, 1 << 20))
    failed: list[str] = []
    assert [change.path for change in history.changes(git, [commit, after], failed.append)] == ["a"]
    assert failed == [commit]
    log = history.Log(git, [commit, after])
    assert log.wait(None)
    assert [change.path for change in log.changes(failed.append)] == ["a"]
    log.close()


def test_more_changes_than_can_be_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = [bomb(repo, 4, str(number)) for number in range(3)]
    monkeypatch.setattr(history, "_CHANGES", 1500)
    failed: list[str] = []
    found = list(history.changes(Git(str(repo.path)), commits, failed.append))
    assert 1000 < len(found) < 1500
    assert failed == commits[1:]


def test_what_a_loose_object_left_unfinished_holds(repo: Repo) -> None:
    data = zlib.compress(b"blob 5\0hello")
    (repo.path / ".git/objects/tmp_obj_x").write_bytes(data)
    assert list(rescue.broken(str(repo.path / ".git/objects"), 20)) == []


def test_a_log_that_breaks_off_tells_what_it_held(repo: Repo) -> None:
    """Git is held to bounds, and may be stopped in the middle of a record."""
    commit = repo.commit("root", {"a": "one", "b": "two"})
    whole = list(Git(str(repo.path)).records(*history._DIFF, lines=[commit]))
    asked: list[bytes] = []

    def also(names: list[bytes]) -> list[bytes]:
        asked.extend(names)
        return names

    wanted = history._Wanted((), also)
    cut = [*whole[:3], whole[3][:60]]
    told = list(history._parse(iter(cut), wanted))
    assert [one if isinstance(one, str) else one.path for one in told] == [commit, "a"]
    assert [name.hex() for name in asked] == [repo.git("rev-parse", f"{commit}:a")]
