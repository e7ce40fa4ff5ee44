"""A folder in which `stanch fix` is called as users call it, in the process of the test."""

from pathlib import Path

import pytest

from repositories import Secrets
from stanch.cli import run

from .programs import filled


class Folder:
    """Some files with secrets in them."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path.mkdir()
        self.path = path
        self.secrets: list[str] = []
        self._capsys = capsys

    def write(self, **files: str) -> None:
        """Write files by the names that `name` makes of keywords; `@A@` to `@C@` stand for secrets."""
        for key, text in files.items():
            self.file(key.replace("__", ".").replace("_slash_", "/"), text)

    def file(self, name: str, text: str | bytes) -> Path:
        """Write one file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = text if isinstance(text, bytes) else text.encode()
        done, self.secrets = filled(raw.decode(), Secrets())
        path.write_bytes(done.encode())
        return path

    def read(self, name: str) -> str:
        """A file's text as it is now."""
        return (self.path / name).read_bytes().decode()

    def fix(self, *arguments: str, status: int = 0, store: str = "env") -> str:
        """Call `stanch fix --store env --yes`; gives all that it wrote, in which no secret may be."""
        self._capsys.readouterr()
        got = run(["fix", "--store", store, *(arguments or ("--yes",))])
        out, err = self._capsys.readouterr()
        assert got == status, out + err
        assert not any(secret in out + err for secret in self.secrets)
        return out + err

    def fixed(self, name: str, text: str, *, status: int = 0, store: str = "env") -> str:
        """What becomes of one file."""
        self.file(name, text)
        self.told = self.fix(status=status, store=store)
        return self.read(name)


@pytest.fixture
def folder(
    isolated: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Folder:
    """An empty folder, which is the current one."""
    pytest.importorskip("tree_sitter", reason="the extra 'fix' is not installed")
    made = Folder(tmp_path / "folder", capsys)
    monkeypatch.chdir(made.path)
    return made
