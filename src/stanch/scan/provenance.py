"""Which commits brought what was found, read from git's trees: asked of worker processes, and joined here.

A commit brings an object at a path if none of its parents has it there. What is odd or damaged is left to
`git diff-tree`, commit by commit: it knows what to say of it.
"""

import contextlib
import mmap
import tempfile
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from stanch.scan.work import Held, Question, Task
from stanch.sources.git import history, objects
from stanch.sources.git.command import Git
from stanch.sources.git.graph import Graph, split
from stanch.sources.git.history import Change
from stanch.sources.git.pack import folders as delta_trees
from stanch.sources.git.pack import store, trees
from stanch.sources.git.pack.holdings import DOUBTFUL, Holdings
from stanch.sources.git.pack.table import LOST, WANTED, Table

_WEIGHT = 8 << 20
"""Trees are cheap beside blobs, and each task has to prepare itself."""
_FOLDERS = 4000
_OTHERS = 1 << 20
"""Beyond so many objects outside of packs, git is asked for everything."""
_MISSING = 4096
"""Where more than that is missing, every version of every file may be: git is quicker then."""
_LEVELS = 400
"""Of folders in each other."""
_STEPS = 1 << 17
"""What a commit brings is left to git if it takes more steps than that."""


class Brought:
    """Which commits brought the wanted objects, and those that are missing."""

    def __init__(self, git: Git, packs: list[store.Pack], wanted: Collection[bytes], common: str) -> None:
        """`wanted` are names of blobs, `common` is the folder that all of a repository's work trees share."""
        self._git = git
        self._packs = packs
        self._wanted = sorted(wanted)
        self._common = common
        self._others: list[bytes] = []
        self._parts: list[_Part] = []
        self._records = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._size = 0
        self._plain = False
        self._late = False

    def tasks(self, others: Collection[bytes], folders: list[str]) -> list[Task]:
        """What processes are asked about the trees; `take` takes each answer.

        `others` are the names of all objects in no pack, `folders` those of trees.
        """
        if len(others) > _OTHERS or not any((others, self._packs)):
            return []
        self._plain = True
        self._others = sorted(others)
        question = Question([str(pack.path) for pack in self._packs], b"".join(self._others), b"".join(self._wanted))
        width = self._packs[0].width if self._packs else len(self._others[0])
        empty = Task([], 0, self._git.folder, width=width, question=question)
        found = [
            msgspec.structs.replace(empty, weight=weight, pack=str(pack.path), trees=roots)
            for pack in self._packs
            for roots, weight in pack.batches(("tree",), _WEIGHT)
        ]
        for start in range(0, len(folders), _FOLDERS):
            items = [(oid, "") for oid in folders[start : start + _FOLDERS]]
            found.append(msgspec.structs.replace(empty, weight=1000 * len(items), items=items))
        return found

    def take(self, held: Held) -> None:
        """Take in the answer to a task."""
        self._records.write(held.records)
        self._parts.append(_Part(self._size, self._size + len(held.records) // 4, held.names, held.missing))
        self._size += len(held.records) // 4
        self._late = self._late or held.late

    def changes(
        self,
        graph: Graph,
        commits: list[bytes],
        failed: Callable[[str], None],
        absent: Callable[[list[bytes]], Iterable[bytes]],
        deadline: float | None,
    ) -> Iterator[Change] | None:
        """Each change that brought a wanted object, or one of which the store has none, in the order of `commits`.

        Nothing where the time was up before all was read. Commits that cannot be compared with their parents are
        `failed`; `absent` tells which objects the store has not.
        """
        if self._late:
            return None
        told: dict[bytes, list[Change]] = {}
        doubtful = set(commits)
        if self._plain:
            with contextlib.suppress(OverflowError):
                told, doubtful = self._joined(graph)
        left = [name.hex() for name in commits if name in doubtful]
        if not left:
            return (change for name in commits if name in told for change in told[name])
        with contextlib.closing(history.Log(self._git, left)) as log:
            if not log.wait(deadline):
                return None
            for change in log.changes(failed, {name.hex() for name in self._wanted}, absent):
                told.setdefault(bytes.fromhex(change.commit), []).append(change)
        return (change for name in commits if name in told for change in told[name])

    def _joined(self, graph: Graph) -> tuple[dict[bytes, list[Change]], set[bytes]]:
        """The changes of commits, and those commits of which only git can tell."""
        names = sorted({name for part in self._parts for name in part.names})
        ranks = {name: number << 1 | name.endswith(b"/") for number, name in enumerate(names)}
        blobs = list(dict.fromkeys((*self._wanted, *(name for part in self._parts for name in part.missing))))
        if len(blobs) - len(self._wanted) > _MISSING:
            raise OverflowError
        values = {name: -2 - number for number, name in enumerate(blobs)}
        tables = _tables(self._packs, self._others, graph.width)
        holdings = Holdings(sum(table.count for table in tables))
        for name in self._wanted:
            for table in tables:
                if (number := table.number(name)) >= 0:
                    holdings.put(number, values[name])
        self._join(holdings, ranks, values)
        roots = holdings.of(tables, graph.trees, graph.width)
        begins, parents = self._parents(graph)
        doubtful = set(graph.unread)
        told: dict[bytes, list[Change]] = {}
        for number in holdings.differing(roots, begins, parents):
            above = parents[begins[number] : begins[number + 1]]
            others = [roots[one] if one >= 0 else DOUBTFUL for one in above]
            name = graph.name(number)
            try:
                if any(holdings.doubtful(one) for one in (roots[number], *others)):
                    raise OverflowError
                found = holdings.brought(roots[number], others, names, _STEPS)
            except OverflowError:
                doubtful.add(name)
                continue
            told[name] = [
                Change(name.hex(), path.decode("utf-8", "backslashreplace"), blobs[-2 - value].hex(), ())
                for path, value in sorted(found)
            ]
        return told, doubtful

    def _join(self, holdings: Holdings, ranks: dict[bytes, int], values: dict[bytes, int]) -> None:
        if not self._size:
            return
        self._records.flush()
        with mmap.mmap(self._records.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            whole = memoryview(mapped)
            numbers = whole.cast("i")
            rows = [numbers[part.begin : part.end] for part in self._parts]
            tables = [
                (array("i", map(ranks.__getitem__, part.names)), array("i", map(values.__getitem__, part.missing)))
                for part in self._parts
            ]
            try:
                for records in rows:
                    holdings.begin(records)
                for _ in range(_LEVELS):
                    changed = [holdings.join(records, *each) for records, each in zip(rows, tables, strict=True)]
                    if not any(changed):
                        return
                raise OverflowError("too many folders in each other")
            finally:
                for view in (*rows, numbers, whole):
                    view.release()

    def _parents(self, graph: Graph) -> tuple["array[int]", "array[int]"]:
        """The parents that commits have for git: those where a shallow clone was cut off have none."""
        try:
            cut = set(Path(self._common, "shallow").read_text("ascii").split())
        except (OSError, ValueError):
            return graph.begins, graph.parents
        begins, parents = array("i", [0]), array("i")
        for number in range(len(graph)):
            if graph.name(number).hex() not in cut:
                parents.extend(graph.parents[graph.begins[number] : graph.begins[number + 1]])
            begins.append(len(parents))
        return begins, parents

    def close(self) -> None:
        """Let go of what was written down."""
        self._records.close()


class Since:
    """Which of the commits that came in since an earlier scan brought something: git tells while these are scanned."""

    def __init__(self, git: Git, commits: list[bytes]) -> None:
        self._log = history.Log(git, [name.hex() for name in commits]) if commits else None

    def changes(
        self,
        wanted: Collection[str],
        failed: Callable[[str], None],
        absent: Callable[[list[bytes]], Iterable[bytes]],
        deadline: float | None,
    ) -> Iterable[Change] | None:
        """The same as `Brought.changes`."""
        if self._log is None:
            return ()
        return self._log.changes(failed, wanted, absent) if self._log.wait(deadline) else None

    def close(self) -> None:
        """End what still runs."""
        if self._log is not None:
            self._log.close()


class _Part(msgspec.Struct, frozen=True):
    """Where the records of one answer are, and what the numbers in them mean."""

    begin: int
    end: int
    names: list[bytes]
    missing: list[bytes]


def _tables(packs: list[store.Pack], others: list[bytes], width: int) -> list[Table]:
    """All objects by number: those of each pack, and all others."""
    found: list[Table] = []
    first = 0
    for names, lost in (*((pack.names, pack.lost) for pack in packs), (b"".join(others), frozenset[bytes]())):
        table = Table(names, width, first)
        for name in lost:
            table.mark(name, LOST)
        found.append(table)
        first += table.count
    return found


# --- in a process that answers ---------------------------------------------------------------------------------------

_asked: tuple[Question, list[Table]] | None = None
"""The last question, and what was made ready for it."""


def answer(task: Task, question: Question, *, late: Callable[[], bool]) -> Held:
    """What the trees of a task hold of what is wanted."""
    tables = _ready(question, task.width)
    own = [table for table, path in zip(tables, question.packs, strict=False) if path == task.pack]
    reader = trees.Reader([*own, *(table for table in tables if table not in own)], task.width)
    oids = [oid for oid, _ in task.items]
    over = False
    if task.pack:
        pack = store.opened(Path(task.pack), task.width)
        for root in task.trees:
            over = over or late()
            if over:
                break
            oids += [pack.name(number).hex() for number in delta_trees.follow(pack, [root], reader, own[0].first)]
        pack.forget()
    for content in objects.read(Git(task.repository), oids if not over else [], failed=lambda *_: None):
        over = over or late()
        if content.kind != "tree" or over:
            continue
        text = content.stream.read()
        for table in tables:
            number = table.number(bytes.fromhex(content.oid))
            if number >= 0:
                reader.whole(number, text)
    return Held(reader.records(), list(reader.names), list(reader.missing), over)


def _ready(question: Question, width: int) -> list[Table]:
    global _asked
    if _asked is None or _asked[0] != question:
        packs = [store.opened(Path(path), width) for path in question.packs]
        tables = _tables(packs, split(question.others, width), width)
        for name in split(question.wanted, width):
            for table in tables:
                table.mark(name, WANTED)
        _asked = question, tables
    return _asked[1]
