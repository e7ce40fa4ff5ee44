"""Tar in all its dialects: v7, ustar, GNU, pax. Read header by header, so that nothing piles up."""

from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from stanch.unpack.model import MB, RECORDS, Container, Damaged, Member, Trouble
from stanch.unpack.sniff import is_tar_header
from stanch.unpack.streams import CHUNK, Window, leftover, read_at, size_of

_BLOCK = 512
_WITHOUT_DATA = frozenset("123456V")
_LONGEST_HEADER = MB


class _Header(NamedTuple):
    name: str
    kind: str
    size: int
    extended: bool
    """GNU's sparse files have further header blocks."""


def members(container: Container) -> Iterator[Member | Trouble]:
    """The files in it; links and devices hold nothing. Sparse files come out without their holes."""
    stream = container.stream
    end = size_of(stream)
    offset = records = 0
    long_name, size = "", None
    while offset < end:
        records += 1
        if records > RECORDS:
            raise Damaged(f"holds more than {RECORDS} records")
        block = read_at(stream, offset, _BLOCK)
        if not block.strip(b"\0"):
            offset = _after_zeros(stream, offset)
            continue
        if not is_tar_header(block):
            if offset == 0 or len(block) < _BLOCK:
                raise Damaged("truncated" if len(block) < _BLOCK else "corrupt")
            offset = yield from _stray(stream, offset)
            continue
        header = _parsed(block)
        data = offset + _BLOCK
        if header.extended:
            data = _after_sparse_map(stream, data)
        if header.kind in "LKxXg":
            text = read_at(stream, data, min(header.size, _LONGEST_HEADER))
            if header.kind == "L":
                long_name = _text(text)
            elif header.kind in "xX":
                long_name, size = _pax(text)
            held = header.size
        else:
            held = header.size if size is None else size
            name = long_name or header.name
            if header.kind in _WITHOUT_DATA:
                held = 0
            elif held or not name.endswith("/"):  # the first archives knew folders by nothing else
                yield Member(name, Window(stream, data, held))
            long_name, size = "", None
        offset = data + (held + _BLOCK - 1) // _BLOCK * _BLOCK


def _parsed(block: bytes) -> _Header:
    name = _text(block[:100])
    magic = block[257:265]
    if magic == b"ustar\00000" and block[345]:
        name = f"{_text(block[345:500])}/{name}"
    kind = chr(block[156] or 48)
    return _Header(name or "(unnamed)", kind, _number(block[124:136]), kind == "S" and bool(block[482]))


def _number(field: bytes) -> int:
    """An octal number, or GNU's binary one for sizes that octal digits cannot hold."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.replace(b"\0", b" ").strip()
    try:
        return max(int(digits or b"0", 8), 0)
    except ValueError:
        raise Damaged("corrupt") from None


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _pax(text: bytes) -> tuple[str, int | None]:
    """Name and size out of a pax header: lines of "length key=value"."""
    name, size = "", None
    at = 0
    while at < len(text):
        length, _, _ = text[at : at + 10].partition(b" ")
        if not length.isdigit() or int(length) < 5:
            break
        record = text[at : at + int(length)].rstrip(b"\n")
        key, _, value = record[len(length) + 1 :].partition(b"=")
        if (key == b"path" and not name) or key == b"GNU.sparse.name":
            name = _text(value)
        elif key == b"size" and value.isdigit() and len(value) < 20:
            size = int(value)
        at += int(length)
    return name, size


def _after_sparse_map(stream: BinaryIO, offset: int) -> int:
    while True:
        block = read_at(stream, offset, _BLOCK)
        offset += _BLOCK
        if len(block) < _BLOCK or not block[504]:
            return offset


def _after_zeros(stream: BinaryIO, offset: int) -> int:
    """Where the next block begins that is not all zeros: archives may follow one another."""
    stream.seek(offset)
    while data := stream.read(CHUNK):
        zeros = len(data) - len(data.lstrip(b"\0"))
        if zeros < len(data):
            return offset + zeros // _BLOCK * _BLOCK
        offset += len(data)
    return offset


def _stray(stream: BinaryIO, offset: int) -> Generator[Member | Trouble, None, int]:
    """Bytes where a header should be: damage, or hidden there. They come out; gives where it goes on."""
    yield Trouble("", "corrupt: there is no header where one should be")
    resumed = _next_header(stream, offset + _BLOCK)
    if resumed is None:
        yield from leftover(stream, offset, "(after the archive)")
        return size_of(stream)
    yield Member("(between the members)", Window(stream, offset, resumed - offset))
    return resumed


def _next_header(stream: BinaryIO, offset: int) -> int | None:
    """Where the next header is after something that is none."""
    stream.seek(offset)
    while data := stream.read(CHUNK):
        for at in range(0, len(data), _BLOCK):
            if data[at + 257 : at + 262] == b"ustar" and is_tar_header(data[at : at + _BLOCK]):
                return offset + at
        offset += len(data)
    return None
