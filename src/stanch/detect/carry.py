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
    """The hits in a text that was searched whole, from `keys` (see `gather.BITS`), which are in order then."""
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

    `fresh`, `once` and `far` are those of `Follower`, and `about` says what concerns the hits. Where anything may come
    of it, or `always`, `judge` is called with the text, its hits (nothing where only the whole text can tell), and the
    stretches of `concern.concerned`; it says whether anything was found. Gives how many bytes the other texts have.
    """
    passed = 0
    follower = Follower(fresh, once, far)
    for version in versions:
        base = version.base if version.zones else None
        before: Hits | None = None
        if base is not None:
            before = base.hits
        hits = follower.follow(version, before) if version.regions or base is not None else None
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


class Follower:
    """Tells of one text after the other what hits it has, by those in the text that it was made from and new ones."""

    def __init__(self, fresh: gather.Fresh, once: bytes, far: list[int]) -> None:
        """The hits in what is new in the texts, in their order, are taken from `fresh`.

        Of triggers that are marked in `once` one hit is told of a text. Those in `far` tell how matches begin that may
        end so many bytes behind.
        """
        self.fresh = fresh
        self.once = once
        self.far = far
        self.ends: list[int] = []
        self.triggers: list[int] = []
        self.single: list[int] = []
        """The hits of the text at hand, see `Hits`."""
        self.mixed = False
        """Whether they are out of order."""
        self.guards: set[int] = set()
        """Which of those before, that tell how a match begins that may go far, were kept; one may be copied twice."""
        self.reached = False
        """Whether something is new where such a match may be."""

    def follow(self, version: Version, before: Hits | None) -> Hits | None:
        """The hits in a text; `before` are those in the text that it was made from.

        Gives nothing where only the whole text can tell.
        """
        self.ends = []
        self.triggers = []
        self.single = []
        self.mixed = self.reached = False
        if self.guards:
            self.guards = set()
        regions = version.regions
        zones = version.zones
        place = 0
        piece = 0
        # Before each stretch of what is new, and after the last, there may be a zone of what is not.
        while place < len(zones) or piece < len(regions):
            soft = _soft(version.data, regions[piece + 1]) if piece < len(regions) else len(version.data) + 1
            if before is not None and place < len(zones):
                self._keep(version, before, place, soft)
            if piece < len(regions):
                self._take(version, piece, soft)
            place += 3
            piece += 4
        if before is not None and self._lacks(before):
            return None
        if self.mixed:
            pairs = sorted(zip(self.ends, self.triggers, strict=True))
            self.ends = [pair[0] for pair in pairs]
            self.triggers = [pair[1] for pair in pairs]
        return Hits(self.ends, self.triggers, self.single)

    def _keep(self, version: Version, before: Hits, place: int, soft: int) -> None:
        """Keep those of the hits `before` that are in a zone. Those that what is new has a say in, from `soft` on, are
        taken."""
        ends = before.ends
        triggers = before.triggers
        far = self.far
        first_run = self.fresh.first_run
        moved = version.zones[place + 2]
        last = version.zones[place + 1] + moved
        low = glance.first_from(ends, version.zones[place] + moved)
        while low < len(ends):
            end = ends[low]
            if end >= last:
                break
            number = low
            trigger = triggers[low]
            low += 1
            end -= moved
            if end >= soft and trigger >= first_run:
                continue
            if far[trigger]:
                self.guards.add(number)
                if _reached(end, far[trigger], version.regions):
                    self.reached = True
            self._add(end, trigger)

    def _take(self, version: Version, piece: int, soft: int) -> None:
        """Take the hits in a stretch of what is new, and those before it that it has a say in, from `soft` on."""
        fresh = self.fresh
        keys = fresh.keys
        at = fresh.at
        first_run = fresh.first_run
        far = self.far
        bits = gather.BITS
        mask = (1 << bits) - 1
        size = len(version.data)
        begin = version.regions[piece]
        core = version.regions[piece + 1]
        high = version.regions[piece + 3]
        offset = fresh.offset
        if begin == 0:
            offset += gather.APART
        behind = offset + gather.stretch_end(version.data, high) - begin + 1
        while at < len(keys):
            key = keys[at]
            end = key >> bits
            if end > behind:
                break
            at += 1
            trigger = key & mask
            end += begin - offset
            if end <= begin:
                continue  # what stands before the stretch is none of the text
            if end > size and trigger >= first_run:
                end = size
            if end <= high and (core <= end or (soft <= end and trigger >= first_run)):
                if far[trigger] and _reached(end, far[trigger], version.regions):
                    self.reached = True
                if self._add(end, trigger) and end < core:
                    self.mixed = True
        fresh.at = at
        fresh.offset = behind

    def _add(self, end: int, trigger: int) -> bool:
        """Add a hit, unless one is enough and there is one."""
        if self.once[trigger]:
            if trigger in self.single:
                return False
            self.single.append(trigger)
        self.ends.append(end)
        self.triggers.append(trigger)
        return True

    def _lacks(self, before: Hits) -> bool:
        """Whether hits are missing that only the whole text can tell, by what there was `before`."""
        for trigger in before.once:
            if trigger not in self.single:
                return True  # of these only one place is known, and there may be others
        guards = 0
        for trigger in before.triggers:
            if self.far[trigger]:
                guards += 1
        return self.reached or guards != len(self.guards)


def _soft(data: bytes, core: int) -> int:
    """From where on what is new from `core` on may have a say in the hits of the second database on the same line
    before it, see `gather.windows`."""
    soft = data.rfind(b"\n", max(0, core - gather.AHEAD), core) + 2
    return soft if soft > 1 else core - gather.AHEAD


def _reached(end: int, reach: int, regions: list[int]) -> bool:
    """Whether something is new where a match may be that begins before `end` and ends within `reach` behind it."""
    place = 0
    while place < len(regions):
        if regions[place + 1] <= end + reach and regions[place + 2] >= end - GUARD:
            return True
        place += 4
    return False
