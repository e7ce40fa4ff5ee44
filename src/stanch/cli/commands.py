"""The commands, each imported when it is called, and how click calls them.

A new command is a module with a click command of its name, and a line in `_COMMANDS`.
"""

from collections.abc import Sequence
from importlib import import_module

import click

import stanch
from stanch.cli import USAGE
from stanch.cli.plain import Plain

_COMMANDS = {
    "scan": ("stanch.cli.scan", "Find secrets in files, git history, archives or standard input."),
    "verify": ("stanch.cli.verify", "Ask issuers whether credentials are still live."),
    "hook": ("stanch.guard.cli", "Install, remove and check git hooks that stop secrets."),
    "baseline": ("stanch.cli.baseline", "Accept the secrets that are known today, so that only new ones count."),
    "ignore": ("stanch.cli.ignore", "Take single findings, paths or detectors out, with a reason."),
    "detectors": ("stanch.cli.detectors", "List, show and test what stanch can find."),
    "playbook": ("stanch.cli.playbook", "What to do about a leak, in general or of one finding."),
    "store": ("stanch.cli.store", "Put secrets into secret managers, and look at what is there."),
    "fix": ("stanch.cli.fix", "Take leaked secrets out of the code, and look them up instead."),
    "snippet": ("stanch.cli.snippet", "A program that fetches a secret from a store and uses it."),
    "demo": ("stanch.cli.demo", "Build a small repository full of freshly made leaks, and scan it."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        if isinstance(command, Plain):
            command = command.for_click(cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(stanch.__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Find leaked secrets and stop the leak.

    \b
    Examples:
      stanch scan .                       files and whole history of this repository
      stanch scan --staged                what the next commit would bring
      stanch scan https://host/repo.git   a repository at an address
      stanch hook install                 stop commits and pushes that hold secrets
    """


def call(arguments: Sequence[str]) -> int:
    """Let click read and run the command line; gives the exit status."""
    try:
        status = cli.main(list(arguments), prog_name="stanch", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        return 130
