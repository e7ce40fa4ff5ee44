"""`stanch ignore`: the command line of ignore entries, which live in `stanch.toml`."""

from collections.abc import Callable
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import click

from stanch.cli.repository import CONFIG, FINGERPRINT, FORMAT, TARGET, echo_json, scan_root, settings, warn_of_losses
from stanch.cli.scan import FOUND, INCOMPLETE
from stanch.config import Config, IgnoreEntry
from stanch.config.load import NAME
from stanch.errors import ConfigError
from stanch.textfile import printable

FILE = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"File to edit instead of the repository's {NAME}.",
)


def _keys(command: Callable[..., None]) -> Callable[..., None]:
    """What an entry matches: at least one of them, and all that are given."""
    command = click.option("--detector", default="", metavar="ID", help="Findings of this detector; a glob is fine.")(
        command
    )
    command = click.option("--path", "glob", default="", metavar="GLOB", help="Findings in these files.")(command)
    return click.argument("fingerprint", default="", metavar="[FINGERPRINT]")(command)


@click.group()
def ignore() -> None:
    """Take single findings, paths or detectors out, with a reason. For whole repositories there is `stanch baseline`.

    \b
    Examples:
      stanch ignore add 3fa9c0d15be27f4896a1c0d3e5b7f902 --reason "revoked on 3 May"
      stanch ignore add --path "tests/data/**" --reason "made up for tests" --expires 2030-01-31
      stanch ignore list
      stanch ignore audit      which entries and comments are of use?
    """


@ignore.command()
@_keys
@click.option("--reason", required=True, help="Why these findings need no work.")
@click.option("--owner", help="Who answers for it; without it the e-mail address that git knows.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Last day on which it holds.")
@FILE
def add(
    fingerprint: str,
    glob: str,
    detector: str,
    reason: str,
    owner: str | None,
    expires: datetime | None,
    config: Path | None,
) -> None:
    """Add an entry to the repository's stanch.toml: for one secret wherever it is (by the fingerprint that every
    report shows), for paths, for a detector, or for what all the given ones match together.

    \b
    Examples:
      stanch ignore add 3fa9c0d15be27f4896a1c0d3e5b7f902 --reason "revoked on 3 May"
      stanch ignore add --path "docs/*.md" --detector "generic-*" --reason "samples" --owner docs@example.com
    """
    last_day = expires.date() if expires else None
    if last_day and last_day < _today():
        raise click.UsageError(f"--expires {last_day} has passed.")
    if fingerprint and not FINGERPRINT.fullmatch(fingerprint):
        raise click.UsageError("A fingerprint has 32 hexadecimal digits in small letters; every report shows it.")
    found, root = settings(Path(), config if config and config.exists() else None)
    entry = IgnoreEntry(
        fingerprint=fingerprint,
        path=glob,
        detector=_detector(found, detector) if detector else "",
        reason=reason,
        owner=_email(root) if owner is None else owner,
        expires=last_day,
    )
    if any(_same(entry, other) for other in found.ignore):
        raise ConfigError(
            f"there is an entry for {entry.label} already", hint="take it out first: stanch ignore remove"
        )
    from stanch.config.edit import add_ignore

    path = config or root / NAME
    add_ignore(path, entry)
    click.echo(f"{printable(str(path))}: ignores {printable(entry.label)}")


@ignore.command("list")
@CONFIG
@FORMAT
def list_(config: Path | None, form: str) -> None:
    """Show the entries in force here: the repository's, and those of your own stanch.toml.

    \b
    Example:
      stanch ignore list
    """
    entries = settings(Path(), config)[0].ignore
    if form == "json":
        echo_json([{**_as_dict(entry), "expired": _expired(entry)} for entry in entries])
        return
    for entry in entries:
        click.echo(_line(entry, "expired" if _expired(entry) else ""))
    if not entries:
        click.echo("no entries")


