"""Compiled Python: every constant as a line, with the name that it is assigned or passed to where that shows."""

from collections.abc import Iterator
from typing import NamedTuple

from stanch.unpack.formats.marshalled import Code, Reader, Value, layout
from stanch.unpack.model import Container, Damaged, Member
from stanch.unpack.streams import Rendered, read_whole

_MAGICS = (3379, 3390, 3400, 3420, 3430, 3450, 3500, 3550, 3600, 3650, 3700)
"""The magic numbers from 3.6 on: each version's begin at its own, and the last is the first of the unknown."""
_FIRST = 6
_PYTHON2 = 62211


class Opcodes(NamedTuple):
    """The instructions by which a constant comes to a name, in one range of versions."""

    extended: int
    constant: int
    store_name: int
    store_global: int
    store_fast: int
    store_deref: int
    store_attribute: int
    store_item: int
    build_map: int
    build_keyed_map: int
    keywords: int
    """Takes the names of keyword arguments: as an operand, or else from the stack."""
    keywords_operand: bool
    attribute: int
    store_load: int
    store_store: int
    loads: frozenset[int]
    """Those that push one value more and are none of the above."""


_NONE = -1
_STACK = 5000
_LOADS = frozenset((71, 101, 116, 124, 136, 148))
_TO_10 = Opcodes(144, 100, 90, 97, 125, 137, 95, 60, 105, 156, 141, False, 106, _NONE, _NONE, _LOADS)
_11 = Opcodes(144, 100, 90, 97, 125, 138, 95, 60, 105, 156, 172, True, 106, _NONE, _NONE, _LOADS | {2, 137, 127})
_13 = Opcodes(71, 83, 114, 113, 110, 109, 108, 39, 48, 46, 57, False, 82, 111, 112, frozenset((24, 34, 84, 85, 91, 92)))
_14 = Opcodes(
    69,
    82,
    116,
    115,
    112,
    111,
    110,
    38,
    47,
    _NONE,
    55,
    False,
    80,
    113,
    114,
    frozenset((33, 83, 84, 86, 92, 93, 94)),
)
_OPCODES = {6: _TO_10, 7: _TO_10, 8: _TO_10, 9: _TO_10, 10: _TO_10, 11: _11, 12: _11, 13: _13, 14: _14}


def members(container: Container) -> Iterator[Member]:
    """One rendition with all constants."""
    data = read_whole(container.stream, container.limits)
    yield Member("constants", Rendered(_lines(data)), of="")


def _lines(data: bytes) -> Iterator[bytes]:
    version = _version(int.from_bytes(data[:2], "little"))
    header = 16 if version >= 7 else 12 if version >= 3 else 8
    reader = Reader(data, header, layout(version))
    trouble: Damaged | None = None
    try:
        reader.value()
    except Damaged as error:
        trouble = error
    for code in reader.codes:
        yield from _code_lines(code, _OPCODES.get(version))
    if trouble:
        raise trouble


def _version(magic: int) -> int:
    """The version after "3."; that of 2.7 is -1."""
    if magic == _PYTHON2:
        return -1
    if magic < _MAGICS[0]:
        return 5 if magic >= 3200 else 2
    return _FIRST - 1 + sum(magic >= each for each in _MAGICS)


def _code_lines(code: Code, opcodes: Opcodes | None) -> Iterator[bytes]:
    """What is assigned first, then the constants that are not, under the name of the function."""
    named: set[str | bytes] = set()
    if opcodes is not None:
        for name, value in _assignments(code, opcodes):
            named.add(value)
            yield _line(name, value)
    for constant in _texts(code.constants, set()):
        if constant not in named:
            yield _line("", constant)


def _texts(values: tuple[Value, ...], seen: set[int]) -> Iterator[str | bytes]:
    """All strings and bytes, those in tuples too; each tuple once, since it may be referred to any number of times."""
    for value in values:
        if isinstance(value, tuple):
            if id(value) not in seen:
                seen.add(id(value))
                yield from _texts(value, seen)
        elif isinstance(value, str | bytes):
            yield value


