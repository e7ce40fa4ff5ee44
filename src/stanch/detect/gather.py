# cython: language_level=3, annotation_typing=False, wraparound=False
"""What is new in many texts put together, to be searched at once, and where hits in that belong.

Plain Python that `gather.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version of each file
in a history passes through here.
"""

from collections.abc import Callable

from stanch.catalog.runs import PLAIN
from stanch.version import Version

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
BITS = 20
"""A hit as one number, so that numbers in order are hits in order: its end, then so many bits for its trigger."""
AHEAD = 64
"""How far behind a hit, on its line, something may have a say in whether it is one; see `windows`."""
BEFORE = 1000
"""The same before it."""
APART = 128
"""So many line ends keep what goes beyond a line in one text from going on in the next."""
HEAD = 1024
"""So many first bytes tell a container."""
SMALL = 16 << 10
"""Texts that stand for themselves are searched together with others up to so many bytes."""
_PLAIN = bytes(code in PLAIN for code in range(256))


class Collector:
    """Takes the hits that Hyperscan reports."""

    def __init__(self, keys: list[int], first: int) -> None:
        """Each is added to `keys` as a number, see `BITS`; the triggers count from `first`."""
        self.keys = keys
        self.first = first

    def take(self, number: int, start: int, end: int, flags: int, context: object) -> None:  # noqa: ARG002
        """What Hyperscan calls for each hit."""
        self.keys.append(end << BITS | number + self.first)


class Fresh:
    """Hits in what is new in some texts, in the order in which `gathered` has it, to be taken one after the other."""

    def __init__(self, keys: list[int], first_run: int) -> None:
        """`keys` are hits as numbers, see `BITS`, rising. From `first_run` on triggers may tell of a text's end, for
        which the end of a line stands."""
        self.keys = keys
        self.first_run = first_run
        self.at = 0
        """How many of them have been taken."""
        self.offset = 0
        """Where what is gathered of the next text begins."""


def texts(
    versions: list[Version], first: bytes, container: Callable[[bytes], bool], zeros: bool = False
) -> list[Version]:
    """Those of the versions that are plain text, made ready for `gathered` and `carry.settle`.

    `first` marks the bytes with which a container may begin; of the first `HEAD` of those `container` knows. Large ones
    that stand for themselves are left to be searched alone. Whether what is new has zero bytes is looked at only with
    `zeros`: all of it at once tells whether that must be.
    """
    found: list[Version] = []
    for version in versions:
        data = version.data
        size = len(data)
        regions = version.regions
        base = version.base
        plain = True
        if base is not None and base.text and version.zones:
            if regions and regions[0] < HEAD and size and first[data[0]] and container(data[:HEAD]):
                plain = False
            place = 0
            while zeros and plain and place < len(regions):
                if data.find(b"\0", regions[place], stretch_end(data, regions[place + 3])) >= 0:
                    plain = False
                place += 4
        else:
            # Characters of two or four bytes have no lines by which to tell what is new.
            plain = data.find(b"\0") < 0 and not (size and first[data[0]] and container(data[:HEAD]))
            version.zones = []
            version.regions = [0, 0, size, size] if 0 < size <= SMALL else []
        version.text = plain
        if plain:
            found.append(version)
    return found


def stretch_end(view: bytes, high: int) -> int:
    """Up to where a stretch that ends at `high` is gathered: what may have a say in its last hits comes along."""
    raw = view
    size = len(view)
    if high == 0 or raw[high - 1] == 10:
        return high
    stop = high + AHEAD
    return stop if stop < size else size


def gathered(versions: list[Version]) -> bytes:
    """What is new in some texts, each stretch with a line's end behind it: what goes beyond one is not as long as
    their margins are. Before one without a margin, at the beginning of its text, stand `APART` of them."""
    if not COMPILED:
        parts = []
        for version in versions:
            regions = version.regions
            for place in range(0, len(regions), 4):
                if not regions[place]:
                    parts.append(b"\n" * APART)
                parts.append(version.data[regions[place] : stretch_end(version.data, regions[place + 3])])
                parts.append(b"\n")
        return b"".join(parts)
    size = 0
    for version in versions:
        view = version.data
        regions = version.regions
        place = 0
        while place < len(regions):
            low = regions[place]
            high = regions[place + 3]
            size += stretch_end(view, high) - low + 1
            if low == 0:
                size += APART
            place += 4
    made: bytes = unwritten(size)  # type: ignore[name-defined]  # noqa: F821
    into = made
    at = 0
    for version in versions:
        view = version.data
        raw = view
        regions = version.regions
        place = 0
        while place < len(regions):
            low = regions[place]
            high = regions[place + 3]
            if low == 0:
                memset(into + at, 10, APART)  # type: ignore[name-defined,operator]  # noqa: F821
                at += APART
            length = stretch_end(view, high) - low
            memcpy(into + at, raw + low, length)  # type: ignore[name-defined,operator]  # noqa: F821
            at += length
            into[at] = 10  # type: ignore[index]
            at += 1
            place += 4
    return made


def windows(data: bytes, length: int) -> list[int]:
    """Where in `data` hits count that want `length` letters and digits in a row on their line, not far from them.

    Gives for each stretch the places between which such hits may end, the first and the last.
    """
    found: list[int] = []
    size = len(data)
    last = -1
    low = 0
    while True:
        start, end = _next_run(data, low, length)
        if start < 0:
            return found
        low = end
        first = data.rfind(b"\n", max(0, start + length - AHEAD), start) + 1
        if first == 0:
            first = max(0, start + length - AHEAD)
        until = data.find(b"\n", end, end + BEFORE) + 1
        if until == 0:
            until = min(size, end + BEFORE)
        if first + 1 <= last:
            last = until
            found[len(found) - 1] = until
        else:
            last = until
            found.append(first + 1)
            found.append(until)


def _next_run(data: bytes, low: int, length: int) -> tuple[int, int]:
    """Where the first run of `length` letters and digits from `low` on begins, and where it ends; -1 if there is none.

    `low` is no place inside of such a run.
    """
    members = _PLAIN
    raw = data
    high = len(data)
    before = low - 1
    known = before
    place = before + length
    # From where a run would end backwards to what breaks it: most of the text need not be looked at.
    while place < high:
        at = place
        while at > known and members[raw[at]]:
            at -= 1
        if at == known:
            end = place + 1
            while end < high and members[raw[end]]:
                end += 1
            return before + 1, end
        before = at
        known = place
        place = before + length
    return -1, -1


def placed(found: list[int], bounds: list[int], lows: list[int], size: int, once: bytes) -> list[int]:
    """Those of the hits in some stretches of a text of `size` bytes that count, as hits in the text.

    `bounds` are `windows`, and each stretch begins at one of `lows` and ends with its window; between them stands one
    byte. What is marked in `once` does not count: a stretch says nothing about a text.
    """
    kept: list[int] = []
    number = 0
    offset = 0
    mask = (1 << BITS) - 1
    for key in found:
        end = key >> BITS
        while number + 1 < len(lows) and end > offset + bounds[2 * number + 1] - lows[number] + 1:
            offset += bounds[2 * number + 1] - lows[number] + 1
            number += 1
        end += lows[number] - offset
        last = bounds[2 * number + 1]
        if end > size:
            end = size  # the end of a text counts as a line's
        if bounds[2 * number] <= end <= last and not once[key & mask]:
            kept.append(end << BITS | key & mask)
    return kept
