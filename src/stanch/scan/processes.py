"""Tasks over several processes: any of them may be killed, and none outlives this one."""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from stanch.scan.work import Setup, Task, Worker, Yield

_INTERRUPTS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
_worker: Worker | None = None
"""The worker of this process, in a process that has been started for tasks."""


def run(tasks: list[Task], worker: Worker, count: int, progress: Callable[[int, int], None]) -> Iterator[Yield]:
    """Do all tasks in `count` processes and give what comes of each in their order."""
    total, done = sum(task.weight for task in tasks), 0
    waiting: dict[int, Yield] = {}
    turn = 0
    for number, result in _finished(tasks, worker, count):
        done += tasks[number].weight
        progress(done, total)
        waiting[number] = result
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _finished(tasks: list[Task], worker: Worker, count: int) -> Iterator[tuple[int, Yield]]:
    """What comes of each task, as it is done. If a process dies, others do what it and its pool left undone."""
    left = dict(enumerate(tasks))
    at_once = count
    while left:
        for number, result in _attempt(dict(left), worker, at_once):
            del left[number]
            yield number, result
        if left and at_once == 1:
            # One process does the tasks in their order, so it was the first of them that killed it.
            first = min(left)
            yield first, _lost(left.pop(first))
        at_once = 1 if at_once > 1 else count


def _attempt(tasks: dict[int, Task], worker: Worker, count: int) -> Iterator[tuple[int, Yield]]:
    """What comes of each task in a pool of its own, up to the death of one of its processes."""
    forks = sys.platform == "linux"
    # A forked process takes over the engine, in memory that it shares with this one; others open their own.
    given = worker if forks else worker.setup
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("fork" if forks else "spawn")
    with (
        tempfile.TemporaryDirectory(prefix="stanch-") as scratch,
        ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(given, scratch)) as pool,
    ):
        try:
            futures: dict[Future[Yield], int] = {}
            try:
                with _undisturbed():
                    for number in _order(tasks, count):
                        futures[pool.submit(_do, tasks[number])] = number
            except BrokenProcessPool:
                pass  # a process died already; what was handed over tells so, and the rest is left
            except OSError:
                # The system lets us start no more processes: it takes longer without.
                pool.shutdown(cancel_futures=True)
                for number, task in tasks.items():
                    yield number, worker.run(task)
                return
            for future in as_completed(futures):
                number = futures.pop(future)
                try:
                    yield number, future.result()
                except BrokenProcessPool:
                    continue
        except BaseException:
            # Whoever asked does not want to wait for what is being done, but for the end of those who do it: until then
            # they write into their folder, and the pool's thread must not be left to stumble over Python's own end.
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
            pool.shutdown(cancel_futures=True)
            raise


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Interrupts wait for the end of this: a pool that is only half started cannot be ended."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _order(tasks: dict[int, Task], count: int) -> list[int]:
    """The heaviest first, so that no process has a long one left when the others are done; as they are for one."""
    return sorted(tasks, key=lambda number: -tasks[number].weight) if count > 1 else list(tasks)


def _start(given: Worker | Setup, scratch: str) -> None:
    """Prepare a process: it leaves interrupts to the one that started it, and goes when that one is gone.

    Its temporary files are in `scratch`, since whoever is killed takes nothing along.
    """
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _INTERRUPTS - {signal.SIGINT}:
        # What a forked process took over from the command, to end in order, would end its task with an error.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)
    tempfile.tempdir = scratch
    # What was here before stays, and what comes is let go without being looked for: nothing here goes round in circles.
    gc.freeze()
    gc.set_threshold(100_000)
    threading.Thread(target=_follow, args=(multiprocessing.parent_process(),), daemon=True).start()
    _worker = given if isinstance(given, Worker) else Worker(given)


def _follow(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(task: Task) -> Yield:
    assert _worker is not None
    return _worker.run(task)


def _lost(task: Task) -> Yield:
    result = Yield()
    for place in task.places():
        result.coverage.skip(task.label(place), "the process that scanned it was killed")
    return result
