"""Ignore entries against findings: what they take out, what has expired, what is stale."""

from datetime import date

import pytest

from stanch.config import IgnoreEntry
from stanch.model import Confidence, Coverage, Finding, Report, Secret, Severity, Suppression
from stanch.scan.ignore import IgnoreRules, State, audit, is_whole
from stanch.scan.options import Options

TODAY = date(2030, 6, 15)
ONE, TWO = "1" * 32, "2" * 32


def finding(
    fingerprint: str = ONE, path: str = "src/a.py", detector: str = "acme-token", suppressed: Suppression | None = None
) -> Finding:
    return Finding(
        detector=detector,
        provider="acme",
        name="Acme token",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        secret=Secret("value"),
        fingerprint=fingerprint,
        target=".",
        path=path,
        line=1,
        column=1,
        end_line=1,
        end_column=6,
        suppressed=suppressed,
    )


def entry(**keys: str | date) -> IgnoreEntry:
    return IgnoreEntry(**{"reason": "a test key", **keys})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"fingerprint": ONE}, "fingerprint"),
        ({"path": "src/"}, "path"),
        ({"path": "*.py", "detector": "acme-*"}, "path"),
        ({"detector": "acme-token"}, "detector"),
        ({"detector": "acme-*"}, "detector"),
        ({"fingerprint": ONE, "path": "/src/a.py", "detector": "*"}, "fingerprint"),
    ],
)
def test_an_entry_takes_out_what_all_its_keys_match(keys: dict[str, str], kind: str) -> None:
    rules = IgnoreRules([entry(owner="alice", expires=TODAY, **keys)], TODAY)
    assert rules.match(finding()) == Suppression(kind, "a test key", "alice", "2030-06-15")


@pytest.mark.parametrize(
    "keys",
    [
        {"fingerprint": TWO},
        {"fingerprint": ONE[:8]},
        {"path": "tests/"},
        {"detector": "acme"},
        {"fingerprint": ONE, "path": "tests/"},
        {"fingerprint": TWO, "path": "src/"},
        {"path": "src/", "detector": "other-*"},
    ],
)
def test_an_entry_leaves_what_one_key_does_not_match(keys: dict[str, str]) -> None:
    rules = IgnoreRules([entry(**keys)], TODAY)
    assert rules.match(finding()) is None
    assert rules.warnings(whole=False) == []
    assert len(rules.warnings(whole=True)) == 1


def test_another_secret_at_the_same_place_is_still_found() -> None:
    rules = IgnoreRules([entry(fingerprint=ONE, path="src/a.py")], TODAY)
    assert rules.match(finding(ONE))
    assert rules.match(finding(TWO)) is None


def test_expired_entries_take_out_nothing_and_are_reported() -> None:
    rules = IgnoreRules([entry(path="src/", owner="alice", expires=date(2030, 6, 14))], TODAY)
    assert rules.match(finding()) is None
    assert rules.warnings(whole=True) == [
        "ignore entry (path src/, owner alice) expired on 2030-06-14; 1 finding counted again"
    ]


def test_the_first_entry_in_force_is_named_and_none_of_the_others_is_stale() -> None:
    entries = [
        entry(path="src/", reason="late", expires=date(2030, 1, 1)),
        entry(detector="acme-*", reason="first"),
        entry(path="*.py", reason="second"),
        entry(path="nowhere/"),
    ]
    rules = IgnoreRules(entries, TODAY)
    assert rules.match(finding()) == Suppression("detector", "first")
    assert [line.split(")")[0] for line in rules.warnings(whole=True)] == [
        "ignore entry (path src/",
        "ignore entry (path nowhere/",
    ]


def test_paths_begin_at_the_root_whatever_the_target() -> None:
    rules = IgnoreRules([entry(path="/src/deep/*.py")], TODAY, "src/deep/")
    assert rules.match(finding(path="a.py"))
    assert not IgnoreRules([entry(path="/a.py")], TODAY, "src/").match(finding(path="a.py"))
    assert not is_whole(Options(), "src/")


def test_paths_inside_archives_are_matched() -> None:
    rules = IgnoreRules([entry(path="dist/*.zip")], TODAY)
    assert rules.match(finding(path="dist/a.zip!conf/key.pem"))


def test_warnings_bring_no_escape_sequences() -> None:
    (line,) = IgnoreRules([entry(path="\x1b[2J\n")], TODAY).warnings(whole=True)
    assert line.isprintable()


def test_an_audit_tells_how_each_entry_stands() -> None:
    entries = [
        entry(fingerprint=ONE),
        entry(path="gone/"),
        entry(detector="acme-*", expires=date(2030, 1, 1)),
    ]
    comment = finding(TWO, suppressed=Suppression("inline", "gitleaks:allow"))
    report = Report(["."], [], [finding(suppressed=Suppression("fingerprint", "a test key")), comment])
    result = audit(entries, report, TODAY, whole=True)
    assert [(item.state, item.findings) for item in result.entries] == [
        (State.IN_USE, 1),
        (State.STALE, 0),
        (State.EXPIRED, 2),
    ]
    assert result.comments == [comment]
    assert not result.clean
    assert audit(entries[:1], report, TODAY, whole=True).clean


def test_what_a_scan_did_not_see_is_not_stale() -> None:
    entries = [entry(path="gone/")]
    lost = Report(["."], coverage=Coverage(lost=True))
    assert audit(entries, lost, TODAY, whole=True).entries[0].state is State.UNSEEN
    assert audit(entries, Report(["."]), TODAY, whole=False).entries[0].state is State.UNSEEN


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        (Options(), True),
        (Options(history=False), False),
        (Options(files=False), False),
        (Options(staged=True), False),
        (Options(revs=("A..B",)), False),
        (Options(skip_ignored=True), False),
        (Options(seconds=1.0), False),
    ],
)
def test_which_scans_see_everything(options: Options, whole: bool) -> None:
    assert is_whole(options) is whole
