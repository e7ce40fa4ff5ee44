# cython: language_level=3, annotation_typing=False, wraparound=False
"""What one glance at a hit tells, before anything is cut out, matched or decoded: that nothing can come of it.

Plain Python that `glance.pxd` gives C types for Cython, like `stanch.detect.carry`: each hit that is close to a change
in a history passes through here.
"""

from collections.abc import Container

from stanch.catalog.runs import TOKEN

Piece = tuple[int, int, bytes | None]
"""(start, end, replacement) in a text that is rewritten; none where it is made only if it is needed."""

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
LINE = 1000
"""How far from a place the ends of its line are looked for."""
JOINT = 4
"""So many characters of a token stand on both sides of a seam between literals that is worth a look: most adjacent
literals are prose, or punctuation alone."""
JOINED = 16
"""The shortest token that is looked for over such seams."""
SEAM = 120
"""A seam is shorter than this, in bytes."""
CONTEXT = 600
"""How many bytes before a decoded stretch come along in a layer, so that words and names above it are seen."""
AFTER = 200
LONGEST = 1 << 20
"""No encoded stretch is decoded further than this, in bytes."""
RUN = 35
"""The run of base64 over a trigger's end begins no further before it."""
_ENCODED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-=\\ \t\r\n"
"""What base64 and hexadecimal digits are written in, over lines, and prose between two marks as well."""
_PARTS = bytes(code in TOKEN or code in b"=." for code in range(256))
"""What counts as a token on both sides of a seam."""
_BETWEEN = bytes(code in b" \t\r\n+.&\\<>" for code in range(256))
"""What stands in a seam, between its quotes."""


def barren(
    data: bytes,
    ends: list[int],
    triggers: list[int],
    number: int,
    rules: tuple[tuple[int, int], ...],
    known: dict[int, int],
) -> bool:
    """Whether nothing comes of all hits of a hit's trigger on its line, by what is `known` of such lines.

    `rules` are those of the trigger, all of them flat: the order of each, and how far before a hit it looks. `known`
    has the keys that `line_key` makes, and how far past its place a barren hit was done with. This goes through the
    line as `Engine._confirm` does: what one hit is done with has a say in the next.
    """
    end = ends[number]
    trigger = triggers[number]
    start = data.rfind(b"\n", max(0, end - LINE), end) + 1
    stop = data.find(b"\n", end, end + LINE) + 1
    size = len(data)
    if (not start and end > LINE) or (not stop and end + LINE < size):
        return False
    # The hit behind the last character of a text without a line's end is on its last line.
    limit = stop or size + 1
    text = data[start:stop] if stop else data[start:]
    first = number
    while first > 0 and ends[first - 1] >= start:
        first -= 1
    count = len(ends)
    for order, before in rules:
        done = 0
        each = first
        while each < count:
            place = ends[each]
            if place >= limit:
                break
            if triggers[each] == trigger and place > done:
                low = max(place - before, done)
                past = known.get(line_key(order, text, max(low - start, 0), place - start))
                if past is None:
                    return False
                done = max(done, place + past)
            each += 1
    return True


def line_key(order: int, line: bytes, low: int, place: int) -> int:
    """What a memo knows a rule's hit at a place of a line by, if it was looked for from `low` on: a hash under a key of
    this process. Another order than any rule's, for others are known by what is around them."""
    return hash((~order, line, low, place))


def seam(data: bytes, end: int) -> int:
    """Where the seam between literals begins that a trigger told at `end`, `JOINT` behind it; -1 if there is none."""
    raw = data
    parts = _PARTS
    last = end - JOINT - 1
    if last < JOINT + 1 or end > len(data) or not _quoted(raw[last]):
        return -1
    place = _other(data, last, -1)
    if place < JOINT:
        return -1
    for each in range(JOINT):
        if not parts[raw[place - 1 - each]] or not parts[raw[last + 1 + each]]:
            return -1
    return place


def _quoted(code: int) -> bool:
    return code in (34, 39, 96)  # ", ', `


def _other(data: bytes, quote: int, step: int) -> int:
    """Where the seam ends, in one direction, at one end of which a quote stands; -1 if it is no seam's."""
    raw = data
    between = _BETWEEN
    size = len(data)
    place = quote + step
    last = quote + step * SEAM
    while place != last and 0 <= place < size and between[raw[place]]:
        place += step
    return place if 0 <= place < size and raw[place] == raw[quote] else -1


def _before(data: bytes, place: int) -> int:
    """How many characters of a token stand before a place; more than `JOINED` are not counted."""
    raw = data
    parts = _PARTS
    low = place
    floor = max(place - JOINED, 0)
    while low > floor and parts[raw[low - 1]]:
        low -= 1
    return place - low


