"""Shells: `"${NAME:?}"`, which stops the script where nothing is set."""

from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMANDS = {
    "env": "${{{}:?}}",
    "aws": "$(aws secretsmanager get-secret-value --secret-id {} --query SecretString --output text)",
    "vault": "$(vault kv get -mount=secret -field=value {})",
    "conjur": "$(conjur variable get -i {})",
}
"""What gives a value, per store: the store's own command line."""
_DEFAULTS = frozenset({":-", "-", ":=", "="})


class Shell(Language):
    """bash, sh, zsh and ksh."""

    grammar = "bash"
    strings = frozenset({"string", "raw_string", "ansi_c_string", "translated_string", "heredoc_body", "word"})
    strings |= {"number", "extglob_pattern"}
    interpolations = frozenset({"simple_expansion", "expansion", "command_substitution", "process_substitution"})
    chains = frozenset({"concatenation"})
    refused = {"regex": "a regular expression: change it by hand"}
    bodies = frozenset({"compound_statement", "program"})

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes."""
        text = source.of(node)
        if node.type == "string":
            return Literal(node, '"', '"', interpolates=True)
        if node.type == "raw_string":
            return Literal(node, "'", "'", raw=True)
        if node.type == "ansi_c_string":
            return Literal(node, "$'", "'")
        if node.type == "heredoc_body":
            start = next((c for c in node.parent.children if c.type == "heredoc_start"), None) if node.parent else None
            if start is None or source.of(start)[:1] in "'\"\\":
                raise Refused("a here-document with a quoted tag expands nothing: take the quotes off first")
            return Literal(node, "", "", interpolates=True)
        if node.type == "translated_string" or "\\" in text:
            raise Refused("a word of a kind that is not understood")
        return Literal(node, "", "", raw=True)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`${NAME:?}`, or what the store's own command prints."""
        return _COMMANDS[work.store].format(name)

    def special(self, work: Work, node: "Node") -> bool:
        """The default value of a variable."""
        parent = node.parent
        while parent is not None and parent.type == "concatenation":
            parent = parent.parent
        if parent is None or parent.type != "expansion" or not any(c.type in _DEFAULTS for c in parent.children):
            return False
        name = next((child for child in parent.children if child.type == "variable_name"), None)
        hole = work.holes[0]
        if name is None or work.source.between(node.start_byte, node.end_byte).strip("\"'") != work.source.between(
            hole.start, hole.end
        ):
            raise Refused("a default value that is put together: change it by hand")
        work.name(work.source.of(name))
        work.values[hole.start] = work.source.between(hole.start, hole.end)
        text = self.lookup(work, work.source.of(name), '"')
        work.edit(parent.start_byte, parent.end_byte, text)
        return True

    def whole(self, work: Work, literal: Literal) -> None:
        """Whatever the quotes, they are double ones now."""
        self.part(work, literal)

    def part(self, work: Work, literal: Literal) -> None:
        """Within double quotes it expands; other quotes are closed before it and opened again behind it."""
        if literal.interpolates:
            for hole in work.holes:
                work.edit(hole.start, hole.end, self.lookup(work, hole.name, '"'))
            return
        position, end = literal.body
        pieces = []
        for hole in work.holes:
            if hole.start > position:
                pieces.append(literal.opening + work.source.between(position, hole.start) + literal.closing)
            pieces.append(f'"{self.lookup(work, hole.name, chr(34))}"')
            position = hole.end
        if end > position:
            pieces.append(literal.opening + work.source.between(position, end) + literal.closing)
        work.edit(literal.start, literal.end, "".join(pieces))

    def join(self, work: Work, first: Literal, last: Literal, chain: "Node") -> None:
        """Words of several pieces."""
        raise Refused("a word of several pieces: write it as one first")
