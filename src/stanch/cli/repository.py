"""The repository that a command speaks of, and a scan of the whole of it."""

import re
from pathlib import Path

import click

from stanch.config import Config, load
from stanch.errors import TargetError
from stanch.model import Report
from stanch.scan.options import Options

FINGERPRINT = re.compile(r"[0-9a-f]{32}")
"""A whole fingerprint, as every report shows it."""
TARGET = click.argument(
    "target", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="[TARGET]", default="."
)
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration instead of the repository's."
)
FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


def settings(target: Path, config: Path | None) -> tuple[Config, Path]:
    """What holds for the repository around a folder, or for the folder itself where there is none, and its root."""
    found = load(target, config)
    if found.root is None:
        raise TargetError(f"{target}: no permission to enter")
    return found, found.root


def scan_root(root: Path | str, options: Options) -> Report:
    """Scan all that is at `root`, however deep in it the user stands: judgements are on the whole repository."""
    from stanch.cli.scan import shown_progress
    from stanch.scan.run import scan

    with shown_progress() as progress:
        return scan(root, options=options, progress=progress)


def echo_json(value: object) -> None:
    """Write `value`, of types that JSON knows, for machines."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def warn_of_losses(report: Report) -> None:
    """Say on standard error that a scan did not see everything."""
    if not report.coverage.complete:
        click.echo("stanch: the scan was incomplete; 'stanch scan' says what was not read", err=True)
