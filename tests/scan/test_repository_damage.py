"""Damaged repositories: what is broken is named in the coverage, and everything else is scanned."""

import zlib
from pathlib import Path

import pytest

from repositories import Repo, Secrets
from stanch.model import Report
from stanch.scan import Options, scan
from stanch.sources.git import history
from stanch.sources.git.command import Bounds

pytestmark = pytest.mark.usefixtures("isolated")

HISTORY = Options(files=False)


def lost(report: Report) -> list[str]:
    assert report.coverage.complete == (not any(not skip.harmless for skip in report.coverage.skipped))
    return [skip.path for skip in report.coverage.skipped if not skip.harmless]


def found(report: Report) -> list[tuple[str, bool]]:
    return [(one.path, one.commit is not None) for one in report.findings]


@pytest.fixture
def versions(repo: Repo, secrets: Secrets) -> Repo:
    """Four commits; the first, third and fourth bring a secret each."""
    for number in range(4):
        value = secrets.notion() if number != 1 else "none"
        repo.commit(f"{number}", {f"{number}.txt": f"{number}\n{value}\n", f"{number}/deep.txt": f"deep {number}\n"})
    return repo


WHOLE = [("0.txt", True), ("2.txt", True), ("3.txt", True)]


def test_an_intact_one(versions: Repo) -> None:
    report = scan(versions.path, options=HISTORY)
    assert (found(report), lost(report)) == (WHOLE, [])


@pytest.mark.parametrize("damage", [b"", b"garbage", "cut", "other"])
def test_a_damaged_loose_blob(versions: Repo, damage: bytes | str) -> None:
    oid = versions.git("rev-parse", "HEAD:2.txt")
    path = versions.loose(oid)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    elif damage == "other":
        path.write_bytes(zlib.compress(b"blob 3\0other"))
    else:
        assert isinstance(damage, bytes)
        path.write_bytes(damage)
    report = scan(versions.path, options=HISTORY)
    assert found(report) == [("0.txt", True), ("3.txt", True)]
    assert {place for place in lost(report) if place != ".git"} == {f"2.txt (object {oid[:12]})"}


def test_a_missing_blob(versions: Repo) -> None:
    oid = versions.git("rev-parse", "HEAD:2.txt")
    versions.loose(oid).unlink()
    report = scan(versions.path, options=HISTORY)
    assert found(report) == [("0.txt", True), ("3.txt", True)]
    assert lost(report) == [f"2.txt (object {oid[:12]})"]


@pytest.mark.parametrize("revision", ["HEAD^{tree}", "HEAD~1^{tree}", "HEAD~1:2", "HEAD~2^{tree}", "HEAD~3^{tree}"])
def test_a_missing_tree_loses_no_blob(versions: Repo, revision: str) -> None:
    versions.loose(versions.git("rev-parse", revision)).unlink()
    report = scan(versions.path, options=HISTORY)
    assert [one.secret for one in report.findings] == [one.secret for one in scan(versions.path).findings]
    assert len(report.findings) == 3
    assert lost(report)
    assert all(place.startswith("commit ") for place in lost(report))


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1", "HEAD~3"])
def test_a_missing_commit_loses_no_blob(versions: Repo, revision: str) -> None:
    oid = versions.git("rev-parse", revision)
    versions.loose(oid).unlink()
    report = scan(versions.path, options=HISTORY)
    assert len(report.findings) == 3
    assert lost(report)
    assert oid in "".join(skip.path + skip.reason for skip in report.coverage.skipped) or revision != "HEAD"


def test_a_file_whose_commit_cannot_be_compared_keeps_its_path(versions: Repo) -> None:
    versions.loose(versions.git("rev-parse", "HEAD~3^{tree}")).unlink()
    report = scan(versions.path, options=HISTORY)
    assert {"2.txt", "3.txt"} <= {one.path for one in report.findings}


