"""PHP: `getenv('NAME')`; where only constants may stand, a constant that is defined from it."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.names import camel
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = frozenset(
    {"const_declaration", "property_declaration", "simple_parameter", "property_promotion_parameter"}
    | {"function_static_declaration", "static_variable_declaration", "enum_case", "attribute"}
)
"""Node kinds whose values must be constants."""
_BODIES = frozenset({"compound_statement", "anonymous_function", "arrow_function", "match_block"})
_HEAD = frozenset({"php_tag", "declare_statement", "namespace_definition", "namespace_use_declaration"})


class Php(Language):
    """PHP."""

    grammar = "php"
    strings = frozenset({"string", "encapsed_string", "heredoc", "nowdoc", "shell_command_expression"})
    interpolations = frozenset({"variable_name", "subscript_expression", "member_access_expression", "{"})
    chains = frozenset({"binary_expression"})
    plus = "."
    safe = frozenset(
        {"assignment_expression", "argument", "arguments", "array_element_initializer", "return_statement"}
        | {"const_element", "property_element", "parenthesized_expression", "echo_statement", "simple_parameter"}
        | {"static_variable_declaration", "property_promotion_parameter", "match_conditional_expression"}
    )
    refused = {
        "declare_statement": "a directive takes no call",
        "nowdoc": "a nowdoc interpolates nothing: take the quotes off its tag first",
        "shell_command_expression": "a command in backquotes: change it by hand",
    }
    bodies = _BODIES
    fallbacks = (
        re.compile(r"""\\?(?:env|getenv)\(\s*["'](?P<name>\w+)["'],\s*\0\s*\)"""),
        re.compile(r"""\\?getenv\(\s*["'](?P<name>\w+)["']\s*\)\s*\?:\s*\0"""),
        re.compile(r"""\$_(?:ENV|SERVER)\[["'](?P<name>\w+)["']\]\s*(?:\?\?|\?:)\s*\0"""),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes, or by the tag of a here-document."""
        text = source.of(node)
        if node.type in ("nowdoc", "shell_command_expression"):
            raise Refused(self.refused[node.type])
        if node.type == "heredoc":
            body = next((child for child in node.children if child.type == "heredoc_body"), None)
            if body is None:
                raise Refused("an empty here-document")
            return Literal(
                node,
                source.between(node.start_byte, body.start_byte),
                source.between(body.end_byte, node.end_byte),
                interpolates=True,
                indented=True,
            )
        opening = text[: len(text) - len(text.lstrip("bB")) + 1]
        return Literal(node, opening, text[-1])

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`getenv('NAME')`, or Laravel's `env('NAME')` where the file uses that."""
        found = self._call(work, name, quote)
        if not _in_constant(work):
            return found
        constant = (
            name if not re.search(rf"\bconst {name}\b|define\(['\"]{name}\b", work.source.text) else f"{name}_ENV"
        )
        add_statement(work, f"defined('{constant}') || define('{constant}', {self._call(work, name, chr(39))});")
        named = any(child.type == "namespace_definition" for child in work.source.root.children)
        return f"\\{constant}" if named else constant

    def _call(self, work: Work, name: str, quote: str) -> str:
        if work.store != "env":
            return f"{work.project.helper(work).call}({quote}{work.project.place(name)}{quote})"
        laravel = re.search(r"(?<![\w>$:])env\(\s*['\"]", work.source.text)
        return f"{'env' if laravel else 'getenv'}({quote}{name}{quote})"

    def prepare(self, work: Work, literal: Literal) -> None:
        """A constant of a file is defined by a call instead of a declaration."""
        super().prepare(work, literal)
        for node in above(literal.node):
            if node.type in _BODIES:
                return
            if node.type == "const_declaration" and node.parent is not None and node.parent.type != "declaration_list":
                self._vary(work, node)

    def _vary(self, work: Work, declaration: "Node") -> None:
        source = work.source
        elements = [child for child in declaration.named_children if child.type == "const_element"]
        if len(elements) != 1:
            raise Refused("several constants in one declaration: take them apart first")
        name, value = elements[0].named_children[0], elements[0].named_children[-1]
        named = any(child.type == "namespace_definition" for child in source.root.children)
        text = f"'{source.of(name)}'" if not named else f"__NAMESPACE__ . '\\{source.of(name)}'"
        work.edit(declaration.start_byte, value.start_byte, f"define({text}, ")
        work.edit(value.end_byte, value.end_byte, ")")

    def part(self, work: Work, literal: Literal) -> None:
        """A here-document takes variables only: one is set before the statement."""
        if literal.node.type != "heredoc":
            self.split(work, literal, literal)
            return
        if _in_constant(work):
            raise Refused("a here-document in a constant: change it by hand")
        for hole in work.holes:
            variable = f"${camel(hole.name)}"
            _before_statement(work, literal.node, f"{variable} = {self._call(work, hole.name, chr(39))};")
            work.edit(hole.start, hole.end, f"{{{variable}}}")


def _in_constant(work: Work) -> bool:
    """Whether the first hole stands where PHP takes constants only."""
    node = work.source.covering(work.holes[0])
    for one in (node, *above(node)):
        if one.type in _BODIES:
            return False
        if one.type == "const_declaration":
            return one.parent is not None and one.parent.type == "declaration_list"
        if one.type in _CONSTANT:
            return True
    return False


def add_statement(work: Work, statement: str, *, rank: int = 0) -> None:
    """Put a statement behind the head of the file."""
    if statement in work.source.text:
        return
    last = None
    for node in work.source.root.children:
        if node.type in _HEAD:
            if node.type == "namespace_definition" and node.child_by_field_name("body") is not None:
                raise Refused("a namespace in braces: change it by hand")
            last = node
        elif node.type != "comment":
            break
    if last is None:
        raise Refused("the file does not begin with <?php")
    end = last.end_byte
    ended = work.source.data[end : end + 1] in (b"\n", b"\r")
    work.insert(end, f"\n\n{statement}" + ("" if ended else "\n"), rank=rank)


def _before_statement(work: Work, node: "Node", statement: str) -> None:
    variable = statement.split(" ")[0]
    if re.search(rf"{re.escape(variable)}\b", work.source.text):
        raise Refused(f"the variable {variable} is there already")
    for one in above(node):
        parent = one.parent
        if parent is not None and parent.type in ("program", "compound_statement") and one.type.endswith("statement"):
            work.insert(one.start_byte, f"{statement}\n{work.source.indent(one.start_byte)}")
            return
    raise Refused("no place for a variable before the here-document")
