"""Hostile bytes for everything that is compiled: `make fuzz`, which builds it with AddressSanitizer first.

    python tests/fuzz.py [SECONDS]

Nothing may come of any input but a result, ValueError or IndexError, and no byte outside of what was given may be read
or written, which only the sanitizer sees. atheris chooses the inputs where it is installed, chance where it is not.
"""

import contextlib
import importlib.util
import random
import sys
import time
from array import array
from collections.abc import Callable

from deltas import edited
from stanch.detect import carry, concern, gather, glance
from stanch.sources.git.pack import commits, inner, trees
from stanch.sources.git.pack.table import Table
from stanch.version import Version


def _zeros(count: int) -> "array[int]":
    return array("q", bytes(8 * count))


def delta(data: bytes) -> None:
    """A delta, its base before it; and one that is sound but for what the data changes in it."""
    size = data[0] if data else 0
    base, change = data[1 : 1 + size] * 7, bytearray(data[1 + size :])
    rng = random.Random(bytes(change[:4]))
    sound = bytearray(edited(base, rng, [b"\n", b"a b\0c\n", b"x" * 30, b"0123456789abcdefghijklmnop"])[1])
    damaged = sound[:]
    for at in range(4, len(change) - 1, 2):
        damaged[change[at] % len(damaged)] = change[at + 1]
    for one in map(bytes, (change, sound, damaged)):
        try:
            if inner.sizes(one)[1] < 1 << 20:
                made, regions, zones = inner.apply(base, one, *[(0, 0), (4, 9), (128, 16384)][len(data) % 3])
                followed(base, made, regions, zones)
        except (ValueError, IndexError):
            continue


def followed(base: bytes, made: bytes, regions: list[int], zones: list[int]) -> None:
    """Hits in a version of a text, carried over and judged."""
    first = Version(0, None, base)
    second = Version(1, first, made)
    second.regions, second.zones = regions, zones
    versions = gather.texts([first, second], bytes(256), lambda _: False, True)
    text = gather.gathered(versions)
    rng = random.Random(len(text))
    kinds = 4
    keys = sorted(rng.randrange(len(text) + 2) << 20 | rng.randrange(kinds) for _ in range(rng.randrange(9)))
    about = concern.Concern(
        [9, 99, 999, -1],
        [9, 99, 0, -1],
        [0, 9, 99, 0],
        [0, 5, 0, 0],
        [9, 9, 9, 9],
        [True] * kinds,
        bytes([0, 0, concern.ENCODED, concern.JOINED]),
        [()] * kinds,
        {},
    )
    carry.settle(versions, gather.Fresh(keys, 3), b"\0\1\0\0", [0, 0, 30, 0], about, lambda *_: False, True)


def runs(data: bytes) -> None:
    """Text in which runs are looked for."""
    bounds = gather.windows(data, 24)
    lows = [max(low - 64, 0) for low in bounds[::2]]
    if bounds:
        gather.placed([at << 20 for at in range(0, len(data) + 9, 7)], bounds, lows, len(data), b"\0")
    for place in range(0, len(data) + 1, 11):
        concern.run(data, place - 9, place + 30, 5, 9, True)
        glance.joins(data, place)


def pack(data: bytes) -> None:
    """Entries of a pack, at offsets that the data tells."""
    count = data[0] & 15 if data else 0
    offsets = array("q", sorted(set(data[1 : 1 + count])))
    count = len(offsets)
    kinds, sizes, bases, places = array("B", bytes(count)), _zeros(count), _zeros(count), _zeros(count)
    inner.entries(memoryview(data), offsets, 20, kinds, sizes, bases, places)
    parents, child, sibling = array("q", [-1] * count), _zeros(count), _zeros(count)
    inner.forest(offsets, bases, parents, child, sibling)
    roots, weights = _zeros(count), _zeros(count)
    inner.grow(kinds, sizes, child, sibling, roots, weights, 3000)
    inner.batches(kinds, weights, b"\1" * 256, 5000)


def tree(data: bytes) -> None:
    """A tree of git, and a delta of it."""
    size = data[0] if data else 0
    text, change = data[1 : 1 + size], data[1 + size :]
    if size & 1:
        # Entries as they should be, up to where the data says otherwise.
        text = b"".join(b"%d %c\0%s" % (100644 if at & 1 else 40000, 65 + at, bytes(20)) for at in range(9)) + text
        change = bytes([len(text) & 127 | 128, len(text) >> 7]) + change
    names = b"".join(sorted({data[at : at + 20] for at in range(0, len(data) - 20, 20)}))
    reader = trees.Reader([Table(names, 20, 0)], 20)
    whole = reader.whole(0, text)
    if inner.sizes(change)[1] < 1 << 20:
        reader.change(whole, change, 1)
    reader.records()


def commit(data: bytes) -> None:
    """A commit's header."""
    commits.header(data, 20)
    commits.header(b"tree " + b"0" * 40 + b"\nparent " + b"1" * 40 + b"\nauthor a\ncommitter b <c> 1 +0\n" + data, 20)


TARGETS: list[Callable[[bytes], None]] = [delta, runs, pack, tree, commit]


def one(data: bytes) -> None:
    """Give an input to the target that its first byte chooses."""
    with contextlib.suppress(ValueError, IndexError):
        TARGETS[data[0] % len(TARGETS) if data else 0](data[1:])


def chosen(rng: random.Random) -> bytes:
    """An input by chance: of few different bytes, so that some of it makes sense."""
    pool = rng.choice([b"\0\1\2\3\4\x90\xb0\xff", bytes(range(256)), b"abcXYZ019 \n\"'+=", b"100644 a\0 40000 b\0"])
    return bytes([rng.randrange(len(TARGETS)), rng.randrange(256)]) + bytes(rng.choices(pool, k=rng.randrange(400)))


def main() -> None:
    """Run for so many seconds."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    if not all(module.COMPILED for module in (inner, gather, carry, concern, glance, trees, commits)):
        sys.exit("nothing is compiled here: there is nothing to be found")
    if importlib.util.find_spec("atheris"):
        atheris = importlib.import_module("atheris")
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=600"], one)
        atheris.Fuzz()
        return
    rng = random.Random()
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        one(chosen(rng))
        count += 1
    print(f"{count} inputs, no complaint")


if __name__ == "__main__":
    main()
