"""What is remembered of a history that was scanned, so that the next scan reads only what came in since.

It lies in the user's cache folder, one file for each object store: which packs and other objects were read, how the
commits are linked, and which objects hold a match. These few are scanned again each time, since no secret is written
down, nor anything of which one could be guessed: of an object there is no more than its name.
"""

import mmap
import os
import sys
import zlib
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha1, sha256
from pathlib import Path

import msgspec

import stanch
from stanch.detect import Engine, database
from stanch.model import Coverage
from stanch.scan.content import LATE
from stanch.scan.rows import skipped_objects
from stanch.scan.work import Setup, Task, Yield
from stanch.sources.files import regular
from stanch.sources.git.graph import Lineages, split
from stanch.sources.git.history import Change
from stanch.sources.git.pack import index

_LAYOUT = "1"
"""Changes whenever the file's layout or the meaning of something in it does."""
_MAGIC = b"stanch-memory\n"
_LARGEST = 256 << 20
_FILES, _ROOM = 100, 1 << 30
"""So many histories are remembered, in so many bytes at most."""
_SOURCES = ("scan", "sources", "sources/git", "sources/git/pack", "unpack", "unpack/formats")
"""The packages that decide, beside those that the engine's signature speaks of, what is found."""
_SKIPPED = 100
"""With more objects that could not be read to the end, nothing is remembered."""


class Shelf(msgspec.Struct, frozen=True, array_like=True):
    """A pack that was read whole, and what it is known by."""

    path: bytes
    size: int
    moment: int
    """When it was written. Git touches a pack too, where it would have written an object that is in it."""
    index: tuple[int, int]
    """Size and moment of its index."""

    def fits(self, now: "Shelf", width: int) -> bool:
        """Whether the pack is the same `now`."""
        if self.moment == now.moment:
            return self == now
        return msgspec.structs.replace(self, moment=now.moment) == now and _whole(now.path, width)


class Past(msgspec.Struct, array_like=True, dict=True):
    """All that is remembered of one history. Names of objects are in bytes, one after the other."""

    signature: str = ""
    width: int = 20
    """How many bytes a name has."""
    shelves: list[Shelf] = []
    others: bytes = b""
    """Those objects, git's trees among them, that were in none of the packs."""
    found: bytes = b""
    """Those that hold a match, however unsure, or something that could not be read."""
    tags: bytes = b""
    arrivals: list[tuple[bytes, str, bytes]] = []
    """The changes that brought what was found: commit, path, blob."""
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    """What was read, in numbers."""
    names: bytes = b""
    trees: bytes = b""
    parents: bytes = b""
    degrees: bytes = b""
    seconds: bytes = b""
    """The commits' `Lineages`."""

    def __bool__(self) -> bool:
        return bool(self.signature)

    @cached_property
    def packs(self) -> set[Path]:
        """The packs that were read."""
        return {Path(os.fsdecode(shelf.path)) for shelf in self.shelves}

    @cached_property
    def loose(self) -> set[bytes]:
        """The names of what was in none of them."""
        return set(split(self.others, self.width))

    @cached_property
    def again(self) -> list[str]:
        """The objects to be scanned again."""
        return [name.hex() for name in split(self.found, self.width)]

    @cached_property
    def _tables(self) -> list[bytes]:
        return [index.names(path.with_suffix(".idx"), self.width) for path in sorted(self.packs)]

    def unpacked(self, names: list[bytes]) -> list[bytes]:
        """Those of the names that are in none of its packs."""
        for table in self._tables if names else ():
            names = index.absent(table, self.width, names)
        return names

    def absent(self, names: list[bytes]) -> list[bytes]:
        """Those of the names that were not there."""
        return self.unpacked([name for name in names if name not in self.loose])

    def lineages(self) -> Lineages:
        """Where the commits stand."""
        found = Lineages("", bytearray(self.names), bytearray(self.trees), bytearray(self.parents))
        found.counts.frombytes(self.degrees)
        found.seconds.frombytes(self.seconds)
        return found

    @property
    def commits(self) -> int:
        """How many commits were read."""
        return len(self.names) // self.width

    def changes(self) -> list[Change]:
        """What brought the objects with a match."""
        return [Change(commit.hex(), path, blob.hex(), ()) for commit, path, blob in self.arrivals]

    def since(self, told: "Told", lineages: Lineages, shelves: list[Shelf], others: set[bytes], width: int) -> "Past":
        """This with what was read since."""
        if not self:
            lineages = lineages.ordered()  # the next scan has less to sort
        return Past(
            width=width,
            shelves=[*self.shelves, *shelves],
            others=b"".join(sorted(self.loose | others)),
            found=b"".join(bytes.fromhex(oid) for oid in sorted(told.found)),
            coverage=Coverage(
                **{name: getattr(self.coverage, name) + getattr(told.coverage, name) for name in _COUNTS}
            ),
            names=bytes(lineages.names),
            trees=bytes(lineages.trees),
            parents=bytes(lineages.parents),
            degrees=lineages.counts.tobytes(),
            seconds=lineages.seconds.tobytes(),
        )

    def sound(self) -> bool:
        """Whether its parts fit each other."""
        commits = self.lineages()
        count, links = len(commits.counts), sum(commits.counts)
        return (
            [len(self.names), len(self.trees), len(self.parents), len(commits.seconds)]
            == [count * self.width, count * self.width, links * self.width, count]
            and not any(len(names) % self.width for names in (self.others, self.found, self.tags))
        )  # fmt: skip


