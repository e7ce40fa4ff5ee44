"""Any history of a few files: the scan finds what a naive reading of every version of every file finds."""

import random
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repositories import START, Repo, Secrets
from stanch.detect import Engine
from stanch.scan import Options, scan

pytestmark = pytest.mark.usefixtures("isolated")

Tree = dict[str, tuple[str, ...]]
"""The lines of each file."""
POOL = [Secrets(seed).notion() for seed in range(5)]
NAMES = ["a.txt", "b.txt", "dir/c.txt", "dir/deep/d.txt"]


def edited(tree: Tree, rng: random.Random) -> Tree:
    """The tree after one to three random edits."""
    tree = dict(tree)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(NAMES)
        lines = list(tree.get(name, ()))
        match rng.choice(["insert", "insert", "plain", "remove", "move", "rename", "copy", "delete"]):
            case "insert":
                lines.insert(rng.randint(0, len(lines)), f"key = '{rng.choice(POOL)}'")
            case "plain":
                lines.insert(rng.randint(0, len(lines)), f"line {rng.randint(0, 9)}")
            case "remove" if lines:
                lines.pop(rng.randrange(len(lines)))
            case "move" if lines:
                lines.insert(0, lines.pop())
            case "rename" if lines:
                del tree[name]
                name = rng.choice(NAMES)
            case "copy" if lines:
                tree[rng.choice(NAMES)] = tuple(lines)
            case "delete":
                lines = []
        tree[name] = tuple(lines)
    return {name: lines for name, lines in tree.items() if lines}


def written(seed: int, count: int, folder: Path) -> Repo:
    """A bare repository of `count` commits with branches and merges, all drawn from `seed`."""
    rng = random.Random(seed)
    trees: list[Tree] = []
    stream = []
    for number in range(count):
        parents = rng.sample(range(1, number + 1), min(number, rng.choice([1, 1, 1, 2, 0])))
        tree: Tree = {}
        for parent in parents:
            tree = {name: rng.choice([tree.get(name, lines), lines]) for name, lines in trees[parent - 1].items()} | {
                name: lines for name, lines in tree.items() if name not in trees[parent - 1]
            }
        if len(parents) < 2 or rng.random() < 0.5:
            tree = edited(tree, rng)
        trees.append(tree)
        date = START + rng.randint(0, 20) * 60
        branch = f"refs/heads/b{rng.randint(0, 3)}" if rng.random() < 0.8 else f"refs/other/{number}"
        stream.append(f"commit {branch}\nmark :{number + 1}\ncommitter Jo <jo@example.com> {date} +0000\ndata 1\nx\n")
        if not parents:
            stream.append(f"from {'0' * 40}\n")
        stream += [f"{'merge' if at else 'from'} :{parent}\n" for at, parent in enumerate(parents)]
        stream.append("deleteall\n")
        for name, lines in tree.items():
            text = "".join(f"{line}\n" for line in lines)
            stream.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    repo = Repo(folder, "--bare")
    repo.git("fast-import", "--quiet", "--force", stdin="".join(stream).encode())
    heads = repo.git("for-each-ref", "--format=%(refname)").split()
    repo.git("symbolic-ref", "HEAD", rng.choice(heads))
    return repo


Row = tuple[str, str, int]
"""Path, secret, and the how-manieth of it in the file."""


def read(engine: Engine, repo: Repo) -> dict[Row, tuple[set[str], bool]]:
    """By `git log` and `git cat-file` alone: the commits that brought each row, and whether HEAD has it."""
    contents: dict[str, list[tuple[str, int]]] = {}

    def rows(blob: str) -> list[tuple[str, int]]:
        if blob not in contents:
            seen: Counter[str] = Counter()
            contents[blob] = []
            for match in engine.scan(repo.git("cat-file", "blob", blob).encode() + b"\n").matches:
                contents[blob].append((match.secret, seen[match.secret]))
                seen[match.secret] += 1
        return contents[blob]

    commits = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)")
    names = [line.split()[1] for line in commits.splitlines() if line.startswith("commit")]
    parents: dict[str, int] = {}
    brought: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    log = repo.git("log", "-m", "--raw", "--root", "--no-abbrev", "--no-renames", "--format=@%H %P", *names, "--")
    commit = ""
    for line in log.splitlines():
        if line.startswith("@"):
            commit, *above = line[1:].split(" (from ")[0].split()
            parents[commit] = max(len(above), 1)
        elif line.startswith(":"):
            facts, path = line.split("\t")
            brought[commit, path, facts.split()[3]] += 1
    found: dict[Row, tuple[set[str], bool]] = {}
    for (commit, path, blob), times in brought.items():
        if blob.strip("0") and times == parents[commit]:
            for secret, ordinal in rows(blob):
                found.setdefault((path, secret, ordinal), (set(), False))[0].add(commit)
    head = [line.split("\t") for line in repo.git("ls-tree", "-r", "HEAD").splitlines()]
    for facts, path in head:
        for secret, ordinal in rows(facts.split()[2]):
            found[path, secret, ordinal] = (found[path, secret, ordinal][0], True)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 12))
def test_any_history(seed: int, count: int, tmp_path: Path) -> None:
    engine = Engine()
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        repo = written(seed, count, Path(folder, "repo.git"))
        expected = read(engine, repo)
        report = scan(repo.path, options=Options(occurrences=True))
        assert report.coverage.complete
        found = []
        for one in report.findings:
            commits = {place.commit or "" for place in one.occurrences}
            found.append((one.path, one.secret.reveal(), sorted(commits), one.in_head))
            assert one.count == len(one.occurrences)
            assert one.commit == one.occurrences[0].commit
            assert set(one.refs) == _holders(repo, commits)
            for place in one.occurrences:
                line = repo.git("show", f"{place.commit}:{place.path}").splitlines()[place.line - 1]
                assert line[place.column - 1 : place.end_column - 1] == one.secret.reveal()
        assert sorted(found) == sorted(
            (path, secret, sorted(commits), in_head) for (path, secret, _), (commits, in_head) in expected.items()
        )


def _holders(repo: Repo, commits: set[str]) -> set[str]:
    contains = [f"--contains={commit}" for commit in commits]
    return set(repo.git("for-each-ref", "--format=%(refname)", *contains).split())


def test_the_reading_itself(tmp_path: Path) -> None:
    """The reference is worth something only if there is something to find."""
    engine = Engine()
    repos = [written(seed, 10, tmp_path / str(seed)) for seed in range(5)]
    assert any(repo.git("rev-list", "--merges", "--all") for repo in repos)
    found = [read(engine, repo) for repo in repos]
    assert sum(map(len, found)) > 20
    assert any(ordinal for rows in found for _, _, ordinal in rows)
    assert any(len(commits) > 3 for rows in found for commits, _ in rows.values())
