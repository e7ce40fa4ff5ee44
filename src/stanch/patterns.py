"""Regular expressions that are compiled when they are first used, or were compiled before.

A module may hold dozens of patterns of which a short run needs two, and compiling one takes longer than it takes to
scan a small commit with it. All patterns of the catalog take 50 ms to compile and 1.5 to make of what was kept.
"""

import re
from array import array
from collections.abc import Callable
from functools import partial
from typing import AnyStr, cast


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled when its first method is asked for."""
    return cast("re.Pattern[AnyStr]", _Lazy(partial(re.compile, pattern, flags)))


Compiled = tuple[int, bytes, int, dict[str, int]]
"""What `re` makes of a pattern: flags, code, how many groups, and the numbers of those with a name."""


def compiled(pattern: bytes, flags: int = 0) -> Compiled | None:
    """A pattern compiled for this very Python, to be kept; nothing where the standard library is not what we know."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        tree = _parser.parse(pattern, flags)
        code = array("I", _compiler._code(tree, flags))
        kept = (tree.state.flags, code.tobytes(), tree.state.groups, dict(tree.state.groupdict))
        return kept if restored(pattern, kept) == re.compile(pattern, flags) else None
    except (ImportError, AttributeError, TypeError, ValueError, OverflowError):
        return None


def restored(pattern: bytes, kept: Compiled) -> re.Pattern[bytes]:
    """The pattern that `compiled` was asked for. RuntimeError or ValueError if this is no code for one."""
    import _sre  # type: ignore[import-not-found]  # not in the type stubs

    flags, packed, groups, numbers = kept
    code = array("I")
    code.frombytes(packed)
    names: list[str | None] = [None] * groups
    for name, number in numbers.items():
        names[number] = name
    found: re.Pattern[bytes] = _sre.compile(pattern, flags, code.tolist(), groups - 1, numbers, tuple(names))
    return found


class _Lazy:
    """Has the methods and attributes of a pattern, but is none to the functions of `re`."""

    def __init__(self, compiled: Callable[[], object]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._compiled(), name)
        setattr(self, name, value)  # so that it is found at once from now on
        return value
