"""Opening containers: archives and documents inside what is scanned, nested, within limits that are reported.

`sniff` tells from its first bytes whether something is a container, `unpack` gives what is in it. The kinds are
one module each in `formats`, which says how to add one. This package knows nothing of secrets.
"""

from collections.abc import Iterator
from typing import BinaryIO

from stanch.unpack.model import Entry, Limits, Problem
from stanch.unpack.sniff import HEAD, sniff

__all__ = ["HEAD", "Entry", "Limits", "Problem", "sniff", "unpack"]


def unpack(stream: BinaryIO, name: str, limits: Limits = Limits()) -> Iterator[Entry | Problem]:  # noqa: B008 - frozen
    """What is in the container that `stream`, which must seek, holds; see `stanch.unpack.walk`."""
    # Imported when the first container is met: most commits bring none.
    from stanch.unpack.walk import unpack as walk

    return walk(stream, name, limits)
