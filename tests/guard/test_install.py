import os
import stat
from pathlib import Path

import pytest

from stanch.errors import ConfigError, TargetError
from stanch.guard import script
from stanch.guard.install import install, own_command, uninstall

from .conftest import Git, add, write_script


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder but git's objects and index: content and mode."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "objects" not in path.parts and path.name != "index"
    }


def test_twice_is_once(repository: Path) -> None:
    write_script(repository / ".git/hooks/pre-commit", "true")
    first = install(repository, run=["/opt/stanch"])
    before = snapshot(repository)
    second = install(repository, run=["/opt/stanch"])
    assert [change.action for change in first] == ["installed", "installed"]
    assert [change.action for change in second] == ["unchanged", "unchanged"]
    assert snapshot(repository) == before


def test_another_command_renews(repository: Path) -> None:
    install(repository, run=["/opt/stanch"])
    assert [change.action for change in install(repository, run=["/opt/new/stanch"])] == [
        "renewed",
        "renewed",
    ]
    assert script.command((repository / ".git/hooks/pre-commit").read_bytes()) == ["/opt/new/stanch"]


@pytest.mark.parametrize("earlier", [b"#!/bin/sh\necho a\n", b"#!/bin/sh\r\necho \xff", b"", b"\0\1\2"])
@pytest.mark.parametrize("mode", [0o755, 0o644, 0o500])
def test_uninstall_restores_byte_for_byte(repository: Path, earlier: bytes, mode: int) -> None:
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(earlier)
    hook.chmod(mode)
    before = snapshot(repository)
    install(repository, run=["/opt/stanch"])
    install(repository, run=["/opt/stanch"])
    assert snapshot(repository) != before
    changes = uninstall(repository)
    assert {change.hook: change.action for change in changes} == {
        "pre-commit": "restored",
        "pre-push": "removed",
    }
    assert snapshot(repository) == before
    assert uninstall(repository) == []


def test_earlier_hook_that_is_a_link(repository: Path) -> None:
    write_script(repository / "scripts/check", "true")
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to("../../scripts/check")
    install(repository, run=["/opt/stanch"])
    assert not hook.is_symlink()
    assert (hook.parent / "pre-commit.stanch-previous").resolve() == repository / "scripts/check"
    uninstall(repository)
    assert hook.readlink() == Path("../../scripts/check")
    assert script.version((repository / "scripts/check").read_bytes()) is None


def test_uninstall_one_hook(repository: Path) -> None:
    install(repository, run=["/opt/stanch"])
    uninstall(repository, ["pre-push"])
    assert (repository / ".git/hooks/pre-commit").exists()
    assert not (repository / ".git/hooks/pre-push").exists()


