import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Call, Git, leak, token


def test_the_first_thing_to_do_comes_before_the_rest(folder: Path, call: Call) -> None:
    told = call("playbook", "notion-integration-token")
    titles = ["FIRST THING TO DO", "WHAT A LEAK RISKS", "WHETHER SOMEBODY USED IT", "REVOKE AND ROTATE", "SOURCES"]
    assert sorted(titles, key=told.index) == titles
    assert "\n  1. " in told


def test_markdown_json_and_html(folder: Path, call: Call) -> None:
    assert call("playbook", "notion-integration-token", "--format", "markdown").startswith(
        "# Notion integration token\n"
    )
    facts = json.loads(call("playbook", "notion-integration-token", "--format", "json"))
    assert facts["id"] == "notion-integration-token"
    assert facts["revoke"]["steps"][0]["source"] in facts["sources"]
    assert call("playbook", "notion-integration-token", "--format", "html").startswith("<!DOCTYPE html>")


def test_into_a_file(folder: Path, call: Call) -> None:
    assert call("playbook", "jwt-token", "--format", "html", "--output", "jwt.html") == ""
    assert (folder / "jwt.html").read_text().endswith("</html>\n")
    assert "no/such" in call("playbook", "jwt-token", "--output", "no/such/file", status=2)


@pytest.fixture
def leaky(repository: Path, git: Git) -> str:
    """A repository with a token in two places, one of them gone, and a program that reads its variable; gives it."""
    value = leak(repository, "settings.py", 1)
    (repository / "old.py").write_text(f'NOTION_TOKEN = "{value}"\n')
    (repository / "pages.py").write_text('import os\n\nclient = Client(auth=os.environ["NOTION_TOKEN"])\n')
    git("add", ".")
    git("commit", "--quiet", "--message", "begin", "--date", "2026-01-31T12:00:00+00:00")
    git("rm", "--quiet", "old.py")
    git("commit", "--quiet", "--message", "tidy")
    return value


def fingerprint(call: Call) -> str:
    return str(json.loads(call("scan", ".", "--format", "jsonl", status=1).splitlines()[0])["fingerprint"])


def test_a_finding_with_its_own_places_and_consumers(leaky: str, call: Call) -> None:
    mark = fingerprint(call)
    told = call("playbook", "--finding", mark)
    assert leaky not in told
    assert "settings.py:1:17" in told
    assert "since 2026-01-31" in told.lower() or "2026-01-31 (" in told
    assert "Hello Jo," in told
    assert "old.py:1 (commit" in told
    assert "no longer in HEAD" in told
    assert "pages.py, line 3" in told
    assert "These places in the code base read it: pages.py." in " ".join(told.split())
    assert call("playbook", "--finding", mark[:8], "--in", ".") == told
    for form in ("markdown", "html", "json"):
        written = call("playbook", "--finding", mark, "--format", form)
        assert "pages.py" in written
        assert leaky not in written


def test_from_a_report_without_a_scan(leaky: str, call: Call, repository: Path, tmp_path: Path) -> None:
    for form in ("json", "jsonl"):
        path = tmp_path / f"report.{form}"
        call("scan", ".", "--output", f"{form}:{path}", "--show-secrets", status=1)
        assert leaky in path.read_text()
        told = call("playbook", "--finding", fingerprint(call), "--report", str(path))
        assert "settings.py:1:17" in told
        assert "pages.py, line 3" in told
        assert leaky not in told


def test_from_elsewhere_in_the_repository(
    leaky: str, call: Call, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = fingerprint(call)
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert "pages.py, line 3" in call("playbook", "--finding", mark)


def test_what_was_ignored_has_a_playbook_too(leaky: str, call: Call) -> None:
    mark = fingerprint(call)
    call("ignore", "add", mark, "--reason", "revoked")
    assert "settings.py:1:17" in call("playbook", "--finding", mark)


def test_a_folder_that_is_no_repository(folder: Path, call: Call) -> None:
    value = leak(folder, ".env", 3)
    told = call("playbook", "--finding", fingerprint(call))
    assert "When it came here is not recorded" in told
    assert value not in told
    assert "Commit" not in told


def test_wrong_usage_is_one_line(folder: Path, call: Call) -> None:
    leak(folder, "a.py", 1)
    (folder / "report.json").write_text("[]")
    assert "no credential type is called 'x'" in call("playbook", "x", status=2)
    assert "either the ID" in call("playbook", status=2)
    assert "either the ID" in call("playbook", "jwt-token", "--finding", "a" * 32, status=2)
    assert "go with --finding" in call("playbook", "jwt-token", "--in", ".", status=2)
    assert "exclude each other" in call("playbook", "--finding", "a" * 32, "--in", ".", "--report", "a.py", status=2)
    assert "no finding has" in call("playbook", "--finding", "a" * 32, status=2)
    assert "no fingerprint" in call("playbook", "--finding", "-x", status=2)
    assert "not a report" in call("playbook", "--finding", "a" * 32, "--report", "a.py", status=2)


def test_a_reports_detector_that_nobody_knows(folder: Path, call: Call) -> None:
    record = {"detector": "\x1b[2Jx", "fingerprint": "a" * 32, "path": "a", "line": 1, "target": "/"}
    (folder / "r.jsonl").write_text(json.dumps(record))
    told = call("playbook", "--finding", "a" * 32, "--report", "r.jsonl", status=2)
    assert "no credential type is called" in told
    assert "\x1b" not in told


def test_a_hostile_report_writes_no_escapes(folder: Path, call: Call) -> None:
    words = "\x1b[2J\u202e<script>alert(1)</script>"
    record = {"detector": "jwt-token", "fingerprint": "a" * 32, "path": words, "line": 1, "target": words}
    record |= {"author": words, "commit": words, "date": words, "secret": token(1), "excerpt": words, "severity": words}
    (folder / "r.jsonl").write_text(json.dumps(record))
    for form in ("text", "markdown", "json", "html"):
        told = call("playbook", "--finding", "a" * 32, "--report", "r.jsonl", "--format", form)
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert token(1) not in told
        assert form != "html" or "<script>alert" not in told


def test_the_hook_loads_nothing_of_it(repository: Path) -> None:
    leak(repository, "a.py", 1)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    code = (
        "import sys\nfrom stanch.cli import run\nrun(['scan', '--staged'])\n"
        "sys.exit(any(name.startswith('stanch.respond') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, env=os.environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_report_of_elsewhere_does_not_make_it_search_there(leaky: str, call: Call, tmp_path: Path) -> None:
    record = {"detector": "notion-integration-token", "fingerprint": "a" * 32, "path": "a", "line": 1, "target": "/"}
    (tmp_path / "r.jsonl").write_text(json.dumps(record))
    told = call("playbook", "--finding", "a" * 32, "--report", str(tmp_path / "r.jsonl"))
    assert "Found in this code base" not in told
    (tmp_path / "r.jsonl").write_text(json.dumps({**record, "target": "."}))
    assert "pages.py" in call("playbook", "--finding", "a" * 32, "--report", str(tmp_path / "r.jsonl"))


def test_a_folder_within_the_repository(leaky: str, call: Call, repository: Path, tmp_path: Path) -> None:
    mark = fingerprint(call)
    (repository / "deep").mkdir()
    told = call("playbook", "--finding", mark, "--in", str(repository / "deep"))
    assert "settings.py:1:17" in told
    assert "settings.py, line 1" not in told, "the finding is no consumer of itself"
