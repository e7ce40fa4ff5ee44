"""Regular expressions that are compiled when they are first used, or were compiled before.

A module may hold dozens of patterns of which a short run needs two, and compiling one takes longer than it takes to
scan a small commit with it. All patterns of the catalog take 50 ms to compile and 1.5 to make of what was kept.
"""

import re
from array import array
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, AnyStr, cast

Compiled = tuple[int, bytes, int, dict[str, int]]
"""What `re` makes of a pattern: flags, code, how many groups, and the numbers of those with a name."""


_met: list[tuple[Any, int]] = []
"""Every pattern that `lazy` was asked for, with its flags."""
_kept: dict[tuple[str | bytes, int], Compiled] = {}
"""Those of them that were compiled before."""


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled when its first method is asked for."""
    _met.append((pattern, flags))
    return cast("re.Pattern[AnyStr]", _Lazy(partial(_ready, pattern, flags)))


def _ready(pattern: AnyStr, flags: int) -> re.Pattern[AnyStr]:
    kept = _kept.get((pattern, flags))
    if kept is not None:
        try:
            return restored(pattern, kept)
        except (RuntimeError, ValueError):
            pass
    return re.compile(pattern, flags)


Kept = tuple[Any, int, Compiled]
"""A pattern (text or bytes), its flags, and what `compiled` makes of it."""


def to_keep() -> list[Kept]:
    """All patterns that `lazy` was asked for so far, compiled, to be given to `keep` in another process."""
    found = ((pattern, flags, compiled(pattern, flags)) for pattern, flags in dict.fromkeys(_met))
    return [(pattern, flags, code) for pattern, flags, code in found if code is not None]


def keep(patterns: Iterable[Kept]) -> None:
    """Take those patterns as they were compiled before."""
    _kept.update(((pattern, flags), code) for pattern, flags, code in patterns)


def compiled(pattern: AnyStr, flags: int = 0) -> Compiled | None:
    """A pattern compiled for this very Python, to be kept; nothing where it is none, or `re` is not what we know."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        tree = _parser.parse(pattern, flags)
        code = array("I", _compiler._code(tree, flags))
        kept = (tree.state.flags, code.tobytes(), tree.state.groups, dict(tree.state.groupdict))
        return kept if restored(pattern, kept) == re.compile(pattern, flags) else None
    except (ImportError, AttributeError, TypeError, ValueError, OverflowError, re.error):
        return None


def restored(pattern: AnyStr, kept: Compiled) -> re.Pattern[AnyStr]:
    """The pattern that `compiled` was asked for. RuntimeError or ValueError if this is no code for one."""
    import _sre  # type: ignore[import-not-found]  # not in the type stubs

    flags, packed, groups, numbers = kept
    code = array("I")
    code.frombytes(packed)
    names: list[str | None] = [None] * groups
    for name, number in numbers.items():
        names[number] = name
    found: re.Pattern[AnyStr] = _sre.compile(pattern, flags, code.tolist(), groups - 1, numbers, tuple(names))
    return found


class _Lazy:
    """Has the methods and attributes of a pattern, but is none to the functions of `re`."""

    def __init__(self, compiled: Callable[[], object]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._compiled(), name)
        setattr(self, name, value)  # so that it is found at once from now on
        return value
