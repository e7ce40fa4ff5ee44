"""Environment files say after a change what they said before, and the new value."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.respond.fix.dotenv import quoted, read, with_names, with_values

VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=40)
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True)


@settings(max_examples=300)
@given(values=st.dictionaries(NAMES, VALUES, max_size=5), new=VALUES)
def test_what_is_written_is_read(values: dict[str, str], new: str) -> None:
    lines = {name: line for name, value in values.items() if (line := quoted(value)) is not None}
    text = with_values("# a remark\n\n", lines)
    assert read(text) == {name: values[name] for name in lines}
    line = quoted(new)
    if line is not None and lines:
        name = next(iter(lines))
        assert read(with_values(text, {name: line})) == {**read(text), name: new}


@settings(max_examples=200)
@given(text=st.text(st.sampled_from("AB_=' \"#\\\n\r$x"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    read(text)
    assert with_names(text, ["NAME"]).startswith(text)


def test_the_shell_reads_the_same(tmp_path: Path) -> None:
    if shutil.which("sh") is None:
        pytest.skip("sh is not installed")
    values = {"A": "plain", "B": "with 'quotes", "C": 'a "b" $c `d` \\e', "D": "two\nlines", "E": "", "F": "a b # c"}
    lines = {name: line for name, value in values.items() if (line := quoted(value)) is not None}
    assert set(lines) == set(values)
    (tmp_path / ".env").write_text(with_values("", lines))
    for name, value in values.items():
        program = f'. ./.env; printf %s "${name}"'
        done = subprocess.run(["sh", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == value


def test_remarks_export_and_quotes() -> None:
    text = '# A=1\nexport B = \'x # y\' # z\nC="a\\"b\\nc"\r\nD=plain # remark\n no line\nE=\n'
    assert read(text) == {"B": "x # y", "C": 'a"b\nc', "D": "plain", "E": ""}


def test_a_file_without_an_end_and_with_crlf() -> None:
    assert with_values("A=1\r\nB=2", {"C": "3"}) == "A=1\r\nB=2\r\nC=3\r\n"
    assert with_names("#A=\nB=1\n", ["A", "B", "C"]) == "#A=\nB=1\nC=\n"
