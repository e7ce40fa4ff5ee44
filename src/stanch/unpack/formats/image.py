"""Text that images carry besides their pixels: comments, EXIF, XMP, and what was hung on behind."""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from stanch.unpack import decoders
from stanch.unpack.formats import exif
from stanch.unpack.model import MB, Container, Damaged, Member
from stanch.unpack.sniff import HEAD, sniff
from stanch.unpack.streams import CHUNK, Rendered, Window, find, read_at, size_of

_CHUNKS, _BLOCKS = 20_000, 1_000_000
_TEXT = MB

_Pieces = Iterator[tuple[str, bytes] | int]
"""Names and texts; at last the offset where the image ends, if that is known."""


def members(container: Container) -> Iterator[Member]:
    """One rendition with a line for each text, and an archive that follows the image."""
    stream = container.stream
    end = [size_of(stream)]
    yield Member("metadata", Rendered(_lines(_READERS[container.kind](stream), end)), of="")
    behind = read_at(stream, end[0], HEAD)
    if sniff(behind, "") is not None:
        yield Member("(after the image)", Window(stream, end[0], size_of(stream) - end[0]))


def _lines(pieces: _Pieces, end: list[int]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, int):
            end[0] = piece
        elif piece[1]:
            yield piece[0].encode("utf-8", "replace") + b": " + piece[1] + b"\n"


def _png(stream: BinaryIO) -> _Pieces:
    offset = 8
    for _ in range(_CHUNKS):
        head = read_at(stream, offset, 8)
        if len(head) < 8:
            raise Damaged("truncated")
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        offset += 12 + size
        if kind == b"IEND":
            yield offset
            return
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield _png_text(kind, stream.read(min(size, _TEXT)))
        elif kind == b"eXIf":
            yield from exif.texts(io.BytesIO(stream.read(min(size, _TEXT))))
    raise Damaged(f"more than {_CHUNKS} parts")


def _png_text(kind: bytes, data: bytes) -> tuple[str, bytes]:
    name, _, rest = data.partition(b"\0")
    if kind == b"zTXt":
        text = _inflated(rest[1:])
    elif kind == b"iTXt":
        packed, tail = rest[:1] == b"\1", rest[2:]
        text = tail.split(b"\0", 2)[-1]
        text = _inflated(text) if packed else text
    else:
        text = rest
    return name[:79].decode("latin-1"), text


def _inflated(data: bytes) -> bytes:
    source = decoders.Decoded(io.BytesIO(data), decoders.zlib_stream)
    text = bytearray()
    while len(text) < _TEXT and (piece := source.read(CHUNK)):
        text += piece
    return bytes(text)


def _jpeg(stream: BinaryIO) -> _Pieces:
    offset = 2
    for _ in range(_CHUNKS):
        head = read_at(stream, offset, 4)
        if len(head) < 4 or head[0] != 0xFF:
            raise Damaged("truncated" if len(head) < 4 else "corrupt")
        marker, size = head[1], int.from_bytes(head[2:], "big")
        if marker == 0xDA:  # the pixels
            end = find(stream, b"\xff\xd9", offset)
            if end >= 0:
                yield end + 2
            return
        if marker == 0xFF or 0xD0 <= marker <= 0xD8:
            offset += 1 if marker == 0xFF else 2
            continue
        data = stream.read(max(size - 2, 0)) if marker in (0xFE, 0xE1) else b""
        offset += 2 + size
        if marker == 0xFE:
            yield "Comment", data
        elif data.startswith(b"Exif\0"):
            yield from exif.texts(io.BytesIO(data[6:]))
        elif data.startswith(b"http://ns.adobe.com/x"):
            yield "XMP", data.partition(b"\0")[2]
    raise Damaged(f"more than {_CHUNKS} parts")


def _gif(stream: BinaryIO) -> _Pieces:
    head = read_at(stream, 0, 13)
    buffered = io.BufferedReader(Window(stream, 0, size_of(stream)))
    buffered.seek(13 + _colours(head[10:11]))
    left = iter(range(_BLOCKS))
    for _ in range(_CHUNKS):
        kind = buffered.read(1)
        if kind == b"\x3b":
            yield buffered.tell()
            return
        if kind == b"\x2c":
            buffered.seek(_colours(buffered.read(9)[8:]) + 1, io.SEEK_CUR)
            _blocks(buffered, left, keep=False)
        elif kind == b"\x21":
            label = buffered.read(1)
            yield "Comment", _blocks(buffered, left, keep=label == b"\xfe")
        else:
            raise Damaged("corrupt" if kind else "truncated")
    raise Damaged(f"more than {_CHUNKS} parts")


def _colours(flags: bytes) -> int:
    """Size of the table of colours that the flags speak of."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _blocks(stream: BinaryIO, left: Iterator[int], *, keep: bool) -> bytes:
    """The blocks of at most 255 bytes that one part is cut into; `left`: a number for each that there may be."""
    kept = bytearray()
    for _ in left:
        block = stream.read(int.from_bytes(stream.read(1), "big"))
        if not block:
            return bytes(kept)
        if keep and len(kept) < _TEXT:
            kept += block
    raise Damaged(f"more than {_BLOCKS} parts")


def _webp(stream: BinaryIO) -> _Pieces:
    offset, end = 12, 8 + int.from_bytes(read_at(stream, 4, 4), "little")
    for _ in range(_CHUNKS):
        head = read_at(stream, offset, 8)
        if offset >= end or len(head) < 8:
            yield end
            return
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        offset += 8 + size + size % 2
        if kind == b"EXIF":
            data = stream.read(min(size, _TEXT))
            yield from exif.texts(io.BytesIO(data.removeprefix(b"Exif\0\0")))
        elif kind == b"XMP ":
            yield "XMP", stream.read(min(size, _TEXT))
    raise Damaged(f"more than {_CHUNKS} parts")


def _tiff(stream: BinaryIO) -> _Pieces:
    yield from exif.texts(stream)


_READERS: dict[str, Callable[[BinaryIO], _Pieces]] = {
    "png": _png,
    "jpeg": _jpeg,
    "gif": _gif,
    "webp": _webp,
    "tiff": _tiff,
}
