"""The header of a 7z archive: which packed streams there are, how they were coded, and what files are in them.

Every number in it is a claim by whoever made the archive; those that would cost memory are held against what
the header can hold or the limits allow.
"""

import io
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from stanch.unpack.model import Damaged

END, HEADER, ARCHIVE_PROPERTIES, ADDITIONAL, MAIN, FILES, PACK, UNPACK, SUBSTREAMS = range(9)
SIZE, CRC, FOLDER, UNPACK_SIZES, COUNTS, EMPTY_STREAM, EMPTY_FILE, ANTI, NAMES = range(9, 18)
ENCODED = 0x17

_CODERS = 32
_FOLDERS = 20_000
NONSENSE = "corrupt: the header of the 7z archive makes no sense"
_Read = TypeVar("_Read")


class Coder(NamedTuple):
    """One step of coding."""

    method: bytes
    inputs: int
    outputs: int
    properties: bytes


class Folder(NamedTuple):
    """Files coded together, as one stream."""

    coders: list[Coder]
    bonds: dict[int, int]
    """Which coder output feeds an input; both are numbered through all coders of the folder."""
    packed: list[int]
    """The inputs that the packed streams feed, in their order."""
    sizes: list[int]
    """What each coder output unpacks to, as claimed."""

    @property
    def output(self) -> int:
        """The output that feeds no input: the content of the files."""
        fed = set(self.bonds.values())
        return next((each for each in range(len(self.sizes)) if each not in fed), 0)


class Streams(NamedTuple):
    """The packed streams and what they unpack to."""

    start: int
    """Offset of the first packed stream, after the signature header."""
    packed_sizes: list[int]
    folders: list[Folder]
    contents: list[list[int]]
    """For each folder the sizes of the files in it."""


class Header(NamedTuple):
    """The whole header."""

    streams: Streams
    names: list[str]
    empty: list[bool]
    """For each file whether it has no content in any folder."""


