"""Writes what was planned: every file of a run, or none."""

import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stanch.errors import ConfigError
from stanch.respond.fix.model import FileChange, Refused
from stanch.respond.fix.project import Project


def write(project: Project, changes: Sequence[FileChange], *, private: frozenset[str] = frozenset()) -> None:
    """Replace the files. ConfigError where one is no longer as it was planned, or cannot be written; then none is.

    A file keeps its mode; new ones get the usual one, those named in `private` 0600.
    """
    ready: list[tuple[FileChange, Path, Path]] = []
    try:
        for change in changes:
            path = _unchanged(project, change)
            ready.append((change, path, _beside(path, change.after, _mode(path, change.path in private))))
        for change, _, _ in ready:
            _unchanged(project, change)
        _replace(ready)
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}; nothing was changed") from None
    finally:
        for _, _, temporary in ready:
            temporary.unlink(missing_ok=True)


def _unchanged(project: Project, change: FileChange) -> Path:
    """The path of a file that is as it was when it was planned."""
    try:
        path = project.path(change.path)
        found = project.read(change.path) if os.path.lexists(path) else None
    except Refused as why:
        raise ConfigError(f"{change.path}: {why}; nothing was changed") from None
    if found != change.before:
        raise ConfigError(f"{change.path}: changed meanwhile; nothing was changed", hint="run it again")
    return path


def _mode(path: Path, private: bool) -> int:
    if private:
        return 0o600
    try:
        return stat.S_IMODE(path.lstat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _beside(path: Path, data: bytes, mode: int) -> Path:
    """A new file with this content in the same folder, safe on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".stanch", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _replace(ready: list[tuple[FileChange, Path, Path]]) -> None:
    """Rename all; where one fails, those before it go back to what they were."""
    done: list[tuple[FileChange, Path]] = []
    try:
        for change, path, temporary in ready:
            temporary.replace(path)
            done.append((change, path))
    except BaseException:
        for change, path in reversed(done):
            if change.before is None:
                path.unlink(missing_ok=True)
            else:
                _beside(path, change.before, _mode(path, private=False)).replace(path)
        raise
