"""Command lines that documentation shows, found and parsed as the command line parses them, without running them."""

import re
import shlex
from collections.abc import Iterator

import click

from stanch.cli.commands import cli

_REMARK = re.compile(r"  .*| # .*| < \S+")


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names of every command, groups included."""
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def shown(text: str) -> list[str]:
    """The calls of stanch in a text's lines, without prompts, remarks and what is piped or sent into them."""
    found = []
    for line in text.splitlines():
        call = re.fullmatch(r"\s*(?:\$ )?(?:[^`]*\| )?(stanch .*)", line)
        if call:
            found.append(_REMARK.sub("", call[1]).strip())
    return found


def parse(line: str) -> None:
    """Raise click's UsageError if the command line would not take this call."""
    _, *words = shlex.split(line)
    command: click.Command = cli
    context = click.Context(cli, info_name="stanch")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        under = command.get_command(context, name)
        if under is None:
            raise click.UsageError(f"no command {name!r} in {line!r}")
        command = under
    if isinstance(command, click.Group):
        assert words in ([], ["--help"], ["--version"]), line
    else:
        command.make_context(command.name, words, parent=context)
