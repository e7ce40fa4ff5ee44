"""`stanch fix`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stanch.model import Finding
    from stanch.respond.fix.model import Plan

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
    default=".",
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
    folder: Path,
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
    from stanch.cli.repository import settings
    from stanch.respond.fix.run import Fixing
    from stanch.textfile import printable

    config, root = settings(folder, None)
    fixing = Fixing(root, config, store)
    report = fixing.scan()
    plan = fixing.plan(_chosen(report.findings, findings, root))
    for line in fixing.shown():
        click.echo(line)
    for one in plan.left:
        click.echo(printable(f"left: {one.finding.path}:{one.finding.line}: {one.finding.name}: {one.reason}"), err=True)
    for kept in plan.kept:
        click.echo(printable(f"kept: {kept.path}:{kept.line}: {kept.name}: this is where it belongs; git has not got it"))
    if not plan.files:
        click.echo("nothing to fix" if not plan.left else "nothing was changed")
    elif patch is not None:
        fixing.save(patch)
        click.echo(printable(f"{patch}: apply it with git apply, and delete it: it holds the secrets"))
    elif not dry_run and (yes or click.confirm(f"Change {len(plan.files)} file{'s' * (len(plan.files) != 1)}?")):
        for line in fixing.write(put_values=put):
            click.echo(printable(line))
    ctx.exit(LEFT if plan.left else 0)


def _chosen(found: "Sequence[Finding]", wanted: tuple[str, ...], root: Path) -> "list[Finding]":
    """The findings that are meant; ConfigError for a word that means none of them."""
    from stanch.errors import ConfigError

    chosen = []
    for word in wanted:
        some = [one for one in found if word in (one.fingerprint, one.detector) or _within(one.path, word, root)]
        if not some:
            raise ConfigError(f"no finding in the files is meant by {word!r}", hint="'stanch scan --no-history' shows them")
        chosen += some
    return [one for one in found if not wanted or one in chosen]


def _within(path: str, word: str, root: Path) -> bool:
    """Whether a finding's path is the file, or below the folder, that the user means."""
    try:
        asked = Path(word).resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError):
        asked = word
    return any(path == one or path.startswith(f"{one}/") for one in (asked, word.rstrip("/")))
