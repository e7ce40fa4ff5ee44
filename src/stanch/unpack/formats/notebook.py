"""Jupyter notebooks: sources and text outputs as the lines that their readers see.

The JSON is gone through string by string and never made into objects, so that neither pictures of many
megabytes nor millions of empty cells cost memory.
"""

import re
from collections.abc import Iterator

import msgspec

from stanch.unpack.model import MB, Container, Member, Readable
from stanch.unpack.streams import CHUNK, Rendered

_TEXTS = frozenset(
    (
        b'"source"',
        b'"input"',
        b'"text"',
        b'"text/plain"',
        b'"text/html"',
        b'"text/markdown"',
        b'"evalue"',
        b'"traceback"',
    )
)
"""The keys whose strings are text; "input" is what the source was called until format 3."""
_CELL = b'"cell_type"'

_BODY = re.compile(rb'(?:[^"\\]++|\\[\s\S])*+')
_STRING = re.compile(rb'"(?:[^"\\]++|\\[\s\S])*+"')
_COLON = re.compile(rb"\s*+(:?)")
_LONGEST = MB
"""Longer strings are pictures."""


def members(container: Container) -> Iterator[Member]:
    """One rendition with the text of all cells, each under its number."""
    container.stream.seek(0)
    yield Member("cells", Rendered(_lines(container.stream)), of="")


def _lines(source: Readable) -> Iterator[bytes]:
    cells = 0
    key, closed = b"", True
    for string, is_key in _strings(source):
        if is_key:
            if not closed:
                yield b"\n"
            key, closed = string, True
            if key == _CELL:
                cells += 1
                yield b"# cell %d\n" % cells
        elif key in _TEXTS:
            text = _decoded(string) + (b"\n" if key == b'"traceback"' else b"")
            closed = text.endswith(b"\n")
            yield text
    if not closed:
        yield b"\n"


def _strings(source: Readable) -> Iterator[tuple[bytes, bool]]:
    """Each string as it is written, and whether it is a key."""
    data, last = b"", False
    while not last:
        more = source.read(CHUNK * 4)
        data, last = data + more, not more
        at = 0
        while (start := data.find(b'"', at)) >= 0:
            string = _STRING.match(data, start)
            if not string:
                break
            colon = _COLON.match(data, string.end())
            at = colon.end() if colon else string.end()
            if at == len(data) and not last:
                break
            yield string[0], bool(colon and colon[1])
        data = data[start:] if start >= 0 else b""
        if len(data) > _LONGEST:
            data, last = _passed(data, source), False


def _passed(data: bytes, source: Readable) -> bytes:
    """What follows the string that `data` begins with, which is too long to be text."""
    data = data[1:]
    while True:
        data = data[_match_end(data) :]
        if data.startswith(b'"'):
            return data[1:]
        more = source.read(CHUNK * 4)
        if not more:
            return b""
        data += more


def _match_end(data: bytes) -> int:
    body = _BODY.match(data)
    return body.end() if body else 0


def _decoded(string: bytes) -> bytes:
    try:
        return msgspec.json.decode(string, type=str).encode("utf-8", "replace")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return string[1:-1]
