# cython: language_level=3, annotation_typing=False, wraparound=False
"""Hits in texts and their versions: gathering what is new, carrying over what is known, and telling what it concerns.

Plain Python that `carry.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version
of each file in a history passes through here.
"""

from collections.abc import Callable
from typing import NamedTuple

from stanch.catalog.runs import PLAIN, TOKEN
from stanch.detect import glance
from stanch.version import Version

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
_PLAIN = bytes(code in PLAIN for code in range(256))
ENCODED = 1
"""The kind of triggers that tell of a run of encoded text: a change anywhere in it changes all of what it says."""
JOINED = 2
"""The kind of those that tell of a seam between two literals."""
_TOKEN = bytes(code in TOKEN for code in range(256))
BITS = 20
"""A hit as one number, so that numbers in order are hits in order: its end, then so many bits for its trigger."""
AHEAD = 64
"""How far behind a hit, on its line, something may have a say in whether it is one; see `windows`."""
BEFORE = 1000
"""The same before it."""
APART = 128
"""So many line ends keep what goes beyond a line in one text from going on in the next."""
GUARD = 128
"""How long what tells of a match's beginning is, in bytes, at most: no more than the margin."""
HEAD = 1024
"""So many first bytes tell a container."""
SMALL = 16 << 10
"""Texts that stand for themselves are searched together with others up to so many bytes."""


class Hits:
    """What Hyperscan reports of a text: places, and for each the trigger that ended there; rising."""

    def __init__(self, ends: list[int], triggers: list[int], once: list[int]) -> None:
        self.ends = ends
        self.triggers = triggers
        self.once = once
        """Those of the triggers of which one place stands for many."""


class Fresh:
    """Hits in what is new in some texts, in the order in which `gathered` has it."""

    def __init__(self, keys: list[int], first_run: int) -> None:
        """`keys` are hits as numbers, see `BITS`, rising. From `first_run` on triggers may tell of a text's end, for
        which the end of a line stands."""
        self.keys = keys
        self.first_run = first_run
        self.at = 0
        """How many of them have been taken."""
        self.offset = 0
        """Where what is gathered of the next text begins."""


class Collector:
    """Takes the hits that Hyperscan reports."""

    def __init__(self, keys: list[int], first: int) -> None:
        """Each is added to `keys` as a number, see `BITS`; the triggers count from `first`."""
        self.keys = keys
        self.first = first

    def take(self, number: int, start: int, end: int, flags: int, context: object) -> None:  # noqa: ARG002
        """What Hyperscan calls for each hit."""
        self.keys.append(end << BITS | number + self.first)


def all_of(keys: list[int], once: bytes) -> Hits:
    """The hits in a text that was searched whole; see `Fresh` and `settle`. Leaves `keys` in order."""
    keys.sort()
    ends = [key >> BITS for key in keys]
    triggers = [key & (1 << BITS) - 1 for key in keys]
    single = sorted({trigger for trigger in triggers if once[trigger]})
    return Hits(ends, triggers, single)


def marked(keys: list[int], once: bytes) -> list[int]:
    """Those of the hits whose triggers are marked in `once`."""
    return [key for key in keys if once[key & (1 << BITS) - 1]]


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


def _stop(view: bytes, high: int) -> int:
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
                parts.append(version.data[regions[place] : _stop(version.data, regions[place + 3])])
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
            size += _stop(view, high) - low + 1
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
            length = _stop(view, high) - low
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


