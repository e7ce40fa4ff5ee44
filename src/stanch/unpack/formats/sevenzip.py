"""7z archives, decoded with what the standard library has, so that memory stays bounded whatever they claim.

Files are mostly coded together, many to one stream: they can only be had one after the other.
"""

import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from stanch.unpack import decoders
from stanch.unpack.formats.sevenzip_header import (
    ENCODED,
    HEADER,
    NONSENSE,
    Coder,
    Folder,
    Header,
    Reader,
    Streams,
    read_header,
    read_streams,
)
from stanch.unpack.model import MB, Container, Damaged, Limits, Member, Readable, Trouble
from stanch.unpack.streams import CHUNK, Window, read_at

_SIGNATURE_HEADER = 32
_HEADER_BYTES = 8 * MB
_ENCODINGS = 4

_COPY, _LZMA2, _LZMA, _AES, _BCJ2 = (
    b"\x00",
    b"\x21",
    b"\x03\x01\x01",
    b"\x06\xf1\x07\x01",
    b"\x03\x03\x01\x1b",
)
_DELTA = b"\x03"
_BRANCHES = {
    b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x0a": 0,
}
"""Filters that rewrite the addresses in machine code, by method; ARM64 is unknown to older libraries."""
_NAMES = {
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x04\xf7\x11\x02": "Brotli",
    b"\x04\xf7\x11\x04": "LZ4",
}


def members(container: Container) -> Iterator[Member | Trouble]:
    """The files in it, folder by folder."""
    stream, limits = container.stream, container.limits
    header = _header(stream, limits)
    names = (name for name, empty in zip(header.names, header.empty, strict=True) if not empty)
    at = _SIGNATURE_HEADER + header.streams.start
    used = 0
    for folder, sizes in zip(header.streams.folders, header.streams.contents, strict=True):
        packed = header.streams.packed_sizes[used : used + len(folder.packed)]
        used += len(packed)
        inside = [(next(names, "(unnamed)"), size) for size in sizes]
        yield from _files(stream, folder, at, packed, inside, limits)
        at += sum(packed)


def _files(
    stream: BinaryIO, folder: Folder, at: int, packed: list[int], files: list[tuple[str, int]], limits: Limits
) -> Iterator[Member | Trouble]:
    try:
        content = _content(stream, folder, at, packed, limits)
    except Damaged as error:
        for name, _ in files:
            yield Trouble(name, str(error))
        return
    if folder.coders[0].method == _BCJ2:  # the code without its jumps, which another stream has
        yield Member("(program code)", content)
        return
    for number, (name, size) in enumerate(files):
        file = _Slice(content, size)
        yield Member(name, file)
        if not file.finish(limits.entry_bytes):
            for following, _ in files[number + 1 :]:
                yield Trouble(following, "behind a member that cannot be read")
            return


class _Slice:
    """One file of a folder: the next so many bytes of the folder's content."""

    def __init__(self, content: Readable, size: int) -> None:
        self._content = content
        self._left = size
        self.short = False

    def read(self, size: int, /) -> bytes:
        data = self._content.read(min(size, self._left)) if self._left else b""
        self._left -= len(data)
        self.short = self._left > 0
        return data

    def finish(self, most: int) -> bool:
        """Pass over what was not read, if it is not too much and can be read at all."""
        if self._left > most:
            return False
        try:
            while self._left and self.read(CHUNK):
                pass
        except Exception:  # it was reported when the file itself was read, or is with the next one
            return False
        return not self._left


def _header(stream: BinaryIO, limits: Limits) -> Header:
    start = read_at(stream, 0, _SIGNATURE_HEADER)
    offset, size = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
    if not size:
        return Header(Streams(0, [], [], []), [], [])
    if size > _HEADER_BYTES:
        raise Damaged("the header of the 7z archive is too large")
    data = read_at(stream, _SIGNATURE_HEADER + offset, size)
    if len(data) < size:
        raise Damaged("truncated: the 7z archive has no header")
    if zlib.crc32(data) != int.from_bytes(start[28:32], "little"):
        raise Damaged("corrupt: the header of the 7z archive is damaged")
    for _ in range(_ENCODINGS):
        reader = Reader(data, limits.entries)
        kind = reader.byte()
        if kind == HEADER:
            return read_header(reader)
        if kind != ENCODED:
            break
        data = _decoded_header(stream, read_streams(reader), limits)
    raise Damaged(NONSENSE)


