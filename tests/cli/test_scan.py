"""The same results from the command and from Python; exit statuses; where reports go."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import stanch

from .conftest import Call, Git, leak


def test_the_command_and_the_function_find_the_same(repository: Path, git: Git, call: Call) -> None:
    leak(repository, "settings.py", 1)
    git("add", ".")
    git("commit", "--quiet", "--message", "begin")
    leak(repository, "later.py", 2)
    written = [json.loads(line) for line in call("scan", "--format", "jsonl", status=1).splitlines()]
    report = stanch.scan(".")
    fields = ["detector", "path", "line", "fingerprint", "commit", "in_head", "validity"]
    assert [[one[field] for field in fields] for one in written] == [
        [getattr(finding, field) for field in fields] for finding in report.findings
    ]
    assert [finding.path for finding in report.findings] == ["later.py", "settings.py"]


def test_two_runs_give_the_same_bytes(repository: Path, git: Git, call: Call) -> None:
    leak(repository, "settings.py", 1)
    git("add", ".")
    git("commit", "--quiet", "--message", "begin")
    for form in ("text", "json", "sarif"):
        assert call("scan", "--format", form, status=1) == call("scan", "--format", form, status=1)


def test_without_cache_nothing_is_remembered(
    repository: Path, git: Git, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "own"))
    leak(repository, "settings.py", 1)
    git("add", ".")
    git("commit", "--quiet", "--message", "begin")
    first = call("scan", "--no-cache", "--format", "json", status=1)
    assert not (tmp_path / "own" / "memory").exists()
    assert call("scan", "--format", "json", status=1) == first
    (file,) = (tmp_path / "own" / "memory").iterdir()
    file.write_text("untouched")
    assert call("scan", "--no-cache", "--format", "json", status=1) == first
    assert file.read_text() == "untouched"
    assert call("scan", "--format", "json", status=1) == first
    assert file.read_bytes() != b"untouched"


def test_the_statuses(folder: Path, call: Call) -> None:
    assert call("scan").startswith("No secrets found.")
    (folder / "disc.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
    assert "The scan is incomplete" in call("scan", status=3)
    leak(folder, "a.py", 1)
    call("scan", status=1)
    call("scan", "nowhere", status=2)
    (folder / "stanch.toml").write_text("[scan]\nconfidenc = 'low'\n")
    assert "confidenc" in call("scan", status=2)


def test_several_reports_at_once(folder: Path, call: Call) -> None:
    value = leak(folder, "a.py", 1)
    told = call("scan", "--output", "sarif:one.out", "--output", "two.html", "--format", "csv", "-o", "3", status=1)
    assert told == "stanch: 1 finding; see one.out, two.html, 3\n"
    assert json.loads((folder / "one.out").read_text())["version"] == "2.1.0"
    for name in ("one.out", "two.html", "3"):
        assert value not in (folder / name).read_text()


def test_what_is_staged(repository: Path, git: Git, call: Call) -> None:
    leak(repository, "a.py", 1)
    call("scan", "--staged")
    git("add", "a.py")
    assert "a.py:1" in call("scan", "--staged", status=1)


@pytest.mark.parametrize("pair", [["--staged", "--no-history"], ["--range", "a..b", "--history-only"]])
def test_ways_to_narrow_a_scan_exclude_each_other(folder: Path, call: Call, pair: list[str]) -> None:
    assert "exclude each other" in call("scan", *pair, status=2)


def test_standard_input(folder: Path) -> None:
    value = leak(folder, "a.py", 1)
    done = subprocess.run(
        [sys.executable, "-m", "stanch", "scan", "-", "--format", "jsonl"],
        input=(folder / "a.py").read_bytes(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["path"] == "(stdin)"
    assert value.encode() not in done.stdout
