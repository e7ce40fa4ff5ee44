"""`stanch fix`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stanch.model import Finding

LEFT = 1
"""Exit status where something was left as it is."""


@click.command()
@click.argument("findings", metavar="[FINDING]...", nargs=-1)
@click.option(
    "--store",
    type=click.Choice(["env", "aws", "vault", "conjur"]),
    required=True,
    help="Where the program will look the values up.",
)
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder to fix instead of the repository around the current one.",
)
@click.option("--put", is_flag=True, help="Put the values into the store, too; for env into the file .env.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--patch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a patch for git apply instead. It holds the secrets, in the lines that go.",
)
@click.pass_context
def fix(
    ctx: click.Context,
    findings: tuple[str, ...],
    store: str,
    folder: Path | None,
    put: bool,
    yes: bool,
    dry_run: bool,
    patch: Path | None,
) -> None:
    """Take leaked secrets out of the code: each becomes a lookup in the language of its file.

    FINDING is a fingerprint, a detector's id or a path; without it all that a scan of the files finds. The change is
    shown, with the secrets masked, and written when you say yes: all files or none.

    Exit status: 0 all fixed, or nothing to fix; 1 something was left, with the reason; 2 wrong usage.

    \b
    Examples:
      stanch fix --store env
      stanch fix --store env --put --yes src/settings.py
      stanch fix --store vault notion-integration-token
      stanch fix --store env --patch fix.patch
    """
    from stanch.cli.repository import scan_root, settings, warn_of_losses
    from stanch.respond.fix.run import Fixing
    from stanch.scan.options import Options
    from stanch.textfile import printable

    if put and (patch or dry_run):
        raise click.UsageError("--put goes with writing, not with --patch or --dry-run.")
    config, root = settings(folder or Path(), None)
    fixing = Fixing(root, config, store)
    report = scan_root(root, Options(history=False))
    warn_of_losses(report)
    below = [one for one in report.findings if folder is None or _within(one.path, str(folder), root)]
    plan = fixing.plan(_chosen(below, findings, root))
    for line in fixing.shown():
        click.echo(line)
    for one in plan.left:
        click.echo(
            printable(f"left: {one.finding.path}:{one.finding.line}: {one.finding.name}: {one.reason}"), err=True
        )
    for kept in plan.kept:
        click.echo(
            printable(f"kept: {kept.path}:{kept.line}: {kept.name}: this is where it belongs; git has not got it")
        )
    if not plan.files:
        click.echo("nothing to fix" if not plan.left else "nothing was changed")
    elif patch is not None:
        fixing.save(patch)
        click.echo(printable(f"{patch}: apply it with git apply, and delete it: it holds the secrets"))
    elif not dry_run:
        if not (yes or _agreed(len(plan.files))):
            ctx.exit(LEFT)
        for line in fixing.write(put_values=put):
            click.echo(printable(line))
    ctx.exit(LEFT if plan.left else 0)


def _agreed(count: int) -> bool:
    """Whether the user wants the change that was shown."""
    import sys

    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("Nobody is there to ask: add --yes, --dry-run or --patch.")
    return click.confirm(f"Change {count} file{'s' * (count != 1)}?")


def _chosen(found: "Sequence[Finding]", wanted: tuple[str, ...], root: Path) -> "list[Finding]":
    """The findings that are meant; ConfigError for a word that means none of them."""
    from stanch.errors import ConfigError

    chosen = []
    for word in wanted:
        some = [one for one in found if word in (one.fingerprint, one.detector) or _within(one.path, word, root)]
        if not some:
            raise ConfigError(
                f"no finding in the files is meant by {word!r}", hint="'stanch scan --no-history' shows them"
            )
        chosen += some
    return [one for one in found if not wanted or one in chosen]


def _within(path: str, word: str, root: Path) -> bool:
    """Whether a finding's path is the file, or below the folder, that the user means."""
    try:
        asked = Path(word).resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError):
        return False
    return asked == "." or path == asked or path.startswith(f"{asked}/")
