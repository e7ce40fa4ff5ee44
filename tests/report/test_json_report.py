import json

from hypothesis import given, settings

from stanch import __version__
from stanch.model import Report
from stanch.report import render

from .samples import clean_report, full_report, reports


def load(report: Report) -> dict[str, object]:
    loaded: dict[str, object] = json.loads("".join(render("json", report)))
    return loaded


def test_the_whole_report() -> None:
    report = full_report()
    loaded = load(report)
    assert list(loaded) == [
        *(
            "tool",
            "catalog",
            "targets",
            "counts",
            "findings",
            "suppressed",
            "rejected",
            "coverage",
            "warnings",
        ),
    ]
    assert loaded["tool"] == {"name": "stanch", "version": __version__}
    assert loaded["catalog"] == report.catalog
    assert loaded["counts"] == {
        "secrets": 4,
        "findings": 5,
        "suppressed": 2,
        "hidden": 3,
        "severities": {"critical": 1, "high": 1, "medium": 1, "low": 1},
    }
    assert loaded["coverage"] == report.coverage.as_dict()
    assert loaded["rejected"] == [
        {
            "detector": "password",
            "reason": "placeholder",
            "path": "README.md",
            "line": 4,
            "secret": "********",
        }
    ]


def test_findings_are_those_of_json_lines() -> None:
    report = full_report()
    lines = [json.loads(line) for line in render("jsonl", report)]
    assert load(report)["findings"] == lines


def test_suppressions_have_their_reason() -> None:
    suppressed = load(full_report())["suppressed"]
    assert isinstance(suppressed, list)
    assert suppressed[1]["suppressed"] == {
        "kind": "inline",
        "reason": "a test value",
        "owner": "Jane Doe",
        "expires": "2027-01-01",
    }


def test_clean() -> None:
    loaded = load(clean_report())
    assert loaded["findings"] == []
    assert "rejected" not in loaded


@settings(max_examples=40, deadline=None)
@given(reports)
def test_any_text_is_json(report: Report) -> None:
    assert len(load(report)["findings"]) == len(report.findings)  # type: ignore[arg-type]
