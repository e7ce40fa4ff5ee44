"""A scan from beginning to end: targets of every kind, what is reported of bad ones, exit statuses."""

import contextlib
import errno
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repositories import Repo, Secrets
from stanch.errors import ConfigError, TargetError
from stanch.model import Report
from stanch.scan import Options, scan

pytestmark = pytest.mark.usefixtures("isolated")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def paths(report: Report) -> list[str]:
    return [one.path for one in report.findings]


def skips(report: Report) -> dict[str, tuple[str, bool]]:
    return {skip.path: (skip.reason, skip.harmless) for skip in report.coverage.skipped}


# --- targets -------------------------------------------------------------------------------------------------


def test_a_file(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"x\n{secret}\n")
    report = scan(path)
    assert paths(report) == ["a.txt"]
    assert report.findings[0].in_head is None
    assert report.coverage.files == 1


def test_a_folder_without_a_repository(tmp_path: Path, secret: str) -> None:
    (tmp_path / "target/deep").mkdir(parents=True)
    (tmp_path / "target/deep/a.txt").write_text(secret)
    report = scan(tmp_path / "target")
    [found] = report.findings
    assert (found.path, found.commit, found.in_head, found.refs) == ("deep/a.txt", None, None, ())
    assert report.coverage.complete


def test_several_targets_at_once(tmp_path: Path, repo: Repo, secrets: Secrets) -> None:
    one, two = secrets.notion(), secrets.notion()
    (tmp_path / "z.txt").write_text(one)
    repo.commit("root", {"a.txt": two})
    report = scan(tmp_path / "z.txt", repo.path)
    assert [(one.target, one.path) for one in report.findings] == [
        (str(repo.path), "a.txt"),
        (str(tmp_path / "z.txt"), "z.txt"),
    ]
    assert report.targets == [str(tmp_path / "z.txt"), str(repo.path)]


def test_a_missing_target_among_others(tmp_path: Path, secret: str) -> None:
    (tmp_path / "a.txt").write_text(secret)
    report = scan(tmp_path / "a.txt", tmp_path / "nowhere")
    assert paths(report) == ["a.txt"]
    assert skips(report) == {str(tmp_path / "nowhere"): ("no such file or folder", False)}
    assert not report.coverage.complete


@pytest.mark.parametrize("name", ["nowhere", "a.txt/below", "nul\0byte", "x" * 300])
def test_a_target_that_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(TargetError):
        scan(tmp_path / name)


def test_a_link_that_leads_round_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(TargetError):
        scan(tmp_path / "loop")


def test_a_target_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TargetError, match="a pipe, not a file"):
        scan(tmp_path / "pipe")
    with pytest.raises(TargetError, match="a device, not a file"):
        scan("/dev/zero")


def test_history_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    for target in (tmp_path, tmp_path / "a.txt"):
        with pytest.raises(TargetError, match="no git repository"):
            scan(target, options=Options(files=False))


def test_files_or_history_alone(repo: Repo, secrets: Secrets) -> None:
    old, new = secrets.notion(), secrets.notion()
    repo.commit("root", {"old.txt": old})
    repo.commit("gone", {"old.txt": None})
    repo.write("new.txt", new)
    assert paths(scan(repo.path)) == ["new.txt", "old.txt"]
    assert paths(scan(repo.path, options=Options(history=False))) == ["new.txt"]
    assert paths(scan(repo.path, options=Options(files=False))) == ["old.txt"]


def test_ignored_files_can_be_left_out(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {".gitignore": "ignored*\n"})
    repo.write("ignored.txt", secrets.notion())
    repo.write("deep/ignored.txt", secrets.notion())
    repo.write("deep/other.txt", secrets.notion())
    assert len(paths(scan(repo.path))) == 3
    report = scan(repo.path, options=Options(skip_ignored=True))
    assert paths(report) == ["deep/other.txt"]
    assert report.coverage.notes == ["2 files that git ignores were left out, as asked"]


# --- standard input ------------------------------------------------------------------------------------------


