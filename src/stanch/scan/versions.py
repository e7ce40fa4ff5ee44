"""The objects of a pack: of each delta only what it changes is looked at, with the result of looking at all of it.

Hyperscan's hits are carried over from the base wherever the text is the same, and found anew where it is not; together
they are those of the whole text (`stanch.detect.carry`). Only where something new is close to a hit, or the base
held a finding, are the hits judged again.
"""

import io
from collections.abc import Callable

import msgspec

from stanch.detect import gather
from stanch.detect.carry import Hits
from stanch.model import Match
from stanch.scan.content import Reader
from stanch.unpack import sniff
from stanch.unpack.sniff import FIRST
from stanch.version import Version

Stretch = tuple[int, int, list[int]]
"""See `concern.concerned`."""
_APART = 5000
"""How far from a change, in bytes, a finding's line, its comment and the line above it are, with some to spare."""


class Texts:
    """Looks at versions, many at a time, and tells of what they hold."""

    def __init__(self, reader: Reader, label: Callable[[Version], str], kept: Callable[[Version, Match], None]) -> None:
        """`label` gives what a version is called in coverage; every match goes to `kept`."""
        self._reader = reader
        self._label = label
        self._kept = kept

    def scan(self, versions: list[Version]) -> None:
        """Look at some versions, bases before what was made from them; leaves with each what those need to know."""
        texts = gather.texts(versions, FIRST, _container)
        text = gather.gathered(texts)
        if b"\0" in text:
            texts = gather.texts(versions, FIRST, _container, zeros=True)
            text = gather.gathered(texts)
        reader = self._reader
        # In a step of its own: what is judged is counted meanwhile.
        passed = reader.engine.settle(texts, text, self._judge, always=reader.explain)
        reader.coverage.bytes += passed
        if len(texts) == len(versions):
            return
        for version in versions:
            if not version.text:
                for match in reader.scan(io.BytesIO(version.data), "", label=self._label(version)):
                    self._kept(version, match)

    def _judge(self, version: Version, hits: Hits | None, near: list[Stretch]) -> bool:
        reader = self._reader
        data = version.data
        found = True
        matches: list[Match] | None = None
        if hits is None:
            hits = version.hits = reader.engine.hits(data)
        elif version.zones and not reader.explain and reader.engine.quiet(version, hits, near):
            if not (version.base and version.base.found):
                reader.coverage.bytes += len(data)
                return False
            matches = moved(version, [(low, high) for low, high, _ in near])
        if matches is None:
            matches, found = reader.text(data, hits, self._label(version))
        else:
            reader.coverage.bytes += len(data)
        # Where somebody has a say in what counts, each version is another question.
        version.matches = None if reader.imported else matches
        for match in matches:
            self._kept(version, match)
        return found


def moved(version: Version, near: list[tuple[int, int]]) -> list[Match] | None:
    """What was found in a version's base, at its places in the version, where nothing new is found in it.

    Nothing if one of them is `near` something new or so close to it that it may look another way.
    """
    base = version.base
    if base is None or base.matches is None or not base.held:
        return None
    zones, regions = version.zones, version.regions
    last = len(zones) - 3
    if any(zones[at + 1] + zones[at + 2] > zones[at + 3] + zones[at + 5] for at in range(0, last, 3)):
        return None  # what was copied stands in another order, or twice
    found: list[Match] = []
    zone = lines = 0
    for match in base.matches:
        # Changes above it move its lines.
        while zone < last and match.start >= zones[zone + 1] + zones[zone + 2]:
            core, edge = regions[zone // 3 * 4 + 1 : zone // 3 * 4 + 3]
            lines += version.data.count(b"\n", core, edge)
            lines -= base.data.count(b"\n", core + zones[zone + 2], edge + zones[zone + 5])
            zone += 3
        start, end = match.start - zones[zone + 2], match.end - zones[zone + 2]
        low = zones[zone] + _APART if zone or zones[0] else 0
        high = zones[zone + 1] - _APART if zone < last or zones[zone + 1] <= len(version.data) else zones[zone + 1]
        if not (low <= start and end < high) or any(begin <= end and start <= stop for begin, stop in near):
            return None
        line, end_line = match.line + lines, match.end_line + lines
        found.append(msgspec.structs.replace(match, start=start, end=end, line=line, end_line=end_line))
    return found


def _container(head: bytes) -> bool:
    return sniff(head, "") is not None
