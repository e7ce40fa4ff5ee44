"""A git repository as a source of work, and afterwards of provenance for what was found."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.scan import work
from stanch.scan.content import LATE
from stanch.scan.rows import (
    MESSAGE,
    STAGED,
    TAG_MESSAGE,
    Place,
    Rows,
    in_message,
    name_objects,
    numbered,
    skipped_objects,
    within,
)
from stanch.scan.work import Hit, Task
from stanch.sources.files import Repository
from stanch.sources.git import headers, history, objects
from stanch.sources.git.command import Git
from stanch.sources.git.pack import store
from stanch.sources.git.refs import Ref, Tags, refs

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
        self._log: history.Log | None = None
        self._rescued: tempfile.TemporaryDirectory[str] | None = None
        self._told: set[str] = set()
        self._others: set[bytes] = set()
        """The names of those objects that git reads for us."""

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
            for trees, weight in work.batches(
                ((tree.root, tree.weight) for tree in pack.trees() if tree.kind in objects.READ), work.TREES_A_TASK
            ):
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
            self._objects = objects.described(self.git, others, self._missed)
            self._others = {bytes.fromhex(one.oid) for one in self._objects}
            return
        import tempfile

        self._rescued = tempfile.TemporaryDirectory(prefix="stanch-")
        for pack, flaw in broken:
            count, whole = rescue.unpack(self.git, pack, self._rescued.name)
            name = f".git/{os.path.relpath(pack, self.common)}"
            self._missed(name, f"{flaw}; {'all' if whole else count} of its objects could be read", harmless=whole)
        self.git = self.git.with_store(self._rescued.name)
        names = {name for folder in (*folders, self._rescued.name) for name in rescue.listed(self.git, folder)}
        self._objects = objects.described(self.git, sorted(names), self._missed)
        self._others = {bytes.fromhex(one.oid) for one in self._objects}

    def _absent(self, names: list[bytes]) -> list[bytes]:
        """Those of the names of which the object store has no object that can be read."""
        for pack in self._packs:
            names = pack.absent(names)
        return [name for name in names if name not in self._others]

    def begin(self) -> None:
        """Let git write down beside the scan what each commit did."""
        if self._log is None:
            self._log = history.Log(self.git, self.oids("commit"))

    def place(
        self, hits: Iterable[Hit], rows: Rows, lineage: Mapping[str, headers.Lineage], *, deadline: float | None = None
    ) -> None:
        """Look up where hits in objects come from, and add them to `rows`; record what the history lacks.

        `lineage` is what the scan has told of commits.
        """
        self.begin()
        assert self._log is not None
        if not self._log.wait(deadline):
            self._missed(".git", LATE)
        hits = [hit for hit in hits if hit.repository == self.where.full]
        wanted = {hit.place for hit in hits if hit.kind == "blob"}
        arrivals: dict[str, list[history.Change]] = {}
        skipped = dict.fromkeys(skipped_objects(self._coverage, self.where.path), "")
        failed: list[str] = []
        missing: dict[str, str] = {}
        named = {*wanted, *skipped}
        for change in self._log.changes(failed.append, named, self._absent):
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
            _Provenance(self, hits, rows, arrivals, known, lineage).place()

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
        if self._log is not None:
            self._log.close()
        if self._rescued is not None:
            self._rescued.cleanup()

    @property
    def index(self) -> list[tuple[str, str]]:
        """(path, blob) of what is staged."""
        return self._index

    def oids(self, kind: str) -> list[str]:
        """The names of all objects of one kind."""
        packed = [pack.name(number).hex() for pack in self._packs for number in pack.of(kind)]
        return list(dict.fromkeys((*packed, *(one.oid for one in self._objects if one.kind == kind))))

    def path(self, path: str, inner: str = "") -> str:
        """A path in the repository as seen from the target's root."""
        return within(self.where.path, path, inner)

    def _missed(self, name: str, reason: str, *, harmless: bool = False) -> None:
        if name != ".git" and name in self._told:
            return
        self._told.add(name)
        self._coverage.skip(within(self.where.path, name), reason, harmless=harmless)


