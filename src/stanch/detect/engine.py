"""The engine: one Hyperscan pass finds where patterns may have matched, Python confirms and analyses those places.

`stanch.detect.verdict`, and with it all analysis, is imported where there is something to judge: most commits hold
nothing, and wait for every import.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from stanch.catalog.model import Provider
from stanch.detect import concern, database, excerpt, glance, rules, says
from stanch.detect.candidate import Candidate
from stanch.detect.carry import Hits
from stanch.detect.glance import LINE
from stanch.detect.hits import Judge, Matcher
from stanch.detect.rules import Rule
from stanch.detect.says import DECODED, LOOK, WORD_AFTER, WORD_BEFORE
from stanch.model import Match, Rejected, mask
from stanch.version import Version

LONGEST_WORD = 100
"""How much further up a word that ends there may begin."""
AHEAD = 256
"""How far behind a match, in bytes, all that its analysis looks at may be, with some to spare."""


class Result(msgspec.Struct):
    """What one blob gave."""

    matches: list[Match] = []
    rejected: list[Rejected] = []
    limits: list[str] = []


class _Memo:
    """Neighbourhoods that gave nothing. The versions of a file in a history hold the same lines over and over."""

    LIMIT = 200_000

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def key(self, order: int, text: bytes, low: int, place: int) -> int:
        """A hash that stands for a rule, a neighbourhood, and the two places in it between which was looked:
        Python's own, 64 bits under a key of this process."""
        return hash((order, text, low, place))

    def __contains__(self, key: object) -> bool:
        return key in self.known

    def get(self, key: int) -> int | None:
        """How far past its place a barren neighbourhood was done with; nothing if it is not known."""
        return self.known.get(key)

    def add(self, key: int, past: int = 0) -> None:
        """Remember that nothing was there."""
        if len(self.known) >= self.LIMIT:
            self.known.clear()
        self.known[key] = past


