"""Text of office documents: XML with the tags taken out, so that a word split over several runs is whole again.

Spreadsheet rows and table rows become lines that keep a value with what names it: the two cells of a narrow row
as "left: right", the cells of a wider one each with its column's heading.
"""

from collections.abc import Callable, Iterator

from stanch.unpack.model import KB, MB, Damaged, Limits, Member, Readable
from stanch.unpack.streams import CHUNK, Rendered

Part = Callable[[], Readable]
"""Opens one part of a document."""

MARKS = frozenset(("[Content_Types].xml", "content.xml"))
"""A zip with one of these members is an office document."""

PARTS = 5000
"""How many parts of one document are rendered."""

_STRINGS = "xl/sharedStrings.xml"
_STRINGS_BYTES = 4 * MB
_PIECE = 64 * KB
_FED = 4 * KB
"""Little at a time: a cell of a few bytes may stand for a long string."""
_TOKEN = MB
_COLUMNS = 500
_CELL = 32 * KB
"""What a cell may hold, and what a paragraph may before it is broken."""
_HEADING = 100


def is_part(name: str) -> bool:
    """Whether a member may hold text that people wrote."""
    return name.endswith(".xml") and name != "[Content_Types].xml" and "/theme/" not in name


def renditions(parts: dict[str, Part], limits: Limits) -> Iterator[Member]:
    """One rendition for each part."""
    strings: list[str] = []
    if _STRINGS in parts:
        strings = _shared_strings(parts[_STRINGS], limits)
    for name, part in parts.items():
        if not (strings and name == _STRINGS):  # they are shown in the cells that they belong to
            of = _STRINGS if strings and name.startswith("xl/worksheets/") else name
            yield Member(f"{name}!text", Rendered(_text(part, strings, limits)), of=of)


def _text(part: Part, strings: list[str], limits: Limits) -> Iterator[bytes]:
    lines = _Lines(strings)
    for _ in _parsed(part, lines, limits):
        if lines.size >= _PIECE:
            yield lines.taken()
    lines.end_line()
    yield lines.taken()


def _shared_strings(part: Part, limits: Limits) -> list[str]:
    """The texts that a spreadsheet's cells refer to by number; none at all if they are too many to hold."""
    collected = _Strings()
    try:
        for _ in _parsed(part, collected, limits):
            if collected.size > _STRINGS_BYTES:
                return []
    except Exception:  # the same part is rendered later, and its trouble told then
        return collected.strings
    return collected.strings


class _Handler:
    """What becomes of a part's elements and text."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text, possibly in pieces."""


def _parsed(part: Part, handler: _Handler, limits: Limits) -> Iterator[None]:
    """Run the XML through a handler; stops after each piece, so that what was collected can be taken away."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: handler.start(tag.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda tag: handler.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = handler.data
    parser.EntityDeclHandler = _refuse_entity
    source = part()
    fed = 0
    try:
        while fed < limits.entry_bytes and (data := source.read(CHUNK)):
            for at in range(0, len(data), _FED):
                parser.Parse(data[at : at + _FED], False)
                fed += _FED
                if fed - parser.CurrentByteIndex > _TOKEN:  # it would be gone through again with each piece
                    raise Damaged("holds a tag that is too long")
                yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Damaged("malformed XML: not rendered as text") from None
    yield


def _refuse_entity(*_declaration: object) -> None:
    raise Damaged("declares entities")


class _Strings(_Handler):
    """Collects the shared strings of a spreadsheet."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.size = 0
        self._pieces: list[str] = []

    def end(self, tag: str) -> None:
        if tag == "si":
            self.strings.append("".join(self._pieces))
            self._pieces.clear()
            self.size += 64

    def data(self, text: str) -> None:
        self._pieces.append(text)
        self.size += len(text)


