"""Tasks over several processes: any of them may be killed, and none outlives this one."""

import collections
import contextlib
import gc
import heapq
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from stanch.scan.work import Setup, Task, Worker, Yield

_INTERRUPTS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
_worker: Worker | None = None
"""The worker of this process, in a process that has been started for tasks."""


def run(
    tasks: Iterable[Task], worker: Worker, count: int, progress: Callable[[int, int], None]
) -> Iterator[tuple[Task, Yield]]:
    """Do all tasks in `count` processes and give each with what comes of it, in their order.

    They are begun while others are still being thought of.
    """
    known: list[Task] = []

    def noted() -> Iterator[Task]:
        for task in tasks:
            known.append(task)
            yield task

    total = done = turn = 0
    waiting: dict[int, Yield] = {}
    for number, result in _finished(noted(), worker, count):
        total = total or sum(task.weight for task in known)
        done += known[number].weight
        progress(done, total)
        waiting[number] = result
        while turn in waiting:
            yield known[turn], waiting.pop(turn)
            turn += 1


def _finished(tasks: Iterator[Task], worker: Worker, count: int) -> Iterator[tuple[int, Yield]]:
    """What comes of each task, as it is done. If a process dies, others do what it and its pool left undone."""
    left: dict[int, Task] = {}
    numbered = enumerate(tasks)

    def given() -> Iterator[tuple[int, Task]]:
        """Those that an earlier attempt left, then those that nobody has asked for yet."""
        yield from list(left.items())
        for number, task in numbered:
            left[number] = task
            yield number, task

    at_once = count
    while True:
        for number, result in _attempt(given(), left, worker, at_once):
            del left[number]
            yield number, result
        if not left:
            return
        if at_once == 1:
            # One process does the tasks in their order, so it was the first of them that killed it.
            first = min(left)
            yield first, _lost(left.pop(first))
        at_once = 1 if at_once > 1 else count


class _NoProcess(Exception):
    """The system lets us start no more processes."""


def _attempt(
    tasks: Iterator[tuple[int, Task]], left: Mapping[int, Task], worker: Worker, count: int
) -> Iterator[tuple[int, Yield]]:
    """What comes of each task in a pool of its own, up to the death of one of its processes; `left` has all that were
    asked for and are not done."""
    forks = sys.platform == "linux"
    # A forked process takes over the engine, in memory that it shares with this one; others open their own.
    given = worker if forks else worker.setup
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("fork" if forks else "spawn")
    futures: dict[Future[Yield], int] = {}
    with (
        tempfile.TemporaryDirectory(prefix="stanch-") as scratch,
        ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(given, scratch)) as pool,
    ):
        try:
            running: list[Future[Yield]] = []
            try:
                for number, task in _in_turn(tasks, running, count):
                    running.append(_submit(pool, task))
                    futures[running[-1]] = number
            except BrokenProcessPool:
                # A process died already: what was handed over tells so, and the rest is left.
                collections.deque(tasks, maxlen=0)
            except _NoProcess:
                # It takes longer without.
                pool.shutdown(cancel_futures=True)
                collections.deque(tasks, maxlen=0)
                for number, task in list(left.items()):
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


def _in_turn(tasks: Iterator[tuple[int, Task]], running: list[Future[Yield]], count: int) -> Iterator[tuple[int, Task]]:
    """Tasks in the order in which they are handed out: always the heaviest of those that are known, so that no process
    has a long one left when the others are done. As they are for one process.

    While more are being thought of, two for each process are in hand: `running` has those handed out, and loses those
    that are done.
    """
    if count == 1:
        yield from tasks
        return
    heap: list[tuple[int, int, Task]] = []
    for number, task in tasks:
        heapq.heappush(heap, (-task.weight, number, task))
        running[:] = [future for future in running if not future.done()]
        if len(running) < 2 * count:
            _, number, task = heapq.heappop(heap)
            yield number, task
    while heap:
        _, number, task = heapq.heappop(heap)
        yield number, task


def _submit(pool: ProcessPoolExecutor, task: Task) -> Future[Yield]:
    try:
        with _undisturbed():
            return pool.submit(_do, task)
    except OSError as error:
        raise _NoProcess from error


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
