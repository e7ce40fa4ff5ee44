"""Patterns as trees: their width, a Hyperscan form that fires on every match, and examples drawn from them.

Patterns are written for Python's `re`, over bytes. Hyperscan gets a *trigger*: an expression that matches at
least wherever the pattern does, and that reports few ends. Look-arounds, boundaries and names fall away; what is
optional at either edge is left out and open repeats at the right edge end at their minimum, so that a run of a thousand
characters gives one report and not a thousand.
"""

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]  # the tree that `re` itself compiles from
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from stanch.errors import ConfigError

if TYPE_CHECKING:
    import random

_CLASSES = {
    sre.CATEGORY_DIGIT: rb"0-9",
    sre.CATEGORY_SPACE: rb"\x09-\x0d\x20",
    sre.CATEGORY_WORD: rb"0-9A-Za-z_",
}
_NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
UNBOUNDED = 1 << 16
"""What an open repeat counts for in a width, in bytes."""
ENOUGH = 32
"""So many repetitions at the right edge are enough for a trigger; Python counts the rest."""
LARGE = 64
"""A repeat with a greater bound is left open in a trigger: Hyperscan pays for counting."""

_LINE_END = 10

Node = tuple[Any, Any]


def parse(pattern: str) -> tuple[list[Node], int]:
    """The tree of `pattern` and its flags; ConfigError where it is no regular expression."""
    try:
        re.compile(pattern.encode())  # refuses more than the parser does, such as look-behinds of no fixed width
        tree = _parser.parse(pattern.encode())
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"not a regular expression: {error}") from None
    return list(tree), tree.state.flags


def width(pattern: str) -> tuple[int, int]:
    """The least and greatest number of bytes that `pattern` can match; open ends count `UNBOUNDED`."""
    low, high = _parser.parse(pattern.encode()).getwidth()
    return min(low, UNBOUNDED), min(high, UNBOUNDED)


def reach(pattern: str) -> int:
    """How many bytes before the end of its trigger a match of `pattern` may begin, at most."""
    nodes, _ = parse(pattern)
    return sum(_widest(node) for node in _trim_right(nodes))


def _widest(node: Node) -> int:
    """The greatest number of bytes that a node can match; open ends count `UNBOUNDED`."""
    kind, value = node
    if kind in REPEATS:
        _, high, body = value
        return min(UNBOUNDED, min(int(high), UNBOUNDED) * sum(_widest(each) for each in body))
    if kind is sre.SUBPATTERN:
        return sum(_widest(each) for each in value[3])
    if kind is sre.ATOMIC_GROUP:
        return sum(_widest(each) for each in value)
    if kind is sre.BRANCH:
        return max(sum(_widest(each) for each in branch) for branch in value[1])
    if kind is sre.GROUPREF:
        return 64
    return 0 if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT) else 1


def trigger(pattern: str) -> bytes:
    """A Hyperscan expression (flag DOTALL off) that fires at or before the end of every match of `pattern`."""
    nodes, flags = parse(pattern)
    nodes = _trim_right(_trim_left(nodes))
    if not nodes:
        raise ConfigError("the pattern can match without any text")
    return _emit_all(nodes, flags)


def group(pattern: str, name: str) -> bytes:
    """What the group `name` of a pattern takes, as an expression for itself, without look-arounds."""
    tree = _parser.parse(pattern.encode())
    inner = _group(list(tree), tree.state.groupdict[name])
    assert inner is not None
    return _emit_all(inner, tree.state.flags)


def _group(part: Any, number: int) -> list[Node] | None:
    """The nodes of a group, wherever it is in a tree or a part of one."""
    if isinstance(part, tuple) and len(part) == 2 and part[0] is sre.SUBPATTERN and part[1][0] == number:
        return list(part[1][-1])
    if not isinstance(part, list | tuple | _parser.SubPattern):
        return None
    return next((found for each in part if (found := _group(each, number)) is not None), None)


def spread(expression: bytes) -> int:
    """How many bytes a match of a trigger takes at most if it may go beyond a line's end; 0 if it cannot."""
    nodes = list(_parser.parse(expression))
    return min(sum(_widest(node) for node in nodes), UNBOUNDED) if _crosses(nodes) else 0


def flat(pattern: str) -> bool:
    """Whether every match of `pattern` is on one line, and nothing beyond that line has a say in it."""
    nodes, flags = parse(pattern)
    return not (flags & re.DOTALL or _crosses(nodes))


def _crosses(nodes: list[Node]) -> bool:
    return any(_crosses_line(*node) for node in nodes)


