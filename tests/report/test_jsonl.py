import json

from hypothesis import given, settings

from stanch.model import Finding, Report
from stanch.report import render
from stanch.report.plain import encodable

from .samples import clean_report, finding, full_report, reports

FIELDS = [
    *("detector", "provider", "name", "severity", "confidence", "secret", "fingerprint", "target", "path"),
    *("line", "column", "end_line", "end_column", "excerpt", "parts", "commit", "author", "email", "date"),
    *("in_head", "refs", "validity", "evidence", "decoded", "playbook", "advice", "count", "last", "suppressed"),
]


def lines(report: Report, show_secrets: bool = False) -> list[dict[str, object]]:
    text = "".join(render("jsonl", report, show_secrets=show_secrets))
    return [json.loads(line) for line in text.split("\n") if line]


def test_fields() -> None:
    report = full_report()
    records = lines(report)
    assert [list(record) for record in records[:4]] == [FIELDS] * 4
    assert list(records[4]) == [*FIELDS, "occurrences"]
    first = records[0]
    assert first["secret"] == str(report.findings[0].secret)
    assert first["path"] == "src/settings.py"
    assert first["in_head"] is True
    assert first["decoded"] == []
    assert first["validity"] == "not_checked"
    assert records[3]["decoded"] == ["base64", "gzip"]
    assert first["evidence"] is None
    assert records[2]["evidence"] == {
        "validity": "valid",
        "reason": "",
        "identity": {"account": "Bakery"},
        "can": ["read orders", "change orders"],
        "attempts": [{"call": "GET https://api.example.com/me", "status": 200, "outcome": "valid"}],
        "moment": "2026-02-03T04:05:06+00:00",
    }
    assert records[3]["commit"] is None


def test_every_field_of_the_model_is_there() -> None:
    assert {*FIELDS, "occurrences"} == set(Finding.__struct_fields__)


def test_secrets_only_when_asked_for() -> None:
    report = full_report()
    record = lines(report, show_secrets=True)[2]
    assert record["secret"] == report.findings[2].secret.reveal()
    assert record["parts"] == {"id": report.findings[2].parts["id"].reveal()}
    assert lines(report)[2]["parts"] == {"id": str(report.findings[2].parts["id"])}


def test_nothing_found_is_nothing_written() -> None:
    assert list(render("jsonl", clean_report())) == []


def test_text_that_does_not_print_comes_back() -> None:
    path = "a\x1b[2Jb\u202ec\n\u2028\U000e0041"
    report = Report(["."], [finding(path=path)])
    assert "".join(render("jsonl", report)).rstrip("\n").isprintable()
    assert lines(report)[0]["path"] == path


@settings(max_examples=60, deadline=None)
@given(reports)
def test_any_text_comes_back(report: Report) -> None:
    records = lines(report)
    assert len(records) == len(report.findings)
    for record, found in zip(records, report.findings, strict=True):
        assert record["path"] == encodable(found.path)
        assert record["excerpt"] == encodable(found.excerpt)
        assert record["author"] == (found.author if found.author is None else encodable(found.author))