def test_a_damaged_tag_and_refs_to_nowhere(versions: Repo) -> None:
    versions.git("tag", "-a", "v1", "-m", "release")
    versions.loose(versions.git("rev-parse", "refs/tags/v1")).unlink()
    (versions.path / ".git/refs/heads/nowhere").write_text("1234567890" * 4 + "\n")
    (versions.path / ".git/refs/heads/garbage").write_text("garbage\n")
    report = scan(versions.path, options=HISTORY)
    assert found(report) == WHOLE
    assert {".git/refs/heads/nowhere", ".git/refs/tags/v1"} <= set(lost(report))


def test_packed_refs_that_git_cannot_read(versions: Repo) -> None:
    (versions.path / ".git/packed-refs").write_text("garbage\n")
    report = scan(versions.path, options=HISTORY)
    assert found(report) == WHOLE
    assert ".git" in lost(report)


def packs(repo: Repo, ending: str) -> Path:
    [path] = (repo.path / ".git/objects/pack").glob(f"*.{ending}")
    path.chmod(0o644)
    return path


@pytest.fixture
def packed(versions: Repo, secrets: Secrets) -> Repo:
    """The same in a pack, and a commit with a secret beside it."""
    versions.git("repack", "-q", "-a", "-d")
    for path in (versions.path / ".git/objects").glob("[0-9a-f][0-9a-f]"):
        assert not list(path.iterdir())
    versions.commit("loose", {"loose.txt": secrets.notion()})
    return versions


def test_a_truncated_pack_gives_what_it_still_holds(packed: Repo) -> None:
    pack = packs(packed, "pack")
    pack.write_bytes(pack.read_bytes()[: pack.stat().st_size * 9 // 10])
    report = scan(packed.path, options=HISTORY)
    assert ("loose.txt", True) in found(report)
    assert len(report.findings) >= 2
    assert f".git/objects/pack/{pack.name}" in lost(report)


def test_a_pack_of_which_nothing_is_left(packed: Repo) -> None:
    pack = packs(packed, "pack")
    pack.write_bytes(pack.read_bytes()[:40])
    report = scan(packed.path, options=HISTORY)
    assert found(report) == [("loose.txt", True)]
    assert f".git/objects/pack/{pack.name}" in lost(report)
    assert len([place for place in lost(report) if place.startswith("object ")]) >= 8


def test_a_broken_pack_beside_others(packed: Repo, secrets: Secrets) -> None:
    first = packs(packed, "pack")
    for number in range(2):
        packed.commit(f"packed {number}", {f"packed{number}.txt": secrets.notion()})
        packed.git("repack", "-q", "-d")
    first.write_bytes(first.read_bytes()[:40])
    report = scan(packed.path, options=HISTORY)
    assert found(report) == [("loose.txt", True), ("packed0.txt", True), ("packed1.txt", True)]


def test_damage_in_the_middle_of_a_pack(packed: Repo) -> None:
    pack = packs(packed, "pack")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8] = b"\xff" * 8
    pack.write_bytes(data)
    report = scan(packed.path, options=HISTORY)
    assert "loose.txt" in {one.path for one in report.findings}
    assert lost(report)


@pytest.mark.parametrize("damage", [b"", b"\xfftOc\0\0\0\2", b"\xfftOc\0\0\0\7" + bytes(2000), b"garbage" * 300, None])
def test_a_pack_whose_index_is_lost_or_damaged_loses_nothing(packed: Repo, damage: bytes | None) -> None:
    index = packs(packed, "idx")
    if damage is None:
        index.unlink()
    else:
        index.write_bytes(damage)
    before = sorted((packed.path / ".git").rglob("*"))
    report = scan(packed.path, options=HISTORY)
    assert (found(report), lost(report)) == ([*WHOLE, ("loose.txt", True)], [])
    [skip] = report.coverage.skipped
    assert skip.path == f".git/objects/pack/{packs(packed, 'pack').name}"
    assert skip.reason.endswith("all of its objects could be read")
    assert sorted((packed.path / ".git").rglob("*")) == before


def test_what_a_broken_fetch_left(versions: Repo, secret: str) -> None:
    (versions.path / ".git/objects/pack/tmp_pack_abc123").write_bytes(b"PACK\0\0\0\2")
    (versions.path / ".git/objects/12").mkdir(exist_ok=True)
    (versions.path / ".git/objects/12/tmp_obj_abc123").write_bytes(zlib.compress(f"blob 50\0{secret}".encode()))
    report = scan(versions.path)
    assert ".git/objects/12/tmp_obj_abc123" in "".join(path for path, _ in found(report))
    assert lost(report) == [".git/objects/pack/tmp_pack_abc123"]


@pytest.mark.parametrize("damage", [b"garbage", b"DIRC\0\0\0\2\0\0\0\xff", b"DIRC\0\0\0\x63"])
def test_a_damaged_index_loses_nothing(versions: Repo, damage: bytes) -> None:
    (versions.path / ".git/index").write_bytes(damage)
    report = scan(versions.path)
    assert [one.path for one in report.findings] == ["0.txt", "2.txt", "3.txt"]
    assert lost(report) == []
    assert [skip.path for skip in report.coverage.skipped] == [".git/index"]


def test_a_damaged_commit_graph(versions: Repo) -> None:
    versions.git("commit-graph", "write", "--reachable")
    path = versions.path / ".git/objects/info/commit-graph"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    assert [one.path for one in scan(versions.path, options=HISTORY).findings] == ["0.txt", "2.txt", "3.txt"]


def test_a_damaged_multi_pack_index(packed: Repo) -> None:
    packed.git("repack", "-q", "-d")
    packed.git("multi-pack-index", "write")
    path = packed.path / ".git/objects/pack/multi-pack-index"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:100])
    assert len(scan(packed.path, options=HISTORY).findings) == 4


