"""Formats of the catalog made ready to confirm matches, and the triggers by which Hyperscan calls for them.

A *rule* is one format of one credential type with its compiled patterns (compiled when first needed: a
typical scan needs few of them). A *trigger* is one Hyperscan expression and the rules that it wakes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from stanch.catalog import regex, runs
from stanch.catalog.model import CredentialType, Format, Pair, Provider
from stanch.patterns import Compiled, compiled, lazy, restored

Allow = Callable[[str, str, str], bool]
"""(secret, whole match, line) -> whether an imported rule's allow list takes the match out."""

_LEADING_FLAGS = lazy(r"\A\(\?([aiLmsux]+)\)")
_TOUCH_LEFT = rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbfv])|(?<=\x1b\[[0-9]m)|(?<=\x1b\[[0-9][0-9]m))"
_TOUCH_RIGHT = rb"(?![A-Za-z0-9_])"
_TOUCHING = frozenset(bytes([code]) for code in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
MAX_SPAN = 16_384
"""The longest match, in bytes, that a rule is confirmed over. Private keys are the longest by far."""
MAX_DEPTH = 6
"""How often what was decoded may be decoded again."""
MAX_RUN = 1 << 20
"""The longest encoded stretch that is decoded, in bytes."""
GATE_RUN = 24
"""A blob without a run of so many letters and digits has nothing for the second database. Most blobs have none."""
ANCHOR = 4
"""So many bytes that are the same in every match call for a rule themselves; its context words are looked for then."""
FAR = "far"
"""In the place of a decoder's name: a trigger that tells of text in which matches of others may be far apart."""
SPREAD = 128
"""A trigger's match that goes beyond a line's end takes so many bytes, at most, or has a guard that is `FAR`."""
_SPELT_RUN = lazy(r"([0-9A-Za-z])\1{7,}")
_CREDENTIAL_NAME = lazy(
    r"(?i)token|secret|pass|pwd|passwd|credential|auth|api|access|private|signing|bearer|(?<![a-z])key|key(?![a-z])"
    r"|(?<![a-z])sk(?![a-z])"
)


Run = tuple[int, int, bool]
"""Characters of a token in a row: how many at least and at most, and whether they are letters and digits alone."""
Known = tuple[tuple[int, int], Run, bool, bool, Compiled | None]
"""A rule's `reach`, `run`, `worded` and `flat`, and its pattern without boundaries, compiled."""


class Trigger(msgspec.Struct, frozen=True, array_like=True):
    """One Hyperscan expression and what its matches wake: rules by index, or a decoder by name."""

    expression: bytes
    rules: tuple[int, ...] = ()
    word: bool = False
    """True where the expression is a context word and the rules look around it."""
    decoder: str = ""
    once: bool = False
    """One report a blob is enough."""
    reach: int = 0
    """Of one that is `FAR`: within so many bytes behind it a match may end."""


class Rule:
    """One format of one type. `order` is its place in the catalog, which settles ties."""

    def __init__(self, kind: CredentialType, provider: Provider, shape: Format, order: int) -> None:
        self.kind = kind
        self.provider = provider
        self.shape = shape
        self.order = order
        self.generic = provider.generic or bool(shape.analysis)
        self.kept: Compiled | None = None
        """Its pattern without boundaries, if that was compiled before."""
        self.allow: Allow | None = None

    @cached_property
    def reach(self) -> tuple[int, int]:
        """How far from where its trigger fires a match may begin before, and end after, in bytes."""
        return min(regex.reach(self.shape.pattern), MAX_SPAN), min(regex.width(self.shape.pattern)[1], MAX_SPAN)

    @cached_property
    def run(self) -> Run:
        """The characters in a row that every match holds, or is in."""
        least, most, plain = runs.run(self.shape.pattern)
        # Boundaries are no letters or digits, but the "n" of an escape and the "31m" of a colour do as well.
        return least, most + 3 if self.shape.boundary and plain else regex.UNBOUNDED, plain

    @cached_property
    def worded(self) -> bool:
        """Whether its context words are what calls for the rule: they say more than its pattern does."""
        return bool(self.shape.words) and runs.literal(self.shape.pattern) < ANCHOR

    @cached_property
    def flat(self) -> bool:
        """Whether every match is on one line, with nothing elsewhere that has a say in it."""
        return regex.flat(self.shape.pattern)

    @cached_property
    def spelt_runs(self) -> tuple[str, ...]:
        """Long runs of one character that the pattern itself spells, such as the "AAAAAAAAAA" in tokens of Dropbox."""
        return tuple(found[0] for found in _SPELT_RUN.finditer(self.shape.pattern))

    @property
    def lonely(self) -> bool:
        """Whether nothing is looked for around a match: no other parts, no context words, no allowed lines."""
        return not (self.shape.pairs or self.shape.words or self.allow)

    @cached_property
    def _bare(self) -> re.Pattern[bytes]:
        """The format's pattern without its boundaries."""
        if self.kept is None:
            return re.compile(*self.bare)
        return restored(self.bare[0], self.kept)

    @property
    def bare(self) -> tuple[bytes, int]:
        """What to compile for the format's pattern without its boundaries, and with which flags."""
        return _body(self.shape.pattern)

    @cached_property
    def _bounded(self) -> re.Pattern[bytes]:
        """The format's pattern with its boundaries."""
        return _compiled(self.shape.pattern, self.shape.boundary)

    def find(self, data: bytes, low: int, high: int) -> Iterator[re.Match[bytes]]:
        """The format's matches in a span of `data`, boundaries kept.

        The pattern runs without them, which is several times faster, and they are looked at where it matched.
        """
        if not self.shape.boundary:
            yield from self._bare.finditer(data, low, high)
            return
        for found in self._bare.finditer(data, low, high):
            start, end = found.span()
            before, after = data[start - 1 : start] if start else b"", data[end : end + 1]
            if before not in _TOUCHING and after not in _TOUCHING:
                yield found
                continue
            again = self._bounded.match(data, start, high + 1)
            if again is None and before in (b"\\", b"["):
                # The run began inside an escape: "\\n" or a colour's "\\x1b[0m" before the value.
                again = self._bounded.search(data, start, min(high, end + 8))
            if again is not None:
                yield again

    @cached_property
    def words(self) -> re.Pattern[bytes]:
        """The context words, as one pattern."""
        return re.compile(b"|".join(b"(?:%s)" % word.encode() for word in self.shape.words), re.IGNORECASE)

    @cached_property
    def names(self) -> re.Pattern[str] | None:
        """What the value's name must match, or nothing."""
        return re.compile(self.shape.names, re.IGNORECASE) if self.shape.names else None

    @cached_property
    def not_names(self) -> re.Pattern[str] | None:
        """What the value's name must not match, or nothing."""
        return re.compile(self.shape.not_names, re.IGNORECASE) if self.shape.not_names else None

    @cached_property
    def pairs(self) -> list[tuple[Pair, re.Pattern[bytes], re.Pattern[str] | None]]:
        """The other parts to look for."""
        return [
            (pair, _compiled(pair.pattern, True), re.compile(pair.names, re.IGNORECASE) if pair.names else None)
            for pair in self.shape.pairs
        ]

    def name_fits(self, name: str, callee: str) -> bool:
        """Whether the name of a value, or the function that it is given to, tells a credential of this format."""
        if self.not_names and self.not_names.search(name or callee):
            return False
        if self.names:
            return bool(self.names.search(name) or self.names.search(callee))
        if not self.shape.words:
            return True
        both = f"{name} {callee}"
        return bool(self.words.search(both.encode()) or _CREDENTIAL_NAME.search(both))


def _compiled(pattern: str, boundary: bool) -> re.Pattern[bytes]:
    """`pattern` over bytes, with boundaries where asked."""
    body, flags = _body(pattern)
    return re.compile(_TOUCH_LEFT + body + _TOUCH_RIGHT if boundary else body, flags)


def _body(pattern: str) -> tuple[bytes, int]:
    """`pattern` over bytes as a group; leading global flags keep their place."""
    flags = 0
    found = _LEADING_FLAGS.match(pattern)
    if found:
        pattern = pattern[found.end() :]
        flags = re.compile(f"(?{found.group(1).replace('a', '').replace('u', '')})").flags & ~re.UNICODE
    return b"(?:%s)" % pattern.encode(), flags


def build(providers: Iterable[Provider], known: Sequence[Known] = ()) -> list[Rule]:
    """Every format of every type as a rule, in the catalog's order; `known` is what `facts` said of them."""
    rules: list[Rule] = []
    for provider in providers:
        for kind in provider.types:
            for shape in kind.formats:
                rules.append(Rule(kind, provider, shape, len(rules)))
    for rule, each in zip(rules, known, strict=False):
        rule.reach, rule.run, rule.worded, rule.flat, rule.kept = each
    return rules


def facts(rules: Iterable[Rule]) -> list[Known]:
    """What takes longer to work out from a pattern than to scan a small commit with it."""
    return [(rule.reach, rule.run, rule.worded, rule.flat, compiled(*rule.bare)) for rule in rules]


def triggers(rules: Sequence[Rule]) -> list[Trigger]:
    """The expressions that wake the rules; formats that share a context word share its trigger."""
    found: dict[tuple[bytes, bool], list[int]] = {}
    for rule in rules:
        if rule.worded:
            for word in rule.shape.words:
                found.setdefault((regex.trigger("(?i)" + word), True), []).append(rule.order)
        else:
            found.setdefault((regex.trigger(rule.shape.pattern), False), []).append(rule.order)
    made = [Trigger(expression, tuple(orders), word) for (expression, word), orders in found.items()]
    return [*made, *guards(made, rules)]


def guards(triggers: Iterable[Trigger], rules: Sequence[Rule]) -> list[Trigger]:
    """How the matches of those triggers begin that neither stay on a line nor within `SPREAD` bytes."""
    reaches: dict[bytes, int] = {}
    for trigger in triggers:
        if regex.spread(trigger.expression) <= SPREAD:
            continue
        for rule in (rules[order] for order in trigger.rules):
            # Of the pattern itself: it says how long its parts are at most, which its trigger does not.
            guard = regex.guard(rule.shape.pattern.encode(), SPREAD)
            reaches[guard] = max(reaches.get(guard, 0), rule.reach[0])
    return [Trigger(guard, decoder=FAR, reach=reach) for guard, reach in reaches.items()]
