import re

from hypothesis import given, settings
from markdown_it import MarkdownIt

from stanch.model import Coverage, Report
from stanch.report import render
from stanch.report.markdown import LIMIT, code, inline, prose

from .samples import HOSTILE, anything, clean_report, finding, full_report, incomplete_report, reports

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


def markdown(report: Report, **options: object) -> str:
    return "".join(render("markdown", report, **options))  # type: ignore[arg-type]


def rendered(text: str) -> str:
    """As HTML, in which only markup that the format itself writes may be."""
    html: str = PARSER.render(text)
    known = "h2|h3|p|strong|ul|li|table|thead|tbody|tr|th|td|code|br|sub"
    assert [tag for tag in re.findall(r"<[^>]*>", html) if not re.fullmatch(rf"</?(?:{known}) ?/?>", tag)] == []
    return html


def test_the_summary() -> None:
    text = markdown(full_report())
    html = rendered(text)
    assert "stanch found 4 secrets in 5 places: 1 critical, 1 high, 1 medium, 1 low</h2>" in html
    assert html.count("<tr>") == 1 + 5
    assert "<code>src/settings.py:12</code>" in html
    assert html.count("<code>stanch playbook notion-integration-token</code>") == 1
    assert "1 thing was not scanned" in html
    assert "<code>big.zip</code>: more than 100 levels of archives" in html


def test_clean_and_incomplete() -> None:
    assert "found no secrets</h2>" in rendered(markdown(clean_report()))
    assert "in what it could scan</h2>" in rendered(markdown(incomplete_report()))


def test_it_stays_short_and_counts_the_rest() -> None:
    findings = [finding(number, path=f"{number}/" + "x" * 300) for number in range(2000)]
    coverage = Coverage(skipped=[], notes=["n" * 5000] * 100)
    for number in range(1000):
        coverage.skip("y" * 5000, f"{number}" * 500)
    text = markdown(Report(["."], findings, coverage=coverage, warnings=["w" * 5000] * 100))
    assert len(text) <= LIMIT
    rows = text.count("\n| 🟠")
    assert f"**{2000 - rows:,} more** of 2,000 places are not shown here." in text
    assert 100 < rows < 2000


def test_text_is_code_unless_it_is_words() -> None:
    assert inline("Jane Doe") == "Jane Doe"
    assert inline("Zoë O'Hara") == "Zoë O'Hara"
    assert inline("@octocat") == "`@octocat`"
    assert inline("a|b") == "<code>a&#124;b</code>"
    assert code("a`b") == "<code>a&#96;b</code>"
    assert code("") == ""
    assert prose("See https://x.example, @all") == "See https://x.example, &#64;&#8203;all"


@given(anything)
def test_code_is_one_cell_of_code(text: str) -> None:
    html = rendered(f"| a | b |\n| --- | --- |\n| {code(text)} | c |\n")
    assert html.count("<td>") == 2
    assert html.count("<code>") == bool(code(text))


@given(anything)
def test_prose_is_no_markup(text: str) -> None:
    html = rendered(f"x {prose(text)}\n")
    assert set(re.findall(r"<[^>]*>", html)) == {"<p>", "</p>"}


def test_hostile_text_is_text() -> None:
    for text in HOSTILE:
        report = Report([text], [finding(path=text, author=text, name=text, advice=text, playbook=text)])
        assert rendered(markdown(report)).count("<tr>") == 2


@settings(max_examples=60, deadline=None)
@given(reports)
def test_any_text_keeps_the_table(report: Report) -> None:
    html = rendered(markdown(report))
    assert html.count("<td>") == 4 * len(report.findings)
    assert len(markdown(report)) <= LIMIT
