"""Files that git ignores, for users who want them left out."""

from stanch.model import Coverage
from stanch.sources.files import File, Repository
from stanch.sources.git.command import Git


def without(found: list[File | Repository], coverage: Coverage) -> list[File | Repository]:
    """`found` less those files that the repositories in it ignore; their number is noted in `coverage`."""
    ignored: set[str] = set()
    for repository in found:
        if isinstance(repository, Repository):
            listed = Git(repository.full).run(
                "ls-files", "--others", "--ignored", "--exclude-standard", "-z", check=False
            )
            names = listed.decode("utf-8", "surrogateescape").split("\0")
            ignored.update(f"{repository.full}/{name}" for name in names)
    left = [one for one in found if isinstance(one, Repository) or one.full not in ignored]
    if len(left) < len(found):
        coverage.note(f"{len(found) - len(left)} files that git ignores were left out, as asked")
    return left
