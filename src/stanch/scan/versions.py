"""The objects of a pack: of each delta only what it changes is looked at, with the result of looking at all of it.

Hyperscan's hits are carried over from the base wherever the text is the same, and found anew where it is not; together
they are those of the whole text (`stanch.detect.hits`). Only where something new is close to a hit, or the base
held a finding, are the hits judged again.
"""

import io
from collections.abc import Iterator
from typing import NamedTuple

from stanch.detect.hits import Hits
from stanch.model import Match
from stanch.scan.content import Reader
from stanch.sources.git.pack.walk import Version
from stanch.unpack import sniff

_HEAD = 1024
"""So many first bytes tell a container."""
_TOGETHER = 1 << 16
"""Messages are looked through together, so many bytes of them: most are short and hold nothing."""


class _Known(NamedTuple):
    """What is known of a version that is plain text."""

    hits: Hits
    found: bool
    """Whether the engine found anything in it."""


class Message(NamedTuple):
    """What people wrote in a commit or tag."""

    oid: str
    kind: str
    text: bytes
    line: int
    """The line on which the message itself begins, after the headers."""
    label: str


def blob(version: Version, reader: Reader, label: str) -> Iterator[Match]:
    """Every match in a blob; leaves with the version what its deltas need to know."""
    assert version.data is not None
    data = version.data
    known: _Known | None = version.base.state if version.base is not None else None
    hits = None
    if known is not None and not (version.regions and version.regions[0] < _HEAD and sniff(data[:_HEAD], "")):
        hits = reader.engine.follow(known.hits, data, version.regions, version.zones)
    if known is not None and hits is not None:
        if not known.found and not reader.explain and reader.engine.quiet(data, hits, version.regions):
            reader.coverage.bytes += len(data)
            version.state = _Known(hits, found=False)
            return
    elif b"\0" in data or sniff(data[:_HEAD], ""):
        # A container, or characters of two or four bytes: there are no lines by which to tell what is new.
        yield from reader.scan(io.BytesIO(data), "", label=label)
        return
    else:
        hits = reader.engine.hits(data)
    matches, found = reader.text(data, hits, label)
    version.state = None if hits.far else _Known(hits, found)
    yield from matches


class Messages:
    """Commits and tags, collected and looked through together."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._waiting: list[Message] = []
        self._size = 0

    def add(self, message: Message) -> Iterator[tuple[Message, Match]]:
        """Take one in; every match in those that waited, once there are enough."""
        self._waiting.append(message)
        self._size += len(message.text)
        if self._size >= _TOGETHER:
            yield from self.rest()

    def rest(self) -> Iterator[tuple[Message, Match]]:
        """Every match in those that still wait."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        for message in self._promising(waiting):
            for match in self._reader.scan(io.BytesIO(message.text), "", label=message.label):
                yield message, match

    def _promising(self, messages: list[Message]) -> Iterator[Message]:
        """Those in which something may be."""
        if len(messages) < 2 or self._reader.explain:
            yield from messages
            return
        engine = self._reader.engine
        text = b"\n\n".join(message.text for message in messages)
        ends = None if b"\0" in text else engine.promising(text, engine.hits(text))
        if ends is None:
            # Of some things one place is told, though there may be more.
            half = len(messages) // 2
            yield from self._promising(messages[:half])
            yield from self._promising(messages[half:])
            return
        start = number = 0
        for message in messages:
            end = start + len(message.text) + 1
            if sniff(message.text[:_HEAD], "") or (number < len(ends) and ends[number] <= end):
                yield message
            else:
                self._reader.coverage.bytes += len(message.text)
            while number < len(ends) and ends[number] <= end:
                number += 1
            start = end + 1
