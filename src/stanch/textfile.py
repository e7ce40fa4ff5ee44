"""Small text files that somebody else may have written: read with care, replaced in one step."""

import os
import stat
from pathlib import Path

from stanch.errors import ConfigError


def inside(root: Path, folder: Path, name: str) -> Path:
    """The file that `name` means as seen from `folder`; ConfigError where that is not within `root`."""
    path = Path(name)
    if not path.parts or path.anchor or ".." in path.parts or "\0" in name:
        raise ConfigError(f"{name!r} is no path within the repository")
    place = folder / path
    try:
        within = place.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a loop of links
        within = False
    if not within:
        raise ConfigError(f"{name!r} leads out of the repository")
    return place


def read_text(path: Path, largest: int) -> str | None:
    """A text file's content, or nothing where there is none; ConfigError for everything else that is in the way."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{path}: not a regular file")
        if status.st_size > largest:
            raise ConfigError(f"{path}: {status.st_size} bytes; at most {largest} are read")
        return path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None


def replace_text(path: Path, text: str, *, new_mode: int | None = None) -> None:
    """Write `text` to `path` so that a reader sees the old or the new content and never a part; keeps the mode.

    A link is replaced, not followed. A file that was not there gets `new_mode`, or else what is usual.
    """
    import tempfile

    try:
        handle, name = tempfile.mkstemp(prefix=path.name, suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(handle)  # else the name may be on disk before the content, when the power goes
            Path(name).chmod(_mode(path, new_mode))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None


def _mode(path: Path, new: int | None) -> int:
    """The permissions of the file that is there, or those that a new one is to have or would get."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        status = None
    if status is not None and stat.S_ISREG(status.st_mode):
        return stat.S_IMODE(status.st_mode)
    if new is not None:
        return new
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def printable(text: str) -> str:
    """`text` on one line and without control characters, for messages that quote what somebody else wrote."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
