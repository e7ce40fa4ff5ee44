import csv
import io

import pytest
from hypothesis import given, settings

from stanch.model import Report
from stanch.report import render
from stanch.report.csv_report import COLUMNS, cell
from stanch.report.plain import printable

from .samples import anything, finding, full_report, reports


def rows(report: Report) -> list[dict[str, str]]:
    text = "".join(render("csv", report))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_columns_and_line_ends() -> None:
    text = "".join(render("csv", full_report()))
    assert text.startswith('"detector","provider",')
    assert text.count("\r\n") == text.count("\n") == 6
    assert tuple(rows(full_report())[0]) == COLUMNS


def test_values() -> None:
    report = full_report()
    row = rows(report)[2]
    assert row["detector"] == "aws-access-key"
    assert row["secret"] == str(report.findings[2].secret)
    assert row["parts"] == f"id={report.findings[2].parts['id']}"
    assert row["in_head"] == "true"
    assert rows(report)[3]["decoded"] == "base64 > gzip"
    assert rows(report)[3]["in_head"] == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("\u3000=1", "' =1"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("a=1", "a=1"),
        ("src/x.py", "src/x.py"),
        ("", ""),
    ],
)
def test_formulas_are_text(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(anything)
def test_no_cell_starts_like_a_formula(text: str) -> None:
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


def test_quotes_and_separators() -> None:
    path = 'a"b,c;d'
    assert rows(Report(["."], [finding(path=path)]))[0]["path"] == path


@settings(max_examples=60, deadline=None)
@given(reports)
def test_any_text_round_trips(report: Report) -> None:
    read = rows(report)
    assert len(read) == len(report.findings)
    for row, found in zip(read, report.findings, strict=True):
        assert None not in row
        assert row["path"].removeprefix("'") == printable(found.path).removeprefix("'")
        assert row["advice"] == cell(found.advice)