class Engine:
    """All detectors, ready to scan. Make one a process: what it remembers between blobs only saves time."""

    def __init__(
        self, extra: Iterable[Provider] = (), *, folder: Path = database.FOLDER, only: frozenset[str] | None = None
    ) -> None:
        """`extra` adds custom providers to those in `folder`; `only` limits the results to these type ids."""
        self.bundle, databases = database.open_bundle(extra, folder)
        self.rules = rules.build(self.bundle.providers, self.bundle.known)
        self._triggers = [*self.bundle.triggers, *self.bundle.run_triggers]
        self._matcher = Matcher(databases, self._triggers, len(self.bundle.triggers))
        self.only = only
        self._memo = _Memo()
        self._explain = False

    @property
    def catalog(self) -> str:
        """The catalog's hash."""
        return self.bundle.catalog

    def scan(self, data: bytes, *, explain: bool = False) -> Result:
        """Everything that the detectors find in `data`, in order of place; with `explain` also what was turned down."""
        return self.judge(data, self.hits(data), explain=explain)

    def hits(self, data: bytes) -> Hits:
        """Everywhere in `data` that something may be."""
        return self._matcher.whole(data)

    def settle(self, versions: list[Version], text: bytes, judge: Judge, *, always: bool = False) -> int:
        """Find the hits in some texts, and have those judged of which something may come: see `Matcher.settle`."""
        return self._matcher.settle(versions, text, self._concern, judge, always=always)

    def judge(self, data: bytes, hits: Hits, *, explain: bool = False) -> Result:
        """What of the `hits` in `data` are findings; see `scan`."""
        if not hits.ends:
            return Result()
        self._explain = explain
        found = list(self._candidates(data, self._telling(data, hits), 0))
        if not found:
            return Result()
        from stanch.detect import verdict

        verdict.settle(found)
        kept = sorted((one for one in found if not one.reason), key=lambda one: (one.start, one.end, one.rule.order))
        result = Result(matches=excerpt.matches(data, kept))
        if explain:
            result.rejected = [
                Rejected(one.rule.kind.id, one.reason, "", data.count(b"\n", 0, one.start) + 1, mask(one.text))
                for one in sorted(found, key=lambda one: (one.start, one.rule.order))
                if one.reason
            ]
        return result

    def quiet(self, version: Version, hits: Hits, near: list[tuple[int, int, list[int]]]) -> bool:
        """Whether nothing is found close to what is new in a text; `near` are the stretches of `concern.concerned`."""
        data = version.data
        ends, numbers = hits.ends, hits.triggers
        stretches = [
            (low, high, [(numbers[each], ends[each] - max(low, 0)) for each in inside]) for low, high, inside in near
        ]
        if hits.once:
            loose = [(number, 0) for number in hits.once]
            decoders = {self._triggers[number].decoder for number in hits.once}
            stretches += [(low, high, loose) for low, high in _decodable(data, version.regions, decoders)]
        self._explain = False
        return all(
            one.reason for low, high, pairs in stretches for one in self._candidates(data[max(low, 0) : high], pairs, 0)
        )

    @cached_property
    def _concern(self) -> concern.Concern:
        """What may have a say in what comes of each trigger's hits."""
        return says.of(self.bundle.says, self._memo.known)

    def _telling(self, data: bytes, hits: Hits) -> list[tuple[int, int]]:
        """(trigger, end) of those of the `hits` in `data` of which something may come."""
        concerns = self._concern.forgetful() if self._explain else self._concern
        everything = concern.concerned(data, hits.ends, hits.triggers, [0, 0, len(data), len(data)], concerns)
        found = [(hits.triggers[number], hits.ends[number]) for _, _, numbers in everything for number in numbers]
        return [*found, *((number, 0) for number in hits.once)]

    def _candidates(self, data: bytes, hits: list[tuple[int, int]], depth: int) -> Iterator[Candidate]:
        """Every confirmed match in `data` and in what it holds encoded, accepted or with a reason against it."""
        patterns: dict[int, list[int]] = {}
        words: dict[int, list[int]] = {}
        encoded: dict[str, list[int]] = {}
        for number, end in hits:
            trigger = self._triggers[number]
            if trigger.decoder:
                if trigger.decoder != rules.FAR:
                    encoded.setdefault(trigger.decoder, []).append(end)
            else:
                for order in trigger.rules:
                    (words if trigger.word else patterns).setdefault(order, []).append(end)
        for order, ends in patterns.items():
            yield from self._confirm(data, self.rules[order], ends)
        for order, ends in words.items():
            yield from self._around_words(data, self.rules[order], ends)
        if encoded and depth < rules.MAX_DEPTH:
            yield from self._decoded(data, encoded, depth)

    def _confirm(self, data: bytes, rule: Rule, ends: list[int]) -> Iterator[Candidate]:
        """Run a rule's pattern where its trigger fired."""
        if self.only is not None and rule.kind.id not in self.only:
            return
        done = 0
        before, after = rule.reach
        for end in ends:
            if end <= done:
                continue
            low = max(end - before, done)
            line = self._line(data, rule, low, end)
            past = self._memo.get(line) if line and not self._explain else None
            around = 0
            if past is None:
                around = self._around(data, rule, low, end)
                past = None if self._explain else self._memo.get(around)
            if past is not None:
                done = max(done, end + past)
                continue
            found = _over(data, rule, low, end)
            if found is None:
                # A longer look could have helped.
                alone, near = True, after + 32 <= AHEAD
            else:
                done = found.end()
                one = _judged(data, rule, found)
                turned_down = one is not None and bool(one.reason)
                alone = one is not None and turned_down and one.alone
                near = turned_down and rule.lonely and done + 32 <= end + AHEAD
                if one is not None:
                    yield one
            if alone and line:
                self._memo.add(line, max(done - end, 0))
            elif near:
                self._memo.add(around, max(done - end, 0))

    def _around(self, data: bytes, rule: Rule, low: int, end: int) -> int:
        """What the memo knows the neighbourhood of a place by."""
        begin = max(0, low - LOOK)
        return self._memo.key(rule.order, data[begin : end + AHEAD], low - begin, end - begin)

    def _line(self, data: bytes, rule: Rule, low: int, end: int) -> int:
        """The same for the line of a place, or 0 if that is not enough."""
        if not rule.flat:
            return 0
        start, stop = data.rfind(b"\n", max(0, end - LINE), end) + 1, data.find(b"\n", end, end + LINE) + 1
        if (not start and end > LINE) or (not stop and end + LINE < len(data)):
            return 0
        return glance.line_key(rule.order, data[start : stop or len(data)], max(low - start, 0), end - start)

    def _around_words(self, data: bytes, rule: Rule, ends: list[int]) -> Iterator[Candidate]:
        """Look for a rule's pattern around its context words."""
        if self.only is not None and rule.kind.id not in self.only:
            return
        ends.sort()
        least, most, plain = rule.run
        windows = _windows(ends, len(data))
        if rule.flat and least:
            # Few lines hold so long a run, and versions of a file share most of these.
            windows = (line for low, high in windows for line in concern.lines(data, low, high, least, most, plain))
        for low, high in windows:
            begin = max(0, low - 2)
            known = self._memo.key(rule.order, data[begin : high + 1], low - begin, high - begin)
            if self._memo.get(known) is not None:
                continue
            barren = True
            for found in rule.find(data, low, high):
                barren = False
                start, end = found.span("secret")
                distance = _word_near(data, start, end, ends, rule.shape.lines)
                if distance is None:
                    continue
                from stanch.detect import verdict

                yield verdict.judged(data, rule, found, distance)
            if barren:
                self._memo.add(known)

    def _decoded(self, data: bytes, encoded: dict[str, list[int]], depth: int) -> Iterator[Candidate]:
        """Candidates in the layers of `data`, with their places in `data`."""
        from stanch.detect.decode import layers

        for layer in layers(data, encoded, () if self._explain else self._memo):
            barren = True
            hits = self.hits(layer.data)
            telling = self._telling(layer.data, hits) if hits.ends else []
            for one in self._candidates(layer.data, telling, depth + 1) if telling else ():
                low, high, decoded = layer.origin(one.start, one.end)
                if not decoded:
                    continue
                whole = layer.origin(*one.whole) if one.whole[1] > one.whole[0] else (low, high, True)
                one.start, one.end = low, high
                one.whole = (min(whole[0], low), max(whole[1], high))
                one.decoded = (layer.decoder, *one.decoded)
                barren = barren and bool(one.reason)
                yield one
            if barren and layer.key:
                self._memo.add(layer.key)


