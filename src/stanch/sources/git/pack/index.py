"""The index of a pack: which objects are in it, and where. Formats 1 and 2 of git's gitformat-pack."""

import sys
from array import array
from pathlib import Path

from stanch.sources.git.pack import inner

MAGIC = b"\xfftOc"


def read(path: Path, width: int) -> tuple["array[int]", bytes]:
    """The offset of each object in the pack, and their names of `width` bytes each, both sorted by name.

    ValueError if it is no index, OSError if it cannot be read.
    """
    data = path.read_bytes()
    if data[:4] != MAGIC:
        return _first(data, width)
    if data[4:8] != b"\0\0\0\2":
        raise ValueError("an index of an unknown version")
    count = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4])
    names = 8 + 256 * 4
    checks = names + count * width
    small = checks + count * 4
    large = small + count * 4
    if len(data) < large + 2 * width:
        raise ValueError("an index that was cut off")
    offsets = _numbers("I", data[small:large])
    far = _numbers("Q", data[large : large + (len(data) - 2 * width - large) // 8 * 8])
    found = array("q", offsets)
    if count and max(offsets) >> 31:
        # The highest bit says that the rest is a place among the 64 bit offsets, for packs over 2 GB.
        for number, offset in enumerate(offsets):
            if offset >> 31:
                place = offset & 0x7FFFFFFF
                if place >= len(far) or far[place] >> 62:
                    raise ValueError("an index with an offset out of all bounds")
                found[number] = far[place]
    return found, data[names:checks]


def names(path: Path, width: int) -> bytes:
    """The names alone. ValueError if it is no index, OSError if it cannot be read."""
    with path.open("rb") as file:
        head = file.read(8 + 256 * 4)
        if head[:8] != MAGIC + b"\0\0\0\2":
            return read(path, width)[1]
        size = int.from_bytes(head[-4:]) * width
        found = file.read(size)
    if len(head) < 8 + 256 * 4 or len(found) < size:
        raise ValueError("an index that was cut off")
    return found


def absent(names: bytes, width: int, wanted: list[bytes]) -> list[bytes]:
    """Those of the wanted names that are not among `names`, which rise."""
    return [wanted[number] for number in inner.absent(names, width, b"".join(wanted))]


def _first(data: bytes, width: int) -> tuple["array[int]", bytes]:
    """Format 1: offset and name of each object, one after the other."""
    count = int.from_bytes(data[255 * 4 : 256 * 4])
    row = 4 + width
    table = data[256 * 4 : 256 * 4 + count * row]
    if len(table) < count * row or len(data) < 256 * 4 + count * row + 2 * width:
        raise ValueError("an index that was cut off")
    names = b"".join(table[at + 4 : at + row] for at in range(0, len(table), row))
    return array("q", [int.from_bytes(table[at : at + 4]) for at in range(0, len(table), row)]), names


def _numbers(code: str, data: bytes) -> "array[int]":
    """Big-endian numbers of 4 (`I`) or 8 (`Q`) bytes."""
    numbers = array(code, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
