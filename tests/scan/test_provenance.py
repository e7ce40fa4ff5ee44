"""What commits brought, read from trees: the same as what git says, whatever the history and however it is stored."""

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packs
from repositories import START, Repo
from stanch.model import Coverage
from stanch.scan import provenance
from stanch.scan.repository import History
from stanch.sources.files import Repository
from stanch.sources.git import history
from stanch.sources.git.graph import Graph, Lineages
from stanch.sources.git.history import Change
from stanch.sources.git.pack import folders, holdings, table, trees

pytestmark = pytest.mark.usefixtures("isolated")
SEEDS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = ["a", "a.c", "a-b", "b/a", "b/c/a", "b/c/d/e/f", "a/x", "a/y/z", "z", "b/c.d", "\x7f/\u00e4"]
WIDE = [f"wide/{number}/file" for number in range(40)]
Tree = dict[str, tuple[str, str]]
"""The mode and content of each file."""


def edited(tree: Tree, rng: random.Random) -> Tree:
    """The tree after some random edits: files come, go, change, become folders, links and submodules."""
    tree = dict(tree)
    for _ in range(rng.randint(0, 4)):
        name = rng.choice(NAMES + WIDE[:8])
        if rng.random() < 0.3:
            tree.pop(name, None)
            continue
        # What is in the way of a file or folder goes.
        tree = {one: file for one, file in tree.items() if not (f"{one}/").startswith(f"{name}/")}
        tree = {one: file for one, file in tree.items() if not (f"{name}/").startswith(f"{one}/")}
        mode = rng.choice(["100644", "100644", "100644", "100755", "120000", "160000"])
        tree[name] = mode, f"{rng.randint(0, 9)}"
    return tree


def grown(rng: random.Random, count: int, folder: Path) -> Repo:
    """A bare repository of commits with branches and merges."""
    repo = Repo(folder, "--bare")
    made: list[Tree] = []
    stream = []
    for number in range(count):
        parents = rng.sample(range(number), min(number, rng.choice([0, 1, 1, 1, 1, 2, 2, 3])))
        tree: Tree = dict.fromkeys(WIDE, ("100644", "wide")) if not parents and rng.random() < 0.7 else {}
        for parent in parents:
            tree = dict(rng.choice([tree or made[parent], made[parent]]))
        if len(parents) > 1 and rng.random() < 0.5:  # some of this, some of that
            for name, file in made[parents[-1]].items():
                if rng.random() < 0.5 and not any(
                    f"{name}/".startswith(f"{one}/") or one.startswith(f"{name}/") for one in tree
                ):
                    tree[name] = file
        if len(parents) < 2 or rng.random() < 0.5:
            tree = edited(tree, rng)
        made.append(tree)
        stream.append(f"commit refs/heads/b{number}\nmark :{number + 1}\n")
        stream.append(f"committer Jo <jo@example.com> {START + rng.randint(0, 9)} +0000\ndata 1\nx\n")
        stream += [f"{'merge' if at else 'from'} :{parent + 1}\n" for at, parent in enumerate(parents)]
        stream.append("deleteall\n")
        for name, (mode, text) in tree.items():
            if mode == "160000":
                stream.append(f"M 160000 {text * 40} {name}\n")
            else:
                stream.append(f"M {mode} inline {name}\ndata {len(text)}\n{text}\n")
    repo.git("fast-import", "--quiet", "--force", stdin="".join(stream).encode())
    return repo


def arranged(repo: Repo, rng: random.Random, lost: int) -> None:
    """Store everything anew in some packs and loose objects, all but some objects that are lost."""
    found = packs.stored(repo)
    listed = repo.git("rev-list", "--objects", "--all", "--no-object-names").split()
    paths = dict(line.partition(" ")[::2] for line in repo.git("rev-list", "--objects", "--all").splitlines())
    for oid in rng.sample(sorted(listed), min(lost, len(listed))):
        listed.remove(oid)
    parts: list[list[str]] = [[], [], []]
    for oid in listed:
        for place in {rng.choice([0, 0, 0, 0, 1, 2]), rng.choice([0, 0, 0, 1, 2])}:
            parts[place].append(oid)
    folder = repo.path / "objects"
    kept = Path(tempfile.mkdtemp(dir=repo.path))
    bare = Repo(kept, "--bare")
    for part in parts[:2]:
        lines = "".join(f"{oid} {paths[oid]}\n" for oid in part).encode()
        options = ("-q", "--depth=50", "--window=20", "--no-reuse-delta")
        if part:
            repo.git("pack-objects", *options, f"{kept}/objects/pack/pack", stdin=lines)
    for oid in parts[2]:
        kind, data = found[oid]
        bare.git("hash-object", "-w", "-t", kind, "--literally", "--stdin", stdin=data)
    commits = [oid for oid in listed if found[oid][0] == "commit"]
    if rng.random() < 0.3 and commits:  # as a clone that was cut off
        (repo.path / "shallow").write_text("".join(f"{oid}\n" for oid in rng.sample(commits, 1)))
    folder.rename(repo.path / "objects.before")
    (kept / "objects").rename(folder)


