"""`.env` files: what is written is read the same by stanch, by sh and, where it says so, by python-dotenv."""

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stanch.errors import ConfigError
from stanch.respond.stores.dotenv import assign, entries, portable, quoted

TRICKY = st.text(st.sampled_from("ab'\"$`\\#=! \t\r\n{}()~&;|<>*?-ü"), max_size=12)
VALUE = st.one_of(TRICKY, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
LINE = st.one_of(
    st.sampled_from(
        ["", "# comment", "  # it's indented", "A=1", "B='two'", 'C="th\\"ree" # why', "export D=x y", "E =  z", "F=",
         "not an assignment", "G='several\nlines'", "A=again", "=", "H=a#b", "I='a'\\''b'", "J= # nothing"]
    ),
    st.text(st.sampled_from("AB='\"#\\ $\tx"), max_size=10),
)  # fmt: skip


def read(text: str) -> dict[str, str]:
    """The last assignment of each name."""
    return {entry.name: entry.value for entry in entries(text)}


@settings(deadline=None)
@given(VALUE)
def test_every_value_comes_back(value: str) -> None:
    assert read(assign("", "NAME", value)) == {"NAME": value}


@settings(deadline=None)
@given(VALUE, st.sampled_from(["", "'", '"']))
def test_every_value_comes_back_in_quotes_like_those_before(value: str, like: str) -> None:
    assert read(f"NAME={quoted(value, like)}\n") == {"NAME": value}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(VALUE, min_size=1, max_size=4))
def test_sh_reads_the_same(tmp_path: Path, values: list[str]) -> None:
    text = ""
    for number, value in enumerate(values):
        text = assign(text, f"V{number}", value)
    file = tmp_path / "env"
    file.write_text(text, encoding="utf-8", newline="")
    script = '. "$1"; printf "%s\\0" ' + " ".join(f'"$V{number}"' for number in range(len(values)))
    done = subprocess.run(["sh", "-c", script, "sh", str(file)], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == values
    assert done.stderr == b""


@settings(deadline=None)
@given(VALUE)
def test_python_dotenv_reads_the_same_where_it_is_said_to(value: str) -> None:
    dotenv = pytest.importorskip("dotenv", reason="python-dotenv is not installed")
    if portable(value):
        assert dotenv.dotenv_values(stream=StringIO(assign("", "NAME", value), newline="")) == {"NAME": value}


@settings(deadline=None)
@given(st.lists(LINE, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans(), VALUE, st.sampled_from("ABGZ"))
def test_everything_else_stays_as_it_is(lines: list[str], end: str, ended: bool, value: str, name: str) -> None:
    text = end.join(lines) + (end if ended else "")
    before = entries(text)
    try:
        new = assign(text, name, value)
    except ConfigError:
        assert any(not entry.closed for entry in before)
        return
    after = entries(new)
    assert read(new)[name] == value
    assert [(e.name, e.value) for e in after if e.name != name] == [(e.name, e.value) for e in before if e.name != name]
    kept = text
    for entry in reversed(before):
        if entry.name == name:
            kept = kept[: entry.start] + kept[entry.end :]
    gone = new
    for entry in reversed(after):
        if entry.name == name:
            gone = gone[: entry.start] + gone[entry.end :]
    if name in read(text):
        assert gone == kept  # nothing but values has changed
    else:
        assert new.startswith(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_file_holds_it_is_read(text: str) -> None:
    for entry in entries(text):
        assert 0 <= entry.start <= entry.end <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", {"A": "1"}),
        ("export A=1\n", {"A": "1"}),
        ("  A = 1  \n", {"A": "1"}),
        ("A=1 # one\n", {"A": "1"}),
        ("A=a#b\n", {"A": "a#b"}),
        ("A= # nothing\n", {"A": ""}),
        ("A='x # y' # z\n", {"A": "x # y"}),
        ('A="x\\ny"\n', {"A": "x\ny"}),
        ('A="x\ny"\n', {"A": "x\ny"}),
        ("A='x\\ny'\n", {"A": "x\\ny"}),
        ('A="\\$x \\"q\\""\n', {"A": '$x "q"'}),
        ("A='it'\\''s'\n", {"A": "it's"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("\ufeffA=1\n", {"A": "1"}),
        ("#A=1\n", {}),
        ("A\n", {}),
        ("1A=1\n", {}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("A=it's\n", {"A": "it's"}),
    ],
)
def test_what_is_read(text: str, expected: dict[str, str]) -> None:
    assert read(text) == expected


def test_lines_are_counted() -> None:
    assert [(e.name, e.line) for e in entries("A='x\ny'\n\n# c\nB=1\n")] == [("A", 1), ("B", 5)]


@pytest.mark.parametrize(
    ("text", "name", "value", "expected"),
    [
        ("", "A", "1", "A=1\n"),
        ("# c\n", "A", "1", "# c\nA=1\n"),
        ("B=2", "A", "1", "B=2\nA=1\n"),
        ("B=2\r\n", "A", "1", "B=2\r\nA=1\r\n"),
        ("A='old' # why\nB=2\n", "A", "new", "A='new' # why\nB=2\n"),
        ('A="old"\n', "A", "new", 'A="new"\n'),
        ('A="old"\n', "A", "n$w", "A='n$w'\n"),
        ("export A=old\n", "A", "new one", "export A='new one'\n"),
        ("A=\n", "A", "1", "A=1\n"),
        ("A= # fill in\n", "A", "1", "A=1 # fill in\n"),
        ("A=1\nB=2\nA=3\n", "A", "4", "A=4\nB=2\nA=4\n"),
    ],
)
def test_what_is_written(text: str, name: str, value: str, expected: str) -> None:
    assert assign(text, name, value) == expected


def test_a_quote_without_an_end_is_not_given_one() -> None:
    with pytest.raises(ConfigError, match="a quote in line 2 has no end"):
        assign("A=1\nB='open\n", "C", 'it\'s "x"')
