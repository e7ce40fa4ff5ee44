"""`stanch hook`: the command line of the guard."""

import contextlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stanch.errors import StanchError
from stanch.guard.message import plain
from stanch.guard.script import GUARDED

if TYPE_CHECKING:
    from stanch.guard.install import Change

REPOSITORY = click.argument("repository", type=click.Path(path_type=Path), default=".")
HOOKS = click.option(
    "--hook", "hooks", multiple=True, type=click.Choice(GUARDED), help="Only this hook; may be repeated."
)
FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group("hook")
def hook() -> None:
    """Git hooks that stop a secret before it is committed, pushed or received.

    \b
    Example:
      stanch hook install            pre-commit and pre-push, in this repository
      stanch hook install --global   the same for all your repositories
      stanch hook doctor             do they really run?
    """


@hook.command()
@REPOSITORY
@HOOKS
@click.option("--global", "everywhere", is_flag=True, help="For all repositories of this user (core.hooksPath).")
@click.option("--beside", is_flag=True, help="Put stanch before lefthook, in this clone only.")
def install(repository: Path, hooks: Sequence[str], everywhere: bool, beside: bool) -> None:
    """Install hooks; those that are there already stay and run first.

    Without --hook: pre-commit and pre-push, or pre-receive in a bare repository.

    \b
    Example:
      stanch hook install
      stanch hook install --global
      stanch hook install --hook pre-receive /srv/git/app.git
    """
    from stanch.guard.everywhere import install_global
    from stanch.guard.install import install as install_here

    _tell(install_global(hooks) if everywhere else install_here(repository, hooks, beside=beside))
    _compile()


@hook.command()
@REPOSITORY
@HOOKS
@click.option("--global", "everywhere", is_flag=True, help="Undo `stanch hook install --global`.")
def uninstall(repository: Path, hooks: Sequence[str], everywhere: bool) -> None:
    """Take hooks away and put back what was there before.

    \b
    Example:
      stanch hook uninstall
      stanch hook uninstall --hook pre-push
    """
    from stanch.guard.everywhere import uninstall_global
    from stanch.guard.install import uninstall as uninstall_here

    if everywhere and hooks:
        raise click.UsageError("--global takes all hooks away; leave out --hook")
    changes = uninstall_global() if everywhere else uninstall_here(repository, hooks)
    if changes:
        _tell(changes)
    else:
        click.echo("nothing to take away")


@hook.command()
@REPOSITORY
@FORMAT
def status(repository: Path, form: str) -> None:
    """Show what is installed in a repository, and where.

    \b
    Example:
      stanch hook status
      stanch hook status --format json /srv/git/app.git
    """
    import msgspec

    from stanch.guard.status import status as look

    found = look(repository)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    click.echo(f"{plain(found.repository)}: hooks in {plain(found.hooks_path)}")
    for one in found.hooks:
        through = "" if one.through in ("", "git") else f" (through {one.through})"
        state = "active" if one.runs else "NOT RUN" if one.path else "not installed"
        click.echo(f"  {one.name:<12} {state}{through}  {plain(one.path)}".rstrip())
        if one.previous:
            click.echo(f"  {'':<12} first: {plain(one.previous)}")
    if found.problems:
        click.echo("`stanch hook doctor` tells what to do")


@hook.command()
@REPOSITORY
@FORMAT
def doctor(repository: Path, form: str) -> None:
    """Find out whether the hooks really run, and what to do if they do not; exit status 2 then.

    \b
    Example:
      stanch hook doctor
    """
    import msgspec

    from stanch.guard.status import doctor as examine

    problems = examine(repository)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(problems), indent=2).decode())
    elif not problems:
        click.echo("all hooks run")
    for problem in problems if form == "text" else ():
        click.echo(f"{problem.hook + ': ' if problem.hook else ''}{plain(problem.what)}")
        click.echo(f"  do: {plain(problem.todo)}")
    if problems:
        sys.exit(2)


@hook.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(GUARDED))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(name: str, arguments: Sequence[str]) -> None:
    """Run a hook as git does; this is what the installed hooks call.

    \b
    Example:
      stanch hook run pre-commit     would a commit be stopped now?
    """
    from stanch.guard.run import main

    sys.exit(main([name, *arguments]))


def _compile() -> None:
    """Compile the catalog now, so that the first commit does not wait for it."""
    from stanch.detect import Engine

    with contextlib.suppress(StanchError):  # the hook will say what is wrong
        Engine()


def _tell(changes: "Iterable[Change]") -> None:
    for change in changes:
        click.echo(f"{change.hook}: {change.action}  {plain(change.path)}")
        if change.note:
            click.echo(f"  {plain(change.note)}")
