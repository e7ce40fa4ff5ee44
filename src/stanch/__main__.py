"""The command's way in: hooks go straight to their work, all else to the command line."""

import sys


def main() -> None:
    """Run `stanch` with the process's arguments and exit with its status."""
    arguments = sys.argv[1:]
    if arguments[:2] == ["hook", "run"]:
        # Git waits for this one: it does without the command line's machinery.
        from stanch.guard.run import main as run_hook

        sys.exit(run_hook(arguments[2:]))
    from stanch.cli import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
