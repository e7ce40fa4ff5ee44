# cython: language_level=3, annotation_typing=False, wraparound=False
"""What a change in a text concerns: the hits close to it of which something may come.

Plain Python that `concern.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version of each
file in a history passes through here.
"""

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


class Concern:
    """For each trigger what may have a say in what comes of its hits: sequences with an entry for each."""

    def __init__(
        self,
        before: list[int],
        after: list[int],
        look: list[int],
        runs: list[int],
        most: list[int],
        plain: list[bool],
        kinds: bytes,
        lines: list[tuple[tuple[int, int], ...]],
        known: dict[int, int],
    ) -> None:
        self.before = before
        self.after = after
        """How far before and after its end what concerns a hit may be, in bytes; -1 where no hit is looked at."""
        self.widest = max(*before, *after)
        """The greatest of both."""
        self.look = look
        """How much of that is only there to judge what is found in the rest."""
        self.runs = runs
        self.most = most
        self.plain = plain
        """What `run` must find in the rest, so that anything is found; 0 for nothing."""
        self.kinds = kinds
        """`ENCODED`, `JOINED`, or 0 for all else."""
        self.lines = lines
        """The `rules` of `glance.barren`; none where a line alone does not tell."""
        self.known = known
        """What is `known` there."""

    def forgetful(self) -> "Concern":
        """The same where nothing is known."""
        return Concern(self.before, self.after, self.look, self.runs, self.most, self.plain, self.kinds, self.lines, {})


def concerned(
    data: bytes, ends: list[int], triggers: list[int], regions: list[int], concern: Concern
) -> list[tuple[int, int, list[int]]]:
    """The stretches of a text in which something may be another than in the version before, and the hits there.

    `regions` are what is new, see `stanch.sources.git.pack.inner.apply`. Gives for each stretch where it begins and
    ends (it may reach over the text's ends) and the numbers of the hits in it; what concerns its hits is within it.
    Hits of which nothing can come are left out.
    """
    looker = _Looker(data, ends, triggers, concern)
    encoded = looker.encoded
    for place in range(0, len(regions), 4):
        core = regions[place + 1]
        limit = regions[place + 2]
        left = core
        right = limit
        here = looker.reached(core, limit)
        for number in here:
            left = min(left, ends[number] - concern.before[triggers[number]])
            right = max(right, ends[number] + concern.after[triggers[number]])
        if encoded:
            first, last, earliest, latest = glance.encoded(data, looker.runs_at, core, limit)
            if first < last:
                here += encoded[first:last]
                left = min(left, earliest - glance.CONTEXT)
                right = max(right, latest + glance.AFTER)
        if here:
            looker.put(left, right, here)
    for stretch in looker.found:
        stretch[2].sort()
    return looker.found


class _Looker:
    """Looks at the hits in one text for those that its changes concern."""

    def __init__(self, data: bytes, ends: list[int], triggers: list[int], concern: Concern) -> None:
        self.data = data
        self.ends = ends
        self.triggers = triggers
        self.concern = concern
        self.found: list[tuple[int, int, list[int]]] = []
        """See `concerned`; the hits of each stretch in any order."""
        self.states = bytearray(len(ends))
        """What may come of each hit, which is the same for all changes that are close to it: 0 is not known yet, 1 is
        nothing, 2 is something, and 3 is that it is in a stretch."""
        self.encoded: list[int] = []
        self.joined: list[int] = []
        """The numbers of the hits of these kinds of triggers."""
        self.sort()
        self.runs_at = [ends[number] for number in self.encoded] if self.encoded else self.encoded
        """Where the former are."""

    def sort(self) -> None:
        """Find out which hits are of the kinds of triggers that are looked at in a way of their own."""
        kinds = self.concern.kinds
        triggers = self.triggers
        encoded = ENCODED
        joined = JOINED
        for number in range(len(triggers)):
            kind = kinds[triggers[number]]
            if kind == encoded:
                self.encoded.append(number)
            elif kind == joined:
                self.joined.append(number)

    def reached(self, core: int, limit: int) -> list[int]:
        """The numbers of the hits that a change concerns, but for those of encoded runs."""
        here: list[int] = []
        ends = self.ends
        triggers = self.triggers
        before = self.concern.before
        after = self.concern.after
        widest = self.concern.widest
        kinds = self.concern.kinds
        encoded = ENCODED
        joined = JOINED
        in_layer = bool(self.joined) and self.in_layer(core, limit)
        number = glance.first_from(ends, core - widest)
        while number < len(ends):
            end = ends[number]
            if end > limit + widest:
                break
            trigger = triggers[number]
            kind = kinds[trigger]
            if before[trigger] < 0 or kind == encoded or (kind == joined and not in_layer):
                number += 1
                continue
            if end - before[trigger] <= limit and end + after[trigger] >= core and self.hopeful(number):
                here.append(number)
            number += 1
        return here

    def in_layer(self, core: int, limit: int) -> bool:
        """Whether a change is in the layer of a seam: only what is there has a say in it."""
        for number in self.joined:
            end = self.ends[number]
            if end > limit + glance.CONTEXT + glance.SEAM + glance.JOINT:
                break
            if end >= core - glance.AFTER and self.hopeful(number):
                return True
        return False

    def hopeful(self, number: int) -> bool:
        """Whether anything may come of a hit."""
        state = self.states[number]
        if state == 0:
            state = 2 if self.look(number) else 1
            self.states[number] = state
        return state > 1

    def look(self, number: int) -> bool:
        """The same, told by a look at it."""
        concern = self.concern
        data = self.data
        end = self.ends[number]
        trigger = self.triggers[number]
        joined = JOINED
        if concern.kinds[trigger] == joined:
            return glance.joins(data, end)
        least = concern.runs[trigger]
        if least:
            low = end - concern.before[trigger] + concern.look[trigger]
            high = end + concern.after[trigger] - concern.look[trigger]
            if not run(data, low, high, least, concern.most[trigger], concern.plain[trigger]):
                return False
        rules = concern.lines[trigger]
        return not rules or not glance.barren(data, self.ends, self.triggers, number, rules, concern.known)

    def put(self, left: int, right: int, here: list[int]) -> None:
        """Add a stretch with its hits, or make the last one wider if they meet; a hit that two changes concern is in
        the stretch of both."""
        near: list[int] = []
        found = self.found
        if found and left <= found[len(found) - 1][1]:
            low, high, near = found.pop()
            left = min(left, low)
            right = max(right, high)
        for number in here:
            if self.states[number] < 3:
                self.states[number] = 3
                near.append(number)
        found.append((left, right, near))


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
