"""Encoded text inside a blob, decoded in its place.

A decoder finds encoded stretches and rewrites the text around them: `greeting: aGVsbG8gd29ybGQ=` becomes
`greeting: hello world`, with the lines around it kept, so that context still counts. The rewritten text is a *layer*;
it knows for each of its bytes where they came from, is scanned like any blob, and may hold encoded text itself.
Whether a blob holds anything for a decoder is found by Hyperscan in the same pass as everything else (`TRIGGERS`).
"""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator
from functools import lru_cache

from stanch.detect.glance import AFTER, CONTEXT, JOINT, Piece, fresh, seams
from stanch.detect.rules import MAX_RUN, Trigger


def _set(possible: Callable[[int], bool]) -> bytes:
    """A character class of those base64 digits whose value is possible."""
    digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return b"[" + b"".join(b"\\x%02x" % code for value, code in enumerate(digits) if possible(value)) + b"]"


def _texty(code: int) -> bool:
    return 32 <= code < 127 or code in (9, 10, 13)


# Four base64 digits that decode to three characters of text: six bits of the first, two and four, four and two, six.
_GROUP = (
    _set(lambda v: any(_texty(v << 2 | low) for low in range(4)))
    + _set(lambda v: any(_texty((v & 15) << 4 | low) for low in range(16)))
    + _set(lambda v: any(_texty((v & 3) << 6 | low) for low in range(64)))
    + rb"[A-Za-z0-9+/_\-]"
)
# Text in UTF-16, as PowerShell's -EncodedCommand has it: every second byte is zero.
_WIDE_GROUP = rb"[I-Za-f][AQgw][AB][A-Za-z0-9+/]A[C-H][AEIMQUYcgkosw048]A"


def _seams() -> Iterator[Trigger]:
    """Between adjacent string literals, with the operators that join them and what may be a token on both sides: each
    spelling is a literal for Hyperscan, which a pattern for all of them would not be."""
    below = rb"[ \t]{0,4}\\?\r?\n[ \t]{0,80}(?:[+.&][ \t]{0,4})?"
    token = rb"[A-Za-z0-9_+/=.\-]{%d}" % JOINT
    for quote in (rb'"', rb"'", rb"`"):
        for operator in (rb"\+", rb"\.", rb"\.\.", rb"&", rb"<>"):
            yield Trigger(token + quote + operator + quote + token, decoder="joined")
            yield Trigger(token + quote + rb" " + operator + rb" " + quote + token, decoder="joined")
            yield Trigger(token + quote + rb" " + operator + below + quote + token, decoder="joined")
        yield Trigger(token + quote + rb" " + quote + token, decoder="joined")
        yield Trigger(token + quote + below + quote + token, decoder="joined")


_TELLING = [
    rb"&#(?:3[35-8]|4[0-9]|[5-9][0-9]|1[01][0-9]|12[0-6]);",
    rb"&#[xX](?:2[13-689A-Fa-f]|[3-7][0-9A-Fa-f]);",
    *(
        quote + rb"[ \t]{0,4}(?:[:=,]|=&gt;)[ \t]{0,4}" + quote
        for quote in (rb"&quot;", rb"&apos;", rb"&#34;", rb"&#39;", rb"&#[xX]22;", rb"&#[xX]27;")
    ),
]
"""Entities that somebody wrote to write a value; others are in all of a page's prose."""

TRIGGERS = [
    Trigger(rb"%[2-7][0-9A-Fa-f]", decoder="percent", once=True),
    Trigger(rb"\\u00[2-7][0-9A-Fa-f]", decoder="escape", once=True),
    Trigger(rb"\\u\{[2-7][0-9A-Fa-f]\}", decoder="escape", once=True),
    Trigger(rb"\\x[2-7][0-9A-Fa-f]", decoder="escape", once=True),
    Trigger(rb"[A-Za-z0-9+]\\/[A-Za-z0-9+]", decoder="escape", once=True),
    # Quotes, # 34 and 39, matter only between a name and its value; prose is full of them.
    *(Trigger(telling, decoder="entity", once=True) for telling in _TELLING),
    *_seams(),
    Trigger(rb"[Bb]asic [A-Za-z0-9+/]{12}", decoder="base64"),
    Trigger(rb"H4sIA[A-Za-z0-9+/]{8}", decoder="base64"),
    Trigger(rb"eJ[wxyz][A-Za-z0-9+/_\-]{24}", decoder="base64"),
    # Short ones only where a name announces a credential.
    Trigger(
        rb"(?i:password|passwd|secret|token|api_?key|_key|_auth)[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:"
        + _GROUP
        + rb"){3}",
        decoder="base64",
    ),
]