def brought(repo: Repo, share: float, rng: random.Random) -> tuple[list[Change], list[str], list[Change], list[str]]:
    """What commits brought of some of the blobs and which ones failed, as trees tell it and as git does."""
    where = History(Repository("", str(repo.path)), Coverage())
    where.tasks()
    blobs = where.names("blob")
    wanted = {name for name in blobs if rng.random() < share}
    asked = provenance.Brought(where.git, where._packs, wanted, where.common)
    for task in asked.tasks(where._others, where._folders):
        assert task.question
        asked.take(provenance.answer(task, task.question, late=lambda: False))
    commits = where.names("commit")
    known = Lineages()
    for number in range(0, len(commits), 2):
        kind, data = STORED[commits[number].hex()]
        assert kind == "commit"
        known.add(commits[number], data)
    failed: list[str] = []
    changes = asked.changes(Graph(where.git, commits, known), commits, failed.append, where._absent, None)
    assert changes is not None
    found = [msg(one) for one in changes]
    asked.close()
    others = [name.hex() for name in commits if not readable(repo, name.hex())]
    named = {name.hex() for name in wanted}
    log = history.Log(where.git, [name.hex() for name in commits if name.hex() not in others])
    log.wait(None)
    expected = [msg(one) for one in log.changes(others.append, named, where._absent)]
    log.close()
    where.close()
    return found, failed, expected, others


def readable(repo: Repo, commit: str) -> bool:
    """Whether git can compare a commit with its parents: asked for itself, since git stops at one that it cannot."""
    try:
        repo.git("diff-tree", "-r", "-c", "--root", commit)
    except AssertionError:
        return False
    return True


STORED: dict[str, tuple[str, bytes]] = {}


def msg(change: Change) -> Change:
    """A change without what was there before."""
    return Change(change.commit, change.path, change.blob, ())


@pytest.fixture(params=["as installed", "interpreted"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both forms of what may be compiled."""
    if request.param == "interpreted":
        if not trees.COMPILED:
            pytest.skip("not compiled here: there is one form only")
        monkeypatch.setattr(provenance, "trees", packs.interpreted(trees))
        monkeypatch.setattr(provenance, "Table", packs.interpreted(table).Table)
        monkeypatch.setattr(provenance, "delta_trees", packs.interpreted(folders))
        monkeypatch.setattr(provenance, "Holdings", packs.interpreted(holdings).Holdings)
    return str(request.param)


@SEEDS
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 25), share=st.sampled_from([0.1, 0.5, 1.0]))
def test_trees_tell_what_git_tells(
    seed: int, count: int, share: float, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder, monkeypatch.context() as patch:
        repo = grown(rng, count, Path(folder, "repo.git"))
        STORED.update(packs.stored(repo))
        arranged(repo, rng, 0)
        real = provenance.Brought._joined
        doubtful: list[bytes] = []

        def joined(self: provenance.Brought, graph: Graph) -> Any:
            told, some = real(self, graph)
            doubtful.extend(some)
            return told, some

        patch.setattr(provenance.Brought, "_joined", joined)
        found, failed, expected, others = brought(repo, share, rng)
        assert sorted(found, key=str) == sorted(expected, key=str)
        assert found == expected
        assert failed == others == []
        assert not doubtful


@SEEDS
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 25), lost=st.integers(1, 3))
def test_the_same_where_something_is_missing(seed: int, count: int, lost: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        repo = grown(rng, count, Path(folder, "repo.git"))
        STORED.update(packs.stored(repo))
        arranged(repo, rng, lost)
        found, failed, expected, others = brought(repo, 0.5, rng)
        assert sorted(failed) == sorted(others)
        assert first(found) == first(expected)


def first(changes: list[Change]) -> tuple[list[Change], dict[str, str]]:
    """What counts of changes: all in order, of what is missing the first path."""
    paths: dict[str, str] = {}
    for one in changes:
        paths.setdefault(one.blob, one.path)
    return sorted(changes, key=lambda one: (one.commit, one.path)), paths
