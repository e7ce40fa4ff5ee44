import re

from hypothesis import given, settings

from stanch.model import Coverage, Report
from stanch.report import render

from .samples import clean_report, finding, full_report, incomplete_report, reports


def text(report: Report, **options: object) -> str:
    return "".join(render("text", report, **options))  # type: ignore[arg-type]


def test_a_finding_tells_what_where_and_what_next() -> None:
    found = finding(decoded=("base64", "gzip"), confidence="medium")
    report = Report(["app"], [found], coverage=Coverage(files=3, bytes=1200, commits=2))
    assert (
        text(report, width=80)
        == f"""\
 HIGH  Notion integration token  {found.secret}
  src/settings.py:12:17  commit 1a2b3c4d by Jane Doe on 2026-01-31, still in HEAD, decoded from base64 > gzip
      12 | notion_token = "{found.secret}"
  medium confidence
  fingerprint {found.fingerprint}
  next: Create a new token in the integration's settings, move the services to
        it, then confirm that the old one answers 401.
  run:  stanch playbook notion-integration-token

Found 1 secret: 1 high.
Scanned app: 3 files and 2 commits (1.2 kB).
"""
    )


def test_clean_is_one_line() -> None:
    assert text(clean_report()) == "No secrets found. Scanned .: 12 files (3.4 kB).\n"


def test_incomplete_says_so_and_why() -> None:
    assert text(incomplete_report()) == (
        "No secrets found in what could be scanned.\n"
        "Scanned .: 12 files (3.4 kB).\n"
        "The scan is incomplete: 1 thing was not scanned:\n"
        "  locked.txt: permission denied\n"
    )


def test_only_the_first_losses_are_named() -> None:
    report = clean_report()
    for number in range(2000):
        report.coverage.skip(f"{number}.zip", "damaged")
    shown = text(report)
    assert "  4.zip: damaged\n  and 1,995 more; the json format lists them\n" in shown
    assert "5.zip" not in shown


def test_everything_else_is_told() -> None:
    shown = text(full_report())
    assert "in 2 places" in shown
    assert "Turned down:\n  README.md:4  password  ********  placeholder\n" in shown
    assert "Found 4 secrets in 5 places: 1 critical, 1 high, 1 medium, 1 low.\n" in shown
    assert "Not shown: 2 suppressed (1 baseline, 1 inline), 3 hidden below the confidence asked for.\n" in shown
    assert "note: 2 submodules were not scanned: vendor/a, vendor/b\n" in shown
    assert "warning: stanch.toml: ignore rule 2 expired on 2026-01-01\n" in shown


def test_several_targets_are_told_apart() -> None:
    shown = text(Report(["a", "b"], [finding(1, target="a"), finding(2, target="b")]))
    assert "src/settings.py:12:17  in a, commit" in shown
    assert "src/settings.py:12:17  in b, commit" in shown


def test_colours_add_nothing_but_colours() -> None:
    coloured = text(full_report(), colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(full_report())


def test_a_long_line_is_cut_around_the_secret() -> None:
    found = finding()
    found.excerpt = "x" * 5000 + str(found.secret) + "y" * 5000
    line = text(Report(["."], [found]), width=60).splitlines()[2]
    assert len(line) <= 60
    assert str(found.secret) in line


@settings(max_examples=60, deadline=None)
@given(reports)
def test_lines_cannot_be_forged(report: Report) -> None:
    """Every line is one that the format wrote: a place, a line of code, a fact, or the summary's."""
    starts = " |Turned|Found|Scanned|No secrets|Not shown|The scan|note: |warning: |$"
    assert all(re.match(starts, line) for line in text(report, width=10_000).splitlines())