RUNS = [
    Trigger(rb"(?:^|[^A-Za-z0-9+/_\-])(?:" + _GROUP + rb"){4}", decoder="base64"),
    Trigger(rb"(?:" + _WIDE_GROUP + rb"){2}", decoder="base64"),
    # Not "$", which is before a line's end too: what ends the text is told from what ends a stretch of it.
    Trigger(rb"(?:[2-7][0-9A-Fa-f]){12}(?:[^0-9A-Fa-f]|\z)", decoder="hex"),
    Trigger(rb"(?:[\x20-\x7e]\x00){10}", decoder="utf-16", once=True),
    Trigger(rb"(?:[\x20-\x7e]\x00\x00\x00){8}", decoder="utf-32", once=True),
]
"""What has no literal to look for, in a database of its own, asked where there is a run of `GATE_RUN` letters and
digits or a zero byte: most blobs are spared what costs more. Text has no "+" and hardly a "/" in base64, so that
letters and digits are enough."""


class Layer:
    """Rewritten text: its bytes, and for each stretch of them where it came from."""

    def __init__(self, decoder: str, key: int = 0) -> None:
        self.decoder = decoder
        self.key = key
        """A hash that stands for the stretch of text that it was made from; 0 for none."""
        self.data = b""
        self._starts: list[int] = []
        self._spans: list[tuple[int, int, bool]] = []
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, text: bytes, start: int, end: int, *, copied: bool) -> None:
        """Append `text`, which stands for bytes `start` to `end` of the original (as they are, if `copied`)."""
        if text:
            self._starts.append(self._size)
            self._spans.append((start, end, copied))
            self._parts.append(text)
            self._size += len(text)

    def finish(self) -> "Layer":
        """Join what was added."""
        self.data = b"".join(self._parts)
        self._parts = []
        return self

    def origin(self, start: int, end: int) -> tuple[int, int, bool]:
        """Where the layer's bytes `start` to `end` stand in the original, and whether any of them was decoded."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        low, _, low_copied = self._spans[first]
        if low_copied:
            low += start - self._starts[first]
        last_low, high, high_copied = self._spans[last]
        if high_copied:
            high = last_low + end - self._starts[last]
        return low, max(high, low), first != last or not low_copied


def touched(decoder: str, data: bytes, core: int, limit: int, most: int) -> tuple[int, int] | None:
    """The stretch of `data` in which something may be decoded otherwise for what is new from `core` to `limit`.

    For decoders without a trigger that tells the place; nothing where no layer holds what is new. Pieces whose layers
    meet are in one stretch, up to `most` bytes from what is new.
    """
    mark, told, seam = _LOOSE[decoder]
    low, high = max(core - AFTER - seam, 0), limit + CONTEXT + seam
    if data.find(mark, low, high) < 0:
        return None
    found = told.search(data, low, high)
    if found is None:
        return None
    apart = AFTER + CONTEXT + _ELEMENT
    first, floor = found.start(), core - most
    while first > floor and (at := data.find(mark, max(first - apart, 0), first)) >= 0:
        first = at
    last, ceiling = max(data.rfind(mark, low, high), first), limit + most
    while last < ceiling and (at := data.rfind(mark, last + 1, last + apart)) >= 0:
        last = at
    return max(first - CONTEXT, floor), min(last + _ELEMENT + AFTER, ceiling)


def layers(data: bytes, ends: dict[str, list[int]], known: Container[int] = ()) -> Iterator[Layer]:
    """The layers of `data`; `ends` holds for each decoder where its triggers ended, in rising order.

    Those whose `Layer.key` is `known` are left out.
    """
    for decoder, width in _WIDTHS.items():
        if decoder in ends:
            yield from _wide(data, width)
    for decoder, decode in _DECODERS.items():
        pieces = decode(data, ends[decoder]) if decoder in ends else []
        for low, high, first, last, key in fresh(data, decoder, pieces, known):
            yield _rewritten(data, decoder, low, high, pieces[first:last], key)


def _rewritten(data: bytes, decoder: str, low: int, high: int, pieces: list[Piece], key: int) -> Layer:
    """A stretch of `data` with the pieces in it replaced."""
    layer = Layer(decoder, key)
    for start, end, replacement in pieces:
        if start < low:
            continue  # over the one before
        layer.add(data[low:start], low, start, copied=True)
        text = _LATER[decoder](data[start:end]) if replacement is None else replacement
        layer.add(text, start, end, copied=False)
        low = end
    layer.add(data[low:high], low, high, copied=True)
    return layer.finish()


_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_\-]{12,}(?:\\?\r?\n[ \t]*[A-Za-z0-9+/_\-]{16,})*={0,2}")
_HEX_DIGITS = b"0123456789ABCDEFabcdef"
# Each begins with a literal, which `re` finds fast: these are looked for in the whole blob once one was met.
_PERCENT_RUN = re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_ESCAPE = re.compile(
    rb"\\(?:u00[0-9A-Fa-f]{2}|u\{0{0,2}[0-9A-Fa-f]{2}\}|x[0-9A-Fa-f]{2}|/)"
    rb"(?:\\(?:u00[0-9A-Fa-f]{2}|u\{0{0,2}[0-9A-Fa-f]{2}\}|x[0-9A-Fa-f]{2}|/))*"
)
_ENTITY = re.compile(
    rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|quot|amp|apos|lt|gt);"
    rb"(?:[ \t:=,]{0,9}&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|quot|amp|apos|lt|gt);)*"
)
_TOLD = re.compile(b"|".join(_TELLING))


def _runs(data: bytes, places: list[int], pattern: re.Pattern[bytes], reach: int) -> Iterator[re.Match[bytes]]:
    """Each match of `pattern` over a place, once; it may begin `reach` bytes before and end `MAX_RUN` behind it."""
    done = -1
    for place in places:
        if place <= done:
            continue
        for found in pattern.finditer(data, max(done, place - reach, 0), min(len(data), place + MAX_RUN)):
            if found.end() >= place:
                if found.start() <= place:
                    yield found
                    done = found.end()
                break


def _base64(data: bytes, places: list[int]) -> list[Piece]:
    pieces: list[Piece] = []
    for found in _runs(data, places, _BASE64_RUN, 34):
        run = found.group()
        text = _from_base64(run)
        if text is None and b"\n" in run:
            # The line below looked like more of it and is something else.
            run = run.partition(b"\n")[0].rstrip(b"\r\\")
            text = _from_base64(run)
        if text is not None:
            pieces.append((found.start(), found.start() + len(run), text))
    return pieces


def _from_base64(run: bytes) -> bytes | None:
    """What a base64 run decodes to, if that is text or something compressed."""
    digits = b"".join(run.replace(b"\\", b"").split()).rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        decoded = base64.b64decode(digits + b"=" * (-len(digits) % 4))
    except binascii.Error:
        return None
    return plain(decoded)


def plain(decoded: bytes) -> bytes | None:
    """Decoded bytes as text: as they are, from UTF-16, or decompressed; nothing if they are none of these."""
    if decoded.isascii() and not decoded.translate(None, _TEXT):
        return decoded
    if decoded[:2] == b"\x1f\x8b" or decoded[:1] == b"\x78":
        return _inflate(decoded)
    if len(decoded) >= 8 and decoded[1::2].count(0) * 10 >= len(decoded[1::2]) * 9:
        return decoded.decode("utf-16-le", "replace").encode()
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        return None
    return decoded if text.replace("\n", " ").replace("\t", " ").replace("\r", " ").isprintable() else None


_TEXT = bytes(range(32, 127)) + b"\t\n\r\x1b\x00"
_KINDS = bytes(ord("t") if 32 <= code < 127 or code in b"\t\n\r" else 0 if not code else 1 for code in range(256))
"""What a byte may be in a text of wide characters: "t" a part of text, 0 the rest of a character, 1 neither."""


def _inflate(data: bytes) -> bytes | None:
    """What gzip or zlib data inflate to, at most `MAX_RUN` bytes of it, if that is text."""
    import zlib

    try:
        text = zlib.decompressobj(47).decompress(data, MAX_RUN)
    except zlib.error:
        return None
    sample = text[:4096]
    return text if len(sample.translate(None, _TEXT)) * 20 <= len(sample) else None


def _hex(data: bytes, places: list[int]) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for place in places:
        # The trigger reports where a run ends, with or without the character behind it.
        end = place if data[place - 1] in _HEX_DIGITS else place - 1
        start = _first_of_run(data, done, end)
        if end - start < 24:
            continue
        done = end
        decoded = binascii.unhexlify(data[start : end - (end - start) % 2])
        if decoded.isascii() and not decoded.translate(None, _TEXT):
            pieces.append((start, end, decoded))
    return pieces


def _first_of_run(data: bytes, floor: int, end: int) -> int:
    """Where the run of hexadecimal digits begins that ends at `end`, and at most `MAX_RUN` before it."""
    size = 256
    while True:
        low = max(floor, end - size)
        start = low + len(data[low:end].rstrip(_HEX_DIGITS))
        if start > low or low == floor or size >= MAX_RUN:
            return start
        size *= 4


def _percent(data: bytes, _: list[int]) -> list[Piece]:
    return [(*found.span(), None) for found in _PERCENT_RUN.finditer(data)]


def _unquote(run: bytes) -> bytes:
    return binascii.unhexlify(run.replace(b"%", b""))


def _escape(data: bytes, _: list[int]) -> list[Piece]:
    pieces: list[Piece] = []
    # From the start: "\\/" is met only between letters, and may stand elsewhere before.
    for found in _ESCAPE.finditer(data):
        start, end = found.span()
        if end - start < 128:
            pieces.append((start, end, None))
            continue
        text = _unescape(found.group())
        # Long runs are either text or the bytes of a file in a string, which no pattern is for.
        if len(text) < 64 or len(text.translate(None, _TEXT)) * 4 < len(text):
            pieces.append((start, end, text))
    return pieces


def _unescape(run: bytes) -> bytes:
    digits = run.replace(b"\\x", b"").replace(b"\\u00", b"")
    if b"\\" not in digits:
        return binascii.unhexlify(digits)
    codes = re.findall(rb"(?:u00|u\{0{0,2}|x)([0-9A-Fa-f]{2})|(/)", run)
    return b"".join(slash or binascii.unhexlify(code) for code, slash in codes)


def _entity(data: bytes, _: list[int]) -> list[Piece]:
    """All entities that are close to one that tells of a value."""
    pieces: list[Piece] = []
    done = 0
    for telling in _TOLD.finditer(data):
        low, high = max(telling.start() - CONTEXT, done), telling.end() + CONTEXT
        for found in _ENTITY.finditer(data, low):
            if found.start() >= high:
                break
            done = found.end()
            pieces.append((found.start(), done, None))
    return pieces


@lru_cache(maxsize=4096)
def _unescaped(run: bytes) -> bytes:
    """What HTML entities stand for; most texts have a few, many times over."""
    import html

    return html.unescape(run.decode()).encode("utf-8", "replace")


def _joined(data: bytes, places: list[int]) -> list[Piece]:
    """The seams between adjacent string literals, cut out where what they join is long enough."""
    return [(start, end, b"") for start, end in seams(data, places)]


def _wide(data: bytes, width: int) -> Iterator[Layer]:
    """Text whose characters take `width` bytes: the whole blob's, or strings inside a binary."""
    zeros = b"\0" * (width - 1)
    kinds = data.translate(_KINDS)
    for unit, offset in ((b"t" + zeros, 0), (zeros + b"t", width - 1)):
        layer = Layer(f"utf-{8 * width}")
        for start, end in _repeated(kinds, unit, 8):
            # One piece a line, so that a finding's place is the line's and not the whole text's.
            text = data[start:end][offset::width]
            position = start
            for row in text.splitlines(keepends=True):
                layer.add(row, position, position + len(row) * width, copied=False)
                position += len(row) * width
            layer.add(b"\n", position, position, copied=False)
        if layer.finish().data:
            yield layer


def _repeated(text: bytes, unit: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where `unit` stands `least` times or more in a row. `re` takes ten times as long for it."""
    whole = re.compile(b"(?:%s)+" % unit)
    start = text.find(unit * least)
    while start >= 0:
        found = whole.match(text, start)
        assert found is not None
        yield found.span()
        start = text.find(unit * least, found.end())


# Literals first: what they hold together may be encoded.
_DECODERS: dict[str, Callable[[bytes, list[int]], list[Piece]]] = {
    "joined": _joined,
    "percent": _percent,
    "escape": _escape,
    "entity": _entity,
    "base64": _base64,
    "hex": _hex,
}
_LATER: dict[str, Callable[[bytes], bytes]] = {"percent": _unquote, "escape": _unescape, "entity": _unescaped}
_ELEMENT = 16
"""No escape or entity is longer, in bytes."""
_LOOSE = {
    "percent": (b"%", _PERCENT_RUN, _ELEMENT),
    "escape": (b"\\", _ESCAPE, _ELEMENT),
    "entity": (b"&", _TOLD, CONTEXT + 256),
}
"""What those begin with whose places no trigger tells, what tells of them, and how far from a layer that may be."""
_WIDTHS = {"utf-16": 2, "utf-32": 4}
