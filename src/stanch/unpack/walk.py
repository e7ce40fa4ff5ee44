"""Opening containers within containers, and keeping to the limits on the way."""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from stanch.unpack.formats import FORMATS, opener
from stanch.unpack.meter import Meter
from stanch.unpack.model import Container, Entry, Limits, Member, Problem, Trouble
from stanch.unpack.sniff import HEAD, sniff
from stanch.unpack.streams import CHUNK, Bounded, Window, complaint, label, read_at, size_of


def unpack(stream: BinaryIO, name: str, limits: Limits = Limits()) -> Iterator[Entry | Problem]:  # noqa: B008
    """Everything there is to scan in a seekable stream, whatever it is packed in, and what could not be had.

    All of it comes out: what is no container, and a document whose own bytes hold text, as an entry with an
    empty path; likewise what looked like an archive and could not be opened. So whoever scans what this
    gives need not scan the stream besides. No exception comes out for bad input.
    """
    kind = sniff(read_at(stream, 0, HEAD), name)
    if kind is None:
        yield _own_bytes(stream, "")
    else:
        yield from _Walk(limits).open(Container(stream, kind, name, limits), "", None, 1)


class _Walk:
    """One descent through containers."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def open(self, container: Container, path: str, outer: Meter | None, depth: int) -> Iterator[Entry | Problem]:
        """What is in one container, and in those in it."""
        given, bare = FORMATS[container.kind].plain, FORMATS[container.kind].bare
        if given:
            yield _own_bytes(container.stream, path)
        if depth > self._limits.depth:
            yield Problem(path, f"nested deeper than {self._limits.depth}", harmless=bare)
            failed = True
        else:
            failed = False
            meter = Meter(size_of(container.stream), self._limits, outer)
            for each in self._contents(container, path, meter, depth):
                given = given or isinstance(each, Entry)
                failed = failed or isinstance(each, Problem)
                yield each
        if failed and not given:
            yield _own_bytes(container.stream, path)

    def _contents(self, container: Container, path: str, meter: Meter, depth: int) -> Iterator[Entry | Problem]:
        inside = opener(container.kind)(container)
        while not meter.stopped:
            try:
                each = next(inside, None)
            except Exception as error:
                # Hostile bytes may break a parser in any way: that must end nothing else.
                yield Problem(path, complaint(error), harmless=FORMATS[container.kind].bare)
                break
            if each is None:
                break
            if not meter.enter():
                break
            if isinstance(each, Trouble):
                yield Problem(_joined(path, each.name), each.reason, each.harmless)
            else:
                yield from self._member(each, container, path, meter, depth)
        if meter.reason and not meter.outer_stopped:
            yield Problem(path, meter.reason)

    def _member(
        self, member: Member, container: Container, path: str, meter: Meter, depth: int
    ) -> Iterator[Entry | Problem]:
        own = _joined(path, member.name)
        bounded = Bounded(member.source, meter, self._limits.entry_bytes)
        stream = io.BufferedReader(bounded, CHUNK)
        if member.of is not None:
            if stream.peek(1):
                yield Entry(own, stream, _joined(path, member.of))
        else:
            kind = sniff(stream.peek(HEAD)[:HEAD], member.name)
            if kind is None:
                if stream.peek(1) or not (bounded.trouble or own.endswith("/")):
                    yield Entry(own, stream)
            elif isinstance(member.source, Window):
                meter.take(member.source.size)
                member.source.seek(0)
                inner = io.BufferedReader(member.source, CHUNK)
                yield from self._nested(inner, kind, member, path, own, meter, depth)
                if member.source.short:
                    yield Problem(own, "truncated")
            else:
                with _spooled(stream, self._limits) as spool:
                    if not meter.stopped:
                        yield from self._nested(spool, kind, member, path, own, meter, depth)
        if bounded.trouble:
            yield Problem(own, bounded.trouble, harmless=_shown_already(member, container))

    def _nested(
        self, stream: BinaryIO, kind: str, member: Member, path: str, own: str, meter: Meter, depth: int
    ) -> Iterator[Entry | Problem]:
        archive = not FORMATS[kind].plain
        inner = Container(stream, kind, member.name, self._limits)
        return self.open(inner, path if member.alone and archive else own, meter, depth + 1)


def _spooled(stream: BinaryIO, limits: Limits) -> BinaryIO:
    """All of a stream, to be read in any order: in memory if it is small, else in a temporary file."""
    from tempfile import SpooledTemporaryFile

    spool = cast(BinaryIO, SpooledTemporaryFile(limits.spool_bytes))  # noqa: SIM115 (the caller closes it)
    while data := stream.read(CHUNK * 4):
        spool.write(data)
    spool.seek(0)
    return spool


def _shown_already(member: Member, container: Container) -> bool:
    """Whether a member is a rendition of something that came out itself and hides nothing."""
    return bool(member.of) or (member.of == "" and FORMATS[container.kind].bare)


def _own_bytes(stream: BinaryIO, path: str) -> Entry:
    return Entry(path, io.BufferedReader(Window(stream, 0, size_of(stream)), CHUNK))


def _joined(path: str, name: str) -> str:
    if not name:
        return path
    return f"{path}!{label(name)}" if path else label(name)
