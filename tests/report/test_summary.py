from stanch.model import Coverage, Evidence, Report, Severity, Suppression, Validity
from stanch.report import summary

from .samples import EVIDENCE, clean_report, finding, full_report


def test_order_is_severity_then_path() -> None:
    ranked = summary.ranked(full_report().findings)
    assert [(f.severity, f.path) for f in ranked] == [
        ("critical", "deploy/prod.env"),
        ("high", "old/settings.py"),
        ("high", "src/settings.py"),
        ("medium", "backup.tar.gz!etc/app/config.yaml"),
        ("low", "docs/guide.md"),
    ]


def test_places_of_one_secret_are_together() -> None:
    groups = summary.grouped([finding(1, path="b"), finding(2, path="a"), finding(1, path="c")])
    assert [[f.path for f in group] for group in groups] == [["a"], ["b", "c"]]


def test_a_secret_is_as_grave_as_its_gravest_place() -> None:
    groups = summary.grouped([finding(path="a", severity=Severity.LOW), finding(path="b")])
    assert summary.by_severity(groups) == {"high": 1}
    assert summary.found(groups) == "1 secret in 2 places: 1 high"


def test_sizes() -> None:
    sizes = [summary.size(n) for n in (0, 1, 999, 1000, 999_960, 5_600_000, 10**13)]
    assert sizes == ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.0 MB", "5.6 MB", "10.0 TB"]


def test_what_was_scanned() -> None:
    assert summary.scanned(Coverage()) == "nothing"
    assert summary.scanned(Coverage(bytes=12)) == "12 bytes"
    assert summary.scanned(clean_report().coverage) == "12 files (3.4 kB)"
    assert summary.scanned(Coverage(files=1, commits=1200)) == "1 file and 1,200 commits"


def test_many_targets_are_counted() -> None:
    assert summary.targets(Report(["a", "b"])) == "a and b"
    assert summary.targets(Report([str(n) for n in range(10)])) == "0, 1, 2 and 7 more"


def test_what_was_left_out() -> None:
    left_out = "2 suppressed (1 baseline, 1 inline), 3 hidden below the confidence asked for"
    assert summary.left_out(full_report()) == left_out
    assert summary.left_out(clean_report()) == ""


def test_losses_are_counted_and_harmless_skips_are_not() -> None:
    coverage = Coverage()
    coverage.skip("socket", "a socket", harmless=True)
    assert summary.losses(coverage) == ([], 0)
    for number in range(1200):
        coverage.skip(f"{number}", "too deep")
    shown, more = summary.losses(coverage, 5)
    assert [skip.path for skip in shown] == ["0", "1", "2", "3", "4"]
    assert more == 1195
    assert summary.incomplete(coverage) == "The scan is incomplete: 1,200 things were not scanned"
    assert summary.incomplete(Coverage(lost=True)) == "The scan is incomplete"


def test_context() -> None:
    assert summary.context(finding()) == "commit 1a2b3c4d by Jane Doe on 2026-01-31, still in HEAD"
    refs = ("refs/heads/feature/x", "refs/tags/v1", "refs/stash", "refs/notes/a")
    gone = finding(in_head=False, count=3, refs=refs, author=None, date=None)
    assert summary.context(gone) == "commit 1a2b3c4d, 3 versions, only in history of feature/x, v1 and 2 more refs"
    assert summary.context(finding(commit=None, author=None, date=None, in_head=None)) == ""
    assert summary.context(finding(commit=None, author=None, date=None, in_head=False, refs=())) == "in no commit"


def test_doubts() -> None:
    assert summary.doubts(finding()) == []
    assert summary.doubts(finding(validity=Validity.INVALID)) == ["no longer valid"]
    assert set(summary.VALIDITY) == set(Validity)


def test_suppression() -> None:
    told = Suppression("inline", "a test value", "Jane Doe", "2027-01-01")
    expected = "inline: a test value (owner: Jane Doe, until 2027-01-01)"
    assert summary.suppression(finding(suppressed=told)) == expected
    assert summary.suppression(finding(suppressed=Suppression("path"))) == "path"
    assert summary.suppression(finding()) == ""


def test_what_the_issuer_says() -> None:
    assert summary.told(None) == ""
    assert summary.told(EVIDENCE) == "account Bakery; can read orders and change orders"
    assert (
        summary.told(Evidence(Validity.UNKNOWN, "a.example\x1b[2J did not answer"))
        == "a.example\\x1b[2J did not answer"
    )
