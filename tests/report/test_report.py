import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from stanch.errors import ConfigError
from stanch.model import Report
from stanch.report import FORMATS, render

from .samples import full_report, incomplete_report, reports, secrets_of

SOURCE = Path(__file__).parents[2] / "src"
PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def python(code: str, seed: str = "0") -> str:
    environment = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{Path(__file__).parents[1]}"}
    environment["PYTHONHASHSEED"] = seed
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_formats_are_the_agreed_ones() -> None:
    agreed = ("text", "json", "jsonl", "sarif", "junit", "csv", "html", "gitlab", "markdown")
    assert agreed == FORMATS


def test_an_unknown_format_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="unknown format 'xml'") as caught:
        render("xml", Report(["."]))
    assert "sarif" in caught.value.hint


@pytest.mark.parametrize("format", FORMATS)
def test_secrets_are_masked_unless_asked_for(format: str) -> None:
    report = full_report()
    values = secrets_of(report)
    masked = "".join(render(format, report))
    assert not [value for value in values if value in masked]
    shown = "".join(render(format, report, show_secrets=True))
    assert report.findings[0].secret.reveal() in shown


@PROPERTY
@given(report=reports)
def test_any_text_is_masked_stays_the_same_and_steers_no_terminal(report: Report) -> None:
    values = secrets_of(report)
    for format in FORMATS:
        text = "".join(render(format, report))
        assert not [value for value in values if value in text]
        assert text == "".join(render(format, report))
        text.encode()
        odd = [char for char in text.replace("\r\n", "\n") if not char.isprintable() and char != "\n"]
        assert odd == []


@pytest.mark.parametrize("format", sorted({*FORMATS} - {"jsonl", "csv"}))
def test_losses_are_told_where_there_is_more_than_findings(format: str) -> None:
    assert "permission denied" in "".join(render(format, incomplete_report()))


def test_two_processes_write_the_same_bytes() -> None:
    code = (
        "import hashlib; from report.samples import full_report; from stanch.report import FORMATS, render\n"
        "for name in FORMATS:\n"
        "    print(hashlib.sha256(''.join(render(name, full_report())).encode()).hexdigest())"
    )
    here = [hashlib.sha256("".join(render(name, full_report())).encode()).hexdigest() for name in FORMATS]
    assert python(code, "1").split() == python(code, "2").split() == here


def test_text_needs_nothing_but_the_model() -> None:
    code = (
        "import sys, stanch.errors, stanch.model\n"
        "known = set(sys.modules)\n"
        "from stanch.report import render\n"
        "''.join(render('text', stanch.model.Report(['.'])))\n"
        "print(*sorted(set(sys.modules) - known))"
    )
    assert python(code).split() == [
        "stanch.report",
        "stanch.report.options",
        "stanch.report.plain",
        "stanch.report.summary",
        "stanch.report.text",
    ]
