"""Go: `os.Getenv("NAME")`; what was a constant becomes a variable."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above, walk

if TYPE_CHECKING:
    from tree_sitter import Node


class Go(Language):
    """Go, laid out as gofmt does it."""

    grammar = "go"
    strings = frozenset({"interpreted_string_literal", "raw_string_literal"})
    chains = frozenset({"binary_expression"})
    safe = frozenset(
        {"expression_list", "argument_list", "literal_element", "parenthesized_expression", "return_statement"}
        | {"keyed_element", "send_statement"}
    )
    refused = {
        "import_spec": "the path of an import takes no call",
        "field_declaration": "the tag of a field takes no call",
        "const_declaration": "a constant takes no call",
        "array_type": "the length of an array must be a constant",
    }
    bodies = frozenset({"block", "func_literal"})
    fallbacks = (re.compile(r'cmp\.Or\(\s*os\.Getenv\("(?P<name>\w+)"\),\s*\0,?\s*\)'),)

    def literal(self, source: Source, node: "Node") -> Literal:
        """In double quotes, or raw in backquotes."""
        quote = source.of(node)[:1]
        return Literal(node, quote, quote, raw=quote == "`")

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`os.Getenv("NAME")`."""
        if work.store != "env":
            return f'{work.project.helper(work).call}("{work.project.place(name)}")'
        return f'{_package(work, "os")}.Getenv("{name}")'

    def prepare(self, work: Work, literal: Literal) -> None:
        """Constants become variables, where nothing needs them to be constant."""
        for node in above(literal.node):
            if node.type == "const_declaration":
                self._vary(work, literal, node)
                return
            if node.type in self.bodies:
                return
            if node.type in self.refused:
                raise Refused(self.refused[node.type])

    def _vary(self, work: Work, literal: Literal, declaration: "Node") -> None:
        source = work.source
        specs = [child for child in declaration.named_children if child.type == "const_spec"]
        spec = next(one for one in specs if one.start_byte <= literal.start and one.end_byte >= literal.end)
        kind = spec.child_by_field_name("type")
        if kind is not None and source.of(kind) != "string":
            raise Refused(f"a constant of type {source.of(kind)} takes no call: convert it by hand")
        local = any(node.type in self.bodies for node in above(declaration))
        for name in spec.children_by_field_name("name"):
            if name.type != "identifier":
                continue
            text = source.of(name)
            if local and len(re.findall(rf"\b{re.escape(text)}\b", source.text)) < 2:
                raise Refused(f"nothing uses the constant {text}, which Go forbids of a variable: take it out by hand")
            work.project.refuse_constants(source, self, text, private=not text[:1].isupper())
        keyword = declaration.children[0]
        if len(specs) == 1 or all(_is_text(one) for one in specs):
            if len(specs) > 1:
                for one in specs:
                    for name in one.children_by_field_name("name"):
                        if name.type == "identifier":
                            work.project.refuse_constants(source, self, source.of(name), private=True)
            work.edit(keyword.start_byte, keyword.end_byte, "var")
            return
        self._apart(work, declaration, specs, specs.index(spec))

    def _apart(self, work: Work, declaration: "Node", specs: "list[Node]", place: int) -> None:
        """Take one constant out of its group, which ends before it and begins again behind it."""
        source, spec = work.source, specs[place]
        if any(node.type == "iota" for node in walk(declaration)):
            raise Refused("the constant is in a group that counts with iota: take it out by hand")
        if place + 1 < len(specs) and specs[place + 1].child_by_field_name("value") is None:
            raise Refused("the next constant repeats this one's value: write that out first")
        line, end = source.line(spec.start_byte), source.next_line(spec.end_byte)
        if source.between(line, spec.start_byte).strip() or end > declaration.end_byte:
            raise Refused("the constant shares its line with others: put it on a line of its own")
        indent = source.indent(declaration.start_byte)
        opening = next(child for child in declaration.children if child.type == "(")
        if place == 0 and not source.between(opening.end_byte, spec.start_byte).strip():
            work.edit(declaration.start_byte, spec.start_byte, "var ")
        else:
            work.edit(line, spec.start_byte, f"{indent})\n\n{indent}var ".replace("\n", source.newline))
        name = spec.children_by_field_name("name")[-1]
        sign = next(child for child in spec.children if child.type == "=")
        if kind := spec.child_by_field_name("type"):
            work.edit(kind.end_byte, sign.start_byte, " ")
            name = kind if kind.start_byte - name.end_byte > 1 else name
        else:
            work.edit(name.end_byte, sign.start_byte, " ")
        if source.between(end, declaration.end_byte).strip() == ")":
            work.edit(end - len(source.newline), declaration.end_byte, "")
        else:
            work.insert(end, f"\n{indent}const (\n")


def _is_text(spec: "Node") -> bool:
    """Whether all of a constant's values are plain strings."""
    value = spec.child_by_field_name("value")
    return value is not None and all(child.type in Go.strings for child in value.named_children)


def _package(work: Work, path: str) -> str:
    """The name by which the file calls a package of the standard library; imports it where it does not."""
    source = work.source
    specs = [node for child in source.root.children if child.type == "import_declaration" for node in walk(child)]
    specs = [node for node in specs if node.type == "import_spec"]
    for spec in specs:
        imported = spec.child_by_field_name("path")
        if imported is not None and source.of(imported).strip('"`') == path:
            name = spec.child_by_field_name("name")
            if name is None:
                return path
            if source.of(name) not in ("_", "."):
                return source.of(name)
    if re.search(rf"(?m)\b{path}\b\s*(?::=|,.*:=)|\bvar {path}\b|[(,]\s*{path} \*?[\w.\[\]]+[,)]", source.text):
        raise Refused(f"the name {path} means something else in this file")
    _add_import(work, path, specs)
    return path


def _add_import(work: Work, path: str, specs: "list[Node]") -> None:
    source = work.source
    group = [spec for spec in specs if spec.parent is not None and spec.parent.type == "import_spec_list"]
    if group:
        first = group[0]
        standard = [one for one in group if "." not in source.of(one).split('"')[1].split("/")[0]]
        later = next((one for one in standard if source.of(one).strip('"') > path), None)
        place = later or (None if standard else first)
        if place is not None:
            work.insert(place.start_byte, f'"{path}"\n{source.indent(place.start_byte)}' + ("" if later else "\n\t"))
        else:
            last = standard[-1]
            work.insert(last.end_byte, f'\n{source.indent(last.start_byte)}"{path}"')
        return
    clause = next((child for child in source.root.children if child.type == "package_clause"), None)
    if clause is None:
        raise Refused("the file has no package clause")
    if specs and specs[0].parent is not None:
        work.insert(specs[0].parent.start_byte, f'import "{path}"\n')
    else:
        work.insert(clause.end_byte, f'\n\nimport "{path}"')
