"""A pattern as a tree, how it is written for Python's `re`, and which of its groups is the secret."""

import msgspec

from stanch.errors import ConfigError


class Text(msgspec.Struct, frozen=True):
    """One element that stands for itself: a character, a class, an assertion."""

    text: str
    varies: bool = False
    """Whether it matches more than one character."""
    single: bool = True
    """Whether a repeat sign may follow it as it is."""


class Sequence(msgspec.Struct, frozen=True):
    """Elements one after the other, under flags of their own if need be."""

    items: tuple["Node", ...]
    flags: str = ""


class Choice(msgspec.Struct, frozen=True):
    """Alternatives."""

    branches: tuple["Node", ...]


class Group(msgspec.Struct, frozen=True):
    """A capturing group; `number` counts from 1 as in the pattern."""

    number: int
    body: "Node"


class Repeat(msgspec.Struct, frozen=True):
    """An element some number of times; without `high` any number."""

    body: "Node"
    low: int
    high: int | None
    lazy: bool


Node = Text | Sequence | Choice | Group | Repeat
EMPTY = Sequence(())


def write(node: Node, secret: int) -> str:
    """The tree as a Python pattern in which group number `secret` is called "secret", and no other captures."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Sequence):
        body = "".join(
            f"(?:{write(item, secret)})" if isinstance(item, Choice) else write(item, secret) for item in node.items
        )
        return f"(?{node.flags}:{body})" if node.flags else body
    if isinstance(node, Choice):
        return "|".join(write(branch, secret) for branch in node.branches)
    if isinstance(node, Group):
        return f"({'?P<secret>' if node.number == secret else '?:'}{write(node.body, secret)})"
    body = write(node.body, secret)
    if (node.low, node.high) == (1, 1):
        return body if isinstance(node.body, Group) else f"(?:{body})"
    alone = (isinstance(node.body, Text) and node.body.single) or isinstance(node.body, Group)
    return (body if alone else f"(?:{body})") + _repeat_sign(node)


def _repeat_sign(node: Repeat) -> str:
    signs = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    high = "" if node.high is None else node.high
    plain = f"{{{node.low}}}" if node.low == node.high else f"{{{node.low},{high}}}"
    return signs.get((node.low, node.high), plain) + ("?" if node.lazy else "")


def patterns_of_secret(root: Node, chosen: int = 0) -> list[str]:
    """Python patterns that together match what `root` does, each with a group "secret" that is never left out.

    The secret is group number `chosen`; else, as gitleaks has it, the first group that takes part in a match, or the
    whole match. Groups that hold a fixed word, or the last of several repeats, are no secret and do not count.
    ConfigError if there is no group `chosen`.
    """
    if chosen:
        if not _holds(root, chosen):
            raise ConfigError(f"there is no group {chosen}")
        return [write(_with(root, chosen), chosen)]
    patterns = []
    rest: Node | None = root
    for number in _candidates(root):
        if rest is None:
            break
        if _holds(rest, number):
            patterns.append(write(_with(rest, number), number))
            rest = _without(rest, number)
    if rest is not None:
        patterns.append(f"(?P<secret>{write(rest, 0)})")
    return patterns


def _candidates(node: Node) -> list[int]:
    """The outermost groups that could be the secret, in order."""
    if isinstance(node, Group):
        return [node.number] if _varies(node.body) else []
    if isinstance(node, Sequence):
        return [number for item in node.items for number in _candidates(item)]
    if isinstance(node, Choice):
        return [number for branch in node.branches for number in _candidates(branch)]
    if isinstance(node, Repeat):
        return _candidates(node.body) if node.high == 1 else []
    return []


def _varies(node: Node) -> bool:
    """Whether more than a choice among fixed words can match."""
    if isinstance(node, Text):
        return node.varies
    if isinstance(node, Sequence):
        return any(_varies(item) for item in node.items)
    if isinstance(node, Choice):
        return any(_varies(branch) for branch in node.branches)
    return _varies(node.body)


def _holds(node: Node, number: int) -> bool:
    """Whether group `number` is in the tree."""
    if isinstance(node, Group):
        return node.number == number or _holds(node.body, number)
    if isinstance(node, Sequence):
        return any(_holds(item, number) for item in node.items)
    if isinstance(node, Choice):
        return any(_holds(branch, number) for branch in node.branches)
    return isinstance(node, Repeat) and _holds(node.body, number)


def _with(node: Node, number: int) -> Node:
    """The tree narrowed to those matches in which group `number` takes part."""
    if not _holds(node, number):
        return node
    if isinstance(node, Group):
        return node if node.number == number else Group(node.number, _with(node.body, number))
    if isinstance(node, Sequence):
        return Sequence(tuple(_with(item, number) for item in node.items), node.flags)
    if isinstance(node, Choice):
        return next(_with(branch, number) for branch in node.branches if _holds(branch, number))
    if isinstance(node, Repeat):
        return Repeat(_with(node.body, number), max(node.low, 1), node.high, node.lazy)
    return node


def _without(node: Node, number: int) -> Node | None:
    """The tree narrowed to those matches in which group `number` takes no part; nothing if there are none."""
    if not _holds(node, number):
        return node
    if isinstance(node, Sequence):
        items = [_without(item, number) for item in node.items]
        kept = tuple(item for item in items if item is not None)
        return Sequence(kept, node.flags) if len(kept) == len(items) else None
    if isinstance(node, Choice):
        branches = [_without(branch, number) for branch in node.branches]
        kept = tuple(branch for branch in branches if branch is not None)
        return Choice(kept) if kept else None
    if isinstance(node, Repeat):
        body = _without(node.body, number)
        if body is not None:
            return Repeat(body, node.low, node.high, node.lazy)
        return EMPTY if node.low == 0 else None
    return None
