# cython: language_level=3, annotation_typing=False, wraparound=False
"""Hits in a text, taken over from the text that it was made from or found anew, and what comes of them.

Plain Python that `carry.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version of each file
in a history passes through here.
"""

from collections.abc import Callable

from stanch.detect import concern, gather, glance
from stanch.version import Version

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
GUARD = 128
"""How long what tells of a match's beginning is, in bytes, at most: no more than the margin."""


class Hits:
    """What Hyperscan reports of a text: places, and for each the trigger that ended there; rising."""

    def __init__(self, ends: list[int], triggers: list[int], once: list[int]) -> None:
        self.ends = ends
        self.triggers = triggers
        self.once = once
        """Those of the triggers of which one place stands for many."""


def all_of(keys: list[int], once: bytes) -> Hits:
    """The hits in a text that was searched whole; see `Fresh` and `settle`. Leaves `keys` in order."""
    keys.sort()
    ends = [key >> gather.BITS for key in keys]
    triggers = [key & (1 << gather.BITS) - 1 for key in keys]
    single = sorted({trigger for trigger in triggers if once[trigger]})
    return Hits(ends, triggers, single)


def marked(keys: list[int], once: bytes) -> list[int]:
    """Those of the hits whose triggers are marked in `once`."""
    return [key for key in keys if once[key & (1 << gather.BITS) - 1]]


def settle(
    versions: list[Version],
    fresh: gather.Fresh,
    once: bytes,
    far: list[int],
    about: concern.Concern,
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
            near = concern.concerned(version.data, hits.ends, hits.triggers, version.regions, about)
        if near or hits.once or always or (base is not None and base.found):
            version.found = judge(version, hits, near)
        else:
            passed += len(version.data)
    return passed


def follow(version: Version, before: Hits | None, fresh: gather.Fresh, once: bytes, far: list[int]) -> Hits | None:
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
    bits = gather.BITS
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
            soft = version.data.rfind(b"\n", max(0, core - gather.AHEAD), core) + 2
            if soft == 1:
                soft = core - gather.AHEAD
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
                offset += gather.APART
            behind = offset + gather.stretch_end(version.data, high) - begin + 1
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
