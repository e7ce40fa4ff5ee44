"""The streams that members are read through: a part of a file, a bounded and counted one, rendered text."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from stanch.unpack.meter import Meter
from stanch.unpack.model import Damaged, Limits, Member, Readable, in_words

CHUNK = 1 << 16
_FARTHEST = 1 << 62


class Window(io.RawIOBase):
    """A part of a seekable stream as a stream of its own. Claims beyond the stream's end are cut to it."""

    def __init__(self, source: BinaryIO, start: int, size: int) -> None:
        end = source.seek(0, io.SEEK_END)
        self.start = min(max(start, 0), end)
        self.size = max(min(size, end - self.start), 0)
        self.short = size > self.size
        """Whether more was claimed than there is."""
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Position within the window."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move within the window; beyond its ends there is nothing to read."""
        base = (0, self._position, self.size)[whence]
        self._position = max(base + offset, 0)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes; the shared source is put in place each time."""
        left = max(self.size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        self._source.seek(self.start + self._position)
        data = self._source.read(wanted)
        self._position += len(data)
        return data

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, as buffered readers ask for it."""
        view = memoryview(cast(bytearray, buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)


class Bounded(io.RawIOBase):
    """A member's bytes, counted and cut off where a limit bites; what went wrong is left in `trouble`."""

    def __init__(self, source: Readable, meter: Meter, limit: int) -> None:
        self.trouble = ""
        self._source = source
        self._meter = meter
        self._limit = limit
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as there are bytes, so that a look at the head sees all of it."""
        view = memoryview(cast(bytearray, buffer))
        filled = 0
        while filled < len(view) and not self._ended:
            data = self._next(len(view) - filled)
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def _next(self, wanted: int) -> bytes:
        if self._meter.stopped:
            self._ended = True
            return b""
        try:
            data = self._source.read(wanted)
        except Exception as error:  # a decoder's complaint about hostile bytes can be of any type
            self._ended, self.trouble = True, complaint(error)
            return b""
        if not data:
            self._ended = True
            self.trouble = "truncated" if getattr(self._source, "short", False) else ""
        if self._read + len(data) > self._limit:
            data = data[: self._limit - self._read]
            self._ended, self.trouble = True, f"larger than {in_words(self._limit)}: the rest was left out"
        self._read += len(data)
        self._meter.take(len(data))
        return data


class Rendered:
    """Pieces of text that are made while they are read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._piece = b""
        self._position = 0

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        while self._position >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece, self._position = piece, 0
        data = self._piece[self._position : self._position + size]
        self._position += len(data)
        return data


def complaint(error: Exception) -> str:
    """What to tell of an exception that reading a container raised."""
    if isinstance(error, Damaged):
        return str(error)
    if isinstance(error, EOFError):
        return "truncated"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return "needs more memory than is allowed"
    return "corrupt"


def size_of(stream: BinaryIO) -> int:
    """Length of a seekable stream."""
    return stream.seek(0, io.SEEK_END)


def read_at(stream: BinaryIO, offset: int, size: int) -> bytes:
    """The bytes at one place, fewer if the stream ends there."""
    if offset >= _FARTHEST:
        return b""
    stream.seek(offset)
    return stream.read(size)


def read_whole(stream: BinaryIO, limits: Limits) -> bytes:
    """A document that must be in memory as a whole, or `Damaged` if it is too large for that."""
    if size_of(stream) > limits.document_bytes:
        raise Damaged(f"larger than {in_words(limits.document_bytes)}: not rendered as text")
    return read_at(stream, 0, limits.document_bytes)


def find(stream: BinaryIO, needle: bytes, start: int, end: int | None = None) -> int:
    """Offset of the first `needle` that begins in [start, end), or -1."""
    stream.seek(start)
    offset, rest, amount = start, b"", 4096
    while end is None or offset < end:
        data = stream.read(amount)
        amount = min(amount * 2, CHUNK * 4)
        window = rest + data
        at = window.find(needle)
        if at >= 0:
            found = offset - len(rest) + at
            return found if end is None or found < end else -1
        if not data:
            break
        offset += len(data)
        rest = window[-(len(needle) - 1) :]
    return -1


def leftover(stream: BinaryIO, offset: int, name: str) -> Iterator[Member]:
    """What stands in a stream behind the container that ended at `offset`, unless it is only padding."""
    stream.seek(offset)
    while data := stream.read(CHUNK):
        stripped = data.lstrip(b"\0")
        if stripped.strip():
            offset += len(data) - len(stripped)
            yield Member(name, Window(stream, offset, size_of(stream) - offset))
            return
        offset += len(data)


_LABEL = 500


def label(name: str | bytes) -> str:
    """A member's name as a label: what would drive a terminal, or cannot be encoded, is replaced."""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    if len(text) > _LABEL:
        text = text[:_LABEL] + "..."
    return text if text.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in text)
