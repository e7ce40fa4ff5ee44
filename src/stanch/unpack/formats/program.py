"""Programs and scripts that carry an archive: self-extracting ones, Python applications, browser extensions."""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from stanch.unpack.formats import zip as zip_format
from stanch.unpack.model import MB, Container, Member, Trouble
from stanch.unpack.streams import Window, find, read_at, size_of

_CANDIDATES = 100
_SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_COMPRESSED = re.compile(rb"\n(?:\x1f\x8b\x08[\0-\x1f]|\xfd7zXZ\0|BZh[1-9]1AY&SY|\x28\xb5\x2f\xfd)")


def members(container: Container) -> Iterator[Member | Trouble]:
    """The archive, if there is one: a zip at the end, a 7z anywhere, something compressed behind a script."""
    stream = container.stream
    if zip_format.locate(stream) is not None:
        yield from zip_format.archived(container, surroundings=False)
        return
    at = _behind_script(stream) if read_at(stream, 0, 2) == b"#!" else _sevenzip(stream)
    if at >= 0:
        yield Member("(archive)", Window(stream, at, size_of(stream) - at), alone=True)


def _behind_script(stream: BinaryIO) -> int:
    found = _COMPRESSED.search(read_at(stream, 0, MB))
    return found.start() + 1 if found else -1


def _sevenzip(stream: BinaryIO) -> int:
    """Programs that make such archives hold the signature too, but not what must follow it."""
    at = -1
    for _ in range(_CANDIDATES):
        at = find(stream, _SIGNATURE, at + 1)
        start = read_at(stream, max(at, 0), 32)
        if at < 0 or zlib.crc32(start[12:32]) == int.from_bytes(start[8:12], "little"):
            return at
    return -1
