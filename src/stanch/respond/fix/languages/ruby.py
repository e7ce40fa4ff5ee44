"""Ruby: `ENV.fetch("NAME")`, within other text in `#{}`."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_START = re.compile(r"%[qQ]?[^\w\s]|[\"'`]")


class Ruby(Language):
    """Ruby."""

    grammar = "ruby"
    strings = frozenset({"string", "heredoc_body", "subshell"})
    interpolations = frozenset({"interpolation"})
    chains = frozenset({"binary", "chained_string"})
    safe = frozenset(
        {"assignment", "argument_list", "pair", "array", "parenthesized_statements", "body_statement", "program"}
        | {"optional_parameter", "keyword_parameter", "operator_assignment", "return", "hash", "then", "block_body"}
    )
    refused = {
        "string_array": "an element of %w takes no call: write the array in brackets first",
        "symbol_array": "a symbol takes no call",
        "delimited_symbol": "a symbol takes no call",
        "regex": "a regular expression takes no call: change it by hand",
    }
    bodies = frozenset({"body_statement", "block_body", "argument_list", "assignment"})
    fallbacks = (
        re.compile(r"""ENV\.fetch\(?\s*["'](?P<name>\w+)["'],\s*\0\s*\)?"""),
        re.compile(r"""ENV\.fetch\(?\s*["'](?P<name>\w+)["']\s*\)?\s*\{\s*\0\s*\}"""),
        re.compile(r"""ENV\[["'](?P<name>\w+)["']\]\s*(?:\|\||\bor\b)\s*\0"""),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes; of a here-document by those of its tag."""
        text = source.of(node)
        if node.type == "heredoc_body":
            return self._document(source, node)
        found = _START.match(text)
        if found is None:
            raise Refused("a string without quotes")
        raw = found[0] == "'" or found[0].startswith("%q")
        return Literal(node, found[0], text[-1], raw=False, interpolates=not raw)

    def _document(self, source: Source, body: "Node") -> Literal:
        end = next((child for child in body.children if child.type == "heredoc_end"), None)
        tag = source.of(end).strip() if end is not None else ""
        begun = [
            source.of(one)
            for one in walk(source.root)
            if one.type == "heredoc_beginning" and one.end_byte <= body.start_byte
        ]
        begun = [one for one in begun if one.lstrip("<~-").strip("\"'`") == tag]
        if end is None or not begun:
            raise Refused("a here-document without an end")
        raw = "'" in begun[-1]
        closing = source.between(end.start_byte, body.end_byte)
        return Literal(body, "", closing, raw=raw, interpolates=not raw, indented=True)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`ENV.fetch("NAME")`."""
        if work.store != "env":
            return f"{work.project.helper(work).call}({quote}{work.project.place(name)}{quote})"
        return f"ENV.fetch({quote}{name}{quote})"

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """`#{ENV.fetch('NAME')}`."""
        return "#{" + self.lookup(work, name, "'") + "}"

    def whole(self, work: Work, literal: Literal) -> None:
        """A literal beside others must stay one, and a key of a hash must have its arrow."""
        parent = literal.node.parent
        if literal.node.type != "string" or (parent is not None and parent.type == "chained_string"):
            self.part(work, literal)
            return
        if parent is not None and parent.type == "pair" and work.source.data[literal.end : literal.end + 1] == b":":
            raise Refused("a symbol as a key takes no call")
        super().whole(work, literal)

    def part(self, work: Work, literal: Literal) -> None:
        """In single quotes nothing is interpolated: double ones take their place where that changes nothing else."""
        if literal.interpolates or literal.node.type == "heredoc_body":
            if literal.node.type == "heredoc_body" and literal.raw:
                raise Refused("a here-document with a quoted tag interpolates nothing: take the quotes off first")
            super().part(work, literal)
            return
        rest = "".join(self._rest(work, literal))
        if literal.opening == "'" and not re.search(r'[\\"#]', rest):
            start, end = literal.body
            work.edit(literal.start, start, '"')
            for hole in work.holes:
                work.edit(hole.start, hole.end, self.inside(work, hole.name, literal))
            work.edit(end, literal.end, '"')
            return
        parent = literal.node.parent
        if parent is not None and parent.type == "chained_string":
            raise Refused("literals side by side with escapes: join them first")
        self.split(work, literal, literal)

    def _rest(self, work: Work, literal: Literal) -> list[str]:
        """What is in a literal beside the holes."""
        position, end = literal.body
        pieces = []
        for hole in work.holes:
            pieces.append(work.source.between(position, hole.start))
            position = hole.end
        return [*pieces, work.source.between(position, end)]

    def join(self, work: Work, first: Literal, last: Literal, chain: "Node") -> None:
        """Literals side by side cannot have an operator between some of them only."""
        if chain.type == "chained_string" and (chain.start_byte, chain.end_byte) != (first.start, last.end):
            raise Refused("literals side by side: join them first")
        self.split(work, first, last)