def _behind(data: bytes, place: int) -> int:
    """The same from a place on."""
    raw = data
    parts = _PARTS
    high = place
    ceiling = min(place + JOINED, len(data))
    while high < ceiling and parts[raw[high]]:
        high += 1
    return high - place


def joins(data: bytes, end: int) -> bool:
    """Whether the seam that a trigger told at `end` may be one that `seams` keeps."""
    start = seam(data, end)
    if start < 0:
        return False
    left = _before(data, start)
    right = _behind(data, end - JOINT)
    if left + right >= JOINED:
        return True
    # Too short, unless another seam is next to it.
    raw = data
    place = start - left - 1
    if place > 0 and _quoted(raw[place]) and _other(data, place, -1) >= 0:
        return True
    place = end - JOINT + right
    return place < len(data) and _quoted(raw[place]) and _other(data, place, 1) >= 0


def seams(data: bytes, ends: list[int]) -> list[tuple[int, int]]:
    """The seams between literals, which triggers told at the rising `ends`, where what they join is long enough."""
    raw = data
    parts = _PARTS
    found: list[tuple[int, int]] = []
    kept: list[tuple[int, int]] = []
    done = 0
    for end in ends:
        start = seam(data, end)
        if start >= done:
            done = end - JOINT
            found.append((start, done))
    count = len(found)
    first = 0
    while first < count:
        start, done = found[first]
        length = _before(data, start)
        last = first + 1
        while last < count:
            start, end = found[last]
            place = done
            while place < start and parts[raw[place]]:
                place += 1
            if place < start:
                break
            length += start - done
            done = end
            last += 1
        if length + _behind(data, done) >= JOINED:
            kept += found[first:last]
        first = last
    return kept


def fresh(
    data: bytes, decoder: str, pieces: list[Piece], known: Container[int]
) -> list[tuple[int, int, int, int, int]]:
    """The stretches of text around pieces that stand close to each other, unless it is `known` what they come to.

    `pieces`, by rising place, are what a decoder replaces. Gives for each where it begins and ends, the number of its
    first piece and of the one behind its last, and a hash that stands for it.
    """
    found: list[tuple[int, int, int, int, int]] = []
    count = len(pieces)
    size = len(data)
    first = 0
    while first < count:
        start, end, _ = pieces[first]
        low = max(start - CONTEXT, 0)
        last = first + 1
        while last < count:
            start, stop, _ = pieces[last]
            if start >= end:
                if start - CONTEXT > end + AFTER:
                    break
                end = stop
            last += 1
        high = min(end + AFTER, size)
        key = hash((decoder, data[low:high]))
        if key not in known:
            found.append((low, high, first, last, key))
        first = last
    return found


def run_begins(data: bytes, place: int) -> int:
    """Where what may be encoded text begins that goes up to a place or over it."""
    place = max(0, min(place, len(data)))
    size = 256
    while True:
        low = max(0, place - size)
        start = low + len(data[low:place].rstrip(_ENCODED))
        if start > low or low == 0 or size >= LONGEST:
            return start
        size *= 4


def run_ends(data: bytes, place: int) -> int:
    """Where it ends if it begins at a place or goes over it."""
    place = max(0, min(place, len(data)))
    size = 256
    while True:
        part = data[place : place + size]
        rest = len(part.lstrip(_ENCODED))
        if rest or place + size >= len(data) or size >= LONGEST:
            return place + len(part) - rest
        size *= 4


def encoded(data: bytes, ends: list[int], core: int, limit: int) -> tuple[int, int, int, int]:
    """Of hits of encoded runs, at the rising `ends`, those in whose layers what is new from `core` to `limit` stands.

    Gives the number of the first, of the one behind the last, and between which places their runs are; no number where
    there are none. Runs that share a layer belong together: `CONTEXT` and `AFTER` of them meet.
    """
    count = len(ends)
    first = first_from(ends, run_begins(data, core - AFTER))
    stop = run_ends(data, limit + CONTEXT) + RUN
    last = first
    while last < count and ends[last] <= stop:
        last += 1
    if first == last:
        return 0, 0, 0, 0
    low = run_begins(data, ends[first] - RUN)
    while first > 0:
        # One in the same run, or in one whose layer is the same.
        if ends[first - 1] < low and ends[first - 1] < run_begins(data, low - CONTEXT - AFTER):
            break
        first -= 1
        if ends[first] < low:
            low = run_begins(data, ends[first] - RUN)
    high = run_ends(data, ends[last - 1])
    while last < count:
        if ends[last] > high and ends[last] > run_ends(data, high + CONTEXT + AFTER) + RUN:
            break
        last += 1
        if ends[last - 1] > high:
            high = run_ends(data, ends[last - 1])
    return first, last, low, high


def first_from(ends: list[int], least: int) -> int:
    """The number of the first of the rising `ends` that is `least` or more."""
    low = 0
    high = len(ends)
    while low < high:
        middle = (low + high) >> 1
        if ends[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low
