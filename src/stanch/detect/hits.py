"""Where Hyperscan's expressions end in a text: in the whole of it, or in what is new in it against another."""

from collections.abc import Sequence
from typing import NamedTuple

import hyperscan

from stanch.detect import carry, rules
from stanch.detect.database import Databases
from stanch.detect.rules import Trigger

REACH = rules.MAX_SPAN
"""How far in bytes, in one line, anything is looked for on either side of what is new: no match is longer."""
_FLAGS = (rules.GATE, rules.FAR)


class Hits(NamedTuple):
    """What Hyperscan reports of a text: places, and for each the trigger that ended there; rising."""

    ends: list[int]
    triggers: list[int]
    open: bool
    """Whether the second database was asked."""
    far: bool
    """Whether it holds something of which matches may be far apart, so that only the whole text tells."""

    def pairs(self) -> list[tuple[int, int]]:
        """(trigger, end) of each hit."""
        return list(zip(self.triggers, self.ends, strict=True))


class Matcher:
    """Both databases, each with its scratch space."""

    def __init__(self, databases: Databases, triggers: Sequence[Trigger], first_run: int) -> None:
        """`triggers` are those of the first database, and from `first_run` on those of the second."""
        self._databases = databases
        self._scratches = [hyperscan.Scratch(each) for each in databases]
        self._first_run = first_run
        self._once = frozenset(number for number, trigger in enumerate(triggers) if trigger.once)
        self._far = frozenset(number for number, trigger in enumerate(triggers) if trigger.decoder == rules.FAR)
        self._gate = next(number for number, trigger in enumerate(triggers) if trigger.decoder == rules.GATE)

    def whole(self, data: bytes) -> Hits:
        """Everything in `data`."""
        found: list[tuple[int, int]] = []
        self._first(data, found, 0)
        gate = any(number == self._gate for _, number in found)
        asked = gate or b"\0" in data
        if asked:
            self._second(data, found, 0)
        found.sort()
        far = not self._far.isdisjoint([number for _, number in found])
        return Hits([end for end, _ in found], [number for _, number in found], asked, far)

    def follow(self, before: Hits, data: bytes, regions: list[int], zones: list[int]) -> Hits | None:
        """Everything in `data`, a version of a text with the hits `before`; nothing where only `whole` can tell.

        `regions` and `zones` say what is new and what is the same, see `stanch.sources.git.pack.inner.apply`; the
        margin must be `rules.SPREAD` or more.
        """
        if before.far:
            return None
        # Most hits are in what is the same.
        found = carry.carried(before.ends, before.triggers, zones)
        fresh = self._fresh(before, data, regions)
        if fresh is None:
            return None
        found += fresh
        seen = {number for _, number in found}
        if not self._once.isdisjoint(before.triggers) and not self._once.intersection(before.triggers) <= seen:
            return None  # of these only one place is known, and there may be others
        if not before.open and self._gate in seen:
            return None
        found.sort()
        far = not self._far.isdisjoint(seen)
        return Hits([end for end, _ in found], [number for _, number in found], before.open, far)

    def _fresh(self, before: Hits, data: bytes, regions: Sequence[int]) -> list[tuple[int, int]] | None:
        """The hits in what is new; nothing where only the whole text can tell, as where characters have two bytes."""
        # All in one call, a line's end between them: what goes beyond one is not as long as their margins are.
        text = b"\n".join([data[regions[place] : regions[place + 2]] for place in range(0, len(regions), 3)])
        if b"\0" in text:
            return None
        hits: list[tuple[int, int]] = []
        self._first(text, hits, 0)
        if before.open:
            self._second(text, hits, 0)
        if not hits:
            return hits
        hits.sort()
        found = []
        place = offset = 0
        size = regions[2] - regions[0] + 1
        for end, number in hits:
            while end > offset + size:
                offset += size
                place += 3
                size = regions[place + 2] - regions[place] + 1
            at = end - offset + regions[place]
            # What ends where the stretch ends may go on behind it, unless the text ends there too.
            if regions[place + 1] <= at and (at < regions[place + 2] or at == len(data)):
                found.append((at, number))
            elif number in self._once and number not in before.triggers:
                return None  # one place is told of, and it was one that two stretches made together
        return found

    def _first(self, data: bytes, found: list[tuple[int, int]], offset: int) -> None:
        self._databases.first.scan(
            data,
            match_event_handler=lambda number, _, end, __, ___: found.append((end + offset, number)),
            scratch=self._scratches[0],
        )

    def _second(self, data: bytes, found: list[tuple[int, int]], offset: int) -> None:
        first = self._first_run
        self._databases.runs.scan(
            data,
            match_event_handler=lambda number, _, end, __, ___: found.append((end + offset, number + first)),
            scratch=self._scratches[1],
        )
