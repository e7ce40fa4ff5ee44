# cython: language_level=3, annotation_typing=False, wraparound=False
"""What a change in a text concerns: the hits close to it of which something may come.

Plain Python that `concern.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version of each
file in a history passes through here.
"""

from typing import NamedTuple

from stanch.catalog.runs import PLAIN, TOKEN
from stanch.detect import glance

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
ENCODED = 1
"""The kind of triggers that tell of a run of encoded text: a change anywhere in it changes all of what it says."""
JOINED = 2
"""The kind of those that tell of a seam between two literals."""
_PLAIN = bytes(code in PLAIN for code in range(256))
_TOKEN = bytes(code in TOKEN for code in range(256))


class Concern(NamedTuple):
    """For each trigger what may have a say in what comes of its hits: lists with an entry for each."""

    before: list[int]
    after: list[int]
    """How far before and after its end what concerns a hit may be, in bytes; -1 where no hit is looked at."""
    widest: int
    """The greatest of both."""
    look: list[int]
    """How much of that is only there to judge what is found in the rest."""
    runs: list[int]
    most: list[int]
    plain: list[bool]
    """What `run` must find in the rest, so that anything is found; 0 for nothing."""
    kinds: list[int]
    """`ENCODED`, `JOINED`, or 0 for all else."""
    lines: list[tuple[tuple[int, int], ...]]
    """The `rules` of `glance.barren`; none where a line alone does not tell."""
    known: dict[int, int]
    """What is `known` there."""


def concerned(
    data: bytes, ends: list[int], triggers: list[int], regions: list[int], concern: Concern
) -> list[tuple[int, int, list[int]]]:
    """The stretches of a text in which something may be another than in the version before, and the hits there.

    `regions` are what is new, see `stanch.sources.git.pack.inner.apply`. Gives for each stretch where it begins and
    ends (it may reach over the text's ends) and the numbers of the hits in it; what concerns its hits is within it.
    Hits of which nothing can come are left out.
    """
    before, after, widest, look, runs, most, plain, kinds, lines_of, known = concern
    found: list[tuple[int, int, list[int]]] = []
    count = len(ends)
    open_low = 0
    open_high = 0
    near: list[int] = []
    marks = bytearray(count)
    # What may come of a hit is the same for all changes that are close to it: 0 is not known yet.
    hopes = bytearray(count)
    possible, hopeless = 1, 2
    context = glance.CONTEXT
    after_it = glance.AFTER
    seam = context + glance.SEAM + glance.JOINT
    encoded = ENCODED
    joined = JOINED
    any_joined = False
    numbers: list[int] = []
    for number in range(count):
        kind = kinds[triggers[number]]
        if kind == encoded:
            numbers.append(number)
        elif kind == joined:
            any_joined = True
    runs_at = [ends[number] for number in numbers] if numbers else numbers
    # What a change concerns; most concern nothing, and leave it as it is.
    here: list[int] = []
    for place in range(0, len(regions), 4):
        core = regions[place + 1]
        limit = regions[place + 2]
        left = core
        right = limit
        if numbers:
            first, last, earliest, latest = glance.encoded(data, runs_at, core, limit)
            if first < last:
                here = numbers[first:last]
                left = min(left, earliest - context)
                right = max(right, latest + after_it)
        in_layer = False
        if any_joined:
            # Only what is in the layer of a seam has a say in it.
            low = glance.first_from(ends, core - after_it)
            while low < count and not in_layer:
                end = ends[low]
                if end > limit + seam:
                    break
                if kinds[triggers[low]] == joined:
                    if not hopes[low]:
                        hopes[low] = possible if glance.joins(data, end) else hopeless
                    in_layer = hopes[low] == possible
                low += 1
        low = glance.first_from(ends, core - widest)
        while low < count:
            end = ends[low]
            if end > limit + widest:
                break
            trigger = triggers[low]
            number = low
            low += 1
            kind = kinds[trigger]
            if before[trigger] < 0 or kind == encoded or (kind == joined and not in_layer):
                continue
            earliest = end - before[trigger]
            latest = end + after[trigger]
            if earliest > limit or latest < core:
                continue
            hope = hopes[number]
            if not hope:
                spare = look[trigger]
                hope = possible
                if kind == joined:
                    hope = possible if glance.joins(data, end) else hopeless
                elif (
                    runs[trigger]
                    and not run(data, earliest + spare, latest - spare, runs[trigger], most[trigger], plain[trigger])
                ) or (lines_of[trigger] and glance.barren(data, ends, triggers, number, lines_of[trigger], known)):
                    hope = hopeless
                hopes[number] = hope
            if hope == hopeless:
                continue
            here.append(number)
            if earliest < left:
                left = earliest
            if latest > right:
                right = latest
        if not here:
            continue
        if near and left > open_high:
            near.sort()
            found.append((open_low, open_high, near))
            near = []
        if not near:
            open_low = left
            open_high = right
        else:
            open_low = min(open_low, left)
            open_high = max(open_high, right)
        # A hit that two changes concern is in the stretch of both.
        for number in here:
            if not marks[number]:
                marks[number] = 1
                near.append(number)
        here = []
    if near:
        near.sort()
        found.append((open_low, open_high, near))
    return found


def run(data: bytes, low: int, high: int, length: int, most: int, plain: bool) -> bool:
    """Whether `length` characters of a token stand in a row in `data` from `low` to `high`; `length` is 1 or more.

    They are letters and digits if `plain`, and `+/_-` too if not. There may be no more than `most`, unless they go up
    to an end of the stretch; that is at least `length`.
    """
    table = _PLAIN if plain else _TOKEN
    if low < 0:
        low = 0
    if high > len(data):
        high = len(data)
    if high - low < length:
        return False
    floor = low
    if not COMPILED:
        marks = data[low:high].translate(table)
        place = marks.find(b"\1" * length)
        while place >= 0:
            end = marks.find(b"\0", place)
            if end < 0 or place == 0 or end - place <= most:
                return True
            place = marks.find(b"\1" * length, end)
        return False
    members = table
    raw = data
    # Every run covers a place in each `length`: most of the text need not be looked at.
    place = low + length - 1
    while place < high:
        if not members[raw[place]]:
            place += length
            continue
        start = place
        while start > low and members[raw[start - 1]]:
            start -= 1
        end = place + 1
        while end < high and members[raw[end]]:
            end += 1
        if end - start >= length and (end - start <= most or start == floor or end == high):
            return True
        low = end + 1
        place = end + length
    return False


def lines(data: bytes, low: int, high: int, length: int, most: int, plain: bool) -> list[tuple[int, int]]:
    """The lines of `data` from `low` to `high` in which such a run is; the end of a line is part of it."""
    found: list[tuple[int, int]] = []
    while low < high:
        stop = data.find(b"\n", low, high) + 1
        if not stop:
            stop = high
        if run(data, low, stop, length, most, plain):
            found.append((low, stop))
        low = stop
    return found
