"""The engine: one Hyperscan pass finds where patterns may have matched, Python confirms and analyses those places."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stanch.catalog.model import Provider
from stanch.detect import carry, database, excerpt, rules
from stanch.detect.hits import Hits, Matcher
from stanch.detect.rules import Rule
from stanch.model import Confidence, Match, Rejected, mask

if TYPE_CHECKING:
    from stanch.detect.surroundings import Surroundings

WORD_BEFORE = 1000
"""How many bytes above a value a context word may stand, at most."""
WORD_AFTER = 240
NEAR = 512
"""How many bytes around a match any analysis looks at, at most."""
LOOK = 1024
"""How far around a match, in bytes, names above it and all that its analysis looks at may be, with some to spare."""
SEAM = 256
"""How long a run of escapes may be, in bytes, so that one that begins outside of a stretch is noticed."""
DECODED = 2 * LOOK
"""The same for text that is decoded, with what is taken along around it."""


class Candidate(msgspec.Struct, gc=False):
    """A confirmed pattern match on its way through analysis; spans are byte offsets in the scanned text."""

    rule: Rule
    start: int
    end: int
    whole: tuple[int, int]
    text: str
    parts: tuple[tuple[str, str], ...]
    named: bool = False
    """Whether the format's own `names` told it."""
    distance: int = 0
    """Bytes between the value and its nearest context word."""
    confidence: Confidence = Confidence.HIGH
    decoded: tuple[str, ...] = ()
    reason: str = ""
    """Why it was turned down, or nothing."""


class Result(msgspec.Struct):
    """What one blob gave."""

    matches: list[Match] = []
    rejected: list[Rejected] = []
    limits: list[str] = []


class _Memo:
    """Neighbourhoods that gave nothing. The versions of a file in a history hold the same lines over and over."""

    LIMIT = 200_000

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def key(self, order: int, text: bytes, low: int, place: int) -> int:
        """A hash that stands for a rule, a neighbourhood, and the two places in it between which was looked:
        Python's own, 64 bits under a key of this process."""
        return hash((order, text, low, place))

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def get(self, key: int) -> int | None:
        """How far past its place a barren neighbourhood was done with; nothing if it is not known."""
        return self._known.get(key)

    def add(self, key: int, past: int = 0) -> None:
        """Remember that nothing was there."""
        if len(self._known) >= self.LIMIT:
            self._known.clear()
        self._known[key] = past


