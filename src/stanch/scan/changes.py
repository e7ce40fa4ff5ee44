"""What some commits, or the index, bring: new versions of files, compared with what was there before."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from stanch.errors import TargetError
from stanch.model import Coverage
from stanch.scan import work
from stanch.scan.options import Options
from stanch.scan.rows import (
    MESSAGE,
    NEWEST,
    TAG_MESSAGE,
    Place,
    Rows,
    in_message,
    name_objects,
    numbered,
    skipped_objects,
    within,
)
from stanch.scan.work import Hit, Task, Worker
from stanch.sources.git import headers, history
from stanch.sources.git.command import Git

Same = tuple[str, str, str]
"""What makes two hits in versions of a file the same secret: the place in a container, the detector and the value."""

_FEW = 10
"""For so many commits git is asked one by one which refs hold them; for more, the history is read as a whole."""
_FILES = 1_000_000
"""So many files of a tree that is tagged by itself are read."""
_OPTIONS = ("--all", "--not", "--branches", "--tags")


class Changes:
    """Reads what is staged, or what revisions bring, and finds out which of it is new."""

    def __init__(self, folder: str, options: Options, coverage: Coverage) -> None:
        """A commit waits for what is staged: git begins to list that while others load what they need."""
        self.git = Git(folder, inside_hook=True)
        self._folder = folder
        self._staged = history.staged(self.git) if options.staged else None
        self._revs = options.revs
        self._coverage = coverage
        self._commits: list[str] = []
        self._tags: list[str] = []
        self._changes: list[history.Change] = []
        self._versions: dict[str, list[Hit]] = {}
        """The hits in each version of a file that was asked for."""

    def _list(self) -> None:
        """TargetError if the folder is in no repository, or the revisions are none."""
        try:
            if self._staged is not None:
                self._changes = self._staged()
            else:
                self._read(self._revs)
        except TargetError:
            if not self.git.line("rev-parse", "--git-dir"):
                raise TargetError(f"{self._folder}: not in a git repository") from None
            raise

    def _read(self, revs: Sequence[str]) -> None:
        """What the revisions bring: commits, and what is tagged by itself."""
        for rev in revs:
            if rev.startswith("-") and rev not in _OPTIONS and not rev.startswith("--remotes"):
                raise TargetError(f"{rev}: not a revision")
        listed = self.git.run("rev-list", "--topo-order", "--reverse", *revs, "--")
        self._commits = listed.decode().split()
        failed: list[str] = []
        self._changes = list(history.changes(self.git, self._commits, failed.append))
        for commit in failed:
            self._coverage.skip(f"commit {commit}", "cannot be compared with its parents")
        if self._commits and self.git.line("rev-parse", "--is-shallow-repository") == "true":
            self._coverage.note("a shallow clone: where its history is cut off, all that a commit holds counts as new")
        for rev in _positive(revs):
            self._tagged(self.git.line("rev-parse", "--verify", "--quiet", rev))

    def _tagged(self, oid: str) -> None:
        """Take in a tag with its message, and what it stands for if that is no commit."""
        from stanch.sources.git.refs import peel  # here, since a commit waits for every import

        name = ""
        while self.git.line("cat-file", "-t", oid) == "tag":
            self._tags.append(oid)
            header = headers.parse(self.git.run("cat-file", "tag", oid)[: headers.LONGEST])
            name, oid = name or header.name, header.target
        [(target, kind)] = peel(self.git, [oid]) if oid else [("", "")]
        if kind == "blob":
            self._changes.append(history.Change("", f"({name or f'blob {target[:12]}'})", target, ()))
        elif kind == "tree":
            for path, blob in itertools.islice(history.files(self.git, target), _FILES):
                self._changes.append(history.Change("", path, blob, ()))

    def tasks(self) -> list[Task]:
        """The new versions, and the messages of the commits and tags, as tasks.

        TargetError if the folder is in no repository, or the revisions are none.
        """
        self._list()
        blobs = dict.fromkeys(change.blob for change in self._changes if change.blob)
        return self._tasks([*blobs, *self._commits, *self._tags])

    def _tasks(self, oids: Iterable[str]) -> list[Task]:
        tasks = work.split(
            ((oid, "", 4096) for oid in oids), count=500, weight=work.WEIGHT_A_TASK, repository=self._folder
        )
        return [msgspec.structs.replace(task, inside_hook=True) for task in tasks]

    def place(self, hits: Iterable[Hit], rows: Rows, worker: Worker) -> None:
        """Add those hits to `rows` that were not there before; `worker` reads the older versions for that."""
        if skipped_objects(self._coverage, ""):
            name_objects(self._coverage, "", {change.blob: change.path for change in self._changes})
        found = numbered(hits)
        if not found:
            return
        for hit, _ in found:
            self._versions.setdefault(hit.place, []).append(hit)
        self._scan(self._older(), worker)
        self._files(rows, worker)
        self._messages(found, rows)
        if self._staged is None:
            self._people(rows)

    def _older(self) -> Iterator[str]:
        """The versions that those with hits replace, and those that went away in the same commit."""
        commits = set()
        for change in self._changes:
            if change.blob in self._versions:
                yield from change.before
                commits.add(change.commit)
        for change in self._changes:
            if not change.blob and change.commit in commits:
                yield from change.before

    def _scan(self, blobs: Iterable[str], worker: Worker) -> None:
        """Find out what is in further blobs."""
        wanted = sorted({blob for blob in blobs if blob} - self._versions.keys())
        for task in self._tasks(wanted):
            for hit, _ in numbered(worker.run(task).hits):
                self._versions.setdefault(hit.place, []).append(hit)
        self._versions.update((blob, []) for blob in wanted if blob not in self._versions)

    def _files(self, rows: Rows, worker: Worker) -> None:
        """Add what the files' new versions hold and their older ones did not."""
        order = {oid: number for number, oid in enumerate(self._commits)}
        moved = _Moves(self._changes, self._versions)
        fresh: list[tuple[history.Change, Hit, int]] = []
        for change in self._changes:
            hits = self._versions.get(change.blob, ()) if change.blob else ()
            for hit, ordinal in _new(hits, [self._versions.get(blob, []) for blob in change.before if blob]):
                if not moved.take(change, hit):
                    fresh.append((change, hit, ordinal))
                    moved.brought(change, hit)
        head = self._head([change.path for change, _, _ in fresh], worker)
        for change, hit, ordinal in fresh:
            path = within("", change.path, hit.match.inner)
            in_head = ordinal < head.get(change.path, Counter())[_same(hit)]
            rows.add(Place(path, hit.match, ordinal, order.get(change.commit, NEWEST), change.commit or None, in_head))

    def _head(self, paths: Iterable[str], worker: Worker) -> dict[str, Counter[Same]]:
        """What HEAD holds at each of `paths`."""
        wanted = set(paths)
        if self._staged is not None or not wanted:
            return {}
        blobs = {path: blob for path, blob in history.files(self.git, "HEAD") if path in wanted}
        self._scan(blobs.values(), worker)
        return {path: Counter(_same(hit) for hit in self._versions[blob]) for path, blob in blobs.items()}

    def _messages(self, found: Iterable[tuple[Hit, int]], rows: Rows) -> None:
        order = {oid: number for number, oid in enumerate(self._commits)}
        for hit, ordinal in found:
            if hit.kind == "commit":
                in_head = self.git.line("merge-base", hit.place, "HEAD") == hit.place
                rows.add(Place(MESSAGE, in_message(hit), ordinal, order.get(hit.place, NEWEST), hit.place, in_head))
            elif hit.kind == "tag":
                tagger = history.authors(self.git, [hit.place])[hit.place]
                rows.add(Place(TAG_MESSAGE, in_message(hit), ordinal, NEWEST, None, in_head=False, tagger=tagger))

    def _people(self, rows: Rows) -> None:
        """Who made the commits, and which refs hold them."""
        from stanch.sources.git.graph import Graph
        from stanch.sources.git.refs import refs

        mentioned = sorted(rows.mentioned())
        rows.people.update(history.authors(self.git, mentioned))
        bringers = list(rows.bringers())
        if len(mentioned) > _FEW:
            graph = Graph(self.git, map(bytes.fromhex, self.git.run("rev-list", "--all").decode().split()))
            tips = {ref.name: ref.target for ref in refs(self.git) if ref.kind == "commit"}
            rows.refs.update(zip(bringers, graph.holders(bringers, tips), strict=True))
            return
        holders = {
            oid: self.git.line("for-each-ref", "--format=%(refname)", f"--contains={oid}").split() for oid in mentioned
        }
        for commits in bringers:
            rows.refs[commits] = tuple(sorted({name for oid in commits for name in holders[oid]}))


