"""Real repositories in folders of their own, and the command line called as users call it."""

import os
import random
import string
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stanch.cli import run

Git = Callable[..., str]
Call = Callable[..., str]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests gets in; only the compiled catalog may come from outside."""
    for name in os.environ:
        if name.startswith(("GIT_", "STANCH_", "XDG_")) and name != "STANCH_CACHE_DIR":
            monkeypatch.delenv(name)
    if "STANCH_CACHE_DIR" not in os.environ:
        monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path.parent / "cache"))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / ".gitconfig").write_text("[user]\n\tname = Jo\n\temail = jo@example.com\n[init]\n\tdefaultBranch = main\n")


@pytest.fixture
def git(repository: Path) -> Git:
    """Runs git in the repository; gives its output."""

    def call(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, text=True).stdout

    return call


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a commit, which is the current folder."""
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no repository, which is the current folder: what leaves it leaves no history."""
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs `stanch` with arguments, checks the exit status, and gives what it wrote, errors last."""

    def call(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        got = run(arguments)
        written = "".join(capsys.readouterr())
        assert got == status, written
        return written

    return call


def token(seed: int) -> str:
    """A Notion integration token that nobody issued."""
    rng = random.Random(seed)
    body = rng.choices(string.digits, k=11) + rng.choices(string.ascii_letters + string.digits, k=35)
    return "ntn" + "_" + "".join(body)


def leak(folder: Path, name: str, seed: int) -> str:
    """Put a file with a token into the folder; gives the token."""
    value = token(seed)
    (folder / name).write_text(f'NOTION_TOKEN = "{value}"\n')
    return value
