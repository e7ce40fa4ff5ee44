"""The files around the code: which variables are known, where a name is used, and the helper for a secret manager."""

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stanch.respond.fix.dotenv import read
from stanch.respond.fix.model import Refused
from stanch.respond.fix.source import Source, above, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from stanch.respond.fix.helpers import Helper
    from stanch.respond.fix.rewrite import Language, Work
    from stanch.respond.fix.target import Target

LARGEST = 4 << 20
"""Larger files are no source code that somebody wrote."""
MOST = 20_000
"""So many files are looked through for uses of a name."""
_ELSEWHERE = frozenset(
    {".git", ".hg", ".svn", "node_modules", "vendor", "target", "build", "dist", ".venv", "venv", "__pycache__", ".tox"}
)
ENV_FILES = (".env", ".env.local", ".env.development", ".env.production", ".env.test")
_IDENTIFIERS = frozenset({"identifier", "simple_identifier", "field_identifier", "type_identifier", "constant", "name"})


class Project:
    """The folder that is being fixed. Reads; writes nothing."""

    def __init__(self, root: Path, target: "Target | None" = None) -> None:
        """`target` says where secrets have their places; without it each has the place of its name."""
        self.root = root.resolve()
        self.target = target
        self._files: dict[str, list[str]] | None = None

    def path(self, name: str) -> Path:
        """The file that a path from the root means; Refused for links and for what leads out of the root."""
        parts = name.split("/")
        if not name or any(part in ("", ".", "..") for part in parts) or "\0" in name or Path(name).is_absolute():
            raise Refused("the path leads out of the folder")
        place = self.root
        for part in parts:
            place = place / part
            if place.is_symlink():
                raise Refused("it is a symbolic link" if part == parts[-1] else "the path goes over a symbolic link")
        return place

    def read(self, name: str) -> bytes:
        """A file's bytes; Refused where it is no ordinary file."""
        path = self.path(name)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from None
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused("it is no ordinary file")
            if status.st_size > LARGEST:
                raise Refused(f"it is larger than {LARGEST >> 20} MB: no source code")
            data = file.read(LARGEST + 1)
        if b"\0" in data:
            raise Refused("it is no text file")
        return data

    def text(self, name: str) -> str | None:
        """A file's text, or nothing where there is none that can be read."""
        try:
            return self.read(name).decode()
        except (Refused, UnicodeDecodeError):
            return None

    def variables(self) -> dict[str, str]:
        """The variables that the project's environment files set."""
        found: dict[str, str] = {}
        for name in ENV_FILES:
            for key, value in read(self.text(name) or "").items():
                found.setdefault(key, value)
        return found

    def like(self, path: str) -> list[str]:
        """The paths of files whose names end as this one's does, it included."""
        if self._files is None:
            self._files = {}
            seen = 0
            for folder, inside, names in os.walk(self.root):
                inside[:] = sorted(one for one in inside if one not in _ELSEWHERE)
                for name in sorted(names):
                    seen += 1
                    where = (Path(folder) / name).relative_to(self.root).as_posix()
                    self._files.setdefault(Path(name).suffix, []).append(where)
                if seen > MOST:
                    break
        return self._files.get(Path(path).suffix, [])

    def others(self, source: Source, text: str) -> Iterator[Source]:
        """The other files of a source's language in which a text stands."""
        for path in self.like(source.path):
            if path == source.path:
                continue
            try:
                data = self.read(path)
                if text.encode() in data:
                    yield Source(path, data, source.grammar)
            except Refused:
                continue

    def refuse_constants(self, source: Source, language: "Language", name: str, *, private: bool) -> None:
        """Refused where a constant of this name is used where only constants may stand."""
        for one in (source, *(() if private else self.others(source, name))):
            for node in walk(one.root):
                if node.type not in _IDENTIFIERS or one.of(node) != name:
                    continue
                reason = _why_constant(language, node)
                if reason:
                    line = node.start_point[0] + 1
                    raise Refused(f"{name} must stay a constant for {one.path}:{line}: {reason}")

    def refuse_uses(self, source: Source, name: str) -> None:
        """Refused where another file of the language uses a name."""
        for one in self.others(source, name):
            if re.search(rf"\b{re.escape(name)}\b", one.text):
                raise Refused(f"{one.path} uses {name}, too: change it by hand")

    def nearest(self, path: str, name: str) -> str | None:
        """The folder at or above a file's, with "/" at its end, in which another file is; nothing if none has it."""
        folder = path
        while folder:
            folder = folder[: folder.rstrip("/").rfind("/") + 1]
            if self.text(f"{folder}{name}") is not None:
                return folder
        return None

    def is_for_browsers(self, path: str) -> bool:
        """Whether a JavaScript file is bundled for browsers, as far as the package around it tells."""
        folder = self.nearest(path, "package.json")
        if folder is None:
            return False
        text = self.text(f"{folder}package.json") or ""
        bundled = re.search(r'"(?:react-scripts|@angular/core|@vue/cli-service)"\s*:', text) or (
            re.search(r'"vite"\s*:', text) and self.text(f"{folder}index.html") is not None
        )
        return bool(bundled) and path.startswith(f"{folder}src/")

    def tracked(self, name: str) -> bool:
        """Whether git has a file in its index."""
        return self.git("ls-files", "--error-unmatch", "--", name) == 0

    def ignored(self, name: str) -> bool | None:
        """Whether git would ignore a file; nothing where there is no git to ask."""
        return {0: True, 1: False}.get(self.git("check-ignore", "--quiet", "--no-index", "--", name))

    def git(self, *arguments: str) -> int:
        """The exit status of a question to git."""
        try:
            done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=False)
        except OSError:
            return -1
        return done.returncode

    def place(self, name: str) -> str:
        """What code asks a secret manager for, to get what the variable `name` would hold."""
        return self.target.place(name) if self.target else name

    def helper(self, work: "Work") -> "Helper":
        """The helper for the work's store, in the language of its file; adds it and its import to the work."""
        from stanch.respond.fix.helpers import helper

        return helper(self, work)


def _why_constant(language: "Language", node: "Node") -> str:
    """Why no variable can stand in the place of an identifier, or nothing."""
    parent = node.parent
    if parent is not None and node in parent.children_by_field_name("name"):
        return ""  # where it is declared
    for one in above(node):
        if one.type in language.bodies:
            return ""
        if one.type in language.refused:
            return language.refused[one.type]
    return ""
