# cython: language_level=3, annotation_typing=False, wraparound=False
"""What trees lead to of the objects that somebody looks for, joined from what `trees.py` tells of each.

A tree's *holding* is the list of those of its entries that lead to something: the entry's name, and the object or the
holding that it leads to. Trees that lead to the same by the same paths share one holding, and few holdings are all
that a long history has. So whether a commit brought anything is seen by comparing two numbers.

Plain Python that runs as such, and faster where Cython has compiled it: see `inner.py`.
"""

from array import array

from stanch.sources.git.pack.table import Table

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
NOTHING = 0
DOUBTFUL = -1
"""The holding of a tree that only git can tell of. Below it are the objects, from -2 down; above 0 are lists."""
ROOM = 24 << 20
"""How many numbers all holdings together may take."""

DEEPEST = 400


class Holdings:
    """The holdings of all trees, by their numbers."""

    def __init__(self, count: int) -> None:
        """`count` objects have numbers; all are `DOUBTFUL` before something is told of them."""
        self.held = array("i", b"\xff" * (4 * count))
        """By an object's number."""
        self._pool = array("i", bytes(4 * 1024))
        self._begins = array("i", bytes(4 * 1024))
        self._tainted = bytearray(1024)
        self._slots = array("i", bytes(4 * 1024))
        self._count = 1
        self._scratch = array("i", bytes(4 * 1024))
        self._left = 0

    def put(self, number: int, holding: int) -> None:
        """Say what an object is."""
        self.held[number] = holding

    def of(self, tables: list[Table], names: bytes, width: int) -> "array[int]":
        """The holdings of trees by their names, which stand one after the other; `DOUBTFUL` for one that has none."""
        count = len(names) // width
        found = array("i", b"\xff" * (4 * count))
        into = found
        for number in range(count):
            for table in tables:
                place = table.find(names, number * width)
                if place >= 0 and self.held[table.first + place] >= 0:
                    into[number] = self.held[table.first + place]
                    break
        return found

    def doubtful(self, holding: int) -> bool:
        """Whether it leads to something that only git can tell of."""
        return holding == DOUBTFUL or self._tainted[holding] != 0

    def begin(self, records: memoryview) -> None:
        """Take note of the trees that `records` tell of."""
        at = 0
        end = len(records)
        while at < end:
            if records[at + 1] >= -1:
                self.held[records[at]] = 0
            at += 4 + records[at + 2] + 2 * records[at + 3]

    def join(self, records: memoryview, names: "array[int]", missing: "array[int]") -> bool:
        """Work out the holdings of the trees that `records` tell of, as `trees.Reader` wrote them; whether any is
        another than before.

        `names` and `missing` give for the numbers of a name and of a missing object those that count for all: names
        are numbered as they are sorted, times two, plus one for trees. Has to be done again, with all records, until
        nothing changes: once for each level of folders. OverflowError when all of them need too much room.
        """
        changed = False
        at = 0
        end = len(records)
        while at < end:
            tree = records[at]
            base = records[at + 1]
            gone = at + 4
            added = gone + records[at + 2]
            at = added + 2 * records[at + 3]
            if base < -1:
                continue
            before = 0
            if base >= 0:
                before = self.held[base]
                if before < 0:
                    continue
            holding = self._changed(records, before, gone, added, at, names, missing)
            if holding != self.held[tree]:
                self.held[tree] = holding
                changed = True
        return changed

    def _changed(
        self,
        records: memoryview,
        before: int,
        gone: int,
        added: int,
        end: int,
        names: "array[int]",
        missing: "array[int]",
    ) -> int:
        """The holding that comes of `before` when entries go and others come."""
        differs = False
        for at in range(added, end, 2):
            if self._child(names[records[at]], records[at + 1], missing):
                differs = True
                break
        for at in range(gone, added):
            if differs or (before and self._at(before, names[records[at]])):
                differs = True
                break
        if not differs:
            return before
        place = self._begins[before]
        last = self._begins[before + 1]
        stop = added
        size = 0
        differs = False
        while True:
            # The next that is added and leads to something.
            name = 0
            value = 0
            while added < end:
                name = names[records[added]]
                value = self._child(name, records[added + 1], missing)
                if value:
                    break
                added += 2
            if place >= last and added >= end:
                break
            if place < last and (added >= end or self._pool[place] <= name):
                here = self._pool[place]
                while gone < stop and names[records[gone]] < here:
                    gone += 1
                if (gone < stop and names[records[gone]] == here) or (added < end and here == name):
                    # It is gone, or in its place is what is added.
                    if not (added < end and here == name and value == self._pool[place + 1]):
                        differs = True
                    else:
                        self._append(size, here, value)
                        size += 2
                        added += 2
                    place += 2
                    continue
                self._append(size, here, self._pool[place + 1])
                size += 2
                place += 2
                continue
            differs = True
            self._append(size, name, value)
            size += 2
            added += 2
        return self._shared(size) if differs else before

    def _child(self, name: int, child: int, missing: "array[int]") -> int:
        """What an entry leads to."""
        if name & 1:
            if child < 0 or self.held[child] < 0:
                return DOUBTFUL
            return self.held[child]
        return self.held[child] if child >= 0 else missing[-child - 1]

    def _append(self, size: int, name: int, value: int) -> None:
        if size + 2 > len(self._scratch):
            self._scratch = array("i", bytes(self._scratch) * 2)
        self._scratch[size] = name
        self._scratch[size + 1] = value

    def _shared(self, size: int) -> int:
        """The number of the holding that was put together, a new one only if there is none like it."""
        if not size:
            return NOTHING
        slots = len(self._slots)
        value = size
        for number in range(size):
            value = (value * 31 + self._scratch[number] * 2654435761) & 0xFFFFFFFF
            value ^= value >> 15
        slot = value & (slots - 1)
        while self._slots[slot]:
            other = self._slots[slot]
            start = self._begins[other]
            if self._begins[other + 1] - start == size:
                number = 0
                while number < size and self._pool[start + number] == self._scratch[number]:
                    number += 1
                if number == size:
                    return other
            slot = (slot + 1) & (slots - 1)
        return self._new(size, slot)

    def _new(self, size: int, slot: int) -> int:
        number = self._count
        start = self._begins[number]
        if start + size > ROOM:
            raise OverflowError("more than there is room for")
        while start + size > len(self._pool):
            self._pool = array("i", bytes(self._pool) * 2)
        if number + 2 >= len(self._begins):
            self._begins = array("i", bytes(self._begins) * 2)
            self._tainted = bytearray(self._tainted) * 2
        tainted = 0
        for at in range(size):
            self._pool[start + at] = self._scratch[at]
        for at in range(1, size, 2):
            value = self._scratch[at]
            if value == DOUBTFUL or (value > 0 and self._tainted[value]):
                tainted = 1
        self._begins[number + 1] = start + size
        self._tainted[number] = tainted
        self._slots[slot] = number
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return number

    def _grow(self) -> None:
        """Make the table of holdings twice as large."""
        old = self._slots
        self._slots = array("i", bytes(8 * len(old)))
        slots = len(self._slots)
        for place in range(len(old)):
            number = old[place]
            if not number:
                continue
            start = self._begins[number]
            size = self._begins[number + 1] - start
            value = size
            for at in range(size):
                value = (value * 31 + self._pool[start + at] * 2654435761) & 0xFFFFFFFF
                value ^= value >> 15
            slot = value & (slots - 1)
            while self._slots[slot]:
                slot = (slot + 1) & (slots - 1)
            self._slots[slot] = number

    def brought(self, holding: int, others: list[int], names: list[bytes], most: int) -> list[tuple[bytes, int]]:
        """What `holding` leads to and none of the `others`: (path, object). `names` are all names, in their order.

        OverflowError if there are more than `most` steps to take, or more than `DEEPEST` folders in each other.
        """
        found: list[tuple[bytes, int]] = []
        self._left = most
        self._bring(holding, others, names, b"", found, 0)
        return found

    def _bring(
        self,
        holding: int,
        others: list[int],
        names: list[bytes],
        prefix: bytes,
        found: list[tuple[bytes, int]],
        depth: int,
    ) -> None:
        if depth > DEEPEST:
            raise OverflowError("deeper than can be told")
        for place in range(self._begins[holding], self._begins[holding + 1], 2):
            name = self._pool[place]
            value = self._pool[place + 1]
            deeper: list[int] = []
            same = False
            for one in others:
                other = self._at(one, name)
                if other == value:
                    same = True
                    break
                if other > 0:
                    deeper.append(other)
            if same:
                continue
            self._left -= 1
            if self._left < 0:
                raise OverflowError("more than can be told")
            if value < 0:
                found.append((prefix + names[name >> 1], value))
            else:
                self._bring(value, deeper, names, prefix + names[name >> 1], found, depth + 1)

    def _at(self, holding: int, name: int) -> int:
        """What a holding has under a name, or nothing."""
        low = self._begins[holding] >> 1
        high = self._begins[holding + 1] >> 1
        while low < high:
            middle = (low + high) >> 1
            if self._pool[2 * middle] < name:
                low = middle + 1
            else:
                high = middle
        if 2 * low < self._begins[holding + 1] and self._pool[2 * low] == name:
            return self._pool[2 * low + 1]
        return 0

    def differing(self, roots: "array[int]", begins: "array[int]", parents: "array[int]") -> list[int]:
        """The numbers of those commits that bring something, or of which only git can tell.

        `roots` has for each commit the holding of its tree, `begins` and `parents` its parents as `commits.order` has
        them, where -1 is a commit that nobody can read.
        """
        found: list[int] = []
        for number in range(len(roots)):
            root = roots[number]
            doubt = root < 0 or self._tainted[root] != 0
            same = root == 0
            for at in range(begins[number], begins[number + 1]):
                if parents[at] < 0:
                    doubt = True
                    continue
                other = roots[parents[at]]
                if other < 0 or self._tainted[other]:
                    doubt = True
                if other == root:
                    same = True
            if doubt or not same:
                found.append(number)
        return found
