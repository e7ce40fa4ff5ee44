"""What a push brings: the lines that git gives to pre-push and pre-receive, as updates and revisions."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from stanch.errors import TargetError

_HEX = frozenset("0123456789abcdef")


class Update(msgspec.Struct, frozen=True):
    """One ref that a push creates, moves or deletes."""

    ref: str
    """Its name at the receiving end."""
    old: str
    new: str

    @property
    def deletes(self) -> bool:
        """Whether the ref goes away, so that nothing is brought."""
        return is_zero(self.new)


def read_pre_push(lines: bytes) -> list[Update]:
    """The lines `<local ref> <local id> <remote ref> <remote id>`; the local ref may be any expression."""
    read = _read("pre-push", lines, lambda line: line.rsplit(" ", 3), 4)
    return [Update(words[2], _id(words[3]), _id(words[1])) for words in read]


def read_pre_receive(lines: bytes) -> list[Update]:
    """The lines `<old id> <new id> <ref>`."""
    read = _read("pre-receive", lines, lambda line: line.split(" ", 2), 3)
    return [Update(words[2], _id(words[0]), _id(words[1])) for words in read]


def _read(hook: str, lines: bytes, split: Callable[[str], list[str]], count: int) -> Iterator[list[str]]:
    """The `count` words of each line; TargetError where there are not so many."""
    for line in lines.split(b"\n"):
        if not line:
            continue
        words = split(line.decode(errors="surrogateescape"))
        if len(words) != count:
            raise TargetError(f"{hook}: cannot read the line {words!a}")
        yield words


def is_zero(oid: str) -> bool:
    """Whether an object id means "none"; git writes as many zeros as the hash has digits."""
    return not oid.strip("0")


def pushed(updates: Sequence[Update], remote: str) -> tuple[str, ...]:
    """The revisions that a push sends, less what the remote is known to have; empty if it sends nothing.

    Known are its remote-tracking refs and the ids that it named itself, as far as they are here.
    A remote given by its address has no tracking refs: all history counts but those ids.
    """
    new = dict.fromkeys(update.new for update in updates if not update.deletes)
    if not new:
        return ()
    old = dict.fromkeys(update.old for update in updates if not is_zero(update.old))
    return (*new, "--not", f"--remotes={remote}", *_present(list(old)))


def pushed_by_framework(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The same where the pre-commit framework has read the lines and tells of them in the environment.

    It tells of the first ref only; without any, as in `pre-commit run`, HEAD is taken.
    """
    new = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    old = environ.get("PRE_COMMIT_FROM_REF", "")
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    if new.startswith("-"):
        raise TargetError(f"pre-push: cannot read the ref {new!a}")
    known = _present([old]) if old else []
    return (new, "--not", f"--remotes={remote}" if remote else "--remotes", *known)


def received(updates: Sequence[Update]) -> tuple[str, ...]:
    """The revisions that a push brings to this repository; empty if it brings nothing."""
    new = dict.fromkeys(update.new for update in updates if not update.deletes)
    return (*new, "--not", "--all") if new else ()


def _id(text: str) -> str:
    """An object id, SHA-1 or SHA-256: nothing else may get into a command's arguments."""
    if len(text) not in (40, 64) or not _HEX.issuperset(text):
        raise TargetError(f"not an object id: {text!a}")
    return text


def _present(names: list[str]) -> list[str]:
    """The ids of those objects that this repository has."""
    if not names:
        return []
    done = subprocess.run(
        ["git", "cat-file", "--batch-check=%(objectname)"],
        input="\n".join(names).encode(errors="surrogateescape"),
        capture_output=True,
        check=False,
        # A partial clone would otherwise fetch what it is asked for.
        env={**os.environ, "GIT_NO_LAZY_FETCH": "1"},
    )
    found = done.stdout.decode(errors="replace").split("\n")
    return [oid for oid in dict.fromkeys(found) if len(oid) in (40, 64) and _HEX.issuperset(oid)]
