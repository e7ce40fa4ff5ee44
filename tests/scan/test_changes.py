"""What is staged, and what a range of commits brings: the new is told from the old."""

from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import Repo, Secrets
from stanch.errors import TargetError
from stanch.model import Report
from stanch.scan import Options, scan

pytestmark = pytest.mark.usefixtures("isolated")

STAGED = Options(staged=True)


def places(report: Report) -> list[tuple[str, int]]:
    assert report.coverage.complete, report.coverage.skipped
    return [(one.path, one.line) for one in report.findings]


def staged(repo: Repo) -> list[tuple[str, int]]:
    return places(scan(repo.path, options=STAGED))


def brought(repo: Repo, *revs: str) -> list[tuple[str, int]]:
    return places(scan(repo.path, options=Options(revs=revs)))


# --- staged --------------------------------------------------------------------------------------------------


def test_only_what_is_staged(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.write("untracked.txt", secrets.notion())
    repo.write("a.txt", secrets.notion())
    assert staged(repo) == []
    repo.add("b/new.txt", f"\n{secrets.notion()}\n")
    report = scan(repo.path, options=STAGED)
    assert places(report) == [("b/new.txt", 2)]
    [found] = report.findings
    assert (found.commit, found.author, found.in_head, found.count) == (None, None, False, 1)


def test_before_the_first_commit(repo: Repo, secret: str) -> None:
    repo.add("a.txt", secret)
    assert staged(repo) == [("a.txt", 1)]


def test_an_old_secret_in_a_touched_file_does_not_count(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": f"a={secret}\n"})
    repo.add("a.txt", f"new line\na={secret}\nmore\n")
    assert staged(repo) == []


def test_a_second_copy_counts_where_it_was_put(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": f"a={secret}\n"})
    repo.add("a.txt", f"b={secret}\n\na={secret}\n")
    assert staged(repo) == [("a.txt", 1)]
    repo.add("a.txt", f"a={secret}\na={secret}\n")
    assert staged(repo) == [("a.txt", 2)]


def test_a_copy_in_another_file_counts(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": secret})
    repo.add("b.txt", secret)
    assert staged(repo) == [("b.txt", 1)]


def test_a_changed_line_around_an_old_secret_does_not_count(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": f"old_name={secret}\n"})
    repo.add("a.txt", f"new_name={secret}\n")
    assert staged(repo) == []


def test_a_new_secret_in_place_of_an_old_one_counts(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": f"a={secrets.notion()}\n"})
    repo.add("a.txt", f"a={secrets.notion()}\n")
    assert staged(repo) == [("a.txt", 1)]


def test_deleted_files(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": secret})
    repo.git("rm", "-q", "a.txt")
    assert staged(repo) == []


def test_renamed_files_bring_nothing_but_what_is_added(repo: Repo, secrets: Secrets) -> None:
    old, new = secrets.notion(), secrets.notion()
    repo.commit("root", {"a.txt": "line\n" * 9 + old})
    repo.git("mv", "a.txt", "b.txt")
    assert staged(repo) == []
    repo.add("b.txt", f"entirely rewritten\n{new}\n\n{old}\n")
    assert staged(repo) == [("b.txt", 2)]
    repo.add("c.txt", old)
    assert staged(repo) == [("b.txt", 2), ("c.txt", 1)]


def test_part_of_a_change_by_another_index(repo: Repo, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `git commit FILE` does it: the hook sees an index that holds this file alone."""
    repo.commit("root", {"a.txt": "a\n", "b.txt": "b\n"})
    repo.add("a.txt", secrets.notion())
    repo.write("b.txt", secrets.notion())
    other = str(repo.path / ".git/next-index")
    env = {"GIT_INDEX_FILE": other}
    repo.git("read-tree", "HEAD", env=env)
    repo.git("add", "b.txt", env=env)
    assert staged(repo) == [("a.txt", 1)]
    monkeypatch.setenv("GIT_INDEX_FILE", other)
    assert staged(repo) == [("b.txt", 1)]


def test_what_is_only_meant_to_be_added(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.write("b.txt", secret)
    repo.git("add", "--intent-to-add", "b.txt")
    assert staged(repo) == []


def test_a_merge_that_is_being_committed_brings_only_the_resolution(repo: Repo, secrets: Secrets) -> None:
    theirs, new = secrets.notion(), secrets.notion()
    repo.commit("root", {"a.txt": "root\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", {"a.txt": f"theirs={theirs}\n", "b.txt": theirs})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {"a.txt": "ours\n"})
    repo.git("merge", "-q", "topic", check=False)
    repo.add("a.txt", f"ours\ntheirs={theirs}\n")
    assert staged(repo) == []
    repo.add("a.txt", f"ours\ntheirs={theirs}\nnew={new}\n")
    assert staged(repo) == [("a.txt", 3)]


def test_staged_links_and_submodules(repo: Repo, secret: str, make_repo: Callable[..., Repo]) -> None:
    sub = make_repo("sub")
    sub.commit("root", {"a.txt": secret})
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("submodule", "--quiet", "add", str(sub.path), "sub")
    (repo.path / "link").symlink_to(secret)
    repo.git("add", "link")
    assert staged(repo) == [("link", 1)]


def test_staged_in_a_folder_of_a_repository(repo: Repo, secret: str) -> None:
    repo.add("src/deep/a.txt", secret)
    assert places(scan(repo.path / "src/deep", options=STAGED)) == [("src/deep/a.txt", 1)]


def test_staged_names_of_any_bytes(repo: Repo, secret: str) -> None:
    repo.write(b"caf\xe9 \n.txt", secret)
    repo.git("add", "--all")
    assert staged(repo) == [("caf\\xe9 \n.txt", 1)]


def test_staged_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="not in a git repository"):
        scan(tmp_path, options=STAGED)


def test_staged_with_a_damaged_index(repo: Repo) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    (repo.path / ".git/index").write_bytes(b"garbage")
    with pytest.raises(TargetError, match="index file"):
        scan(repo.path, options=STAGED)


# --- ranges --------------------------------------------------------------------------------------------------


@pytest.fixture
def line(repo: Repo, secrets: Secrets) -> Repo:
    """Four commits tagged 0 to 3, each with a secret of its own."""
    for number in range(4):
        repo.commit(f"{number}", {f"{number}.txt": secrets.notion()})
        repo.git("tag", f"v{number}")
    return repo


def test_ranges_leave_out_their_beginning_and_take_their_end(line: Repo) -> None:
    assert brought(line, "v1..v3") == [("2.txt", 1), ("3.txt", 1)]
    assert brought(line, "v2..") == [("3.txt", 1)]
    assert brought(line, "v3..v3") == []
    assert brought(line, "v1") == [("0.txt", 1), ("1.txt", 1)]
    assert brought(line, "v3", "^v2") == [("3.txt", 1)]
    assert brought(line, "v3", "--not", "v1") == [("2.txt", 1), ("3.txt", 1)]


def test_the_root_commit_is_in_a_range_that_has_no_beginning(line: Repo) -> None:
    assert brought(line, "v0") == [("0.txt", 1)]
    assert brought(line, "--all") == [(f"{number}.txt", 1) for number in range(4)]


def test_a_finding_of_a_range_tells_its_commit(line: Repo) -> None:
    [found] = scan(line.path, options=Options(revs=("v2..v3",))).findings
    assert found.commit == line.git("rev-parse", "v3")
    assert (found.author, found.email, found.in_head) == ("Jo", "jo@example.com", True)
    assert found.refs == ("refs/heads/main", "refs/tags/v3")
    assert found.date is not None


def test_refs_of_many_findings(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root")
    for number in range(12):
        repo.commit(f"{number}", {f"{number:02}.txt": secrets.notion()})
    repo.git("branch", "half", "HEAD~6")
    found = scan(repo.path, options=Options(revs=("main~12..main",))).findings
    assert [one.refs for one in found] == [("refs/heads/half", "refs/heads/main")] * 6 + [("refs/heads/main",)] * 6


def test_what_was_there_before_the_range_does_not_count(repo: Repo, secrets: Secrets) -> None:
    old, new = secrets.notion(), secrets.notion()
    base = repo.commit("root", {"a.txt": old})
    repo.commit("touch", {"a.txt": f"touched\n{old}\n"})
    repo.git("mv", "a.txt", "b.txt")
    repo.commit("rename")
    repo.commit("new", {"b.txt": f"touched\n{old}\n{new}\n"})
    assert brought(repo, f"{base}..") == [("b.txt", 3)]


def test_what_the_range_brings_is_new_wherever_it_moves(repo: Repo, secret: str) -> None:
    base = repo.commit("root", {"README": "hello\n"})
    first = repo.commit("add", {"a.txt": secret})
    repo.git("mv", "a.txt", "b.txt")
    second = repo.commit("rename")
    found = scan(repo.path, options=Options(revs=(f"{base}..",))).findings
    assert [(one.path, one.commit, one.in_head) for one in found] == [
        ("a.txt", first, False),
        ("b.txt", second, True),
    ]


def test_in_head_follows_later_changes(repo: Repo, secrets: Secrets) -> None:
    kept, gone = secrets.notion(), secrets.notion()
    base = repo.commit("root", {"README": "hello\n"})
    repo.commit("add", {"kept.txt": kept, "gone.txt": gone})
    repo.commit("touch", {"kept.txt": f"touched\n{kept}\n", "gone.txt": "removed\n"})
    found = scan(repo.path, options=Options(revs=(f"{base}..",))).findings
    assert [(one.path, one.line, one.in_head) for one in found] == [("gone.txt", 1, False), ("kept.txt", 1, True)]
    assert [one.count for one in found] == [1, 1]


def test_two_copies_one_after_the_other_are_two_rows(repo: Repo, secret: str) -> None:
    base = repo.commit("root", {"a.txt": "a\n"})
    repo.commit("one", {"a.txt": f"a\none={secret}\n"})
    repo.commit("two", {"a.txt": f"two={secret}\na\none={secret}\n"})
    assert brought(repo, f"{base}..") == [("a.txt", 1), ("a.txt", 2)]


def test_added_removed_and_added_in_one_range(repo: Repo, secret: str) -> None:
    base = repo.commit("root", {"a.txt": "a\n"})
    first = repo.commit("add", {"a.txt": secret})
    repo.commit("remove", {"a.txt": "a\n"})
    last = repo.commit("add again", {"a.txt": secret})
    [found] = scan(repo.path, options=Options(revs=(f"{base}..",))).findings
    assert (found.commit, found.count, found.last.commit if found.last else "") == (first, 2, last)


def test_messages_in_a_range(repo: Repo, secrets: Secrets) -> None:
    repo.commit(f"old {secrets.notion()}")
    commit = repo.commit(f"new\n\n{secrets.notion()}")
    [found] = scan(repo.path, options=Options(revs=("HEAD~1..",))).findings
    assert (found.path, found.line, found.commit, found.in_head) == ("(commit message)", 3, commit, True)


def test_a_merge_in_a_range_brings_what_is_its_own(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": "root\n"})
    repo.git("checkout", "-q", "-b", "topic")
    topic = repo.commit("topic", {"a.txt": f"topic={secrets.notion()}\n"})
    repo.git("checkout", "-q", "main")
    base = repo.commit("ours", {"a.txt": "ours\n"})
    repo.git("merge", "-q", "topic", check=False)
    both = repo.git("show", "topic:a.txt")
    merge = repo.commit("merge", {"a.txt": f"ours\n{both}\nevil={secrets.notion()}\n"})
    found = scan(repo.path, options=Options(revs=(f"{base}..",))).findings
    assert [(one.line, one.commit) for one in found] == [(1, topic), (3, merge)]


def test_a_tag_pushed_alone(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("tag", "-a", "v1", "-m", f"release\n\n{secret}", env={"GIT_COMMITTER_NAME": "Tess"})
    tag = repo.git("rev-parse", "refs/tags/v1")
    [found] = scan(repo.path, options=Options(revs=(tag, "--not", "--branches"))).findings
    assert (found.path, found.line, found.author, found.commit) == ("(tag message)", 3, "Tess", None)
    assert brought(repo, "main", "--not", tag) == []


def test_tags_of_tags_of_blobs_and_trees(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    blob = repo.blob(secrets.notion())
    repo.git("tag", "-a", "inner", "-m", f"inner {secrets.notion()}", blob)
    repo.git("tag", "-a", "outer", "-m", f"outer {secrets.notion()}", "inner")
    tag = repo.git("rev-parse", "refs/tags/outer")
    assert brought(repo, tag, "--not", "--branches") == [("(outer)", 1), ("(tag message)", 1), ("(tag message)", 1)]
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tdeep.txt\n".encode())
    assert brought(repo, tree, "--not", "--branches") == [("deep.txt", 1)]
    assert brought(repo, blob) == [(f"(blob {blob[:12]})", 1)]


def test_a_range_in_a_bare_repository(line: Repo, tmp_path: Path) -> None:
    line.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert places(scan(tmp_path / "bare.git", options=Options(revs=("v2..v3",)))) == [("3.txt", 1)]


def test_a_range_at_an_address(line: Repo) -> None:
    assert places(scan(f"file://{line.path}", options=Options(revs=("v2..v3",)))) == [("3.txt", 1)]


def test_ranges_and_staged_at_an_address_that_cannot_be(line: Repo) -> None:
    with pytest.raises(TargetError, match=r"^file://.*: git rev-list: bad revision 'nonsense'$"):
        scan(f"file://{line.path}", options=Options(revs=("nonsense",)))
    with pytest.raises(TargetError, match="no index"):
        scan(f"file://{line.path}", options=STAGED)


def test_a_range_in_a_shallow_clone_says_so(line: Repo, tmp_path: Path) -> None:
    line.git("clone", "-q", "--depth=2", f"file://{line.path}", str(tmp_path / "shallow"))
    report = scan(tmp_path / "shallow", options=Options(revs=("HEAD",)))
    assert [one.path for one in report.findings] == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert "shallow" in report.coverage.notes[0]


def test_a_range_with_missing_content(line: Repo) -> None:
    oid = line.git("rev-parse", "v3:3.txt")
    line.loose(oid).unlink()
    report = scan(line.path, options=Options(revs=("v1..v3",)))
    assert [one.path for one in report.findings] == ["2.txt"]
    assert [(skip.path, skip.reason) for skip in report.coverage.skipped] == [
        (f"3.txt (object {oid[:12]})", "missing or damaged")
    ]


def test_a_range_with_missing_trees(line: Repo) -> None:
    line.loose(line.git("rev-parse", "v2^{tree}")).unlink()
    report = scan(line.path, options=Options(revs=("v0..v3",)))
    assert [one.path for one in report.findings] == ["1.txt"]
    assert {skip.path for skip in report.coverage.skipped} == {
        f"commit {line.git('rev-parse', 'v2')}",
        f"commit {line.git('rev-parse', 'v3')}",
    }


@pytest.mark.parametrize("revs", [("nonsense",), ("v1..nonsense",), ("--output=x",), ("-n1",), ("--exec=x", "v1")])
def test_what_is_no_revision(line: Repo, revs: tuple[str, ...]) -> None:
    with pytest.raises(TargetError):
        scan(line.path, options=Options(revs=revs))


def test_a_range_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="not in a git repository"):
        scan(tmp_path, options=Options(revs=("HEAD",)))


def test_a_range_in_an_empty_repository(repo: Repo) -> None:
    with pytest.raises(TargetError, match="HEAD"):
        scan(repo.path, options=Options(revs=("HEAD",)))


def test_grafts_and_replacements_do_not_hide_commits(line: Repo) -> None:
    one, three = line.git("rev-parse", "v1", "v3").split()
    (line.path / ".git/info/grafts").write_text(f"{three} {one}\n")
    line.git("replace", "--graft", three, one)
    assert brought(line, "v1..v3") == [("2.txt", 1), ("3.txt", 1)]
