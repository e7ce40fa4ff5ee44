"""`stanch snippet`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stanch.respond.snippets.model import Language, Store


@click.command()
@click.argument("name", metavar="[ID]", required=False)
@click.option("--language", "-l", metavar="LANGUAGE", help="Such as python, javascript, go, java, ruby.")
@click.option("--store", "-s", metavar="STORE", help="Such as env, aws, vault, conjur.")
@click.option("--name", "called", metavar="NAME", help="What the secret is called in the store; else as usual.")
@click.option("--path", default="", metavar="PATH", help="Where it is kept there, instead of the settings' place.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def snippet(
    name: str | None, language: str | None, store: str | None, called: str | None, path: str, form: str
) -> None:
    """A complete program that fetches a secret from a store and uses it, so that it need not stand in the code.

    ID is what a finding calls its detector. The program says at its top what to install, which environment variables
    it reads and how to run it. Without a language and a store: what there is.

    \b
    Examples:
      stanch snippet
      stanch snippet notion-integration-token --language python --store vault
      stanch snippet stripe-secret-key -l go -s aws --path shop/STRIPE_KEY
      stanch snippet intercom-access-token -l java -s conjur --format json
    """
    from stanch.errors import ConfigError
    from stanch.respond.snippets import load

    languages, stores = load.languages(), load.stores()
    chosen = load.choose("language", language, languages) if language else None
    place = load.choose("store", store, stores) if store else None
    if name is None or chosen is None or place is None:
        if name is not None and (chosen or place):
            missing = "--store" if chosen else "--language"
            raise ConfigError(f"{missing} is missing", hint="'stanch snippet' shows what there is.")
        _show(name, languages, stores, form)
        return
    if place not in languages[chosen].stores:
        there = ", ".join(one for one in stores if one in languages[chosen].stores)
        raise ConfigError(
            f"there is no {languages[chosen].name} for {stores[place].name} yet", hint=f"There is {there}."
        )

    from stanch.cli.lookup import find, known
    from stanch.config import load as load_config
    from stanch.respond.snippets.compose import compose, usual_name
    from stanch.respond.stores.model import Reference

    config = load_config(Path(), None)
    provider, kind = find(known(), name)
    where = Reference.resolve(called or usual_name(kind), config.store, path)
    made = compose(provider, kind, languages[chosen], place, where)
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(made), indent=2))
    else:
        click.echo(made.code, nl=False)


def _show(name: str | None, languages: "dict[str, Language]", stores: "dict[str, Store]", form: str) -> None:
    """What there is: languages, stores, and which of them go together."""
    if name is not None:
        from stanch.cli.lookup import find, known

        find(known(), name)
    if form == "json":
        from stanch.cli.repository import echo_json

        echo_json(
            {
                "languages": [
                    {"id": one.id, "name": one.name, "stores": [key for key in stores if key in one.stores]}
                    for one in languages.values()
                ],
                "stores": [{"id": key, "name": one.name} for key, one in stores.items()],
            }
        )
        return
    click.echo("\n".join(_lines(name or "ID", languages, stores)))


def _lines(name: str, languages: "dict[str, Language]", stores: "dict[str, Store]") -> "Iterator[str]":
    width = max(map(len, [*languages, *stores]))
    yield "Stores"
    yield from (f"  {key:<{width}}  {one.name}" for key, one in stores.items())
    yield ""
    yield "Languages, and the stores that each has"
    for one in languages.values():
        yield f"  {one.id:<{width}}  {' '.join(key for key in stores if key in one.stores)}"
    yield ""
    yield f"  stanch snippet {name} --language LANGUAGE --store STORE"
