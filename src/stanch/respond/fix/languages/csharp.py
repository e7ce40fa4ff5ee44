"""C#: `Environment.GetEnvironmentVariable("NAME")`, which throws where nothing is set."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node

_START = re.compile(r'(?:\$@|@\$|[$@])?(?:"{3,}|")')


class CSharp(Language):
    """C# 7 or newer."""

    grammar = "c_sharp"
    strings = frozenset(
        {"string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"}
    )
    interpolations = frozenset({"interpolation"})
    chains = frozenset({"binary_expression"})
    safe = frozenset(
        {"variable_declarator", "argument", "assignment_expression", "return_statement", "equals_value_clause"}
        | {"parenthesized_expression", "arrow_expression_clause", "initializer_expression", "property_declaration"}
    )
    refused = {
        "attribute": "an attribute takes constants only: set the value in code",
        "case_switch_label": "a case label must be a constant: compare with == instead",
        "constant_pattern": "a pattern must be a constant: compare with == instead",
        "parameter": "a default value must be a constant: make it null, and look the value up in the body",
        "enum_member_declaration": "a member of an enum must be a constant",
    }
    bodies = frozenset({"block", "lambda_expression"})
    fallbacks = (re.compile(r'(?:System\.)?Environment\.GetEnvironmentVariable\("(?P<name>\w+)"\)\s*\?\?\s*\0'),)

    def literal(self, source: Source, node: "Node") -> Literal:
        """By what stands before the quotes."""
        found = _START.match(source.of(node))
        if found is None:
            raise Refused("a literal of a kind that is not understood")
        quotes = found[0].lstrip("$@")
        closing = '"""' if len(quotes) >= 3 and node.type == "raw_string_literal" else '"'
        if len(quotes) > 3 or (len(quotes) == 3 and closing == '"'):
            raise Refused("a literal with so many quotes is not understood")
        raw = "@" in found[0] or closing == '"""'
        interpolates = node.type.startswith("interpolated")
        return Literal(node, found[0], closing, raw=raw, interpolates=interpolates, indented=closing == '"""')

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`Environment.GetEnvironmentVariable("NAME") ?? throw ...`."""
        if work.store != "env":
            return f'{work.project.helper(work).call}("{work.project.place(name)}")'
        system = "" if re.search(r"(?m)^\s*(?:global )?using System;", work.source.text) else "System."
        return (
            f'{system}Environment.GetEnvironmentVariable("{name}")'
            f' ?? throw new {system}InvalidOperationException("{name} is not set")'
        )

    def operand(self, work: Work, name: str, quote: str, literal: Literal) -> str:
        """In parentheses, for `??` binds loosely."""
        found = self.lookup(work, name, quote)
        return f"({found})" if "??" in found else found

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """`{(...)}`."""
        if literal.raw:
            raise Refused("a verbatim string that interpolates takes no further quotes: change it by hand")
        return "{" + self.operand(work, name, '"', literal) + "}"

    def whole(self, work: Work, literal: Literal) -> None:
        """In parentheses where it is part of something."""
        text = self.lookup(work, work.holes[0].name, '"')
        parent = literal.node.parent
        if parent is not None and parent.type not in self.safe:
            text = self.operand(work, work.holes[0].name, '"', literal)
        work.edit(literal.start, literal.end, text)

    def part(self, work: Work, literal: Literal) -> None:
        """Raw literals of several lines cannot be cut."""
        if literal.closing == '"""' and "\n" in work.source.of(literal.node):
            raise Refused("a raw string of several lines cannot be cut: change it by hand")
        super().part(work, literal)

    def prepare(self, work: Work, literal: Literal) -> None:
        """A constant becomes `static readonly`, or a local variable, unless something needs it constant."""
        super().prepare(work, literal)
        for node in above(literal.node):
            if node.type in ("field_declaration", "local_declaration_statement"):
                self._vary(work, node)
                return
            if node.type in self.bodies:
                return

    def _vary(self, work: Work, declaration: "Node") -> None:
        source = work.source
        modifiers = [child for child in declaration.children if child.type == "modifier"]
        constant = next((child for child in modifiers if source.of(child) == "const"), None)
        if constant is None:
            return
        names = [
            source.of(name)
            for child in declaration.named_children
            if child.type == "variable_declaration"
            for one in child.named_children
            if one.type == "variable_declarator" and (name := one.child_by_field_name("name"))
        ]
        local = declaration.type == "local_declaration_statement"
        if len(names) != 1:
            raise Refused("several constants in one declaration: take them apart first")
        private = local or not any(source.of(child) in ("public", "internal", "protected") for child in modifiers)
        work.project.refuse_constants(source, self, names[0], private=private)
        if re.search(rf"\bconst\s+[\w.]+\s+\w+\s*=[^;]{{0,2000}}\b{re.escape(names[0])}\b", source.text):
            raise Refused("another constant is made of this one")
        if local:
            work.edit(constant.start_byte, constant.end_byte + 1, "")
        else:
            work.edit(constant.start_byte, constant.end_byte, "static readonly")
