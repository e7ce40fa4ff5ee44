import os
import subprocess
from pathlib import Path

import pytest

from stanch.errors import ConfigError
from stanch.guard import everywhere, script
from stanch.guard.everywhere import folder, install_global, uninstall_global
from stanch.guard.install import install

from .conftest import Git, add, write_script


@pytest.fixture
def guarded(stanch: str) -> Path:
    """The folder of global hooks."""
    install_global(run=[stanch])
    return folder()


def test_every_repository_is_guarded(
    guarded: Path, repository: Path, tmp_path: Path, server: Path, git: Git, secret: str
) -> None:
    git(tmp_path, "init", "-q", "later")
    for place in (repository, tmp_path / "later"):
        add(git, place, "a.py", f'x = "{secret}"\n')
        done = git(place, "commit", "-m", "leak", check=False)
        assert "stanch stopped this commit" in done.stdout
    git(repository, "commit", "-q", "--no-verify", "-m", "leak")
    assert "stanch stopped this push" in git(repository, "push", str(server), "main", check=False).stdout


def test_the_repositorys_own_hooks_still_run(guarded: Path, repository: Path, server: Path, git: Git) -> None:
    hooks = repository / ".git/hooks"
    for name in script.ALL_HOOKS:
        write_script(hooks / name, f'echo {name} >> "$LOG"')
    log = repository.parent / "log"
    env = {"LOG": str(log)}
    git(repository, "commit", "-q", "--allow-empty", "-m", "two", env=env)
    git(repository, "switch", "-q", "-c", "topic", env=env)
    git(repository, "commit", "-q", "--amend", "--allow-empty", "-m", "three", env=env)
    git(repository, "rebase", "-q", "--force-rebase", "main~1", env=env)
    git(repository, "switch", "-q", "main", env=env)
    git(repository, "merge", "-q", "--no-edit", "topic", env=env)
    git(repository, "push", "-q", str(server), "main", env=env)
    seen = set(log.read_text().split())
    assert seen >= {
        "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "post-rewrite",
        "pre-rebase", "pre-merge-commit", "post-merge", "pre-push", "reference-transaction", "post-index-change",
    }  # fmt: skip


def test_own_hooks_of_a_receiving_repository(guarded: Path, repository: Path, server: Path, git: Git) -> None:
    for name in ("pre-receive", "update", "post-receive", "post-update"):
        write_script(server / "hooks" / name, f'cat > "$GIT_DIR/{name}.got"; echo "$@" >> "$GIT_DIR/{name}.got"')
    git(repository, "push", "-q", str(server), "main")
    assert "refs/heads/main" in (server / "pre-receive.got").read_text()
    assert "refs/heads/main" in (server / "update.got").read_text()
    write_script(server / "hooks/update", "exit 1")
    assert git(repository, "push", str(server), "main:two", check=False).returncode == 1


def test_own_hook_that_refuses(guarded: Path, repository: Path, git: Git) -> None:
    write_script(repository / ".git/hooks/commit-msg", 'grep -q good "$1"')
    assert git(repository, "commit", "-q", "--allow-empty", "-m", "bad", check=False).returncode == 1
    git(repository, "commit", "-q", "--allow-empty", "-m", "good")
    write_script(repository / ".git/hooks/pre-commit", "exit 4")
    assert git(repository, "commit", "-q", "--allow-empty", "-m", "good", check=False).returncode == 1


def test_own_hooks_in_a_linked_work_tree(guarded: Path, repository: Path, tmp_path: Path, git: Git) -> None:
    write_script(repository / ".git/hooks/pre-commit", "echo own; exit 1")
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert "own" in git(tmp_path / "tree", "commit", "--allow-empty", "-m", "x", check=False).stdout


def test_repository_with_stanch_of_its_own_is_scanned_once(
    guarded: Path, repository: Path, git: Git, stanch: str, secret: str
) -> None:
    install(repository, run=[stanch])
    assert (repository / ".git/hooks/pre-commit").exists()
    add(git, repository, "a.py", f'x = "{secret}"\n')
    done = git(repository, "commit", "-m", "leak", check=False)
    assert done.stdout.count("stanch stopped this commit") == 1


