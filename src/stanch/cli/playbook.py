"""`stanch playbook`."""

import click


@click.command()
@click.argument("name", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def playbook(name: str, form: str) -> None:
    """What to do about a leaked credential of one type, as far as the catalog knows: what it is and risks, the first
    thing to do, how to see whether it was used, how to revoke and replace it. ID is what a finding calls its detector.

    \b
    Examples:
      stanch playbook notion-integration-token
      stanch playbook notion-integration-token --format markdown
    """
    from stanch.cli.lookup import find, known
    from stanch.respond.playbook import Playbook

    guide = Playbook(*find(known(), name))
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(guide.as_dict()), indent=2))
    else:
        click.echo("\n".join(guide.text() if form == "text" else guide.markdown()))
