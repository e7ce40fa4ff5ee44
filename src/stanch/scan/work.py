"""Splitting a scan into tasks. A *task* is a handful of files or objects; a *yield* is what came of it."""

import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stanch.catalog.model import Provider
from stanch.config.model import RuleFile
from stanch.detect import Engine
from stanch.detect.hits import REACH
from stanch.detect.rules import SPREAD
from stanch.model import RANK, Confidence, Coverage, Match, Rejected
from stanch.scan.content import LATE, WINDOW, Readable, Reader
from stanch.scan.imported import Imported
from stanch.sources.files import Opened, why
from stanch.sources.git import headers, objects
from stanch.sources.git.command import Git
from stanch.unpack import Limits
from stanch.version import Version

if TYPE_CHECKING:
    from stanch.sources.git.graph import Lineages
    from stanch.sources.git.pack.store import Pack

FILES_A_TASK, BYTES_A_TASK = 250, 4 << 20
OBJECTS_A_TASK, WEIGHT_A_TASK = 4000, 1 << 21
TREES_A_TASK = 8 << 20
SMALL = 6 << 20
"""Work of so many bytes is done in this process: starting others would take longer."""


class Setup(msgspec.Struct, frozen=True):
    """What every worker needs to know; plain data, so that it reaches any kind of process."""

    extra: list[Provider] = []
    gitleaks: list[RuleFile] = []
    only: frozenset[str] | None = None
    limits: Limits = Limits()
    confidence: Confidence = Confidence.MEDIUM
    explain: bool = False
    deadline: float | None = None
    """`time.monotonic()` after which nothing more is begun."""


class Question(msgspec.Struct, frozen=True):
    """Which objects git's trees are searched for; see `provenance`."""

    packs: list[str]
    """All packs of the repository."""
    others: bytes
    """The names of all objects that are in none of them, sorted, one after the other."""
    wanted: bytes
    """The same of the objects that are looked for."""


class Held(msgspec.Struct):
    """What some of git's trees hold of that, as `pack.trees` writes it down."""

    records: bytes
    names: list[bytes]
    missing: list[bytes]
    late: bool = False
    """Whether the time was up before all of them were read."""


class Task(msgspec.Struct, frozen=True):
    """Files (place, full path) or, with `repository`, objects by name; or, with `pack` too, trees of that pack."""

    items: list[tuple[str, str]]
    weight: int
    repository: str = ""
    inside_hook: bool = False
    rescued: str = ""
    """A further object store, with what was rescued from the repository's own."""
    prefix: str = ""
    """For objects: where their repository is, as seen from the target's root."""
    pack: str = ""
    width: int = 20
    """How many bytes the names of the pack's objects have."""
    trees: list[int] = []
    """The numbers of the trees' roots in the pack."""
    known: list[int] = []
    """The numbers of those objects in them that are in another pack too, and in another task."""
    question: Question | None = None
    """What is asked about the objects, which are git's trees then, and not scanned."""
    again: bool = False
    """Whether an earlier scan has read and counted the objects."""

    def places(self) -> list[str]:
        """The files or objects that are scanned."""
        if self.question is not None:
            return []
        if not self.pack:
            return [place for place, _ in self.items]
        from stanch.sources.git.pack import store

        pack = store.opened(Path(self.pack), self.width)
        return [pack.name(number).hex() for root in self.trees for number in pack.below(root)]

    def label(self, item: str) -> str:
        """One of the items as coverage names it."""
        if not self.repository:
            return item
        return f"{self.prefix}/object {item}" if self.prefix else f"object {item}"


class Hit(msgspec.Struct, frozen=True):
    """A match and the place it is in: a file's path or an object's name."""

    place: str
    kind: str
    """file, blob, commit or tag."""
    match: Match
    repository: str = ""
    """For objects: the repository that holds them."""
    message_line: int = 0
    """For commits and tags: the line on which their message begins."""


class Yield(msgspec.Struct):
    """The result of one task."""

    hits: list[Hit] = []
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    rejected: list[Rejected] = []
    lineages: "Lineages | None" = None
    """Where the commits of a pack stand."""
    held: Held | None = None
    """The answer to a question."""
    hidden: set[bytes] = set()
    """Digests of (detector, secret) of the matches below the wanted confidence."""
    doubtful: set[str] = set()
    """The places that hold such a match."""


