"""What a repository can hold, and what is told of each finding: every case in a repository that git made."""

from collections.abc import Callable

import pytest

from repositories import Repo, Secrets
from stanch.model import Finding, Report
from stanch.scan import Options, scan

pytestmark = pytest.mark.usefixtures("isolated")

HISTORY = Options(files=False)
ALL = Options(files=False, occurrences=True)


def only(report: Report) -> Finding:
    """The one finding of a complete scan."""
    assert report.coverage.complete, report.coverage.skipped
    assert len(report.findings) == 1, [(one.path, one.line) for one in report.findings]
    return report.findings[0]


def places(report: Report) -> list[tuple[str, int]]:
    return [(one.path, one.line) for one in report.findings]


# --- one secret, its commit and its fate ---------------------------------------------------------------------


def test_a_finding_tells_who_brought_it_when_and_where(repo: Repo, secret: str) -> None:
    repo.commit("first", {"README": "hello\n"})
    commit = repo.commit(
        "second", {"src/app.py": f"import x\n\ntoken = '{secret}'\n"}, author="Ann", email="ann@example.com"
    )
    found = only(scan(repo.path))
    assert (found.path, found.line, found.column, found.end_line, found.end_column) == ("src/app.py", 3, 10, 3, 60)
    assert (found.commit, found.author, found.email) == (commit, "Ann", "ann@example.com")
    assert found.date is not None
    assert found.date.startswith("2024-01-01T01:")
    assert found.date.endswith("+01:00")
    assert found.in_head is True
    assert found.refs == ("refs/heads/main",)
    assert (found.detector, found.count, found.last) == ("notion-integration-token", 1, None)
    assert secret not in f"{found}"


def test_a_secret_that_was_removed_is_found_and_not_in_head(repo: Repo, secret: str) -> None:
    commit = repo.commit("add", {"a.txt": secret})
    repo.commit("remove", {"a.txt": "nothing\n"})
    found = only(scan(repo.path))
    assert (found.commit, found.in_head, found.refs) == (commit, False, ("refs/heads/main",))


def test_a_root_commit_counts(repo: Repo, secret: str) -> None:
    commit = repo.commit("root", {"a.txt": secret})
    assert only(scan(repo.path, options=HISTORY)).commit == commit


def test_many_versions_are_one_row_with_first_and_last(repo: Repo, secret: str) -> None:
    commits = [
        repo.commit(f"{number}", {"a.txt": f"{'x' * number}\n" * number + f"key={secret}\n"}) for number in range(9)
    ]
    found = only(scan(repo.path, options=ALL))
    assert (found.count, found.commit, found.line) == (9, commits[0], 1)
    assert found.last is not None
    assert (found.last.commit, found.last.line) == (commits[-1], 9)
    assert [one.commit for one in found.occurrences] == commits
    assert [one.line for one in found.occurrences] == list(range(1, 10))
    assert not only(scan(repo.path, options=HISTORY)).occurrences


def test_a_thousand_commits_are_one_row(make_repo: Callable[..., Repo], secret: str) -> None:
    repo = make_repo("repo.git", "--bare")
    stream = []
    for number in range(1000):
        text = f"version {number}\n{secret}\n"
        who = f"committer Jo <jo@example.com> {1704067200 + number} +0000"
        stream.append(f"commit refs/heads/main\n{who}\ndata 1\nx\nM 100644 inline a.txt\ndata {len(text)}\n{text}\n")
    repo.git("fast-import", "--quiet", stdin="".join(stream).encode())
    found = only(scan(repo.path))
    commits = repo.git("rev-list", "--reverse", "main").split()
    assert (found.count, found.commit, found.in_head) == (1000, commits[0], True)
    assert found.last is not None
    assert found.last.commit == commits[-1]
    assert [one.commit for one in only(scan(repo.path, options=ALL)).occurrences] == commits


