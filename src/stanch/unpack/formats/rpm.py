"""RPM packages: two headers, and an archive."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from stanch.unpack.model import Container, Damaged, Member
from stanch.unpack.streams import Window, read_at, size_of

_LEAD = 96


def members(container: Container) -> Iterator[Member]:
    """The header, in which the package's scripts are, and the archive."""
    stream = container.stream
    signature_end = _after_header(stream, _LEAD)
    header = signature_end + -signature_end % 8
    payload = _after_header(stream, header)
    yield Member("(header)", Window(stream, header, payload - header))
    yield Member("payload", Window(stream, payload, size_of(stream) - payload), alone=True)


def _after_header(stream: BinaryIO, offset: int) -> int:
    fixed = read_at(stream, offset, 16)
    if len(fixed) < 16 or not fixed.startswith(b"\x8e\xad\xe8"):
        raise Damaged("truncated" if len(fixed) < 16 else "corrupt")
    entries, size = struct.unpack(">LL", fixed[8:])
    return int(offset + 16 + 16 * entries + size)
