import os
from pathlib import Path

import pytest

from stanch.guard import script
from stanch.guard.everywhere import folder, install_global
from stanch.guard.install import install
from stanch.guard.status import Problem, doctor, status

from .conftest import Git, write_script
from .test_install import FRAMEWORK, husky9


@pytest.fixture
def command(tmp_path: Path) -> str:
    """A command that answers `--version`, and is not on PATH."""
    path = tmp_path / "opt/stanch"
    write_script(path, "echo stanch 1")
    return str(path)


@pytest.fixture(autouse=True)
def nothing_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git and the shell, but no stanch of the machine's."""
    kept = [part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "stanch").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


def told(problems: list[Problem], hook: str = "pre-commit") -> tuple[str, str]:
    """What the one problem of a hook says, and what to do."""
    found = [problem for problem in problems if problem.hook == hook]
    assert len(found) == 1, problems
    return found[0].what, found[0].todo


def test_nothing_installed(repository: Path, server: Path) -> None:
    found = status(repository)
    assert [(hook.name, hook.runs, hook.path) for hook in found.hooks] == [
        ("pre-commit", False, ""),
        ("pre-push", False, ""),
    ]
    assert told(doctor(repository, {})) == ("not installed", "stanch hook install --hook pre-commit")
    assert [hook.name for hook in status(server).hooks] == ["pre-receive"]


def test_all_is_well(repository: Path, server: Path, command: str) -> None:
    write_script(repository / ".git/hooks/pre-push", "true")
    install(repository, ["pre-commit", "pre-push", "pre-receive"], run=[command])
    install(server, run=[command])
    assert doctor(repository, {}) == []
    assert doctor(server, {}) == []
    hooks = status(repository).hooks
    assert [(hook.name, hook.runs, hook.through, hook.version) for hook in hooks] == [
        (name, True, "git", script.VERSION) for name in script.GUARDED
    ]
    assert hooks[0].command == (command,)
    assert hooks[1].previous.endswith("pre-push" + script.PREVIOUS)


def test_hook_that_is_not_executable(repository: Path, command: str) -> None:
    install(repository, run=[command])
    hook = repository / ".git/hooks/pre-commit"
    hook.chmod(0o644)
    what, todo = told(doctor(repository, {}))
    assert "not executable" in what
    assert todo == f"chmod +x {hook}"


def test_core_hooks_path_set_afterwards(repository: Path, tmp_path: Path, git: Git, command: str) -> None:
    install(repository, run=[command])
    git(repository, "config", "core.hooksPath", str(tmp_path / "elsewhere"))
    what, todo = told(doctor(repository, {}))
    assert f"git looks for hooks in {tmp_path / 'elsewhere'}" in what
    assert ".git/config" in what
    assert todo == "stanch hook install"
    assert status(repository).hooks[0].path.endswith(".git/hooks/pre-commit")
    assert not status(repository).hooks[0].runs
    install(repository, run=[command])
    assert doctor(repository, {}) == []


def test_hooks_turned_off(repository: Path, git: Git, command: str) -> None:
    install(repository, run=[command])
    git(repository, "config", "core.hooksPath", os.devnull)
    assert "turned off" in told(doctor(repository, {}), "")[0]