def _decoded_header(stream: BinaryIO, streams: Streams, limits: Limits) -> bytes:
    """The header is itself compressed, or encrypted."""
    if not streams.folders:
        raise Damaged(NONSENSE)
    folder = streams.folders[0]
    size = folder.sizes[folder.output]
    if size > _HEADER_BYTES:
        raise Damaged("the header of the 7z archive is too large")
    packed = streams.packed_sizes[: len(folder.packed)]
    content = _content(stream, folder, _SIGNATURE_HEADER + streams.start, packed, limits)
    data = bytearray()
    while len(data) < size and (piece := content.read(size - len(data))):
        data += piece
    return bytes(data)


def _content(stream: BinaryIO, folder: Folder, at: int, packed: list[int], limits: Limits) -> Readable:
    """What a folder unpacks to."""
    windows: dict[int, Window] = {}
    for number, size in zip(folder.packed, packed, strict=False):
        windows[number] = Window(stream, at, size)
        at += size
    return _output(folder, folder.output, windows, limits, len(folder.coders))


def _output(folder: Folder, number: int, windows: dict[int, Window], limits: Limits, steps: int) -> Readable:
    """What comes out of one output of a folder's coders; `steps`: how many coders there can be on the way."""
    coder, entrance = _owner(folder, number)
    filters: list[dict[str, int]] = []
    while coder.method in _BRANCHES or coder.method == _DELTA:
        filters += _filter(coder)
        steps -= 1
        if steps < 1 or entrance not in folder.bonds:
            break
        number = folder.bonds[entrance]
        coder, entrance = _owner(folder, number)
    if steps < 1:
        raise Damaged("corrupt")
    source: Readable
    if entrance in folder.bonds:
        source = _output(folder, folder.bonds[entrance], windows, limits, steps - 1)
    elif entrance in windows:
        source = windows[entrance]
    else:
        raise Damaged("corrupt")
    return _decoded(coder, source, folder.sizes[number], filters, limits)


def _owner(folder: Folder, output: int) -> tuple[Coder, int]:
    """The coder that an output belongs to, and the first of its inputs."""
    first_output = first_input = 0
    for coder in folder.coders:
        if output < first_output + coder.outputs:
            return coder, first_input
        first_output += coder.outputs
        first_input += coder.inputs
    raise Damaged("corrupt")


def _filter(coder: Coder) -> list[dict[str, int]]:
    if coder.method == _DELTA:
        return [{"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1 if coder.properties else 1}]
    known = _BRANCHES[coder.method]
    return [{"id": known}] if known else []


def _decoded(coder: Coder, source: Readable, size: int, filters: list[dict[str, int]], limits: Limits) -> Readable:
    """The source decoded. Filters are undone with LZMA2 only, which the library can: what they change is
    addresses in machine code, where nobody looks for secrets."""
    method, properties = coder.method, coder.properties
    if method in (_COPY, _BCJ2) or method in _BRANCHES or method == _DELTA:
        return source
    if method == _LZMA2:
        return decoders.Decoded(source, decoders.raw_lzma2(limits, properties, size, filters))
    if method == _LZMA:
        return decoders.Decoded(source, decoders.raw_lzma(limits, properties, size), marked=False)
    if method == b"\x04\x01\x08":
        return decoders.Decoded(source, decoders.deflate)
    if method == b"\x04\x02\x02":
        return decoders.Decoded(source, decoders.bzip2, again=(b"BZh",))
    if method == b"\x04\xf7\x11\x01":
        return decoders.Decoded(source, decoders.zstandard(limits), again=decoders.ZSTD_FRAMES)
    if method == _AES:
        raise Damaged("encrypted")
    raise Damaged(f"compressed with {_NAMES.get(method, f'method {method.hex()}')}, which is not supported")
