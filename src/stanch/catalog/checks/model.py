"""What an offline check is, and the exact spelling that the catalog gives it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import random

Passes = Callable[[str, str], bool]
"""(value, argument) -> whether the value passes."""
Forge = Callable[[str, str, "random.Random"], str]
"""(value, argument, rng) -> a value like it that passes, or as near to it as the check can make it."""
Argument = Callable[[str], object]
"""(argument) -> anything; ValueError where a check cannot use this argument."""


def keep(value: str, argument: str, rng: "random.Random") -> str:
    """Forge of checks that a random value passes by chance or not at all: the value as it is."""
    del argument, rng
    return value


def no_argument(argument: str) -> None:
    """Accept only the empty argument."""
    if argument:
        raise ValueError("takes no argument")


class Check(msgspec.Struct, frozen=True):
    """One named check: how a value passes it, how to make one that does, and what it takes as argument."""

    passes: Passes
    forge: Forge = keep
    argument: Argument = no_argument
