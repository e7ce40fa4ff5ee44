"""What the operators on a PDF page show: pieces of text, put together to lines."""

import re
from collections.abc import Iterator

from stanch.unpack.model import KB, Readable
from stanch.unpack.streams import CHUNK

_TOKEN = re.compile(rb"[(\[\]]|<<?|[-+.\d]{1,20}|/[^\s/<>\[\]()%]{0,60}|[A-Za-z'\"*]{1,20}|%[^\r\n]*")
_MARK = re.compile(rb"[()\\]")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{0,64})>|[\[\]]")
_NO_DIGITS = re.compile(rb"[^0-9A-Fa-f]+")
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))")
_ESCAPES = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_SPACE = -180
"""A gap within a shown array, in thousandths of the font's size, that readers take for a space."""
_DEEPEST, _OPERANDS = 100, 10_000
_LONGEST = 32 * KB
"""What is not closed after so much is no string."""


class CMap:
    """Which text each code of a font stands for."""

    def __init__(self, data: bytes, room: int) -> None:
        """`room`: how many codes there may be."""
        self._room = room
        self.width = 2
        """Bytes of one code."""
        self.texts: dict[int, str] = {}
        for kind in (b"bfchar", b"bfrange"):
            end = 0
            while (start := data.find(b"begin" + kind, end)) >= 0:
                end = data.find(b"end" + kind, start)
                if end < 0:
                    break
                tokens = [match[1] if match[1] is not None else match[0] for match in _HEX.finditer(data, start, end)]
                self._take(tokens, ranges=kind == b"bfrange")

    def decoded(self, codes: bytes) -> str | None:
        """The text of a shown string, or nothing if this is not the map for it."""
        width = self.width
        numbers = (int.from_bytes(codes[at : at + width], "big") for at in range(0, len(codes), width))
        texts = [self.texts.get(number) for number in numbers]
        if texts.count(None) * 4 > len(texts):
            return None
        return "".join(text or "" for text in texts)

    def _take(self, tokens: list[bytes], *, ranges: bool) -> None:
        waiting = iter(tokens)
        for first in waiting:
            self.width = 1 if len(first) == 2 else 2
            low = _code(first)
            high = _code(next(waiting, b"")) if ranges else low
            text = next(waiting, b"")
            if text == b"[":
                for number, each in enumerate(iter(lambda: next(waiting, b"]"), b"]")):
                    self._put(low + number, _utf16(each))
                continue
            base = _utf16(text)
            for number in range(max(min(high - low, 0xFFFF), 0) + 1):
                if base and not self._put(low + number, base[:-1] + chr(min(ord(base[-1]) + number, 0x10FFFF))):
                    return

    def _put(self, code: int, text: str) -> bool:
        if len(self.texts) < self._room:
            self.texts[code] = text
        return len(self.texts) < self._room


Fonts = dict[bytes, list[CMap]]
"""The maps that a font's name may stand for; pages may use one name for several fonts."""


def shown(content: Readable, fonts: Fonts) -> Iterator[tuple[bytes, int]]:
    """The lines of text that a page's description shows, in pieces, each with how much of it was gone through."""
    page = _Page(fonts)
    buffer = b""
    while data := content.read(CHUNK):
        buffer += data
        buffer = buffer[page.run(buffer, last=False) :]
        yield page.taken(), len(data)
    page.run(buffer, last=True)
    page.end_line()
    yield page.taken(), 0


class _Page:
    """Runs the operators that matter for text."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._maps: list[CMap] = []
        self._operands: list[bytes | float] = []
        self._line: list[str] = []
        self._lines: list[str] = []
        self._height = 0.0

    def run(self, data: bytes, *, last: bool) -> int:
        """Go through `data` as far as its tokens are surely whole; gives how far that is."""
        at = done = 0
        while token := _TOKEN.search(data, at):
            at = token.end()
            kind = token[0][:1]
            if kind == b"(":
                closed = _closing(data, at)
                if closed < 0 and len(data) < at + _LONGEST and not last:
                    break
                if closed >= 0:
                    self._operands.append(_unescaped(data[at:closed]))
                at = closed + 1 if closed >= 0 else at + _LONGEST
            elif at == len(data) and not last:
                break
            elif token[0] == b"<":
                closed = data.find(b">", at, at + _LONGEST)
                if closed < 0 and len(data) < at + _LONGEST and not last:
                    break
                if closed >= 0:
                    self._operands.append(_bytes(data[at:closed]))
                at = closed + 1 if closed >= 0 else at + _LONGEST
            elif kind in b"+-.0123456789":
                self._operands.append(_float(token[0]))
            elif kind == b"/":
                self._operands.append(token[0])
            elif kind.isalpha() or kind in b"'\"*":
                self._operate(token[0])
                self._operands.clear()
            done = at
            if len(self._operands) > 2 * _OPERANDS:
                del self._operands[:-_OPERANDS]
        return done

    def end_line(self) -> None:
        """Close the line that is being collected."""
        text = "".join(self._line).strip()
        self._line.clear()
        if text:
            self._lines.append(text + "\n")

    def taken(self) -> bytes:
        """The lines so far; they are forgotten here."""
        text = "".join(self._lines).encode("utf-8", "replace")
        self._lines.clear()
        return text

    def _operate(self, operator: bytes) -> None:
        numbers = [each for each in self._operands if isinstance(each, float)]
        if operator in (b"Tj", b"TJ", b"'", b'"'):
            if operator in (b"'", b'"'):
                self.end_line()
            self._show()
        elif operator in (b"Td", b"TD"):
            if numbers[-1:] != [0.0]:
                self.end_line()
        elif operator == b"Tm":
            if numbers[-1:] != [self._height]:
                self.end_line()
            self._height = numbers[-1] if numbers else 0.0
        elif operator == b"T*":
            self.end_line()
        elif operator == b"Tf":
            names = [each for each in self._operands if isinstance(each, bytes)]
            self._maps = self._fonts.get(names[-1][1:], []) if names else []

    def _show(self) -> None:
        for operand in self._operands:
            if isinstance(operand, float):
                if operand < _SPACE:
                    self._line.append(" ")
            elif not operand.startswith(b"/"):
                self._line.append(self._decoded(operand))

    def _decoded(self, text: bytes) -> str:
        for cmap in self._maps:
            decoded = cmap.decoded(text)
            if decoded is not None:
                return decoded
        if text.startswith(b"\xfe\xff"):
            return text[2:].decode("utf-16-be", "replace")
        return text.replace(b"\0", b"").decode("latin-1")


def _closing(data: bytes, at: int) -> int:
    """Where the string that begins at `at` is closed, or -1."""
    depth, end = 1, at + _LONGEST
    while depth < _DEEPEST and (mark := _MARK.search(data, at, end)):
        at = mark.end()
        if mark[0] == b"\\":
            at += 1
            continue
        depth += 1 if mark[0] == b"(" else -1
        if not depth:
            return mark.start()
    return -1


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text

    def plain(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes((int(match[1], 8) & 0xFF,))
        return _ESCAPES.get(match[2], match[2])

    return _ESCAPED.sub(plain, text)


def _bytes(digits: bytes) -> bytes:
    digits = _NO_DIGITS.sub(b"", digits)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _float(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _code(digits: bytes) -> int:
    return int.from_bytes(_bytes(digits)[:4], "big") if digits not in (b"[", b"]") else 0


def _utf16(digits: bytes) -> str:
    return _bytes(digits).decode("utf-16-be", "replace") if digits not in (b"[", b"]") else ""
