"""Environment files: what a fix reads of them, and the names that it adds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.respond.fix.dotenv import read, with_names


@settings(max_examples=200)
@given(text=st.text(st.sampled_from("AB_=' #\\\n\r$x"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    read(text)


def test_remarks_export_and_quotes() -> None:
    text = '# A=1\nexport B = \'x # y\' # z\nC="a\\"b\\nc"\r\nD=plain # remark\n no line\nE=\n'
    assert read(text) == {"B": "x # y", "C": 'a"b\nc', "D": "plain", "E": ""}


def test_names_are_added_where_they_are_not_mentioned() -> None:
    assert with_names("#A=\nB=1\n", ["A", "B", "C"]) == "#A=\nB=1\nC=\n"
    assert with_names("A=1\r\nB=2", ["C"]) == "A=1\r\nB=2\r\nC=\r\n"
