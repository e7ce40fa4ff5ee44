"""What comes out of a container, what can go wrong inside one, and how much is let out."""

from typing import BinaryIO, Protocol

import msgspec

KB, MB, GB = 1 << 10, 1 << 20, 1 << 30

RECORDS = 1_000_000
"""How many headers of an archive are gone through, those of folders and links among them."""


class Limits(msgspec.Struct, frozen=True):
    """How far a container is opened. What a limit cuts off is reported as a `Problem`."""

    depth: int = 8
    """Containers within containers; a compressed archive counts as two."""
    entries: int = 100_000
    """Members in all, at every level together."""
    ratio: int = 200
    """How many times its own size a container may unpack to, at each level below it."""
    ratio_floor: int = 10 * MB
    """Containers that unpack to no more than this are let pass whatever their ratio."""
    entry_bytes: int = 512 * MB
    """Size of one member; of a larger one only the beginning comes out."""
    total_bytes: int = 2 * GB
    """Size of all members together, counted at every level."""
    window_bytes: int = 128 * MB
    """What a decoder may ask for as its dictionary (`xz -9` needs 65 MB, `zstd --long` 128 MB). Only
    as much of it is ever touched as was decoded; one decoder is open at a time."""
    spool_bytes: int = 2 * MB
    """How much of a container inside a container is held in memory; the rest waits in a temporary file."""
    document_bytes: int = 16 * MB
    """Size up to which a document that must be in memory as a whole is rendered as text."""


class Entry(msgspec.Struct, frozen=True):
    """Bytes to scan: a member of a container, or a readable rendition of a document."""

    path: str
    """Path within the outermost container, levels joined with "!"; empty for that container itself."""
    stream: BinaryIO
    """To be read before the next entry is asked for; ends early where a limit bites."""
    of: str | None = None
    """For a rendition: the path of the entry whose content it shows once more, in a form that keeps names
    and values together. A secret that was found there already need not be reported twice."""


class Problem(msgspec.Struct, frozen=True):
    """Something that could not be opened, or not in full."""

    path: str
    reason: str
    """One clear phrase, such as "encrypted"."""
    harmless: bool = False
    """True if nothing was lost, because the bytes themselves came out as an entry and hide nothing."""


class Readable(Protocol):
    """The least that a member's bytes must be able to do; an empty answer is the end."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        ...


class Member(msgspec.Struct, frozen=True):
    """What a format module finds inside one container; the walk turns it into entries."""

    name: str
    source: Readable
    of: str | None = None
    """For a rendition: the member that it shows once more, or "" for the container itself. Renditions are
    text: they are never looked into for further containers."""
    alone: bool = False
    """The only member there can be, as in a compressed file: no level of its own if it is a container."""


class Trouble(msgspec.Struct, frozen=True):
    """A `Problem` as a format module states it: `name` is the member's, or "" for the container."""

    name: str
    reason: str
    harmless: bool = False


class Container(msgspec.Struct, frozen=True):
    """Something to open, as it is handed to a format module."""

    stream: BinaryIO
    """Seekable, and the module's own to move about in."""
    kind: str
    name: str
    limits: Limits


class Damaged(Exception):
    """A container or member that breaks the rules of its format. The text is a phrase for a `Problem`."""


def in_words(size: int) -> str:
    """A number of bytes as people say it.

    >>> in_words(512 * MB), in_words(1536)
    ('512 MB', '1.5 kB')
    """
    for unit, name in ((GB, "GB"), (MB, "MB"), (KB, "kB")):
        if size >= unit:
            return f"{round(size / unit, 1):g} {name}"
    return f"{size} bytes"
