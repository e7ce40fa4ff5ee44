# cython: language_level=3, annotation_typing=False, wraparound=False
"""Walking the trees of a pack: every version of an object, made from its base by what its delta changes.

Plain Python that `walk.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`.
"""

from collections.abc import Callable, Iterable

try:
    from isal import isal_zlib as inflater
except ImportError:
    import zlib as inflater  # type: ignore[no-redef]

from stanch.sources.git.pack import inner
from stanch.sources.git.pack.store import Pack
from stanch.version import Version

UNREADABLE: tuple[type[Exception], ...] = (ValueError, IndexError, inflater.error)  # type: ignore[assignment]
"""What is raised where an entry is not what it should be."""
_new_stream = inflater.decompressobj
LARGEST = 8 << 20
"""Objects up to this size are made here, in bytes; larger ones are streams that git gives."""
HELD = 48 << 20
"""Bases of which deltas are still to come are kept up to so many bytes, and made anew when they are needed beyond."""
MANY = 1000
TOGETHER = 1 << 19
"""Versions are handed out together, so many of them or so many bytes: whoever looks at them does it at once."""


class Walk:
    """The versions in some trees of a pack, handed out batch by batch, bases before their deltas."""

    def __init__(
        self, pack: Pack, roots: Iterable[int], failed: Callable[[int], None], *, margin: int, reach: int
    ) -> None:
        """What cannot be made goes to `failed`, by number. `margin` and `reach` are `inner.apply`'s, in bytes."""
        self.pack = pack
        self.failed = failed
        self.margin = margin
        self.reach = reach
        self.child = pack.child
        self.sibling = pack.sibling
        self.roots = list(roots)
        self.roots.reverse()
        self.path: list[Version] = []
        """From a root down to where the walk is."""
        self.coming: list[int] = []
        """For each of them the next of its deltas to come, or -1."""
        self.done: list[Version] = []
        """Those that nobody needs any more once the batch has been looked at."""
        self.held = 0
        """How many bytes of contents are kept for the deltas to come."""

    def batch(self) -> list[Version]:
        """The next versions, none at the end; their contents are there until the next call."""
        self._let_go()
        found: list[Version] = []
        size = 0
        while not found or (len(found) < MANY and size < TOGETHER and self.held <= HELD):
            version = self._next()
            if version is None:
                break
            found.append(version)
            size += len(version.data)
        return found

    def _next(self) -> Version | None:
        """The next version that can be made."""
        while True:
            if not self.path:
                if not self.roots:
                    return None
                number = self.roots.pop()
                version = self._made(number, None)
            else:
                last = len(self.path) - 1
                base = self.path[last]
                number = self.coming[last]
                if number < 0:
                    self.path.pop()
                    self.coming.pop()
                    self.done.append(base)
                    self.held -= len(base.data)
                    continue
                self.coming[last] = self.sibling[number]
                if not base.held:
                    base.data = self._rebuilt(base)
                    base.held = True
                    self.held += len(base.data)
                version = self._made(number, base)
            if version is None:
                continue
            if self.child[number] < 0:
                self.done.append(version)
            else:
                self.path.append(version)
                self.coming.append(self.child[number])
                self.held += len(version.data)
            return version

    def _let_go(self) -> None:
        """Forget contents that are not needed any more, and where they are too many those to be made anew."""
        for version in self.done:
            version.data = b""
        self.done = []
        if self.held > HELD:
            for number in range(len(self.path) - 1):
                version = self.path[number]
                self.held -= len(version.data)
                version.data = b""
                version.held = False

    def _made(self, number: int, base: Version | None) -> Version | None:
        """A version made from its base's content; nothing where that fails."""
        try:
            content = inflate(self.pack, number)
            if base is None:
                return Version(number, None, content)
            if result_size(content) > LARGEST:
                raise ValueError("too large to be made here")
            data, regions, zones = inner.apply(base.data, content, self.margin, self.reach)
        except UNREADABLE:
            for each in self.pack.below(number):
                self.failed(each)
            return None
        version = Version(number, base, data)
        version.regions = regions
        version.zones = zones
        return version

    def _rebuilt(self, version: Version) -> bytes:
        """The content of a version that was made before and let go."""
        chain = [version]
        base = version.base
        while base is not None and not chain[len(chain) - 1].held:
            chain.append(base)
            base = base.base
        chain.reverse()
        data = chain[0].data
        for one in chain:
            if one.held:
                continue
            content = inflate(self.pack, one.number)
            data = content if one.base is None else inner.apply(data, content, self.margin, self.reach)[0]
        return data


def inflate(pack: Pack, number: int) -> bytes:
    """What an entry inflates to: an object or a delta. ValueError if that is not what it says, or too large."""
    size = pack.sizes[number]
    if size > LARGEST:
        raise ValueError("too large to be made here")
    stream = _new_stream()
    content = stream.decompress(pack.raw(number), size + 1)
    if len(content) != size or not stream.eof:  # at its end it was checked against its checksum
        raise ValueError("an entry of another size than it says")
    return content


def result_size(delta: bytes) -> int:
    """The size of what a delta makes, in bytes."""
    return inner.sizes(delta)[1]
