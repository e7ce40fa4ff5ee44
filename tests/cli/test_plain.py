"""A call that is read without click is read as click reads it; and what commits wait for needs no click."""

import importlib.util
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from stanch.cli.plain import Asked, Misuse, Plain
from stanch.cli.scan import scan

Call = tuple[tuple[str, ...], Asked]


@pytest.fixture
def calls() -> list[Call]:
    """What the command was called with."""
    return []


@pytest.fixture
def command(calls: list[Call]) -> Plain:
    """`stanch scan`, but that it only says what it was called with; some options do not go together."""

    def run(targets: tuple[str, ...], asked: Asked) -> int:
        if asked["staged"] and asked["no_history"]:
            raise Misuse
        calls.append((targets, asked))
        return 7

    return msgspec.structs.replace(scan, run=run)


@pytest.mark.parametrize(
    "line",
    [
        "",
        ".",
        "-",
        "a b --staged",
        "--staged --no-cache a --output jsonl:file b",
        "-o one --output two --format json --format text -",
        "--range a..b --range c..d --occurrences --show-secrets --show-secrets",
        "--confidence low --explain --skip-ignored --no-ignore --history-only",
    ],
)
def test_what_is_plainly_written(line: str, command: Plain, calls: list[Call]) -> None:
    words = shlex.split(line)
    assert command.call(words) == 7
    assert command.for_click("scan").main(words, standalone_mode=False) == 7
    assert calls[0] == calls[1]


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "-h",
        "--nope",
        "--format",
        "--format nope",
        "--format=json",
        "-ofile",
        "--output -",
        "--range --staged",
        "--range ''",
        "''",
        "-- --staged",
        "--workers 2",
        "--seconds 2",
        "--baseline file",
        "--config file",
        "--staged --no-history",
    ],
)
def test_what_is_left_to_click(line: str, command: Plain, calls: list[Call]) -> None:
    assert command.call(shlex.split(line)) is None
    assert calls == []


@pytest.mark.parametrize("line", ["scan --staged", "scan --staged . --format jsonl -o report", "hook run pre-commit"])
def test_a_commit_does_not_wait_for_what_it_has_no_use_for(line: str, repository: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "stanch", *line.split()]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    imported = {word.rpartition("|")[2].strip() for word in done.stderr.splitlines()}
    assert "stanch.scan.run" in imported
    assert importlib.util.find_spec("typing_extensions"), "the checks of this project bring it along"
    assert not imported & {"click", "rich", "concurrent.futures", "multiprocessing", "inspect", "asyncio", "ssl"}
