"""What stands around a value, in many languages: its name, the function, the operator, the quote."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect.surroundings import surroundings

CASES = [
    ("NAME=@", "NAME", "", "=", ""),
    ('export NAME="@"', "NAME", "", "=", '"'),
    ("name: @", "name", "", ":", ""),
    ('"name": "@"', "name", "", ":", '"'),
    ("'name' => '@'", "name", "", "=>", "'"),
    ('name := "@"', "name", "", ":=", '"'),
    ("const name: string = '@'", "name", "", "=", "'"),
    ('var name string = "@"', "name", "", "=", '"'),
    ('os.environ["NAME"] = "@"', 'os.environ["NAME"]', "", "=", '"'),
    ("call('@')", "", "call", "(", "'"),
    ('a.b.setToken("@")', "", "a.b.setToken", "(", '"'),
    ('os.getenv("NAME", "@")', "NAME", "os.getenv", ",", '"'),
    ("connect(name='@'", "name", "connect", "=", "'"),
    ("<name>@", "name", "", ">", ""),
    ('<add key="Name" value="@"', "Name", "", "=", '"'),
    ("- name: NAME\n  value: '@'", "NAME", "", ":", "'"),
    ("--name @", "--name", "", " ", ""),
    ("--name=@", "--name", "", "=", ""),
    ("X-Name: Bearer @", "X-Name", "", ":", ""),
    ("name =\n    '@'", "name", "", "=", "'"),
    ('name = b"@"', "name", "", "=", '"'),
    ("if name == '@'", "name", "", "==", "'"),
    ("process.env.NAME || '@'", "process.env.NAME", "", "||", "'"),
]


@pytest.mark.parametrize(("text", "name", "callee", "operator", "quote"), CASES, ids=[case[0] for case in CASES])
def test_the_place_of_a_value_is_read(text: str, name: str, callee: str, operator: str, quote: str) -> None:
    read = surroundings(text.encode(), text.index("@"))
    assert (read.name, read.callee, read.operator, read.quote) == (name, callee, operator, quote)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_input_is_an_error(data: bytes, place: int) -> None:
    surroundings(data, min(place, len(data)))


@pytest.mark.parametrize("unit", ["a", "a.", "a-", "f(", "a=", "<a ", '"a" ', "a->", "a[", "name: ", " ", "'", "a::"])
@pytest.mark.parametrize("end", ["", "=", ":", "(", ",", ">", '="'])
def test_a_hostile_line_is_read_fast(unit: str, end: str) -> None:
    data = (unit * 300 + end).encode()
    began = time.process_time()
    for _ in range(20):
        surroundings(data, len(data))
    assert time.process_time() - began < 0.2