class Input:
    """Standard input that gives these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


class Failing(io.RawIOBase):
    """A stream that cannot be read."""

    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_standard_input(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setattr(sys, "stdin", Input(f"x\n{secret}\n".encode()))
    report = scan("-")
    assert [(one.path, one.line, one.target) for one in report.findings] == [("(stdin)", 2, "-")]
    assert (report.coverage.files, report.coverage.complete) == (1, True)


def test_an_archive_on_standard_input(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    import gzip

    monkeypatch.setattr(sys, "stdin", Input(gzip.compress(secret.encode())))
    assert [path.partition("!")[0] for path in paths(scan("-"))] == ["(stdin)"]


def test_standard_input_that_is_closed_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TargetError, match="standard input is closed"):
        scan("-")
    given = Input(b"")
    monkeypatch.setattr(given, "buffer", Failing())
    monkeypatch.setattr(sys, "stdin", given)
    assert skips(scan("-")) == {"(stdin)": ("cannot be read: Input/output error", False)}


# --- addresses -----------------------------------------------------------------------------------------------


def test_a_repository_at_an_address(repo: Repo, secret: str) -> None:
    commit = repo.commit("root", {"a.txt": secret})
    repo.commit("clean", {"a.txt": "clean\n"})
    repo.git("update-ref", "refs/pull/1/head", "HEAD~1")
    address = f"file://{repo.path}"
    report = scan(address)
    [found] = report.findings
    assert (found.target, found.path, found.commit, found.in_head) == (address, "a.txt", commit, False)
    assert found.refs == ("refs/heads/main", "refs/pull/1/head")
    assert report.coverage.files == 0


def test_a_clone_is_gone_afterwards(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    repo.commit("root", {"a.txt": "a\n"})
    scan(f"file://{repo.path}")
    with pytest.raises(TargetError):
        scan(f"file://{tmp_path}/nowhere")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_credentials_in_an_address_are_never_shown(tmp_path: Path, secret: str) -> None:
    (tmp_path / "a.txt").write_text("a")
    address = f"http://jo:{secret}@127.0.0.1:9/repo.git?private_token={secret}"
    report = scan(tmp_path / "a.txt", address)
    assert report.targets[1] == "http://127.0.0.1:9/repo.git"
    assert secret not in repr(report)
    with pytest.raises(TargetError) as caught:
        scan(address)
    assert secret not in str(caught.value)
    with pytest.raises(TargetError) as caught:
        scan(f"ftp://jo:{secret}@127.0.0.1/")
    assert secret not in str(caught.value)


def test_addresses_have_no_files(repo: Repo) -> None:
    with pytest.raises(TargetError, match="no files"):
        scan(f"file://{repo.path}", options=Options(history=False))


def test_an_address_runs_no_program() -> None:
    with pytest.raises(TargetError):
        scan("ext::sh -c touch% /tmp/never")


# --- bad input -----------------------------------------------------------------------------------------------


def test_special_files_and_loops_of_links(tmp_path: Path, secret: str) -> None:
    target = tmp_path / "target"
    (target / "deep").mkdir(parents=True)
    (target / "deep/up").symlink_to(target)
    (target / "self").symlink_to("self")
    (target / "broken").symlink_to("nowhere")
    (target / "out").symlink_to("/etc/passwd")
    os.mkfifo(target / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(target / "socket"))
        (target / "a.txt").write_text(secret)
        report = scan(target)
    assert paths(report) == ["a.txt"]
    assert report.coverage.complete
    assert skips(report) == {
        "pipe": ("a pipe, not a file", True),
        "socket": ("a socket, not a file", True),
    }


def test_a_file_that_becomes_a_pipe_or_vanishes(tmp_path: Path, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from stanch.scan import run as module
    from stanch.sources import files

    for name in ("a.txt", "pipe.txt", "gone.txt", "z.txt"):
        (tmp_path / "target").mkdir(exist_ok=True)
        (tmp_path / "target" / name).write_text(secret)

    def walk(*arguments: object, **named: object) -> list[files.File | files.Repository]:
        found = list(files.walk(tmp_path / "target", *arguments[1:], **named))  # type: ignore[arg-type]
        (tmp_path / "target/gone.txt").unlink()
        (tmp_path / "target/pipe.txt").unlink()
        os.mkfifo(tmp_path / "target/pipe.txt")
        return found

    monkeypatch.setattr(sys.modules["stanch.scan.run"], "walk", walk)
    assert module is sys.modules["stanch.scan.run"]
    report = scan(tmp_path / "target")
    assert paths(report) == ["a.txt", "z.txt"]
    assert skips(report) == {
        "gone.txt": ("vanished during the scan", False),
        "pipe.txt": ("cannot be read: a pipe, not a file", False),
    }


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that others may enter, unlike the one of the tests, with one in it for a test to lock."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "locked").mkdir()
    monkeypatch.setenv("HOME", "/nonexistent")
    yield folder
    (folder / "locked").chmod(0o755)
    shutil.rmtree(folder)


def as_nobody(work: Callable[[], object]) -> object:
    """What `work` gives, as JSON has it, in a process of a user who is not root, since root may read everything."""
    come, go = os.pipe()
    if not os.fork():
        # What this needs must have been imported.
        try:
            if not os.geteuid():
                os.seteuid(65534)
            os.write(go, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(go)
    with os.fdopen(come, "rb") as answer:
        return json.loads(answer.read())


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes of another user")


@forks
def test_what_may_not_be_read(secret: str, shared: Path) -> None:
    for name in ("locked/a.txt", "unreadable.txt", "z.txt"):
        (shared / name).write_text(secret)
    (shared / "unreadable.txt").chmod(0)
    (shared / "locked").chmod(0)
    scan(shared / "z.txt")

    def work() -> object:
        report = scan(shared)
        return paths(report), skips(report)

    unread = {"locked": ["no permission to read", False], "unreadable.txt": ["no permission to read", False]}
    assert as_nobody(work) == [["z.txt"], unread]


@forks
@pytest.mark.parametrize(("mode", "unread"), [(0, "."), (0o444, "a.txt")])
def test_a_folder_that_may_not_be_entered(secret: str, shared: Path, mode: int, unread: str) -> None:
    for name in ("locked/a.txt", "z.txt"):
        (shared / name).write_text(secret)
    (shared / "locked").chmod(mode)
    scan(shared / "z.txt")

    def work() -> object:
        report = scan(shared / "locked", shared / "z.txt")
        return paths(report), skips(report)

    assert as_nobody(work) == [["z.txt"], {unread: ["no permission to read", False]}]


@forks
def test_below_a_folder_that_may_not_be_entered(secret: str, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shared / "locked/deep").mkdir()
    (shared / "locked/deep/a.txt").write_text(secret)
    monkeypatch.chdir(shared / "locked/deep")
    scan("a.txt")
    (shared / "locked").chmod(0)
    assert as_nobody(lambda: [paths(scan(name)) for name in (".", "a.txt")]) == [["a.txt"], ["a.txt"]]


@forks
def test_a_baseline_for_a_folder_that_may_not_be_entered(shared: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from stanch.cli import run

    run(["baseline", "audit", str(shared)])
    (shared / "locked").chmod(0o444)
    capfd.readouterr()
    assert as_nobody(lambda: run(["baseline", "audit", str(shared / "locked")])) == 2
    assert capfd.readouterr() == ("", f"stanch: {shared / 'locked'}: no permission to enter\n")


def test_a_time_budget_leaves_the_rest_and_says_so(repo: Repo, secrets: Secrets) -> None:
    repo.commit("root", {f"{number}.txt": secrets.notion() for number in range(3)})
    report = scan(repo.path, options=Options(seconds=0))
    assert report.findings == []
    assert not report.coverage.complete
    assert {skip.reason for skip in report.coverage.skipped} == {"the time budget ran out"}
    assert {"0.txt", "1.txt", "2.txt"} <= {skip.path for skip in report.coverage.skipped}
    assert scan(repo.path, options=Options(seconds=600)).coverage.complete


PEAK = """\
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""
"""Runs a command and says what it took at most. A process begins with the peak of the one that started it, which is
why these tests, large as they grow, must not start what they measure themselves."""