def _crosses_line(kind: Any, value: Any) -> bool:
    """Whether a node may match a line's end, or looks at one."""
    if kind is sre.LITERAL:
        return bool(value == _LINE_END)
    if kind is sre.NOT_LITERAL:
        return bool(value != _LINE_END)
    if kind is sre.IN:
        return _LINE_END in allowed(list(value))
    if kind is sre.AT:
        return value not in (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY)
    if kind is sre.BRANCH:
        return any(_crosses(list(branch)) for branch in value[1])
    if kind is sre.SUBPATTERN:
        return bool(value[1] & re.DOTALL) or _crosses(list(value[3]))
    if kind is sre.ATOMIC_GROUP:
        return _crosses(list(value))
    if kind in (*REPEATS, sre.ASSERT, sre.ASSERT_NOT):
        return _crosses(list(value[-1]))
    return False


def guard(expression: bytes, longest: int) -> bytes:
    """How every match of a trigger begins, as an expression that takes at most `longest` bytes: any byte at worst."""
    return _emit_all(_trim_right(_beginning(list(_parser.parse(expression)), longest)), 0) or rb"[\x00-\xff]"


def _beginning(nodes: list[Node], longest: int) -> list[Node]:
    """What the first of the nodes can be told by in `longest` bytes."""
    for place, (kind, value) in enumerate(nodes):
        rest = nodes[place + 1 :]
        widest = _widest((kind, value))
        if widest <= longest:
            longest -= widest
            continue
        if kind is sre.SUBPATTERN:
            return [*nodes[:place], *_beginning([*value[-1], *rest], longest)]
        if kind is sre.BRANCH:
            heads = [_beginning([*branch, *rest], longest) for branch in value[1]]
            return [*nodes[:place], *([(kind, (None, heads))] if all(heads) else [])]
        once = sum(map(_widest, value[2])) if kind in REPEATS else 0
        if once and min(value[0], longest // once):
            count = min(value[0], longest // once)
            return [*nodes[:place], (kind, (count, count, value[2]))]
        return nodes[:place]
    return nodes


def _trim_left(nodes: list[Node]) -> list[Node]:
    """Leave out what is optional at the left edge, where only the end of a match counts."""
    while nodes and (nodes[0][0] in (sre.AT, sre.ASSERT, sre.ASSERT_NOT) or _optional(nodes[0])):
        nodes = nodes[1:]
    return nodes


def _optional(node: Node) -> bool:
    return node[0] in REPEATS and node[1][0] == 0


def _trim_right(nodes: list[Node]) -> list[Node]:
    """Leave out what is optional at the right edge and end open repeats there at their minimum."""
    nodes = list(nodes)
    while nodes:
        kind, value = nodes[-1]
        if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT, sre.GROUPREF) or _optional(nodes[-1]):
            nodes.pop()
            continue
        if kind in REPEATS:
            low, high, body = value
            low = min(low, ENOUGH)
            if low != high:
                nodes[-1] = (kind, (low, low, body))
        elif kind is sre.SUBPATTERN:
            group, add, remove, body = value
            nodes[-1] = (kind, (group, add, remove, _trim_right(list(body))))
        elif kind is sre.BRANCH:
            nodes[-1] = (kind, (value[0], [_trim_right(list(branch)) for branch in value[1]]))
        elif kind is sre.ATOMIC_GROUP:
            nodes[-1] = (kind, _trim_right(list(value)))
        break
    return nodes


def _emit_all(nodes: list[Node], flags: int) -> bytes:
    return b"".join(_emit(node, flags) for node in nodes)


def _emit(node: Node, flags: int) -> bytes:
    kind, value = node
    if kind is sre.LITERAL:
        return _literal(value, flags)
    if kind is sre.NOT_LITERAL:
        return b"[^%s]" % _members([(sre.LITERAL, value)], flags)
    if kind is sre.ANY:
        return rb"[\x00-\xff]" if flags & re.DOTALL else rb"[^\x0a]"
    if kind is sre.IN:
        negated = value[0][0] is sre.NEGATE
        return b"[%s%s]" % (b"^" if negated else b"", _members(value[1:] if negated else value, flags))
    if kind in REPEATS:
        low, high, body = value
        bounds = b"{%d,}" % low if high > LARGE else b"{%d,%d}" % (low, high)
        return b"(?:%s)%s" % (_emit_all(list(body), flags), bounds)
    if kind is sre.SUBPATTERN:
        _, add, remove, body = value
        return b"(?:%s)" % _emit_all(list(body), (flags | add) & ~remove)
    if kind is sre.ATOMIC_GROUP:
        return b"(?:%s)" % _emit_all(list(value), flags)
    if kind is sre.BRANCH:
        return b"(?:%s)" % b"|".join(_emit_all(list(branch), flags) for branch in value[1])
    if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return b""
    if kind is sre.GROUPREF:
        return rb"[\x00-\xff]{0,64}"
    raise ConfigError(f"the pattern uses {str(kind).lower()}, which the engine does not take")


def _literal(code: int, flags: int) -> bytes:
    char = bytes([code])
    if flags & re.IGNORECASE and char.isalpha():
        return b"[%s%s]" % (char.lower(), char.upper())
    return char if char.isalnum() or char == b"_" else b"\\x%02x" % code


def _members(items: list[Node], flags: int) -> bytes:
    parts = []
    for kind, value in items:
        if kind is sre.LITERAL:
            low = high = value
        elif kind is sre.RANGE:
            low, high = value
        elif value in _NEGATED:
            parts.append(_complement(_CLASSES[_NEGATED[value]]))
            continue
        else:
            parts.append(_CLASSES[value])
            continue
        parts.append(b"\\x%02x-\\x%02x" % (low, high))
        if flags & re.IGNORECASE:
            for code in range(low, high + 1):
                other = bytes([code]).swapcase()[0]
                if other != code:
                    parts.append(b"\\x%02x" % other)
    return b"".join(parts)


def _complement(members: bytes) -> bytes:
    keep = re.compile(b"[^%s]" % members)
    return b"".join(b"\\x%02x" % code for code in range(256) if keep.match(bytes([code])))


def allowed(items: list[Node], flags: int = 0) -> list[int]:
    """The byte values that a character class (an IN node's value) takes."""
    negated = items[0][0] is sre.NEGATE
    members = re.compile(b"[%s%s]" % (b"^" if negated else b"", _members(items[1:] if negated else items, flags)))
    return [code for code in range(256) if members.match(bytes([code]))]


def draw(pattern: str, rng: "random.Random") -> str:
    """A text that `pattern` matches, drawn at random: ASCII, open repeats kept short, both ends of each range met."""
    nodes, flags = _parsed(pattern)
    groups: dict[int, str] = {}
    return _draw_all(nodes, flags, rng, groups)


_parsed = lru_cache(maxsize=1024)(parse)


@lru_cache(maxsize=1024)
def _drawable(items: tuple[Node, ...], flags: int) -> list[int]:
    """What to draw of a class: letters and digits of one that only says what it excludes, else what can be seen."""
    negated = items[0][0] is sre.NEGATE
    codes = allowed(list(items), flags if negated else 0)
    plain = [code for code in codes if negated and code < 127 and chr(code).isalnum()]
    visible = [code for code in codes if 33 <= code < 127]
    return plain or visible or [code for code in codes if code == 32] or codes


def _draw_all(nodes: list[Node], flags: int, rng: "random.Random", groups: dict[int, str]) -> str:
    return "".join(_draw(node, flags, rng, groups) for node in nodes)


def _draw(node: Node, flags: int, rng: "random.Random", groups: dict[int, str]) -> str:
    kind, value = node
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.NOT_LITERAL:
        return rng.choice([c for c in "abcdefghijklmnopqrstuvwxyz0123456789" if c != chr(value).lower()])
    if kind is sre.ANY:
        return rng.choice("abcdefghijklmnopqrstuvwxyz0123456789 ")
    if kind is sre.IN:
        return chr(rng.choice(_drawable(tuple(value), flags & re.IGNORECASE)))
    if kind in REPEATS:
        low, high, body = value
        near = max(low, 8) + 8 if high is sre.MAXREPEAT else min(high, low + 24)
        count = rng.choice((low, near, rng.randint(low, near)))
        if high is not sre.MAXREPEAT and rng.random() < 0.1:
            count = min(high, low + 256)
        return "".join(_draw_all(list(body), flags, rng, groups) for _ in range(count))
    if kind is sre.SUBPATTERN:
        group, add, remove, body = value
        text = _draw_all(list(body), (flags | add) & ~remove, rng, groups)
        if group is not None:
            groups[group] = text
        return text
    if kind is sre.ATOMIC_GROUP:
        return _draw_all(list(value), flags, rng, groups)
    if kind is sre.BRANCH:
        return _draw_all(list(rng.choice(value[1])), flags, rng, groups)
    if kind is sre.GROUPREF:
        return groups.get(value, "")
    return ""
