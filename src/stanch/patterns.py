"""Regular expressions that are compiled when they are first used.

A module may hold dozens of patterns of which a short run needs two, and compiling one takes longer than it takes to
scan a small commit with it.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import AnyStr, cast


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled when its first method is asked for."""
    return cast("re.Pattern[AnyStr]", _Lazy(partial(re.compile, pattern, flags)))


class _Lazy:
    """Has the methods and attributes of a pattern, but is none to the functions of `re`."""

    def __init__(self, compiled: Callable[[], object]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._compiled(), name)
        setattr(self, name, value)  # so that it is found at once from now on
        return value