def test_a_hooks_folder_that_links_to_the_global_one(guarded: Path, tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "-q", "--template=", "odd")
    (tmp_path / "odd/.git/hooks").symlink_to(guarded)
    git(tmp_path / "odd", "commit", "-q", "--allow-empty", "-m", "no circle")


@pytest.mark.parametrize("dirty", [False, True])
def test_push_to_a_checked_out_branch_works_as_before(
    guarded: Path, repository: Path, tmp_path: Path, git: Git, dirty: bool
) -> None:
    """The one hook whose mere presence changes what git does."""
    git(tmp_path, "clone", "-q", str(repository), "target")
    target = tmp_path / "target"
    git(target, "config", "receive.denyCurrentBranch", "updateInstead")
    add(git, repository, "new.txt", "new\n")
    git(repository, "commit", "-q", "-m", "new")
    if dirty:
        (target / "README").write_text("changed\n")
    done = git(repository, "push", str(target), "main", check=False)
    assert (done.returncode == 0) is not dirty, done.stdout
    assert (target / "new.txt").exists() is not dirty
    assert "unstaged changes" in done.stdout if dirty else True


def test_push_to_an_unborn_branch_of_a_work_tree(guarded: Path, repository: Path, tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "-q", "empty")
    git(tmp_path / "empty", "config", "receive.denyCurrentBranch", "updateInstead")
    git(repository, "push", "-q", str(tmp_path / "empty"), "main")
    assert (tmp_path / "empty/README").exists()


def test_twice_is_once_and_uninstall_leaves_nothing(repository: Path, git: Git, stanch: str) -> None:
    config = Path(os.environ["GIT_CONFIG_GLOBAL"])
    before = config.read_text()
    assert {change.action for change in install_global(run=[stanch])} == {"installed"}
    assert {change.action for change in install_global(run=[stanch])} == {"unchanged"}
    assert len(list(folder().iterdir())) == len(script.ALL_HOOKS)
    assert {change.hook for change in uninstall_global()} == set(script.GUARDED)
    assert not folder().exists()
    assert git(repository, "config", "--get", "core.hooksPath", check=False).returncode == 1
    assert config.read_text().replace("[core]\n", "") == before
    assert uninstall_global() == []


def test_more_hooks_later(guarded: Path, stanch: str) -> None:
    install_global(["pre-receive"], run=[stanch])
    for name in script.GUARDED:
        assert b" hook run " in (guarded / name).read_bytes()


def test_global_folder_that_is_there_already(
    repository: Path, tmp_path: Path, git: Git, stanch: str, secret: str
) -> None:
    theirs = tmp_path / "their hooks"
    content = write_script(theirs / "pre-commit", "echo theirs")
    git(repository, "config", "--global", "core.hooksPath", str(theirs))
    install_global(run=[stanch])
    add(git, repository, "a.py", f'x = "{secret}"\n')
    done = git(repository, "commit", "-m", "leak", check=False)
    assert "theirs" in done.stdout
    assert "stanch stopped this commit" in done.stdout
    uninstall_global()
    assert (theirs / "pre-commit").read_bytes() == content
    assert [path.name for path in theirs.iterdir()] == ["pre-commit"]
    assert git(repository, "config", "--get", "core.hooksPath").stdout.strip() == str(theirs)


@pytest.mark.parametrize("value", [".githooks", "/dev/null"])
def test_global_setting_that_cannot_be_chained(repository: Path, git: Git, value: str) -> None:
    git(repository, "config", "--global", "core.hooksPath", value)
    with pytest.raises(ConfigError):
        install_global()


def test_setting_in_an_included_file(tmp_path: Path, repository: Path, git: Git) -> None:
    (tmp_path / "more").write_text(f"[core]\n\thooksPath = {tmp_path}/x\n")
    git(repository, "config", "--global", "include.path", str(tmp_path / "more"))
    found = everywhere.setting()
    assert found is not None
    assert found.value == f"{tmp_path}/x"


@pytest.mark.parametrize("name", script.ALL_HOOKS)
def test_every_script_is_plain_shell(name: str, tmp_path: Path) -> None:
    for text in (
        script.global_hook(name, ["/a b/stanch's"], guarded=name in script.GUARDED),
        script.hook(name, ["/usr/bin/python3", "-P", "-m", "stanch"]),
        script.block(name).decode(),
    ):
        done = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, "")
