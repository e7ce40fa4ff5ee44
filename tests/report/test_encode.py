import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.model import Secret
from stanch.report.encode import array, document, encode
from stanch.report.plain import encodable

from .samples import anything

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(_values)
def test_values_come_back(value: object) -> None:
    text = encode(value)
    assert text.isprintable()
    assert json.loads(text) == value


@given(anything)
def test_unpaired_surrogates_become_visible(text: str) -> None:
    assert json.loads(encode({text: [text]})) == {encodable(text): [encodable(text)]}


def test_a_secret_is_not_encoded_by_accident() -> None:
    with pytest.raises(TypeError):
        encode({"secret": Secret("x" * 30)})


def test_document() -> None:
    text = "".join(document([("a", 1), ("list", iter([{"b": 2}, {"c": 3}])), ("none", iter([]))]))
    assert text == '{\n"a": 1,\n"list": [\n{"b":2},\n{"c":3}\n],\n"none": []\n}'


def test_array() -> None:
    assert json.loads("".join(array(range(3)))) == [0, 1, 2]
