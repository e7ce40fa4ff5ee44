"""What changes, as a unified diff: one that `git apply` takes, and one to look at, with every secret masked."""

import difflib
import re
from collections.abc import Iterable, Iterator

from stanch.model import mask
from stanch.respond.fix.model import FileChange
from stanch.textfile import printable

LONGEST = 1000
"""So many characters of a line are shown."""
_ODD = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_WITHOUT_END = "\n\\ No newline at end of file\n"


def patch(changes: Iterable[FileChange]) -> bytes:
    """A patch with everything in it, the secrets in the lines that go among that."""
    return "".join("".join(_file(change)) for change in changes).encode()


def shown(changes: Iterable[FileChange], secrets: Iterable[str]) -> Iterator[str]:
    """The lines of the diff for a terminal."""
    known = sorted({part for secret in secrets for part in _spellings(secret)}, key=len, reverse=True)
    for change in changes:
        text = "".join(_file(change))
        for secret in known:
            text = text.replace(secret, mask(secret))
        yield from (_short(printable(line.replace("\t", "    ").rstrip("\r"))) for line in text.split("\n")[:-1])


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ... and {len(line) - LONGEST} more characters"


def _spellings(secret: str) -> Iterator[str]:
    """A secret, and the pieces of one that stands on several lines or in several literals: a diff shows lines."""
    yield secret
    yield from (piece for piece in re.split(r"[\s\"'`+\\]+", secret) if len(piece) >= 6)


def _file(change: FileChange) -> Iterator[str]:
    old, new = _quoted(f"a/{change.path}"), _quoted(f"b/{change.path}")
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
        old = "/dev/null"
    before, after = _lines(change.before or b""), _lines(change.after)
    for number, line in enumerate(difflib.unified_diff(before, after, _named(old), _named(new))):
        if number >= 2 and not line.endswith("\n"):
            yield line + _WITHOUT_END
        else:
            yield line


def _lines(data: bytes) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", data.decode()) if line]


def _named(path: str) -> str:
    """A path in a header; a tab ends one that holds a space, or a reader could not tell where it does."""
    return f"{path}\t" if " " in path else path


def _quoted(path: str) -> str:
    if not _ODD.search(path):
        return path
    return '"' + _ODD.sub(lambda one: _ESCAPES.get(one[0], f"\\{ord(one[0]):03o}"), path) + '"'
