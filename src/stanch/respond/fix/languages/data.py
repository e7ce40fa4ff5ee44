"""JSON and TOML: formats without lookups. Where the program that reads a file takes the same setting from its
environment, the value moves there; elsewhere it is left, with what to do.

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/ (`appsettings.json`),
https://developers.cloudflare.com/workers/configuration/secrets/ (`wrangler.toml`).
"""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node


class Json(Language):
    """JSON of any program."""

    grammar = "json"
    strings = frozenset({"string"})

    def literal(self, source: Source, node: "Node") -> Literal:
        """In double quotes."""
        return Literal(node, '"', '"')

    def prepare(self, work: Work, literal: Literal) -> None:
        """Nothing can stand there."""
        raise Refused(
            f"JSON has no lookups: have the program read {work.holes[0].name} from its environment,"
            " and take the value out"
        )


class AppSettings(Json):
    """`appsettings.json`: ASP.NET Core lets `Section__Key` in the environment win over the file."""

    def prepare(self, work: Work, literal: Literal) -> None:
        """The value is emptied, and goes by its path."""
        if work.store != "env":
            raise Refused("what reads this file knows variables of its environment only: use --store env")
        if not literal.filled_by(work.holes):
            raise Refused("a setting that is only partly secret: set the whole of it in the environment")
        pairs = [node for node in above(literal.node) if node.type == "pair"]
        keys = [work.source.of(node.named_children[0]).strip('"') for node in reversed(pairs)]
        if any(node.type == "array" for node in above(literal.node)) or not pairs:
            raise Refused("a setting in a list: take it out by hand")
        if pairs[0].child_by_field_name("key") == literal.node:
            raise Refused("a key takes no lookup")
        name = "__".join(key.replace(":", "__") for key in keys)
        if not re.fullmatch(r"\w+", name):
            raise Refused("a setting whose path makes no name of a variable: take it out by hand")
        work.name(name)

    def whole(self, work: Work, literal: Literal) -> None:
        """Empty quotes."""
        work.edit(literal.start, literal.end, '""')


class Toml(Language):
    """TOML of any program."""

    grammar = "toml"
    strings = frozenset({"string"})

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes."""
        text = source.of(node)
        quotes = text[:3] if text[:3] in ('"""', "'''") else text[:1]
        return Literal(node, quotes, quotes, raw=quotes[0] == "'")

    def prepare(self, work: Work, literal: Literal) -> None:
        """Nothing can stand there."""
        raise Refused(
            f"TOML has no lookups: have the program read {work.holes[0].name} from its environment,"
            " and take the value out"
        )


class Wrangler(Toml):
    """`wrangler.toml`: a Worker finds its secrets where it finds its variables."""

    def prepare(self, work: Work, literal: Literal) -> None:
        """The line goes, and the value to `wrangler secret put`."""
        pair = next((node for node in above(literal.node) if node.type == "pair"), None)
        table = next((node for node in above(literal.node) if node.type == "table"), None)
        if pair is None or table is None or not re.match(r"\[(?:env\.\w+\.)?vars\]", work.source.of(table)):
            raise Refused("only variables of a Worker can be secrets of it")
        if not literal.filled_by(work.holes):
            raise Refused("a variable that is only partly secret: make the whole of it a secret by hand")
        name = work.source.of(pair.named_children[0]).strip("\"'")
        work.name(name)
        work.change.steps.append(f"give the Worker its secret with 'npx wrangler secret put {name}'")

    def whole(self, work: Work, literal: Literal) -> None:
        """The whole pair."""
        pair = next(node for node in above(literal.node) if node.type == "pair")
        work.edit(work.source.line(pair.start_byte), work.source.next_line(pair.end_byte), "")