def _over(data: bytes, rule: Rule, low: int, end: int) -> re.Match[bytes] | None:
    """The rule's first match from `low` on that is over the place before `end`."""
    high = min(len(data), end + rule.reach[1] + 1)
    if rule.flat:
        low = max(low, data.rfind(b"\n", low, end) + 1)
        stop = data.find(b"\n", end, high)
        high = stop if stop >= 0 else high
    for found in rule.find(data, low, high):
        if found.start() >= end:
            break
        if found.end() >= end:
            return found
    return None


def _judged(data: bytes, rule: Rule, found: re.Match[bytes]) -> Candidate | None:
    """What a match is; nothing where the rule's context words are missing."""
    distance = _word_around(data, rule, *found.span("secret")) if rule.shape.words else 0
    if distance is None:
        return None
    from stanch.detect import verdict

    return verdict.judged(data, rule, found, distance)


def _decodable(data: bytes, regions: list[int], decoders: set[str]) -> Iterator[tuple[int, int]]:
    """What is around those changes that are close to something encoded, of which no place is known."""
    from stanch.detect.decode import touched

    for core, limit in _together(regions):
        spans = [span for decoder in decoders if (span := touched(decoder, data, core, limit, DECODED))]
        if spans:
            yield min(low for low, _ in spans), max(high for _, high in spans)


def _together(regions: list[int]) -> Iterator[tuple[int, int]]:
    """Where what is new begins and ends, as one where a layer may hold both: most changes of a version are close."""
    if not regions:
        return
    low, high = regions[1], regions[2]
    for core, limit in zip(regions[5::4], regions[6::4], strict=True):
        if core - high > DECODED:
            yield low, high
            low = core
        high = limit
    yield low, high


def _windows(ends: list[int], size: int) -> Iterator[tuple[int, int]]:
    """Where values may stand whose context words end at `ends`; spans that touch are one, up to a length."""
    low, high = -1, -1
    for end in ends:
        if low >= 0 and end - WORD_AFTER <= high and end + WORD_BEFORE - low <= 4 * WORD_BEFORE:
            high = end + WORD_BEFORE
            continue
        if low >= 0:
            yield low, min(high, size)
        low, high = max(0, end - WORD_AFTER), end + WORD_BEFORE
    if low >= 0:
        yield low, min(high, size)


def _word_around(data: bytes, rule: Rule, start: int, end: int) -> int | None:
    """The same of a value that called for its rule itself."""
    low, high = max(0, start - WORD_BEFORE - LONGEST_WORD), end + WORD_AFTER
    ends = [found.end() for found in rule.words.finditer(data, low, high)]
    return _word_near(data, start, end, ends, rule.shape.lines)


def _word_near(data: bytes, start: int, end: int, ends: list[int], lines: int) -> int | None:
    """How far the nearest context word is from a value, in bytes; nothing if it is too far or too many lines away."""
    place = bisect_left(ends, start)
    near = []
    if place:
        last = ends[place - 1]
        if start - last <= WORD_BEFORE and data.count(b"\n", last, start) <= lines:
            near.append(start - last)
    if place < len(ends):
        first = ends[place]
        if first - end <= WORD_AFTER and data.count(b"\n", end, first) <= lines // 3:
            near.append(abs(first - end))
    return min(near, default=None)