class Engine:
    """All detectors, ready to scan. Make one a process: what it remembers between blobs only saves time."""

    def __init__(
        self, extra: Iterable[Provider] = (), *, folder: Path = database.FOLDER, only: frozenset[str] | None = None
    ) -> None:
        """`extra` adds custom providers to those in `folder`; `only` limits the results to these type ids."""
        self.bundle, databases = database.open_bundle(extra, folder)
        self.rules = rules.build(self.bundle.providers)
        self._triggers = [*self.bundle.triggers, *self.bundle.run_triggers]
        self._matcher = Matcher(databases, self._triggers, len(self.bundle.triggers))
        self._once = frozenset(number for number, trigger in enumerate(self._triggers) if trigger.once)
        self._loose = frozenset(n for n in self._once if self._triggers[n].decoder not in (rules.GATE, rules.FAR))
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

    def vague(self, hits: Hits) -> bool:
        """Whether one place stands for many in the hits, so that they do not tell where else something may be."""
        return not self._once.isdisjoint(hits.triggers)

    def follow(self, before: Hits, data: bytes, regions: list[int], zones: list[int]) -> Hits | None:
        """The same for a version of a text with the hits `before`, from what is new in it: see `Matcher.follow`."""
        return self._matcher.follow(before, data, regions, zones)

    def judge(self, data: bytes, hits: Hits, *, explain: bool = False) -> Result:
        """What of the `hits` in `data` are findings; see `scan`."""
        if not hits.ends:
            return Result()
        self._explain = explain
        found = list(self._candidates(data, hits.pairs(), 0))
        if not found:
            return Result()
        _settle(found)
        kept = sorted((one for one in found if not one.reason), key=lambda one: (one.start, one.end, one.rule.order))
        result = Result(matches=excerpt.matches(data, kept))
        if explain:
            result.rejected = [
                Rejected(one.rule.kind.id, one.reason, "", data.count(b"\n", 0, one.start) + 1, mask(one.text))
                for one in sorted(found, key=lambda one: (one.start, one.rule.order))
                if one.reason
            ]
        return result

    def quiet(self, data: bytes, hits: Hits, regions: list[int]) -> bool:
        """Whether nothing is found close to what is new in `data`, at the stretches `regions` of `follow`."""
        ends, numbers = hits.ends, hits.triggers
        if not ends:
            return True
        before, after, widest = self._influence
        once = self._once.intersection(numbers)
        stretches = carry.concerned(ends, numbers, regions, before, after, widest)
        loose = self._loose & once
        if loose:
            stretches += self._decodable(data, regions, {self._triggers[number].decoder for number in loose})
        self._explain = False
        for low, high, near in stretches:
            low = max(low, 0)
            pairs = [(numbers[each], ends[each] - low) for each in near if numbers[each] not in once]
            pairs += [(number, 0) for number in once]
            if not all(one.reason for one in self._candidates(data[low:high], pairs, 0)):
                return False
        return True

    def _decodable(self, data: bytes, regions: list[int], decoders: set[str]) -> list[tuple[int, int, list[int]]]:
        """What is around those changes that are close to something encoded, of which no place is known."""
        from stanch.detect.decode import AFTER, CONTEXT, holds

        return [
            (core - DECODED, high + DECODED, [])
            for core, high in zip(regions[1::3], regions[2::3], strict=True)
            if any(holds(decoder, data, core - AFTER - SEAM, high + CONTEXT + SEAM) for decoder in decoders)
        ]

    @cached_property
    def _influence(self) -> tuple[list[int], list[int], int]:
        """How many bytes before and after a trigger's end text may have a say in what comes of it, and the most."""
        before, after = [], []
        for trigger in self._triggers:
            rules_ = [self.rules[order] for order in trigger.rules]
            look = LOOK + max((100 * (pair.lines + 1) for rule in rules_ for pair in rule.shape.pairs), default=0)
            if trigger.decoder in ("base64", "hex"):
                # A change anywhere in a run of encoded text changes all of what it says.
                before.append(rules.MAX_RUN)
                after.append(rules.MAX_RUN)
            elif trigger.decoder:
                before.append(DECODED)
                after.append(DECODED)
            elif trigger.word:
                width = max(rule.reach[1] for rule in rules_)
                before.append(WORD_AFTER + width + look)
                after.append(WORD_BEFORE + width + look)
            else:
                before.append(max(rule.reach[0] for rule in rules_) + look)
                after.append(max(rule.reach[1] for rule in rules_) + look)
        return before, after, max(*before, *after)

    def _candidates(self, data: bytes, hits: list[tuple[int, int]], depth: int) -> Iterator[Candidate]:
        """Every confirmed match in `data` and in what it holds encoded, accepted or with a reason against it."""
        patterns: dict[int, list[int]] = {}
        words: dict[int, list[int]] = {}
        gate = False
        encoded: dict[str, list[int]] = {}
        for number, end in hits:
            trigger = self._triggers[number]
            if trigger.decoder:
                if trigger.decoder == rules.GATE:
                    gate = True
                elif trigger.decoder != rules.FAR:
                    encoded.setdefault(trigger.decoder, []).append(end)
            else:
                for order in trigger.rules:
                    (words if trigger.word else patterns).setdefault(order, []).append(end)
        for order, ends in patterns.items():
            yield from self._confirm(data, self.rules[order], ends)
        for order, ends in words.items():
            if self.rules[order].gated and not gate:
                continue
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
            high = min(len(data), end + after + 1)
            begin = max(0, low - NEAR)
            known = self._memo.key(rule.order, data[begin : end + NEAR // 2], low - begin, end - begin)
            past = None if self._explain else self._memo.get(known)
            if past is not None:
                done = max(done, end + past)
                continue
            # Where nothing matched, a longer look could have helped; where something did, only that counts.
            barren = after + 32 <= NEAR // 2
            for found in rule.find(data, low, high):
                if found.start() >= end:
                    break
                if found.end() >= end:
                    done = found.end()
                    one = self._judge(data, rule, found)
                    # Other parts and allow lists look further than a neighbourhood goes.
                    near = done + 32 <= end + NEAR // 2 and not rule.shape.pairs and rule.allow is None
                    barren = bool(one.reason) and near
                    yield one
                    break
            if barren:
                self._memo.add(known, max(done - end, 0))

    def _around_words(self, data: bytes, rule: Rule, ends: list[int]) -> Iterator[Candidate]:
        """Look for a rule's pattern around its context words."""
        if self.only is not None and rule.kind.id not in self.only:
            return
        ends.sort()
        for low, high in _windows(ends, len(data)):
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
                yield self._judge(data, rule, found, distance)
            if barren:
                self._memo.add(known)

    def _judge(self, data: bytes, rule: Rule, found: re.Match[bytes], distance: int = 0) -> Candidate:
        """Make a candidate of a pattern's match and run every analysis on it."""
        start, end = found.span("secret")
        parts = tuple(
            (role, value.decode("utf-8", "backslashreplace"))
            for role, value in found.groupdict().items()
            if value is not None
        )
        text = data[start:end].decode("utf-8", "backslashreplace")
        one = Candidate(rule, start, end, found.span(), text, parts, distance=distance)
        one.confidence = rule.shape.confidence
        # Imported when something is found: its patterns take longer to compile than a small commit to scan.
        from stanch.detect.surroundings import surroundings

        near = surroundings(data, start) if _needs_surroundings(rule) else None
        one.reason = self._reason(data, one, near)
        if not one.reason and rule.shape.pairs:
            one.reason = _add_pairs(data, one)
        return one

    def _reason(self, data: bytes, one: Candidate, near: "Surroundings | None") -> str:
        """Why a candidate is no finding, or nothing."""
        # Imported when the first candidate is there: its patterns take longer to compile than a small commit to scan.
        from stanch.catalog import checks
        from stanch.detect import analysis

        rule = one.rule
        if near is not None and not rule.generic:
            one.named = bool(rule.names)
            if not rule.name_fits(near.name, near.callee):
                return "name"
        for check in rule.shape.checks:
            if not checks.passes(check, one.text):
                return check.partition(" ")[0]
        if rule.allow is not None and rule.allow(one.text, _slice(data, one.whole), excerpt.line_at(data, one.start)):
            return "allow-list"
        if rule.shape.analysis:
            assert near is not None  # what is analysed has its surroundings read
            reason, confidence = analysis.generic(data, one, near)
            if confidence is not None:
                one.confidence = confidence
            return reason
        return "" if _proven(rule) else analysis.placeholder(one.text)

    def _decoded(self, data: bytes, encoded: dict[str, list[int]], depth: int) -> Iterator[Candidate]:
        """Candidates in the layers of `data`, with their places in `data`."""
        from stanch.detect.decode import layers

        for layer in layers(data, encoded, () if self._explain else self._memo):
            barren = True
            for one in self._candidates(layer.data, self.hits(layer.data).pairs(), depth + 1):
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


_PROOFS = ("crc32", "github-pat", "jwt", "macaroon", "pem", "bech32", "base64")


def _proven(rule: Rule) -> bool:
    """Whether the value has passed a check that no made-up value passes; chance may still write "aaaaaa" in it."""
    return any(check.startswith(_PROOFS) for check in rule.shape.checks)


def _needs_surroundings(rule: Rule) -> bool:
    shape = rule.shape
    return bool(shape.words or shape.names or shape.not_names or shape.analysis)


def _slice(data: bytes, span: tuple[int, int]) -> str:
    return data[span[0] : span[1]].decode("utf-8", "backslashreplace")


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


def _word_near(data: bytes, start: int, end: int, ends: list[int], lines: int) -> int | None:
    """How far the nearest context word is from a value, in bytes; nothing if it is too many lines away."""
    place = bisect_left(ends, start)
    near = []
    if place and data.count(b"\n", ends[place - 1], start) <= lines:
        near.append(start - ends[place - 1])
    if place < len(ends) and data.count(b"\n", end, ends[place]) <= lines // 3:
        near.append(abs(ends[place] - end))
    return min(near, default=None)


def _add_pairs(data: bytes, one: Candidate) -> str:
    """Find the other parts of a credential around its main part; a reason if a required one is missing."""
    from stanch.detect.surroundings import surroundings

    for pair, pattern, names in one.rule.pairs:
        if pair.role in dict(one.parts):
            continue
        low, high = _around(data, one.start, one.end, pair.lines)
        best: tuple[int, str] | None = None
        for found in pattern.finditer(data, low, high):
            start, end = found.span(pair.role)
            if start < one.end and end > one.start:
                continue
            if names is not None:
                near = surroundings(data, start)
                if not names.search(f"{near.name} {near.callee}"):
                    continue
            distance = start - one.end if start >= one.end else one.start - end
            if best is None or distance < best[0]:
                best = (distance, found.group(pair.role).decode("utf-8", "backslashreplace"))
        if best is not None:
            one.parts = (*one.parts, (pair.role, best[1]))
        elif pair.required:
            return f"no-{pair.role.replace('_', '-')}"
    return ""


def _around(data: bytes, start: int, end: int, lines: int) -> tuple[int, int]:
    """The span of `lines` lines before and after, at most 100 bytes a line."""
    low, floor = start, max(0, start - 100 * (lines + 1))
    for _ in range(lines + 1):
        low = data.rfind(b"\n", floor, low)
        if low < 0:
            low = floor
            break
    high, ceiling = end, min(len(data), end + 100 * (lines + 1))
    for _ in range(lines + 1):
        high = data.find(b"\n", high, ceiling) + 1
        if high == 0:
            high = ceiling
            break
    return low, high


def _settle(found: list[Candidate]) -> None:
    """Where candidates overlap, the more specific wins; the same value seen twice at a place counts once."""
    accepted = [one for one in found if not one.reason]
    accepted.sort(
        key=lambda one: (
            one.rule.generic,
            not one.named,
            # A generic value that decodes to text is how the secret is written; a known shape is the secret.
            -len(one.decoded) if one.rule.generic and "percent" not in one.decoded else len(one.decoded),
            one.distance,
            -len(one.parts),
            one.rule.order,
            one.start,
        )
    )
    starts: list[int] = []
    taken: list[Candidate] = []
    for one in accepted:
        place = bisect_left(starts, one.end)
        # What is taken does not overlap, so only the last that starts before this one's end can reach into it.
        if place and taken[place - 1].end > one.start:
            one.reason = f"covered-by {taken[place - 1].rule.kind.id}"
        else:
            starts.insert(place, one.start)
            taken.insert(place, one)
    parts = {value: one for one in taken if one.rule.shape.pairs for role, value in one.parts if role != "secret"}
    for one in taken:
        whole = parts.get(one.text)
        if whole is not None and whole is not one:
            one.reason = f"part-of {whole.rule.kind.id}"
