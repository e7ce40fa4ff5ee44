"""What tests of several packages share: an environment of their own, repositories and fresh secrets."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import Repo, Secrets

SOURCE = Path(__file__).parents[1] / "src"
INHERITED = ("GIT_", "STANCH_", "XDG_", "LC_", "LANG")
CONFIG = """\
[user]
	name = Jo
	email = jo@example.com
[protocol "file"]
	allow = always
[advice]
	detachedHead = false
[commit]
	gpgSign = false
[gc]
	auto = 0
"""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A cache folder that holds the compiled catalog; processes that test side by side share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "compiled"
    folder.mkdir(exist_ok=True)
    before = os.environ.get("STANCH_CACHE_DIR")
    os.environ["STANCH_CACHE_DIR"] = str(folder)
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            from stanch.detect import Engine

            Engine()
    finally:
        if before is None:
            del os.environ["STANCH_CACHE_DIR"]
        else:
            os.environ["STANCH_CACHE_DIR"] = before
    return folder


@pytest.fixture
def isolated(tmp_path: Path, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests gets in."""
    for name in os.environ:
        if name.startswith(INHERITED):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(CONFIG)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("STANCH_CACHE_DIR", str(compiled))
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def make_repo(isolated: None, tmp_path: Path) -> Callable[..., Repo]:
    """Makes a repository below the test's folder: `make_repo("name", *arguments of git init)`."""
    return lambda name, *init: Repo(tmp_path / name, *init)


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """An empty repository."""
    return make_repo("repo")


@pytest.fixture
def secrets() -> Secrets:
    """Fresh secrets."""
    return Secrets()


@pytest.fixture
def secret(secrets: Secrets) -> str:
    """One fresh secret, a Notion integration token."""
    return secrets.notion()


@pytest.fixture
def command(isolated: None, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs the command line: `command("scan", path, stdin="", cwd=None)`; nothing it says may be a stack trace."""

    def run(*arguments: str | Path, stdin: str = "", cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-P", "-m", "stanch", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            cwd=cwd or tmp_path,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