class Reader:
    """Reads the numbers of a header."""

    def __init__(self, data: bytes, most: int) -> None:
        """`most`: how many of anything there may be."""
        self._data = io.BytesIO(data)
        self._size = len(data)
        self.most = most

    def bytes(self, size: int) -> bytes:
        """The next bytes."""
        data = self._data.read(size) if size <= self._size else b""
        if len(data) < size:
            raise Damaged("corrupt: the header of the 7z archive is cut off")
        return data

    def byte(self) -> int:
        """The next byte."""
        return self.bytes(1)[0]

    def number(self) -> int:
        """A number of one to nine bytes: the ones that the first byte begins with say how many follow."""
        first = self.byte()
        extra = 8 - (first ^ 0xFF).bit_length()
        low = int.from_bytes(self.bytes(extra), "little")
        return low | (first & (0x7F >> extra)) << 8 * extra

    def count(self) -> int:
        """A number of things that follow."""
        number = self.number()
        if number > self.most:
            raise Damaged(f"holds more than {self.most} members")
        return number

    def bits(self, count: int) -> list[bool]:
        """A bit for each of `count` things."""
        data = self.bytes((count + 7) // 8)
        return [bool(data[at // 8] & 0x80 >> at % 8) for at in range(count)]

    def each(self, read: Callable[[], _Read], count: int) -> list[_Read]:
        """The same thing several times."""
        return [read() for _ in range(count)]

    def digests(self, count: int) -> list[bool]:
        """Which of `count` things have a check sum. The sums do not matter: what can be decoded is scanned."""
        defined = [True] * count if self.byte() else self.bits(count)
        self.bytes(4 * sum(defined))
        return defined

    def expect(self, kind: int) -> None:
        """The end of a part, or its beginning."""
        if self.byte() != kind:
            raise Damaged(NONSENSE)


def read_streams(reader: Reader) -> Streams:
    """The part of a header that speaks of packed streams."""
    start, packed = 0, list[int]()
    folders: list[Folder] = []
    checked: list[bool] = []
    contents: list[list[int]] = []
    kind = reader.byte()
    if kind == PACK:
        start = reader.number()
        packed = _packed_sizes(reader)
        kind = reader.byte()
    if kind == UNPACK:
        folders, checked = _folders(reader)
        contents = [[folder.sizes[folder.output]] for folder in folders]
        kind = reader.byte()
    if kind == SUBSTREAMS:
        contents = _contents(reader, folders, checked)
        kind = reader.byte()
    _end(kind)
    return Streams(start, packed, folders, contents)


def read_header(reader: Reader) -> Header:
    """The header proper, after its first byte."""
    streams = Streams(0, [], [], [])
    names: list[str] = []
    empty: list[bool] = []
    while (kind := reader.byte()) != END:
        if kind == ARCHIVE_PROPERTIES:
            while reader.byte() != END:
                reader.bytes(reader.number())
        elif kind == ADDITIONAL:
            read_streams(reader)
        elif kind == MAIN:
            streams = read_streams(reader)
        elif kind == FILES:
            names, empty = _files(reader)
        else:
            raise Damaged(NONSENSE)
    return Header(streams, names, empty)


def _packed_sizes(reader: Reader) -> list[int]:
    count = reader.count()
    sizes: list[int] = []
    while (kind := reader.byte()) != END:
        if kind == SIZE:
            sizes = reader.each(reader.number, count)
        elif kind == CRC:
            reader.digests(count)
        else:
            raise Damaged(NONSENSE)
    return sizes


def _folders(reader: Reader) -> tuple[list[Folder], list[bool]]:
    """The folders, and which of them have a check sum."""
    reader.expect(FOLDER)
    count = reader.count()
    if count > _FOLDERS:
        raise Damaged(f"holds more than {_FOLDERS} blocks")
    reader.expect(0)  # that the folders are described elsewhere was never in use
    folders = reader.each(lambda: _folder(reader), count)
    reader.expect(UNPACK_SIZES)
    for folder in folders:
        folder.sizes.extend(reader.each(reader.number, sum(coder.outputs for coder in folder.coders)))
    checked = [False] * count
    kind = reader.byte()
    if kind == CRC:
        checked = reader.digests(count)
        kind = reader.byte()
    _end(kind)
    return folders, checked


def _folder(reader: Reader) -> Folder:
    count = reader.number()
    if not 0 < count <= _CODERS:
        raise Damaged(NONSENSE)
    coders = reader.each(lambda: _coder(reader), count)
    inputs = sum(coder.inputs for coder in coders)
    outputs = sum(coder.outputs for coder in coders)
    if not 0 < outputs <= inputs <= _CODERS:
        raise Damaged(NONSENSE)
    bonds = {reader.number(): reader.number() for _ in range(outputs - 1)}
    free = [each for each in range(inputs) if each not in bonds]
    if len(free) > 1:
        free = reader.each(reader.number, len(free))
    return Folder(coders, bonds, free, [])


def _coder(reader: Reader) -> Coder:
    flags = reader.byte()
    method = reader.bytes(flags & 15)
    inputs, outputs = (reader.number(), reader.number()) if flags & 0x10 else (1, 1)
    properties = reader.bytes(reader.number()) if flags & 0x20 else b""
    return Coder(method, inputs, outputs, properties)


def _contents(reader: Reader, folders: list[Folder], checked: list[bool]) -> list[list[int]]:
    """The sizes of the files in each folder; that of the last one in each follows from the folder's."""
    counts = [1] * len(folders)
    kind = reader.byte()
    if kind == COUNTS:
        counts = reader.each(reader.count, len(folders))
        if sum(counts) > max(reader.most, len(folders)):
            raise Damaged(f"holds more than {reader.most} members")
        kind = reader.byte()
    contents: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        sizes = reader.each(reader.number, count - 1) if kind == SIZE and count else []
        left = max(folder.sizes[folder.output] - sum(sizes), 0)
        contents.append([*sizes, left] if count else [])
    if kind == SIZE:
        kind = reader.byte()
    if kind == CRC:  # the check sum of a folder with one file is the file's
        counted = sum(count for count, has in zip(counts, checked, strict=True) if count != 1 or not has)
        reader.digests(counted)
        kind = reader.byte()
    _end(kind)
    return contents


def _files(reader: Reader) -> tuple[list[str], list[bool]]:
    count = reader.count()
    names: list[str] = []
    empty = [False] * count
    while (kind := reader.byte()) != END:
        data = reader.bytes(reader.number())
        if kind == EMPTY_STREAM:
            empty = Reader(data, count).bits(count)
        elif kind == NAMES and data[:1] == b"\0":
            names = data[1:].decode("utf-16-le", "replace").split("\0", count)[:count]
    return names + ["(unnamed)"] * (count - len(names)), empty


def _end(kind: int) -> None:
    if kind != END:
        raise Damaged(NONSENSE)