def test_removed_and_added_again_is_one_row(repo: Repo, secret: str) -> None:
    first = repo.commit("add", {"a.txt": secret})
    repo.commit("remove", {"a.txt": "nothing\n"})
    again = repo.commit("add again", {"a.txt": secret})
    found = only(scan(repo.path))
    assert (found.commit, found.count, found.in_head) == (first, 2, True)
    assert found.last is not None
    assert found.last.commit == again


def test_deleted_file_added_again(repo: Repo, secret: str) -> None:
    first = repo.commit("add", {"a.txt": secret})
    repo.commit("delete", {"a.txt": None})
    assert only(scan(repo.path)).in_head is False
    repo.commit("add again", {"a.txt": secret})
    found = only(scan(repo.path))
    assert (found.commit, found.count, found.in_head) == (first, 2, True)


def test_a_mode_that_changes_is_no_version(repo: Repo, secret: str) -> None:
    repo.commit("add", {"a.sh": secret})
    repo.git("update-index", "--chmod=+x", "a.sh")
    repo.commit("executable")
    assert only(scan(repo.path, options=HISTORY)).count == 1


def test_twice_in_a_file_are_two_rows(repo: Repo, secret: str) -> None:
    repo.commit("one", {"a.txt": f"a={secret}\n"})
    repo.commit("two", {"a.txt": f"a={secret}\n\nb={secret}\n"})
    report = scan(repo.path)
    assert [(one.line, one.count) for one in report.findings] == [(1, 2), (3, 1)]
    assert len({one.fingerprint for one in report.findings}) == 1


def test_renames_and_copies_are_places_of_their_own(repo: Repo, secret: str) -> None:
    first = repo.commit("add", {"a.txt": f"a={secret}\n"})
    repo.git("mv", "a.txt", "b.txt")
    second = repo.commit("rename")
    third = repo.commit("copy", {"c.txt": f"a={secret}\n"})
    found = scan(repo.path).findings
    assert [(one.path, one.commit, one.in_head) for one in found] == [
        ("a.txt", first, False),
        ("b.txt", second, True),
        ("c.txt", third, True),
    ]
    assert len({one.fingerprint for one in found}) == 1


def test_same_lines_with_other_line_ends(repo: Repo, secret: str) -> None:
    repo.commit("lf", {"a.txt": f"x\nkey={secret}\n"})
    repo.commit("crlf", {"a.txt": f"x\r\nkey={secret}\r\n"})
    found = only(scan(repo.path))
    assert (found.line, found.column, found.count) == (2, 5, 2)


def test_what_is_changed_and_not_committed_is_the_last_place(repo: Repo, secret: str) -> None:
    commit = repo.commit("add", {"a.txt": f"{secret}\n"})
    repo.write("a.txt", f"\n\n{secret}\n")
    found = only(scan(repo.path))
    assert (found.commit, found.count, found.in_head) == (commit, 2, True)
    assert found.last is not None
    assert (found.last.commit, found.last.line) == (None, 3)


def test_a_file_that_was_never_committed(repo: Repo, secret: str) -> None:
    repo.commit("clean", {"README": "hello\n"})
    repo.write("new.txt", secret)
    found = only(scan(repo.path))
    assert (found.path, found.commit, found.author, found.in_head) == ("new.txt", None, None, False)
    assert only(scan(repo.path, options=Options(history=False))).in_head is None


# --- branches and merges -------------------------------------------------------------------------------------


def test_refs_are_those_that_lead_to_it(repo: Repo, secret: str) -> None:
    repo.commit("first", {"README": "hello\n"})
    repo.git("branch", "old")
    repo.commit("second", {"a.txt": secret})
    repo.git("branch", "new")
    repo.git("tag", "v1")
    repo.git("tag", "-a", "-m", "release", "v2")
    repo.git("update-ref", "refs/pull/7/head", "HEAD")
    found = only(scan(repo.path))
    assert found.refs == ("refs/heads/main", "refs/heads/new", "refs/pull/7/head", "refs/tags/v1", "refs/tags/v2")


