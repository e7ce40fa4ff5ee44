"""`stanch playbook`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from stanch.respond.case import Case
    from stanch.respond.playbook import Guide


@click.command()
@click.argument("name", metavar="[ID]", default="")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text", show_default=True
)
@click.option("--finding", metavar="FINGERPRINT", default="", help="For this secret, with its own places filled in.")
@click.option(
    "--in",
    "place",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder to scan for it.  [default: the current one]",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Report (json, jsonl) that has it.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write instead of the terminal."
)
def playbook(name: str, form: str, finding: str, place: Path | None, report: Path | None, output: Path | None) -> None:
    """What to do about a leaked credential: what it is and risks, how to keep it out of code, how to see whether it was
    used, how to revoke and replace it, what stops working, whom to tell what, and how to prove that it is dead. ID is
    what a finding calls its detector. With --finding the playbook is for one secret, wherever it is.

    \b
    Examples:
      stanch playbook notion-integration-token
      stanch playbook notion-integration-token --format html --output notion.html
      stanch playbook --finding 172ffd2ff24e9a0931c1081efacf5412
      stanch playbook --finding 172ffd2ff24e9a0931c1081efacf5412 --report report.json --format markdown
    """
    if bool(name) == bool(finding):
        raise click.UsageError("It takes either the ID of a credential type or --finding.")
    if not finding and (place or report):
        raise click.UsageError("--in and --report go with --finding.")
    if place and report:
        raise click.UsageError("--in and --report exclude each other.")
    text = _written(_guide(name, finding, place, report), form)
    if output:
        from stanch.textfile import replace_text

        replace_text(output, text)
    else:
        click.echo(text, nl=False)


def _guide(name: str, fingerprint: str, place: Path | None, report: Path | None) -> "Guide":
    from stanch.cli.lookup import find, known
    from stanch.cli.repository import settings
    from stanch.respond.playbook import build
    from stanch.respond.playbook.programs import programs

    config, root = settings(place or Path(), None)
    case = _case(fingerprint, root, report) if fingerprint else None
    provider, kind = find(known(config), case.detector if case else name)
    if case and (not report or Path(case.target).resolve() == root.resolve()):
        case = _with_uses(case, kind.env, root)
    return build(provider, kind, case, programs=programs(provider, kind))


def _case(fingerprint: str, root: Path, report: Path | None) -> "Case":
    from stanch.respond import case

    if report:
        return case.of_report(report, fingerprint)
    from stanch.cli.repository import scan_root, warn_of_losses
    from stanch.model import Confidence
    from stanch.scan.options import Options

    scanned = scan_root(root, Options(honour_ignores=False, confidence=Confidence.LOW, cache=True))
    warn_of_losses(scanned)
    return case.of_findings(scanned.findings, fingerprint)


def _with_uses(case: "Case", names: list[str], root: Path) -> "Case":
    """The case with what else below `root` names the value."""
    import msgspec

    from stanch.respond.consumers import search, telling

    sought = telling([*case.names, *names])
    found = search(root, sought, without=[(one.path, one.line) for one in case.places])
    return msgspec.structs.replace(case, uses=found.uses, limited=found.limited, sought=sought)


def _written(guide: "Guide", form: str) -> str:
    if form == "json":
        import msgspec

        from stanch.report.encode import encode
        from stanch.respond.playbook import data

        return msgspec.json.format(encode(data.render(guide)), indent=2) + "\n"
    if form == "html":
        from stanch.respond.playbook import page

        return "".join(page.render(guide))
    from stanch.respond.playbook import markdown, text

    return "\n".join((text if form == "text" else markdown).render(guide)) + "\n"
