# cython: language_level=3, annotation_typing=False, wraparound=False
"""What the trees of a pack hold of what somebody looks for, each tree told of by how it differs from its base.

Plain Python that runs as such, and faster where Cython has compiled it: see `inner.py`. What a tree looks like is in
git's Documentation/gitformat-pack and tree-walk.c.
"""

from array import array
from typing import Any

from stanch.sources.git.pack import inner
from stanch.sources.git.pack.table import LOST, WANTED, Table

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
WHOLE = -1
"""In the place of a base: the tree is told of without one."""
ODD = -2
"""The same, and nothing is told of the tree: git knows what to say of it."""
NOWHERE = -(1 << 30)
"""In the place of a child: there is no such object, and a tree is what it should be."""
_LARGEST = 1 << 30


class Version:
    """One tree: its text, where its entries begin, and those of them that are of interest."""

    def __init__(self, number: int, text: bytes) -> None:
        self.number = number
        self.text = text
        self.size = len(text)
        """Of the text, which may be let go."""
        self.odd = False
        self.count = 0
        """Of entries."""
        self.marks = array("i", bytes(4))
        """Where each entry begins, and where the last one ends; then three numbers for each that is of interest: the
        how-manieth it is, its name and its child."""


class Reader:
    """Reads trees and writes down what they hold of what is looked for, and of each which trees it holds.

    It writes for each tree: its number, that of its base (or `WHOLE`, `ODD`), how many entries of the base are
    gone and how many are new, the names of the former, and name and child of each of the latter. A name is a place in
    `names`; a child is an object's number, or below 0: `missing[-child - 1]`, which is in no table, or `NOWHERE`.
    """

    def __init__(self, tables: list[Table], width: int) -> None:
        """Objects are looked up in the `tables`, in their order."""
        self.tables = tables
        self.width = width
        self.names: dict[bytes, int] = {}
        """Names of entries; those of trees with a slash at their end, which is how they are sorted."""
        self.missing: dict[bytes, int] = {}
        self._lows = array("q", bytes(8 * 64))
        self._highs = array("q", bytes(8 * 64))
        self._shifts = array("q", bytes(8 * 64))
        self._begins = array("i", bytes(4 * 1024))
        self._nothing = array("i", bytes(4))
        self._out = array("i", bytes(4 * 1024))
        self._told = 0
        self._written = 0
        self._keeping = array("i", bytes(4 * 192))
        self._kept = 0
        self._new = array("i", bytes(4 * 128))
        self._added = 0
        self._text = b""
        self._child = 0
        self._name = -1
        self._stop = 0

    def whole(self, number: int, text: bytes) -> Version:
        """Read a tree whose number is given, and write down what it holds."""
        version = Version(number, text)
        try:
            self._entries(version, None, 0)
        except ValueError:
            self._strange(version)
        return version

    def change(self, base: Version, delta: bytes, number: int) -> Version:
        """Make a tree from its base by a delta, and write down how it differs. ValueError or IndexError if it is none.

        The base must still have its text.
        """
        text, count = self._made(base.text, delta)
        version = Version(number, text)
        try:
            if base.odd:
                self._entries(version, None, 0)
            else:
                self._entries(version, base, count)
        except ValueError:
            self._strange(version)
        return version

    def _strange(self, version: Version) -> None:
        version.odd = True
        self._written = self._told
        self._write(version.number)
        self._write(ODD)
        self._write(0)
        self._write(0)
        self._told = self._written

    def records(self) -> bytes:
        """What was written down, as numbers of four bytes."""
        return bytes(self._out[: self._told])

    def _made(self, base: bytes, delta: bytes) -> tuple[bytes, int]:
        """What a delta makes, and how many stretches of it are copies: where they begin and end, and their shifts."""
        raw = delta
        view = base
        end = len(raw)
        source_size, size, at = inner.sizes(delta)
        if source_size != len(base):
            raise ValueError("a delta of another base")
        if size > _LARGEST:
            raise ValueError("a tree out of all bounds")
        made: Any = unwritten(size) if COMPILED else bytearray(size)  # type: ignore[name-defined]  # noqa: F821
        into = made
        done = 0
        count = 0
        lows = self._lows
        highs = self._highs
        shifts = self._shifts
        while at < end:
            op = raw[at]
            at += 1
            if op & 128:
                start = 0
                length = 0
                for bit in range(7):
                    if op >> bit & 1:
                        if at >= end:
                            raise ValueError("a delta that was cut off")
                        byte = raw[at]  # with room for what it is shifted to
                        if bit < 4:
                            start |= byte << 8 * bit
                        else:
                            length |= byte << 8 * (bit - 4)
                        at += 1
                if length == 0:
                    length = 65536
                if start + length > source_size or done + length > size:
                    raise ValueError("a copy goes beyond the end")
                if COMPILED:
                    memcpy(into + done, view + start, length)  # type: ignore[name-defined,operator]  # noqa: F821
                else:
                    into[done : done + length] = view[start : start + length]
                if count and highs[count - 1] == done and shifts[count - 1] == start - done:
                    highs[count - 1] = done + length
                else:
                    if count == len(lows):
                        self._more()
                        lows = self._lows
                        highs = self._highs
                        shifts = self._shifts
                    lows[count] = done
                    highs[count] = done + length
                    shifts[count] = start - done
                    count += 1
                done += length
            else:
                if op == 0 or at + op > end or done + op > size:
                    raise ValueError("an insertion goes beyond the end")
                for byte in range(op):
                    into[done + byte] = raw[at + byte]
                at += op
                done += op
        if done != size:
            raise ValueError("a delta makes less than it says")
        text: bytes = made if COMPILED else bytes(made)
        return text, count

    def _more(self) -> None:
        """Make room for more copies."""
        self._lows = array("q", bytes(self._lows) * 2)
        self._highs = array("q", bytes(self._highs) * 2)
        self._shifts = array("q", bytes(self._shifts) * 2)

    def _entries(self, version: Version, base: "Version | None", stretches: int) -> None:
        """Find the entries of a tree, those that are copied from its base without looking at them.

        ValueError if one is not as it should be.
        """
        text = self._text = version.text
        size = len(text)
        if size > _LARGEST:
            raise ValueError("a tree out of all bounds")
        before = self._nothing if base is None else base.marks
        last = 0 if base is None else base.count
        place = last + 1  # in `before`, of the next entry of the base that is of interest
        end = len(before)
        self._written = self._told
        self._kept = self._added = 0
        self._write(version.number)
        self._write(WHOLE if base is None else base.number)
        self._write(0)
        self._write(0)
        gone = 0
        at = 0
        count = 0
        stretch = 0
        passed = 0
        while at < size:
            while stretch < stretches and self._highs[stretch] <= at:
                stretch += 1
            first = 0
            after = 0
            shift = 0
            if stretch < stretches and self._lows[stretch] <= at:
                shift = self._shifts[stretch]
                first = _place(before, passed, last + 1, at + shift)
                if first < last and before[first] == at + shift:
                    after = _place(before, first, last + 1, self._highs[stretch] + shift + 1) - 1
            begins = self._begins
            if first < after:
                # From `first` up to `after` the entries are the base's.
                while count + after - first >= len(begins):
                    self._begins = begins = array("i", bytes(begins) * 2)
                for number in range(first, after):
                    begins[count + number - first] = before[number] - shift
                while place < end and before[place] < after:
                    if before[place] < first:
                        self._write(before[place + 1])
                        gone += 1
                    else:
                        self._keep(before[place] - first + count, before[place + 1], before[place + 2])
                    place += 3
                if count:
                    _compare(text, begins[count - 1], at)
                count += after - first
                at = before[after] - shift
                passed = after
                continue
            if count + 1 >= len(begins):
                self._begins = begins = array("i", bytes(begins) * 2)
            begins[count] = at
            if self._entry(text, at):
                self._keep(count, self._name, self._child)
                self._add()
            if count:
                _compare(text, begins[count - 1], at)
            count += 1
            at = self._stop
        while place < end:
            self._write(before[place + 1])
            gone += 1
            place += 3
        self._out[self._told + 2] = gone
        self._out[self._told + 3] = self._added >> 1
        for number in range(self._added):
            self._write(self._new[number])
        self._told = self._written
        version.count = count
        marks = array("i", bytes(4 * (count + 1 + self._kept)))
        into = marks
        for number in range(count):
            into[number] = self._begins[number]
        into[count] = size
        for number in range(self._kept):
            into[count + 1 + number] = self._keeping[number]
        version.marks = marks

    def _write(self, number: int) -> None:
        """Write one number of a record, which counts when the record is whole."""
        if self._written == len(self._out):
            self._out = array("i", bytes(self._out) * 2)
        self._out[self._written] = number
        self._written += 1

    def _keep(self, number: int, name: int, child: int) -> None:
        """Take note of an entry of interest."""
        if self._kept + 3 > len(self._keeping):
            self._keeping = array("i", bytes(self._keeping) * 2)
        self._keeping[self._kept] = number
        self._keeping[self._kept + 1] = name
        self._keeping[self._kept + 2] = child
        self._kept += 3

    def _add(self) -> None:
        """Take note that the entry which was read last is new."""
        if self._added + 2 > len(self._new):
            self._new = array("i", bytes(self._new) * 2)
        self._new[self._added] = self._name
        self._new[self._added + 1] = self._child
        self._added += 2

    def _entry(self, text: bytes, at: int) -> bool:
        """Read one entry, and tell whether it is of interest. `_stop` is where it ends then, `_name` and `_child` what
        it says."""
        size = len(text)
        mode = 0
        begin = at
        while at < size and 48 <= text[at] <= 55:
            mode = mode << 3 | (text[at] - 48)
            at += 1
            if at - begin > 7:
                raise ValueError("a mode is out of all bounds")
        if at == begin or at >= size or text[at] != 32:
            raise ValueError("an entry without a mode")
        at += 1
        begin = at
        while at < size and text[at] != 0:
            if text[at] == 47:
                raise ValueError("a name with a slash")
            at += 1
        if at == begin or at + 1 + self.width > size:
            raise ValueError("an entry that was cut off")
        end = at
        at += 1
        self._stop = at + self.width
        kind = mode & 0o170000
        tree = kind == 0o040000
        if not tree and kind != 0o100000 and kind != 0o120000:
            return False  # a submodule
        found = False
        wanted = tree
        for table in self.tables:
            place = table.find(text, at)
            if place >= 0 and table.marks[place] != LOST:
                found = True
                wanted = tree or table.marks[place] == WANTED
                self._child = table.first + place
                break
        if not found:
            wanted = True
            if tree:
                self._child = NOWHERE
            else:
                self._child = -self._known(self.missing, self._text[at : at + self.width]) - 1
        if wanted:
            name = self._text[begin:end]
            self._name = self._known(self.names, name + b"/" if tree else name)
        return wanted

    def _known(self, known: dict[bytes, int], name: bytes) -> int:
        """The number of a name, which may be a new one."""
        number = known.get(name)
        if number is None:
            number = known[name] = len(known)
        return number


def _place(begins: "array[int]", low: int, high: int, wanted: int) -> int:
    """Where in `begins`, from `low` up to `high`, the first number stands that is not below `wanted`."""
    while low < high:
        middle = (low + high) >> 1
        if begins[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _compare(text: bytes, one: int, other: int) -> None:
    """ValueError unless the entry at `one` is sorted before that at `other`."""
    size = len(text)
    mode = 0
    while one < size and text[one] != 32:
        mode = mode << 3 | (text[one] & 7)
        one += 1
    first = mode & 0o170000 == 0o040000
    mode = 0
    while other < size and text[other] != 32:
        mode = mode << 3 | (text[other] & 7)
        other += 1
    second = mode & 0o170000 == 0o040000
    while True:
        one += 1
        other += 1
        if one >= size or other >= size:
            break
        left = text[one]
        right = text[other]
        if left == 0 and first:
            left = 47
            first = False
            one -= 1
        if right == 0 and second:
            right = 47
            second = False
            other -= 1
        if left != right:
            if left < right:
                return
            break
        if left == 0:
            break
    raise ValueError("entries that are not sorted")
