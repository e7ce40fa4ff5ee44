"""What may have a say in what comes of the hits of each trigger: how far around them, and what must be there."""

from collections.abc import Iterable, Sequence

from stanch.detect import concern, rules
from stanch.detect.rules import Rule, Trigger

WORD_BEFORE = 1000
"""How many bytes above a value a context word may stand, at most."""
WORD_AFTER = 240
LOOK = 1200
"""How far above a match, in bytes, names and all else that its analysis looks at may be, with some to spare."""
DECODED = 2 * LOOK
"""The same for text that is decoded, with what is taken along around it."""

Say = tuple[int, int, int, int, int, bool, int, tuple[tuple[int, int], ...]]
"""A trigger's entries in the lists of `concern.Concern`: before, after, look, run, most, plain, kind, lines."""


def says(triggers: Iterable[Trigger], built: Sequence[Rule]) -> list[Say]:
    """What `of` needs to know of each trigger, where `built` are the rules that they wake."""
    return [_say(trigger, [built[order] for order in trigger.rules]) for trigger in triggers]


def of(said: Iterable[Say], known: dict[int, int]) -> concern.Concern:
    """All triggers' `says` as the compiled loops take them; `known` is what came to nothing before."""
    before, after, look, runs, most, plain, kinds, lines = (list(column) for column in zip(*said, strict=True))
    return concern.Concern(before, after, look, runs, most, plain, bytes(kinds), lines, known)


def _say(trigger: Trigger, some: list[Rule]) -> Say:
    if trigger.once or trigger.decoder == rules.FAR:
        return -1, -1, 0, 0, 0, False, 0, ()
    if trigger.decoder:
        kind = concern.JOINED if trigger.decoder == "joined" else concern.ENCODED
        return DECODED, DECODED, 0, 0, 0, False, kind, ()
    look = LOOK + max((100 * (pair.lines + 1) for rule in some for pair in rule.shape.pairs), default=0)
    before, after = max(rule.reach[0] for rule in some), max(rule.reach[1] for rule in some)
    least, most = min(rule.run[0] for rule in some), max(rule.run[1] for rule in some)
    plain = all(rule.run[2] for rule in some)
    # What `glance.barren` needs to know of the rules; nothing where a line alone does not tell.
    flat = not trigger.word and all(rule.flat for rule in some)
    lines = tuple((rule.order, rule.reach[0]) for rule in some) if flat else ()
    if trigger.word:
        before, after = WORD_AFTER + after, WORD_BEFORE + after
    return before + look, after + look, look, least, most, plain, 0, lines
