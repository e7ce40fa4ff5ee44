"""What a hook makes of a scan's result; the scan itself is played here, and real in `test_push`."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stanch.errors import ConfigError
from stanch.guard.record import record_file
from stanch.guard.run import main, run_hook
from stanch.guard.settings import budget
from stanch.model import Report
from stanch.scan import Options

from .conftest import Git
from .test_message import found

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40
PUSH = f"refs/heads/main {A} refs/heads/main {ZERO}\n".encode()
RECEIVE = f"{ZERO} {A} refs/heads/main\n".encode()
INPUT = {"pre-commit": b"", "pre-push": PUSH, "pre-receive": RECEIVE}

Play = Callable[[Report | Exception], list[Options]]


@pytest.fixture
def play(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Let the scan give a report or fail; what it was asked for is collected."""
    monkeypatch.chdir(repository)
    asked: list[Options] = []

    def start(result: Report | Exception) -> list[Options]:
        def scan(*targets: str, options: Options) -> Report:
            asked.append(options)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(sys.modules["stanch.scan"], "scan", scan)
        return asked

    return start


def run(name: str, lines: bytes | None = None, environ: dict[str, str] | None = None) -> tuple[int, str]:
    out = io.StringIO()
    given = INPUT[name] if lines is None else lines
    status = run_hook(name, ["origin", "address"], io.BytesIO(given), environ or {}, out)
    return status, out.getvalue()


def clean() -> Report:
    return Report(["."])


def stopped() -> Report:
    return Report(["."], [found()], warnings=["stanch.toml: the entry f1 has expired"])


def partial(reason: str = "encrypted") -> Report:
    report = Report(["."])
    report.coverage.skip("a.zip", reason)
    return report


@pytest.mark.parametrize("name", INPUT)
def test_clean_says_nothing(name: str, play: Play) -> None:
    play(clean())
    assert run(name) == (0, "")


@pytest.mark.parametrize("name", INPUT)
def test_findings_stop(name: str, play: Play) -> None:
    play(stopped())
    status, said = run(name)
    assert status == 1
    assert "a.py:1" in said
    assert "the entry f1 has expired" in said


@pytest.mark.parametrize("name", INPUT)
@pytest.mark.parametrize(("reason", "key"), [("encrypted", "onIncomplete"), ("the time budget ran out", "onTimeout")])
def test_incomplete_is_never_called_clean(
    name: str, reason: str, key: str, play: Play, repository: Path, git: Git
) -> None:
    play(partial(reason))
    status, said = run(name, environ={"STANCH_BUDGET": "5"})
    assert status == 0
    assert "NOT fully scanned" in said
    assert "let through all the same" in said
    git(repository, "config", f"stanch.{key}", "reject")
    status, said = run(name, environ={"STANCH_BUDGET": "5"})
    assert status == 1
    assert f"since stanch.{key} is reject" in said


@pytest.mark.parametrize("name", INPUT)
def test_a_scan_that_fails_stops(name: str, play: Play) -> None:
    play(ConfigError("stanch.toml: no\x1b such key", hint="look it up"))
    assert run(name) == (2, "stanch: stanch.toml: no\\x1b such key\n  look it up\n")


def test_what_is_asked_of_the_scan(play: Play, repository: Path, git: Git) -> None:
    asked = play(clean())
    git(repository, "config", "stanch.budget", "7.5")
    run("pre-commit")
    run("pre-push")
    run("pre-receive")
    run("pre-receive", environ={"STANCH_BUDGET": "0"})
    assert asked == [
        Options(staged=True),
        Options(revs=(A, "--not", "--remotes=origin"), seconds=7.5),
        Options(revs=(A, "--not", "--all"), seconds=7.5),
        Options(revs=(A, "--not", "--all")),
    ]


def test_default_budgets(play: Play) -> None:
    asked = play(clean())
    run("pre-push")
    run("pre-receive")
    assert [options.seconds for options in asked] == [None, 30.0]


def test_deletions_and_nothing_need_no_scan(play: Play) -> None:
    asked = play(clean())
    assert run("pre-push", b"") == (0, "")
    assert run("pre-push", f"(delete) {ZERO} refs/heads/x {A}\n".encode()) == (0, "")
    assert run("pre-receive", f"{A} {ZERO} refs/heads/x\n".encode()) == (0, "")
    assert asked == []


def test_lines_that_cannot_be_read_stop(play: Play) -> None:
    play(clean())
    assert run("pre-push", b"x --all y z\n")[0] == 2
    assert run("pre-receive", b"garbage\n")[0] == 2


def test_a_name_that_is_no_hook() -> None:
    out = io.StringIO()
    assert run_hook("post-commit", [], io.BytesIO(), {}, out) == 2
    assert "post-commit" in out.getvalue()


def test_the_pre_commit_framework_has_read_the_lines(play: Play) -> None:
    asked = play(clean())
    run("pre-push", b"", {"PRE_COMMIT": "1", "PRE_COMMIT_TO_REF": B, "PRE_COMMIT_REMOTE_NAME": "up"})
    assert asked[0].revs == (B, "--not", "--remotes=up")


SKIP = {"GIT_PUSH_OPTION_COUNT": "2", "GIT_PUSH_OPTION_0": "ci.skip", "GIT_PUSH_OPTION_1": "stanch.skip=my\x1b reason"}


def test_skip_option_lets_in_what_it_says_and_records_it(play: Play, repository: Path, git: Git) -> None:
    git(repository, "config", "stanch.allowSkip", "yes")
    environ = {**SKIP, "GIT_DIR": str(repository / ".git")}
    for result in (stopped(), ConfigError("broken")):
        play(result)
        status, said = run("pre-receive", environ=environ)
        assert status == 0
        assert "recorded with your name and reason: my\\x1b reason" in said
    lines = record_file(environ).read_text().splitlines()
    assert [json.loads(line)["fingerprints"] for line in lines] == [["f1"], []]


@pytest.mark.parametrize("count", ["", "x", "-1", "²", "3"])
def test_odd_push_options(count: str, play: Play, repository: Path, git: Git) -> None:
    git(repository, "config", "stanch.allowSkip", "true")
    play(stopped())
    environ = {"GIT_PUSH_OPTION_COUNT": count, "GIT_PUSH_OPTION_0": "stanch.skip"}
    status, said = run("pre-receive", environ=environ)
    assert status == 1
    assert ("needs a reason" in said) is (count == "3")


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("4.5", 4.5), ("0", 0), ("-1", None), ("nan", None), ("inf", None), ("5s", None)]
)
def test_budget(text: str, seconds: float | None) -> None:
    assert budget(text) == seconds


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["--help"]) == 0
    assert "usage: stanch hook run" in capsys.readouterr().err


def test_nobody_listens(play: Play) -> None:
    play(stopped())

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    assert run_hook("pre-commit", [], io.BytesIO(), {}, Gone()) == 1


def test_start_does_not_load_what_a_clean_commit_does_not_need() -> None:
    code = "import sys, stanch; before = set(sys.modules); import stanch.guard.run; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith(("stanch", "click", "msgspec", "subprocess"))}
    assert loaded == {"stanch.errors", "stanch.guard", "stanch.guard.run"}
