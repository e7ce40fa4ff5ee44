"""The command's way in, and out."""

import gc
import os
import sys


def main() -> None:
    """Run `stanch` with the process's arguments and exit with its status."""
    # Start-up makes many objects and hardly any garbage; looking for some between them takes a tenth of a short run.
    gc.set_threshold(100_000)
    _import_msgspec()
    from stanch.cli import run

    status = run(sys.argv[1:])
    if "multiprocessing" in sys.modules:
        sys.exit(status)  # what processes share is to be put away
    # One that was short ends without taking the interpreter apart, which takes another tenth.
    os._exit(status)


def _import_msgspec() -> None:
    """Import it without `typing_extensions`, which it takes where that is installed, and which takes longer than all of
    msgspec: 12 ms of the 110 that a commit waits. From Python 3.11 on `typing` has what is asked of it."""
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # so Python is told that there is none
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


if __name__ == "__main__":
    main()
