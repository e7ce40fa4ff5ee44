"""Java: `System.getenv("NAME")`."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node


class Java(Language):
    """Java. A constant that is read from outside is none to the compiler, which only labels and annotations mind."""

    grammar = "java"
    strings = frozenset({"string_literal"})
    interpolations = frozenset({"string_interpolation"})
    comments = frozenset({"line_comment", "block_comment"})
    chains = frozenset({"binary_expression"})
    safe = frozenset(
        {"variable_declarator", "argument_list", "assignment_expression", "return_statement", "array_initializer"}
        | {"parenthesized_expression", "lambda_expression", "yield_statement"}
    )
    refused = {
        "annotation": "an annotation takes constants only: have it name a property, or set the value in code",
        "switch_label": "a case label must be a constant: compare with equals instead",
    }
    bodies = frozenset({"block", "class_body", "constructor_body"})
    fallbacks = (re.compile(r'System\.getenv\(\)\.getOrDefault\(\s*"(?P<name>\w+)",\s*\0\s*\)'),)

    def literal(self, source: Source, node: "Node") -> Literal:
        """Text blocks have three quotes."""
        quotes = '"""' if source.of(node).startswith('"""') else '"'
        return Literal(node, quotes, quotes, indented=len(quotes) > 1)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`System.getenv("NAME")`."""
        if work.store != "env":
            return f'{work.project.helper(work).call}("{work.project.place(name)}")'
        return f'System.getenv("{name}")'

    def part(self, work: Work, literal: Literal) -> None:
        """In a text block the name stands for the value, which comes in last: its lines stay as they are."""
        if literal.opening == '"':
            super().part(work, literal)
            return
        calls = []
        for hole in work.holes:
            mark = f"${{{hole.name}}}"
            if mark in work.source.of(literal.node):
                raise Refused(f"the text block has a {mark} already")
            work.edit(hole.start, hole.end, mark)
            calls.append(f'.replace("{mark}", {self.lookup(work, hole.name, literal.quote)})')
        work.edit(literal.end, literal.end, "".join(dict.fromkeys(calls)))

    def prepare(self, work: Work, literal: Literal) -> None:
        """Refuse where the constant that it makes is used as one."""
        super().prepare(work, literal)
        for node in above(literal.node):
            if node.type in ("field_declaration", "local_variable_declaration", "constant_declaration"):
                declared = [
                    work.source.of(name)
                    for child in node.named_children
                    if child.type == "variable_declarator" and (name := child.child_by_field_name("name"))
                ]
                text = work.source.between(node.start_byte, literal.start)
                if re.search(r"\bfinal\b", text) or node.type == "constant_declaration":
                    private = re.search(r"\bprivate\b", text) or node.type == "local_variable_declaration"
                    for one in declared:
                        work.project.refuse_constants(work.source, self, one, private=bool(private))
                return
