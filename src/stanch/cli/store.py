"""`stanch store`: the command line of `stanch.respond.stores`."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stanch.cli import complain
from stanch.cli.repository import CONFIG, FINGERPRINT, FORMAT, echo_json, scan_root
from stanch.errors import ConfigError, TargetError
from stanch.model import Finding, Secret
from stanch.respond.stores import Reference, StoreError, Trouble, names, open_store
from stanch.respond.stores.model import LISTED
from stanch.textfile import printable

if TYPE_CHECKING:
    from stanch.config import Config
    from stanch.respond.stores import Held, Settings, Store

NOT_SO, FAILED = 1, 3
"""Exit statuses: nothing is there or something else than expected, and the store did not do what it was asked."""
LARGEST = 1 << 20
"""Bytes of a value; no store takes more by itself."""
_OPTION = re.compile(r"-[a-z]|--[a-z-]{1,20}")


def _place(command: Callable[..., None]) -> Callable[..., None]:
    """Which store, by which settings."""
    command = click.option(
        "--set",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help="A setting of [store.NAME] for this call; repeatable.",
    )(CONFIG(command))
    return click.option("--store", "kind", type=click.Choice(names()), help="Which store; without it store.use.")(
        command
    )


PATH = click.option(
    "--path", default="", metavar="PATH[#FIELD]", help="Where NAME is kept, instead of the settings' place."
)


@click.group()
def store() -> None:
    """Put secrets into an environment file or a secret manager, without showing them, and look at what is there.

    NAME is what code asks for, such as NOTION_TOKEN; where each store keeps it follows from that and from [store] in
    stanch.toml.

    Exit status: 0 done; 1 nothing is there, or something else than expected; 2 wrong usage or configuration;
    3 the store refused, or could not be reached.

    \b
    Examples:
      stanch store put NOTION_TOKEN --store vault < token.txt
      stanch store put --finding 3fa9c0d15be27f4896a1c0d3e5b7f902 --in . --store aws
      stanch store get NOTION_TOKEN --store vault
      stanch store check --store conjur
    """


@store.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", metavar="[NAME]", default="")
@click.argument("rest", metavar="", nargs=-1)
@_place
@PATH
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Take the value from this file.")
@click.option("--exact", is_flag=True, help="Keep a single line's end as part of the value.")
@click.option("--finding", metavar="FINGERPRINT", help="Take the value of this finding, from a fresh scan of --in.")
@click.option("--in", "target", metavar="TARGET", help="What to scan for --finding.")
@click.option("--replace", is_flag=True, help="Write over a value even where the store will not remember it.")
@click.option(
    "--if-version",
    "expected",
    metavar="VERSION",
    help="Only if this is the newest, or 'absent': only if none is there.",
)
@click.pass_context
def put(
    ctx: click.Context,
    name: str,
    rest: tuple[str, ...],
    kind: str | None,
    pairs: tuple[str, ...],
    config: Path | None,
    path: str,
    file: Path | None,
    exact: bool,
    finding: str | None,
    target: str | None,
    replace: bool,
    expected: str | None,
) -> None:
    """Keep a value under NAME. It comes from standard input (asked for, on a terminal), from a file, or from a finding,
    and never from the command line; it is never shown. A finding knows the usual NAME of its kind.

    The end of a single line is not part of the value; several lines are taken as they are. The same value again
    changes nothing. A store with versions gets a new one. A value that would be lost is written over only with
    --replace.

    \b
    Examples:
      stanch store put NOTION_TOKEN < token.txt
      stanch store put TLS_KEY --store vault --path web/tls#key --file server.key
      stanch store put --finding 3fa9c0d15be27f4896a1c0d3e5b7f902 --in . --store aws
      stanch store put NOTION_TOKEN --store vault --if-version 3 < new-token.txt
    """
    _refuse_value(name, *rest)
    if bool(finding) != bool(target):
        raise click.UsageError("--finding and --in belong together.")
    if finding and (file or exact):
        raise click.UsageError("--finding and --file exclude each other, and --exact is for files.")
    if not name and not finding:
        raise click.UsageError("Which NAME?")
    with _open(ctx, kind, pairs, config, path) as (settings, opened):
        if finding and target:
            found = _find(finding, target)
            value, name = found.secret, name or _usual_name(found, settings)
        else:
            value = _read_value(file, exact=exact)
        held = opened.put(_reference(settings, name, path), value, expected=expected, replace=replace)
        version = f", version {held.version}" if held.version else ""
        state = "is there already" if held.unchanged else "kept"
        click.echo(printable(f"{opened.name}: {held.address} {state}{version}"))
        for note in held.notes:
            click.echo(printable(f"  {note}"))


@store.command()
@click.argument("name")
@_place
@PATH
@click.option("--print", "show", is_flag=True, help="Write the value itself to standard output, and nothing else.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the value itself to a file that only you may read.",
)
@FORMAT
@click.pass_context
def get(
    ctx: click.Context,
    name: str,
    kind: str | None,
    pairs: tuple[str, ...],
    config: Path | None,
    path: str,
    show: bool,
    output: Path | None,
    form: str,
) -> None:
    """Tell whether NAME is there, its version, time, and how long it is, roughly. Only --print and --output give the
    value: byte for byte, but for a line's end on a terminal.

    \b
    Examples:
      stanch store get NOTION_TOKEN
      stanch store get NOTION_TOKEN --store vault --format json
      stanch store get TLS_KEY --path web/tls#key --output server.key
    """
    if show and output:
        raise click.UsageError("--print and --output exclude each other.")
    with _open(ctx, kind, pairs, config, path) as (settings, opened):
        held = opened.get(_reference(settings, name, path))
        assert held.value is not None
        if show:
            value = held.value.reveal()
            end = "\n" if sys.stdout.isatty() and not value.endswith("\n") else ""
            sys.stdout.buffer.write((value + end).encode())
            return
        if output:
            from stanch.textfile import replace_text

            replace_text(output, held.value.reveal(), new_mode=0o600)
        if form == "json":
            echo_json({**_as_dict(opened.name, held), "size": held.size})
            return
        facts = [f"version {held.version}" if held.version else "", _time(held), held.size]
        click.echo(printable(f"{opened.name}: {held.address} is there: {', '.join(fact for fact in facts if fact)}"))


@store.command()
@click.argument("name", metavar="[NAME]", default="STANCH_CHECK")
@_place
@PATH
@FORMAT
@click.pass_context
def check(
    ctx: click.Context, name: str, kind: str | None, pairs: tuple[str, ...], config: Path | None, path: str, form: str
) -> None:
    """Ask a store whether it can be reached, and whether you may read and write there; nothing is changed. With NAME
    the rights where it is kept count, without it those below the settings' prefix.

    Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage or configuration.

    \b
    Examples:
      stanch store check --store vault
      stanch store check NOTION_TOKEN --store aws --format json
    """
    with _open(ctx, kind, pairs, config, path) as (settings, opened):
        answers = []
        for answer in opened.check(_reference(settings, name, path)):
            answers.append(answer)
            if form == "text":
                mark = {True: "ok", False: "no", None: "?"}[answer.good]
                click.echo(printable(f"{mark:<3} {answer.question}" + (f": {answer.text}" if answer.text else "")))
        if form == "json":
            told = [{"question": one.question, "good": one.good, "text": one.text} for one in answers]
            echo_json({"store": opened.name, "answers": told})
        ctx.exit(NOT_SO if any(answer.good is False for answer in answers) else 0)


@store.command("list")
@click.argument("prefix", metavar="[PREFIX]", default="")
@_place
@FORMAT
@click.pass_context
def list_(
    ctx: click.Context, prefix: str, kind: str | None, pairs: tuple[str, ...], config: Path | None, form: str
) -> None:
    """What is there, by address, with version and time where the store tells them, and never a value. PREFIX is the
    beginning of paths (in env, of names); without it, what is below the settings' prefix.

    \b
    Examples:
      stanch store list
      stanch store list shop/prod/ --store vault --format json
    """
    with _open(ctx, kind, pairs, config, "") as (settings, opened):
        if not prefix and settings.store.prefix and opened.has_paths:
            prefix = settings.store.prefix.rstrip("/") + "/"
        count = 0
        rows = []
        for held in opened.list(prefix):
            count += 1
            if form == "json":
                rows.append(_as_dict(opened.name, held))
            else:
                version = f"version {held.version}" if held.version else ""
                click.echo(printable("  ".join(fact for fact in (held.address, version, _time(held)) if fact)))
        if form == "json":
            echo_json(rows)
        if count >= LISTED:
            click.echo(f"stanch: only the first {LISTED} are listed", err=True)


@contextmanager
def _open(
    ctx: click.Context, kind: str | None, pairs: tuple[str, ...], config: Path | None, path: str
) -> "Iterator[tuple[Config, Store[Settings]]]":
    """The settings in force here and a store; what goes wrong with it ends the command with the right status."""
    from stanch.config import load

    settings = load(Path(), config)
    with open_store(kind or "", settings, _overrides(pairs)) as opened:
        if path and not opened.has_paths:
            raise click.UsageError(f"--path means nothing to the store {opened.name}; --set file=FILE names its file.")
        try:
            yield settings, opened
        except StoreError as error:
            complain(error)
            ctx.exit(NOT_SO if error.trouble in (Trouble.ABSENT, Trouble.CONFLICT) else FAILED)


def _refuse_value(name: str, *rest: str) -> None:
    """Refuse what looks like a value on the command line, without showing it once more, and options there are not."""
    for word in (name, *rest):
        if _OPTION.fullmatch(word):
            raise click.NoSuchOption(word)
    if rest or "=" in name or name.startswith("-"):
        raise click.UsageError("A value does not go on the command line, where others see it: use standard input.")


def _overrides(pairs: tuple[str, ...]) -> dict[str, object]:
    """Settings of the command line: "mount=kv", and "tags.team=payments" for a key within one."""
    made: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.UsageError("--set takes KEY=VALUE.")
        outer, dot, inner = key.partition(".")
        if not dot:
            made[key] = value
            continue
        table = made.setdefault(outer, {})
        if not isinstance(table, dict):
            raise click.UsageError(f"--set {outer} is given twice, in two ways.")
        table[inner] = value
    return made


def _reference(settings: "Config", name: str, path: str) -> Reference:
    return Reference.resolve(name, settings.store, path)


def _read_value(file: Path | None, *, exact: bool) -> Secret:
    """The value from a file, from standard input, or typed where nobody sees it."""
    if file is None and sys.stdin is not None and sys.stdin.isatty():
        return Secret(click.prompt("Value", hide_input=True, err=True))
    try:
        if file is None or file == Path("-"):
            if sys.stdin is None:
                raise ConfigError("standard input is closed", hint="give the value there, or by --file")
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as source:
                data = source.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{file or 'standard input'}: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise ConfigError(f"the value is longer than {LARGEST} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ConfigError("the value is no UTF-8 text", hint="encode it first, with base64 for instance") from None
    line = text.removesuffix("\n").removesuffix("\r")
    value = text if exact or "\n" in line else line
    if not value:
        raise ConfigError("there is no value", hint="give it on standard input, or by --file")
    return Secret(value)


def _find(fingerprint: str, target: str) -> Finding:
    """The finding with this fingerprint, by a fresh scan that nothing is hidden from."""
    from stanch.model import Confidence
    from stanch.scan.options import Options

    if not FINGERPRINT.fullmatch(fingerprint):
        raise click.UsageError("A fingerprint has 32 hexadecimal digits in small letters; every report shows it.")
    report = scan_root(target, Options(confidence=Confidence.LOW, honour_ignores=False))
    for finding in report.findings:
        if finding.fingerprint == fingerprint:
            return finding
    hint = "" if report.coverage.complete else "the scan was incomplete; 'stanch scan' says what was not read"
    raise TargetError(f"{target}: no secret with the fingerprint {fingerprint} was found", hint=hint)


def _usual_name(finding: Finding, settings: "Config") -> str:
    """The environment variable that usually holds a credential of this type."""
    from stanch.cli.lookup import find, known

    names = find(known(settings), finding.detector)[1].env
    if not names:
        raise click.UsageError(f"Which NAME? {finding.name} has no usual one.")
    return names[0]


def _time(held: "Held") -> str:
    return f"{held.changed:%Y-%m-%d %H:%M:%S} UTC" if held.changed else ""


def _as_dict(name: str, held: "Held") -> dict[str, object]:
    changed = held.changed.isoformat() if held.changed else None
    return {"store": name, "address": held.address, "version": held.version or None, "changed": changed}
