"""`stanch verify`, and what `stanch scan --verify` does with a report."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from stanch.cli.scan import FOUND, INCOMPLETE, shown_progress
from stanch.config import Config, load
from stanch.errors import ConfigError, TargetError
from stanch.model import Report, Secret, Validity
from stanch.report import summary
from stanch.sources import remote
from stanch.textfile import printable

_LARGEST_CREDENTIAL = 1 << 20
"""Bytes of standard input that one credential may have."""
_PLACES = 5
"""How many places of one credential are named."""

if TYPE_CHECKING:
    from stanch.catalog.model import CredentialType, Provider
    from stanch.model import Evidence
    from stanch.verify import Verifier
    from stanch.verify.intake import Subject


@click.command()
@click.argument("report", required=False, metavar="[REPORT]")
@click.option("--type", "kind", metavar="ID", help="The type of the credential on standard input.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--any-form", is_flag=True, help="Send it though it does not look like one of that type.")
@click.option("--probe", is_flag=True, help="Also run checks that try a change which is bound to fail.")
@click.option("--host", "hosts", metavar="PROVIDER=HOST", multiple=True, help="A provider's host that you run.")
@click.option(
    "--allow-address", "allow", metavar="CIDR|HOST", multiple=True, help="Ask it though its address is not public."
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration instead of the repository's."
)
@click.pass_context
def verify(
    ctx: click.Context,
    report: str | None,
    kind: str | None,
    form: str,
    any_form: bool,
    probe: bool,
    hosts: tuple[str, ...],
    allow: tuple[str, ...],
    config: Path | None,
) -> None:
    """Ask issuers whether credentials are still live, with calls that change nothing.

    REPORT is what `stanch scan --show-secrets` wrote as json or jsonl, "-" or nothing for standard input. With --type,
    standard input is one credential: its value, or a line role=value for each of its parts. On a terminal they are
    asked for. A credential is never taken from the command line, where others can read it.

    Exit status: 0 none is valid, 1 some are, 2 wrong usage or configuration, 3 none is as far as it is known.

    \b
    Examples:
      stanch verify --type notion-integration-token
      printf 'site_id=%s\\nsecret=%s' "$SITE" "$KEY" | stanch verify --type customerio-track-api-key
      stanch scan . --format jsonl --show-secrets | stanch verify -
      stanch verify report.json --format json
      stanch verify --type gitlab-personal-access-token --host gitlab=gitlab.example.com --allow-address 10.0.0.0/8
    """
    if kind and report:
        raise click.UsageError("--type is for a credential on standard input; a report says the types itself.")
    settings = load(Path(), config)
    providers = _providers(settings)
    subjects = _typed(kind, providers, any_form=any_form) if kind else _reported(report)
    verifier = _verifier(providers, settings, probe=probe, allow=allow, hosts=hosts)
    with shown_progress("checking") as progress:
        found = verifier.check([one.credential for one in subjects], progress)
    results = [(one, found[one.credential]) for one in subjects]
    names = {kind.id: kind.name for provider in providers for kind in provider.types}
    if form == "json":
        from stanch.report.encode import array

        click.echo("".join(array(_record(one, evidence) for one, evidence in results)))
    else:
        click.echo("\n".join(_text(results, names)))
    ctx.exit(_status(evidence.validity for _, evidence in results))


def verify_report(
    report: Report,
    targets: Sequence[str],
    *,
    probe: bool,
    allow: Sequence[str],
    shown: Sequence[str],
    config: Path | None,
) -> None:
    """Check the findings of a scan that count, and keep those of the validities that are `shown`, if there are any.

    `config` is the file that was asked for in place of the repository's. ConfigError where a file that stands inside
    one of the targets says how to verify.
    """
    for target in targets:
        local = target != "-" and not remote.is_address(target)
        settings = load(Path(target) if local else None, config)
    with shown_progress("checking") as progress:
        _verifier(_providers(settings), settings, probe=probe, allow=allow).findings(report.findings, progress)
    if not shown:
        return
    others = [finding for finding in report.findings if finding.validity not in shown]
    report.findings = [finding for finding in report.findings if finding.validity in shown]
    counts = {name: sum(one.validity == name for one in others) for name in Validity}
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    if told:
        report.coverage.note(f"Not shown, for their validity: {told}")
    if counts[Validity.UNKNOWN]:
        unknown = summary.plural(counts[Validity.UNKNOWN], "finding")
        report.coverage.skip("(verification)", f"{unknown} could not be checked")


def _providers(settings: Config) -> "list[Provider]":
    """All types with their calls: the catalog's, which is compiled, and those of the user's own files."""
    from stanch.detect.database import open_bundle

    bundle, _ = open_bundle([])
    return [*bundle.everything(), *settings.providers]


def _verifier(
    providers: "list[Provider]", settings: Config, *, probe: bool, allow: Iterable[str], hosts: Iterable[str] = ()
) -> "Verifier":
    from stanch.verify import Options, Verifier

    own: dict[str, list[str]] = {}
    for text in hosts:
        provider, _, host = text.partition("=")
        own.setdefault(provider, []).append(host)
    options = Options(probe, (*settings.verify.allow, *allow), {**settings.verify.hosts, **own})
    return Verifier(providers, options)


def _typed(name: str, providers: "list[Provider]", *, any_form: bool) -> "list[Subject]":
    """The one credential on standard input; ConfigError for what is none, or none of that type."""
    from stanch.cli.lookup import find
    from stanch.verify.intake import Subject, fits, read_credential

    _, kind = find(providers, name)
    one = read_credential(_typed_text(kind), kind)
    if not any_form and not fits(kind, one):
        hint = "'stanch scan -' says what it is; --any-form sends it all the same."
        raise ConfigError(f"this does not look like a {kind.name}, so it is not sent to its issuer", hint=hint)
    return [Subject(one)]


def _typed_text(kind: "CredentialType") -> str:
    """What is on standard input; on a terminal each part is asked for."""
    from stanch.verify.intake import needed

    stream = _standard_input()
    if stream.isatty():
        asked = ((role, click.prompt(_prompt(kind, role), hide_input=True, err=True)) for role in needed(kind))
        return "\n".join(f"{role}={value}" for role, value in asked)
    text = stream.buffer.read(_LARGEST_CREDENTIAL + 1)
    if len(text) > _LARGEST_CREDENTIAL:
        raise ConfigError(f"standard input is longer than {_LARGEST_CREDENTIAL} bytes, so it is no credential")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"standard input is not UTF-8 at byte {error.start}") from None


def _prompt(kind: "CredentialType", role: str) -> str:
    return printable(kind.name if role == "secret" else role.replace("_", " "))


def _reported(name: str | None) -> "list[Subject]":
    from stanch.verify.intake import LARGEST, read_report

    if name is None or name == "-":
        stream = _standard_input()
        if name is None and stream.isatty():
            raise click.UsageError("Name a report, or a --type for a credential that you are asked for.")
        content = stream.buffer.read(LARGEST + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise TargetError(f"{name}: {error.strerror}") from None
    if len(content) > LARGEST:
        raise ConfigError(f"the report is larger than {LARGEST >> 20} MiB")
    return read_report(content)


def _standard_input() -> TextIO:
    if sys.stdin is None:
        raise TargetError("-: standard input is closed")
    return sys.stdin


def _status(validities: Iterable[Validity]) -> int:
    """Valid ones go before what is not known, which goes before what is dead."""
    seen = set(validities)
    return FOUND if Validity.VALID in seen else INCOMPLETE if seen - {Validity.INVALID} else 0


def _record(one: "Subject", evidence: "Evidence") -> dict[str, object]:
    """A result for scripts; the secret is masked."""
    import msgspec

    parts = dict(one.credential.parts)
    return {
        "detector": one.credential.detector,
        "secret": str(Secret(parts["secret"])),
        "places": one.places,
        **msgspec.to_builtins(evidence),
    }


def _text(results: "list[tuple[Subject, Evidence]]", names: Mapping[str, str]) -> Iterator[str]:
    """A few lines for each result, the live ones first, and how many there are of each."""
    order = list(Validity)
    for one, evidence in sorted(results, key=lambda result: order.index(result[1].validity)):
        parts = dict(one.credential.parts)
        name = names.get(one.credential.detector, one.credential.detector)
        yield f"{_word(evidence.validity).upper()}  {printable(name)}  {printable(str(Secret(parts['secret'])))}"
        yield from (f"  in {printable(place)}" for place in one.places[:_PLACES])
        if len(one.places) > _PLACES:
            yield f"  and {len(one.places) - _PLACES} more places"
        if told := summary.told(evidence):
            yield f"  {told}"
        yield from (f"  {printable(attempt.call)}: {printable(attempt.outcome)}" for attempt in evidence.attempts)
        yield ""
    counts = {name: sum(evidence.validity is name for _, evidence in results) for name in order}
    yield ", ".join(f"{count} {_word(name)}" for name, count in counts.items() if count) or "Nothing to check."


def _word(validity: Validity) -> str:
    return validity.replace("_", " ")
