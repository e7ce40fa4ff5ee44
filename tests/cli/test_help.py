import subprocess
import sys

import click
import pytest

from .conftest import Call
from .examples import commands, parse, shown

ALL = [" ".join(path) for path in commands()]


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_help_with_examples_that_parse(path: str, call: Call) -> None:
    told = call(*path.split(), "--help")
    assert "Example" in told
    examples = shown(told.partition("Example")[2])
    assert examples
    for example in examples:
        assert example.startswith(f"stanch {path}".strip())
        parse(example)


def test_the_commands_of_the_design_are_there() -> None:
    groups = {"baseline create", "baseline update", "baseline audit", "ignore add", "ignore list", "ignore remove"}
    groups |= {"ignore audit", "detectors list", "detectors show", "detectors test", "playbook", "scan", "demo"}
    assert groups <= set(ALL)


def test_a_call_that_is_not_taken_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse("stanch scan --no-such-option")
    with pytest.raises(click.UsageError):
        parse("stanch ignore ad")


@pytest.mark.parametrize("arguments", [["--nope"], ["nope"], ["scan", "--range"], ["scan", "/no/such/place"]])
def test_wrong_usage_is_two_lines_at_most_and_status_2(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "stanch", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "stanch", "detectors", "list", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
