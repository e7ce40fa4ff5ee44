"""The refs of a repository, and what they lead to."""

from collections.abc import Iterable
from typing import NamedTuple

from stanch.sources.git import headers
from stanch.sources.git.command import Git


class Ref(NamedTuple):
    """A branch, tag, note, stash or any other ref; HEAD too where it is on no branch."""

    name: str
    oid: str
    target: str
    """What is left when the tags are taken off; nothing if it is missing."""
    kind: str
    """Of the target: commit, tree or blob."""


def refs(git: Git) -> list[Ref]:
    """All refs of a repository, by name; TargetError if they cannot be read."""
    listed = git.run("for-each-ref", "--format=%(objectname) %(refname)")
    named = [line.split(" ", 1) for line in listed.decode("utf-8", "backslashreplace").splitlines()]
    detached = not git.line("symbolic-ref", "--quiet", "HEAD")
    if detached and (head := git.line("rev-parse", "--verify", "--quiet", "HEAD")):
        named.append([head, "HEAD"])
    found = []
    peeled = peel(git, [oid for oid, _ in named])
    for (oid, name), (target, kind) in zip(named, peeled, strict=True):
        found.append(Ref(name, oid, target, kind))
    return sorted(found)


def peel(git: Git, oids: list[str]) -> list[tuple[str, str]]:
    """For each object what is left when tags are taken off, with its kind; nothing where that is missing."""
    wanted = (f"{oid}^{{}}" for oid in oids)
    with git.start("cat-file", "--batch-check=%(objectname) %(objecttype)", lines=wanted) as check:
        assert check.stdout is not None
        answers = [line.decode("utf-8", "backslashreplace").split() for line in check.stdout]
    found = [(words[0], words[1]) if len(words) == 2 and words[1] != "missing" else ("", "") for words in answers]
    return found + [("", "")] * (len(oids) - len(found))


class Tags:
    """The tag objects of a repository: who made them, and the refs by which they are known."""

    def __init__(self, git: Git, oids: Iterable[str], known: Iterable[Ref]) -> None:
        """`oids` are all tag objects, `known` all refs."""
        self._headers = {oid: headers.parse(data) for oid, data in headers.read(git, oids)}
        self._around: dict[str, list[str]] = {}
        for oid, header in self._headers.items():
            self._around.setdefault(header.target, []).append(oid)
        self._names: dict[str, set[str]] = {}
        for ref in known:
            self._names.setdefault(ref.oid, set()).add(ref.name)

    def tagger(self, oid: str) -> headers.Person | None:
        """Who made the tag object, and when."""
        header = self._headers.get(oid)
        return header.person if header else None

    def names(self, oid: str) -> tuple[str, ...]:
        """The refs that lead to an object by tags alone."""
        found: set[str] = set()
        pending, seen = [oid], {oid}
        while pending:
            one = pending.pop()
            found |= self._names.get(one, set())
            for outer in self._around.get(one, ()):
                if outer not in seen:
                    seen.add(outer)
                    pending.append(outer)
        return tuple(sorted(found))
