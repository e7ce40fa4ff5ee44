"""From holes in a file to edits: which literal holds each, and what is put in its place.

Every language goes this way. What differs is a `Language`: the node kinds of its grammar and how it writes things.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from stanch.respond.fix.escapes import unescape
from stanch.respond.fix.model import Change, Edit, Hole, Refused
from stanch.respond.fix.project import Project
from stanch.respond.fix.source import Source, above, same, walk

if TYPE_CHECKING:
    from tree_sitter import Node

NEAR = 6
"""How many levels above a literal the lookup may be whose default value it is."""


@dataclass(frozen=True)
class Literal:
    """A string literal, with what opens and closes it, prefix letters among that."""

    node: "Node"
    opening: str
    closing: str
    raw: bool = False
    """Whether a backslash in it is a backslash."""
    interpolates: bool = False
    """Whether expressions can stand in it."""
    indented: bool = False
    """Whether the white space before its lines may be none of the text."""

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.node.start_byte

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.node.end_byte

    @property
    def body(self) -> tuple[int, int]:
        """Where its content is."""
        return self.start + len(self.opening.encode()), self.end - len(self.closing.encode())

    @property
    def quote(self) -> str:
        """The quotation mark to use in what replaces it: its own, where that is a plain one."""
        return "'" if self.opening.endswith("'") else '"'

    def filled_by(self, holes: list[Hole]) -> bool:
        """Whether one hole is all of its content."""
        return len(holes) == 1 and (holes[0].start, holes[0].end) == self.body


@dataclass
class Work:
    """The rewriting of one literal, and of all holes in it."""

    source: Source
    project: Project
    store: str
    holes: list[Hole]
    ordinal: int = 1
    """The how-manieth literal of the file it is that holds the secrets of these names among other text."""
    change: Change = field(default_factory=Change)
    values: dict[int, str] = field(default_factory=dict)
    """What the program saw in each hole, by where the hole begins; without prose, which no program reads."""

    def name(self, name: str) -> None:
        """The first hole goes by another name, that of a variable which the code reads already."""
        self.holes[0] = self.holes[0]._replace(name=name)

    def edit(self, start: int, end: int, text: str, *, rank: int = 0) -> None:
        """Put `text` in place of some bytes."""
        self.change.edits.append(Edit(start, end, rank, text))

    def insert(self, place: int, text: str, *, rank: int = 0) -> None:
        """Put lines in, with the file's own line ends; at one place those of lower rank come first."""
        self.edit(place, place, text.replace("\n", self.source.newline), rank=rank)


