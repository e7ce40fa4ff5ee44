"""The objects of a pack: of each delta only what it changes is looked at, with the result of looking at all of it.

Hyperscan's hits are carried over from the base wherever the text is the same, and found anew where it is not; together
they are those of the whole text (`stanch.detect.carry`). Only where something new is close to a hit, or the base
held a finding, are the hits judged again.
"""

import io
from collections.abc import Callable

from stanch.detect import carry
from stanch.detect.carry import Hits
from stanch.model import Match
from stanch.scan.content import Reader
from stanch.unpack import sniff
from stanch.unpack.sniff import FIRST
from stanch.version import Version


class Texts:
    """Looks at versions, many at a time, and tells of what they hold."""

    def __init__(
        self, reader: Reader, label: Callable[[Version], str], kept: Callable[[Version, Match], None]
    ) -> None:
        """`label` gives what a version is called in coverage; every match goes to `kept`."""
        self._reader = reader
        self._label = label
        self._kept = kept

    def scan(self, versions: list[Version]) -> None:
        """Look at some versions, bases before what was made from them; leaves with each what those need to know."""
        texts = carry.texts(versions, FIRST, _container)
        reader = self._reader
        reader.coverage.bytes += reader.engine.settle(texts, self._judge, always=reader.explain)
        if len(texts) == len(versions):
            return
        for version in versions:
            if not version.text:
                for match in reader.scan(io.BytesIO(version.data), "", label=self._label(version)):
                    self._kept(version, match)

    def _judge(self, version: Version, hits: Hits | None, near: list[tuple[int, int, list[int]]]) -> bool:
        reader = self._reader
        data = version.data
        if hits is None:
            hits = version.hits = reader.engine.hits(data)
        elif version.zones and not reader.explain and not (version.base and version.base.found):
            if reader.engine.quiet(version, hits, near):
                reader.coverage.bytes += len(data)
                return False
        matches, found = reader.text(data, hits, self._label(version))
        for match in matches:
            self._kept(version, match)
        return found


def _container(head: bytes) -> bool:
    return sniff(head, "") is not None