def test_a_very_large_file_needs_little_memory(tmp_path: Path, secrets: Secrets) -> None:
    values = [secrets.notion() for _ in range(3)]
    with (tmp_path / "large").open("wb") as file:
        for number, value in enumerate(values):
            file.seek(number * (150 << 20))
            file.write(f"\n{value}\n".encode())
    arguments = ["-P", "-m", "stanch", "scan", str(tmp_path / "large"), "--format", "jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, sys.executable, *arguments], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(line["path"], line["line"]) for line in lines] == [("large", 2), ("large", 4), ("large", 6)]
    assert int(done.stderr) < 256 << 10


def test_a_time_budget_ends_within_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2 << 30)
    began = time.monotonic()
    report = scan(tmp_path / "large", options=Options(seconds=0.5))
    assert time.monotonic() - began < 10
    [(reason, harmless)] = skips(report).values()
    assert reason.startswith("the time budget ran out after ")
    assert not harmless


# --- the same every time -------------------------------------------------------------------------------------


@pytest.fixture
def much(repo: Repo, secrets: Secrets) -> Repo:
    """A repository with enough in it for several tasks, damaged in places."""
    for number in range(6):
        files: dict[str, str | bytes | None] = {
            f"{number}/{name}.txt": f"{name}\n" * 50 + (secrets.notion() if name % 9 == 0 else "") for name in range(30)
        }
        repo.commit(f"{number} {secrets.notion()}", files)
    for name in ("0/3.txt", "3/7.txt"):
        repo.loose(repo.git("rev-parse", f"HEAD:{name}")).write_bytes(b"garbage")
    os.mkfifo(repo.path / "pipe")
    return repo