class _Lines(_Handler):
    """Collects lines of text: one for each paragraph, and those of `_row` for each row of a table."""

    _INLINE = frozenset(("t", "r", "span", "a", "v", "is", "f", "delText", "instrText"))
    """Elements whose text goes on after them; any other that has text ends a line."""
    _PARAGRAPHS = frozenset(("p", "h", "si", "comment"))
    _CELLS = frozenset(("tc", "table-cell", "c"))
    _ROWS = frozenset(("tr", "table-row", "row"))
    _BREAKS = frozenset(("br", "cr", "line-break"))

    def __init__(self, strings: list[str]) -> None:
        self.size = 0
        self._strings = strings
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._held = 0
        self._cells: list[str] | None = None
        self._column = 0
        self._width = 0
        self._headings: list[str] = []
        self._shared = False
        self._formula = False
        self._direct = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._direct = False
        if tag in self._ROWS:
            self.end_line()
            self._cells = []
        elif tag in self._CELLS and self._cells is not None:
            self._shared = attributes.get("t") == "s"
            self._column = _column(attributes.get("r", "")) or len(self._cells)
        elif tag == "f":
            self._formula = True
        elif tag == "table" or tag == "tbl":
            self._headings = []

    def end(self, tag: str) -> None:
        if tag in self._CELLS and self._cells is not None:
            self._cells += [""] * min(self._column - len(self._cells), _COLUMNS - len(self._cells))
            self._cells.append(self._cell())
            self._width += len(self._cells[-1])
            if len(self._cells) > _COLUMNS or self._width > _PIECE:
                self._row(self._cells)
                self._cells = []
        elif tag in self._ROWS:
            self._row(self._cells or [])
            self._cells = None
        elif tag in self._PARAGRAPHS or (self._direct and tag not in self._INLINE):
            if self._cells is None:
                self.end_line()
            else:
                self._put(" ")
        elif tag in self._BREAKS:
            self._put("\n" if self._cells is None else " ")
        elif tag == "tab" or tag == "s":
            self._put("\t" if tag == "tab" else " ")
        elif tag == "f":
            self._formula = False
        self._direct = False

    def data(self, text: str) -> None:
        if self._formula or ("\n" in text and text.isspace()):  # formulas are in the part itself; indentation
            return
        self._put(text)
        self._direct = True

    def end_line(self) -> None:
        """Close the line that is being collected."""
        text = "".join(self._pieces).strip()
        self._pieces.clear()
        self._held = 0
        if text:
            self._add(text)

    def taken(self) -> bytes:
        """The lines so far; they are forgotten here."""
        text = "".join(self._lines).encode("utf-8", "replace")
        self._lines.clear()
        self.size = 0
        return text

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._held += len(text)
        if self._held > _CELL:
            self.end_line()

    def _add(self, line: str) -> None:
        self._lines.append(f"{line}\n")
        self.size += len(line) + 1

    def _cell(self) -> str:
        text = "".join(self._pieces).strip()
        self._pieces.clear()
        self._held = 0
        if self._shared and text.isdigit() and len(text) < 9 and int(text) < len(self._strings):
            text = self._strings[int(text)][:_CELL].strip()
        self._shared = False
        return text

    def _row(self, cells: list[str]) -> None:
        """A row of two is a name and a value; in wider ones the first row names the columns."""
        self._width = 0
        filled = [cell for cell in cells if cell]
        if len(filled) == 2 and len(self._headings) <= 2:
            self._add(": ".join(filled))
        elif self._headings and len(filled) > 1:
            for heading, cell in zip(self._headings, cells, strict=False):
                if cell:
                    self._add(f"{heading}: {cell}" if heading else cell)
            for cell in cells[len(self._headings) :]:
                self._add(cell)
        elif filled:
            self._add("\t".join(filled))
        if not self._headings and len(filled) > 1:
            self._headings = [cell[:_HEADING] for cell in cells]


def _column(reference: str) -> int:
    """The number of the column in a cell's reference such as "AB12", counted from 0."""
    number = 0
    for letter in reference.rstrip("0123456789")[:3].upper():
        number = number * 26 + ord(letter) - 64
    return max(number - 1, 0)
