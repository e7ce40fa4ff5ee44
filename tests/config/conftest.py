"""An empty home and a repository to configure."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the user's own file would be."""
    folder = tmp_path / "home" / "stanch"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder.parent))
    monkeypatch.delenv("STANCH_IDENTITY_KEY", raising=False)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A work tree with a folder in it; enough of one for configuration."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "src" / "deep").mkdir(parents=True)
    return root


@pytest.fixture
def write(repository: Path, home: Path) -> Callable[[str], Path]:
    """Writes the repository's `stanch.toml`."""

    def write_text(text: str) -> Path:
        path = repository / "stanch.toml"
        path.write_text(text)
        return path

    return write_text