def follow(version: Version, before: Hits | None, fresh: Fresh, once: bytes, far: list[int]) -> Hits | None:
    """The hits in a text, of which those in what is new are next in `fresh`, and are taken from there.

    `before` are those in the text that it was made from. Of triggers that are marked in `once` one hit is told of a
    text. Those in `far` tell how matches begin that may end so many bytes behind. Gives nothing where only the whole
    text can tell.
    """
    ends: list[int] = []
    triggers: list[int] = []
    single: list[int] = []
    regions = version.regions
    zones = version.zones
    keys = fresh.keys
    at = fresh.at
    offset = fresh.offset
    waiting = len(keys)
    bits = BITS
    mask = (1 << bits) - 1
    size = len(version.data)
    lost = False
    mixed = False
    count = 0
    guards = 0
    if before is not None:
        old_ends = before.ends
        old_triggers = before.triggers
        known = before.once
        count = len(old_ends)
        for trigger in old_triggers:
            if far[trigger]:
                guards += 1
    else:
        old_ends = old_triggers = known = []
    place = 0
    piece = 0
    # Before each stretch of what is new, and after the last, there may be a zone of what is not.
    while place < len(zones) or piece < len(regions):
        soft = size + 1
        if piece < len(regions):
            core = regions[piece + 1]
            # What is new may have a say in the hits of the second database on the same line before it, see `windows`.
            soft = version.data.rfind(b"\n", max(0, core - AHEAD), core) + 2
            if soft == 1:
                soft = core - AHEAD
        if count and place < len(zones):
            moved = zones[place + 2]
            last = zones[place + 1] + moved
            low = glance.first_from(old_ends, zones[place] + moved)
            while low < count:
                end = old_ends[low]
                if end >= last:
                    break
                trigger = old_triggers[low]
                low += 1
                if end - moved >= soft and trigger >= fresh.first_run:
                    continue
                if far[trigger]:
                    guards -= 1
                    if _reached(end - moved, far[trigger], regions):
                        lost = True
                if once[trigger]:
                    if trigger in single:
                        continue
                    single.append(trigger)
                ends.append(end - moved)
                triggers.append(trigger)
        if piece < len(regions):
            begin = regions[piece]
            high = regions[piece + 3]
            if begin == 0:
                offset += APART
            behind = offset + _stop(version.data, high) - begin + 1
            while at < waiting:
                key = keys[at]
                end = key >> bits
                if end > behind:
                    break
                at += 1
                trigger = key & mask
                end += begin - offset
                if end <= begin:
                    continue  # what stands before the stretch is none of the text
                if end > size and trigger >= fresh.first_run:
                    end = size
                if end <= high and (core <= end or (soft <= end and trigger >= fresh.first_run)):
                    if far[trigger] and _reached(end, far[trigger], regions):
                        lost = before is not None
                    if once[trigger]:
                        if trigger in single:
                            continue
                        single.append(trigger)
                    if end < core:
                        mixed = True
                    ends.append(end)
                    triggers.append(trigger)
            offset = behind
        place += 3
        piece += 4
    fresh.at = at
    fresh.offset = offset
    for trigger in known:
        if trigger not in single:
            lost = True  # of these only one place is known, and there may be others
    if lost or guards:
        return None
    if mixed:
        pairs = sorted(zip(ends, triggers, strict=True))
        ends = [pair[0] for pair in pairs]
        triggers = [pair[1] for pair in pairs]
    return Hits(ends, triggers, single)


def _reached(end: int, reach: int, regions: list[int]) -> bool:
    """Whether something is new where a match may be that begins before `end` and ends within `reach` behind it."""
    place = 0
    while place < len(regions):
        if regions[place + 1] <= end + reach and regions[place + 2] >= end - GUARD:
            return True
        place += 4
    return False


def texts(
    versions: list[Version], first: bytes, container: Callable[[bytes], bool], zeros: bool = False
) -> list[Version]:
    """Those of the versions that are plain text, made ready for `gathered` and `settle`.

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
                if data.find(b"\0", regions[place], _stop(data, regions[place + 3])) >= 0:
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


def settle(
    versions: list[Version],
    fresh: Fresh,
    once: bytes,
    far: list[int],
    concern: "Concern",
    judge: Callable[..., bool],
    always: bool,
) -> int:
    """Find out for each of some texts, bases before what was made of them, what hits it has and what comes of them.

    `fresh` are the hits in what is new in them, `once` and `far` are those of `follow`. Where anything may come of it,
    or `always`, `judge` is called with the text, its hits (nothing where only the whole text can tell), and the
    stretches of `concerned`; it says whether anything was found. Gives how many bytes the other texts have.
    """
    passed = 0
    for version in versions:
        base = version.base if version.zones else None
        before: Hits | None = None
        if base is not None:
            before = base.hits
        hits = follow(version, before, fresh, once, far) if version.regions or base is not None else None
        if hits is None:
            version.found = judge(version, None, [])
            continue
        version.hits = hits
        near: list[tuple[int, int, list[int]]] = []
        if hits.ends:
            near = concerned(version.data, hits.ends, hits.triggers, version.regions, concern)
        if near or hits.once or always or (base is not None and base.found):
            version.found = judge(version, hits, near)
        else:
            passed += len(version.data)
    return passed


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