@ignore.command()
@_keys
@FILE
def remove(fingerprint: str, glob: str, detector: str, config: Path | None) -> None:
    """Take out the entry with just these keys; everything else in the file stays as it is.

    \b
    Example:
      stanch ignore remove 3fa9c0d15be27f4896a1c0d3e5b7f902
      stanch ignore remove --path "docs/*.md" --detector "generic-*"
    """
    if not (fingerprint or glob or detector):
        raise click.UsageError("One of FINGERPRINT, --path and --detector is needed.")
    wanted = IgnoreEntry(fingerprint=fingerprint, path=glob, detector=detector, reason="-")
    from stanch.config.edit import remove_ignore

    path = config or settings(Path(), None)[1] / NAME
    removed = remove_ignore(path, lambda entry: _same(entry, wanted))
    if not removed:
        raise ConfigError(f"{path}: no entry with just {wanted.label}", hint="'stanch ignore list' shows all")
    for entry in removed:
        click.echo(f"{printable(str(path))}: no longer ignores {printable(entry.label)}")


@ignore.command()
@TARGET
@CONFIG
@FORMAT
@click.pass_context
def audit(ctx: click.Context, target: Path, config: Path | None, form: str) -> None:
    """Scan the repository around TARGET and show how each entry stands, and what comments in the code take out.

    Exit status: 0 all in use, 1 something is stale or expired, 3 nothing known to be, but the scan was incomplete.

    \b
    Example:
      stanch ignore audit
      stanch ignore audit --format json
    """
    from stanch.model import Confidence
    from stanch.scan import ignore as rules
    from stanch.scan.options import Options

    found, root = settings(target, config)
    options = Options(config=config, confidence=Confidence.LOW)
    report = scan_root(root, options)
    result = rules.audit(found.ignore, report, _today(), whole=rules.is_whole(options))
    # Entries have a state of their own; of comments that have expired there is only the report's warning.
    late = [warning for warning in report.warnings if ": the comment " in warning]
    if form == "json":
        echo_json(
            {
                "complete": report.coverage.complete,
                "entries": [
                    {**_as_dict(item.entry), "state": str(item.state), "findings": item.findings}
                    for item in result.entries
                ],
                "comments": [
                    {"path": one.path, "line": one.line, "detector": one.detector, "comment": one.suppressed.reason}
                    for one in result.comments
                    if one.suppressed
                ],
                "expired_comments": late,
            }
        )
    else:
        for item in result.entries:
            click.echo(_line(item.entry, f"{item.state}, {item.findings} finding{'s' * (item.findings != 1)}"))
        for one in result.comments:
            comment = one.suppressed.reason if one.suppressed else ""
            click.echo(f"{printable(one.path)}:{one.line}: {one.detector}, by the comment {printable(comment)}")
        for warning in late:
            click.echo(printable(warning))
        if not (result.entries or result.comments or late):
            click.echo("nothing is ignored")
        warn_of_losses(report)
    dated = not result.clean or late
    ctx.exit(FOUND if dated else 0 if report.coverage.complete else INCOMPLETE)


def _today() -> date:
    """The day of the entries' owners, not that of Greenwich."""
    return date.today()


def _expired(entry: IgnoreEntry) -> bool:
    return entry.expires is not None and entry.expires < _today()


def _same(entry: IgnoreEntry, other: IgnoreEntry) -> bool:
    """Whether both match the same findings."""
    return (entry.fingerprint, entry.path, entry.detector) == (other.fingerprint, other.path, other.detector)


def _detector(config: Config, name: str) -> str:
    """The id that `name` stands for, or the glob that it is; ConfigError if it means no detector."""
    from stanch.cli.lookup import find, known

    providers = known(config)
    if any(fnmatchcase(kind.id, name) for provider in providers for kind in provider.types):
        return name
    return find(providers, name)[1].id


def _email(root: Path) -> str:
    """The user's e-mail address as git knows it, or nothing."""
    import subprocess

    try:
        done = subprocess.run(["git", "config", "user.email"], cwd=root, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def _line(entry: IgnoreEntry, state: str) -> str:
    facts = [f"owner {entry.owner}" if entry.owner else "", f"until {entry.expires}" if entry.expires else "", state]
    told = ", ".join(fact for fact in facts if fact)
    return printable(f"{entry.label}: {entry.reason}" + (f" ({told})" if told else ""))


def _as_dict(entry: IgnoreEntry) -> dict[str, object]:
    return {
        "fingerprint": entry.fingerprint,
        "path": entry.path,
        "detector": entry.detector,
        "reason": entry.reason,
        "owner": entry.owner,
        "expires": entry.expires.isoformat() if entry.expires else None,
    }
