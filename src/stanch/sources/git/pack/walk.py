"""Walking the trees of a pack: every version of an object, made from its base by what its delta changes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

try:
    from isal import isal_zlib as inflater
except ImportError:
    import zlib as inflater  # type: ignore[no-redef]

from stanch.sources.git.pack import inner
from stanch.sources.git.pack.store import Pack

UNREADABLE = (ValueError, IndexError, inflater.error)
"""What is raised where an entry is not what it should be."""
LARGEST = 8 << 20
"""Objects up to this size are made here, in bytes; larger ones are streams that git gives."""
HELD = 48 << 20
"""Bases of which deltas are still to come are kept up to so many bytes, and made anew when they are needed beyond."""


class Version:
    """One object on its way: what it holds, and what in it is new against its base."""

    __slots__ = ("base", "data", "number", "regions", "state", "zones")

    def __init__(self, number: int, base: "Version | None") -> None:
        self.number = number
        """Its entry in the pack."""
        self.base = base
        self.data: bytes | None = None
        """Its content; nothing where it was let go for the time being."""
        self.regions: list[int] = []
        self.zones: list[int] = []
        """See `inner.apply`; both are empty for what is no delta."""
        self.state: Any = None
        """Whatever who walks wants to find again at its deltas."""


def walk(
    pack: Pack, roots: Iterable[int], failed: Callable[[int], None], *, margin: int, reach: int
) -> Iterator[Version]:
    """Each version in the trees at `roots`, bases before their deltas; what cannot be made goes to `failed`.

    `margin` and `reach` are `inner.apply`'s, in bytes.
    """
    for root in roots:
        top = Version(root, None)
        # Beside each version the next of its deltas to come. The path from the root is all that is held.
        path: list[tuple[Version, int]] = []
        held = 0
        if not _fill(pack, top, failed, margin, reach):
            continue
        yield top
        path.append((top, pack.child[root]))
        held += len(top.data or b"")
        while path:
            base, number = path.pop()
            if number < 0:
                held -= len(base.data or b"")
                base.data = None
                continue
            path.append((base, pack.sibling[number]))
            if base.data is None:
                base.data = _rebuilt(pack, base, margin, reach)
                held += len(base.data)
            version = Version(number, base)
            if not _fill(pack, version, failed, margin, reach):
                continue
            yield version
            if pack.child[number] >= 0:
                path.append((version, pack.child[number]))
                held += len(version.data or b"")
                if held > HELD:
                    for above, _ in path[:-1]:
                        held -= len(above.data or b"")
                        above.data = None


def _fill(pack: Pack, version: Version, failed: Callable[[int], None], margin: int, reach: int) -> bool:
    """Make a version's content from its base's."""
    number = version.number
    try:
        content = inflate(pack, number)
        if version.base is None:
            version.data = content
        else:
            assert version.base.data is not None
            if result_size(content) > LARGEST:
                raise ValueError("too large to be made here")
            version.data, version.regions, version.zones = inner.apply(version.base.data, content, margin, reach)
    except UNREADABLE:
        for each in pack.below(number):
            failed(each)
        return False
    return True


def _rebuilt(pack: Pack, version: Version, margin: int, reach: int) -> bytes:
    """The content of a version that was made before and let go."""
    chain = [version]
    while chain[-1].data is None and chain[-1].base is not None:
        chain.append(chain[-1].base)
    data = chain[-1].data
    for one in reversed(chain):
        if one.data is not None:
            continue
        content = inflate(pack, one.number)
        data = content if data is None else inner.apply(data, content, margin, reach)[0]
    assert data is not None
    return data


def inflate(pack: Pack, number: int) -> bytes:
    """What an entry inflates to: an object or a delta. ValueError if that is not what it says, or too large."""
    size = pack.sizes[number]
    if size > LARGEST:
        raise ValueError("too large to be made here")
    stream = inflater.decompressobj()
    content = stream.decompress(pack.raw(number), size + 1)
    if len(content) != size or not stream.eof:  # at its end it was checked against its checksum
        raise ValueError("an entry of another size than it says")
    return content


def result_size(delta: bytes) -> int:
    """The size of what a delta makes, in bytes."""
    return inner.sizes(delta)[1]
