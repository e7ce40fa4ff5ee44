"""The command line: parse, call, render. One module per command; only here are errors turned into exit statuses.

`commands` names the commands and hands their calls to click; what `plain` can read by itself does not wait for that.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from stanch.errors import StanchError

USAGE = 2
"""Exit status for wrong usage, configuration or targets."""
UNREAD = 1
"""Exit status where whoever reads the output stops before its end. It is click's, and never a clean scan's."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; gives the exit status."""
    try:
        with _ended_in_order():
            status = _status(arguments)
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            return status
    except BrokenPipeError:
        _give_up_output()
        return UNREAD
    except OSError as error:
        with suppress(OSError):  # it may be standard error that takes nothing
            complain(StanchError(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}"))
        _give_up_output()
        return USAGE


def _status(arguments: Sequence[str]) -> int:
    try:
        status = _plainly(arguments)
        if status is None:
            from stanch.cli.commands import call

            status = call(arguments)
        return status
    except SystemExit as stop:
        return int(stop.code or 0)
    except StanchError as error:
        complain(error)
        return USAGE
    except KeyboardInterrupt:
        return 130


def _plainly(arguments: Sequence[str]) -> int | None:
    """Run a command that commits wait for, unless click has to read the call first."""
    match arguments:
        case ["hook", "run", name, *rest] if not name.startswith("-"):
            from stanch.guard.run import main as run_hook

            return run_hook([name, *rest])
        case ["scan", *rest]:
            from stanch.cli.scan import scan

            return scan.call(rest)
    return None


def complain(error: StanchError) -> None:
    """Say on standard error what is wrong, and what to do about it."""
    from stanch.textfile import printable

    tell(f"stanch: {printable(str(error))}")
    if error.hint:
        tell(f"        {printable(error.hint)}")


def tell(line: str) -> None:
    """Write a line to standard error, if there is any."""
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)


def _give_up_output() -> None:
    """Let go of what a standard stream does not take: Python would try again at exit, and complain in its own way."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path
                os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Where the system or a terminal asks the command to end, it takes its temporary files along.

    Only the main thread hears signals, and what whoever started it wants to be ignored is ignored.
    """
    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        asked = []
    asked = [number for number in asked if signal.getsignal(number) == signal.SIG_DFL]

    def end(number: int, _frame: object) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)  # asked twice, it must not leave its files in the middle of that
        raise SystemExit(128 + number)

    for number in asked:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in asked:
            if signal.getsignal(number) is end:
                signal.signal(number, signal.SIG_DFL)
