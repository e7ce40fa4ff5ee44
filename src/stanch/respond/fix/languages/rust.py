"""Rust: a `static` that is read from the environment when it is first used (`std::sync::LazyLock`, Rust 1.80)."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_START = re.compile(r'([bc]?)(?:r(#*)"|")')
_FORMATS = frozenset(
    {"println", "print", "eprintln", "eprint", "format", "panic", "todo", "unimplemented", "unreachable"}
)
_FORMATS |= {"anyhow", "bail", "trace", "debug", "info", "warn", "error"}
_MACROS = _FORMATS | {"vec", "dbg", "assert", "assert_eq", "assert_ne", "debug_assert_eq", "json", "write", "writeln"}
"""Macros whose arguments are expressions."""
_LAZY = "std::sync::LazyLock"


class Rust(Language):
    """Rust 1.80 or newer. The static gives `&'static str`, as the literal did."""

    grammar = "rust"
    strings = frozenset({"string_literal", "raw_string_literal"})
    comments = frozenset({"line_comment", "block_comment"})
    chains = frozenset()
    refused = {
        "match_pattern": "a pattern takes no call",
        "attribute_item": "an attribute takes no call",
        "inner_attribute_item": "an attribute takes no call",
        "extern_modifier": "the name of an ABI takes no call",
    }
    bodies = frozenset({"block"})
    fallbacks = (
        re.compile(
            r'(?:std::)?env::var\("(?P<name>\w+)"\)\s*'
            r"\.unwrap_or(?:_else\(\|_\w*\|\s*|\()(?:\0\.(?:to_string|into|to_owned)\(\)|String::from\(\0\))\s*\)"
        ),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its prefix and hashes."""
        found = _START.match(source.of(node))
        if found is None or found[1] == "c":
            raise Refused("a literal of a kind that is not understood")
        hashes = found[2] or ""
        return Literal(node, found[0], f'"{hashes}', raw="r" in found[0])

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`std::env::var("NAME")`, as a `String`."""
        if work.store != "env":
            return f'{work.project.helper(work).call}("{work.project.place(name)}")'
        return f'std::env::var("{name}").expect("{name} is not set")'

    def prepare(self, work: Work, literal: Literal) -> None:
        """No call can be made in constants and in macros that want literals."""
        child = literal.node
        for node in above(literal.node):
            if node.type in ("const_item", "static_item"):
                if not _is_item_of(node, child):
                    raise Refused("a constant of several values takes no call: make it a LazyLock by hand")
                return
            if node.type in self.refused:
                raise Refused(self.refused[node.type])
            if node.type == "token_tree":
                self._macro(work, node, child)
            if node.type == "function_item":
                if any("const" in work.source.of(one) for one in node.children if one.type == "function_modifiers"):
                    raise Refused("a const function takes no call")
                return
            child = node

    def _macro(self, work: Work, tree: "Node", child: "Node") -> None:
        parent = tree.parent
        if parent is None or parent.type == "token_tree":
            return
        macro = parent.child_by_field_name("macro") if parent.type == "macro_invocation" else None
        name = work.source.of(macro) if macro is not None else ""
        if macro is None:
            raise Refused("in the definition of a macro: change it by hand")
        if name not in _MACROS:
            raise Refused(f"what the macro {name}! takes is not known: change it by hand")
        literals = [one for one in tree.named_children if one.type in self.strings]
        if (name in _FORMATS or name.startswith("write")) and literals and literals[0] == child:
            raise Refused(f"the format string of {name}! must be a literal: make the value an argument first")

    def whole(self, work: Work, literal: Literal) -> None:
        """The static in place of the literal."""
        self._static(work, literal, self.lookup(work, work.holes[0].name, '"'), work.holes[0].name)

    def part(self, work: Work, literal: Literal) -> None:
        """A static of all the text that the literal stood for."""
        position, end = literal.body
        pieces = []
        for hole in work.holes:
            pieces.append(work.source.between(position, hole.start))
            position = hole.end
        pieces.append(work.source.between(position, end))
        if literal.opening.startswith("b") and any(re.search(r"\\x[89a-fA-F]", piece) for piece in pieces):
            raise Refused("bytes beside the value that are no text: put them together by hand")
        if any("\\u{" in piece for piece in pieces):
            raise Refused("an escape in braces beside the value: write it in another way first")
        text = "{}".join(piece.replace("{", "{{").replace("}", "}}") for piece in pieces)
        calls = ", ".join(self.lookup(work, hole.name, '"') for hole in work.holes)
        opening = literal.opening.lstrip("b")
        name = "_AND_".join(dict.fromkeys(hole.name for hole in work.holes)) + "_TEXT"
        name += f"_{work.ordinal}" if work.ordinal > 1 else ""
        self._static(work, literal, f"format!({opening}{text}{literal.closing}, {calls})", name)

    def _static(self, work: Work, literal: Literal, value: str, name: str) -> None:
        item = literal.node.parent
        lazy = f"{_LAZY}::new(|| {value})"
        if item is not None and item.type in ("const_item", "static_item"):
            self._vary(work, item, literal, lazy)
            return
        call = "as_bytes" if literal.opening.startswith("b") else "as_str"
        name = self._declared(work, literal, name, lazy)
        depth = sum(node.type == "mod_item" for node in above(literal.node))
        work.edit(literal.start, literal.end, f"{'super::' * depth}{name}.{call}()")

    def _declared(self, work: Work, literal: Literal, name: str, lazy: str) -> str:
        """The name of the static that gives the value; adds it to the work where it is not there."""
        source = work.source
        if literal.filled_by(work.holes) and self._becomes(work, name):
            return name
        code = re.sub(r'"[^"\n]*"', '""', source.text)
        for one in (name, f"{name}_VALUE"):
            statement = f"static {one}: {_LAZY}<String> =\n    {lazy};"
            if statement.replace("\n", source.newline) in source.text:
                return one
            if not re.search(rf"\b{one}\b", code):
                add_item(work, statement)
                return one
        raise Refused(f"the name {name} is there already")

    def _becomes(self, work: Work, name: str) -> bool:
        """Whether a constant of the file becomes the static that is wanted: same name, same secret."""
        source, hole = work.source, work.holes[0]
        for item in source.root.children:
            value = item.child_by_field_name("value")
            if item.type not in ("const_item", "static_item") or value is None or value.type not in self.strings:
                continue
            named = item.child_by_field_name("name")
            literal = self.literal(source, value)
            inside = source.between(*literal.body)
            if named is None or source.of(named) != name or inside != source.between(hole.start, hole.end):
                continue
            try:
                self._vary(Work(source, work.project, work.store, work.holes), item, literal, "")
            except Refused:
                return False
            return True
        return False

    def _vary(self, work: Work, item: "Node", literal: Literal, lazy: str) -> None:
        """A constant becomes a static of the same name, and its uses ask it for its text."""
        source = work.source
        name, kind = item.child_by_field_name("name"), item.child_by_field_name("type")
        if name is None or kind is None or "str" not in source.of(kind) or literal.opening.startswith("b"):
            raise Refused("a constant of this type takes no call: make it a LazyLock by hand")
        holder = next((node for node in above(item) if node.type != "declaration_list"), None)
        if holder is not None and holder.type in ("impl_item", "trait_item"):
            raise Refused("a constant of a type takes no call: make it a function first")
        text = source.of(name)
        if any(child.type == "visibility_modifier" for child in item.children):
            work.project.refuse_uses(source, text)
        for node in walk(source.root):
            if node.type != "identifier" or source.of(node) != text or node == name:
                continue
            self._use(work, node)
        if re.search(rf"\{{{text}[:}}]", source.text):
            raise Refused(f"a format string takes {text} by name: make it an argument first")
        keyword = next(child for child in item.children if child.type in ("const", "static"))
        work.edit(keyword.start_byte, keyword.end_byte, "static")
        work.edit(kind.start_byte, kind.end_byte, f"{_LAZY}<String>")
        work.edit(literal.start, literal.end, lazy)

    def _use(self, work: Work, node: "Node") -> None:
        parent = node.parent
        for one in above(node):
            if one.type in ("const_item", "static_item"):
                raise Refused(f"another constant is made of {work.source.of(node)}")
            if one.type in ("use_declaration", *self.refused):
                raise Refused(f"{work.source.of(node)} is used where no call can stand")
            if one.type in self.bodies:
                break
        if (
            parent is not None
            and parent.type in ("let_declaration", "parameter")
            and parent.child_by_field_name("pattern") == node
        ):
            raise Refused(f"the name {work.source.of(node)} means several things in this file")
        work.edit(node.end_byte, node.end_byte, ".as_str()")


def _is_item_of(item: "Node", child: "Node") -> bool:
    value = item.child_by_field_name("value")
    return value is not None and value == child and child.type in Rust.strings


def add_item(work: Work, statement: str) -> None:
    """Put an item behind the head of the file."""
    head = ("inner_attribute_item", "use_declaration", "extern_crate_declaration", "shebang")
    last = None
    for node in work.source.root.children:
        inner = node.type.endswith("comment") and work.source.of(node)[:3] in ("//!", "/*!")
        if node.type in head or inner or (node.type == "mod_item" and node.child_by_field_name("body") is None):
            last = node
        elif not node.type.endswith("comment"):
            break
    if last is None:
        work.insert(0, f"{statement}\n\n")
        return
    end = last.end_byte
    if work.source.data[end - 1 : end] == b"\n":  # a comment that takes its line end along
        work.insert(end, f"\n{statement}\n")
    else:
        work.insert(end, f"\n\n{statement}")
