"""Kotlin: `System.getenv("NAME")`, within other text in `${}`."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node


class Kotlin(Language):
    """Kotlin for the Java virtual machine."""

    grammar = "kotlin"
    strings = frozenset({"string_literal", "multiline_string_literal"})
    interpolations = frozenset({"interpolation"})
    comments = frozenset({"line_comment", "block_comment", "multiline_comment"})
    chains = frozenset({"additive_expression", "binary_expression"})
    refused = {"annotation": "an annotation takes constants only: set the value in code"}
    bodies = frozenset({"block", "lambda_literal", "class_body"})
    fallbacks = (
        re.compile(r'System\.getenv\("(?P<name>\w+)"\)\s*\?:\s*\0'),
        re.compile(r'System\.getenv\(\)\.getOrDefault\(\s*"(?P<name>\w+)",\s*\0\s*\)'),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """Both kinds interpolate; in three quotes a backslash is a backslash."""
        quotes = '"""' if source.of(node).startswith('"""') else '"'
        return Literal(node, quotes, quotes, raw=len(quotes) > 1, interpolates=True, indented=len(quotes) > 1)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`System.getenv("NAME")`."""
        if work.store != "env":
            return f'{work.project.helper(work).call}("{work.project.place(name)}")'
        return f'System.getenv("{name}")'

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """`${System.getenv("NAME")}`."""
        return "${" + self.lookup(work, name, '"') + "}"

    def prepare(self, work: Work, literal: Literal) -> None:
        """A `const val` becomes a `val`, unless an annotation or another constant needs it."""
        super().prepare(work, literal)
        for node in above(literal.node):
            if node.type == "property_declaration":
                self._vary(work, node, literal)
                return
            if node.type in self.bodies:
                return

    def _vary(self, work: Work, declaration: "Node", literal: Literal) -> None:
        source = work.source
        head = source.between(declaration.start_byte, literal.start)
        found = re.search(r"\bconst\s+", head)
        if not found:
            return
        name = re.search(r"\bval\s+(\w+)", head)
        if name is None:
            raise Refused("a constant without a name")
        private = "private" in head[: found.start()]
        work.project.refuse_constants(source, self, name[1], private=private)
        if re.search(rf"\bconst\s+val\s+\w+[^\n=]*=[^\n]*\b{name[1]}\b", source.text[source.text.find(name[0]) + 1 :]):
            raise Refused("another constant is made of this one")
        start = declaration.start_byte + len(head[: found.start()].encode())
        work.edit(start, start + len(found[0].encode()), "")
