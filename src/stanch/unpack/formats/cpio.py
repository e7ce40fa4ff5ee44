"""The archives of `cpio` with headers in ASCII: the content of rpm packages and of boot images."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from stanch.unpack.model import RECORDS, Container, Damaged, Member, Trouble
from stanch.unpack.streams import Window, leftover, read_at, size_of

_REGULAR, _TYPES = 0o100000, 0o170000
_LONGEST_NAME = 4096


class _Header(NamedTuple):
    mode: int
    name: int
    size: int
    length: int
    align: int


def members(container: Container) -> Iterator[Member | Trouble]:
    """The files in it, and what stands behind: boot images have one archive after the other."""
    stream = container.stream
    offset, end = 0, size_of(stream)
    for _ in range(RECORDS):
        if offset >= end:
            raise Damaged("truncated")
        header = _header(stream, offset)
        if header.name > _LONGEST_NAME:
            raise Damaged("corrupt")
        name = read_at(stream, offset + header.length, header.name).rstrip(b"\0")
        data = _aligned(offset + header.length + header.name, header.align)
        offset = _aligned(data + header.size, header.align)
        if name == b"TRAILER!!!":
            yield from leftover(stream, offset, "(after the archive)")
            return
        if header.mode & _TYPES == _REGULAR:
            yield Member(name.decode("utf-8", "replace") or "(unnamed)", Window(stream, data, header.size))
    raise Damaged(f"holds more than {RECORDS} records")


def _header(stream: BinaryIO, offset: int) -> _Header:
    block = read_at(stream, offset, 110)
    try:
        if block[:6] in (b"070701", b"070702") and len(block) == 110:
            return _Header(int(block[14:22], 16), int(block[94:102], 16), int(block[54:62], 16), 110, 4)
        if block[:6] == b"070707" and len(block) >= 76:
            return _Header(int(block[18:24], 8), int(block[59:65], 8), int(block[65:76], 8), 76, 1)
    except ValueError:
        raise Damaged("corrupt") from None
    raise Damaged("truncated" if len(block) < 110 else "corrupt")


def _aligned(offset: int, to: int) -> int:
    return -(-offset // to) * to
