"""One file's bytes and its syntax tree."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from stanch.respond.fix.grammars import parser
from stanch.respond.fix.model import Edit, Hole, Refused

if TYPE_CHECKING:
    from tree_sitter import Node

BOM = b"\xef\xbb\xbf"
DEEPEST = 1000
"""A tree with more levels than any program that somebody wrote."""


class Source:
    """A file that is being rewritten. Offsets count bytes behind a byte order mark, which is kept."""

    def __init__(self, path: str, data: bytes, grammar: str) -> None:
        """Without a grammar there is no tree. Refused where the bytes are not UTF-8: edits would be guesses."""
        self.path = path
        self.bom = BOM if data.startswith(BOM) else b""
        self.data = data[len(self.bom) :]
        self.grammar = grammar
        try:
            self.text = self.data.decode()
        except UnicodeDecodeError:
            raise Refused("the file is not UTF-8 text") from None
        self.newline = "\r\n" if self.data.count(b"\r\n") * 2 > self.data.count(b"\n") else "\n"
        self.tree = parser(grammar).parse(_readable(self.data, grammar)) if grammar else None

    @property
    def root(self) -> "Node":
        """The whole tree; only for files that have a grammar."""
        assert self.tree is not None
        return self.tree.root_node

    def of(self, node: "Node") -> str:
        """A node's text."""
        return self.between(node.start_byte, node.end_byte)

    def between(self, start: int, end: int) -> str:
        """The text between two places."""
        return self.data[start:end].decode()

    def covering(self, hole: Hole) -> "Node":
        """The smallest named node around a place."""
        return self.root.named_descendant_for_byte_range(hole.start, hole.end) or self.root

    def indent(self, place: int) -> str:
        """The white space that begins the line of a place."""
        begin = self.line(place)
        end = begin
        while end < len(self.data) and self.data[end : end + 1] in (b" ", b"\t"):
            end += 1
        return self.between(begin, end)

    def line(self, place: int) -> int:
        """Where the line of a place begins."""
        return self.data.rfind(b"\n", 0, place) + 1

    def next_line(self, place: int) -> int:
        """Where the line after that of a place begins."""
        end = self.data.find(b"\n", place)
        return len(self.data) if end < 0 else end + 1

    def edited(self, edits: list[Edit]) -> bytes:
        """The whole file with the edits made; Refused where two of them touch the same bytes."""
        pieces: list[bytes] = [self.bom]
        position = 0
        for edit in sorted(set(edits)):
            if edit.start < position:
                raise Refused("two changes would overlap")
            pieces += [self.data[position : edit.start], edit.text.encode()]
            position = edit.end
        return b"".join([*pieces, self.data[position:]])

    def faults(self) -> int:
        """How many places the grammar could not make sense of."""
        if self.tree is None:
            return 0
        return sum(
            1 for node in walk(self.root, inside=lambda node: node.has_error) if node.is_error or node.is_missing
        )


def _readable(data: bytes, grammar: str) -> bytes:
    """The bytes as the grammar takes them, every one at its place: that of Dockerfiles knows no carriage return."""
    if grammar != "dockerfile":
        return data
    return data.replace(b"\\\r\n", b" \\\n").replace(b"\r\n", b" \n")


def walk(node: "Node", *, inside: "Callable[[Node], bool]" = lambda _: True) -> "Iterator[Node]":
    """A node and all below it, in order of place; `inside` says whether to look into one."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if inside(one):
            waiting.extend(reversed(one.children))


def above(node: "Node") -> "Iterator[Node]":
    """The node's parent, that one's, and so on."""
    parent = node.parent
    for _ in range(DEEPEST):
        if parent is None:
            return
        yield parent
        parent = parent.parent
    raise Refused("the code is nested too deeply")


def same(one: "Node | None", other: "Node | None") -> bool:
    """Whether both are the same node."""
    return one is not None and other is not None and one.id == other.id
