"""A git repository as a source of work, and afterwards of provenance for what was found."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.scan import work
from stanch.scan.content import LATE
from stanch.scan.places import Places
from stanch.scan.provenance import Brought
from stanch.scan.rows import Rows, name_objects, skipped_objects, within
from stanch.scan.work import Held, Hit, Task
from stanch.sources.files import Repository
from stanch.sources.git import history, objects
from stanch.sources.git.command import Git
from stanch.sources.git.graph import Graph, Lineages
from stanch.sources.git.pack import store
from stanch.sources.git.refs import Ref, refs

if TYPE_CHECKING:
    import tempfile

_DAMAGED = 50
"""So many commits that cannot be compared with their parents are looked into all the same."""


class History:
    """Everything that a repository's object store holds."""

    def __init__(self, where: Repository, coverage: Coverage) -> None:
        """TargetError if git does not take it for a repository."""
        self.git = Git(where.full)
        self.where = where
        common = os.fsdecode(self.git.run("rev-parse", "--git-common-dir")).removesuffix("\n")
        self.common = os.path.realpath(os.path.join(where.full, common))  # noqa: PTH118
        self._coverage = coverage
        self._objects: list[objects.Object] = []
        """Those that git reads for us: all that are in no pack, and those of packs that only it understands."""
        self._packs: list[store.Pack] = []
        self._index: list[tuple[str, str]] = []
        self._brought: Brought | None = None
        self._rescued: tempfile.TemporaryDirectory[str] | None = None
        self._told: set[str] = set()
        self._others: set[bytes] = set()
        """The names of those objects that git reads for us."""
        self._folders: list[str] = []
        """Git's trees among them."""

    def tasks(self) -> list[Task]:
        """All objects as tasks, in the order of the packs, so that bases and deltas meet in one process."""
        label = self.where.path or "."
        if self.git.line("rev-parse", "--is-shallow-repository") == "true":
            self._coverage.note(f"{label}: a shallow clone; its history ends where it was cut off")
        try:
            self._index = history.index(self.git)
        except TargetError as error:
            # It holds names only; the contents are in the object store.
            self._missed(".git/index", str(error).partition(": ")[2], harmless=True)
        self._list()
        items = ((one.oid, one.kind, one.weight) for one in self._objects)
        tasks = work.split(items, count=work.OBJECTS_A_TASK, weight=work.WEIGHT_A_TASK, repository=self.where.full)
        return [
            *self._trees(),
            *(
                msgspec.structs.replace(
                    task, prefix=self.where.path, rescued=self._rescued.name if self._rescued else ""
                )
                for task in tasks
            ),
        ]

    def _trees(self) -> list[Task]:
        """The trees of deltas in the packs, as tasks."""
        tasks: list[Task] = []
        for place, pack in enumerate(self._packs):
            again = pack.shared(self._packs[:place]) if place else set()
            for trees, weight in pack.batches(objects.READ, work.TREES_A_TASK):
                known = [number for root in trees for number in pack.below(root) if number in again] if again else []
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
        width = 32 if self.git.line("rev-parse", "--show-object-format") == "sha256" else 20
        from stanch.sources.git import rescue

        folders = rescue.stores(f"{self.common}/objects")
        broken = [one for folder in folders for one in rescue.broken(folder, width)]
        if not broken:
            self._packs = [pack for folder in folders for pack in store.packs(folder, width)]
            read = {pack.path for pack in self._packs}
            names = {name for folder in folders for name in rescue.listed(self.git, folder, without=read)}
            names.update(name.hex() for pack in self._packs for name in pack.lost)
            others = sorted(name.hex() for name in self._absent([bytes.fromhex(name) for name in names]))
            self._describe(others)
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

    def _describe(self, oids: list[str]) -> None:
        """Let git say of what kind each of the objects is that it reads for us."""
        found = objects.described(self.git, oids, self._missed)
        self._objects = [one for one in found if one.kind in objects.READ]
        self._folders = [one.oid for one in found if one.kind == "tree"]
        self._others = {bytes.fromhex(one.oid) for one in found}

    def _absent(self, names: list[bytes]) -> list[bytes]:
        """Those of the names of which the object store has no object that can be read."""
        for pack in self._packs:
            names = pack.absent(names)
        return [name for name in names if name not in self._others]

    def questions(self, hits: Iterable[Hit]) -> list[Task]:
        """The tasks that find out where the hits in blobs come from, and what coverage names."""
        named = {hit.place for hit in hits if hit.repository == self.where.full and hit.kind == "blob"}
        named |= skipped_objects(self._coverage, self.where.path)
        self._brought = Brought(self.git, self._packs, [bytes.fromhex(oid) for oid in named], self.common)
        return self._brought.tasks(self._others, self._folders) if self._rescued is None else []

    def take(self, held: Held | None) -> None:
        """Take in what one of those tasks has found."""
        if self._brought is not None and held is not None:
            self._brought.take(held)

    def place(
        self, hits: Iterable[Hit], rows: Rows, lineages: Lineages | None, *, deadline: float | None = None
    ) -> None:
        """Look up where hits in objects come from, and add them to `rows`; record what the history lacks.

        `lineages` is what the scan has told of commits.
        """
        assert self._brought is not None
        commits = self.names("commit")
        graph = Graph(self.git, commits, lineages)
        hits = [hit for hit in hits if hit.repository == self.where.full]
        wanted = {hit.place for hit in hits if hit.kind == "blob"}
        arrivals: dict[str, list[history.Change]] = {}
        skipped = dict.fromkeys(skipped_objects(self._coverage, self.where.path), "")
        failed: list[str] = []
        missing: dict[str, str] = {}
        named = {*wanted, *skipped}
        changes = self._brought.changes(graph, commits, failed.append, self._absent, deadline)
        if changes is None:
            self._missed(".git", LATE)
        for change in changes or ():
            if change.blob in wanted:
                arrivals.setdefault(change.blob, []).append(change)
            if change.blob in skipped:
                skipped[change.blob] = change.path
            if change.blob not in named:
                missing.setdefault(change.blob, change.path)
        name_objects(self._coverage, self.where.path, skipped)
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
        if self._brought is not None:
            self._brought.close()
        if self._rescued is not None:
            self._rescued.cleanup()

    @property
    def index(self) -> list[tuple[str, str]]:
        """(path, blob) of what is staged."""
        return self._index

    def names(self, kind: str) -> list[bytes]:
        """The names of all objects of one kind, in the order of the packs."""
        packed = [pack.name(number) for pack in self._packs for number in pack.of(kind)]
        return list(dict.fromkeys((*packed, *(bytes.fromhex(one.oid) for one in self._objects if one.kind == kind))))

    def path(self, path: str, inner: str = "") -> str:
        """A path in the repository as seen from the target's root."""
        return within(self.where.path, path, inner)

    def _missed(self, name: str, reason: str, *, harmless: bool = False) -> None:
        if name != ".git" and name in self._told:
            return
        self._told.add(name)
        self._coverage.skip(within(self.where.path, name), reason, harmless=harmless)
