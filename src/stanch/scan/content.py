"""One piece of content, of any size and kind: windows of large ones, members of containers, the engine over each."""

import io
import time
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import msgspec

from stanch.detect import Engine
from stanch.detect.carry import Hits
from stanch.detect.engine import Result
from stanch.model import Coverage, Match, Rejected
from stanch.scan.imported import Imported
from stanch.scan.inline import find_inline
from stanch.sources.files import Opened
from stanch.unpack import Entry, Limits, sniff, unpack

WINDOW = 16 << 20
"""How many bytes are scanned at once."""
MARGIN = 2 << 20
"""What two windows share, in bytes: twice the longest that is decoded as a whole, let alone a private key."""
LATE = "the time budget ran out"
"""Why something was not scanned, where there was a time budget."""


class Readable(Protocol):
    """The least that content must be able to do."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        ...


class Reader:
    """Scans contents one after the other and keeps account of what was read."""

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        imported: Imported | None = None,
        *,
        explain: bool = False,
        deadline: float | None = None,
    ) -> None:
        """`deadline` is the `time.monotonic()` after which no further window is begun."""
        self.engine = engine
        self.limits = limits
        self.imported = imported or Imported([])
        self.explain = explain
        self.deadline = deadline
        self.coverage = Coverage()
        self.rejected: list[Rejected] = []

    def scan(self, stream: Readable, name: str, *, label: str = "") -> Iterator[Match]:
        """Every match in a file's or object's content.

        `name` tells its kind where the bytes do not, and stands for it in coverage if there is no `label`.
        """
        label = label or name
        head = stream.read(WINDOW)
        kind = sniff(head[:1024], name)
        if kind is None:
            yield from self._windows(head, stream, label, "")
            return
        seen: dict[str, set[tuple[str, str]]] = {}
        with _seekable(head, stream) as whole:
            for entry in unpack(whole, name, self.limits):
                if self._late():
                    self.coverage.skip(label, f"{LATE} before all that is packed in it was scanned")
                    return
                if not isinstance(entry, Entry):
                    self.coverage.skip(_joined(label, entry.path), entry.reason, harmless=entry.harmless)
                    continue
                if entry.path:
                    self.coverage.entries += 1
                known = seen.get(entry.of, set()) if entry.of is not None else set()
                found = seen.setdefault(entry.path, set())
                for match in self._windows(entry.stream.read(WINDOW), entry.stream, label, entry.path):
                    if (match.detector, match.secret) not in known:
                        found.add((match.detector, match.secret))
                        yield match

    def text(self, data: bytes, hits: Hits, label: str) -> tuple[list[Match], bool]:
        """Every match in a content of one window that is no container, of which the engine's hits are known.

        Also says whether the engine found anything, wanted or not.
        """
        result = self.engine.judge(data, hits, explain=self.explain)
        self.coverage.bytes += len(data)
        if not result.matches and not result.rejected:
            return [], False
        found = self._counted(result, _Window(data, ""), 0, len(data) + 1, label)
        return list(found), bool(result.matches)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _windows(self, head: bytes, stream: Readable, label: str, inner: str) -> Iterator[Match]:
        """Scan `head` and what follows it in `stream`, window by window."""
        window = _Window(head, inner)
        while window.data:
            following = stream.read(WINDOW - MARGIN) if len(window.data) >= WINDOW else b""
            low, high = window.low, len(window.data) + 1 if not following else len(window.data) - MARGIN // 2
            # The holes of a sparse file need no engine.
            result = self.engine.scan(window.data, explain=self.explain) if window.data.lstrip(b"\0") else Result()
            yield from self._counted(result, window, low, high, label)
            if not following:
                self.coverage.bytes += window.offset + len(window.data)
                return
            if self._late():
                self.coverage.bytes += window.offset + high
                self.coverage.skip(_joined(label, inner), f"{LATE} after {window.offset + high} bytes")
                return
            window.advance(following, high)

    def _counted(self, result: Result, window: "_Window", low: int, high: int, label: str) -> Iterator[Match]:
        """The matches in a window that begin between `low` and `high`, with their places in the whole."""
        for match in result.matches:
            if low <= match.start < high and self.imported.wants(match, window.data):
                yield window.placed(match)
        for one in result.rejected:
            if window.holds(one.line, high):
                line = one.line + window.line
                self.rejected.append(msgspec.structs.replace(one, path=_joined(label, window.inner), line=line))


class _Window:
    """The part of a content that is being scanned, and where in the whole it is."""

    def __init__(self, data: bytes, inner: str) -> None:
        self.data = data
        self.inner = inner
        self.low = 0
        """Where matches must start to count here and not in the window before."""
        self.offset = 0
        self.line = 0
        """How many lines end before it."""
        self._column = 0
        """How many characters of its first line stand before it."""

    def holds(self, line: int, high: int) -> bool:
        """Whether a line counts here: the one in which the window before ended has counted there."""
        above = self.data.count(b"\n", 0, self.low)
        return (line > above + 1 or not above) and line <= self.data.count(b"\n", 0, high) + 1

    def advance(self, following: bytes, high: int) -> None:
        """Go on to the next window: the margin of this one, and `following`. Matches from `high` on count there."""
        keep = len(self.data) - MARGIN
        # Not within a character, so that columns stay right.
        keep -= next((back for back in range(4) if self.data[keep - back] & 0xC0 != 0x80), 0)
        passed = self.data[:keep]
        begin = passed.rfind(b"\n") + 1
        self._column = _characters(passed[begin:]) + (0 if begin else self._column)
        self.line += passed.count(b"\n")
        self.offset += keep
        self.low = high - keep
        self.data = self.data[keep:] + following

    def placed(self, match: Match) -> Match:
        """A match in the window with its place in the whole content, and the comment that asks to ignore it."""
        inline = self._comment(match)
        if not (self.offset or self.inner or inline):
            return match
        return msgspec.structs.replace(
            match,
            start=match.start + self.offset,
            end=match.end + self.offset,
            line=match.line + self.line,
            column=match.column + (self._column if match.line == 1 else 0),
            end_line=match.end_line + self.line,
            end_column=match.end_column + (self._column if match.end_line == 1 else 0),
            inner=self.inner,
            inline=inline,
        )

    def _comment(self, match: Match) -> str:
        data = self.data
        begin = data.rfind(b"\n", 0, match.start) + 1
        end = data.find(b"\n", match.end)
        text = data[max(begin, match.start - 2000) : min(end if end >= 0 else len(data), match.end + 2000)]
        above = data[max(data.rfind(b"\n", 0, max(begin - 1, 0)) + 1, begin - 2000) : max(begin - 1, 0)]
        return find_inline(text, above)


def _characters(text: bytes) -> int:
    return len(text) if text.isascii() else len(text.decode("utf-8", "replace"))


def _joined(name: str, inner: str) -> str:
    return f"{name}!{inner}" if inner else name


def _seekable(head: bytes, stream: Readable) -> BinaryIO:
    """The whole content as a stream that seeks: in memory if it is small, else the file itself or a copy on disk."""
    if len(head) < WINDOW:
        return io.BytesIO(head)
    if isinstance(stream, Opened):
        return stream.whole()
    if isinstance(stream, io.BufferedReader) and stream.seekable():
        stream.seek(0)
        return stream
    import tempfile

    spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its last reader lets go of it
    spool.write(head)
    while chunk := stream.read(1 << 20):
        spool.write(chunk)
    spool.seek(0)
    return spool
