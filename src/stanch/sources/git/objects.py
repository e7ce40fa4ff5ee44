"""The objects of a repository: what there is, and their contents."""

import io
import subprocess
import zlib
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from typing import IO

import msgspec

from stanch.sources.files import regular
from stanch.sources.git.command import Git, last_words, scratch

_KINDS = (b"blob", b"commit", b"tag", b"tree")
READ = ("blob", "commit", "tag")
"""The kinds whose content is scanned; what trees hold is names, and history tells them."""
LOST = "missing or damaged"
"""Why an object could not be read, where git says no more."""
HELD = 8 << 20
"""Objects below so many bytes are read whole; larger ones are streams."""


class Object(msgspec.Struct, frozen=True, gc=False):
    """An object by name; `weight` is its size in the pack or file, a measure of the work it makes."""

    oid: str
    kind: str
    weight: int


class Content(msgspec.Struct, frozen=True):
    """One object's content, as a stream of `size` bytes."""

    oid: str
    kind: str
    size: int
    stream: "io.BytesIO | Portion"


class Portion(io.RawIOBase):
    """The next `size` bytes of a stream, as a stream of their own."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self._left = size

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that is left if negative."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._source.read(wanted) if wanted else b""
        self._left -= len(data)
        return data

    def drain(self) -> bool:
        """Read and forget what is left; False if the source ended too early."""
        while self._left:
            if not self.read(1 << 20):
                return False
        return True


def every(git: Git, missed: Callable[[str, str], None]) -> list[Object]:
    """All blobs, commits and tags that the object store holds, reachable or not, in the order of the packs.

    What of the store cannot be read goes to `missed`: a name, and the reason.
    """
    with scratch() as errors:
        found, status = _described(git, missed, errors, "--batch-all-objects", "--unordered")
        complaints = _complaints(errors)
    if status and not complaints:
        complaints = [f"git cat-file ended with status {status}"]
    for complaint in complaints:
        missed(".git", f"git: {complaint}")
    return found


def described(git: Git, oids: Iterable[str], missed: Callable[[str, str], None]) -> list[Object]:
    """The objects with their kinds; what cannot be read goes to `missed`."""
    return _described(git, missed, subprocess.DEVNULL, kinds=(*READ, "tree"), lines=oids)[0]


def _described(
    git: Git,
    missed: Callable[[str, str], None],
    errors: IO[bytes] | int,
    *arguments: str,
    kinds: Collection[str] = READ,
    lines: Iterable[str] = (),
) -> tuple[list[Object], int]:
    found: dict[str, Object] = {}
    form = "--batch-check=%(objecttype) %(objectname) %(objectsize:disk)"
    with git.start("cat-file", form, "--buffer", *arguments, lines=lines, errors=errors) as listing:
        assert listing.stdout is not None
        for line in listing.stdout:
            kind, oid, *weight = line.decode().split()
            if kind in kinds:
                found[oid] = Object(oid, kind, int(weight[0]))
            elif oid == "missing":
                missed(f"object {kind}", LOST)
    return list(found.values()), listing.returncode


def _complaints(errors: IO[bytes]) -> list[str]:
    """What git said while it read the object store: damaged packs, indexes and loose objects."""
    errors.seek(0)
    said = errors.read(1 << 20).splitlines()
    telling = (line for line in said if line.startswith((b"error:", b"fatal:", b"warning:")))
    return sorted({last_words(line) for line in telling if b"promisor remotes" not in line})[:20]


def read(git: Git, oids: Iterable[str], *, failed: Callable[[str, str], None]) -> Iterator[Content]:
    """Each object in turn; its stream is to be read before the next is asked for.

    What is missing or damaged goes to `failed` with the reason.
    """
    pending = list(oids)
    store, read = git.store(), 0
    while read < len(pending) and (content := _loose(store, pending[read])):
        yield content
        read += 1
    pending = pending[read:]
    buffered = True
    while pending:
        with scratch() as errors:
            process = git.start(
                "cat-file", "--batch", *(["--buffer"] if buffered else []), lines=pending, errors=errors
            )
            try:
                done, begun = yield from _answers(process, pending, failed)
            finally:
                process.kill()
                process.communicate()
            if done == len(pending):
                return
            # Git gave up. Unless it did so within an object, a buffer may hide which it was: ask again without.
            if begun or not buffered:
                errors.seek(0)
                failed(pending[done], f"damaged: {last_words(errors.read(1 << 16))}")
                done += 1
            pending = pending[done:]
            buffered = False


def _loose(store: str, oid: str) -> Content | None:
    """A small object that has a file of its own in an object store, as all has that was staged just now.

    Read without git, since a commit waits for every process. Of what is not in order git knows what to say.
    """
    try:
        with open(f"{store}/{oid[:2]}/{oid[2:]}", "rb", opener=regular) as file:
            packed = file.read(HELD)
        unpacker = zlib.decompressobj()
        head, _, data = unpacker.decompress(packed, HELD).partition(b"\0")
    except (OSError, zlib.error):
        return None
    kind, _, size = head.partition(b" ")
    whole = unpacker.eof and size == b"%d" % len(data)
    return Content(oid, kind.decode(), len(data), io.BytesIO(data)) if whole and kind in _KINDS else None


def _answers(
    process: "subprocess.Popen[bytes]", oids: list[str], failed: Callable[[str, str], None]
) -> Generator[Content, None, tuple[int, bool]]:
    """Yield what the process answers; the value is how many were dealt with, and whether the next had begun."""
    assert process.stdout is not None
    for number, oid in enumerate(oids):
        header = process.stdout.readline(1 << 10).split()
        if len(header) == 2:
            failed(oid, LOST)
            continue
        if len(header) != 3:
            return number, False
        size = int(header[2])
        stream = Portion(process.stdout, size)
        if size < HELD:
            data = stream.read()
            if len(data) < size:
                return number, False
            yield Content(oid, header[1].decode(), size, io.BytesIO(data))
        else:
            yield Content(oid, header[1].decode(), size, stream)
        if not stream.drain() or process.stdout.read(1) != b"\n":
            return number, True
    return len(oids), False
