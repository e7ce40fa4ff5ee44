"""The text in EXIF data, which is a small TIFF file; also in TIFF files themselves."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from stanch.unpack.model import KB
from stanch.unpack.streams import read_at

_TAGS = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x013C: "HostComputer",
    0x02BC: "XMP",
    0x8298: "Copyright",
    0x9286: "UserComment",
    0x927C: "MakerNote",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
    0xA420: "ImageUniqueID",
    0xA430: "CameraOwnerName",
    0xA431: "BodySerialNumber",
}
_XP = range(0x9C9B, 0x9CA0)
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005, 0x014A)
_BYTE, _ASCII, _LONG, _UNDEFINED = 1, 2, 4, 7
_DIRECTORIES, _ENTRIES = 64, 500
_LONGEST = 64 * KB
_ORDERS = {b"II": "little", b"MM": "big"}


class _Entry(NamedTuple):
    tag: int
    kind: int
    value: bytes


def texts(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Name and text of each tag that holds text. Offsets count from the stream's start."""
    order = _ORDERS.get(read_at(stream, 0, 2))
    if order is None:
        return
    little = order == "little"
    waiting, seen = [_number(read_at(stream, 4, 4), little)], set[int]()
    while waiting and len(seen) < _DIRECTORIES:
        offset = waiting.pop()
        if offset in seen or not offset:
            continue
        seen.add(offset)
        count = min(_number(read_at(stream, offset, 2), little), _ENTRIES)
        for at in range(offset + 2, offset + 2 + 12 * count, 12):
            entry = _entry(stream, at, little)
            if entry.tag in _SUB_DIRECTORIES:
                waiting.append(_number(entry.value[:4], little))
            elif text := _text(entry, little):
                yield _TAGS.get(entry.tag, f"Tag {entry.tag:#06x}"), text
        waiting.append(_number(read_at(stream, offset + 2 + 12 * count, 4), little))


def _entry(stream: BinaryIO, at: int, little: bool) -> _Entry:
    raw = read_at(stream, at, 12)
    tag, kind, count = _number(raw[:2], little), _number(raw[2:4], little), _number(raw[4:8], little)
    value = raw[8:12]
    if kind in (_BYTE, _ASCII, _UNDEFINED):
        value = read_at(stream, _number(value, little), min(count, _LONGEST)) if count > 4 else value[:count]
    return _Entry(tag, kind, value)


def _text(entry: _Entry, little: bool) -> bytes:
    value = entry.value
    if entry.kind == _ASCII or entry.tag == 0x02BC:
        return value.rstrip(b"\0")
    if entry.tag in _XP:
        return value.decode("utf-16-le", "replace").rstrip("\0").encode("utf-8", "replace")
    if entry.tag == 0x9286:
        if value.startswith(b"UNICODE\0"):
            coding = "utf-16-le" if little else "utf-16-be"
            return value[8:].decode(coding, "replace").rstrip("\0").encode("utf-8", "replace")
        return value[8:].strip(b"\0 ")
    return b""


def _number(raw: bytes, little: bool) -> int:
    return int.from_bytes(raw, "little" if little else "big")
