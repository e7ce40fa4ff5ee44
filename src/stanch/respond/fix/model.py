"""The words of a fix: hole, edit, change, and why something was left alone."""

from typing import NamedTuple

import msgspec

from stanch.model import Finding


class Refused(Exception):
    """One place is left as it is; the message says why, and what to do, in one line."""


class Hole(NamedTuple):
    """The bytes of a file that are a secret, and the name under which it will be looked up."""

    start: int
    end: int
    name: str


class Edit(NamedTuple):
    """`text` in place of the bytes from `start` to `end`."""

    start: int
    end: int
    rank: int
    """What comes first where several are put in at one place."""
    text: str


class Change(msgspec.Struct):
    """What a rewrite does to one file and asks of its surroundings."""

    edits: list[Edit] = []
    names: set[str] = set()
    """Variables that the program now reads from its environment."""
    added: dict[str, list[str]] = {}
    """Text to add at the end of other files, by path from the root; a file that is not there is made."""
    needed: list[tuple[str, str, str]] = []
    """Packages that must be among a project's dependencies: the manifest's path, name, versions."""
    steps: list[str] = []
    """What is left to do by hand, one line each."""


class FileChange(msgspec.Struct, frozen=True):
    """One file before and after."""

    path: str
    """From the root, with "/"."""
    before: bytes | None
    """Nothing for a file that is new."""
    after: bytes


class Left(msgspec.Struct, frozen=True):
    """A finding that was left as it is, and why."""

    finding: Finding
    reason: str


class Fixed(msgspec.Struct, frozen=True):
    """A finding whose value is now looked up under a name."""

    finding: Finding
    name: str
    value: str
    """The secret as the program saw it. Never shown."""


class Plan(msgspec.Struct):
    """What would change, and what would not."""

    files: list[FileChange] = []
    fixed: list[Fixed] = []
    left: list[Left] = []
    kept: list[Finding] = []
    """Findings in environment files of which git knows nothing: their values are where they belong."""
    names: set[str] = set()
    """Variables that the program reads from its environment."""
    added: dict[str, list[str]] = {}
    """See `Change.added`."""
    needed: list[tuple[str, str, str]] = []
    """See `Change.needed`."""
    secrets: set[str] = set()
    """What must not be shown of the files: everything in them that looks like a secret, as it is written there."""
    steps: list[str] = []
    """What is left to do by hand, one line each."""
