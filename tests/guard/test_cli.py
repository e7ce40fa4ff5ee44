import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from stanch.guard.cli import hook

from .conftest import Git


def call(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(hook, arguments)
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.parametrize("name", ["", "install", "uninstall", "status", "doctor", "run"])
def test_every_help_has_an_example(name: str) -> None:
    assert "Example:" in call(*filter(None, [name]), "--help")


def test_from_install_to_uninstall(repository: Path, stanch: str) -> None:
    here = str(repository)
    assert "pre-commit: not installed" in call("doctor", here, status=2)
    assert "pre-commit: installed" in call("install", here)
    assert "pre-push     active" in call("status", here)
    assert json.loads(call("status", here, "--format", "json"))["hooks"][0]["runs"] is True
    assert "pre-commit: removed" in call("uninstall", here)
    assert call("uninstall", here) == "nothing to take away\n"
    assert json.loads(call("doctor", here, "--format", "json", status=2))[0]["hook"] == "pre-commit"


def test_global_through_the_command_line(repository: Path, git: Git, stanch: str) -> None:
    assert "pre-push: installed" in call("install", "--global")
    assert "(through global)" in call("status", str(repository))
    assert "--global takes all hooks away" in call("uninstall", "--global", "--hook", "pre-push", status=2)
    assert "pre-push: removed" in call("uninstall", "--global")


def test_run_passes_arguments_on(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    assert call("run", "pre-push", "origin", "--address") == ""