def test_any_number_of_processes_gives_the_same_bytes(
    much: Repo, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("scan", much.path, "--format", "json", "--explain", "--occurrences")
    outputs = [command(*arguments, "--workers", str(count)).stdout for count in (1, 2, 2)]
    assert outputs[0] == outputs[1] == outputs[2]
    assert len(json.loads(outputs[0])["findings"]) >= 24


def test_tasks_in_any_order_give_the_same_report(much: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from stanch.scan import work

    one = scan(much.path, options=Options(workers=1, occurrences=True, explain=True))
    monkeypatch.setattr(work, "OBJECTS_A_TASK", 7)
    monkeypatch.setattr(work, "FILES_A_TASK", 3)
    two = scan(much.path, options=Options(workers=2, occurrences=True, explain=True))
    assert one.findings == two.findings
    assert skips(one) == skips(two)
    assert one.coverage.as_dict()["bytes"] == two.coverage.as_dict()["bytes"]


# --- the command ---------------------------------------------------------------------------------------------


def test_exit_statuses_of_what_is_staged_and_of_ranges(command: Command, repo: Repo, secret: str) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    assert command("scan", "--staged", cwd=repo.path).returncode == 0
    repo.add("b.txt", secret)
    assert command("scan", "--staged", cwd=repo.path).returncode == 1
    repo.commit("secret")
    assert command("scan", "--staged", cwd=repo.path).returncode == 0
    assert command("scan", "--range", "HEAD~1..HEAD", cwd=repo.path).returncode == 1
    assert command("scan", "--range", "HEAD..HEAD", repo.path).returncode == 0


def test_exit_statuses(command: Command, repo: Repo, secret: str, tmp_path: Path) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    assert command("scan", repo.path).returncode == 0
    assert command("scan", "-", stdin=secret).returncode == 1
    repo.loose(repo.git("rev-parse", "HEAD:a.txt")).unlink()
    incomplete = command("scan", repo.path)
    assert (incomplete.returncode, incomplete.stderr) == (3, "")
    repo.write("b.txt", secret)
    assert command("scan", repo.path).returncode == 1
    for arguments in (("scan", tmp_path / "nowhere"), ("scan", "--range", "a..b", repo.path), ("scan", "--nonsense")):
        wrong = command(*arguments)
        assert wrong.returncode == 2
        assert wrong.stdout == ""
        assert wrong.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [("stanch.toml", "[scan\n"), ("stanch.toml", "nonsense = 1\n"), (".stanch-baseline", "<<<<<<< ours\n")],
)
def test_a_broken_configuration_is_one_clear_line(
    command: Command, repo: Repo, secret: str, name: str, content: str
) -> None:
    repo.commit("root", {"a.txt": secret, name: content})
    with pytest.raises(ConfigError, match=name):
        scan(repo.path)
    done = command("scan", repo.path)
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr.splitlines()[0]


def test_a_broken_catalog_file_is_one_clear_line(tmp_path: Path) -> None:
    from stanch.detect import Engine

    (tmp_path / "acme.toml").write_text("id = 'acme'\nnonsense\n")
    with pytest.raises(ConfigError, match=r"acme\.toml"):
        Engine(folder=tmp_path)


def start(*arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "stanch", "scan", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={"TMPDIR": os.environ["HOME"], **os.environ},  # what is killed leaves its temporary folder behind
    )


def children(pid: int) -> set[int]:
    """The processes that a process has started, and those that they have."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child)} | children(int(child))
    return found


def workers(pid: int) -> set[int]:
    """The processes that do a scan's tasks: they have a thread that watches over the one that started them."""
    return {one for one in children(pid) if len(list(Path(f"/proc/{one}/task").glob("*"))) > 1}


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Files of zeros that take minutes to scan."""
    folder = tmp_path / "endless"
    folder.mkdir()
    for number in range(4):
        with (folder / str(number)).open("wb") as file:
            file.truncate(50 << 30)
    return folder


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])
def test_an_interrupt_ends_everything_at_once(endless: Path, number: signal.Signals, status: int) -> None:
    process = start("--workers", "2", endless)
    wait_for(lambda: len(children(process.pid)) >= 2)
    time.sleep(0.3)
    workers = children(process.pid)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert process.returncode in (status, 128 + number)
    assert not errors.strip()
    wait_for(lambda: not any(map(alive, workers)), 10)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the command has its temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def large(repo: Repo, secrets: Secrets) -> Repo:
    """A repository with enough in it to be interrupted, and a secret in each of its eight files."""
    files = {f"{name}.txt": f"{random.Random(name).randbytes(1 << 20).hex()}\n{secrets.notion()}" for name in range(8)}
    repo.commit("root", files)
    return repo


ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "status"), ENDS)
def test_an_interrupt_while_a_repository_is_cloned_leaves_nothing(
    repo: Repo, secret: str, tmp_path: Path, scratch: Path, number: signal.Signals, status: int
) -> None:
    repo.commit("root", {"a.txt": secret})
    # In place of the process that packs the objects, one that does so for as long as anybody waits for it.
    begun, slow = tmp_path / "begun", tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\n> {begun}\nfor i in $(seq 200); do kill -0 $PPID || exit; sleep 0.1; done\n")
    slow.chmod(0o755)
    repo.git("config", "--global", "uploadpack.packObjectsHook", str(slow))
    process = start(f"file://{repo.path}")
    wait_for(begun.exists)
    assert list(scratch.glob("*/repository.git"))
    process.send_signal(number)
    assert not process.communicate(timeout=10)[1].strip()
    assert process.returncode == status
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("kind", ["clone", "rescued", "database"])
def test_an_interrupt_of_several_processes_leaves_nothing(large: Repo, scratch: Path, kind: str) -> None:
    repo, target = large, str(large.path)
    if kind == "clone":
        target = f"file://{target}"
    elif kind == "rescued":
        repo.git("repack", "-adq")
        next((repo.path / ".git/objects/pack").glob("*.idx")).unlink()
    else:
        import sqlite3

        for name in range(8):
            with contextlib.closing(sqlite3.connect(repo.path / f"{name}.sqlite")) as database:
                database.execute("create table a (b)")
                database.executemany("insert into a values (?)", [(f"{row}" * 100,) for row in range(100_000)])
                database.commit()
    process = start("--workers", "2", target)
    wait_for(lambda: len(workers(process.pid)) == 2 and (kind != "database" or list(scratch.rglob("*.sqlite"))))
    stopped = workers(process.pid)
    try:
        # What stands still is not ready before it is interrupted.
        for worker in stopped:
            os.kill(worker, signal.SIGSTOP)
        assert list(scratch.iterdir())
        process.send_signal(signal.SIGTERM)
        assert not process.communicate(timeout=10)[1].strip()
    finally:
        for worker in filter(alive, stopped):
            os.kill(worker, signal.SIGKILL)
    assert process.returncode == 143
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_asked_twice_to_end_it_still_leaves_nothing(large: Repo, scratch: Path) -> None:
    process = start("--workers", "2", f"file://{large.path}")
    wait_for(lambda: workers(process.pid))
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(number)
        time.sleep(0.002)
    process.communicate(timeout=10)
    assert process.returncode == 143
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_a_process_that_is_asked_to_end_loses_nothing(large: Repo) -> None:
    process = start("--workers", "2", "--format", "json", large.path)
    wait_for(lambda: workers(process.pid))
    os.kill(min(workers(process.pid)), signal.SIGTERM)
    report = json.loads(process.communicate(timeout=60)[0])
    assert process.returncode == 1
    assert report["coverage"]["complete"]
    assert len(report["findings"]) == 8


def test_an_interrupt_while_standard_input_is_read(isolated: None) -> None:
    process = start("-")
    assert process.stdin is not None
    process.stdin.write("x\n" * 10)
    process.stdin.flush()
    time.sleep(0.8)
    process.send_signal(signal.SIGINT)
    assert not process.communicate(timeout=10)[1].strip()
    assert process.returncode == 130


def test_scans_in_threads_do_not_meet(tmp_path: Path, secrets: Secrets) -> None:
    values = [secrets.notion() for _ in range(4)]
    for number, value in enumerate(values):
        (tmp_path / f"{number}.txt").write_text(value)
    found: dict[int, list[str]] = {}

    def one(number: int) -> None:
        found[number] = [one.secret.reveal() for one in scan(tmp_path / f"{number}.txt").findings]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [value] for number, value in enumerate(values)}
