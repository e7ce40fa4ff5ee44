"""Zip, and everything that is one: jar, whl, apk, docx, odt, epub, nupkg, crx, self-extracting programs.

The directory is read entry by entry, not as a whole, and its claims about sizes are not relied on:
what comes out is what decompressing gives.
"""

import struct
from collections.abc import Iterator
from functools import partial
from io import BufferedReader, BytesIO
from typing import BinaryIO, NamedTuple

from stanch.unpack import decoders
from stanch.unpack.formats import office
from stanch.unpack.model import RECORDS, Container, Damaged, Limits, Member, Readable, Trouble
from stanch.unpack.streams import Window, find, leftover, read_at, size_of

_LOCAL, _CENTRAL, _END, _LOCATOR, _END64 = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\7", b"PK\6\6"
_ALL32 = 0xFFFFFFFF
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 96: "JPEG", 97: "WavPack", 98: "PPMd"}


class Directory(NamedTuple):
    """Where a zip's directory is."""

    start: int
    size: int
    shift: int
    """How many bytes were put before the archive after its offsets had been written down."""
    comment: int
    """Offset of the comment, which the archive ends with."""
    end: int


class Record(NamedTuple):
    """One entry of the directory, or of a local header where there is no directory."""

    name: str
    flags: int
    method: int
    packed: int
    """Size in the archive, as claimed."""
    header: int
    """Offset of the local header."""


def members(container: Container) -> Iterator[Member | Trouble]:
    """What is in it, the comment, what stands before it, and the text of office documents."""
    yield from archived(container, surroundings=True)


def archived(container: Container, *, surroundings: bool) -> Iterator[Member | Trouble]:
    """As `members`; without `surroundings` what stands before the archive is left aside."""
    stream, limits = container.stream, container.limits
    directory = locate(stream)
    if directory is None:
        yield Trouble("", "truncated: the zip archive has no directory")
        yield from _salvaged(stream, limits)
        return
    first = directory.start
    is_document = False
    for record in _records(stream, directory):
        if record.header < first and read_at(stream, record.header, 4) == _LOCAL:
            first = record.header
        is_document = is_document or record.name in office.MARKS
        if record.name.endswith("/") and not record.packed:
            continue
        yield _member(stream, record, limits)
    if is_document:
        yield from office.renditions(_parts(stream, directory, limits), limits)
    comment = read_at(stream, directory.comment, directory.end - directory.comment)
    if comment.strip(b"\0 \r\n"):
        yield Member("(comment)", BytesIO(comment))
    if surroundings:
        if first > 0:
            yield Member("(before the archive)", Window(stream, 0, first))
        yield from leftover(stream, directory.end, "(after the archive)")


def _parts(stream: BinaryIO, directory: Directory, limits: Limits) -> dict[str, office.Part]:
    """The parts of an office document by name, each with what opens it."""
    parts: dict[str, office.Part] = {}
    for record in _records(stream, directory):
        if len(parts) < office.PARTS and office.is_part(record.name) and not record.flags & 1:
            parts[record.name] = partial(_content, stream, record, limits)
    return parts


def locate(stream: BinaryIO) -> Directory | None:
    """Where the directory of the zip at the end of a stream is, if there is one."""
    size = size_of(stream)
    tail_start = max(size - (1 << 16) - 22, 0)
    tail = read_at(stream, tail_start, size - tail_start)
    at = tail.rfind(_END)
    while at >= 0:
        found = _directory(stream, tail[at:], tail_start + at)
        if found is not None:
            return found
        at = tail.rfind(_END, 0, at)
    return None


def _directory(stream: BinaryIO, record: bytes, at: int) -> Directory | None:
    """What the end record at offset `at` says, if it can be true."""
    if len(record) < 22:
        return None
    size, start, comment = struct.unpack("<LLH", record[12:22])
    end = at
    locator = read_at(stream, max(at - 20, 0), 20)
    if locator.startswith(_LOCATOR):
        for claimed in (struct.unpack("<Q", locator[8:16])[0], at - 76):
            large = read_at(stream, claimed, 56) if 0 <= claimed < at else b""
            if large.startswith(_END64) and len(large) == 56:
                size, start = struct.unpack("<QQ", large[40:56])
                end = claimed
                break
    shift = end - size - start
    if shift < 0 or (size and read_at(stream, start + shift, 4) != _CENTRAL):
        return None
    return Directory(start + shift, size, shift, at + 22, at + 22 + comment)


