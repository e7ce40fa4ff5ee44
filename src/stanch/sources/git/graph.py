"""The graph of all commits of a repository: their order, and which refs have them in their history."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, islice
from operator import eq
from typing import Any

import msgspec

from stanch.patterns import lazy
from stanch.sources.git import headers
from stanch.sources.git.command import Git
from stanch.sources.git.pack import commits
from stanch.sources.git.pack.table import Table

REFS = 1000
"""So many refs are named for one secret, at most: a server keeps one for each pull request that there ever was."""
BITS = 64
"""For so many questions the graph is walked together: each takes a bit at every commit."""
_LINKS = lazy(rb"tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)(?!parent )")
"""What git takes for a commit's tree and parents: the lines at its very beginning."""


def _numbers(code: str) -> Any:
    return msgspec.field(default_factory=lambda: array(code))


class Lineages(msgspec.Struct):
    """Where commits stand, as each of them says: its parents, its tree and when it was made; a row for each.

    All names are in bytes, one after the other: there may be a million rows, which go from process to process.
    """

    repository: str = ""
    """Whose commits they are."""
    names: bytearray = msgspec.field(default_factory=bytearray)
    trees: bytearray = msgspec.field(default_factory=bytearray)
    """Zeros where git may read the commit in another way."""
    parents: bytearray = msgspec.field(default_factory=bytearray)
    counts: "array[int]" = _numbers("I")
    """How many parents each has."""
    seconds: "array[int]" = _numbers("Q")
    """Since 1970, when it was committed."""

    def add(self, name: bytes, data: bytes) -> int:
        """Take in a commit by its name, in bytes, and its content, of which the end may be missing.

        Gives how many lines with names it begins with, if it is as git writes it, else 0.
        """
        width = len(name)
        links, seconds = commits.header(data, width)
        plain = len(links) // width
        if not links:
            links, seconds = _odd(data[: headers.LONGEST], width)
        self.names += name
        self.trees += links[:width]
        self.parents += links[width:]
        self.counts.append(len(links) // width - 1)
        self.seconds.append(seconds)
        return plain

    @property
    def width(self) -> int:
        """How many bytes a name has."""
        return len(self.names) // len(self.counts) if self.counts else 20

    def ordered(self) -> "Lineages":
        """The same, by their names."""
        rows, names = by_name(split(self.names, self.width))
        width = self.width
        ends = [0, *accumulate(width * count for count in self.counts)]
        return Lineages(
            self.repository,
            bytearray().join(names),
            bytearray().join(self.trees[row * width : (row + 1) * width] for row in rows),
            bytearray().join(self.parents[ends[row] : ends[row + 1]] for row in rows),
            array("I", [self.counts[row] for row in rows]),
            array("Q", [self.seconds[row] for row in rows]),
        )

    def extend(self, other: "Lineages") -> None:
        """Take in more rows."""
        self.names += other.names
        self.trees += other.trees
        self.parents += other.parents
        self.counts.extend(other.counts)
        self.seconds.extend(other.seconds)


def _odd(data: bytes, width: int) -> tuple[bytes, int]:
    """What `commits.header` gives, of a commit that is not as git writes it."""
    parents, seconds = headers.lineage(data)
    plain = _LINKS.match(data)
    tree = b""
    if plain and tuple(plain[2].decode().split()[1::2]) == parents and len(plain[1]) == 2 * width:
        tree = bytes.fromhex(plain[1].decode())
    names = (bytes.fromhex(one) for one in parents)
    return (tree or bytes(width)) + b"".join(one for one in names if len(one) == width), seconds


class Graph:
    """All commits of a repository: parents before children, and otherwise the oldest first.

    Inside, a commit is a number: the how-manieth it is by name.
    """

    def __init__(self, git: Git, names: Iterable[bytes], known: Lineages | None = None) -> None:
        """`names` are those of all commits that the object store holds; git is asked about those that are not `known`.

        From the commits themselves: a walk from the refs would end where an object or a ref is damaged.
        """
        known = known or Lineages()
        listed = split(known.names, known.width)
        unknown = set(names)
        unknown.difference_update(listed)
        self.width = len(next(iter(unknown), b"")) or known.width
        for oid, data in headers.read(git, sorted(name.hex() for name in unknown)):
            listed.append(bytes.fromhex(oid))
            known.add(listed[-1], data)
        unknown.difference_update(listed)
        self.unread = unknown
        """The names of those commits that cannot be read."""
        rows, read = by_name(listed)
        self._names = b"".join(read)
        self._table = Table(self._names, self.width, 0)
        ends = array("i", accumulate(known.counts))
        self.begins, self.parents = commits.link(rows, ends, bytes(known.parents), self.width, self._table)
        """See `commits.order`."""
        trees = split(known.trees, self.width)
        self.trees = b"".join([trees[number] for number in rows])
        """The names of the commits' trees, by their numbers; zeros where only git can tell."""
        seconds = known.seconds
        self._ranks = commits.order(self.begins, self.parents, array("Q", [seconds[number] for number in rows]))
        self._places = commits.places(self._ranks)

    def __len__(self) -> int:
        return self._table.count

    def __contains__(self, oid: str | None) -> bool:
        return bool(oid) and self._number(oid or "") >= 0

    def _number(self, oid: str) -> int:
        return self._table.number(bytes.fromhex(oid)) if oid else -1

    def place(self, oid: str | None) -> int:
        """The place of a commit in the order of all; 0 if it is none."""
        number = self._number(oid or "")
        return self._places[number] if number >= 0 else 0

    def name(self, number: int) -> bytes:
        """The name of a commit."""
        return self._names[number * self.width : (number + 1) * self.width]

    def order(self) -> list[str]:
        """All commits."""
        return [self.name(number).hex() for number in self._ranks]

    def holders(self, wanted: Sequence[Collection[str]], tips: Mapping[str, str]) -> list[tuple[str, ...]]:
        """For each of the `wanted` sets of commits, which `tips` (name -> commit) have one of them in their history.

        Of more than `REFS` those are named that matter most: branches, then tags, then all others.
        """
        names = sorted(tips, key=_importance)
        numbers = [self._number(tips[name]) for name in names]
        found = []
        for start in range(0, len(wanted), BITS):
            some = wanted[start : start + BITS]
            masks = self._masks(some)
            groups: dict[int, list[int]] = {}
            for place, number in enumerate(numbers):
                if number >= 0:
                    groups.setdefault(masks[number], []).append(place)
            for bit in range(len(some)):
                held = sorted(place for mask, group in groups.items() if mask >> bit & 1 for place in group)
                found.append(tuple(sorted(names[place] for place in held[:REFS])))
        return found

    def _masks(self, wanted: Sequence[Collection[str]]) -> "array[int]":
        """For each commit a bit for each of the `wanted` sets that it, or a commit before it, is in."""
        masks = array("Q", bytes(8 * len(self)))
        for bit, oids in enumerate(wanted):
            for oid in oids:
                number = self._number(oid)
                if number >= 0:
                    masks[number] |= 1 << bit
        commits.hand_down(self._ranks, self.begins, self.parents, masks)
        return masks


def by_name(names: list[bytes]) -> tuple["array[int]", list[bytes]]:
    """The places of the names as they rise, each name once; and the names."""
    rows = sorted(range(len(names)), key=names.__getitem__)
    found = [names[row] for row in rows]
    if any(map(eq, found, islice(found, 1, None))):
        last = dict(zip(found, rows, strict=True))
        return array("i", last.values()), list(last)
    return array("i", rows), found


def split(names: bytes | bytearray, width: int) -> list[bytes]:
    """Names that stand one after the other, each for itself."""
    whole = bytes(names)
    return [whole[at : at + width] for at in range(0, len(whole), width)]


def _importance(name: str) -> tuple[bool, bool, bool, str]:
    return (name != "HEAD", not name.startswith("refs/heads/"), not name.startswith("refs/tags/"), name)
