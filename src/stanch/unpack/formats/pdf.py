"""PDF: the text that the pages show, and what else is compressed inside: metadata, scripts, attached files.

The file is gone through from front to back. Its own table of contents is not asked, because what it leaves out,
such as earlier versions of a page, is there all the same.
"""

import base64
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from stanch.unpack import decoders
from stanch.unpack.formats.pdf_text import CMap, Fonts, shown
from stanch.unpack.model import KB, MB, Container, Damaged, Member, Readable, Trouble
from stanch.unpack.streams import CHUNK, Rendered, Window, find, read_at, size_of

_OBJECT = re.compile(rb"(\d{1,10})\s{1,4}\d{1,5}\s{1,4}obj")
_TO_UNICODE = re.compile(rb"/ToUnicode\s{0,4}(\d{1,10})\s{1,4}\d")
_NAMED = re.compile(rb"/([^\s/<>\[\]()%]{1,40})\s{1,4}(\d{1,10})\s{1,4}\d{1,5}\s{1,4}R")
_FILTER = re.compile(rb"/(\w{2,12}Decode|Crypt)\b")
_NUMBER = re.compile(rb"/(N|First|Length)\s{0,4}(\d{1,10})\b(?!\s{1,4}\d{1,5}\s{1,4}R)")
_NO_TEXT = re.compile(rb"/(?:Image|XRef|Length1|Type1C|CIDFontType0C|OpenType|FunctionType|ShadingType)\b")
_DECODED = (b"FlateDecode", b"ASCII85Decode")
_PIXELS = frozenset((b"DCTDecode", b"JPXDecode", b"CCITTFaxDecode", b"JBIG2Decode"))
_SHOWS = re.compile(rb"\b(?:Tj|TJ)\b")

_STANDARD = frozenset(
    b"Parent Contents Resources Length Root Info Annots Dest P Pg K Prev Next First Last Kids Pages Font Outlines"
    b" ToUnicode FontDescriptor FontFile FontFile2 FontFile3 DescendantFonts Encoding Metadata StructTreeRoot".split()
)
"""Names that are never a font's."""

_DICTIONARY = 16 * KB
_STREAMS = 20_000
_OBJECTS, _OBJECT_STREAM, _LISTED = 16 * MB, 4 * MB, 256 * KB
_CMAP = MB // 2
_LETTERS = 2 * MB
_CODES, _LEAST = 60_000, 200
"""Codes in all character maps together; each map counts for some more, however few it has."""
_REFERENCES, _NOTED = 20_000, 200_000
_SHOWN = 16 * MB
"""How much of the pages' descriptions is gone through for text."""


class _Stream(NamedTuple):
    """A stream object."""

    number: int
    start: int
    size: int
    filters: tuple[bytes, ...]
    """How it was coded, the outermost coding first."""
    objects: tuple[int, int] | None
    """For a stream of objects: how many there are, and where the first is."""


class _Outline:
    """What one run through the file brings to light."""

    def __init__(self) -> None:
        self.streams: list[_Stream] = []
        self.fonts: dict[int, int] = {}
        """The object with the character map, by the font's object."""
        self.names: dict[bytes, set[int]] = {}
        """The objects that a name stands for, on whatever page."""
        self.references = 0
        self.objects = 0
        self.unsupported: set[str] = set()


def members(container: Container) -> Iterator[Member | Trouble]:
    """The text as a rendition, and every other compressed stream as a member."""
    stream = container.stream
    outline = _Outline()
    _survey(stream, outline)
    if find(stream, b"/Encrypt", 0) >= 0:
        yield Trouble("", "encrypted")
        return
    if len(outline.streams) >= _STREAMS:
        yield Trouble("", f"holds more than {_STREAMS} streams: the rest was left out")
    for name in sorted(outline.unsupported):
        yield Trouble("", f"streams coded with {name} cannot be opened")
    left = _OBJECTS
    for each in outline.streams:
        if each.objects and left > 0:
            objects = _head(stream, each, min(left, _OBJECT_STREAM))
            left -= len(objects)
            _note(objects, each, outline)
    pages: list[_Stream] = []
    maps: dict[int, CMap] = {}
    room = _CODES
    wanted = set(outline.fonts.values())
    for each in outline.streams:
        head = _head(stream, each, CHUNK)
        if each.number in wanted and b"begincmap" in head and room > 0:
            maps[each.number] = CMap(_head(stream, each, _CMAP), room)
            room -= len(maps[each.number].texts) + _LEAST
        elif _SHOWS.search(head):
            pages.append(each)
        elif each.filters and each.size:
            yield Member(f"stream {each.number}", _content(stream, each))
    yield Member("text", Rendered(_text(stream, pages, _fonts(outline, maps))), of="")


def _survey(stream: BinaryIO, outline: _Outline) -> None:
    """Find the streams, and the fonts among the objects between them."""
    offset, size = 0, size_of(stream)
    while len(outline.streams) < _STREAMS:
        at = find(stream, b"stream", offset)
        _read_objects(stream, offset, at if at >= 0 else size, outline)
        if at < 0:
            return
        before = read_at(stream, max(at - _DICTIONARY, offset), min(_DICTIONARY, at - offset))
        head = read_at(stream, at + 6, 2)
        start = at + 6 + (2 if head == b"\r\n" else 1)
        length = _length(stream, before, start)
        if length < 0:
            end = find(stream, b"endstream", start)
            length = (end if end >= 0 else size) - start
        _add(before, start, length, outline)
        offset = start + length + len(b"endstream")