def _records(stream: BinaryIO, directory: Directory) -> Iterator[Record]:
    """The directory's entries, as many as there are; the number that it claims does not matter."""
    listing = BufferedReader(Window(stream, directory.start, directory.size))
    for _ in range(RECORDS):
        fixed = listing.read(46)
        if not fixed:
            return
        if len(fixed) < 46 or not fixed.startswith(_CENTRAL):
            raise Damaged("the directory of the zip archive is corrupt")
        flags, method, packed, plain, name, extra, comment, header = struct.unpack("<8xHH8xLLHHH8xL", fixed)
        raw = listing.read(name)
        packed, header = _large(listing.read(extra), packed, plain, header)
        listing.read(comment)
        yield Record(_decoded(raw, flags), flags, method, packed, header + directory.shift)
    raise Damaged(f"holds more than {RECORDS} records")


def _large(extra: bytes, packed: int, plain: int, header: int) -> tuple[int, int]:
    """Size and offset with the 64-bit values from the extra field put in where they did not fit."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            values = iter(struct.unpack_from(f"<{min(size, len(extra) - at - 4) // 8}Q", extra, at + 4))
            if plain == _ALL32:
                next(values, None)
            packed = next(values, packed) if packed == _ALL32 else packed
            header = next(values, header) if header == _ALL32 else header
        at += 4 + size
    return packed, header


def _decoded(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")


def _member(stream: BinaryIO, record: Record, limits: Limits) -> Member | Trouble:
    if record.flags & 1 or record.method == 99:
        return Trouble(record.name, "encrypted")
    try:
        return Member(record.name or "(unnamed)", _content(stream, record, limits))
    except Damaged as error:
        return Trouble(record.name, str(error))


def _content(stream: BinaryIO, record: Record, limits: Limits) -> Readable:
    """The bytes of an entry."""
    local = read_at(stream, record.header, 30)
    if len(local) < 30 or not local.startswith(_LOCAL):
        raise Damaged("truncated" if len(local) < 30 else "corrupt: no header where the directory says")
    name, extra = struct.unpack("<HH", local[26:30])
    return _unpacked(Window(stream, record.header + 30 + name + extra, record.packed), record.method, limits)


def _unpacked(packed: Window, method: int, limits: Limits) -> Readable:
    if method == 0:
        return packed
    if method == 14:
        head = packed.read(9)
        return decoders.Decoded(packed, decoders.raw_lzma(limits, head[4:9]), marked=False)
    if method == 8:
        return decoders.Decoded(packed, decoders.deflate)
    if method == 12:
        return decoders.Decoded(packed, decoders.bzip2)
    if method == 93:
        return decoders.Decoded(packed, decoders.zstandard(limits))
    if method == 95:
        return decoders.Decoded(packed, decoders.xz(limits))
    raise Damaged(f"compressed with {_METHODS.get(method, f'method {method}')}, which is not supported")


def _salvaged(stream: BinaryIO, limits: Limits) -> Iterator[Member | Trouble]:
    """The members of an archive whose directory was cut off, found by their own headers."""
    size = size_of(stream)
    at = find(stream, _LOCAL, 0)
    for _ in range(limits.entries):
        local = read_at(stream, max(at, 0), 30)
        if at < 0 or len(local) < 30:
            return
        flags, method, packed, name, extra = struct.unpack("<6xHH8xL4xHH", local)
        raw = stream.read(name)
        start = at + 30 + name + extra
        if flags & 8 and not packed:  # the sizes follow the data
            following = find(stream, _LOCAL, start) if method == 0 else -1
            packed = (following if following >= 0 else size) - start
        after = start + packed
        if raw and not raw.endswith(b"/"):
            member = _member(stream, Record(_decoded(raw, flags), flags, method, packed, at), limits)
            yield member
            if isinstance(member, Member) and isinstance(member.source, decoders.Decoded) and member.source.ended:
                after = start + member.source.consumed
        at = find(stream, _LOCAL, after if after < size else start)
