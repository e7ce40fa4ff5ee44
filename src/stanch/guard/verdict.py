"""From a scan's report to what a hook says and whether it stops."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from stanch.guard.settings import Settings

if TYPE_CHECKING:
    from stanch.model import Report
    from stanch.scan.options import Options

PASS, STOP, BROKEN = 0, 1, 2
"""What a hook ends with: let it pass, stop it, or stop it since it could not be judged."""

WARNINGS = 5
"""How many of a report's warnings are told."""


def scan_here(environ: Mapping[str, str], options: "Options") -> "Report":
    """Scan the repository that the hook runs in."""
    from stanch.scan import scan

    return scan(_repository(environ), options=options)


def judge(
    hook: str,
    report: "Report",
    environ: Mapping[str, str],
    out: TextIO,
    settings: Settings,
    *,
    seconds: float | None = None,
    allow: bool = True,
) -> int:
    """Say what a report means for a hook, if anything, and give the exit status that follows.

    `seconds` is the time budget that the scan had; without `allow` no command for an exception is told.
    """
    if not report.findings and report.coverage.complete:
        return PASS
    from stanch.guard import message

    lines: list[str] = []
    if report.findings:
        lines += message.stopped(
            hook,
            report.findings,
            report.coverage,
            rewrite=_rewrite(hook, report),
            allow=allow,
            color=_color(out, environ),
        )
        lines += [f"stanch: {message.plain(warning)}" for warning in report.warnings[:WARNINGS]]
    status = STOP if report.findings else PASS
    if not report.coverage.complete:
        late = message.out_of_time(report.coverage)
        lines += message.incomplete(report.coverage, seconds=seconds if late else None)
        name = "stanch.onTimeout" if late else "stanch.onIncomplete"
        policy = settings.text(name) or "allow"
        if policy != "allow":
            status = STOP
            lines.append(f"  stopped for that, since {name} is {message.plain(policy)}")
        elif not report.findings:
            lines.append("  let through all the same; what was not scanned may hold secrets")
    say(out, lines)
    return status


def say(out: TextIO, lines: Sequence[str]) -> None:
    """Write lines to whoever runs git, if anybody listens."""
    try:
        out.write("\n".join(lines) + "\n")
        out.flush()
    except OSError:
        return  # the exit status still tells


def _repository(environ: Mapping[str, str]) -> str:
    """The repository's root: git starts its hooks there, a person may be in a folder below."""
    if environ.get("GIT_DIR") or os.path.exists(".git"):  # noqa: PTH110 - hot path
        return "."
    import subprocess

    done = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, check=False)
    return os.fsdecode(done.stdout).removesuffix("\n") or "."


def _rewrite(hook: str, report: "Report") -> list[str]:
    if hook != "pre-push":
        return []
    from stanch.guard.rewrite import steps

    return steps(list(dict.fromkeys(found.commit for found in report.findings if found.commit)))


def _color(out: TextIO, environ: Mapping[str, str]) -> bool:
    return out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and os.name != "nt"
