"""`stanch detectors`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stanch.catalog.model import CredentialType, Format, Provider
from stanch.cli.repository import FORMAT, echo_json
from stanch.cli.scan import FOUND
from stanch.textfile import printable

if TYPE_CHECKING:
    from stanch.catalog.examples import Example
    from stanch.detect import Engine


@click.group()
def detectors() -> None:
    """List, show and test what stanch can find: the catalog's credential types, and those of your stanch.toml.

    \b
    Examples:
      stanch detectors list --provider aws
      stanch detectors show notion-integration-token
      stanch detectors test
      stanch detectors docs --output catalog
    """


@detectors.command("list")
@FORMAT
@click.option("--provider", metavar="ID", help="Only this provider's.")
def list_(form: str, provider: str | None) -> None:
    """One line, or one JSON object, for each credential type.

    In JSON, `verify` is the declared effect of the call that checks a credential ("read" changes nothing), `revoke`
    the way it is made worthless ("api" or "console"), each null where the catalog knows none.

    \b
    Examples:
      stanch detectors list
      stanch detectors list --provider notion --format json
    """
    from stanch.cli.lookup import known
    from stanch.errors import ConfigError

    providers = known()
    chosen = [one for one in providers if provider in (None, one.id)]
    if not chosen:
        raise ConfigError(
            f"no provider is called {provider!r}", hint=f"Providers: {', '.join(o.id for o in providers)}."
        )
    types = [(one, kind) for one in chosen for kind in one.types]
    if form == "json":
        echo_json([_summary(one, kind) for one, kind in types])
        return
    width = max(len(kind.id) for _, kind in types)
    for _, kind in types:
        click.echo(f"{kind.id:<{width}}  {kind.severity:<8}  {printable(kind.name)}")


@detectors.command()
@click.argument("name", metavar="ID")
@FORMAT
def show(name: str, form: str) -> None:
    """Everything that is known of one credential type: how it is recognised, and its playbook with all sources.

    \b
    Example:
      stanch detectors show notion-integration-token
    """
    from stanch.cli.lookup import find, known
    from stanch.respond.playbook import build, text

    provider, kind = find(known(), name)
    if form == "json":
        import msgspec

        echo_json({**_summary(provider, kind), "facts": msgspec.to_builtins(kind)})
        return
    title, *lines = text.render(build(provider, kind))
    click.echo("\n".join([title, *_formats(kind), *lines]))


@detectors.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--count", type=click.IntRange(1), default=40, show_default=True, help="Texts of each kind a type.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another number, other texts.")
@click.pass_context
def test(ctx: click.Context, names: tuple[str, ...], count: int, seed: int) -> None:
    """Try detectors on texts made for them: each example must be found, and no near miss. Without ID: all.

    Exit status: 0 all passed, 1 some failed.

    \b
    Examples:
      stanch detectors test
      stanch detectors test notion-integration-token --count 200 --seed 7
    """
    from stanch.cli.lookup import find
    from stanch.config import load
    from stanch.detect import Engine
    from stanch.scan.imported import Imported

    config = load(Path())
    imported = Imported(config.gitleaks)
    engine = Engine([*config.providers, *imported.providers])
    imported.attach(engine)
    providers = engine.bundle.everything()
    types = [find(providers, name)[1] for name in names] or [kind for one in providers for kind in one.types]
    failed = 0
    for kind in types:
        made, faults = _try(engine, kind, seed, count)
        failed += bool(faults)
        click.echo(f"{'FAIL' if faults else 'pass'}  {kind.id}: {made}")
        for fault in faults[:5]:
            click.echo(f"      {printable(fault)}")
        if len(faults) > 5:
            click.echo(f"      and {len(faults) - 5} more")
    click.echo(f"{len(types) - failed} passed, {failed} failed")
    ctx.exit(FOUND if failed else 0)


@detectors.command()
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder that gets the pages."
)
def docs(output: Path) -> None:
    """The whole catalog as pages to browse: a playbook for each type, and index.html, which leads to them.

    \b
    Example:
      stanch detectors docs --output catalog
    """
    from stanch.cli.lookup import known
    from stanch.respond.playbook import pages

    click.echo(f"{pages.write(known(), output)} pages; begin at {output / 'index.html'}")


@detectors.command()
@click.argument("name", metavar="ID")
@click.option("--pattern", required=True, help="Regular expression of the whole credential.")
@click.option(
    "--in",
    "place",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="Folder that gets the file.  [default: the current one]",
)
def new(name: str, pattern: str, place: Path) -> None:
    """Begin a provider file for the catalog, PROVIDER.toml, with a JSON schema for editors beside it. ID is
    PROVIDER-KIND, in small letters and digits. The file loads as it is; its comments say what should be added.

    \b
    Examples:
      stanch detectors new acme-api-key --pattern 'acm_[0-9a-z]{32}'
      stanch detectors new acme-api-key --pattern 'acm_[0-9a-z]{32}' --in src/stanch/catalog/providers
    """
    from stanch.catalog import load, outline
    from stanch.errors import ConfigError
    from stanch.textfile import replace_text

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        raise ConfigError(f"{name!r} is no id", hint="It is like acme-api-key: the provider, then the kind.")
    provider = name.split("-")[0]
    path = place / f"{provider}.toml"
    if path.exists():
        raise ConfigError(f"{path} is there already", hint="Add a [[type]] to it.")
    replace_text(path, outline.outline(provider, name, pattern))
    try:
        load.read_provider(path)
    except ConfigError:
        path.unlink()
        raise
    _write_schema(place / outline.SCHEMA)
    click.echo(f"{path}: say what is known of it, then 'stanch detectors test {name}'")


@detectors.command()
def schema() -> None:
    """The JSON schema of a provider file, for editors that complete and check TOML.

    \b
    Example:
      stanch detectors schema
    """
    from stanch.catalog.schema import schema

    echo_json(schema())


def _write_schema(path: Path) -> None:
    import msgspec

    from stanch.catalog.schema import schema
    from stanch.textfile import replace_text

    replace_text(path, msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n")


def _summary(provider: Provider, kind: CredentialType) -> dict[str, object]:
    """What scripts ask of a type; the keys are fixed."""
    return {
        "id": kind.id,
        "provider": provider.id,
        "name": kind.name,
        "severity": str(kind.severity),
        "verify": kind.verify.effect if kind.verify else None,
        "revoke": None if kind.revoke is None else "api" if kind.revoke.api else "console",
        "playbook": f"stanch playbook {kind.id}",
        "aliases": kind.aliases,
    }


def _formats(kind: CredentialType) -> Iterator[str]:
    """How a type is recognised, in lines."""
    for shape in kind.formats:
        yield ""
        yield f"Format: {printable(shape.name)}"
        yield from (f"  {name:<10}  {printable(text)}" for name, text in _format(shape) if text)


def _format(shape: Format) -> Iterator[tuple[str, str]]:
    yield "pattern", shape.pattern
    yield "near words", ", ".join(shape.words)
    yield "named", shape.names
    yield "not named", shape.not_names
    yield "checks", ", ".join(shape.checks)
    for pair in shape.pairs:
        yield "needs" if pair.required else "with", f"{pair.role}, within {pair.lines} lines: {pair.pattern}"
    yield "analysis", shape.analysis
    yield "confidence", str(shape.confidence)
    yield "severity", str(shape.severity or "")
    yield "source", shape.source


def _try(engine: "Engine", kind: CredentialType, seed: int, count: int) -> tuple[str, list[str]]:
    """What was tried on one type, in words, and what went wrong."""
    from stanch.catalog.examples import examples, near_misses

    good, bad = examples(kind, seed=seed, count=count), near_misses(kind, seed=seed, count=count)
    missed = [one for one in good if one.secret not in _found(engine, kind, one)]
    wrong = [one for one in bad if _found(engine, kind, one)]
    faults = [f"missed ({one.format}, {one.spelling}): {one.text[:160]!r}" for one in missed]
    faults += [f"wrongly found ({one.spelling}): {one.text[:160]!r}" for one in wrong]
    for shape in kind.formats:
        if not any(one.format == shape.name for one in good):
            faults.append(f"no example of format {shape.name!r} could be made")
    return f"{len(good)} examples, {len(bad)} near misses", faults


def _found(engine: "Engine", kind: CredentialType, example: "Example") -> list[str]:
    """The secrets of this type that the engine finds in a text."""
    return [match.secret for match in engine.scan(example.text.encode()).matches if match.detector == kind.id]
