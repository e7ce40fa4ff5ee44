"""A git repository as a source of work, and afterwards of provenance for what was found."""

import itertools
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.scan import work
from stanch.scan.content import LATE
from stanch.scan.memory import Memory, Past, Shelf, Told, shelf
from stanch.scan.places import Places
from stanch.scan.provenance import Brought, Since
from stanch.scan.rows import Rows, name_objects, skipped_objects, within
from stanch.scan.work import Held, Hit, Task
from stanch.sources.files import Repository
from stanch.sources.git import history, objects
from stanch.sources.git.command import Git
from stanch.sources.git.graph import Graph, Lineages, split
from stanch.sources.git.pack import store
from stanch.sources.git.refs import Ref, refs

if TYPE_CHECKING:
    import tempfile

_AGAIN = 20 << 10
"""The weight of an object that is scanned again: nobody has asked for its size."""
_DAMAGED = 50
"""So many commits that cannot be compared with their parents are looked into all the same."""


class History:
    """Everything that a repository's object store holds."""

    def __init__(self, where: Repository, coverage: Coverage, memory: Memory | None = None) -> None:
        """TargetError if git does not take it for a repository. With `memory` only what is new to it is scanned."""
        self.git = Git(where.full)
        self.where = where
        self.told = Told(where.path)
        """Is to be told what came of the tasks."""
        self._memory = memory
        self._past = Past()
        asked = ("--git-common-dir", "--is-shallow-repository", "--show-object-format")
        common, self._shallow, form = os.fsdecode(self.git.run("rev-parse", *asked)).removesuffix("\n").rsplit("\n", 2)
        self._width = 32 if form == "sha256" else 20
        self.common = os.path.realpath(os.path.join(where.full, common))  # noqa: PTH118
        self._coverage = coverage
        self._objects: list[objects.Object] = []
        """Those that git reads for us: all that are in no pack, and those of packs that only it understands."""
        self._packs: list[store.Pack] = []
        self._index: list[tuple[str, str]] = []
        self._count = 0
        """How many objects there are to scan that were not scanned before."""
        self._shelves: list[Shelf] = []
        self._wanted: set[str] = set()
        self._brought: Brought | None = None
        self._since: Since | None = None
        self._rescued: tempfile.TemporaryDirectory[str] | None = None
        self._told: set[str] = set()
        self._others: set[bytes] = set()
        """The names of those objects that git reads for us."""
        self._folders: list[str] = []
        """Git's trees among them."""

    def tasks(self) -> list[Task]:
        """All objects as tasks, in the order of the packs, so that bases and deltas meet in one process."""
        label = self.where.path or "."
        if self._shallow == "true":
            self._memory = None
            self._coverage.note(f"{label}: a shallow clone; its history ends where it was cut off")
        try:
            self._index = history.index(self.git)
        except TargetError as error:
            # It holds names only; the contents are in the object store.
            self._missed(".git/index", str(error).partition(": ")[2], harmless=True)
        self._list()
        self._count = len(self._objects)
        if self._past:
            self._coverage.add(self._past.coverage)
            self._since = Since(self.git, self.names("commit"))
        again = ((oid, "", _AGAIN) for oid in self._past.again)
        items = ((one.oid, one.kind, one.weight) for one in self._objects)
        return [*self._asked(again, again=True), *self._trees(), *self._asked(items)]

    def _asked(self, items: Iterable[tuple[str, str, int]], *, again: bool = False) -> list[Task]:
        """Objects that git reads, as tasks."""
        tasks = work.split(items, count=work.OBJECTS_A_TASK, weight=work.WEIGHT_A_TASK, repository=self.where.full)
        rescued = self._rescued.name if self._rescued else ""
        return [msgspec.structs.replace(task, prefix=self.where.path, rescued=rescued, again=again) for task in tasks]

    def _trees(self) -> list[Task]:
        """The trees of deltas in the packs, as tasks."""
        tasks: list[Task] = []
        for place, pack in enumerate(self._packs):
            before: list[store.Names] = [*self._packs[:place], *([self._past] if self._past else [])]
            again = pack.shared(before) if before else set()
            self._count += sum(len(pack.of(kind)) for kind in objects.READ)
            for trees, weight in pack.batches(objects.READ, work.TREES_A_TASK):
                known = [number for root in trees for number in pack.below(root) if number in again] if again else []
                self._count -= len(known)
                tasks.append(
                    Task(
                        [],
                        weight,
                        self.where.full,
                        prefix=self.where.path,
                        pack=str(pack.path),
                        width=pack.width,
                        trees=trees,
                        known=known,
                    )
                )
        return tasks

    def _list(self) -> None:
        """Find out what objects there are, with those from packs that git does not read."""
        from stanch.sources.git import rescue

        folders = rescue.stores(f"{self.common}/objects")
        broken = [one for folder in folders for one in rescue.broken(folder, self._width)]
        if not broken:
            past = None
            if self._memory is not None:
                there = [path for folder in folders for path in store.files(folder)]
                past = self._memory.recall(self.common, self._width, there)
            if past is None or not self._gather(folders, past):
                self._gather(folders, Past())
            return
        import tempfile

        self._rescued = tempfile.TemporaryDirectory(prefix="stanch-")
        for pack, flaw in broken:
            count, whole = rescue.unpack(self.git, pack, self._rescued.name)
            name = f".git/{os.path.relpath(pack, self.common)}"
            self._missed(name, f"{flaw}; {'all' if whole else count} of its objects could be read", harmless=whole)
        self.git = self.git.with_store(self._rescued.name)
        names = {name for folder in (*folders, self._rescued.name) for name in rescue.listed(self.git, folder)}
        self._describe(sorted(names))

    def _gather(self, folders: list[str], past: Past) -> bool:
        """Find what there is that is new to `past`; False if something of that is gone, or most is new."""
        from stanch.sources.git import rescue

        self._past = past
        self._others = set()
        self._packs = [pack for folder in folders for pack in store.packs(folder, self._width, without=past.packs)]
        try:
            self._shelves = [shelf(pack.path) for pack in self._packs]
        except OSError:  # git packs anew at this moment
            self._memory = None
        read = past.packs | {pack.path for pack in self._packs}
        names = {bytes.fromhex(name) for folder in folders for name in rescue.listed(self.git, folder, without=read)}
        gone = past.unpacked(list(past.loose - names))
        for pack in self._packs:
            gone = pack.absent(gone)
        if gone:
            return False
        names.update(name for pack in self._packs for name in pack.lost)
        self._describe(sorted(name.hex() for name in self._absent(list(names))))
        return len(self.names("commit")) <= past.commits

    def _describe(self, oids: list[str]) -> None:
        """Let git say of what kind each of the objects is that it reads for us."""
        found = objects.described(self.git, oids, self._missed)
        self._objects = [one for one in found if one.kind in objects.READ]
        self._folders = [one.oid for one in found if one.kind == "tree"]
        self._others = {bytes.fromhex(one.oid) for one in found}

    def _absent(self, names: list[bytes]) -> list[bytes]:
        """Those of the names of which the object store has no object that can be read."""
        places: list[store.Names] = [*self._packs, self._past]
        for known in places:
            names = known.absent(names)
        return [name for name in names if name not in self._others]

    def questions(self, hits: Iterable[Hit]) -> list[Task]:
        """The tasks that find out where the hits in blobs come from, and what coverage names."""
        named = {hit.place for hit in hits if hit.repository == self.where.full and hit.kind == "blob"}
        named |= skipped_objects(self._coverage, self.where.path)
        if self._memory is not None:
            named |= self.told.found
        self._wanted = named
        if self._since is not None:
            return []
        self._brought = Brought(self.git, self._packs, [bytes.fromhex(oid) for oid in named], self.common)
        return self._brought.tasks(self._others, self._folders) if self._rescued is None else []

    def take(self, held: Held | None) -> None:
        """Take in what one of those tasks has found."""
        if self._brought is not None and held is not None:
            self._brought.take(held)

    def place(self, hits: Iterable[Hit], rows: Rows, *, deadline: float | None = None) -> None:
        """Look up where hits in objects come from, and add them to `rows`; record what the history lacks."""
        commits = self.names("commit")
        lineages = self._past.lineages()
        lineages.extend(self.told.lineages)
        graph = Graph(self.git, commits, lineages)
        hits = [hit for hit in hits if hit.repository == self.where.full]
        wanted = {hit.place for hit in hits if hit.kind == "blob"}
        arrivals: dict[str, list[history.Change]] = {}
        skipped = skipped_objects(self._coverage, self.where.path)
        newest: dict[str, tuple[int, str]] = {}
        failed: list[str] = []
        missing: dict[str, str] = {}
        brought: list[history.Change] = []
        changes: Iterable[history.Change] | None
        if self._since is not None:
            changes = self._since.changes(self._wanted, failed.append, self._absent, deadline)
        else:
            assert self._brought is not None
            changes = self._brought.changes(graph, commits, failed.append, self._absent, deadline)
        if changes is None:
            self._missed(".git", LATE)
        for change in itertools.chain(self._past.changes(), changes or ()):
            if change.blob in self._wanted:
                brought.append(change)
            if change.blob in wanted:
                arrivals.setdefault(change.blob, []).append(change)
            if change.blob in skipped:
                moment = (graph.place(change.commit), change.path)
                newest[change.blob] = max(newest.get(change.blob, moment), moment)
            if change.blob not in self._wanted:
                missing.setdefault(change.blob, change.path)
        name_objects(self._coverage, self.where.path, {oid: path for oid, (_, path) in newest.items()})
        for commit in failed[:_DAMAGED]:
            # Nobody knows what it changed, but what it holds.
            for path, blob in history.remains(self.git, commit):
                if blob in wanted - arrivals.keys():
                    arrivals[blob] = [history.Change(commit, path, blob, ())]
        try:
            known = refs(self.git)
        except TargetError as error:
            known = []
            self._missed(".git", str(error).partition(": ")[2])
        self._lacking(missing, failed, known)
        if hits:
            Places(self, hits, rows, arrivals, known, graph).place()
        # Of what is not whole nothing is remembered, so that whatever is mended is seen.
        if not (self._told or graph.unread):
            self._remember(lineages, brought)

    def _remember(self, lineages: Lineages, brought: list[history.Change]) -> None:
        """Remember what was scanned, and the changes that brought what was found."""
        if self._memory is None or not self.told.whole(self._count, len(self._past.again)):
            return
        past = self._past.since(self.told, lineages, self._shelves, self._others, self._width)
        past.arrivals = [(bytes.fromhex(one.commit), one.path, bytes.fromhex(one.blob)) for one in brought]
        past.tags = b"".join(self.names("tag"))
        self._memory.keep(self.common, self._past, past)

    def _lacking(self, missing: dict[str, str], failed: list[str], known: list[Ref]) -> None:
        """Record what refs and commits lead to and the object store does not have."""
        if (missing or failed) and self.git.line("config", "--get-regexp", r"^remote\..*\.promisor$"):
            folders = f", and folders of {len(failed)} commits" if failed else ""
            self._missed(".git", f"a partial clone: {len(missing)} files were never fetched{folders}")
        else:
            for oid, path in sorted(missing.items()):
                self._missed(f"{path} (object {oid[:12]})", "missing")
            reason = "cannot be compared with its parents: something is missing, or it is too much"
            for oid in sorted(failed):
                self._missed(f"commit {oid}", reason)
        for ref in known:
            if not ref.target:
                self._missed(f".git/{ref.name}", f"leads to object {ref.oid}, which is missing")

    def close(self) -> None:
        """End what still runs, and let go of what is held."""
        for pack in self._packs:
            store.close(pack)
        if self._since is not None:
            self._since.close()
        if self._brought is not None:
            self._brought.close()
        if self._rescued is not None:
            self._rescued.cleanup()

    @property
    def index(self) -> list[tuple[str, str]]:
        """(path, blob) of what is staged."""
        return self._index

    def names(self, kind: str) -> list[bytes]:
        """The names of all objects of one kind, in the order of the packs; of commits only what is new."""
        packed = [pack.name(number) for pack in self._packs for number in pack.of(kind)]
        others = [bytes.fromhex(one.oid) for one in self._objects if one.kind == kind]
        known = split(self._past.tags, self._width) if kind == "tag" else ()
        return [*known, *self._past.absent(list(dict.fromkeys((*packed, *others))))]

    def path(self, path: str, inner: str = "") -> str:
        """A path in the repository as seen from the target's root."""
        return within(self.where.path, path, inner)

    def _missed(self, name: str, reason: str, *, harmless: bool = False) -> None:
        if name != ".git" and name in self._told:
            return
        self._told.add(name)
        self._coverage.skip(within(self.where.path, name), reason, harmless=harmless)
