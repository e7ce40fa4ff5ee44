"""Texts by chance, versions of them, and hits in them."""

import random
from collections.abc import Sequence

from hypothesis import settings

import packs
from deltas import edited
from stanch.detect import gather
from stanch.sources.git.pack import inner
from stanch.version import Version

SEEDS = settings(max_examples=200, deadline=None)
PLAIN = packs.interpreted(gather)
AHEAD, APART, BITS = PLAIN.AHEAD, PLAIN.APART, PLAIN.BITS
POOL = [b"\n", b"a\nb\n", b"word ", b"x" * 40, b"line\n" * 3, b"y" * 300 + b"\n", b"\0"]
KINDS = 4
"""How many triggers there are."""
NEVER = bytes(KINDS)
"""None of them is told of once."""

Drawn = tuple[list[int], list[int]]
"""Ends and triggers."""


def drawn(rng: random.Random, size: int) -> Drawn:
    """Hits in a text of `size` bytes, some of them at one place."""
    count = rng.choice([0, 1, 5, 60]) if size else 0
    pairs = sorted((rng.randint(1, size), rng.randrange(KINDS)) for _ in range(count))
    return [end for end, _ in pairs], [trigger for _, trigger in pairs]


def keys(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """(end, trigger) as numbers, rising."""
    return sorted(end << BITS | trigger for end, trigger in pairs)


def made(base: Version | None, data: bytes, delta: bytes = b"", margin: int = 4, reach: int = 9) -> Version:
    """A version; one of its own is new from end to end."""
    version = Version(0, base, data)
    version.regions = [0, 0, len(data), len(data)] if data else []
    if base is not None:
        version.data, version.regions, version.zones = inner.apply(base.data, delta, margin, reach)
    return version


def stop(data: bytes, high: int) -> int:
    """Up to where a stretch is gathered: some more where it does not end with a line."""
    return high if data[:high].endswith(b"\n") or not high else min(high + AHEAD, len(data))


def drawn_versions(rng: random.Random, count: int) -> list[Version]:
    """Texts of their own and versions of those before them, in any order; some are empty, some end without a line."""
    found: list[Version] = []
    for _ in range(count):
        if found and rng.random() < 0.6:
            base = rng.choice(found)
            found.append(made(base, *edited(base.data, rng, POOL), *rng.choice([(0, 0), (4, 9), (128, 16_384)])))
        else:
            found.append(made(None, b"".join(rng.choices(POOL, k=rng.choice([0, 1, 5, 40])))))
    return found


def stretches(version: Version) -> list[tuple[int, int, int, int]]:
    """A version's regions, one by one."""
    numbers = iter(version.regions)
    return list(zip(numbers, numbers, numbers, numbers, strict=True))
