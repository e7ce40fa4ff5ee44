"""Reading Python's marshal format without `marshal`, which must not be let near bytes that nobody vouches for.

Only what may hold text is made into objects: strings, bytes, tuples of them, and code. Everything else is
passed over and stands as None.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from stanch.unpack.model import Damaged

_REFERABLE = 0x80
_OBJECTS = 300_000
_DEPTH = 50
_FIXED = {"N": 0, "F": 0, "T": 0, "S": 0, ".": 0, "0": 0, "i": 4, "I": 8, "g": 8, "y": 16}
_LARGE_TEXT, _SMALL_TEXT = "tuaA", "zZ"
_LARGE_SEQUENCES = "([<>"


@dataclass(frozen=True, slots=True)
class Code:
    """A code object: what of it matters to a reader of its constants."""

    arguments: int
    """How many of the variables are positional arguments."""
    instructions: bytes
    constants: tuple["Value", ...]
    names: tuple["Value", ...]
    """Of globals and attributes."""
    variables: tuple["Value", ...]
    """Of local variables."""
    cells: tuple["Value", ...]
    """Of variables shared with closures, up to 3.10; later they are among the others."""


Value: TypeAlias = "str | bytes | Code | tuple[Value, ...] | None"


class Layout(NamedTuple):
    """What a code object is made of, in order: numbers are four bytes each."""

    numbers: int
    """How many numbers come before the instructions."""
    fields: tuple[str, ...]
    """What follows the constants; "-" for what is of no use, "#" for a number."""


_OLD_FIELDS = ("names", "variables", "free", "cells", "-", "-", "#", "-")
_NEW_FIELDS = ("names", "variables", "-", "-", "-", "-", "#", "-", "-")


def layout(version: int) -> Layout:
    """The layout in Python 3.`version`; that of 2.7 goes as 3.-1."""
    if version >= 11:
        return Layout(5, _NEW_FIELDS)
    return Layout({-1: 4}.get(version, 6 if version >= 8 else 5), _OLD_FIELDS)


class Reader:
    """Reads one marshalled object from bytes. What it read before it came upon damage is in `codes`."""

    def __init__(self, data: bytes, at: int, layout: Layout) -> None:
        self.codes: list[Code] = []
        """All code objects, inner ones before those that they are in."""
        self._data = data
        self._at = at
        self._layout = layout
        self._references: list[Value] = []
        self._interned: list[Value] = []
        self._objects = 0

    def value(self, depth: int = 0) -> Value:
        """The next object."""
        self._objects += 1
        if depth > _DEPTH or self._objects > _OBJECTS:
            raise Damaged("holds too much: not rendered in full")
        first = self._bytes(1)[0]
        kind = chr(first & ~_REFERABLE)
        if not first & _REFERABLE:
            return self._value(kind, depth)
        index = len(self._references)
        self._references.append(None)  # its number is given before those of what is in it
        value = self._value(kind, depth)
        self._references[index] = value
        return value

    def _value(self, kind: str, depth: int) -> Value:
        if kind in _FIXED:
            self._bytes(_FIXED[kind])
        elif kind == "s":
            return self._bytes(self._number())
        elif kind in _LARGE_TEXT:
            text = self._bytes(self._number()).decode("utf-8", "replace")
            if kind == "t":
                self._interned.append(text)
            return text
        elif kind in _SMALL_TEXT:
            return self._bytes(self._bytes(1)[0]).decode("latin-1")
        elif kind in "rR":
            earlier, index = self._references if kind == "r" else self._interned, self._number()
            return earlier[index] if index < len(earlier) else None
        elif kind == ")":
            return self._sequence(self._bytes(1)[0], depth)
        elif kind in _LARGE_SEQUENCES:
            return self._sequence(self._number(), depth)
        elif kind == "c":
            return self._code(depth)
        else:
            return self._rare(kind, depth)
        return None

    def _rare(self, kind: str, depth: int) -> Value:
        if kind == "l":
            digits = int.from_bytes(self._bytes(4), "little", signed=True)
            self._bytes(2 * abs(digits))
        elif kind == "f":
            self._bytes(self._bytes(1)[0])
        elif kind == "x":
            self._bytes(self._bytes(1)[0])
            self._bytes(self._bytes(1)[0])
        elif kind == "{":
            pairs: list[Value] = []
            while self._data[self._at : self._at + 1] != b"0":
                pairs.append(self.value(depth + 1))
            self._bytes(1)
            return tuple(pairs)
        elif kind == ":":
            return self._sequence(3, depth)
        else:
            raise Damaged("corrupt: not rendered in full")
        return None

    def _sequence(self, count: int, depth: int) -> Value:
        if count > len(self._data) - self._at:
            raise Damaged("truncated")
        return tuple(self.value(depth + 1) for _ in range(count))

    def _code(self, depth: int) -> Code:
        arguments = self._number()
        self._bytes(4 * self._layout.numbers - 4)
        instructions = self.value(depth + 1)
        constants = self.value(depth + 1)
        found: dict[str, Value] = {}
        for field in self._layout.fields:
            if field == "#":
                self._bytes(4)
            else:
                found[field] = self.value(depth + 1)
        code = Code(
            arguments,
            instructions if isinstance(instructions, bytes) else b"",
            _tuple(constants),
            _tuple(found.get("names")),
            _tuple(found.get("variables")),
            _tuple(found.get("cells")) + _tuple(found.get("free")),
        )
        self.codes.append(code)
        return code

    def _number(self) -> int:
        return int.from_bytes(self._bytes(4), "little")

    def _bytes(self, count: int) -> bytes:
        data = self._data[self._at : self._at + count]
        if len(data) < count:
            raise Damaged("truncated")
        self._at += count
        return data


def _tuple(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()
