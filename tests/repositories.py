"""Real git repositories for tests, made by git itself with fixed people and dates, and secrets that nobody ever had."""

import os
import random
import string
import subprocess
from collections.abc import Mapping
from pathlib import Path

Content = str | bytes
START = 1_704_067_200
"""When a repository is made: 2024-01-01, midnight in Greenwich. Each command comes a minute after the one before."""


class Secrets:
    """Fresh secrets of several types, the same in every run."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = random.Random(seed)

    def notion(self) -> str:
        """A Notion integration token."""
        letters = string.ascii_letters + string.digits
        while True:
            digits, rest = self._draw(string.digits, 11), self._draw(letters, 35)
            # Chance may draw what analysis takes for a placeholder.
            if len(set(digits)) > 4 and len(set(rest)) > 15:
                return "ntn" + "_" + digits + rest

    def anthropic(self) -> str:
        """An Anthropic API key."""
        return "sk-" + "ant-api03-" + self._draw(string.ascii_letters + string.digits, 93) + "AA"

    def _draw(self, alphabet: str, count: int) -> str:
        return "".join(self._rng.choices(alphabet, k=count))


class Repo:
    """A repository on disk and a clock of its own."""

    def __init__(self, path: Path, *init: str) -> None:
        """Make it, with further arguments to `git init`."""
        self.path = path
        self._now = START
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *init)

    def git(
        self, *arguments: str | bytes, env: Mapping[str, str] | None = None, stdin: bytes = b"", check: bool = True
    ) -> str:
        """The output of a git command, without the last line's end."""
        self._now += 60
        date = f"{self._now} +0100"
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, **(env or {})},
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, name: str | bytes, content: Content) -> Path:
        """Write a file of the work tree."""
        path = self.path / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def add(self, name: str | bytes, content: Content) -> None:
        """Write a file and stage it."""
        self.write(name, content)
        self.git("add", "--", os.fsencode(name) if isinstance(name, str) else name)

    def commit(self, message: str = "change", files: Mapping[str, Content | None] | None = None, **who: str) -> str:
        """Commit these files (None takes one away) and what is staged; gives the commit's name.

        `who` may be `author` and `email`.
        """
        for name, content in (files or {}).items():
            if content is None:
                self.git("rm", "--quiet", "--", name)
            else:
                self.add(name, content)
        env = {
            f"GIT_AUTHOR_{key}": value
            for key, value in (("NAME", who.get("author")), ("EMAIL", who.get("email")))
            if value
        }
        self.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", message, env=env)
        return self.git("rev-parse", "HEAD")

    def blob(self, content: Content) -> str:
        """Put bytes into the object store and nowhere else; gives their name."""
        data = content.encode() if isinstance(content, str) else content
        return self.git("hash-object", "-w", "--stdin", stdin=data)

    def loose(self, oid: str) -> Path:
        """The file of a loose object, made writable."""
        path = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir"), "objects", oid[:2], oid[2:])
        path.chmod(0o644)
        return path
