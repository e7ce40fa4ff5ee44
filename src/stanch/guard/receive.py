"""pre-receive: what a server does with a push before any ref moves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from stanch.errors import ConfigError, StanchError
from stanch.guard import pushes
from stanch.guard.message import plain
from stanch.guard.pushed_config import configured
from stanch.guard.record import record
from stanch.guard.settings import Settings
from stanch.guard.verdict import PASS, STOP, judge, say, scan_here
from stanch.model import Report
from stanch.scan.options import Options

SECONDS = 30.0
"""The time budget where the server sets none."""

IGNORES = ("pushed", "head", "none")
"""Whose exceptions count: the push's own, those of the default branch before it, or nobody's."""


def pre_receive(stdin: BinaryIO, environ: Mapping[str, str], out: TextIO) -> int:
    """Judge one push; gives the hook's exit status. The quarantine that git set up in the environment is kept."""
    updates = pushes.read_pre_receive(stdin.read())
    revs = pushes.received(updates)
    if not revs:
        return PASS
    settings = Settings()
    reason = _skip_reason(environ, settings, out)
    seconds, complaint = settings.seconds(environ, SECONDS)
    if complaint:
        say(out, [f"stanch: {complaint}"])
    ignores = whose_ignores(settings)
    try:
        report = _scan(updates, Options(revs=revs, seconds=seconds), ignores, environ, out)
    except StanchError as error:
        if not reason:
            raise
        say(out, [f"stanch: not scanned: {plain(str(error))}"])
        return _let_in(reason, updates, [], environ, out)
    status = judge("pre-receive", report, environ, out, settings, seconds=seconds, allow=ignores != "none")
    if status == STOP:
        if reason:
            return _let_in(reason, updates, [found.fingerprint for found in report.findings], environ, out)
        if report.findings:
            _tell_ways(ignores, settings, out)
        return STOP
    _keep_record(report, updates, environ, out)
    return PASS


def whose_ignores(settings: Settings) -> str:
    """The setting `stanch.ignores`; what it is not known to mean counts as the strictest."""
    word = settings.text("stanch.ignores") or IGNORES[0]
    return word if word in IGNORES else "none"


def _scan(
    updates: Sequence[pushes.Update], options: Options, ignores: str, environ: Mapping[str, str], out: TextIO
) -> Report:
    """The report, under the configuration that counts; one that is faulty must not lock everybody out."""
    if ignores == "none":
        return scan_here(environ, _with(options, None, None, honour=False))
    with configured(updates, ignores, environ) as (config, baseline):
        try:
            return scan_here(environ, _with(options, config, baseline))
        except ConfigError as error:
            if config is None and baseline is None:
                raise
            say(out, [f"stanch: the repository's own configuration is not used: {plain(str(error))}"])
    return scan_here(environ, options)


def _with(options: Options, config: Path | None, baseline: Path | None, *, honour: bool = True) -> Options:
    return Options(revs=options.revs, seconds=options.seconds, config=config, baseline=baseline, honour_ignores=honour)


def _skip_reason(environ: Mapping[str, str], settings: Settings, out: TextIO) -> str:
    """The reason in the push option `stanch.skip=REASON` where this server takes one, else nothing."""
    count = environ.get("GIT_PUSH_OPTION_COUNT", "")
    for number in range(int(count) if count.isdecimal() else 0):
        name, _, reason = environ.get(f"GIT_PUSH_OPTION_{number}", "").partition("=")
        if name != "stanch.skip":
            continue
        if not settings.on("stanch.allowSkip"):
            say(out, ["stanch: this server does not take stanch.skip; ask its administrator"])
        elif reason.strip():
            return reason.strip()
        else:
            say(out, ['stanch: stanch.skip needs a reason:  git push -o stanch.skip="WHY"'])
        return ""
    return ""


def _tell_ways(ignores: str, settings: Settings, out: TextIO) -> None:
    if ignores == "head":
        say(out, ["An exception counts here once it is in the default branch."])
    if settings.on("stanch.allowSkip"):
        say(out, ['This server takes a reason, and keeps it:  git push -o stanch.skip="WHY"'])


def _let_in(
    reason: str, updates: Sequence[pushes.Update], fingerprints: Sequence[str], environ: Mapping[str, str], out: TextIO
) -> int:
    """Let a push in for the reason that was given; StanchError if that cannot be recorded."""
    record(environ, "skip", updates, reason=reason, fingerprints=fingerprints)
    say(out, [f"stanch: let in all the same, and recorded with your name and reason: {plain(reason)}"])
    return PASS


def _keep_record(report: Report, updates: Sequence[pushes.Update], environ: Mapping[str, str], out: TextIO) -> None:
    """Record what came in without being judged clean by the scan alone."""
    try:
        if report.suppressed:
            record(environ, "ignored", updates, fingerprints=[found.fingerprint for found in report.suppressed])
        if not report.coverage.complete:
            record(environ, "unscanned", updates)
    except StanchError as error:
        say(out, [f"stanch: {error}"])
