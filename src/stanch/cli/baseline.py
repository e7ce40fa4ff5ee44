"""`stanch baseline`: the command line of `stanch.scan.baseline`."""

from pathlib import Path

import click

from stanch.cli.repository import CONFIG, FORMAT, TARGET, echo_json, scan_root, settings, warn_of_losses
from stanch.cli.scan import FOUND, INCOMPLETE
from stanch.errors import ConfigError
from stanch.scan import baseline as known
from stanch.scan.ignore import is_whole
from stanch.scan.options import Options
from stanch.textfile import printable

FILE = click.option(
    "--baseline", "file", type=click.Path(path_type=Path, dir_okay=False), help="Baseline instead of the repository's."
)


@click.group()
def baseline() -> None:
    """Accept the secrets that are known today, so that only new ones count.

    \b
    Examples:
      stanch baseline create          begin: whatever is here now is known
      stanch baseline update --prune  take over what is new, drop what is gone
      stanch baseline audit           which entries still stand for something?
    """


@baseline.command()
@TARGET
@FILE
@CONFIG
def create(target: Path, file: Path | None, config: Path | None) -> None:
    """Scan the repository around TARGET and write a baseline of everything found.

    \b
    Example:
      stanch baseline create
    """
    root, path, options = _place(target, file, config)
    if path.exists():  # said before a scan that may take long
        raise ConfigError(f"{path}: there is a baseline already", hint="use 'stanch baseline update'")
    report = scan_root(root, options)
    count = known.create(path, report, root)
    click.echo(f"{printable(str(path))}: {_secrets(count)} accepted; commit it, and .gitattributes with it")
    warn_of_losses(report)


@baseline.command()
@TARGET
@FILE
@CONFIG
@click.option("--prune", is_flag=True, help="Take out entries for secrets that are no longer found.")
def update(target: Path, file: Path | None, config: Path | None, prune: bool) -> None:
    """Add what is found today to the baseline.

    \b
    Example:
      stanch baseline update
      stanch baseline update --prune
    """
    root, path, options = _place(target, file, config)
    if not path.exists():
        raise ConfigError(f"{path}: no baseline", hint="use 'stanch baseline create'")
    report = scan_root(root, options)
    change = known.update(path, report, prune=prune)
    gone = f", {change.gone} gone" + (" and taken out" if prune else " (--prune takes them out)") if change.gone else ""
    click.echo(f"{printable(str(path))}: {change.added} added, {change.kept} kept{gone}")
    warn_of_losses(report)


@baseline.command()
@TARGET
@FILE
@CONFIG
@FORMAT
@click.pass_context
def audit(ctx: click.Context, target: Path, file: Path | None, config: Path | None, form: str) -> None:
    """Show what the baseline takes out, and which of its entries stand for nothing any more.

    Exit status: 0 all in use, 1 some stale, 3 none known to be stale, but the scan was incomplete.

    \b
    Example:
      stanch baseline audit
      stanch baseline audit --format json
    """
    root, path, options = _place(target, file, config)
    accepted = known.read(path)
    report = scan_root(root, options)
    result = known.audit(report, accepted, whole=is_whole(options))
    if form == "json":
        echo_json(_as_dict(path, result, complete=report.coverage.complete))
    else:
        _tell(path, result, len(accepted.entries))
        warn_of_losses(report)
    ctx.exit(FOUND if result.stale else 0 if report.coverage.complete else INCOMPLETE)


def _place(target: Path, file: Path | None, config: Path | None) -> tuple[Path, Path, Options]:
    """The root to scan, the baseline's path, and the options of a scan that honours it."""
    found, root = settings(target, config)
    path = file or found.baseline
    assert path is not None  # there is a root
    return root, path, Options(baseline=file, config=config)


def _secrets(count: int) -> str:
    return f"{count} secret{'s' * (count != 1)}"


def _tell(path: Path, result: known.BaselineAudit, size: int) -> None:
    click.echo(f"{printable(str(path))}: {_secrets(size)}")
    for finding in result.present:
        place = f"{printable(finding.path)}:{finding.line}"
        click.echo(f"  in use  {finding.fingerprint}  {finding.detector}  {printable(str(finding.secret))}  {place}")
    for fingerprint, detector in sorted(result.stale.items()):
        click.echo(f"  stale   {fingerprint}  {detector}")
    if result.foreign:
        click.echo("other secrets are found, and of these not one: was it made under another identity key?")
    if result.stale:
        click.echo("'stanch baseline update --prune' takes out what is stale")


def _as_dict(path: Path, result: known.BaselineAudit, *, complete: bool) -> dict[str, object]:
    present = [
        {
            "fingerprint": finding.fingerprint,
            "detector": finding.detector,
            "secret": str(finding.secret),
            "path": finding.path,
            "line": finding.line,
        }
        for finding in result.present
    ]
    stale = [{"fingerprint": key, "detector": name} for key, name in sorted(result.stale.items())]
    return {"baseline": str(path), "complete": complete, "present": present, "stale": stale}
