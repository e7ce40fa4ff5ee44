"""Where Hyperscan's expressions end in a text: in the whole of it, or in what is new in it against another."""

from collections.abc import Callable, Sequence

import hyperscan

from stanch.detect import carry, gather, rules
from stanch.detect.carry import Hits
from stanch.detect.concern import Concern
from stanch.detect.database import Databases
from stanch.detect.rules import Trigger
from stanch.version import Version

REACH = rules.MAX_SPAN
"""How far in bytes, in one line, anything is looked for on either side of what is new: no match is longer."""
_SLACK = 64
"""What goes before a window of the second database, in bytes: more than any of its expressions takes."""

Judge = Callable[[Version, Hits | None, list[tuple[int, int, list[int]]]], bool]
"""See `carry.settle`."""


class Matcher:
    """All databases, each with its scratch space."""

    def __init__(self, databases: Databases, triggers: Sequence[Trigger], first_run: int) -> None:
        """`triggers` are those of the first database, and from `first_run` on those of the second."""
        self._databases = databases
        self._scratches: dict[int, hyperscan.Scratch] = {}
        """Made when they are first needed: a commit waits for each."""
        self._first_run = first_run
        self._once = bytes(trigger.once for trigger in triggers)
        self._far = [trigger.reach for trigger in triggers]

    def whole(self, data: bytes) -> Hits:
        """Everything in `data`."""
        keys: list[int] = []
        self._scan(0, data, keys, 0)
        self._runs(data, keys)
        if b"\0" in data:
            wide: list[int] = []
            self._scan(1, data, wide, self._first_run)
            keys += carry.marked(wide, self._once)
        return carry.all_of(keys, self._once)

    def settle(self, versions: list[Version], text: bytes, concern: Concern, judge: Judge, *, always: bool) -> int:
        """Find the hits in some texts, of which `text` is `gather.gathered`, and judge them: see `carry.settle`.

        There is no zero byte in `text`, and the margin is `rules.SPREAD` or more.
        """
        keys: list[int] = []
        self._scan(2, text, keys, 0)
        self._runs(text, keys)
        keys.sort()
        fresh = gather.Fresh(keys, self._first_run)
        return carry.settle(versions, fresh, self._once, self._far, concern, judge, always)

    def _runs(self, data: bytes, keys: list[int]) -> None:
        """What the second database finds where there is a run of letters and digits."""
        bounds = gather.windows(data, rules.GATE_RUN)
        if not bounds:
            return
        lows = [max(low - _SLACK, 0) for low in bounds[::2]]
        text = b"\n".join([data[low:high] for low, high in zip(lows, bounds[1::2], strict=True)])
        found: list[int] = []
        self._scan(1, text, found, self._first_run)
        found.sort()
        keys += gather.placed(found, bounds, lows, len(data), self._once)

    def _scan(self, number: int, data: bytes, keys: list[int], first: int) -> None:
        """Add what a database finds in `data`, as numbers; its triggers count from `first`."""
        database = self._databases[number]
        scratch = self._scratches.get(number)
        if scratch is None:
            scratch = self._scratches[number] = hyperscan.Scratch(database)
        database.scan(data, match_event_handler=gather.Collector(keys, first).take, scratch=scratch)
