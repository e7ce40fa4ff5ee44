import json
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from jsonschema import Draft7Validator

from stanch.model import Report
from stanch.report import render
from stanch.report.gitlab import NO_COMMIT, VERSION

from .samples import COMMIT, clean_report, finding, full_report, incomplete_report, reports


@cache
def validator() -> Draft7Validator:
    schema = Path(__file__).with_name("data") / f"secret-detection-report-format-{VERSION}.json"
    return Draft7Validator(json.loads(schema.read_text()))


def load(report: Report, **options: object) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads("".join(render("gitlab", report, **options)))  # type: ignore[arg-type]
    assert [error.message for error in validator().iter_errors(loaded)] == []
    return loaded


def test_the_schema_is_of_the_version_that_is_declared() -> None:
    assert validator().schema["self"]["version"] == VERSION == load(clean_report())["version"]


def test_vulnerabilities() -> None:
    report = full_report()
    first = load(report)["vulnerabilities"][0]
    assert first["name"] == "AWS access key"
    assert first["severity"] == "Critical"
    assert first["identifiers"][0]["value"] == "aws-access-key"
    assert first["location"] == {
        "file": "deploy/prod.env",
        "start_line": 12,
        "end_line": 12,
        "commit": {"sha": COMMIT, "author": "Jane Doe", "date": "2026-01-31T12:00:00+01:00"},
    }
    assert first["raw_source_code_extract"] == str(report.findings[2].secret)
    assert "Deactivate the key" in first["solution"]


def test_what_is_in_no_commit() -> None:
    found = finding(commit=None, author=None, date=None)
    (only,) = load(Report(["."], [found]))["vulnerabilities"]
    assert only["location"]["commit"] == {"sha": NO_COMMIT}


def test_ids_differ_and_tracking_outlives_moved_lines() -> None:
    found = load(Report(["."], [finding(line=1), finding(line=2), finding(path="b.py")]))["vulnerabilities"]
    assert len({item["id"] for item in found}) == 3
    signatures = [item["tracking"]["items"][0]["signatures"][0]["value"] for item in found]
    assert signatures[1] == signatures[2] != signatures[0]


def test_suppressed_is_counted_only() -> None:
    loaded = load(full_report())
    assert len(loaded["vulnerabilities"]) == 5
    assert {
        "level": "info",
        "value": "Scanned 120 files, 31 archive members, 880 blobs, 40 commits and 2 tags (5.6 MB).",
    } in loaded["scan"]["messages"]
    assert any("2 suppressed" in message["value"] for message in loaded["scan"]["messages"])


def test_losses_are_warnings() -> None:
    assert load(incomplete_report())["scan"]["messages"][1:] == [
        {"level": "warn", "value": "Not scanned: locked.txt: permission denied"}
    ]


def test_times_come_from_the_caller() -> None:
    assert load(clean_report())["scan"]["start_time"] == "1970-01-01T00:00:00"
    moment = datetime(2026, 1, 31, 12, 0, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    assert load(clean_report(), moment=moment)["scan"]["end_time"] == "2026-01-31T10:00:05"
    assert load(clean_report(), moment=datetime(2026, 1, 31, tzinfo=UTC))["scan"]["end_time"] == "2026-01-31T00:00:00"


def test_long_texts_are_cut_to_the_schema() -> None:
    (only,) = load(Report(["."], [finding(name="n" * 300, advice="a" * 9000)]))["vulnerabilities"]
    assert len(only["name"]) == 255
    assert len(only["solution"]) == 7000


def test_code_cannot_be_ended() -> None:
    report = Report(["."], [finding()])
    report.findings[0].secret = type(report.findings[0].secret)("a``b" + "x" * 30 + "`[x]")
    (only,) = load(report)["vulnerabilities"]
    assert only["description"] == "Secret ``` a``b********`[x] ``` (still in HEAD)."


@settings(max_examples=30, deadline=None)
@given(reports)
def test_any_text_is_valid(report: Report) -> None:
    assert len(load(report)["vulnerabilities"]) == len(report.findings)