def test_objects_that_are_not_what_their_names_say(versions: Repo) -> None:
    """Commits that are each other's parents end no walk."""
    one, two = versions.git("rev-parse", "HEAD"), versions.git("rev-parse", "HEAD~1")
    tree = versions.git("rev-parse", "HEAD^{tree}")
    for oid, parent in ((one, two), (two, one)):
        who = "Jo <jo@example.com> 1704067300 +0000"
        text = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nround and round\n".encode()
        versions.loose(oid).write_bytes(zlib.compress(b"commit %d\0" % len(text) + text))
    assert len(scan(versions.path, options=HISTORY).findings) == 3


def test_a_tree_that_grows_beyond_all_bounds(repo: Repo, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten folders in each of ten folders, and so on, all the same: more paths than anything can list."""
    monkeypatch.setattr(history, "_BOUNDS", Bounds(16 << 20, 1 << 20))
    monkeypatch.setattr(history, "_FILES", 1000)
    before = repo.commit("before", {"a.txt": secrets.notion()})
    entry = f"100644 blob {repo.blob(secrets.notion())}\tf.txt\n"
    for _ in range(11):
        tree = repo.git("mktree", stdin=entry.encode())
        entry = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    commit = repo.git("commit-tree", "-m", "bomb", "-p", "HEAD", tree)
    repo.git("update-ref", "refs/heads/main", commit)
    report = scan(repo.path, options=HISTORY)
    assert [(one.path, one.commit) for one in report.findings] == [("0/" * 10 + "f.txt", commit), ("a.txt", before)]
    assert lost(report) == [f"commit {commit}"]


def test_strange_people_and_dates(repo: Repo, secrets: Secrets) -> None:
    tree = repo.git("mktree", stdin=f"100644 blob {repo.blob('a')}\ta.txt\n".encode())
    strange = [
        b"author \x1f\x00<a\x1f> 99999999999999999999 +9999",
        b"author A <b> C <d> -1 +0100",
        b"author nobody",
        b"author \xe9ric <eric@example.com> 1704067300 +0530\ncommitter x <x> 1 +0000\nencoding ISO-8859-1",
        b"committer only <x> 1 +0000",
    ]
    names = []
    for number, line in enumerate(strange):
        text = f"tree {tree}\n".encode() + line + f"\n\n{secrets.notion()}\n".encode()
        oid = repo.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)
        repo.git("update-ref", f"refs/heads/{number}", oid)
        names.append(oid)
    report = scan(repo.path, options=HISTORY)
    people = {one.commit: (one.author, one.date) for one in report.findings}
    assert list(people.keys() ^ set(names)) == []
    assert people[names[3]] == ("éric", "2024-01-01T05:31:40+05:30")
    assert people[names[1]][0] == "A"
