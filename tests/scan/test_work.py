"""Tasks and the processes that do them."""

import errno
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repositories import Repo, Secrets
from stanch.detect import Engine
from stanch.scan import processes, work
from stanch.scan.work import Setup, Task, Worker, Yield
from stanch.sources.git import objects

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def engine(isolated: None) -> Engine:
    return Engine()


def nothing(done: int, total: int) -> None:
    """No progress bar."""


@given(sizes=st.lists(st.integers(0, 1000), max_size=60), count=st.integers(1, 20), weight=st.integers(1, 3000))
def test_split_keeps_everything_in_order(sizes: list[int], count: int, weight: int) -> None:
    items = [(str(number), "", size) for number, size in enumerate(sizes)]
    tasks = list(work.split(items, count=count, weight=weight, repository="r"))
    assert [item for task in tasks for item in task.items] == [(name, full) for name, full, _ in items]
    assert sum(task.weight for task in tasks) == sum(sizes)
    assert all(0 < len(task.items) <= count for task in tasks)
    assert all(task.weight <= weight or len(task.items) == 1 for task in tasks)
    assert all(task.repository == "r" for task in tasks)


def test_objects_of_all_kinds(repo: Repo, secrets: Secrets, engine: Engine) -> None:
    repo.commit(f"one\n\n{secrets.notion()}", {"a.txt": secrets.notion()})
    repo.git("tag", "-a", "v1", "-m", f"release\n{secrets.notion()}")
    names = [*repo.git("rev-parse", "HEAD", "v1", "HEAD:a.txt").split(), "0" * 40]
    task = Task([(name, "") for name in names], 0, str(repo.path), prefix="sub")
    result = Worker(Setup(), engine).run(task)
    assert [(hit.kind, hit.match.line - hit.message_line) for hit in result.hits] == [
        ("commit", 2),
        ("tag", 1),
        ("blob", 1),
    ]
    coverage = result.coverage
    assert (coverage.blobs, coverage.commits, coverage.tags, coverage.files) == (1, 1, 1, 0)
    assert [(skip.path, skip.reason) for skip in coverage.skipped] == [(f"sub/object {'0' * 40}", objects.LOST)]


@pytest.fixture
def tasks(tmp_path: Path, secrets: Secrets) -> list[Task]:
    """Eight tasks of two files with a secret each."""
    files = []
    for number in range(16):
        path = tmp_path / f"{number:02}.txt"
        path.write_text(secrets.notion())
        files.append((path.name, str(path), 100))
    return list(work.split(files, count=2, weight=1 << 20))


def places(results: Iterator[tuple[Task, Yield]]) -> list[list[str]]:
    return [[hit.place for hit in result.hits] for _, result in results]


ALL = [[f"{number:02}.txt", f"{number + 1:02}.txt"] for number in range(0, 16, 2)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(tasks: list[Task], engine: Engine, count: int) -> None:
    heard: list[tuple[int, int]] = []
    results = work.run(tasks, Setup(), engine, workers=count, progress=lambda done, total: heard.append((done, total)))
    assert places(results) == ALL
    assert heard[-1] == (1600, 1600)
    assert heard == sorted(heard)


def test_little_work_starts_no_process(tasks: list[Task], engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "run", None)
    assert places(work.run(tasks, Setup(), engine, progress=nothing)) == ALL


class Deadly:
    """A worker's way to deal with a task that holds certain files: it is killed by it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str, once: Path | None = None) -> None:
        real, parent = Worker.run, os.getpid()

        def run(worker: Worker, task: Task) -> Yield:
            if any(place in names for place, _ in task.items) and os.getpid() != parent:
                if once is None or not once.exists():
                    if once is not None:
                        once.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            else:
                time.sleep(0.01)
            return real(worker, task)

        monkeypatch.setattr(Worker, "run", run)


def test_a_process_that_is_killed_once_loses_nothing(
    tasks: list[Task], engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Deadly(monkeypatch, "04.txt", once=tmp_path / "once")
    assert places(work.run(tasks, Setup(), engine, workers=2, progress=nothing)) == ALL
    assert (tmp_path / "once").exists()


def test_what_kills_every_process_is_reported_and_the_rest_is_done(
    tasks: list[Task], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Deadly(monkeypatch, "04.txt", "11.txt")
    results = list(work.run(tasks, Setup(), engine, workers=2, progress=nothing))
    assert [[hit.place for hit in result.hits] for _, result in results] == [
        names if not {"04.txt", "11.txt"} & set(names) else [] for names in ALL
    ]
    lost = [(skip.path, skip.reason, skip.harmless) for _, result in results for skip in result.coverage.skipped]
    assert lost == [
        (name, "the process that scanned it was killed", False) for name in ("04.txt", "05.txt", "10.txt", "11.txt")
    ]


def test_where_no_process_can_be_started(tasks: list[Task], engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", refuse)
    assert places(work.run(tasks, Setup(), engine, workers=2, progress=nothing)) == ALL


def test_an_error_of_ours_is_not_hidden(tasks: list[Task], engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(worker: Worker, task: Task) -> Yield:
        raise ZeroDivisionError

    monkeypatch.setattr(Worker, "run", run)
    with pytest.raises(ZeroDivisionError):
        list(work.run(tasks, Setup(), engine, workers=2, progress=nothing))


def test_results_that_nobody_wants_any_more(tasks: list[Task], engine: Engine) -> None:
    import multiprocessing

    results = work.run(tasks, Setup(), engine, workers=2, progress=nothing)
    next(results)
    results.close()  # type: ignore[attr-defined]
    end = time.monotonic() + 10
    while multiprocessing.active_children():
        assert time.monotonic() < end