class _Provenance:
    """Where the hits in one repository come from."""

    def __init__(
        self,
        where: History,
        hits: list[Hit],
        rows: Rows,
        arrivals: dict[str, list[history.Change]],
        known: list[Ref],
        lineage: Mapping[str, headers.Lineage],
    ) -> None:
        """`arrivals` are the changes that brought each blob with a hit, `known` all refs."""
        self._where = where
        self._git = where.git
        self._hits = numbered(hits)
        self._rows = rows
        self._arrivals = arrivals
        self._blobs = {hit.place for hit in hits if hit.kind == "blob"}
        self._graph = history.Graph(self._git, where.oids("commit"), lineage)
        self._order = {oid: number for number, oid in enumerate(self._graph.parents)}
        self._refs = known
        self._tags = Tags(self._git, where.oids("tag"), self._refs)

    def place(self) -> None:
        """Add a place for everything that holds a hit."""
        head = {one for one in history.files(self._git, "HEAD") if one[1] in self._blobs}
        others = self._others()
        reachable = self._reachable()
        for hit, ordinal in self._hits:
            if hit.kind == "commit":
                in_head = hit.place in reachable
                order = self._order.get(hit.place, 0)
                self._add(Place(MESSAGE, in_message(hit), ordinal, order, hit.place, in_head))
            elif hit.kind == "tag":
                self._add(self._tag_message(hit, ordinal))
            else:
                changes = self._arrivals.get(hit.place, [])
                for change in changes:
                    in_head = (change.path, change.blob) in head
                    order = self._order.get(change.commit, 0)
                    self._add(Place(change.path, hit.match, ordinal, order, change.commit, in_head))
                known = {change.path for change in changes}
                places = [place for place in others.get(hit.place, []) if place[0] not in known]
                if not (changes or places):
                    places = [(f"(unreachable blob {hit.place[:12]})", 0, ())]
                for path, order, names in places:
                    self._add(Place(path, hit.match, ordinal, order, in_head=False, refs=names))
        self._people()

    def _add(self, place: Place) -> None:
        self._rows.add(place._replace(path=self._where.path(place.path, place.match.inner)))

    def _others(self) -> dict[str, list[tuple[str, int, tuple[str, ...]]]]:
        """For each blob the places that no commit gives it: (path, order, refs)."""
        found: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
        for path, blob in self._where.index:
            if blob in self._blobs:
                found.setdefault(blob, []).append((path, STAGED, ()))
        for ref in self._refs:
            if ref.kind == "tree":
                for path, blob in history.files(self._git, ref.target):
                    if blob in self._blobs:
                        found.setdefault(blob, []).append((path, 0, (ref.name,)))
        for blob in {ref.target for ref in self._refs if ref.kind == "blob"} & self._blobs:
            names = self._tags.names(blob)
            found.setdefault(blob, []).append((f"({names[0]})", 0, names))
        return found

    def _reachable(self) -> set[str]:
        """The commits with a hit in their message that HEAD leads to."""
        messages = [hit.place for hit, _ in self._hits if hit.kind == "commit"]
        head = {"HEAD": self._git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")}
        held = self._graph.holders([(oid,) for oid in messages], head)
        return {oid for oid, names in zip(messages, held, strict=True) if names}

    def _tag_message(self, hit: Hit, ordinal: int) -> Place:
        """A tag's message came with the tag, from its tagger, wherever the commit is that it stands for."""
        commit = self._git.line("rev-parse", "--verify", "--quiet", f"{hit.place}^{{commit}}") or None
        return Place(
            TAG_MESSAGE,
            in_message(hit),
            ordinal,
            self._order.get(commit or "", 0),
            commit,
            in_head=False,
            refs=self._tags.names(hit.place),
            tagger=self._tags.tagger(hit.place),
        )

    def _people(self) -> None:
        """Who made the commits that were named, and which refs lead to them."""
        self._rows.people.update(history.authors(self._git, sorted(self._rows.mentioned() & self._order.keys())))
        tips = {ref.name: ref.target for ref in self._refs if ref.kind == "commit"}
        wanted = [row for row in self._rows.bringers() if any(commit in self._order for commit in row)]
        self._rows.refs.update(zip(wanted, self._graph.holders(wanted, tips), strict=True))