def test_a_hook_that_calls_stanch_already_is_left_alone(repository: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    content = write_script(hook, 'make lint && stanch hook run pre-commit "$@"')
    change = install(repository, ["pre-commit"])[0]
    assert (change.action, hook.read_bytes()) == ("unchanged", content)


def test_two_earlier_hooks_are_one_too_many(repository: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    write_script(hook, "echo one")
    install(repository, run=["/opt/stanch"])
    write_script(hook, "echo two")
    before = snapshot(repository)
    with pytest.raises(ConfigError, match="there already"):
        install(repository, run=["/opt/stanch"])
    assert snapshot(repository) == before


def test_a_folder_in_the_hooks_place(repository: Path) -> None:
    (repository / ".git/hooks/pre-push").mkdir(parents=True)
    with pytest.raises(ConfigError, match="a folder"):
        install(repository)
    assert not (repository / ".git/hooks/pre-commit").exists()


def test_no_hooks_folder_at_all(repository: Path, git: Git, stanch: str) -> None:
    for path in (repository / ".git/hooks").iterdir():
        path.unlink()
    (repository / ".git/hooks").rmdir()
    install(repository, run=[stanch])
    assert os.access(repository / ".git/hooks/pre-commit", os.X_OK)


def test_not_a_repository(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(TargetError, match="not a git repository"):
        install(tmp_path)
    with pytest.raises(TargetError, match="no such folder"):
        install(tmp_path / "nowhere")
    with pytest.raises(TargetError, match=r"inside a \.git folder"):
        install(repository / ".git")


def test_bare_repository_gets_pre_receive(server: Path) -> None:
    assert [change.hook for change in install(server)] == ["pre-receive"]
    with pytest.raises(ConfigError, match="no commits to stop"):
        install(server, ["pre-commit"])
    with pytest.raises(ConfigError, match="not a hook that stanch guards"):
        install(server, ["post-receive"])


def test_from_a_subfolder_and_for_a_linked_work_tree(repository: Path, tmp_path: Path, git: Git) -> None:
    (repository / "deep/er").mkdir(parents=True)
    install(repository / "deep/er")
    assert (repository / ".git/hooks/pre-commit").exists()
    uninstall(repository)
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    install(tmp_path / "tree")
    assert (repository / ".git/hooks/pre-commit").exists()
    assert [change.action for change in uninstall(tmp_path / "tree")] == ["removed", "removed"]


def test_core_hooks_path_of_the_repository(repository: Path, tmp_path: Path, git: Git) -> None:
    git(repository, "config", "core.hooksPath", str(tmp_path / "my hooks"))
    install(repository)
    assert (tmp_path / "my hooks/pre-commit").exists()
    assert not (repository / ".git/hooks/pre-commit").exists()
    uninstall(repository)
    assert not (tmp_path / "my hooks/pre-commit").exists()


@pytest.mark.parametrize("value", ["/dev/null", ""])
def test_hooks_that_are_turned_off(repository: Path, git: Git, value: str) -> None:
    git(repository, "config", "core.hooksPath", value)
    with pytest.raises(ConfigError, match="turned off"):
        install(repository)


def test_hooks_path_of_all_repositories_is_not_touched_from_one(repository: Path, tmp_path: Path, git: Git) -> None:
    git(repository, "config", "--global", "core.hooksPath", str(tmp_path / "everybody"))
    with pytest.raises(ConfigError, match="all repositories") as caught:
        install(repository)
    assert "--global" in caught.value.hint


def test_no_write_permission_changes_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(repository / ".git/hooks/pre-commit", "true")
    before = snapshot(repository)

    def fail(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(ConfigError, match="Permission denied"):
        install(repository)
    assert snapshot(repository) == before


@pytest.mark.parametrize("called", ["stanch", "bin/stanch"])
def test_own_command_is_absolute(stanch: str, called: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [called, "hook", "install"])
    assert own_command() == [stanch]


def test_own_command_without_a_script(stanch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/stanch/__main__.py", "hook", "install"])
    command = own_command()
    assert Path(command[0]).is_absolute()
    # Without -P a stanch.py in the repository would be run.
    assert command[1:] == ["-P", "-m", "stanch"]


# --- folders that a team shares -----------------------------------------------------------------------------


def husky9(repository: Path, git: Git) -> Path:
    """What husky 9 makes: generated starters in `.husky/_`, the team's own files in `.husky`."""
    git(repository, "config", "core.hooksPath", ".husky/_")
    folder = repository / ".husky/_"
    write_script(
        folder / "h",
        's=$(dirname "$(dirname "$0")")/$(basename "$0"); [ -f "$s" ] || exit 0; sh -e "$s" "$@"',
    )
    for name in ("pre-commit", "pre-push"):
        write_script(folder / name, '. "$(dirname "$0")/h"')
    return repository / ".husky"


def husky8(repository: Path, git: Git) -> Path:
    """What husky 5 to 8 make: the team's files start themselves a second time through `husky.sh`."""
    git(repository, "config", "core.hooksPath", ".husky")
    write_script(
        repository / ".husky/_/husky.sh",
        'if [ -z "$husky_skip_init" ]; then\n  readonly husky_skip_init=1\n  export husky_skip_init\n'
        '  sh -e "$0" "$@"\n  exit $?\nfi',
    )
    return repository / ".husky"


def test_husky_9(repository: Path, server: Path, git: Git, stanch: str, secret: str) -> None:
    folder = husky9(repository, git)
    (folder / "pre-commit").write_text("echo team\n")
    (folder / "pre-push").write_text("cat > got")
    before = snapshot(repository)
    changes = install(repository, run=[stanch])
    assert all("commit it" in change.note for change in changes)
    assert str(Path(stanch).parent) not in (folder / "pre-commit").read_text()
    assert [change.action for change in install(repository)] == ["unchanged", "unchanged"]
    add(git, repository, "a.py", "x = 1\n")
    assert "team" in git(repository, "commit", "-m", "clean").stdout
    git(repository, "push", "-q", str(server), "main", "main:two")
    assert len((repository / "got").read_text().splitlines()) == 2
    (repository / "got").unlink()
    git(repository, "push", "-q", str(server), "main")  # git has nothing to say to the hook
    assert (repository / "got").read_text() == ""
    (repository / "got").unlink()
    add(git, repository, "a.py", f'x = "{secret}"\n')
    assert git(repository, "commit", "-q", "-m", "leak", check=False).returncode == 1
    git(repository, "commit", "-q", "--no-verify", "-m", "leak")
    assert git(repository, "push", "-q", str(server), "main", check=False).returncode == 1
    git(repository, "reset", "-q", "--hard", "HEAD~2")
    uninstall(repository)
    assert snapshot(folder) == {
        name.removeprefix(".husky/"): kept for name, kept in before.items() if name.startswith(".husky/")
    }


def test_husky_8(repository: Path, git: Git, stanch: str, secret: str) -> None:
    folder = husky8(repository, git)
    content = write_script(folder / "pre-commit", '. "$(dirname -- "$0")/_/husky.sh"\n\necho team')
    install(repository, run=[stanch])
    add(git, repository, "a.py", f'x = "{secret}"\n')
    done = git(repository, "commit", "-m", "leak", check=False)
    assert done.stdout.count("stanch stopped this commit") == 1
    assert "team" not in done.stdout
    uninstall(repository)
    assert (folder / "pre-commit").read_bytes() == content
    assert not (folder / "pre-push").exists()


def test_shared_folder_without_husky(repository: Path, git: Git, stanch: str, secret: str) -> None:
    git(repository, "config", "core.hooksPath", ".githooks")
    install(repository, run=[stanch])
    hook = repository / ".githooks/pre-commit"
    assert hook.stat().st_mode & stat.S_IXUSR
    add(git, repository, "a.py", f'x = "{secret}"\n')
    assert git(repository, "commit", "-q", "-m", "leak", check=False).returncode == 1
    uninstall(repository)
    assert not hook.exists()


def test_shared_hook_that_is_no_shell_script(repository: Path, git: Git) -> None:
    git(repository, "config", "core.hooksPath", ".githooks")
    hook = repository / ".githooks/pre-commit"
    hook.parent.mkdir()
    hook.write_bytes(b"#!/usr/bin/env python3\nprint(1)\n")
    with pytest.raises(ConfigError, match="not a shell script") as caught:
        install(repository)
    assert "stanch hook run pre-commit" in caught.value.hint
    assert not (repository / ".githooks/pre-push").exists()


# --- other managers -----------------------------------------------------------------------------------------


def test_lefthook_gets_advice_or_stanch_beside_it(repository: Path) -> None:
    (repository / "lefthook.yml").write_text("pre-commit:\n  commands: {}\n")
    content = write_script(repository / ".git/hooks/pre-commit", 'lefthook run "pre-commit" "$@"')
    with pytest.raises(ConfigError, match="lefthook") as caught:
        install(repository)
    assert "run: stanch hook run pre-commit" in caught.value.hint
    changes = install(repository, beside=True)
    assert "lefthook puts its own hook back" in changes[0].note
    assert (repository / ".git/hooks/pre-commit.stanch-previous").read_bytes() == content


def test_lefthook_that_runs_stanch_already(repository: Path) -> None:
    (repository / ".lefthook.yaml").write_text(
        "pre-commit:\n  commands:\n    s:\n      run: stanch hook run pre-commit\n"
    )
    assert install(repository, ["pre-commit"])[0].action == "unchanged"
    assert not (repository / ".git/hooks/pre-commit").exists()


FRAMEWORK = "# File generated by pre-commit: https://pre-commit.com\necho framework\n"


def test_pre_commit_framework_in_front_again(repository: Path, git: Git, stanch: str, secret: str) -> None:
    """`pre-commit install` after stanch keeps stanch's hook as `.legacy` and calls it: no circle, no loss."""
    hook = repository / ".git/hooks/pre-commit"
    theirs = FRAMEWORK + 'if [ -x "$0.legacy" ]; then "$0.legacy" "$@" || exit $?; fi'
    write_script(hook, theirs)
    install(repository, ["pre-commit"], run=[stanch])
    hook.rename(hook.with_name("pre-commit.legacy"))
    write_script(hook, theirs)
    add(git, repository, "a.py", "x = 1\n")
    assert git(repository, "commit", "-m", "clean").stdout.count("framework") == 1
    add(git, repository, "a.py", f'x = "{secret}"\n')
    assert git(repository, "commit", "-m", "leak", check=False).returncode == 1
    assert [change.action for change in uninstall(repository)] == ["removed"]
    assert not hook.with_name("pre-commit.legacy").exists()
    git(repository, "commit", "-q", "-m", "leak")