def test_brought_by_two_branches_each_for_itself(repo: Repo, secret: str) -> None:
    repo.commit("root", {"README": "hello\n"})
    repo.git("branch", "left")
    repo.git("checkout", "-q", "-b", "right")
    repo.commit("something else", {"b.txt": "b\n"})
    picked = repo.commit("on the right", {"a.txt": secret})
    repo.git("checkout", "-q", "left")
    repo.git("cherry-pick", picked)
    found = only(scan(repo.path, options=ALL))
    assert found.commit == picked
    assert found.count == 2
    assert found.refs == ("refs/heads/left", "refs/heads/right")


def test_the_oldest_commit_is_the_first_whatever_its_branch(repo: Repo, secret: str) -> None:
    repo.commit("root", {"README": "hello\n"})
    repo.git("checkout", "-q", "-b", "z-older")
    older = repo.commit("older", {"a.txt": secret})
    repo.git("checkout", "-q", "-b", "a-newer", "main")
    repo.commit("newer", {"a.txt": f"\n{secret}\n"})
    repo.git("checkout", "-q", "main")
    assert only(scan(repo.path)).commit == older


def test_squashed_into_another_branch(repo: Repo, secret: str) -> None:
    repo.commit("root", {"README": "hello\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("one", {"a.txt": "one\n"})
    topic = repo.commit("two", {"a.txt": f"one\n{secret}\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--squash", "topic")
    squashed = repo.commit("squashed")
    found = only(scan(repo.path, options=ALL))
    assert [one.commit for one in found.occurrences] == [topic, squashed]
    assert found.refs == ("refs/heads/main", "refs/heads/topic")
    repo.git("branch", "-q", "-D", "topic")
    assert only(scan(repo.path)).refs == ("refs/heads/main",)


def test_orphan_branches(repo: Repo, secrets: Secrets) -> None:
    one, two = secrets.notion(), secrets.notion()
    repo.commit("main", {"a.txt": one})
    repo.git("checkout", "-q", "--orphan", "pages")
    repo.git("rm", "-q", "-rf", ".")
    repo.commit("pages", {"index.html": two})
    found = scan(repo.path).findings
    assert [(one.path, one.refs, one.in_head) for one in found] == [
        ("a.txt", ("refs/heads/main",), False),
        ("index.html", ("refs/heads/pages",), True),
    ]


@pytest.fixture
def diverged(repo: Repo) -> Repo:
    """Two branches that changed the same line, and `main` on one of them."""
    repo.commit("root", {"a.txt": "root\n", "b.txt": "b\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", {"a.txt": "theirs\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {"a.txt": "ours\n"})
    return repo


def test_a_conflict_resolution_that_only_the_merge_holds(diverged: Repo, secret: str) -> None:
    diverged.git("merge", "-q", "topic", check=False)
    merge = diverged.commit("merge", {"a.txt": f"ours\ntheirs\n{secret}\n"})
    found = only(scan(diverged.path))
    assert (found.path, found.line, found.commit, found.in_head) == ("a.txt", 3, merge, True)


def test_an_evil_merge_adds_what_no_branch_had(diverged: Repo, secret: str) -> None:
    diverged.git("merge", "-q", "--no-commit", "-s", "ours", "topic")
    merge = diverged.commit("merge", {"new/evil.txt": secret})
    found = only(scan(diverged.path))
    assert (found.path, found.commit) == ("new/evil.txt", merge)


def test_a_merge_brings_nothing_that_a_branch_had(diverged: Repo, secret: str) -> None:
    diverged.git("checkout", "-q", "topic")
    commit = diverged.commit("secret", {"b.txt": f"b\n{secret}\n"})
    diverged.git("checkout", "-q", "main")
    diverged.git("merge", "-q", "-s", "ours", "topic")
    diverged.commit("theirs after all", {"b.txt": f"b\n{secret}\n"})
    found = only(scan(diverged.path, options=ALL))
    assert (found.commit, found.count) == (commit, 2)


def test_an_octopus_merge(repo: Repo, secret: str) -> None:
    repo.commit("root", {"README": "hello\n"})
    for name in ("one", "two", "three"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit(name, {f"{name}.txt": f"{name}\n"})
    repo.git("merge", "-q", "--no-commit", "one", "two")
    merge = repo.commit("octopus", {"evil.txt": secret})
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 3
    found = only(scan(repo.path))
    assert (found.path, found.commit) == ("evil.txt", merge)


# --- what is not on a branch ---------------------------------------------------------------------------------


def test_stash_with_index_and_untracked_files(repo: Repo, secrets: Secrets) -> None:
    changed, indexed, untracked = secrets.notion(), secrets.notion(), secrets.notion()
    repo.commit("root", {"a.txt": "a\n", "b.txt": "b\n"})
    repo.add("b.txt", f"b\n{indexed}\n")
    repo.write("b.txt", "b again\n")
    repo.write("a.txt", f"a\n{changed}\n")
    repo.write("untracked.txt", untracked)
    repo.git("stash", "-q", "--include-untracked")
    report = scan(repo.path, options=HISTORY)
    assert places(report) == [("a.txt", 2), ("b.txt", 2), ("untracked.txt", 1)]
    assert {one.refs for one in report.findings} == {("refs/stash",)}
    assert {one.in_head for one in report.findings} == {False}


def test_a_dropped_stash_dangles(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.write("a.txt", f"a\n{secret}\n")
    repo.git("stash", "-q")
    repo.git("stash", "drop", "-q")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.refs) == ("a.txt", ())


def test_what_only_the_reflog_knows(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    commit = repo.commit("mistake", {"a.txt": f"a\n{secret}\n"})
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("repack", "-q", "-a", "-d")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.commit, found.author, found.in_head, found.refs) == ("a.txt", commit, "Jo", False, ())


def test_a_dangling_commit_keeps_its_path(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    commit = repo.commit("mistake", {"a.txt": f"a\n{secret}\n"})
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("reflog", "expire", "--expire=now", "--all")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.commit) == ("a.txt", commit)


def test_a_dangling_blob(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    blob = repo.blob(f"x\n{secret}\n")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.line) == (f"(unreachable blob {blob[:12]})", 2)
    assert (found.commit, found.author, found.in_head, found.refs) == (None, None, False, ())


def test_staged_and_taken_back(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.add("a.txt", secret)
    repo.add("a.txt", "clean\n")
    assert only(scan(repo.path)).path.startswith("(unreachable blob ")


def test_staged_and_gone_from_the_work_tree(repo: Repo, secret: str) -> None:
    repo.commit("old place", {"old.txt": secret})
    repo.add("staged.txt", secret)
    (repo.path / "staged.txt").unlink()
    found = scan(repo.path).findings
    assert [(one.path, one.commit is None, one.in_head) for one in found] == [
        ("old.txt", False, True),
        ("staged.txt", True, False),
    ]


def test_staged_and_in_the_work_tree_is_one_version(repo: Repo, secret: str) -> None:
    repo.commit("root", {"README": "hello\n"})
    repo.add("a.txt", secret)
    found = only(scan(repo.path))
    assert (found.path, found.count, found.in_head, found.commit) == ("a.txt", 1, False, None)


def test_notes(repo: Repo, secret: str) -> None:
    commit = repo.commit("root", {"a.txt": "a\n"})
    repo.git("notes", "add", "-m", f"deployed with {secret}")
    found = only(scan(repo.path, options=HISTORY))
    assert found.path == commit
    assert found.refs == ("refs/notes/commits",)
    assert found.in_head is False


# --- messages ------------------------------------------------------------------------------------------------


def test_commit_messages(repo: Repo, secret: str) -> None:
    commit = repo.commit(f"Fix it\n\nThe token was\n{secret}\n", {"a.txt": "a\n"}, author="Ann")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.line, found.column) == ("(commit message)", 4, 1)
    assert (found.commit, found.author, found.in_head, found.refs) == (commit, "Ann", True, ("refs/heads/main",))


def test_the_first_line_of_a_message_is_line_one(repo: Repo, secret: str) -> None:
    repo.commit(f"use {secret}", {"a.txt": "a\n"})
    found = only(scan(repo.path, options=HISTORY))
    assert (found.line, found.column) == (1, 5)


def test_a_message_off_head(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit(f"use {secret}")
    repo.git("checkout", "-q", "main")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.in_head, found.refs) == (False, ("refs/heads/topic",))


def test_the_same_secret_in_many_messages_is_one_row(repo: Repo, secret: str) -> None:
    commits = [repo.commit(f"change {number}: {secret}", {"a.txt": f"{number}\n"}) for number in range(4)]
    found = only(scan(repo.path, options=ALL))
    assert [one.commit for one in found.occurrences] == commits


def test_an_author_can_be_a_secret(repo: Repo, secret: str) -> None:
    commit = repo.commit("typed into the wrong window", {"a.txt": "a\n"}, author=f"Jo {secret}")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.commit) == ("(commit message)", commit)


def test_annotated_tags(repo: Repo, secret: str) -> None:
    commit = repo.commit("root", {"a.txt": "a\n"})
    repo.git("tag", "-a", "v1", "-m", f"Release\n\n{secret}", env={"GIT_COMMITTER_NAME": "Tess"})
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.line, found.commit) == ("(tag message)", 3, commit)
    assert (found.author, found.in_head, found.refs) == ("Tess", False, ("refs/tags/v1",))


def test_a_tag_of_a_tag_and_a_deleted_one(repo: Repo, secrets: Secrets) -> None:
    inner, gone = secrets.notion(), secrets.notion()
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("tag", "-a", "inner", "-m", inner)
    repo.git("tag", "-a", "outer", "-m", "clean", "inner")
    repo.git("tag", "-d", "inner")
    repo.git("tag", "-a", "gone", "-m", gone)
    repo.git("tag", "-d", "gone")
    found = {one.secret.reveal(): one.refs for one in scan(repo.path, options=HISTORY).findings}
    assert found == {inner: ("refs/tags/outer",), gone: ()}


def test_an_annotated_tag_of_a_blob(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("tag", "-a", "key", "-m", "our key", repo.blob(secret))
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.refs, found.in_head) == ("(refs/tags/key)", ("refs/tags/key",), False)


def test_a_plain_tag_of_a_tree(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    blob = repo.blob(secret)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tdeep.txt\n".encode())
    repo.git("tag", "tree", tree)
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.refs, found.commit) == ("deep.txt", ("refs/tags/tree",), None)


def test_a_merged_tag_lives_in_the_merge_alone(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("topic", {"b.txt": "b\n"})
    repo.git("tag", "-a", "v1", "-m", f"with {secret}")
    tag = repo.git("cat-file", "tag", "v1")
    repo.loose(repo.git("rev-parse", "v1")).unlink()
    repo.git("update-ref", "-d", "refs/tags/v1")
    repo.git("checkout", "-q", "main")
    header = "mergetag " + tag.replace("\n", "\n ")
    tree, parents = repo.git("rev-parse", "topic^{tree}"), repo.git("rev-parse", "main", "topic").split()
    who = "Jo <jo@example.com> 1704067300 +0000"
    text = f"tree {tree}\nparent {parents[0]}\nparent {parents[1]}\nauthor {who}\ncommitter {who}\n{header}\n\nMerge\n"
    merge = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())
    repo.git("update-ref", "refs/heads/main", merge)
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.commit) == ("(commit message)", merge)


def test_signatures_are_no_findings_and_hide_none(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    signature = "-----BEGIN PGP SIGNATURE-----\n\n" + "iQEzBAABCAAdFiEE" * 4 + "\n=abcd\n-----END PGP SIGNATURE-----\n"
    repo.git("tag", "-a", "v1", "-m", f"release\n{signature}after {secret}\n")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.line) == ("(tag message)", 7)


# --- states of a repository ----------------------------------------------------------------------------------


def test_an_empty_repository(repo: Repo) -> None:
    report = scan(repo.path)
    assert report.coverage.complete
    assert report.findings == []
    assert report.coverage.commits == 0


def test_an_unborn_head_with_other_branches(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": secret})
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.in_head, found.refs) == (False, ("refs/heads/main",))


def test_a_detached_head(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "--detach")
    repo.commit("here only", {"a.txt": secret})
    found = only(scan(repo.path))
    assert (found.in_head, found.refs) == (True, ("HEAD",))


@pytest.mark.parametrize("arrange", [("repack", "-q", "-a", "-d"), ("pack-refs", "--all"), ("gc", "-q")])
def test_packed_and_loose_give_the_same(repo: Repo, secrets: Secrets, arrange: tuple[str, ...]) -> None:
    for number in range(3):
        repo.commit(f"{number}", {f"{number}.txt": "line\n" * 50 + secrets.notion()})
    repo.git("tag", "-a", "v1", "-m", secrets.notion())
    before = scan(repo.path, options=HISTORY)
    repo.git(*arrange)
    after = scan(repo.path, options=HISTORY)
    assert len(before.findings) == 4
    assert after.findings == before.findings


def test_a_commit_graph_changes_nothing(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": secret})
    repo.commit("more", {"b.txt": "b\n"})
    before = scan(repo.path, options=HISTORY).findings
    repo.git("commit-graph", "write", "--reachable")
    assert scan(repo.path, options=HISTORY).findings == before


def test_replaced_objects_are_read_as_they_are(repo: Repo, secrets: Secrets) -> None:
    real, fake = secrets.notion(), secrets.notion()
    repo.commit("root", {"a.txt": real})
    blob, clean = repo.git("rev-parse", "HEAD:a.txt"), repo.blob("clean\n")
    repo.git("replace", blob, clean)
    found = only(scan(repo.path, options=HISTORY))
    assert (found.path, found.secret.reveal(), found.in_head) == ("a.txt", real, True)
    second = repo.commit("second", {"b.txt": "b\n"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-q", "-rf", ".")
    other = repo.commit("other", {"c.txt": fake})
    repo.git("replace", second, other)
    repo.git("checkout", "-q", "main")
    assert {one.path: one.refs for one in scan(repo.path, options=HISTORY).findings} == {
        "a.txt": ("refs/heads/main",),
        "c.txt": ("refs/heads/other", f"refs/replace/{second}"),
    }


def test_grafts_do_not_cut_history(repo: Repo, secret: str) -> None:
    commit = repo.commit("root", {"a.txt": secret})
    second = repo.commit("second", {"b.txt": "b\n"})
    (repo.path / ".git/info/grafts").write_text(f"{second}\n")
    found = only(scan(repo.path, options=HISTORY))
    assert (found.commit, found.refs) == (commit, ("refs/heads/main",))


def test_sha256(make_repo: Callable[..., Repo], secrets: Secrets) -> None:
    repo = make_repo("repo", "--object-format=sha256")
    file, message = secrets.notion(), secrets.notion()
    commit = repo.commit(f"root {message}", {"a.txt": file})
    repo.git("tag", "-a", "v1", "-m", "release")
    found = scan(repo.path, options=HISTORY).findings
    assert [(one.path, one.commit, one.in_head) for one in found] == [
        ("(commit message)", commit, True),
        ("a.txt", commit, True),
    ]
    assert len(commit) == 64
    assert found[1].refs == ("refs/heads/main", "refs/tags/v1")
