"""Real git in folders of its own: no setting of whoever runs the tests gets in."""

import os
import random
import shlex
import stat
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
INHERITED = ("GIT_", "STANCH_", "PRE_COMMIT", "HUSKY", "LEFTHOOK", "SKIP", "XDG_")

Git = Callable[..., subprocess.CompletedProcess[str]]
"""`git(folder, *arguments, check=True, env=None)` with output and errors in one text."""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled catalog is kept, so that it is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home, a git configuration and a stanch on PATH for one test only."""
    for name in os.environ:
        if name.startswith(INHERITED):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    config = home / ".gitconfig"
    config.write_text(
        "[user]\n\tname = Jo\n\temail = jo@example.com\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("STANCH_CACHE_DIR", str(cache))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stanch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a `stanch` command, which is on PATH as well."""
    path = tmp_path / "bin" / "stanch"
    write_script(path, f'exec {shlex.quote(sys.executable)} -P {os.environ.get("GUARD_LAUNCH", "-m stanch")} "$@"')
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
    return str(path)


@pytest.fixture
def git() -> Git:
    def run(
        folder: Path, *arguments: str, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            text=True,
            errors="surrogateescape",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done

    return run


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    """A repository with one clean commit; its path has a space and a letter beyond ASCII."""
    folder = tmp_path / "my répo"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "README").write_text("hello\n")
    git(folder, "add", "README")
    git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def server(tmp_path: Path, git: Git) -> Path:
    """An empty bare repository."""
    folder = tmp_path / "ser ver.git"
    git(tmp_path, "init", "-q", "--bare", str(folder))
    return folder


@pytest.fixture
def secret() -> str:
    """A Notion token that no one ever had."""
    return make_secret(7)


def make_secret(seed: int) -> str:
    rng = random.Random(seed)
    letters = string.ascii_letters + string.digits
    return "ntn" + "_" + "".join(rng.choices(string.digits, k=11)) + "".join(rng.choices(letters, k=35))


def write_script(path: Path, text: str, *, executable: bool = True) -> bytes:
    """A shell script; gives its content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    if executable:
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path.read_bytes()


def add(git: Git, repository: Path, name: str, text: str) -> None:
    """Write a file and stage it."""
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(repository, "add", name)
