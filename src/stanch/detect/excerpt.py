"""Places for people: lines, columns, and the line of a match with every secret in it masked."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from stanch.detect.rules import Rule
from stanch.model import Confidence, Match, mask

AROUND = 100
"""How many bytes of a long line are shown on either side of a match."""


class Spanned(Protocol):
    """An accepted candidate, as far as its place matters."""

    rule: Rule
    start: int
    end: int
    text: str
    parts: tuple[tuple[str, str], ...]
    confidence: Confidence
    decoded: tuple[str, ...]


def matches(data: bytes, kept: Sequence[Spanned]) -> list[Match]:
    """Turn accepted candidates, sorted by place, into matches with lines, columns and excerpts."""
    found = []
    line, position, begin, column = 1, 0, 0, 1
    spans = [(one.start, one.end, one.text) for one in kept]
    for one in kept:
        # Counted on from the match before: a line may be the whole file, and hold thousands of them.
        fresh = data.rfind(b"\n", position, one.start) + 1
        if fresh:
            line += data.count(b"\n", position, one.start)
            begin, position, column = fresh, fresh, 1
        column += _columns(data[position : one.start])
        position = one.start
        end_line = line + data.count(b"\n", one.start, one.end)
        if end_line == line:
            end_column = column + _columns(data[one.start : one.end])
        else:
            end_column = _columns(data[data.rfind(b"\n", one.start, one.end) + 1 : one.end]) + 1
        found.append(
            Match(
                detector=one.rule.kind.id,
                secret=one.text,
                start=one.start,
                end=one.end,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                confidence=one.confidence,
                severity=one.rule.shape.severity,
                parts=one.parts,
                decoded=one.decoded,
                excerpt=_masked_line(data, begin, one, spans),
            )
        )
    return found


def line_at(data: bytes, place: int) -> str:
    """The line that holds `place`, at most 1,000 bytes of it on either side."""
    begin = max(data.rfind(b"\n", 0, place) + 1, place - 1000)
    end = data.find(b"\n", place, place + 1000)
    return data[begin : end if end >= 0 else place + 1000].decode("utf-8", "replace")


def _columns(text: bytes) -> int:
    return len(text) if text.isascii() else len(text.decode("utf-8", "replace"))


def _masked_line(data: bytes, begin: int, one: Spanned, spans: list[tuple[int, int, str]]) -> str:
    """The line of a match, shortened around it, with every secret that touches it masked."""
    low = max(begin, one.start - AROUND)
    high = data.find(b"\n", one.start, one.end + AROUND)
    if high < 0:
        high = min(len(data), one.end + AROUND)
    high = max(high, min(one.end, low + 4 * AROUND))
    shown: list[str] = ["" if low == begin else "..."]
    position = low
    place = first = max(bisect_right(spans, (low,)) - 1, 0)
    while place < len(spans) and spans[place][0] < high:
        start, end, text = spans[place]
        place += 1
        if end > position:
            shown += [_text(data[position : max(start, position)]), mask(text)]
            position = end
    shown.append(_text(data[position : max(high, position)]))
    # What is secret at its own place must not be read beside it, such as in a remark behind an assignment.
    for _, _, text in spans[first:place]:
        shown[1::2] = [plain.replace(text, mask(text)) if text else plain for plain in shown[1::2]]
    return "".join(shown).strip("\r\n")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
