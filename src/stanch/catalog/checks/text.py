"""Checks on the characters of a value: how many of which, and how evenly spread.

A value drawn at random passes them nearly always, so they forge nothing: who needs an example draws again.
"""

import math
import re
from collections import Counter

from stanch.catalog.checks.model import Check
from stanch.patterns import lazy

_UUID = lazy(r"[0-9a-f]{8}-[0-9a-f]{4}-([1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


def entropy(value: str) -> float:
    """Shannon entropy of the value's characters, in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def _at_least(pattern: str) -> Check:
    """A check that `pattern` occurs at least as often as the argument says."""
    member = lazy(pattern)
    return Check(lambda value, argument: len(member.findall(value)) >= int(argument), argument=int)


def _is_uuid(value: str, argument: str) -> bool:
    """Whether the value is a UUID (of the version that the argument names) and not one typed by hand."""
    found = _UUID.fullmatch(value)
    return found is not None and argument in ("", found[1]) and len(set(value)) > 8


def _uuid_version(argument: str) -> None:
    if argument not in ("", *"12345678"):
        raise ValueError("takes a UUID version")


CHECKS: dict[str, Check] = {
    "entropy": Check(lambda value, argument: entropy(value) >= float(argument), argument=float),
    "distinct": Check(lambda value, argument: len(set(value)) >= int(argument), argument=int),
    "digits": _at_least("[0-9]"),
    "letters": _at_least("[A-Za-z]"),
    "upper": _at_least("[A-Z]"),
    "lower": _at_least("[a-z]"),
    "uuid": Check(_is_uuid, argument=_uuid_version),
}
