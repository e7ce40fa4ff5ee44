"""The configuration that counts for a push: a bare repository has no files, so it is taken from a commit."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeGuard

from stanch.errors import StanchError
from stanch.guard.pushes import Update
from stanch.guard.record import git_folder

CONFIG, BASELINE = "stanch.toml", ".stanch-baseline"

LARGEST = 4 << 20
"""A larger configuration or baseline is not taken."""

NAMES = 50
"""How many files a configuration may name."""


@contextmanager
def configured(
    updates: Sequence[Update], source: str, environ: Mapping[str, str]
) -> Iterator[tuple[Path | None, Path | None]]:
    """Configuration and baseline as files for the time of a scan, or nothing where there are none.

    `source` is "pushed" for those in the commits that are pushed, or "head" for those of the default branch
    as it is before the push. They lie within the repository, so that they are trusted no more than its content.
    """
    commit = _commit(updates) if source == "pushed" else "HEAD"
    files = _read(commit, [CONFIG, BASELINE])
    baseline = BASELINE
    if CONFIG in files:
        named, baseline = _named(files[CONFIG])
        files.update(_read(commit, [name for name in (*named, baseline) if name not in files]))
    if not files:
        yield None, None
        return
    folder = _folder(environ)
    try:
        for name, content in files.items():
            path = folder / name
            with suppress(OSError):  # a name that this file system does not take; the scan will miss the file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        yield tuple(folder / name if name in files else None for name in (CONFIG, baseline))  # type: ignore[misc]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _commit(updates: Sequence[Update]) -> str:
    """The pushed commit whose configuration counts: where they differ, that of the default branch."""
    tips = {update.new: update.ref for update in updates if not update.deletes}
    lines = "".join(f"{oid}:{name}\n" for oid in tips for name in (CONFIG, BASELINE))
    found = _git("cat-file", "--batch-check=%(objectname)", stdin=lines.encode()).splitlines()
    # A line for a file that is not there names the commit; all such are alike.
    files = [b"" if line.endswith(b" missing") else line for line in found]
    if len(set(zip(files[::2], files[1::2], strict=False))) == 1:
        return next(iter(tips))
    default = _git("symbolic-ref", "-q", "HEAD").strip().decode(errors="surrogateescape")
    return next((oid for oid, ref in tips.items() if ref == default), "HEAD")


def _named(content: bytes) -> tuple[list[str], str]:
    """The rule files and the baseline that a configuration names; a faulty one is for the scan to complain of."""
    import tomllib

    try:
        table = tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        return [], BASELINE
    rules = table.get("gitleaks")
    scan = table.get("scan")
    baseline = scan.get("baseline") if isinstance(scan, dict) else None
    names = [name for name in rules if _is_inside(name)] if isinstance(rules, list) else []
    return names[:NAMES], baseline if _is_inside(baseline) else BASELINE


def _is_inside(name: object) -> TypeGuard[str]:
    """Whether a name is a plain path in the repository, and fit for a line of `git cat-file`'s input."""
    if not isinstance(name, str) or not name.isprintable() or "\\" in name or ":" in name:
        return False
    return bool(name) and not name.startswith("/") and not {"..", ".", ""} & set(name.split("/"))


def _read(commit: str, names: Sequence[str]) -> dict[str, bytes]:
    """Those files that a commit has."""
    found = {}
    for name in dict.fromkeys(names):
        size = _git("cat-file", "-s", f"{commit}:{name}").strip()
        if size.isdigit() and int(size) <= LARGEST:
            found[name] = _git("cat-file", "blob", f"{commit}:{name}")
    return found


def _folder(environ: Mapping[str, str]) -> Path:
    parent = git_folder(environ) / "stanch"
    try:
        parent.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="push-", dir=parent)).absolute()
    except OSError as error:
        raise StanchError(f"cannot write into {parent}: {error.strerror}") from None


def _git(*arguments: str, stdin: bytes = b"") -> bytes:
    """What a git command prints; nothing if it fails, as for a file that is not there."""
    environ = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    done = subprocess.run(["git", *arguments], input=stdin, capture_output=True, check=False, env=environ)
    return b"" if done.returncode else done.stdout
