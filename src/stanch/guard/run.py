"""What a hook runs: scan what a commit or push brings, say what was found, and stop it or let it pass.

This is the hot path, a tenth of a second for a small commit, so what is not always needed is imported
where it is.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import BinaryIO, TextIO

from stanch.errors import StanchError


def main(argv: Sequence[str]) -> int:
    """`stanch hook run NAME [ARGUMENTS]` without the command line's own machinery; gives the exit status."""
    if not argv or argv[0].startswith("-"):
        sys.stderr.write("usage: stanch hook run pre-commit|pre-push|pre-receive [ARGUMENTS]\n")
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    # Git shows a client both; some servers that run the hook themselves pass only the output on.
    out = sys.stdout if argv[0] == "pre-receive" else sys.stderr
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="backslashreplace")  # whatever the locale, a message is never what fails
    return run_hook(argv[0], list(argv[1:]), sys.stdin.buffer, os.environ, out)


def run_hook(name: str, args: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str], out: TextIO) -> int:
    """Run one hook as git calls it, in the folder that git calls it in.

    `args` and `stdin` are what git gives, `environ` holds git's and the user's settings; what there is to say
    goes to `out`. Gives 0 to let the commit or push pass, 1 to stop it, 2 if it could not be judged,
    which stops it as well.
    """
    try:
        if name == "pre-commit":
            return _pre_commit(environ, out)
        if name == "pre-push":
            return _pre_push(args, stdin, environ, out)
        if name == "pre-receive":
            from stanch.guard.receive import pre_receive

            return pre_receive(stdin, environ, out)
        raise StanchError(f"{name}: not a hook that stanch guards")
    except StanchError as error:
        from stanch.guard.message import plain
        from stanch.guard.verdict import BROKEN, say

        say(out, [f"stanch: {plain(str(error))}", *([f"  {plain(error.hint)}"] if error.hint else [])])
        return BROKEN


def _pre_commit(environ: Mapping[str, str], out: TextIO) -> int:
    from stanch.guard.settings import Settings
    from stanch.guard.verdict import judge, scan_here
    from stanch.scan.options import Options

    return judge("pre-commit", scan_here(environ, Options(staged=True)), environ, out, Settings())


def _pre_push(args: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str], out: TextIO) -> int:
    from stanch.guard import pushes

    if environ.get("PRE_COMMIT") and not environ.get("PRE_COMMIT_RUNNING_LEGACY"):
        revs = pushes.pushed_by_framework(environ)
    else:
        revs = pushes.pushed(pushes.read_pre_push(stdin.read()), args[0] if args else "")
    if not revs:
        return 0
    from stanch.guard.settings import Settings
    from stanch.guard.verdict import judge, say, scan_here
    from stanch.scan.options import Options

    settings = Settings()
    seconds, complaint = settings.seconds(environ, None)
    if complaint:
        say(out, [f"stanch: {complaint}"])
    report = scan_here(environ, Options(revs=revs, seconds=seconds))
    return judge("pre-push", report, environ, out, settings, seconds=seconds)
