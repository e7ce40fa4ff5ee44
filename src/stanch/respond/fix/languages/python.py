"""Python: `os.environ["NAME"]`, within other text in an f-string."""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node

_START = re.compile(r"""([A-Za-z]*)(\"\"\"|'''|"|')""")
_READERS = (
    (re.compile(r"(?m)^from decouple import (?:.*\b)?config\b(?! as)"), "config({})"),
    (re.compile(r"(?m)^(?P<name>\w+) = environ\.(?:Fileaware)?Env\("), "{name}({})"),
    (re.compile(r"(?m)^(?P<name>\w+) = Env\(\)$"), "{name}({})"),
)
"""What a file may already have for the purpose: python-decouple, django-environ, environs."""


class Python(Language):
    """Python 3.6 or newer."""

    grammar = "python"
    strings = frozenset({"string"})
    interpolations = frozenset({"interpolation"})
    chains = frozenset({"binary_operator", "concatenated_string"})
    safe = frozenset(
        {"assignment", "argument_list", "keyword_argument", "pair", "list", "tuple", "set", "return_statement"}
        | {"default_parameter", "typed_default_parameter", "parenthesized_expression", "expression_list"}
    )
    refused = {
        "case_pattern": "a pattern of a match statement takes no call",
        "type": "a type takes no call",
        "type_alias_statement": "a type takes no call",
    }
    bodies = frozenset({"block", "lambda", "argument_list"})
    fallbacks = (
        re.compile(r"""(?:\w+\.)?(?:getenv|environ\.get|environ\.setdefault)\(\s*["'](?P<name>\w+)["'],\s*\0,?\s*\)"""),
        re.compile(r"""(?:\w+\.)?(?:getenv|environ\.get)\(\s*["'](?P<name>\w+)["']\s*\)\s+or\s+\0"""),
    )

    def literal(self, source: Source, node: "Node") -> Literal:
        """By the prefix letters and the quotes."""
        found = _START.match(source.of(node))
        if found is None:
            raise Refused("a string without quotes")
        letters = found[1].lower()
        return Literal(node, found[0], found[2], raw="r" in letters, interpolates="f" in letters or "t" in letters)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`os.environ["NAME"]`, or what the file has for it."""
        if work.store != "env":
            return f"{work.project.helper(work).call}({quote}{work.project.place(name)}{quote})"
        quoted = f"{quote}{name}{quote}"
        if _is_setting(work, name):
            return f"settings.{name}"
        for pattern, call in _READERS:
            found = pattern.search(work.source.text)
            if found:
                return call.format(quoted, **found.groupdict())
        return f"{_environ(work)}[{quoted}]"

    def whole(self, work: Work, literal: Literal) -> None:
        """A literal beside others must stay one, and bytes must stay bytes."""
        parent = literal.node.parent
        if _is_bytes(literal):
            if parent is not None and parent.type == "concatenated_string":
                raise Refused("bytes literals side by side: join them first")
            work.edit(literal.start, literal.end, self.operand(work, work.holes[0].name, literal.quote, literal))
        elif parent is not None and parent.type == "concatenated_string":
            self.part(work, literal)
        else:
            super().whole(work, literal)

    def operand(self, work: Work, name: str, quote: str, literal: Literal) -> str:
        """As bytes, where the other pieces are."""
        found = self.lookup(work, name, quote)
        return f"{found}.encode()" if _is_bytes(literal) else found

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """In braces, with the other kind of quotes: before 3.12 an f-string must not hold its own."""
        if any(node.type == "interpolation" for node in above(literal.node)):
            raise Refused("an f-string within an f-string: take the inner one out first")
        return "{" + self.lookup(work, name, '"' if literal.quote == "'" else "'") + "}"

    def part(self, work: Work, literal: Literal) -> None:
        """A string becomes an f-string; bytes are put together."""
        if literal.interpolates:
            super().part(work, literal)
        elif _is_bytes(literal):
            parent = literal.node.parent
            if parent is not None and parent.type == "concatenated_string":
                raise Refused("bytes literals side by side: join them first")
            self.split(work, literal, literal)
        else:
            self._formatted(work, literal, literal)

    def join(self, work: Work, first: Literal, last: Literal, chain: "Node") -> None:
        """One f-string in place of the literals."""
        if any(_is_bytes(one) for one in (first, last)):
            raise Refused("bytes literals side by side: join them first")
        if any(one.interpolates for one in (first, last)) or first.raw != last.raw:
            raise Refused("literals of different kinds: join them first")
        whole = (work.holes[0].start, work.holes[0].end) == (first.body[0], last.body[1])
        if whole and chain.type == "binary_operator":
            work.edit(first.start, last.end, self.lookup(work, work.holes[0].name, first.quote))
        elif first.closing != last.closing:
            raise Refused("literals with different quotes: join them first")
        else:
            self._formatted(work, first, last)

    def _formatted(self, work: Work, first: Literal, last: Literal) -> None:
        """One f-string with everything that is in the literals beside the holes."""
        letters = first.opening[: -len(first.closing)].lower().replace("u", "")
        pieces = [f"{letters}f{first.closing}" if letters != "r" else f"rf{first.closing}"]
        position = first.body[0]
        for hole in work.holes:
            pieces += [_braced(work.source.between(position, hole.start)), self.inside(work, hole.name, first)]
            position = hole.end
        pieces += [_braced(work.source.between(position, last.body[1])), last.closing]
        work.edit(first.start, last.end, "".join(pieces))

    def special(self, work: Work, node: "Node") -> bool:
        """A docstring is prose: nothing in the program reads it."""
        parent = node.parent
        if node.type != "string" or parent is None or parent.type != "expression_statement":
            return False
        self.prose(work)
        return True


def _is_bytes(literal: Literal) -> bool:
    return "b" in literal.opening.lower()


def _braced(text: str) -> str:
    if "\\N{" in text:
        raise Refused("a named character beside the value: write it in another way first")
    return text.replace("{", "{{").replace("}", "}}")


def _is_setting(work: Work, name: str) -> bool:
    """Whether the file imports Django's settings, and these have the name."""
    if not re.search(r"(?m)^from django\.conf import settings$", work.source.text):
        return False
    files = (path for path in work.project.like(work.source.path) if re.search(r"(?:^|/)settings(?:/\w+)?\.py$", path))
    return any(re.search(rf"(?m)^{name}\s*[:=]", work.project.text(path) or "") for path in files)


