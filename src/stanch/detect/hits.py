"""Where Hyperscan's expressions end in a text: in the whole of it, or in what is new in it against another."""

from collections.abc import Sequence
from typing import NamedTuple

import hyperscan

from stanch.detect import carry, rules
from stanch.detect.database import Databases
from stanch.detect.rules import Trigger

REACH = rules.MAX_SPAN
"""How far in bytes, in one line, anything is looked for on either side of what is new: no match is longer."""


class Hits(NamedTuple):
    """What Hyperscan reports of a text: places, and for each the trigger that ended there; rising."""

    ends: list[int]
    triggers: list[int]
    once: frozenset[int]
    """Those of the triggers of which one place stands for many."""
    open: bool
    """Whether the second database was asked."""
    far: bool
    """Whether it holds something of which matches may be far apart, so that only the whole text tells."""


class Matcher:
    """Both databases, each with its scratch space."""

    def __init__(self, databases: Databases, triggers: Sequence[Trigger], first_run: int) -> None:
        """`triggers` are those of the first database, and from `first_run` on those of the second."""
        self._databases = databases
        self._scratches = [hyperscan.Scratch(each) for each in databases]
        self._first_run = first_run
        self._count = len(triggers)
        self._marks = bytes(trigger.once for trigger in triggers)
        self._once = frozenset(number for number, mark in enumerate(self._marks) if mark)
        self._far = frozenset(number for number, trigger in enumerate(triggers) if trigger.decoder == rules.FAR)

    def whole(self, data: bytes) -> Hits:
        """Everything in `data`."""
        found: list[tuple[int, int]] = []
        self._first(data, found)
        asked = _gate(data) or b"\0" in data
        if asked:
            self._second(data, found)
        found.sort()
        triggers = [number for _, number in found]
        once = self._once.intersection(triggers)
        return Hits([end for end, _ in found], triggers, once, asked, not self._far.isdisjoint(once))

    def follow(self, before: Hits, data: bytes, regions: list[int], zones: list[int]) -> Hits | None:
        """Everything in `data`, a version of a text with the hits `before`; nothing where only `whole` can tell.

        `regions` and `zones` say what is new and what is the same, see `stanch.sources.git.pack.inner.apply`; the
        margin must be `rules.SPREAD` or more.
        """
        if before.far:
            return None
        # All in one call, a line's end between them: what goes beyond one is not as long as their margins are.
        text = b"\n".join([data[regions[place] : regions[place + 2]] for place in range(0, len(regions), 3)])
        if b"\0" in text:
            return None  # characters may have two bytes, and lines other ends
        if not before.open and _gate(text):
            return None
        asked = before.open and _gate(data)
        fresh: list[tuple[int, int]] = []
        self._first(text, fresh)
        if asked:
            self._second(text, fresh)
        fresh.sort()
        limit = self._count if asked else self._first_run
        carried = carry.follow(before.ends, before.triggers, regions, zones, fresh, len(data), self._marks, limit)
        if carried is None:
            return None
        ends, triggers, single = carried
        once = frozenset(single)
        return Hits(ends, triggers, once, asked, bool(once) and not self._far.isdisjoint(once))

    def _first(self, data: bytes, found: list[tuple[int, int]]) -> None:
        self._databases.first.scan(
            data,
            match_event_handler=lambda number, _, end, __, ___: found.append((end, number)),
            scratch=self._scratches[0],
        )

    def _second(self, data: bytes, found: list[tuple[int, int]]) -> None:
        first = self._first_run
        self._databases.runs.scan(
            data,
            match_event_handler=lambda number, _, end, __, ___: found.append((end, number + first)),
            scratch=self._scratches[1],
        )


def _gate(data: bytes) -> bool:
    """Whether the second database is asked about a text without zero bytes."""
    return carry.run(data, 0, len(data), rules.GATE_RUN, len(data), plain=True)
