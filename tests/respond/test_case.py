from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.samples import anything, finding, full_report, secret
from stanch.errors import ConfigError, TargetError
from stanch.model import Report
from stanch.report import render
from stanch.respond.case import of_findings, of_report, when

MARK = "f" * 32


def written(path: Path, report: Report, form: str = "json", **options: object) -> Path:
    path.write_text("".join(render(form, report, **options)), "utf-8")  # type: ignore[arg-type]
    return path


def test_places_of_one_secret_the_one_that_is_still_there_first() -> None:
    places = [
        finding(fingerprint=MARK, path="old.py", in_head=False, date="2024-01-01T00:00:00Z"),
        finding(fingerprint=MARK, path="b.py", date="2026-02-01T00:00:00+01:00"),
        finding(fingerprint=MARK, path="a.py", date="2026-03-01T00:00:00+01:00"),
        finding(2, path="another.py"),
    ]
    case = of_findings(places, MARK)
    assert [place.path for place in case.places] == ["b.py", "a.py", "old.py"]
    oldest = case.oldest()
    assert oldest is not None
    assert oldest.path == "old.py"
    assert case.detector == "notion-integration-token"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('NOTION_TOKEN = "{}"', "NOTION_TOKEN"),
        ("export NOTION_TOKEN={}", "NOTION_TOKEN"),
        ('  "notionToken": "{}",', "notionToken"),
        ("notion_token: {}", "notion_token"),
        ('os.environ["NOTION_KEY"] = "{}"', "NOTION_KEY"),
        ('const token: string = "{}";', "token"),
        ("token := `{}`", "token"),
        ('$token = getenv("A") ?: "{}";', "token"),
        ("Client(auth='{}')", "auth"),
        ("curl -H {}", ""),
        ("{}", ""),
    ],
)
def test_what_the_line_calls_it(line: str, name: str) -> None:
    found = finding(fingerprint=MARK)
    names = of_findings([finding(fingerprint=MARK, excerpt=line.format(found.secret))], MARK).names
    assert names == ((name,) if name else ())


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_report_tells_the_same_as_its_findings(tmp_path: Path, form: str) -> None:
    report = full_report()
    path = written(tmp_path / "r", report, form)
    for one in report.findings:
        assert of_report(path, one.fingerprint) == of_findings(report.findings, one.fingerprint)


def test_what_was_suppressed_is_found_too(tmp_path: Path) -> None:
    report = full_report()
    path = written(tmp_path / "r.json", report)
    assert of_report(path, report.suppressed[0].fingerprint).first.path == report.suppressed[0].path


def test_secrets_are_masked_though_the_report_shows_them(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", Report(["."], [finding(fingerprint=MARK)]), show_secrets=True)
    assert secret(1) in path.read_text()
    assert of_report(path, MARK).secret == of_findings([finding(fingerprint=MARK)], MARK).secret
    assert secret(1) not in repr(of_report(path, MARK))


def test_a_beginning_is_enough_if_it_is_the_only_one() -> None:
    found = [finding(fingerprint="abcdef" + "0" * 26), finding(2, fingerprint="abcdef" + "1" * 26)]
    assert of_findings(found, "ABCDEF0").fingerprint == found[0].fingerprint
    with pytest.raises(ConfigError, match="2 fingerprints begin with abcdef"):
        of_findings(found, "abcdef")
    with pytest.raises(ConfigError, match="no finding has"):
        of_findings(found, "123456")
    for nonsense in ("", "abc", "xyz123", "../../x"):
        with pytest.raises(ConfigError, match="no fingerprint"):
            of_findings(found, nonsense)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[1]",
        b'{"findings": 3}',
        b'{"findings": [{"path": "a"}]}',
        b'{"findings": [' + b"[" * 5000,
        b"\xff\xfe\x00",
        b'{"a": 1}\n{"b": 2}',
    ],
)
def test_what_is_no_report_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        of_report(path, MARK)
    assert "\n" not in str(caught.value)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        of_report(tmp_path / "none.json", MARK)
    with pytest.raises(TargetError):
        of_report(tmp_path, MARK)


@given(st.text(max_size=40))
def test_any_date_is_one_or_none(text: str) -> None:
    moment = when(text)
    assert moment is None or moment.tzinfo is not None


@settings(max_examples=40, deadline=None)
@given(anything, anything, st.integers(1, 2**31))
def test_any_finding_makes_a_case(words: str, more: str, line: int) -> None:
    found = [finding(fingerprint=MARK, path=words, excerpt=more, author=words, date=more, line=line, in_head=None)]
    case = of_findings(found, MARK)
    assert case.first.path == words
    assert case.secret == str(found[0].secret)
    assert case.oldest() is None or when(more)
