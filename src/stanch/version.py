"""A text as one of a chain of versions, each made from another by a few changes."""

from typing import Any


class Version:
    """One text, and what in it is new against the one that it was made from."""

    def __init__(self, number: int, base: "Version | None", data: bytes) -> None:
        """`number` is whatever its maker calls it by."""
        self.number = number
        self.base = base
        """The version that it was made from; nothing for one that stands for itself."""
        self.data = data
        """Its content."""
        self.held = True
        """Whether that is there; if not, it was let go for the time being."""
        self.regions: list[int] = []
        self.zones: list[int] = []
        """See `stanch.sources.git.pack.inner.apply`; both are empty for what stands for itself."""
        self.text = False
        """Whether it is plain text."""
        self.hits: Any = None
        """Where something may be in it, see `stanch.detect.carry.Hits`."""
        self.found = False
        """Whether anything was found in it."""
        self.matches: Any = None
        """What that was, as `stanch.model.Match`; nothing where that is not known."""