def _positive(revs: Iterable[str]) -> Iterator[str]:
    """Those of the revisions that ask for something by itself."""
    for rev in revs:
        if rev == "--not":
            return
        if not rev.startswith(("-", "^")) and ".." not in rev:
            yield rev


def _same(hit: Hit) -> Same:
    return (hit.match.inner, hit.match.detector, hit.match.secret)


def _new(hits: Iterable[Hit], older: Iterable[list[Hit]]) -> list[tuple[Hit, int]]:
    """The hits that none of the older versions had, with their ordinals after those that were there.

    Of a secret that stands there once more, the new one is what stands in a line that was not there.
    """
    fresh = list(hits)
    known: Counter[Same] = Counter()
    for version in older:
        left = Counter((_same(hit), hit.match.excerpt) for hit in version)
        other = Counter(_same(hit) for hit in version)
        known |= other
        rest = []
        for hit in fresh:
            line = (_same(hit), hit.match.excerpt)
            if left[line]:
                left[line] -= 1
                other[line[0]] -= 1
            else:
                rest.append(hit)
        fresh = []
        for hit in rest:
            if other[_same(hit)]:
                other[_same(hit)] -= 1
            else:
                fresh.append(hit)
    numbers: Counter[Same] = Counter()
    found = []
    for hit in fresh:
        same = _same(hit)
        found.append((hit, known[same] + numbers[same]))
        numbers[same] += 1
    return found


class _Moves:
    """Secrets that left one path in the commit that shows them at another: a renamed file brings nothing."""

    def __init__(self, changes: Iterable[history.Change], versions: dict[str, list[Hit]]) -> None:
        self._changes = [change for change in changes if not change.blob]
        self._versions = versions
        self._left: dict[str, Counter[tuple[str, str]]] = {}
        self._brought: set[tuple[str, str, str]] = set()

    def brought(self, change: history.Change, hit: Hit) -> None:
        """A secret is new at a path: wherever it is moved from there, it is new too."""
        self._brought.add((change.path, hit.match.detector, hit.match.secret))

    def take(self, change: history.Change, hit: Hit) -> bool:
        """Whether a hit is one that the same commit took away together with its file."""
        if change.commit not in self._left:
            self._left[change.commit] = Counter(
                (one.match.detector, one.match.secret)
                for gone in self._changes
                if gone.commit == change.commit
                for one in self._versions.get(gone.before[0], ())
                if (gone.path, one.match.detector, one.match.secret) not in self._brought
            )
        left = self._left[change.commit]
        secret = (hit.match.detector, hit.match.secret)
        if not left[secret]:
            return False
        left[secret] -= 1
        return True
