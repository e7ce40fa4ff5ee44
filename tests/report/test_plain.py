import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.report.plain import encodable, line_of_code, printable, shorten, window

from .samples import anything


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("src/a b.py", "src/a b.py"),
        ("Zoë 山田 🙂", "Zoë 山田 🙂"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2028b\x85", "a\\u2028b\\x85"),
        ("a\xa0b\u3000c", "a b c"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\x9b2J", "\\x9b2J"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(anything)
def test_printable_is_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


@given(anything)
def test_encodable(text: str) -> None:
    encodable(text).encode()
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert encodable(text) == text


def test_line_of_code_has_no_indentation() -> None:
    assert line_of_code("\t\tkey =\t'x'\n") == "key =  'x'"


@given(st.text(), st.integers(10, 50))
def test_shorten(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert short == text or "..." in short


@given(st.text("ab ", max_size=200), st.text("ab ", max_size=200), st.integers(40, 80))
def test_window_keeps_what_matters(before: str, after: str, width: int) -> None:
    shown = window(f"{before}key********end{after}", "key********end", width)
    assert "key********end" in shown
    assert len(shown) <= width


@given(anything, anything, st.integers(10, 50))
def test_window_is_never_wider(text: str, around: str, width: int) -> None:
    assert len(window(text, around, width)) <= width
