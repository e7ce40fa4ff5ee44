"""What every match of a pattern holds: characters of a token in a row, and bytes that are always the same."""

from re import _constants as sre  # type: ignore[attr-defined]  # the tree that `re` itself compiles from

from stanch.catalog.regex import REPEATS, UNBOUNDED, Node, allowed, parse, width

PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
"""Letters and digits, by their codes."""
TOKEN = PLAIN | frozenset(b"+/_-")
"""What most tokens are written in."""


def run(pattern: str) -> tuple[int, int, bool]:
    """How many characters of a token stand in a row, at least, in every match of `pattern`; 0 where that is not plain.

    The third is whether these are letters and digits alone; otherwise they may be any of `TOKEN`. The second is how
    long a match is at most if it has nothing but letters and digits, else `UNBOUNDED`.
    """
    nodes, flags = parse(pattern)
    plain, token = (_run(nodes, flags, members) for members in (PLAIN, TOKEN))
    most = UNBOUNDED if _inside_all(nodes, flags, PLAIN) is None else width(pattern)[1]
    return token, most, plain == token


def _run(nodes: list[Node], flags: int, members: frozenset[int]) -> int:
    longest = length = 0
    for node in nodes:
        least = _inside(node, flags, members)
        if least is None:
            longest = max(longest, length, _least_run(node, flags, members))
            length = 0
        else:
            length += least
    return max(longest, length)


def _inside(node: Node, flags: int, members: frozenset[int]) -> int | None:
    """The least number of bytes that a node matches; nothing if there may be others among them than `members`."""
    kind, value = node
    if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return 0
    if kind is sre.LITERAL:
        return 1 if value in members else None
    if kind is sre.IN:
        return 1 if members.issuperset(allowed(list(value), flags)) else None
    if kind is sre.BRANCH:
        some = [_inside_all(list(branch), flags, members) for branch in value[1]]
        return None if None in some else min(each for each in some if each is not None)
    if kind in REPEATS:
        once = _inside_all(list(value[2]), flags, members)
        return None if once is None else once * int(value[0])
    if kind is sre.SUBPATTERN:
        return _inside_all(list(value[3]), (flags | value[1]) & ~value[2], members)
    return None


def _inside_all(nodes: list[Node], flags: int, members: frozenset[int]) -> int | None:
    total = 0
    for node in nodes:
        least = _inside(node, flags, members)
        if least is None:
            return None
        total += least
    return total


def _least_run(node: Node, flags: int, members: frozenset[int]) -> int:
    """The run in a node that may hold other bytes too."""
    kind, value = node
    if kind is sre.BRANCH:
        return min(_run(list(branch), flags, members) for branch in value[1])
    if kind in REPEATS:
        return _run(list(value[2]), flags, members) if value[0] else 0
    if kind is sre.SUBPATTERN:
        return _run(list(value[3]), (flags | value[1]) & ~value[2], members)
    return 0


def literal(pattern: str) -> int:
    """How many bytes in a row are the same, but for their case, in every match of `pattern`, at least."""
    nodes, _ = parse(pattern)
    return _literal_run(nodes)


def _literal_run(nodes: list[Node]) -> int:
    longest = length = 0
    for kind, value in nodes:
        if kind is sre.LITERAL:
            length += 1
            continue
        longest = max(longest, length)
        if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        length = 0
        if kind is sre.SUBPATTERN:
            longest = max(longest, _literal_run(list(value[3])))
    return max(longest, length)