_COUNTS = ("blobs", "commits", "tags", "bytes", "entries")


class Told:
    """What the tasks of one history have told."""

    def __init__(self, prefix: str) -> None:
        """`prefix` is where its repository is, as coverage names it."""
        self._prefix = prefix
        self.coverage = Coverage()
        """Without the counts of what had been scanned before."""
        self.lineages = Lineages()
        self.found: set[str] = set()
        """The objects that hold a match, or something that could not be read."""
        self._again = 0
        self._late = False

    def take(self, task: Task, result: Yield) -> None:
        """Take in what came of a task."""
        coverage = result.coverage
        self.found |= {hit.place for hit in result.hits} | result.doubtful | skipped_objects(coverage, self._prefix)
        self._late = self._late or any(skip.reason.startswith(LATE) for skip in coverage.skipped)
        if result.lineages is not None:
            self.lineages.extend(result.lineages)
        if task.again:
            self._again += _objects(coverage)
            # They were counted when they were new.
            for name in _COUNTS:
                setattr(coverage, name, 0)
        self.coverage.add(coverage)

    def whole(self, count: int, again: int) -> bool:
        """Whether all of so many objects, and of those that were scanned again, could be read."""
        all_read = (_objects(self.coverage), self._again) == (count, again)
        return all_read and not self._late and len(self.coverage.skipped) <= _SKIPPED


def _objects(coverage: Coverage) -> int:
    return coverage.blobs + coverage.commits + coverage.tags


class Memory:
    """What is remembered of all histories."""

    def __init__(self, setup: Setup, engine: Engine, rules: bytes) -> None:
        """`rules` are those that were imported, in any form: with others, another thing is found."""
        folder = Path(stanch.__file__).parent
        parts = [_LAYOUT, sys.byteorder, engine.bundle.signature, repr(setup.only and sorted(setup.only))]
        parts += [repr(setup.limits), *database.stamps(folder / name for name in _SOURCES)]
        self._stored: dict[str, list[Shelf]] = {}
        """The packs as they are written down, of each store."""
        self._signature = sha256("\n".join(parts).encode("utf-8", "backslashreplace") + rules).hexdigest()

    def recall(self, store: str, width: int, packs: Iterable[Path]) -> Past | None:
        """What is remembered of an object store that has these packs now; nothing if one that was read is gone."""
        try:
            with open(_file(store), "rb", opener=regular) as file:
                content = file.read(_LARGEST)
            start = len(_MAGIC) + 4
            if content[:start] != _MAGIC + zlib.crc32(content[start:]).to_bytes(4):
                return None
            past = msgspec.msgpack.decode(memoryview(content)[start:], type=Past)
            if past.signature != self._signature or past.width != width or not past.sound():
                return None
            now = {one.path: one for one in map(shelf, packs)}
            if not all(one.path in now and one.fits(now[one.path], width) for one in past.shelves):
                return None
        except (OSError, ValueError):
            return None
        self._stored[store] = past.shelves
        past.shelves = [now[one.path] for one in past.shelves]
        return past

    def keep(self, store: str, before: Past, past: Past) -> None:
        """Remember `past` of an object store, of which `before` is remembered."""
        past.signature = self._signature
        path = _file(store)
        if past == before and past.shelves == self._stored[store]:
            _touch(path)
            return
        packed = msgspec.msgpack.encode(past)
        if len(packed) < _LARGEST - 100:
            database.store(path, _MAGIC + zlib.crc32(packed).to_bytes(4) + packed)
            _forget_oldest(path.parent)


def _file(store: str) -> Path:
    return database.cache_folder() / "memory" / f"{sha256(os.fsencode(store)).hexdigest()[:32]}.bin"


def shelf(path: Path) -> Shelf:
    """A pack as it is now. OSError if it is gone."""
    status, beside = path.stat(), path.with_suffix(".idx").stat()
    return Shelf(os.fsencode(path), status.st_size, status.st_mtime_ns, (beside.st_size, beside.st_mtime_ns))


def _whole(path: bytes, width: int) -> bool:
    """Whether a pack is what the checksum at its end says."""
    with open(path, "rb", opener=regular) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        digest = (sha1 if width == 20 else sha256)(usedforsecurity=False)
        end = len(content) - width
        for at in range(0, end, 1 << 20):
            digest.update(content[at : min(at + (1 << 20), end)])
        return digest.digest() == content[end:]


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        return


def _forget_oldest(folder: Path) -> None:
    room = _ROOM
    try:
        files = [(each.stat(), each) for each in folder.glob("*.bin")]
        for number, (status, each) in enumerate(sorted(files, key=lambda one: -one[0].st_mtime_ns)):
            room -= status.st_size
            if number >= _FILES or room < 0:
                each.unlink(missing_ok=True)
    except OSError:
        return