def _length(stream: BinaryIO, before: bytes, start: int) -> int:
    """The length that the dictionary gives, if there is an end where it says."""
    stated = [int(number) for key, number in _NUMBER.findall(_last_object(before)[1]) if key == b"Length"]
    if stated and b"endstream" in read_at(stream, start + stated[0], 16):
        return stated[0]
    return -1


def _add(before: bytes, start: int, size: int, outline: _Outline) -> None:
    """Take a stream up, unless there are only pixels or outlines of letters in it."""
    number, dictionary = _last_object(before)
    filters = _FILTER.findall(dictionary)
    if _NO_TEXT.search(dictionary) or _PIXELS.intersection(filters):
        return
    unsupported = [each.decode() for each in filters if each not in _DECODED]
    if unsupported:
        outline.unsupported.update(unsupported)
        return
    numbers = {key: int(number) for key, number in _NUMBER.findall(dictionary)}
    objects = (numbers.get(b"N", 0), numbers.get(b"First", 0)) if b"/ObjStm" in dictionary else None
    outline.streams.append(_Stream(number, start, size, tuple(filters[:4]), objects))


def _last_object(before: bytes) -> tuple[int, bytes]:
    """Number and text of the object that `before` ends in."""
    heads = list(_OBJECT.finditer(before))
    if not heads:
        return 0, before
    return int(heads[-1][1]), before[heads[-1].end() :]


def _read_objects(stream: BinaryIO, start: int, end: int, outline: _Outline) -> None:
    """Note the fonts in the objects of a part of the file, which is read in overlapping pieces."""
    while start < end:
        piece = read_at(stream, start, min(end - start, 256 * KB))
        heads = list(_OBJECT.finditer(piece))
        ends = [head.start() for head in heads[1:]] + [len(piece)]
        for head, end_of_object in zip(heads, ends, strict=False):
            _note_object(int(head[1]), piece[head.end() : end_of_object], outline)
        start += max(len(piece) - (4 * KB if start + len(piece) < end else 0), 1)


def _note(data: bytes, each: _Stream, outline: _Outline) -> None:
    """The objects of a stream of objects: numbers and offsets come first."""
    count, first = each.objects or (0, 0)
    listed = data[: min(first, _LISTED)].split()
    numbers = [int(number) for number in listed if number.isdigit() and len(number) < 11]
    places = list(zip(numbers[: 2 * count : 2], numbers[1 : 2 * count : 2], strict=False))
    ends = [at for _, at in places[1:]] + [len(data)]
    for (number, at), end in zip(places, ends, strict=False):
        _note_object(number, data[first + at : first + end], outline)


def _note_object(number: int, text: bytes, outline: _Outline) -> None:
    outline.objects += 1
    if outline.objects > _NOTED:
        return
    cmap = _TO_UNICODE.search(text)
    if cmap and len(outline.fonts) < _REFERENCES:
        outline.fonts[number] = int(cmap[1])
    for name, reference in _NAMED.findall(text[:_DICTIONARY]):
        if name not in _STANDARD and outline.references < _REFERENCES:
            outline.references += 1
            outline.names.setdefault(name, set()).add(int(reference))


def _fonts(outline: _Outline, maps: dict[int, CMap]) -> Fonts:
    """The character maps that a font's name may stand for."""
    fonts: Fonts = {}
    for name, numbers in outline.names.items():
        found = [maps[outline.fonts[each]] for each in sorted(numbers) if outline.fonts.get(each) in maps]
        if found:
            fonts[name] = found[:8]
    return fonts


def _text(stream: BinaryIO, pages: list[_Stream], fonts: Fonts) -> Iterator[bytes]:
    left = _SHOWN
    trouble: Exception | None = None
    for page in pages:
        try:
            for text, used in shown(_content(stream, page), fonts):
                left -= used
                yield text
                if left < 0:
                    raise Damaged("too many pages: the rest was not rendered as text")
        except Exception as error:  # one page that is damaged must not hide the others
            trouble = error
            if left < 0:
                break
    if trouble:
        raise trouble


def _head(stream: BinaryIO, each: _Stream, size: int) -> bytes:
    """The first so many bytes of a stream's content, as far as it can be decoded."""
    head = bytearray()
    try:
        content = _content(stream, each)
        while len(head) < size and (piece := content.read(size - len(head))):
            head += piece
    except Exception:  # told when the content itself is read
        return bytes(head)
    return bytes(head)


def _content(stream: BinaryIO, each: _Stream) -> Readable:
    content: Readable = Window(stream, each.start, each.size)
    for coding in each.filters:
        inflated = coding == b"FlateDecode"
        content = decoders.Decoded(content, decoders.zlib_stream) if inflated else _ascii85(content)
    return content


def _ascii85(source: Readable) -> Readable:
    """Five letters for four bytes; the mark of the end, and what follows it, is left aside."""
    text = source.read(_LETTERS + 1)
    if len(text) > _LETTERS:
        raise Damaged("a stream is too large to be decoded")
    try:
        return BytesIO(base64.a85decode(text.partition(b"~")[0]))
    except ValueError:
        raise Damaged("corrupt") from None
