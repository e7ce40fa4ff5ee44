"""What a repository's history knows of an object: which commits brought it, where, who, when, and who still has it.

Asked only for objects that had a finding, after the scan.
"""

import itertools
import os
import subprocess
import time
from binascii import unhexlify
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import IO, NamedTuple

import msgspec

from stanch.sources.git import headers, objects
from stanch.sources.git.command import Bounds, Git, records

_DIFF = (
    # Left to itself git maps the whole pack, and keeps 96 MB of what deltas were made from.
    "-c", "core.packedGitWindowSize=4m", "-c", "core.packedGitLimit=48m", "-c", "core.deltaBaseCacheLimit=32m",
    "diff-tree", "--stdin", "-r", "-c", "--root", "--always", "--raw", "-z", "--no-renames", "--no-abbrev",
    "--no-ext-diff", "--no-textconv",
)  # fmt: skip
_TOGETHER = 1 << 14
_PATIENCE = 20.0
"""For so many seconds git is started again after commits that it cannot compare with their parents."""
# A few small trees, each with the next in it ten times over, have more paths than can ever be listed.
_BOUNDS = Bounds(memory=1 << 30, output=4 << 30)
_CHANGES = 20_000_000
_FILES = 5_000_000


class Change(msgspec.Struct, frozen=True, gc=False):
    """What a commit, or the index, did at one path: no parent had this there."""

    commit: str
    path: str
    blob: str
    """Nothing where the file was taken away."""
    before: tuple[str, ...]
    """What each parent had at this path, or nothing."""


class _Wanted(NamedTuple):
    """Which changes are told of one by one."""

    oids: Collection[str] | None = None
    """Those that lead to one of these objects; nothing for every change."""
    also: Callable[[list[bytes]], Iterable[bytes]] = lambda _: ()
    """Is asked, many names at a time, which of the other objects that changes lead to are wanted too."""


