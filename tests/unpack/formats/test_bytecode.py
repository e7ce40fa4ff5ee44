"""Compiled Python."""

import marshal
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.unpack.formats.marshalled import Reader, layout
from stanch.unpack.model import Damaged

from ..samples import bytecode, run, secret

HEADERS = {
    "2.7": 62211,
    "3.3": 3230,
    "3.6": 3379,
    "3.8": 3413,
    "3.10": 3439,
    "3.11": 3495,
    "3.12": 3531,
    "3.13": 3571,
    "3.14": 3627,
}


def lines(source: str) -> list[str]:
    """The rendition of a module compiled by the Python that runs the tests."""
    entries, problems = run(bytecode(source), "m.pyc")
    assert not problems
    return entries["constants"].decode().splitlines()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("password = 'hunter'", 'password = "hunter"'),
        ("def f():\n    token = 'abc'\n    return token + x", 'token = "abc"'),
        ("def f():\n    global token\n    token = 'abc'", 'token = "abc"'),
        ("def f():\n    token = 'abc'\n    return lambda: token", 'token = "abc"'),
        ("class A:\n    api_key: str = 'abc'", 'api_key = "abc"'),
        ("a.b.token = 'abc'", 'token = "abc"'),
        ("os.environ['KEY'] = 'abc'", 'KEY = "abc"'),
        ("login(x, y, password='abc')", 'password = "abc"'),
        ("login(password='abc', user=name)", 'password = "abc"'),
        ("d = {'user': 'x', 'password': 'abc'}", 'password = "abc"'),
        ("d = {'user': name, 'password': 'abc'}", 'password = "abc"'),
        ("def f(a, password='abc'): pass", 'password = "abc"'),
        ("def f(*, password='abc'): pass", 'password = "abc"'),
        ("key = b'abc'", 'key = "abc"'),
        ("key = 'say \"abc\"'", "key = 'say \"abc\"'"),
        ("print('abc' if x else y)", "abc"),
        ("x = ['abc', ['def']]", "abc"),
        ("x = f('\u00e9\u4e16')", "\u00e9\u4e16"),
    ],
)
def test_constants_have_their_names(source: str, line: str) -> None:
    assert line in lines(source)


def test_many_names_and_constants() -> None:
    source = "\n".join(f"name_{number} = 'value {number}'" for number in range(1000))
    found = lines(source)
    assert all(f'name_{number} = "value {number}"' in found for number in range(1000))


class Writer:
    """Marshals code objects in the layouts of other versions."""

    def __init__(self, version: str) -> None:
        self.minor = -1 if version == "2.7" else int(version[2:])

    def text(self, value: str) -> bytes:
        return b"\xda" + bytes((len(value),)) + value.encode() if self.minor >= 4 else b"u" + self.long(value)

    def long(self, value: str) -> bytes:
        return struct.pack("<L", len(value)) + value.encode()

    def texts(self, values: list[str]) -> bytes:
        return b"(" + struct.pack("<L", len(values)) + b"".join(self.text(value) for value in values)

    def code(self, instructions: bytes, constants: list[str], names: list[str], variables: list[str]) -> bytes:
        parts = [b"s" + struct.pack("<L", len(instructions)) + instructions, self.texts(constants), self.texts(names)]
        none = self.texts([])
        if self.minor >= 11:
            kinds = b"s" + struct.pack("<L", len(variables)) + b" " * len(variables)
            parts += [self.texts(variables), kinds, self.text("m.py"), self.text("m"), self.text("m"), bytes(4)]
            parts += [b"s" + bytes(4)] * 2
        else:
            parts += [self.texts(variables), none, none, self.text("m.py"), self.text("m"), bytes(4), b"s" + bytes(4)]
        return b"c" + bytes(4 * layout(self.minor).numbers) + b"".join(parts)


def module(version: str, code: bytes) -> bytes:
    """A compiled module of some version."""
    header = (
        16 if version in ("3.8", "3.10", "3.11", "3.12", "3.13", "3.14") else 12 if version in ("3.3", "3.6") else 8
    )
    return (struct.pack("<H", HEADERS[version]) + b"\r\n").ljust(header, b"\0") + code


@pytest.mark.parametrize("version", HEADERS)
def test_constants_come_out_of_every_version(version: str) -> None:
    code = Writer(version).code(b"", ["one", secret()], ["name"], ["variable"])
    entries, problems = run(module(version, code), "m.pyc")
    assert entries["constants"].decode().splitlines() == ["one", secret()]
    assert not problems


@pytest.mark.parametrize(
    ("version", "load", "store_name", "store_fast", "extended"),
    [
        ("3.6", 100, 90, 125, 144),
        ("3.10", 100, 90, 125, 144),
        ("3.11", 100, 90, 125, 144),
        ("3.12", 100, 90, 125, 144),
        ("3.13", 83, 114, 110, 71),
        ("3.14", 82, 116, 112, 69),
    ],
)
def test_names_are_known_in_every_version(
    version: str, load: int, store_name: int, store_fast: int, extended: int
) -> None:
    instructions = bytes((load, 0, store_name, 0, load, 1, store_fast, 0, extended, 1, load, 2, store_name, 0))
    code = Writer(version).code(instructions, ["one", "two", *["x"] * 300], ["name"], ["variable"])
    found = run(module(version, code), "m.pyc")[0]["constants"].decode().splitlines()
    assert found[:3] == ['name = "one"', 'variable = "two"', 'name = "x"']


def test_objects_that_are_referred_to() -> None:
    shared = secret()
    reader = Reader(marshal.dumps((shared, [shared, shared], {shared: shared})), 0, layout(13))
    value = reader.value()
    assert value == (shared, (shared, shared), (shared, shared))


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.lists(inner).map(tuple),
    max_leaves=20,
)


def texts(value: object) -> object:
    """What is kept of an object: texts and what holds them."""
    if isinstance(value, tuple):
        return tuple(texts(each) for each in value)
    return value if isinstance(value, str | bytes) else None


@settings(max_examples=150, deadline=None)
@given(_PLAIN, st.frozensets(st.text()), st.integers(2, 4))
def test_what_python_marshals_is_read_to_the_end(value: object, other: frozenset[str], version: int) -> None:
    data = marshal.dumps((value, other, "last"), version)  # type: ignore[arg-type]
    got = Reader(data, 0, layout(13)).value()
    assert isinstance(got, tuple)
    assert got[0] == texts(value)
    assert isinstance(got[1], tuple)
    assert frozenset(got[1]) == other
    assert got[2] == "last"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_damage_at_worst(data: bytes) -> None:
    try:
        Reader(data, 0, layout(13)).value()
    except Damaged:
        return


def test_damage_leaves_what_was_read_before() -> None:
    data = bytecode("def f():\n    token = 'abc'\n    return x(token)\nother = 1\n" * 3)
    rng = random.Random(1)
    for _ in range(200):
        cut = data[: rng.randrange(len(data))]
        entries, problems = run(cut, "m.pyc")
        assert entries[""] == cut
        assert all(each.harmless for each in problems)
    assert b"abc" in run(data[:-20], "m.pyc")[0]["constants"]
