"""What in a work tree names a variable: the places that need a new value when the old one ends.

A search for words, not for meaning: it reads no language, is bounded in files, bytes and time, and says when a bound
was reached. It never gives the text of a line, which may hold another secret.
"""

import re
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from stanch.model import Coverage
from stanch.sources import files

_FILES = 50_000
_FILE = 2_000_000
"""Bytes; what is larger is no source that somebody wrote."""
_SECONDS = 20.0
_USES = 200
_PASSED = re.compile(
    r"\.git|\.hg|\.svn|node_modules|bower_components|vendor|\.?venv|site-packages|__pycache__|\.tox|\.nox|"
    r"\.[a-z]+_cache|\.gradle|\.terraform|\.next|target|dist"
)
"""Folders of what others wrote and of what was built."""
_READS = re.compile(
    rb"environ|getenv|process\.env|import\.meta\.env|\bENV\b|Getenv|LookupEnv|env::var|GetEnvironmentVariable|"
    rb"secrets\.|secretKeyRef|valueFrom|\$\{?[A-Za-z_]|config\(|settings\."
)


_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_COMMON = frozenset(
    (
        *("access", "account", "api", "app", "auth", "authorization", "base", "bearer", "client", "config", "database"),
        *("db", "default", "dev", "env", "header", "host", "id", "key", "local", "login", "my", "name", "new", "old"),
        *("pass", "password", "path", "prod", "production", "private", "pwd", "secret", "server", "service"),
        *("settings", "test", "token", "uri", "url", "user", "username", "value", "x"),
    )
)
"""Parts of names that say what a value is and not whose."""


class Use(msgspec.Struct, frozen=True):
    """One line that names the variable."""

    path: str
    line: int
    name: str
    reads: bool
    """Whether the line looks as if it took the value from outside (environment, secret, setting)."""


def telling(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that are worth a search: a bare `token` or `api_key` stands everywhere and means nothing."""
    return tuple(dict.fromkeys(name for name in names if _says_more(name)))


def _says_more(name: str) -> bool:
    """Two parts or more: written as environment variables are, or with one that is not about all such values."""
    parts = [part.lower() for part in _PART.findall(name)]
    return len(parts) > 1 and (name.isupper() or any(part not in _COMMON and len(part) > 1 for part in parts))


class Search(msgspec.Struct, frozen=True):
    """What was found, and what kept the search from seeing all."""

    uses: tuple[Use, ...]
    limited: str = ""


def search(root: Path, names: Collection[str], *, without: Iterable[tuple[str, int]] = ()) -> Search:
    """Every line below `root` that holds one of `names` as a whole word, but for the places (path, line) in `without`.

    Case counts. Files are read in the order of their paths, links are not followed.
    """
    words = sorted({name for name in names if name}, key=len, reverse=True)
    if not words:
        return Search(())
    pattern = re.compile(
        rb"(?<![A-Za-z0-9_])(?:" + b"|".join(re.escape(word.encode()) for word in words) + rb")(?![A-Za-z0-9_])"
    )
    known = set(without)
    uses: list[Use] = []
    end, count, large = time.monotonic() + _SECONDS, 0, 0
    for file in _sources(root):
        count += 1
        if count > _FILES:
            return Search(tuple(uses), f"only {_FILES:,} files were searched")
        if time.monotonic() > end:
            return Search(tuple(uses), f"the search was ended after {_SECONDS:.0f} seconds")
        if file.size > _FILE:
            large += 1
            continue
        for use in _uses(file, pattern):
            if (use.path, use.line) not in known:
                uses.append(use)
        if len(uses) >= _USES:
            return Search(tuple(uses[:_USES]), f"only the first {_USES} places are listed")
    return Search(tuple(uses), f"{large:,} files above {_FILE // 1_000_000} MB were left out" if large else "")


def _sources(root: Path) -> Iterator[files.File]:
    walked = files.walk(root, Coverage(), excluded=lambda path: bool(_PASSED.fullmatch(path.rpartition("/")[2])))
    return (file for file in walked if isinstance(file, files.File))


def _uses(file: files.File, pattern: re.Pattern[bytes]) -> Iterator[Use]:
    try:
        with open(file.full, "rb", opener=files.regular) as stream:
            content = stream.read(_FILE)
    except OSError:
        return
    if b"\0" in content[:8000] or not pattern.search(content):
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        found = pattern.search(line)
        if found:
            yield Use(file.path, number, found[0].decode(), bool(_READS.search(line)))