class Log:
    """What each commit did, written down by git while other work goes on."""

    def __init__(self, git: Git, commits: Iterable[str]) -> None:
        """Start with `commits`, in any order."""
        self._git = git
        self._commits = list(commits)
        import tempfile

        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = git.without_index().start(*_DIFF, lines=self._commits, output=self._output, bounds=_BOUNDS)

    def wait(self, deadline: float | None) -> bool:
        """Let git finish; False if it has not by then (`time.monotonic()`), and what it has not told is left out."""
        try:
            self._process.wait(None if deadline is None else max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            self._commits = []
            return False
        return True

    def changes(
        self,
        failed: Callable[[str], None],
        oids: Collection[str] | None = None,
        also: Callable[[list[bytes]], Iterable[bytes]] = lambda _: (),
    ) -> Iterator[Change]:
        """Every change, or those that lead to one of the objects `oids`, and after them some that `also` wants.

        A commit that cannot be compared with its parents, since something is missing, is `failed`. `also` is asked,
        many names at a time, which of the other objects that changes lead to are wanted too.
        """
        self._output.seek(0)
        wanted = _Wanted(oids, also)
        gave_up = [None] if self._process.returncode else []
        answers = itertools.chain(_parse(records(self._output), wanted), gave_up)
        yield from _until_all(self._git, self._commits, answers, failed, wanted)

    def close(self) -> None:
        """End git if it still runs."""
        self._process.kill()
        self._process.wait()
        self._output.close()


def changes(git: Git, commits: Iterable[str], failed: Callable[[str], None]) -> Iterator[Change]:
    """What each of `commits` did, in their order.

    A merge counts for what none of its parents has. A commit that cannot be compared with its parents,
    since something is missing, goes to `failed`.
    """
    pending = list(commits)
    wanted = _Wanted()
    yield from _until_all(git, pending, _answers(git, pending, wanted), failed, wanted)


def _until_all(
    git: Git, commits: list[str], answers: Iterator[Change | str | None], failed: Callable[[str], None], wanted: _Wanted
) -> Iterator[Change]:
    """Take what git answers about `commits`; where it gave up at one, ask for those after it."""
    end = time.monotonic() + _PATIENCE
    left = _CHANGES
    while commits:
        done = 0
        gave_up = False
        for change in itertools.islice(answers, left):
            left -= 1
            if change is None:
                gave_up = True
            elif isinstance(change, str):
                done += 1
            else:
                yield change
        # A merge is named before it is compared. Where the line is drawn here, the last was not read to its end either.
        again = left <= 0 or (gave_up and 0 < done <= len(commits) and not _compares(git, commits[done - 1]))
        commits = commits[max(done - 1, 0) if again else done :]
        if commits:
            failed(commits.pop(0))
        if left <= 0 or time.monotonic() > end:
            break
        answers = _answers(git, commits, wanted)
    for commit in commits:
        failed(commit)


def _answers(git: Git, commits: list[str], wanted: _Wanted) -> Iterator[Change | str | None]:
    """What git answers, and nothing at the end if it gave up."""
    process = git.without_index().start(*_DIFF, lines=commits, bounds=_BOUNDS)
    assert process.stdout is not None
    try:
        yield from _parse(records(process.stdout), wanted)
        if process.wait():
            yield None
    finally:
        process.kill()
        process.communicate()


def _compares(git: Git, commit: str) -> bool:
    """Whether git can compare one commit with its parents."""
    process = git.without_index().start(*_DIFF, lines=[commit], output=subprocess.DEVNULL, bounds=_BOUNDS)
    return process.wait() == 0


def _parse(raw: Iterator[bytes], wanted: _Wanted) -> Iterator[Change | str]:
    """Each commit's name, which tells that git could read the commit, and its changes after it."""
    commit = ""
    oids = None if wanted.oids is None else frozenset(oid.encode() for oid in wanted.oids)
    rest: list[_Other] = []
    for record in raw:
        if not record.startswith(b":"):
            if record:
                commit = record.decode()
                yield commit
            continue
        path = next(raw, b"")
        if not path:
            break  # git was stopped in the middle of a record
        # :mode mode old new M - most lead to what nobody asked for.
        last = record.rsplit(b" ", 2)[1]
        if oids is None or last in oids:
            change = _raw(record, path, commit)
            if change is not None:
                yield change
            continue
        rest.append((last, record, path, commit))
        if len(rest) == _TOGETHER:
            yield from _some(rest, wanted)
            rest = []
    yield from _some(rest, wanted)


_Other = tuple[bytes, bytes, bytes, str]
"""The object that a change leads to, its record and path as git gives them, and its commit."""


def _some(rest: list[_Other], wanted: _Wanted) -> Iterator[Change]:
    """Those of the changes that are wanted although nobody named their objects."""
    names = [unhexlify(one[0]) for one in rest]
    # Zeros alone stand for a file that was taken away.
    also = set(wanted.also([name for name in names if name.strip(b"\0")]))
    for name, (_, record, path, commit) in zip(names, rest, strict=True):
        change = _raw(record, path, commit) if name in also else None
        if change is not None:
            yield change


def _raw(record: bytes, path: bytes, commit: str) -> Change | None:
    """One record of `--raw` output; nothing if it is about a submodule or changes no content."""
    fields = record.lstrip(b":").split(b" ")
    # ::mode mode mode old old new MM - one mode and one name more than there are parents, then the status.
    count = (len(fields) - 1) // 2
    *before, blob = (name.decode() if name.strip(b"0") else "" for name in fields[count : 2 * count])
    before = [name if mode != b"160000" else "" for mode, name in zip(fields, before, strict=False)]
    if fields[count - 1] == b"160000" or blob in before:
        return None
    return Change(commit, path.decode("utf-8", "backslashreplace"), blob, tuple(before))


def staged(git: Git) -> Callable[[], list[Change]]:
    """Begin to ask what the next commit would do; what comes back waits for the answer.

    In a merge, what the other side has already is not brought by it.
    """
    listed = git.begin(
        "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=ADMT", "--no-ext-diff",
        "--no-textconv", "--ignore-submodules=all",
    )  # fmt: skip

    def answer() -> list[Change]:
        raw = iter(listed().split(b"\0"))
        found = [_raw(record, next(raw, b""), "") for record in raw if record]
        merged = dict(files(git, "MERGE_HEAD")) if _merging(git) else {}
        return [
            msgspec.structs.replace(change, before=(*change.before, merged[change.path]))
            if change.path in merged
            else change
            for change in found
            if change is not None and merged.get(change.path) != change.blob
        ]

    return answer


def _merging(git: Git) -> bool:
    """Whether a merge is being committed. A look at the folder, where it is plain which: a commit waits for this."""
    folder = os.path.join(git.folder, git.environ.get("GIT_DIR", ".git"))  # noqa: PTH118 - a name may be any bytes
    if os.path.isdir(folder):  # noqa: PTH112
        return os.path.lexists(os.path.join(folder, "MERGE_HEAD"))  # noqa: PTH118
    return bool(git.line("rev-parse", "--quiet", "--verify", "MERGE_HEAD"))


def authors(git: Git, oids: Iterable[str]) -> dict[str, headers.Person]:
    """Who wrote each commit, or made each tag, and when."""
    return {oid: headers.parse(data).person for oid, data in headers.read(git, oids)}


def files(git: Git, revision: str, blobs: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """(path, blob) of every file in a commit or tree, or of those that are one of `blobs`; nothing if there is none."""
    listed: Iterator[bytes] = itertools.islice(git.records("ls-tree", "-r", "-z", "--full-tree", revision), _FILES)
    if blobs is not None:
        wanted = frozenset(blob.encode() for blob in blobs)
        listed = (record for record in listed if record.partition(b"\t")[0].rpartition(b" ")[2] in wanted)
    for words, path in _listed(listed):
        if words[1] == "blob":
            yield path, words[2]


def remains(git: Git, commit: str) -> Iterator[tuple[str, str]]:
    """The same for a commit of which some trees are missing, when git gives up."""
    level = {git.line("rev-parse", f"{commit}^{{tree}}"): [""]}
    while level:
        deeper: dict[str, list[str]] = {}
        for tree in objects.read(git, level, failed=lambda *_: None):
            for mode, name, oid in _entries(tree.stream.read(), len(tree.oid) // 2):
                # A tree that stands in thousands of places was made to grow beyond all bounds.
                for prefix in level[tree.oid][:1000]:
                    if mode == b"40000":
                        deeper.setdefault(oid, []).append(f"{prefix}{name}/")
                    elif mode != b"160000":
                        yield f"{prefix}{name}", oid
        level = deeper


def _entries(tree: bytes, width: int) -> Iterator[tuple[bytes, str, str]]:
    """(mode, name, object) of each entry in a tree object, whose object names take `width` bytes."""
    place = 0
    while (end := tree.find(b"\0", place)) >= 0:
        mode, _, name = tree[place:end].partition(b" ")
        place = end + 1 + width
        yield mode, name.decode("utf-8", "backslashreplace"), tree[end + 1 : place].hex()


def index(git: Git) -> list[tuple[str, str]]:
    """(path, blob) of every file in the index; TargetError if it cannot be read."""
    listed = git.run("ls-files", "-s", "-z", "--full-name").split(b"\0")
    return [(path, words[1]) for words, path in _listed(listed) if words[0] != "160000"]


def _listed(raw: Iterable[bytes]) -> Iterator[tuple[list[str], str]]:
    for record in raw:
        facts, _, path = record.partition(b"\t")
        if path:
            yield facts.decode().split(" "), path.decode("utf-8", "backslashreplace")