def _line(name: str, value: str | bytes) -> bytes:
    text = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    if not name:
        return text + b"\n"
    quote = b'"""' if b"\n" in text else b"'" if b'"' in text else b'"'
    return name.encode("utf-8", "replace") + b" = " + quote + text + quote + b"\n"


def _assignments(code: Code, opcodes: Opcodes) -> Iterator[tuple[str, str | bytes]]:
    """Names and the constants that they get, by following what is pushed; anything else empties the stack."""
    stack: list[Value] = []
    argument = 0
    for at in range(0, len(code.instructions) - 1, 2):
        opcode, argument = code.instructions[at], (argument << 8 | code.instructions[at + 1]) & 0xFFFFFFFF
        if opcode == opcodes.extended:
            continue
        if opcode == opcodes.constant:
            stack.append(_at(code.constants, argument))
        elif opcode in opcodes.loads:
            stack.append(None)
        elif opcode == opcodes.attribute:
            stack[-1:] = [None]
        elif opcode:  # nothing is room that later versions leave for their caches
            for name, value in _stored(code, opcodes, opcode, argument, stack):
                if isinstance(name, str) and isinstance(value, str | bytes):
                    yield name, value
            if opcode in (opcodes.build_map, opcodes.build_keyed_map):
                used = 2 * argument if opcode == opcodes.build_map else argument + 1
                stack[max(len(stack) - used, 0) :] = [None]
            else:
                stack.clear()
        argument = 0
        if len(stack) > 2 * _STACK:
            del stack[:-_STACK]


def _stored(
    code: Code, opcodes: Opcodes, opcode: int, argument: int, stack: list[Value]
) -> Iterator[tuple[Value, Value]]:
    """Names, and what the stack holds for them, when an instruction is come upon that is no push."""
    top = stack[-1] if stack else None
    if opcode in (opcodes.store_name, opcodes.store_global):
        yield _at(code.names, argument), top
    elif opcode == opcodes.store_fast:
        yield _at(code.variables, argument), top
    elif opcode == opcodes.store_deref:
        yield _at(code.cells or code.variables, argument), top
    elif opcode == opcodes.store_load:
        yield _at(code.variables, argument >> 4), top
    elif opcode == opcodes.store_store and len(stack) > 1:
        yield _at(code.variables, argument >> 4), top
        yield _at(code.variables, argument & 15), stack[-2]
    elif opcode == opcodes.store_attribute and len(stack) > 1:
        yield _at(code.names, argument), stack[-2]
    elif opcode == opcodes.store_item and len(stack) > 2:
        yield top, stack[-3]
    elif opcode == opcodes.build_map:
        pairs = stack[-2 * argument :] if argument else []
        yield from zip(pairs[::2], pairs[1::2], strict=False)
    elif opcode == opcodes.keywords and opcodes.keywords_operand:
        yield from _named(_at(code.constants, argument), stack)
    elif opcode in (opcodes.keywords, opcodes.build_keyed_map):
        yield from _named(top, stack[:-1])
    else:
        yield from _defaults(stack)


def _named(names: Value, values: list[Value]) -> Iterator[tuple[Value, Value]]:
    """Keyword arguments, or the keys of a dictionary: the last name has the last value."""
    if isinstance(names, tuple):
        yield from zip(reversed(names), reversed(values), strict=False)


def _defaults(stack: list[Value]) -> Iterator[tuple[Value, Value]]:
    """A function that is made: the defaults of its last arguments were pushed a little before it, as one constant."""
    for at, function in enumerate(stack):
        if isinstance(function, Code):
            arguments = function.variables[: function.arguments]
            defaults = next((each for each in stack[max(at - 4, 0) : at] if isinstance(each, tuple)), ())
            yield from zip(reversed(arguments), reversed(defaults), strict=False)


def _at(values: tuple[Value, ...], index: int) -> Value:
    return values[index] if index < len(values) else None
