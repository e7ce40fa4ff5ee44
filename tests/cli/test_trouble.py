"""What the system refuses: one clear line and status 2, whatever was being done, and never a stack trace."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stanch.cli import run
from stanch.cli.commands import cli

from .conftest import Call, Git, leak

FULL = "/dev/full"
needs_full = pytest.mark.skipif(not Path(FULL).exists(), reason="needs a device that is always full")


def shell(line: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a line of shell in which "$@" is `stanch` with these arguments."""
    command = ["sh", "-c", line, "sh", sys.executable, "-P", "-m", "stanch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line that says why."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("stanch: ")
    return line


@needs_full
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("call", ["scan --help", "detectors list", "detectors list --format json", "baseline audit"])
def test_a_standard_output_that_is_full(
    folder: Path, call: str, buffered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "" if buffered else "1")
    leak(folder, "a.py", 1)
    assert refused(shell(f'exec "$@" > {FULL}', *call.split())) == "stanch: No space left on device"
    told = refused(shell(f'exec "$@" > {FULL}', "scan"))
    assert told == "stanch: standard output: No space left on device"


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize(
    "call",
    ["scan", "scan --format json", "scan --workers 1", "scan --help", "detectors list", "hook run pre-commit"],
)
def test_a_reader_that_has_seen_enough(
    repository: Path, git: Git, call: str, buffered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "" if buffered else "1")
    leak(repository, "a.py", 1)
    git("add", "a.py")
    read, write = os.pipe()
    os.close(read)
    errors = write if call.startswith("hook run") else subprocess.PIPE  # that one says all it says there
    command = [sys.executable, "-P", "-m", "stanch", *call.split()]
    done = subprocess.run(command, stdout=write, stderr=errors, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, None if errors == write else b"")


@pytest.mark.parametrize("call", ["scan --staged", "hook run pre-commit"])
def test_what_a_commit_waits_for_may_be_ended(repository: Path, call: str) -> None:
    slow = repository / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text('#!/bin/sh\nkill -TERM "$PPID"\nsleep 5\n')
    slow.chmod(0o755)
    done = shell(f'PATH="{slow.parent}:$PATH" exec "$@"', *call.split())
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGTERM, "", "")


@needs_full
def test_a_report_on_a_disk_that_is_full(folder: Path) -> None:
    leak(folder, "a.py", 1)
    told = refused(shell('exec "$@"', "scan", "--output", f"json:{FULL}"))
    assert told == f"stanch: {FULL}: cannot be written: No space left on device"


@needs_full
def test_a_standard_error_that_is_full(folder: Path) -> None:
    done = shell(f'exec "$@" 2> {FULL}', "scan", "nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_a_standard_output_that_is_closed(folder: Path) -> None:
    leak(folder, "a.py", 1)
    assert refused(shell('exec "$@" >&-', "scan")) == "stanch: standard output is closed"
    assert shell('exec "$@" >&-', "demo").returncode == 1


def test_a_standard_error_that_is_closed(folder: Path) -> None:
    leak(folder, "a.py", 1)
    done = shell('exec "$@" 2>&-', "scan", "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    assert len(json.loads(done.stdout)["findings"]) == 1
    assert shell('exec "$@" 2>&-', "scan", "nowhere").returncode == 2


@pytest.mark.parametrize("call", ["baseline create", "baseline update", "baseline audit", "scan"])
def test_a_baseline_that_cannot_be(folder: Path, call: str) -> None:
    name = "x" * 300
    assert "File name too long" in refused(shell('exec "$@"', *call.split(), "--baseline", name))


def test_a_folder_that_is_gone(folder: Path) -> None:
    told = refused(shell('mkdir gone && cd gone && rmdir ../gone && exec "$@"', "scan"))
    assert "No such file or directory" in told


@pytest.mark.parametrize("call", ["scan", "scan --staged", "hook run pre-commit"])
def test_without_git(repository: Path, call: str) -> None:
    told = refused(shell('PATH=/nonexistent exec "$@"', *call.split()))
    assert told == "stanch: git: No such file or directory"


def test_the_command_keeps_no_signal_for_itself(folder: Path, call: Call) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        assert signal.getsignal(number) == signal.SIG_DFL
        call("scan")
        assert signal.getsignal(number) == signal.SIG_DFL


def test_a_signal_that_was_to_be_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(cli, "main", lambda *_, **__: seen.append(signal.getsignal(signal.SIGHUP)))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run([]) == 0
    finally:
        signal.signal(signal.SIGHUP, before)
    assert seen == [signal.SIG_IGN]
