"""`stanch demo`."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--seed", type=int, help="The same number, the same secrets.")
@click.pass_context
def demo(ctx: click.Context, folder: Path | None, seed: int | None) -> None:
    """Build a small git repository full of leaks, every one made up on the spot, and scan it.

    It is kept if FOLDER is given, which must not hold anything yet. Exit status as of `stanch scan`.

    \b
    Examples:
      stanch demo
      stanch demo /tmp/bakery
    """
    if folder is not None:
        ctx.exit(_show(folder, seed))
    import tempfile

    with tempfile.TemporaryDirectory(prefix="stanch-demo-") as temporary:
        status = _show(Path(temporary) / "bakery", seed)
    click.echo("The repository is gone again; 'stanch demo FOLDER' keeps one to play with.")
    ctx.exit(status)


def _show(folder: Path, seed: int | None) -> int:
    """Tell the story, scan, and compare; gives the exit status."""
    import shutil
    import sys

    from stanch import report as reports
    from stanch.cli.scan import colours, status
    from stanch.demo import build
    from stanch.scan.run import scan
    from stanch.textfile import printable

    made = build(folder, seed)
    click.echo(f"A bakery's web shop: {made.commits} commits by {made.people} people in {made.days} days, and a stash.")
    click.echo(f"It is in {printable(str(folder))}. Every secret in it was made up a moment ago:")
    click.echo()
    width = max(len(leak.name) for leak in made.leaks)
    for leak in made.leaks:
        click.echo(f"  {leak.name:<{width}}  {leak.story}")
    click.echo()
    click.echo(f"$ stanch scan {printable(str(folder))}")
    click.echo()
    report = scan(folder)
    terminal = sys.stdout is not None and sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else 100
    for piece in reports.render("text", report, colour=terminal and colours(), width=columns):
        click.echo(piece, nl=False)
    found = {(finding.detector, finding.secret.reveal().strip()) for finding in report.findings}
    missed = [leak for leak in made.leaks if (leak.detector, leak.secret.strip()) not in found]
    click.echo()
    click.echo(f"Of the {len(made.leaks)} leaks above, {len(made.leaks) - len(missed)} were found.")
    for leak in missed:
        click.echo(f"  missed: {leak.name}, {leak.story}")
    return status(report)
