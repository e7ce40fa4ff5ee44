"""The graph of all commits: their order, which refs lead to them, and how they are kept."""

import hashlib
from collections.abc import Callable, Iterable

import pytest

from repositories import Repo
from stanch.sources.git import graph as graph_module
from stanch.sources.git import headers
from stanch.sources.git.command import Git
from stanch.sources.git.graph import Graph, Lineages, split

pytestmark = pytest.mark.usefixtures("isolated")
TREE, ONE, TWO = "a" * 40, "b" * 40, "c" * 40
WHO = "Jo <jo@example.com> 1700000000 +0100"


def named(oids: Iterable[str]) -> list[bytes]:
    """Names in bytes."""
    return [bytes.fromhex(oid) for oid in oids]


def test_the_graph_is_in_order_whatever_the_dates(repo: Repo) -> None:
    commits = []
    for number, date in enumerate([500, 100, 300, 200]):
        commits.append(repo.commit(str(number)))
        repo.git(
            "commit",
            "-q",
            "--amend",
            "--allow-empty",
            "-m",
            "x",
            env={"GIT_COMMITTER_DATE": f"{1700000000 + date} +0000"},
        )
        commits[-1] = repo.git("rev-parse", "HEAD")
    graph = Graph(Git(str(repo.path)), named(reversed(commits)))
    assert graph.order() == commits


def test_holders_of_more_sets_than_are_walked_at_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_module, "BITS", 2)
    commits = [repo.commit(str(number)) for number in range(5)]
    repo.git("branch", "half", commits[2])
    graph = Graph(Git(str(repo.path)), named(commits))
    tips = {"half": commits[2], "main": commits[4], "gone": "2" * 40}
    wanted = [{commits[0]}, {commits[4]}, {commits[3], commits[1]}, {"1" * 40}, set[str]()]
    assert graph.holders(wanted, tips) == [("half", "main"), ("main",), ("half", "main"), (), ()]


def test_of_very_many_refs_those_that_matter_most(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_module, "REFS", 3)
    commit = repo.commit("root")
    graph = Graph(Git(str(repo.path)), named([commit]))
    names = ("refs/pull/1/head", "refs/tags/v1", "refs/heads/main", "refs/pull/2/head", "HEAD")
    assert graph.holders([{commit}], dict.fromkeys(names, commit)) == [("HEAD", "refs/heads/main", "refs/tags/v1")]


def test_what_the_scan_has_read_is_not_asked_for(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = [repo.commit(str(number)) for number in range(3)]
    known = Lineages()
    for oid, data in headers.read(Git(str(repo.path)), commits):
        known.add(bytes.fromhex(oid), data)
    monkeypatch.setattr(headers, "read", lambda _, oids: iter([]) if not list(oids) else pytest.fail("asked"))
    graph = Graph(Git(str(repo.path)), named(commits), known)
    assert graph.order() == commits
    assert [graph.place(oid) for oid in (*commits, None, "d" * 40)] == [0, 1, 2, 0, 0]
    assert commits[0] in graph
    assert "d" * 40 not in graph
    assert set(split(graph.trees, 20)) == set(named(repo.git("rev-parse", "HEAD^{tree}").split()))


def test_a_commit_that_cannot_be_read(repo: Repo) -> None:
    commit = repo.commit("root")
    graph = Graph(Git(str(repo.path)), named([commit, ONE]))
    assert graph.order() == [commit]
    assert graph.unread == {bytes.fromhex(ONE)}
    assert Graph(Git(str(repo.path)), []).order() == []


ODD = [
    f"tree {TREE}\nparent {ONE}\nauthor {WHO}\ncommitter Jo <jo@example.com>\n\nx",
    f"tree {TREE}\nparent {ONE}\nauthor {WHO}\ncommitter {WHO}\n",
    f"tree {TREE}\nparent {ONE}\nauthor {WHO}\nx {WHO}\ncommitter {WHO}\n\nx",
    f"tree {TREE}\nparent {ONE}\nauthor {WHO}\ncommitter Jo <jo@example.com>  17 +0100\n\nx",
]
TORN = [
    f"tree {TREE}\nauthor {WHO}\nparent {ONE}\ncommitter {WHO}\n\nx",
    f"tree {TREE}\nparent {ONE}\nauthor {WHO}\ncommitter {WHO}\nparent {TWO}\n\nx",
    f"parent {ONE}\nauthor {WHO}\ncommitter {WHO}\n\nx",
    f"tree {TREE[:30]}\nparent {ONE}\nauthor {WHO}\ncommitter {WHO}\n\nx",
    f"tree {TREE}\nparent {ONE[:39]}\nauthor {WHO}\ncommitter {WHO}\n\nx",
    f"tree {TREE}\nparent {ONE.upper()}\nauthor {WHO}\ncommitter {WHO}\n\nx",
    "",
]


@pytest.mark.parametrize("text", ODD)
def test_commits_that_git_would_not_write_are_read_line_by_line(text: str) -> None:
    rows = one_row(text)
    assert rows.trees.hex() == TREE
    assert (tuple(name.hex() for name in split(rows.parents, 20)), rows.seconds[0]) == headers.lineage(text.encode())


@pytest.mark.parametrize("text", TORN)
def test_where_git_may_see_other_parents_it_is_asked(text: str) -> None:
    rows = one_row(text)
    assert bytes(rows.trees) == bytes(20)
    assert (tuple(name.hex() for name in split(rows.parents, 20)), rows.seconds[0]) == headers.lineage(text.encode())


def one_row(text: str) -> Lineages:
    """The row of one commit."""
    rows = Lineages()
    rows.add(hashlib.sha1(text.encode()).digest(), text.encode())
    assert len(rows.counts) == len(rows.seconds) == 1
    assert len(rows.parents) == 20 * rows.counts[0]
    return rows


def test_rows_of_several_processes(make_repo: Callable[..., Repo]) -> None:
    one, other = one_row(ODD[0]), one_row(ODD[1])
    both = Lineages()
    both.extend(one)
    both.extend(other)
    assert both.names == one.names + other.names
    assert list(both.counts) == [1, 1]
