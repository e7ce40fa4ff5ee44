"""JavaScript and TypeScript: `process.env.NAME`, within other text in a template literal."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_OCTAL = re.compile(r"(?<!\\)(?:\\\\)*\\[0-9]")
_BARE = re.compile(r"(?<!\\)((?:\\\\)*)(`|\$(?=\{))")


class JavaScript(Language):
    """JavaScript with template literals, for Node.js."""

    grammar = "javascript"
    strings = frozenset({"string", "template_string"})
    interpolations = frozenset({"template_substitution"})
    comments = frozenset({"comment", "html_comment"})
    chains = frozenset({"binary_expression"})
    refused = {
        "literal_type": "a type takes no call",
        "property_signature": "a type takes no call",
        "enum_body": "a member of an enum takes no call: read the variable where the member is used",
        "regex": "a regular expression takes no call",
    }
    bodies = frozenset(
        {"statement_block", "arguments", "lexical_declaration", "variable_declaration", "class_body", "object"}
        | {"assignment_expression", "arrow_function"}
    )
    fallbacks = (
        re.compile(r"process\.env\.(?P<name>\w+)!?\s*(?:\|\||\?\?)\s*\0"),
        re.compile(r"""process\.env\[["'](?P<name>\w+)["']\]!?\s*(?:\|\||\?\?)\s*\0"""),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes."""
        quote = source.of(node)[:1]
        return Literal(node, quote, quote, interpolates=quote == "`")

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`process.env.NAME`."""
        if work.store != "env":
            return f"{work.project.helper(work).call}({quote}{work.project.place(name)}{quote})"
        return f"process.env.{name}"

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """`${process.env.NAME}`, but not where a tag function would see it."""
        parent = literal.node.parent
        if parent is not None and parent.type == "call_expression":
            raise Refused("a tagged template gives what is put into it to a function: change it by hand")
        return "${" + JavaScript.lookup(self, work, name, '"') + "}"

    def prepare(self, work: Work, literal: Literal) -> None:
        """Neither a directive nor a key can be computed as it stands."""
        parent = literal.node.parent
        if parent is not None and parent.type == "expression_statement" and literal.opening != "`":
            raise Refused("a statement of a string alone does nothing: take it out by hand")
        module = parent is not None and parent.child_by_field_name("source") == literal.node
        if module or (parent is not None and parent.type == "import_attribute"):
            raise Refused("the name of a module takes no call")
        super().prepare(work, literal)
        if work.project.is_for_browsers(work.source.path):
            raise Refused("code that browsers load can keep no secret: have a server of yours use it")

    def whole(self, work: Work, literal: Literal) -> None:
        """With brackets where it is a key, with braces where it is an attribute of JSX."""
        text = self.lookup(work, work.holes[0].name, literal.quote)
        work.edit(literal.start, literal.end, _framed(literal.node, text))

    def part(self, work: Work, literal: Literal) -> None:
        """A string becomes a template literal."""
        if literal.interpolates:
            super().part(work, literal)
            return
        self._template(work, literal, literal)

    def join(self, work: Work, first: Literal, last: Literal, chain: "Node") -> None:
        """One template literal, or the lookup alone."""
        if (work.holes[0].start, work.holes[0].end) == (first.body[0], last.body[1]):
            work.edit(first.start, last.end, self.lookup(work, work.holes[0].name, first.quote))
        else:
            self._template(work, first, last)

    def _template(self, work: Work, first: Literal, last: Literal) -> None:
        pieces = ["`"]
        position = first.body[0]
        for hole in work.holes:
            pieces += [_escaped(work.source.between(position, hole.start)), self.inside(work, hole.name, first)]
            position = hole.end
        pieces += [_escaped(work.source.between(position, last.body[1])), "`"]
        work.edit(first.start, last.end, _framed(first.node, "".join(pieces)))

    def special(self, work: Work, node: "Node") -> bool:
        """Text of a JSX element."""
        if node.type != "jsx_text":
            return False
        for hole in work.holes:
            work.edit(hole.start, hole.end, "{" + self.lookup(work, hole.name, '"') + "}")
        return True


class TypeScript(JavaScript):
    """TypeScript: what the environment gives may be undefined, and the compiler wants to hear that it is not."""

    grammar = "typescript"

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`process.env.NAME!`."""
        found = super().lookup(work, name, quote)
        return f"{found}!" if work.store == "env" else found


class Tsx(TypeScript):
    """TypeScript with JSX."""

    grammar = "tsx"


def _framed(node: "Node", text: str) -> str:
    parent = node.parent
    if parent is not None and parent.type == "pair" and parent.child_by_field_name("key") == node:
        return f"[{text}]"
    if parent is not None and parent.type == "jsx_attribute":
        return f"{{{text}}}"
    return text


def _escaped(text: str) -> str:
    """What was in quotes, as it must be in a template literal."""
    if _OCTAL.search(text):
        raise Refused("an octal escape beside the value: write it in another way first")
    return _BARE.sub(r"\1\\\2", text)
