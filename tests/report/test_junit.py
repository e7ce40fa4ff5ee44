from xml.etree import ElementTree

from hypothesis import given, settings

from stanch.model import Report
from stanch.report import render
from stanch.report.plain import printable

from .samples import clean_report, full_report, incomplete_report, reports


def suite(report: Report) -> ElementTree.Element:
    root = ElementTree.fromstring("".join(render("junit", report)).encode())
    (only,) = root
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == only.get(name)
    assert only.get("tests") == str(len(only))
    assert only.get("failures") == str(len(only.findall("testcase/failure")))
    assert only.get("errors") == str(len(only.findall("testcase/error")))
    assert only.get("skipped") == str(len(only.findall("testcase/skipped")))
    return only


def test_every_finding_fails() -> None:
    case = suite(full_report()).findall("testcase")[0]
    assert case.get("classname") == "aws-access-key"
    assert case.get("name") == "AWS access key in deploy/prod.env:12:17"
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("type") == "critical"
    assert failure.get("message") == "AWS access key (critical) in deploy/prod.env:12:17"
    assert "next: Deactivate the key in IAM" in (failure.text or "")
    assert "run: stanch playbook aws-access-key" in (failure.text or "")


def test_suppressed_is_skipped() -> None:
    reasons = [skipped.get("message") for skipped in suite(full_report()).findall("testcase/skipped")]
    assert reasons == ["baseline", "inline: a test value (owner: Jane Doe, until 2027-01-01)"]


def test_clean_is_one_test_that_passed() -> None:
    (case,) = suite(clean_report())
    assert case.get("name") == "no secrets in ."
    assert len(case) == 0


def test_incomplete_is_an_error() -> None:
    (case,) = suite(incomplete_report())
    error = case.find("error")
    assert error is not None
    assert error.text == "locked.txt: permission denied"


@settings(max_examples=60, deadline=None)
@given(reports)
def test_any_text_is_xml(report: Report) -> None:
    cases = suite(report).findall("testcase[failure]")
    assert sorted(case.get("classname") or "" for case in cases) == sorted(
        printable(found.detector) for found in report.findings
    )
