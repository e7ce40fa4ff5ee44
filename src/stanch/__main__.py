"""The command's way in, and out."""

import gc
import os
import sys


def main() -> None:
    """Run `stanch` with the process's arguments and exit with its status."""
    # Start-up makes many objects and hardly any garbage; looking for some between them takes a tenth of a short run.
    gc.set_threshold(100_000)
    from stanch.cli import run

    status = run(sys.argv[1:])
    if "multiprocessing" in sys.modules:
        sys.exit(status)  # what processes share is to be put away
    # One that was short ends without taking the interpreter apart, which takes another tenth.
    os._exit(status)


if __name__ == "__main__":
    main()
