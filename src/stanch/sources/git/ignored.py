"""Files that git ignores, for users who want them left out."""

from collections.abc import Iterable

from stanch.model import Coverage
from stanch.sources.files import File, Repository
from stanch.sources.git.command import Git


def without(files: Iterable[File], found: Iterable[File | Repository], coverage: Coverage) -> list[File]:
    """`files` less those that the repositories in `found` ignore; their number is noted in `coverage`."""
    left = {file.full: file for file in files}
    before = len(left)
    for repository in found:
        if isinstance(repository, Repository):
            listed = Git(repository.full).run(
                "ls-files", "--others", "--ignored", "--exclude-standard", "-z", check=False
            )
            for name in listed.split(b"\0"):
                left.pop(f"{repository.full}/{name.decode('utf-8', 'surrogateescape')}", None)
    if len(left) < before:
        coverage.note(f"{before - len(left)} files that git ignores were left out, as asked")
    return list(left.values())
