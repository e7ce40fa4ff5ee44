"""The forms in which a repository can lie on disk, and the names that its files can have."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import Repo, Secrets
from stanch.model import Finding, Report
from stanch.scan import Options, scan

pytestmark = pytest.mark.usefixtures("isolated")

HISTORY = Options(files=False)


def only(report: Report) -> Finding:
    """The one finding of a complete scan."""
    assert report.coverage.complete, report.coverage.skipped
    assert len(report.findings) == 1, [(one.path, one.line) for one in report.findings]
    return report.findings[0]


def lost(report: Report) -> list[tuple[str, str]]:
    return [(skip.path, skip.reason) for skip in report.coverage.skipped if not skip.harmless]


@pytest.fixture
def origin(repo: Repo, secret: str) -> Repo:
    """A repository that had a secret in its second of three commits, and a pull request."""
    repo.commit("first", {"README": "hello\n"})
    repo.commit("second", {"src/app.py": f"token = '{secret}'\n"})
    repo.commit("third", {"src/app.py": "token = env['TOKEN']\n"})
    repo.git("update-ref", "refs/pull/1/head", "HEAD~1")
    return repo


# --- clones --------------------------------------------------------------------------------------------------


def test_a_bare_repository(origin: Repo, tmp_path: Path) -> None:
    origin.git("clone", "-q", "--mirror", ".", str(tmp_path / "bare.git"))
    found = only(scan(tmp_path / "bare.git"))
    assert (found.path, found.in_head, found.refs) == (
        "src/app.py",
        False,
        ("refs/heads/main", "refs/pull/1/head"),
    )


def test_the_git_folder_itself_is_a_bare_repository(origin: Repo) -> None:
    assert only(scan(origin.path / ".git")).path == "src/app.py"


def test_a_bare_repository_where_only_named_ones_are_trusted(origin: Repo, tmp_path: Path) -> None:
    origin.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    origin.git("config", "--global", "safe.bareRepository", "explicit")
    assert only(scan(tmp_path / "bare.git")).path == "src/app.py"


def test_a_shallow_clone_is_noted(origin: Repo, tmp_path: Path, secret: str) -> None:
    origin.commit("fourth", {"b.txt": secret})
    origin.git("clone", "-q", "--depth=1", f"file://{origin.path}", str(tmp_path / "shallow"))
    found = (report := scan(tmp_path / "shallow")).findings
    assert report.coverage.complete
    assert [note for note in report.coverage.notes if "shallow" in note] == [
        ".: a shallow clone; its history ends where it was cut off"
    ]
    assert [(one.path, one.commit) for one in found] == [("b.txt", origin.git("rev-parse", "HEAD"))]


def test_a_partial_clone_is_incomplete_and_fetches_nothing(origin: Repo, tmp_path: Path) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    origin.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{origin.path}", str(clone))
    origin.git("config", "--file", str(clone / ".git/config"), "protocol.file.allow", "always")
    before = sorted(path.name for path in (clone / ".git/objects").rglob("*"))
    report = scan(clone)
    assert report.findings == []
    assert lost(report) == [(".git", "a partial clone: 3 files were never fetched")]
    assert sorted(path.name for path in (clone / ".git/objects").rglob("*")) == before


def test_a_clone_without_folders(origin: Repo, tmp_path: Path) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("clone", "-q", "--bare", "--filter=tree:0", f"file://{origin.path}", str(tmp_path / "partial.git"))
    report = scan(tmp_path / "partial.git")
    assert lost(report) == [(".git", "a partial clone: 0 files were never fetched, and folders of 3 commits")]
    assert report.coverage.commits == 3


def test_objects_from_another_store(origin: Repo, tmp_path: Path) -> None:
    origin.git("clone", "-q", "--shared", "--bare", ".", str(tmp_path / "sharing.git"))
    assert not list((tmp_path / "sharing.git/objects").rglob("*.pack"))
    assert only(scan(tmp_path / "sharing.git")).path == "src/app.py"


# --- several repositories in one target ----------------------------------------------------------------------


def test_a_linked_worktree_as_the_target(origin: Repo, tmp_path: Path, secret: str) -> None:
    origin.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"), "HEAD~1")
    found = only(scan(tmp_path / "linked"))
    assert (found.path, found.in_head, found.count) == ("src/app.py", True, 1)
    assert found.refs == ("refs/heads/linked", "refs/heads/main", "refs/pull/1/head")


def test_a_worktree_inside_its_repository_is_scanned_once(origin: Repo) -> None:
    origin.git("worktree", "add", "-q", "-b", "inner", "inner", "HEAD~1")
    report = scan(origin.path)
    assert [(one.path, one.commit is not None) for one in report.findings] == [
        ("inner/src/app.py", False),
        ("src/app.py", True),
    ]
    assert report.coverage.commits == 3


def test_a_submodule_has_its_history_under_its_path(origin: Repo, make_repo: Callable[..., Repo]) -> None:
    outer = make_repo("outer")
    outer.git("submodule", "--quiet", "add", str(origin.path), "libs/sub")
    outer.commit("with a submodule")
    found = only(scan(outer.path))
    assert (found.path, found.commit) == ("libs/sub/src/app.py", origin.git("rev-parse", "HEAD~1"))


def test_a_submodule_that_is_gone_is_still_in_the_git_folder(origin: Repo, make_repo: Callable[..., Repo]) -> None:
    outer = make_repo("outer")
    outer.git("submodule", "--quiet", "add", str(origin.path), "sub")
    outer.commit("with a submodule")
    outer.git("rm", "-q", "-f", "sub")
    outer.commit("without")
    assert only(scan(outer.path)).path == ".git/modules/sub/src/app.py"


def test_nested_repositories_each_with_its_history(repo: Repo, secrets: Secrets) -> None:
    values = [secrets.notion() for _ in range(3)]
    repo.commit("outer", {"a.txt": values[0]})
    repo.commit("clean", {"a.txt": "clean\n"})
    for name, value in zip(("vendor/one", "vendor/two"), values[1:], strict=True):
        nested = Repo(repo.path / name)
        nested.commit("nested", {"a.txt": value})
        nested.commit("clean", {"a.txt": "clean\n"})
    report = scan(repo.path)
    assert {one.path: one.secret.reveal() for one in report.findings} == {
        "a.txt": values[0],
        "vendor/one/a.txt": values[1],
        "vendor/two/a.txt": values[2],
    }
    assert {one.in_head for one in report.findings} == {False}


def test_a_folder_of_many_repositories(tmp_path: Path, secrets: Secrets) -> None:
    for number in range(5):
        one = Repo(tmp_path / f"all/{number}")
        one.commit("root", {"a.txt": secrets.notion()})
    report = scan(tmp_path / "all")
    assert [one.path for one in report.findings] == [f"{number}/a.txt" for number in range(5)]
    assert all(one.commit and one.in_head and one.refs for one in report.findings)


def test_a_repository_below_a_broken_one_is_not_the_one_around_it(repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": secret})
    (repo.path / "inner/.git").mkdir(parents=True)
    report = scan(repo.path / "inner")
    assert report.findings == []
    assert [path for path, _ in lost(report)] == [".git"]


def test_a_git_file_that_points_nowhere(tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "orphan"
    folder.mkdir()
    (folder / ".git").write_text("gitdir: /nonexistent/.git/worktrees/orphan\n")
    (folder / "a.txt").write_text(secret)
    report = scan(folder)
    assert [one.path for one in report.findings] == ["a.txt"]
    [(path, reason)] = lost(report)
    assert path == ".git"
    assert reason.startswith("not a repository that git can read: ")


def test_a_folder_that_only_looks_like_a_git_folder(tmp_path: Path, secrets: Secrets) -> None:
    fake = tmp_path / "target/fake"
    for name in ("objects/pack", "refs"):
        (fake / name).mkdir(parents=True)
    (fake / "HEAD").write_text("ref: refs/heads/main\n")
    (fake / "objects/notes.txt").write_text(secrets.notion())
    (fake / "index").write_text(secrets.notion())
    assert [one.path for one in scan(tmp_path / "target").findings] == ["fake/index", "fake/objects/notes.txt"]


def test_a_target_behind_a_link(origin: Repo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(origin.path)
    found = only(scan(tmp_path / "link"))
    assert (found.path, found.target) == ("src/app.py", str(tmp_path / "link"))


def test_credentials_of_remotes_stand_in_the_git_folder(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    repo.git("config", "http.extraHeader", f"X-Api-Key: {secrets.anthropic()}")
    repo.git("remote", "add", "origin", f"https://jo:{secrets.notion()}@git.example.com/jo/repo.git")
    found = scan(repo.path).findings
    assert {one.path for one in found} == {".git/config"}
    assert {"anthropic-api-key", "notion-integration-token"} <= {one.detector for one in found}


def test_a_repository_of_somebody_else(origin: Repo) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    for path in (origin.path, *origin.path.rglob("*")):
        os.lchown(path, 65534, 65534)
    assert not origin.git("rev-parse", "HEAD", check=False), "git itself refuses"
    assert only(scan(origin.path)).path == "src/app.py"


# --- contents ------------------------------------------------------------------------------------------------


def test_archives_in_history(repo: Repo, secret: str) -> None:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as tar:
        data = f"x\ntoken={secret}\n".encode()
        member = tarfile.TarInfo("conf/app.env")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/inner.tgz", inner.getvalue())
    commit = repo.commit("add", {"backup.zip": outer.getvalue()})
    repo.commit("remove", {"backup.zip": None})
    found = only(scan(repo.path))
    assert (found.path, found.line) == ("backup.zip!data/inner.tgz!conf/app.env", 2)
    assert (found.commit, found.in_head) == (commit, False)


def test_a_zip_bomb_in_history_is_cut_off_and_reported(repo: Repo, secret: str) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(32 << 20))
    repo.commit("bomb", {"bomb.zip": bomb.getvalue(), "a.txt": secret})
    report = scan(repo.path, options=HISTORY)
    assert [one.path for one in report.findings] == ["a.txt"]
    [(path, _)] = lost(report)
    assert path.startswith(f"bomb.zip (object {repo.git('rev-parse', 'HEAD:bomb.zip')[:12]})")


def test_binary_files(repo: Repo, secret: str) -> None:
    repo.commit("add", {"program": b"\x7fELF\0\1\2\0" * 100 + secret.encode() + b"\0\xff\xfe" * 100})
    assert only(scan(repo.path)).path == "program"


def test_utf_16(repo: Repo, secret: str) -> None:
    repo.commit("add", {"a.txt": f"one\ntoken = {secret}\n".encode("utf-16")})
    found = only(scan(repo.path))
    assert (found.line, found.decoded) == (2, ("utf-16",))


NAMES = [
    b"with space.txt",
    b"new\nline.txt",
    b"tab\tand'quotes\".txt",
    "é/日本語 ☃.txt".encode(),
    b"latin-\xe9\xff.txt",
    b"-rf",
    b":(glob)*",
    b"back\\slash",
    b"\x1b[31mred",
    b"deep/" * 30 + b"end",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_bytes(repo: Repo, secret: str, name: bytes) -> None:
    repo.write(name, secret)
    repo.git("add", "--all")
    commit = repo.commit("any name")
    found = only(scan(repo.path))
    assert found.path == name.decode("utf-8", "backslashreplace")
    assert (found.commit, found.count, found.in_head) == (commit, 1, True)


def test_a_link_in_history_is_what_it_says(repo: Repo, secret: str) -> None:
    (repo.path / "link").symlink_to(f"/run/secrets/{secret}")
    repo.git("add", "link")
    commit = repo.commit("link")
    found = only(scan(repo.path))
    assert (found.path, found.commit) == ("link", commit)


# --- hostile configuration -----------------------------------------------------------------------------------


def test_no_program_that_a_repository_names_is_run(repo: Repo, secret: str, tmp_path: Path) -> None:
    repo.commit("root", {"a.txt": "a\n", ".gitattributes": "* diff=evil filter=evil\n"})
    repo.commit(f"use {secret}", {"a.txt": f"{secret}\n"})
    repo.git("tag", "-a", "v1", "-m", "release")
    marker = tmp_path / "marker"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    evil.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"):
        (hooks / name).symlink_to(evil)
        (repo.path / ".git/hooks" / name).symlink_to(evil)
    (tmp_path / "more").write_text(f"[core]\n\tfsmonitor = {evil}\n")
    for key, value in {
        "core.fsmonitor": evil,
        "core.hooksPath": hooks,
        "core.pager": evil,
        "core.editor": evil,
        "core.sshCommand": evil,
        "core.gitProxy": evil,
        "core.askPass": evil,
        "core.alternateRefsCommand": evil,
        "credential.helper": evil,
        "gpg.program": evil,
        "log.showSignature": "true",
        "diff.external": evil,
        "diff.evil.command": evil,
        "diff.evil.textconv": evil,
        "diff.orderFile": tmp_path / "nowhere",
        "diff.relative": "true",
        "filter.evil.clean": evil,
        "filter.evil.smudge": evil,
        "filter.evil.process": evil,
        "filter.evil.required": "true",
        "includeIf.gitdir:/**.path": tmp_path / "more",
        "include.path": tmp_path / "more",
        "interactive.diffFilter": evil,
        "i18n.logOutputEncoding": "UTF-16",
        "alias.rev-list": f"!{evil}",
        "alias.cat-file": f"!{evil}",
        "uploadpack.packObjectsHook": evil,
        "remote.origin.url": f"ext::{evil}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
    }.items():
        repo.git("config", key, str(value), env={"GIT_CONFIG_GLOBAL": os.devnull})
    marker.unlink(missing_ok=True)
    scan(f"file://{repo.path}/.git")
    assert not marker.exists()
    # A blob that is missing would be asked for at the promised remote.
    repo.loose(repo.git("rev-parse", "HEAD~1:a.txt", env={"GIT_CONFIG_GLOBAL": os.devnull})).unlink()
    marker.unlink(missing_ok=True)
    report = scan(repo.path)
    assert {(one.path, one.author) for one in report.findings} >= {("a.txt", "Jo"), ("(commit message)", "Jo")}
    scan(repo.path, options=Options(revs=("HEAD",)))
    scan(repo.path, options=Options(staged=True))
    scan(repo.path, options=Options(skip_ignored=True))
    assert not marker.exists()


def test_a_repository_that_git_refuses(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {"a.txt": secrets.notion()})
    (repo.path / ".git/config").write_text("[core\nnonsense\n")
    report = scan(repo.path)
    assert [one.path for one in report.findings] == ["a.txt"]
    [(path, reason)] = lost(report)
    assert path == ".git"
    assert "bad config line 1" in reason
    (repo.path / ".git/config").write_text("[core]\n\trepositoryFormatVersion = 99\n")
    assert [path for path, _ in lost(scan(repo.path))] == [".git"]
