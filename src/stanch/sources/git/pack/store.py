"""The packs of an object store, with the trees that their deltas make."""

import itertools
import mmap
from array import array
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from stanch.sources.git.pack import index, inner

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_PRICE = 3000
"""What an object costs beside its bytes, in bytes: it settles how work is split, no more."""


class Names(Protocol):
    """Objects that are known by name."""

    def absent(self, names: list[bytes]) -> list[bytes]:
        """Those of the names that are not among them."""
        ...


class Pack:
    """One pack, mapped into memory. An *entry* is one object in it, by its number in the order of the file."""

    def __init__(self, path: Path, width: int) -> None:
        """`path` is the pack's and `width` the bytes of an object's name.

        ValueError or OSError if it is not plainly a pack with its index: git should be asked then.
        """
        self.path = path
        self.width = width
        offsets, self.names = index.read(path.with_suffix(".idx"), width)
        """The names of all objects, sorted, one after the other."""
        self.count = len(offsets)
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._data = memoryview(self._map)
        self._end = len(self._data) - width
        self._by_place = _zeros(self.count)
        self.offsets = offsets
        inner.order(self.offsets, self._by_place, _zeros(self.count))
        self.kinds = array("B", bytes(self.count))
        self.sizes = _zeros(self.count)
        self.child = _zeros(self.count)
        self.sibling = _zeros(self.count)
        self.parents = array("q", b"\xff" * 8 * self.count)
        self._places = _zeros(self.count)
        bases = _zeros(self.count)
        try:
            inner.entries(self._data[: self._end], self.offsets, width, self.kinds, self.sizes, bases, self._places)
            self._references()
            inner.forest(self.offsets, bases, self.parents, self.child, self.sibling)
        except IndexError:
            raise ValueError("an entry goes beyond the end of the pack") from None
        self.forget()
        self._roots = _zeros(self.count)
        self._weights = _zeros(self.count)
        inner.grow(self.kinds, self.sizes, self.child, self.sibling, self._roots, self._weights, _PRICE)
        self.lost = frozenset(map(self.name, self.orphans()))
        """The names of the orphans."""

    def _references(self) -> None:
        """Find the bases of those deltas that give them by name; one in another pack is left to git."""
        if inner.REFERENCE_DELTA not in self.kinds:
            return
        numbers = {self.name(number): number for number in range(self.count)}
        for number, kind in enumerate(self.kinds):
            if kind == inner.REFERENCE_DELTA:
                place = self._places[number]
                self.parents[number] = numbers.get(bytes(self._data[place - self.width : place]), -1)

    def name(self, number: int) -> bytes:
        """The name of an entry's object, in bytes."""
        at = self._by_place[number] * self.width
        return self.names[at : at + self.width]

    def position(self, number: int) -> int:
        """The place of an entry's object among all by name."""
        return self._by_place[number]

    def orphans(self) -> Iterator[int]:
        """The numbers of those deltas whose base is not in this pack."""
        return (number for number, root in enumerate(self._roots) if root < 0) if -1 in self._roots else iter(())

    def absent(self, names: list[bytes]) -> list[bytes]:
        """Those of `names` that are not in it, or cannot be read from it alone."""
        away = index.absent(self.names, self.width, names)
        return away + [name for name in names if name in self.lost] if self.lost else away

    def shared(self, others: Iterable["Names"]) -> set[int]:
        """The numbers of those of its objects that are in one of the others too."""
        left = [self.name(number) for number in range(self.count)]
        for other in others:
            left = other.absent(left)
        away = set(left)
        return {number for number in range(self.count) if self.name(number) not in away}

    def of(self, kind: str) -> Sequence[int]:
        """The numbers of all objects of one kind."""
        code = next(code for code, name in KINDS.items() if name == kind)
        return inner.of_kind(self.kinds, self._roots, code)

    def kind(self, number: int) -> str:
        """The kind of an entry's object; nothing if its base is not in this pack."""
        root = self._roots[number]
        return KINDS[self.kinds[root]] if root >= 0 else ""

    def by_kind(self, roots: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
        """The roots of trees, in the order of the file, by the kind of their objects."""
        for code, numbers in itertools.groupby(roots, self.kinds.__getitem__):
            yield KINDS[code], list(numbers)

    def raw(self, number: int) -> memoryview:
        """An entry's compressed bytes."""
        end = self.offsets[number + 1] if number + 1 < self.count else self._end
        return self._data[self._places[number] : end]

    def forget(self) -> None:
        """Let go of what was read of the file: all of it at once is more than a small machine has to spare."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def batches(self, kinds: Collection[str], limit: int) -> list[tuple[list[int], int]]:
        """The roots of all trees of some kinds, in the order of the file, in lists of at most `limit` weight or one
        tree; each with its weight. A tree is a whole object and all deltas of it, of those, and so on: all versions of
        a file, often."""
        wanted = bytes(KINDS.get(code) in kinds for code in range(8))
        return inner.batches(self.kinds, self._weights, wanted, limit)

    def below(self, number: int) -> Iterator[int]:
        """An entry and all that are deltas of it."""
        waiting = [number]
        while waiting:
            one = waiting.pop()
            yield one
            down = self.child[one]
            while down >= 0:
                waiting.append(down)
                down = self.sibling[down]


_opened: dict[Path, Pack] = {}


def opened(path: Path, width: int) -> Pack:
    """A pack, opened once: a forked process finds its parent's. Raises what `Pack` does."""
    if path not in _opened:
        _opened[path] = Pack(path, width)
    return _opened[path]


def files(folder: str) -> list[Path]:
    """The packs of an object store, whatever they may be."""
    return sorted(Path(folder, "pack").glob("pack-*.pack"))


def packs(folder: str, width: int, *, without: Container[Path] = ()) -> list[Pack]:
    """The packs of an object store that can be read without git's help, but none of those `without`."""
    found = []
    for path in files(folder):
        if path in without:
            continue
        try:
            found.append(opened(path, width))
        except (OSError, ValueError):
            continue
    return found


def close(pack: Pack) -> None:
    """Let go of a pack."""
    _opened.pop(pack.path, None)


def _zeros(count: int) -> "array[int]":
    return array("q", bytes(8 * count))
