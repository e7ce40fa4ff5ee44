"""Files and folders: what a scan of a path reads, and the git repositories that it meets on the way."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.patterns import lazy

_DO_NOT_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_CHUNK = 1 << 20
_STORED = lazy(
    r"[0-9a-f]{2}/(?:[0-9a-f]{38}|[0-9a-f]{62})|pack/(?:pack-|tmp_pack_|multi-pack-index)[-.\w]*"
    r"|info/(?:commit-graph|commit-graphs/graph-[0-9a-f]+\.graph)"
)
"""Files in a git folder's object store that are not read as files: their contents are read as history, or missed."""


class File(msgspec.Struct, frozen=True):
    """One regular file."""

    path: str
    """Relative to the target's root, with "/", printable whatever bytes its name holds."""
    full: str
    size: int


class Repository(msgspec.Struct, frozen=True):
    """A git repository, bare or with a work tree."""

    path: str
    """Of its work tree (or of the bare repository) relative to the target's root; "" for the root itself."""
    full: str


def shown(path: str) -> str:
    """A path as text that any output can hold: "/" between folders, undecodable bytes as escapes."""
    if os.sep != "/":
        path = path.replace(os.sep, "/")
    return os.fsencode(path).decode("utf-8", "backslashreplace") if not path.isascii() else path


def walk(
    root: Path, coverage: Coverage, *, excluded: Callable[[str], bool] = lambda _: False
) -> Iterator[File | Repository]:
    """All regular files below `root` in the order of their names, and each repository before its files.

    Links are not followed: what they point to is scanned where it is, or is none of the target's. What
    cannot be listed or is no regular file is recorded in `coverage`.
    """
    # A folder, its path, whether it is news if it is a git folder, and of one in an object store the path of that.
    pending = [(str(root), "", True, "")]
    while pending:
        folder, prefix, news, store = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            coverage.skip(shown(prefix) or ".", why(error))
            continue
        inside_git = _is_git_folder(entries)
        if inside_git and news:
            yield Repository(shown(prefix), folder)
        deeper: list[tuple[str, str, bool, str]] = []
        for entry in entries:
            path = f"{prefix}/{entry.name}" if prefix else entry.name
            if entry.name == ".git":
                yield Repository(shown(prefix), folder)
            elif (store and _STORED.fullmatch(path[len(store) + 1 :])) or (inside_git and _is_index(entry)):
                continue
            if excluded(path):
                coverage.skip(shown(path), "excluded by configuration", harmless=True)
                continue
            try:
                if entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    news = entry.name != ".git" and not inside_git
                    deeper.append((entry.path, path, news, path if inside_git and entry.name == "objects" else store))
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                coverage.skip(shown(path), why(error))
                continue
            if stat.S_ISREG(status.st_mode):
                yield File(shown(path), entry.path, status.st_size)
            else:
                coverage.skip(shown(path), _kind(status.st_mode), harmless=True)
        pending.extend(reversed(deeper))


def local(target: str) -> Path:
    """The file or folder that a target names; TargetError if there is none, or neither of the two."""
    path = Path(target)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise TargetError(f"{target}: no such file or folder") from None
    except OSError as error:
        raise TargetError(f"{target}: {why(error)}") from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise TargetError(f"{target}: {_kind(mode)}", hint="to scan what comes out of it: stanch scan - < FILE")
    return path


def single(path: Path) -> File:
    """The one file that `path` names, under its own name."""
    return File(shown(path.name), str(path), path.stat().st_size)


def regular(path: str, flags: int) -> int:
    """An opener for `open` that refuses, without waiting, what has become a pipe or device since it was listed."""
    return _opened(path, flags)[0]


def _opened(path: str, flags: int) -> tuple[int, int]:
    """An open regular file's handle, and its size."""
    handle = os.open(path, flags | _DO_NOT_WAIT)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, _kind(status.st_mode))
    return handle, status.st_size


class Opened:
    """A regular file that is being read.

    Most files are small, and most of the time of `open` goes into what it asks of the system for each: this asks for
    the file, its size and its bytes, and takes a third of the time.
    """

    def __init__(self, path: str) -> None:
        """OSError if it cannot be read, or is no regular file any more."""
        self._handle, self._left = _opened(path, os.O_RDONLY | _BINARY)

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        parts: list[bytes] = []
        while size:
            # A byte more than there should be: that it is not there tells the end. It is not the end where the file
            # has grown or shrunk since, or is of those that the system makes up and says to be empty.
            asked = min(size, self._left + 1 if self._left >= 0 else _CHUNK)
            data = os.read(self._handle, asked)
            parts.append(data)
            size -= len(data)
            self._left -= len(data)
            if not data or (len(data) < asked and not self._left):
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def whole(self) -> BinaryIO:
        """The same file from its beginning, as a stream that seeks; it ends with this one."""
        stream = open(self._handle, "rb", closefd=False)  # noqa: SIM115 - closed when its last reader lets go of it
        stream.seek(0)
        return stream


def _is_index(entry: "os.DirEntry[str]") -> bool:
    """Whether this is git's index: it holds names, and what they stand for is read as history."""
    if entry.name != "index":
        return False
    try:
        with Opened(entry.path) as file:
            return file.read(4) == b"DIRC"
    except OSError:
        return False


def _is_git_folder(entries: "list[os.DirEntry[str]]") -> bool:
    """Whether a folder with these entries is a repository's."""
    known = {entry.name: entry for entry in entries if entry.name in ("HEAD", "objects", "refs")}
    return len(known) == 3 and known["objects"].is_dir() and known["refs"].is_dir()


def why(error: OSError) -> str:
    """A reading error in the words of a coverage report."""
    if isinstance(error, PermissionError):
        return "no permission to read"
    if isinstance(error, FileNotFoundError):
        return "vanished during the scan"
    return f"cannot be read: {error.strerror or error}"


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISFIFO, "a pipe, not a file"),
        (stat.S_ISSOCK, "a socket, not a file"),
        (stat.S_ISBLK, "a device, not a file"),
        (stat.S_ISCHR, "a device, not a file"),
    ):
        if test(mode):
            return name
    return "not a regular file"