class Language:
    """A programming language, for those in which a lookup is an expression."""

    grammar: ClassVar[str]
    strings: ClassVar[frozenset[str]]
    """Node kinds of string literals."""
    interpolations: ClassVar[frozenset[str]] = frozenset()
    """Node kinds of what is computed within one."""
    comments: ClassVar[frozenset[str]] = frozenset({"comment"})
    chains: ClassVar[frozenset[str]] = frozenset()
    """Node kinds that put strings together: operators, literals side by side."""
    plus: ClassVar[str] = "+"
    safe: ClassVar[frozenset[str]] = frozenset()
    """Node kinds in which an expression with operators needs no parentheses."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Node kinds in which no lookup can stand, and why."""
    bodies: ClassVar[frozenset[str]] = frozenset()
    """Node kinds within which `refused` further up does not matter, such as a function's body."""
    fallbacks: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Lookups with a default value, which "\\0" stands for; the group `name` is the variable."""

    def literal(self, source: Source, node: "Node") -> Literal:
        """A string literal's parts."""
        raise NotImplementedError

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """The expression that gives the value of `name`; adds to the work what it needs, such as an import."""
        raise NotImplementedError

    def said(self, work: Work, literal: Literal, hole: Hole) -> str:
        """What the program sees in a hole: escapes read, line ends as compilers take them."""
        text = work.source.between(hole.start, hole.end).replace("\r\n", "\n")
        if "\n" in text and literal.indented and re.search(r"\n[ \t]", text):
            raise Refused("a value of several indented lines: take it out by hand")
        return text if literal.raw else unescape(text)

    def instead(self, work: Work, name: str, quote: str) -> str:
        """The lookup in the place of one with a default value."""
        return self.lookup(work, name, quote)

    def operand(self, work: Work, name: str, quote: str, literal: Literal) -> str:
        """The lookup where it is part of a concatenation."""
        return self.lookup(work, name, quote)

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """The lookup where it stands in a literal that interpolates, delimiters and all."""
        raise Refused("this kind of literal takes no expression")

    def special(self, work: Work, node: "Node") -> bool:
        """Deal with holes in what is no string literal (`node` and what is above it); says whether it did."""
        return False

    def prepare(self, work: Work, literal: Literal) -> None:
        """Look at where a literal stands: refuse, or add the edits that a lookup needs there."""
        for node in above(literal.node):
            if node.type in self.bodies:
                return
            if node.type in self.refused:
                raise Refused(self.refused[node.type])

    def whole(self, work: Work, literal: Literal) -> None:
        """Replace a literal that is a secret and nothing else."""
        work.edit(literal.start, literal.end, self.lookup(work, work.holes[0].name, literal.quote))

    def part(self, work: Work, literal: Literal) -> None:
        """Replace secrets within a literal of which more is to stay."""
        if literal.interpolates:
            for hole in work.holes:
                work.edit(hole.start, hole.end, self.inside(work, hole.name, literal))
            return
        self.split(work, literal, literal)

    def split(self, work: Work, first: Literal, last: Literal) -> None:
        """Replace what stands from one literal to another (or the same) by pieces put together with operators."""
        position, end = first.body[0], last.body[1]
        opening, closing = first.opening, first.closing
        pieces: list[str] = []
        for hole in work.holes:
            if hole.start > position:
                pieces.append(opening + work.source.between(position, hole.start) + closing)
            pieces.append(self.operand(work, hole.name, first.quote, first))
            position = hole.end
            opening, closing = last.opening, last.closing
        if end > position:
            pieces.append(opening + work.source.between(position, end) + closing)
        text = f" {self.plus} ".join(pieces)
        crossing = not same(first.node, last.node)
        if len(pieces) > 1 and not crossing and not self.is_safe(work.source, first.node):
            text = f"({text})"
        work.edit(first.start, last.end, text)

    def is_safe(self, source: Source, node: "Node") -> bool:
        """Whether an expression with operators can take the node's place as it is."""
        parent = node.parent
        if parent is None or parent.type in self.safe:
            return True
        return parent.type in self.chains and any(child.type == self.plus for child in parent.children)

    # --- the way that every hole goes -----------------------------------------------------------------------

    def rewrite(self, source: Source, project: Project, store: str, holes: list[Hole]) -> list[tuple[Work, str]]:
        """The work on each literal that holds some of the holes, and why nothing came of it, or nothing."""
        groups: dict[tuple[int, int], Work] = {}
        for hole in sorted(holes):
            node = self._holder(source, hole)
            key = (node.start_byte, node.end_byte)
            groups.setdefault(key, Work(source, project, store, [])).holes.append(hole)
        done: list[tuple[Work, str]] = []
        for work in groups.values():
            work.ordinal = 1 + sum(_names(one) == _names(work) for one, _ in done)
            try:
                self._one(work)
                if work.values and store == "env":
                    work.change.names |= {hole.name for hole in work.holes}
                done.append((work, ""))
            except Refused as why:
                work.change = Change()
                done.append((work, str(why)))
        return done

    def _holder(self, source: Source, hole: Hole) -> "Node":
        """The literal, comment or chain that a hole is in, or else the smallest node."""
        smallest = source.covering(hole)
        for node in (smallest, *above(smallest)):
            if node.type in self.strings or node.type in self.comments:
                return node
            if node.type in self.interpolations:
                break
        return smallest

    def _one(self, work: Work) -> None:
        source, hole = work.source, work.holes[0]
        node = self._holder(source, hole)
        if node.type in self.comments:
            self.prose(work)
        elif self.special(work, node):
            return
        elif node.type in self.strings:
            self._literal(work, self.literal(source, node))
        elif node.type in self.chains:
            self._chain(work, node)
        else:
            raise Refused("the value is no string literal here")

    def prose(self, work: Work) -> None:
        """In a comment the secret gives way to its name."""
        for hole in work.holes:
            work.edit(hole.start, hole.end, f"<{hole.name}>")

    def _literal(self, work: Work, literal: Literal) -> None:
        start, end = literal.body
        computed = [child for child in literal.node.children if child.type in self.interpolations]
        for hole in work.holes:
            if hole.start < start or hole.end > end:
                raise Refused("the value reaches beyond its literal")
            if any(child.start_byte < hole.end and child.end_byte > hole.start for child in computed):
                raise Refused("the value is put together while the program runs")
            before = work.source.between(start, hole.start)
            if not literal.raw and (len(before) - len(before.rstrip("\\"))) % 2:
                raise Refused("an escape runs into the value")
            work.values[hole.start] = self.said(work, literal, hole)
        if literal.filled_by(work.holes):
            outer = self._fallback(work.source, literal)
            if outer is not None:
                node, name = outer
                work.edit(node.start_byte, node.end_byte, self.instead(work, name, literal.quote))
                work.name(name)
                return
            self.prepare(work, literal)
            self.whole(work, literal)
        else:
            self.prepare(work, literal)
            self.part(work, literal)

    def _fallback(self, source: Source, literal: Literal) -> "tuple[Node, str] | None":
        """The lookup whose default value the literal is, and the variable that it reads."""
        for level, node in enumerate(above(literal.node)):
            if level >= NEAR or node.end_byte - node.start_byte > 400 + literal.end - literal.start:
                return None
            text = f"{source.between(node.start_byte, literal.start)}\0{source.between(literal.end, node.end_byte)}"
            for pattern in self.fallbacks:
                found = pattern.fullmatch(text)
                if found:
                    return node, found["name"]
        return None

    def _chain(self, work: Work, node: "Node") -> None:
        """A value of which parts stand in several literals side by side."""
        hole = work.holes[0]
        touched = [
            one
            for one in walk(node, inside=lambda one: one.type not in self.strings)
            if one.type in self.strings and one.start_byte < hole.end and one.end_byte > hole.start
        ]
        if len(work.holes) > 1 or len(touched) < 2:
            raise Refused("the value is put together from parts in a way that is not understood")
        literals = [self.literal(work.source, one) for one in touched]
        first, last = literals[0], literals[-1]
        if any(one.interpolates and any(c.type in self.interpolations for c in one.node.children) for one in literals):
            raise Refused("the value is put together while the program runs")
        for one, other in pairwise(touched):
            between = work.source.between(one.end_byte, other.start_byte)
            if between.replace("\\", "").split() not in ([], [self.plus]):
                raise Refused("something stands between the parts of the value")
        if hole.start < first.body[0] or hole.end > last.body[1]:
            raise Refused("the value reaches beyond its literal")
        texts = [(one, max(hole.start, one.body[0]), min(hole.end, one.body[1])) for one in literals]
        work.values[hole.start] = "".join(
            work.source.between(low, high) if one.raw else unescape(work.source.between(low, high))
            for one, low, high in texts
        )
        self.prepare(work, first)
        self.join(work, first, last, node)

    def join(self, work: Work, first: Literal, last: Literal, chain: "Node") -> None:
        """Replace the literals from one to another, which are operands of one chain."""
        self.split(work, first, last)


def _names(work: Work) -> list[str]:
    return [hole.name for hole in work.holes]