class Worker:
    """Does tasks, one after the other, with one engine."""

    def __init__(self, setup: Setup, engine: Engine | None = None) -> None:
        self.setup = setup
        self.engine = engine or Engine(setup.extra, only=setup.only)
        self._imported = Imported(setup.gitleaks)
        self._imported.attach(self.engine)

    def run(self, task: Task) -> Yield:
        """Scan everything in a task."""
        setup = self.setup
        reader = Reader(self.engine, setup.limits, self._imported, explain=setup.explain, deadline=setup.deadline)
        result = Yield(coverage=reader.coverage, rejected=reader.rejected)
        if task.question is not None:
            from stanch.scan import provenance

            result.held = provenance.answer(task, task.question, late=self._over)
        elif task.pack:
            self._trees(task, reader, result)
        elif task.repository:
            self._objects(task, [oid for oid, _ in task.items], reader, result)
        else:
            self._files(task, reader, result)
        return result

    def _files(self, task: Task, reader: Reader, result: Yield) -> None:
        for place, full in task.items:
            if self._late(place, result):
                continue
            try:
                with Opened(full) as file:
                    for match in reader.scan(file, place):
                        self._keep(Hit(place, "file", match), result)
            except OSError as error:
                result.coverage.skip(place, why(error))
            else:
                result.coverage.files += 1

    def _trees(self, task: Task, reader: Reader, result: Yield) -> None:
        # Imported when there is a pack to read: a commit waits for every import.
        from stanch.scan.versions import Texts
        from stanch.sources.git.graph import Lineages
        from stanch.sources.git.pack import store
        from stanch.sources.git.pack.walk import Walk

        pack = store.opened(Path(task.pack), task.width)
        known = frozenset(task.known)
        failed: list[int] = []
        lineages = result.lineages = Lineages(task.repository)

        def oid(number: int) -> str:
            return pack.name(number).hex()

        def label(version: Version) -> str:
            return task.label(oid(version.number))

        for kind, roots in pack.by_kind(task.trees):
            before: dict[int, int] = {}

            def kept(version: Version, match: Match, kind: str = kind, before: dict[int, int] = before) -> None:
                line = before.get(version.number, 0)
                self._keep(Hit(oid(version.number), kind, match, task.repository, line), result)

            texts = Texts(reader, label, kept)
            walk = Walk(pack, roots, failed.append, margin=SPREAD, reach=REACH)
            while batch := walk.batch():
                if known:
                    batch = [version for version in batch if version.number not in known]
                if self._late_with(batch, label, result):
                    continue
                if kind != "blob":
                    batch = self._messages(batch, kind, pack, before, lineages)
                texts.scan(batch)
                _count(kind, result.coverage, len(batch))
        pack.forget()
        # What we cannot read, git may, and it knows what to say where it cannot either.
        self._objects(task, [oid(number) for number in failed if number not in known], reader, result)

    def _messages(
        self, batch: "list[Version]", kind: str, pack: "Pack", before: dict[int, int], lineages: "Lineages"
    ) -> "list[Version]":
        """What people wrote in commits and tags, each a text of its own; `before` gets the line that it begins on."""
        found = []
        for one in batch:
            names = lineages.add(pack.name(one.number), one.data) if kind == "commit" else 0
            text, before[one.number] = headers.words(one.data, names)
            found.append(Version(one.number, None, text))
        return found

    def _late_with(self, batch: "list[Version]", label: "Callable[[Version], str]", result: Yield) -> bool:
        if self.setup.deadline is None or time.monotonic() < self.setup.deadline:
            return False
        for version in batch:
            result.coverage.skip(label(version), LATE)
        return True

    def _objects(self, task: Task, oids: Iterable[str], reader: Reader, result: Yield) -> None:
        git = Git(task.repository, inside_hook=task.inside_hook)
        if task.rescued:
            git = git.with_store(task.rescued)
        wanted = [oid for oid in oids if not self._late(task.label(oid), result)]

        def failed(oid: str, reason: str) -> None:
            result.coverage.skip(task.label(oid), reason)

        for one in objects.read(git, wanted, failed=failed):
            label = task.label(one.oid)
            if self._late(label, result):
                continue
            before = 0
            stream: Readable = one.stream
            if one.kind != "blob":
                words, before = headers.words(one.stream.read(WINDOW))
                stream = _Chained(words, one.stream)
            for match in reader.scan(stream, "", label=label):
                self._keep(Hit(one.oid, one.kind, match, task.repository, before), result)
            _count(one.kind, result.coverage, 1)

    def _keep(self, hit: Hit, result: Yield) -> None:
        if RANK[hit.match.confidence] >= RANK[self.setup.confidence]:
            result.hits.append(hit)
        else:
            from hashlib import blake2b

            same = f"{hit.match.detector}\0{hit.match.secret}".encode("utf-8", "replace")
            result.hidden.add(blake2b(same, digest_size=8).digest())
            result.doubtful.add(hit.place)

    def _late(self, place: str, result: Yield) -> bool:
        if not self._over():
            return False
        result.coverage.skip(place, LATE)
        return True

    def _over(self) -> bool:
        """Whether the time is up."""
        return self.setup.deadline is not None and time.monotonic() >= self.setup.deadline


def _count(kind: str, coverage: Coverage, number: int) -> None:
    if kind == "blob":
        coverage.blobs += number
    elif kind == "commit":
        coverage.commits += number
    else:
        coverage.tags += number


class _Chained:
    """Bytes that were read ahead, and the stream that they come from."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        data, self._head = self._head[:size], self._head[size:]
        return data if len(data) == size else data + self._rest.read(size - len(data))


def run(
    tasks: Iterable[Task], setup: Setup, engine: Engine, *, workers: int = 0, progress: Callable[[int, int], None]
) -> Iterator[tuple[Task, Yield]]:
    """Do all tasks, in this process or over several, and give each with what comes of it, in their order.

    Where there are many, the first are done while `tasks` thinks of more. `progress` hears of the weight done and of
    all there is.
    """
    most = workers or processors()
    source = iter(tasks)
    first: list[Task] = []
    weight = 0
    for task in source:
        first.append(task)
        weight += task.weight
        if most > 1 and len(first) >= 2 * most and (workers or weight >= SMALL):
            break
    count = min(most, len(first))
    worker = Worker(setup, engine)
    if count <= 1 or (not workers and weight < SMALL):
        done = 0
        for task in first:
            yield task, worker.run(task)
            done += task.weight
            progress(done, weight)
        return
    from stanch.scan import processes

    yield from processes.run(itertools.chain(first, source), worker, count, progress)


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def split(items: Iterable[tuple[str, str, int]], *, count: int, weight: int, repository: str = "") -> Iterator[Task]:
    """Pack (place, full, weight) items, in order, into tasks of at most `count` items and `weight`, or one item."""
    pack: list[tuple[str, str]] = []
    load = 0
    for place, full, size in items:
        if pack and (len(pack) >= count or load + size > weight):
            yield Task(pack, load, repository)
            pack, load = [], 0
        pack.append((place, full))
        load += size
    if pack:
        yield Task(pack, load, repository)
