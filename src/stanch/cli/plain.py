"""A command whose options are data, so that a call that is plainly written is read without click.

Click takes longer to import than a small commit takes to scan. It is asked only where there is something to say or to
check: for help, for completion, for numbers and files, and for every mistake.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import click

Asked = dict[str, object]
"""What was asked for, by the options' names."""


class Misuse(Exception):
    """Options that do not go together."""


class Option(msgspec.Struct, frozen=True):
    """One option of a command."""

    flag: str
    help: str
    kind: str | tuple[str, ...] = "flag"
    """flag, text, file, count, seconds, or the words that it may be."""
    name: str = ""
    """In what was asked for; nothing stands for the flag's own."""
    short: str = ""
    metavar: str | None = None
    multiple: bool = False
    default: object = None

    @property
    def key(self) -> str:
        """Its name in what was asked for."""
        return self.name or self.flag.removeprefix("--").replace("-", "_")


class Plain(msgspec.Struct, frozen=True):
    """A command: what it does with its targets and what was asked for, and gives as exit status."""

    run: Callable[[tuple[str, ...], Asked], int]
    """Its docstring is the command's help. It may raise `Misuse`."""
    options: tuple[Option, ...]

    def call(self, words: Iterable[str]) -> int | None:
        """Run the command, or give nothing where click has to look at the words first."""
        targets: list[str] = []
        asked = {one.key: _default(one) for one in self.options}
        known = {name: one for one in self.options for name in (one.flag, one.short) if name}
        rest = iter(words)
        for word in rest:
            if word == "-" or word[:1] not in ("-", ""):
                targets.append(word)
                continue
            option = known.get(word)
            if option is None or option.kind in ("file", "count", "seconds"):
                return None
            if option.kind == "flag":
                asked[option.key] = True
                continue
            value = next(rest, "")
            if value[:1] in ("-", "") or (option.kind != "text" and value not in option.kind):
                return None
            before = asked[option.key]
            asked[option.key] = (*before, value) if isinstance(before, tuple) else value
        try:
            return self.run(tuple(targets), asked)
        except Misuse:
            return None

    def for_click(self, name: str) -> "click.Command":
        """The same for click."""
        from pathlib import Path

        import click

        types = {
            "text": click.STRING,
            "file": click.Path(path_type=Path, dir_okay=False),
            "count": click.IntRange(0),
            "seconds": click.FloatRange(0),
        }

        def run(targets: tuple[str, ...], **asked: object) -> int:
            try:
                return self.run(targets, asked)
            except Misuse as error:
                raise click.UsageError(str(error)) from None

        parameters: list[click.Parameter] = [click.Argument(["targets"], metavar="[TARGET]...", nargs=-1)]
        for one in self.options:
            flag = one.kind == "flag"
            parameters.append(
                click.Option(
                    [one.flag, *([one.short] if one.short else []), one.key],
                    help=one.help,
                    is_flag=flag,
                    type=None if flag else types[one.kind] if isinstance(one.kind, str) else click.Choice(one.kind),
                    metavar=one.metavar,
                    multiple=one.multiple,
                    default=_default(one),
                )
            )
        return click.Command(
            name,
            callback=run,
            params=parameters,
            help=self.run.__doc__,
            context_settings={"help_option_names": ["-h", "--help"]},
        )


def _default(option: Option) -> object:
    if option.kind == "flag":
        return False
    return () if option.multiple else option.default
