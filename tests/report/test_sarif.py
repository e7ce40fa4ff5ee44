import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator

from stanch.model import Report, Severity
from stanch.report import render
from stanch.report.sarif import FINGERPRINT, uri

from .samples import anything, clean_report, finding, full_report, incomplete_report, reports


@cache
def validator() -> Draft4Validator:
    schema = Path(__file__).with_name("data") / "sarif-2.1.0-rtm.5.json"
    return Draft4Validator(json.loads(schema.read_text()))


def run(report: Report, **options: object) -> dict[str, Any]:
    log = json.loads("".join(render("sarif", report, **options)))  # type: ignore[arg-type]
    assert [error.message for error in validator().iter_errors(log)] == []
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location["uriBaseId"] in only["originalUriBaseIds"]
    loaded: dict[str, Any] = only
    return loaded


def test_results() -> None:
    report = full_report()
    only = run(report)
    first = only["results"][0]
    assert first["ruleId"] == "aws-access-key"
    assert first["level"] == "error"
    assert first["partialFingerprints"] == {FINGERPRINT: report.findings[2].fingerprint}
    assert first["message"]["text"].startswith("AWS access key 'AKIA********")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "deploy/prod.env", "uriBaseId": "%SRCROOT%"}
    region = place["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (12, 17, 67)
    assert place["contextRegion"]["snippet"]["text"] == report.findings[2].excerpt
    assert first["properties"]["validity"] == "valid"
    assert only["columnKind"] == "unicodeCodePoints"


def test_rules_are_the_types_that_occur() -> None:
    rules = run(full_report())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["aws-access-key", "notion-integration-token", "password"]
    assert rules[0]["properties"]["security-severity"] == "9.5"
    assert rules[1]["name"] == "NotionIntegrationToken"
    assert "stanch playbook notion-integration-token" in rules[1]["help"]["markdown"]


def test_a_rule_is_as_grave_as_its_gravest_finding() -> None:
    only = run(Report(["."], [finding(1, severity=Severity.LOW), finding(2, severity=Severity.CRITICAL)]))
    assert only["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "error"
    assert [result["level"] for result in only["results"]] == ["error", "note"]


def test_suppressions() -> None:
    results = [result for result in run(full_report())["results"] if "suppressions" in result]
    assert [result["suppressions"] for result in results] == [
        [{"kind": "external", "status": "accepted", "justification": "baseline"}],
        [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": "inline: a test value (owner: Jane Doe, until 2027-01-01)",
            }
        ],
    ]


def test_several_targets_have_several_roots() -> None:
    only = run(Report(["b", "a"], [finding(1, target="a"), finding(2, target="b"), finding(3, target="c")]))
    assert only["originalUriBaseIds"] == {
        "TARGET1": {"description": {"text": "b"}},
        "TARGET2": {"description": {"text": "a"}},
        "TARGET3": {"description": {"text": "c"}},
    }


def test_a_complete_scan_succeeded() -> None:
    (invocation,) = run(clean_report())["invocations"]
    assert invocation == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_losses_are_notifications() -> None:
    (invocation,) = run(incomplete_report())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [
        {"level": "warning", "message": {"text": "Not scanned: locked.txt: permission denied"}}
    ]


def test_messages_hold_no_links() -> None:
    only = run(Report(["."], [finding(author="[x](http://evil.example)")]))
    text = only["results"][0]["message"]["text"]
    assert "\\[x\\](http" in text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/a.py", "src/a.py"),
        ("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"),
        ("c:/x", "c%3A/x"),
        ("//evil.example/x", "%2F%2Fevil.example/x"),
        ("a.zip!b/c", "a.zip!b/c"),
        ("caf\udce9", "caf%E9"),
        ("100%", "100%25"),
        ("a\\b", "a%5Cb"),
        ("", ""),
    ],
)
def test_uris(path: str, expected: str) -> None:
    assert uri(path) == expected


@given(anything)
def test_any_path_is_a_relative_uri(path: str) -> None:
    assert re.fullmatch(r"(?:%[0-9A-F]{2}|[A-Za-z0-9._~!$&'()*+,;=@/-])*", uri(path))
    assert not uri(path).startswith("/")


@settings(max_examples=30, deadline=None)
@given(reports)
def test_any_text_is_valid(report: Report) -> None:
    assert len(run(report)["results"]) == len(report.findings) + len(report.suppressed)
