"""The command's way in: hooks go straight to their work, all else to the command line."""

import gc
import os
import sys
from typing import NoReturn


def main() -> None:
    """Run `stanch` with the process's arguments and exit with its status."""
    # Start-up makes many objects and hardly any garbage; looking for some between them takes a tenth of a short run.
    gc.set_threshold(100_000)
    arguments = sys.argv[1:]
    if arguments[:2] == ["hook", "run"]:
        # Git waits for this one: it does without the command line's machinery.
        from stanch.guard.run import main as run_hook

        _leave(run_hook(arguments[2:]))
    from stanch.cli import run

    _leave(run(arguments))


def _leave(status: int) -> NoReturn:
    """End the process; one that was short without taking the interpreter apart, which takes another tenth."""
    if "multiprocessing" in sys.modules:
        sys.exit(status)  # what processes share is to be put away
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        sys.exit(status)  # Python has its own way to tell
    os._exit(status)


if __name__ == "__main__":
    main()