def test_command_that_is_gone(repository: Path, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(repository, run=[command])
    Path(command).unlink()
    what, todo = told(doctor(repository, {}))
    assert "no longer there, nor is stanch on PATH" in what
    assert todo == "install stanch again, then stanch hook install"
    write_script(tmp_path / "bin/stanch", "true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert "is taken from PATH instead" in told(doctor(repository, {}))[0]


def test_command_that_does_not_work(repository: Path, command: str) -> None:
    install(repository, run=[command])
    write_script(Path(command), "echo No module named stanch >&2; exit 1")
    assert "does not work: No module named stanch" in told(doctor(repository, {}))[0]


def test_old_version(repository: Path, command: str) -> None:
    install(repository, run=[command])
    hook = repository / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace(f"# stanch-hook {script.VERSION}:", "# stanch-hook 0:"))
    assert "older stanch" in told(doctor(repository, {}))[0]


def test_husky(repository: Path, git: Git, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    husky9(repository, git)
    install(repository, run=[command])
    assert [(hook.runs, hook.through) for hook in status(repository).hooks] == [(True, "husky")] * 2
    assert "not on PATH" in told(doctor(repository, {}))[0]
    monkeypatch.setenv("PATH", f"{Path(command).parent}{os.pathsep}{os.environ['PATH']}")
    assert doctor(repository, {}) == []
    assert told(doctor(repository, {"HUSKY": "0"}))[1] == "unset HUSKY"
    git(repository, "config", "--unset", "core.hooksPath")  # a fresh clone
    what, todo = told(doctor(repository, {}))
    assert "husky is not installed here" in what
    assert "npm install" in todo


def test_lefthook(repository: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(command).parent}{os.pathsep}{os.environ['PATH']}")
    text = "".join(
        f"{name}: {{commands: {{s: {{run: stanch hook run {name}}}}}}}\n" for name in ("pre-commit", "pre-push")
    )
    (repository / "lefthook.yml").write_text(text)
    assert told(doctor(repository, {}))[1] == "lefthook install"
    for name in ("pre-commit", "pre-push"):
        write_script(repository / ".git/hooks" / name, f"call_lefthook run {name}")
    assert doctor(repository, {}) == []
    assert told(doctor(repository, {"LEFTHOOK": "0"}))[1] == "unset LEFTHOOK"


def test_lefthook_that_put_its_own_back(repository: Path, command: str) -> None:
    (repository / "lefthook.yml").write_text("pre-commit: {}\n")
    hook = repository / ".git/hooks/pre-commit"
    write_script(hook, "call_lefthook run pre-commit")
    install(repository, ["pre-commit"], beside=True, run=[command])
    hook.rename(hook.with_name("pre-commit.old"))
    write_script(hook, "call_lefthook run pre-commit")
    what, todo = told(doctor(repository, {}))
    assert "another tool has put its own hook before" in what
    assert todo == "stanch hook uninstall, then stanch hook install"


def test_pre_commit_framework(repository: Path, command: str) -> None:
    config = "".join(f"entry: stanch hook run {name}\n" for name in ("pre-commit", "pre-push"))
    (repository / ".pre-commit-config.yaml").write_text(config)
    assert told(doctor(repository, {}), "pre-push")[1] == "pre-commit install --hook-type pre-push"
    for name in ("pre-commit", "pre-push"):
        write_script(repository / ".git/hooks" / name, FRAMEWORK)
    assert doctor(repository, {}) == []
    assert told(doctor(repository, {"SKIP": "stanch,mypy"}))[1] == "unset SKIP"


def test_framework_in_front_of_stanch(repository: Path, command: str) -> None:
    install(repository, run=[command])
    hook = repository / ".git/hooks/pre-commit"
    hook.rename(hook.with_name("pre-commit.legacy"))
    write_script(hook, FRAMEWORK)
    assert doctor(repository, {}) == []
    assert status(repository).hooks[0].through == "pre-commit"
    assert [change.action for change in install(repository, run=[command])] == ["unchanged", "unchanged"]


def test_global(repository: Path, git: Git, command: str) -> None:
    install_global(run=[command])
    assert [(hook.runs, hook.through) for hook in status(repository).hooks] == [(True, "global")] * 2
    assert doctor(repository, {}) == []
    (folder() / "commit-msg").unlink()
    what, todo = told(doctor(repository, {}), "")
    assert "does not pass on commit-msg" in what
    assert todo == "stanch hook install --global"
    git(repository, "config", "core.hooksPath", ".githooks")
    what, todo = told(doctor(repository, {}))
    assert "hides the global hooks" in what
    assert todo == "stanch hook install"


def test_somebody_elses_global_folder(repository: Path, tmp_path: Path, git: Git, command: str) -> None:
    git(repository, "config", "--global", "core.hooksPath", str(tmp_path / "theirs"))
    install_global(run=[command])
    assert [(hook.runs, hook.through) for hook in status(repository).hooks] == [(True, "global")] * 2
    assert doctor(repository, {}) == []


def test_settings_of_a_server(server: Path, git: Git, command: str) -> None:
    install(server, run=[command])
    for name, value in {"budget": "soon", "onTimeout": "explode", "ignores": "all", "allowSkip": "true"}.items():
        git(server, "config", f"stanch.{name}", value)
    assert [problem.todo for problem in doctor(server, {})] == [
        "git config stanch.budget 30",
        "git config stanch.onTimeout allow or reject",
        "git config stanch.ignores pushed, head or none",
        "git config receive.advertisePushOptions true",
    ]
    for name, value in {
        "stanch.budget": "4.5",
        "stanch.onTimeout": "reject",
        "stanch.ignores": "head",
        "receive.advertisePushOptions": "1",
    }.items():
        git(server, "config", name, value)
    assert doctor(server, {}) == []