def _environ(work: Work) -> str:
    """How the file calls `os.environ`; imports it where nothing is there before the literal."""
    for node in work.source.root.children:
        if node.start_byte >= work.holes[0].start:
            break
        text = " ".join(work.source.of(node).split()) if node.type.startswith("import") else ""
        found = re.fullmatch(r"import (?:[\w., ]+, )?os(?: as (\w+))?(?:,.*)?", text)
        if found:
            return f"{found[1] or 'os'}.environ"
        found = re.fullmatch(r"from os import \(?(?:.*\b)?environ(?: as (\w+))?\b.*", text)
        if found:
            return found[1] or "environ"
    if re.search(r"(?m)^\s*(?:os\s*=[^=]|def os\b|class os\b)|\bas os\b", work.source.text):
        raise Refused("the name os means something else in this file")
    add_import(work, "import os")
    return "os.environ"


def add_import(work: Work, statement: str) -> None:
    """Put an import before the first one, or behind what has to come before any: docstring, `__future__`."""
    place, last = 0, None
    for node in work.source.root.children:
        if node.type == "comment" or node.type == "future_import_statement" or _is_docstring(node):
            last = node if node.type != "comment" else last
            continue
        if node.type.startswith("import"):
            work.insert(node.start_byte, f"{statement}\n")
            return
        break
    if last is not None:
        place = last.end_byte
        if work.source.data[place : place + 1] == b";":
            raise Refused("several statements on the first line")
        work.insert(place, f"\n\n{statement}" if _is_docstring(last) else f"\n{statement}")
        return
    while work.source.data[place : place + 1] == b"#":
        place = work.source.next_line(place)
    text = f"{statement}\n\n" if work.source.data[place : place + 1] not in (b"\n", b"\r") else f"{statement}\n"
    if place and work.source.data[place - 1 : place] != b"\n":
        text = "\n" + text
    work.insert(place, text)


def _is_docstring(node: "Node") -> bool:
    return node.type == "expression_statement" and node.child_count == 1 and node.children[0].type == "string"
