import hashlib
import re
from base64 import b64encode
from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import given, settings

from stanch.model import Report
from stanch.report import render
from stanch.report.plain import printable

from .samples import HOSTILE, clean_report, finding, full_report, incomplete_report, reports

VOID = {"meta", "input", "br", "hr", "img", "link"}
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "div",
        "p",
        "svg",
        "path",
        "rect",
        "h1",
    ),
    *("code", "ul", "li", "span", "b", "dl", "dt", "dd", "small", "strong", "main", "section", "h2", "form"),
    *(
        "label",
        "input",
        "select",
        "option",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "mark",
        "details",
    ),
    *("summary", "footer", "script"),
}
ATTRIBUTES = {
    *(
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "href",
        "viewbox",
        "aria-hidden",
        "d",
        "x",
        "y",
    ),
    *(
        "width",
        "height",
        "rx",
        "preserveaspectratio",
        "id",
        "aria-labelledby",
        "role",
        "aria-label",
        "hidden",
    ),
    *("type", "autocomplete", "placeholder", "value", "scope", "data-severity", "data-rank", "data-provider"),
    "data-head",
}


class Page(HTMLParser):
    """Reads a page strictly: every tag known and closed, every attribute known."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.attributes += [(name, value or "") for name, value in attrs]
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in VOID and not (self.open and self.open[-1] == "svg" and tag in ("path", "rect")):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def html(report: Report, **options: object) -> str:
    return "".join(render("html", report, **options))  # type: ignore[arg-type]


def test_it_is_a_page() -> None:
    page = Page(html(full_report()))
    assert page.texts["h1"] == ["4 secrets found"]
    assert page.counts["main"] == page.counts["header"] == page.counts["footer"] == page.counts["h1"] == 1
    assert page.counts["tr"] == 2 + 4 + 2
    text = html(full_report())
    assert "Deactivate the key in IAM" in text
    assert "inline: a test value (owner: Jane Doe, until 2027-01-01)" in text
    assert "1 thing was not scanned" in text
    assert "ignore rule 2 expired" in text


def test_only_its_own_style_and_script_may_run() -> None:
    text = html(full_report())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src &#x27;none&#x27;" in policy
    for tag in ("style", "script"):
        ((content,),) = [re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)]
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in policy


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = html(full_report())
    assert not re.search(r"(?:https?:)?//|url\(|@import|\bsrc=", text)
    page = Page(text)
    assert [value for name, value in page.attributes if name == "href"] == ["#main"]


def test_clean_and_incomplete() -> None:
    clean, incomplete = html(clean_report()), html(incomplete_report())
    assert "Everything was scanned, and nothing was found." in clean
    assert "Everything was scanned" not in incomplete
    assert "permission denied" in incomplete
    assert "<table" not in clean


def test_many_places_unfold() -> None:
    text = html(Report(["."], [finding(path=f"{number}.py") for number in range(12)]))
    Page(text)
    assert "<summary>7 more</summary>" in text


def test_shown_secrets_are_warned_of() -> None:
    assert "keep it as safe as them" in html(full_report(), show_secrets=True)
    assert "keep it as safe" not in html(full_report())


def test_the_moment_is_the_callers() -> None:
    assert "2026-01-31 12:00 UTC" in html(clean_report(), moment=datetime(2026, 1, 31, 12, tzinfo=UTC))


def test_hostile_text_is_text() -> None:
    for text in HOSTILE:
        report = Report([text], [finding(path=text, author=text, excerpt=text, name=text, provider=text)])
        page = Page(html(report))
        if text.strip():
            assert printable(text) in "".join(page.texts["code"])


@settings(max_examples=60, deadline=None)
@given(reports)
def test_any_text_is_text(report: Report) -> None:
    page = Page(html(report))
    assert page.counts["script"] == page.counts["style"] == 1
