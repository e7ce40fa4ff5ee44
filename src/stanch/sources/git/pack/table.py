# cython: language_level=3, annotation_typing=False, wraparound=False
"""Objects by name: where each is among many, and what somebody has to say of it.

Plain Python that runs as such, and faster where Cython has compiled it: see `inner.py`.
"""

from array import array

WANTED = 1
LOST = 2
"""What a table may say of an object: it is looked for, or it only seems to be here."""


class Table:
    """The names of some objects. Each has a number of its own among those of all tables: `first` and what follows."""

    def __init__(self, names: bytes, width: int, first: int) -> None:
        """`names` are of `width` bytes, and rise."""
        self.names = names
        self.width = width
        self.first = first
        self.count = len(names) // width
        self.marks = bytearray(self.count)
        self.fan = array("i", bytes(4 * 65537))
        self.index()

    def index(self) -> None:
        """Count the names by their first two bytes, so that they are found in a few steps."""
        raw = self.names
        fan = self.fan
        for number in range(self.count):
            at = number * self.width
            fan[(raw[at] << 8 | raw[at + 1]) + 1] += 1
        for number in range(65536):
            fan[number + 1] += fan[number]

    def mark(self, name: bytes, mark: int) -> None:
        """Say of an object that it is `WANTED`, or `LOST`."""
        place = self.find(name, 0)
        if place >= 0 and self.marks[place] != LOST:
            self.marks[place] = mark

    def number(self, name: bytes) -> int:
        """The number of an object among all; -1 if it is not here."""
        place = self.find(name, 0)
        return -1 if place < 0 or self.marks[place] == LOST else self.first + place

    def find(self, text: bytes, at: int) -> int:
        """The place here of the name that stands in `text` at `at`, or -1."""
        have = self.names
        width = self.width
        if at < 0 or at + width > len(text):
            return -1
        slot = text[at] << 8 | text[at + 1]
        low = self.fan[slot]
        high = self.fan[slot + 1]
        first = True  # names are spread evenly
        while low < high:
            if first:
                middle = low + ((high - low) * text[at + 2] >> 8)
                first = False
            else:
                middle = (low + high) >> 1
            place = middle * width
            byte = 2
            while byte < width and have[place + byte] == text[at + byte]:
                byte += 1
            if byte == width:
                return middle
            if have[place + byte] < text[at + byte]:
                low = middle + 1
            else:
                high = middle
        return -1
