"""What a pattern matched, on its way to a finding."""

import msgspec

from stanch.detect.rules import Rule
from stanch.model import Confidence


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
    alone: bool = False
    """Whether nothing but its own line has a say in that."""
