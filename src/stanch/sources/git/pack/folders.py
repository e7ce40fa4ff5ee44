# cython: language_level=3, annotation_typing=False, wraparound=False
"""Walking the delta trees of a pack in which git's trees are.

Plain Python that `folders.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`.
"""

from collections.abc import Iterable

from stanch.sources.git.pack import inner, walk
from stanch.sources.git.pack.store import Pack
from stanch.sources.git.pack.trees import Reader, Version


def follow(pack: Pack, roots: Iterable[int], reader: Reader, first: int) -> list[int]:
    """Let a reader read all trees in the delta trees at `roots`; gives those that cannot be made.

    An object's number is its place in the pack's index, added to `first`.
    """
    failed: list[int] = []
    child = pack.child
    sibling = pack.sibling
    for root in roots:
        # Beside each version the next of its deltas to come. The path from the root is all that is held.
        path: list[tuple[int, Version, int]] = []
        held = 0
        number = root
        while True:
            try:
                content = walk.inflate(pack, number)
                if not path:
                    version = reader.whole(first + pack.position(number), content)
                else:
                    if walk.result_size(content) > walk.LARGEST:
                        raise ValueError("too large to be made here")
                    version = reader.change(path[len(path) - 1][1], content, first + pack.position(number))
            except walk.UNREADABLE:
                failed.extend(pack.below(number))
            else:
                left = child[number]
                if left >= 0:
                    path.append((number, version, left))
                    held += version.size
                    if held > walk.HELD:
                        for _, above, _ in path[: len(path) - 1]:
                            held -= len(above.text)
                            above.text = b""
            while path and path[len(path) - 1][2] < 0:
                held -= len(path.pop()[1].text)
            if not path:
                break
            parent, base, number = path.pop()
            path.append((parent, base, sibling[number]))
            if not base.text and base.size:
                base.text = _rebuilt(pack, path)
                held += base.size
    return failed


def _rebuilt(pack: Pack, path: list[tuple[int, Version, int]]) -> bytes:
    """The text of the last version in a path, which was let go."""
    at = len(path) - 1
    while at and not path[at][1].text:
        at -= 1
    text = path[at][1].text or walk.inflate(pack, path[at][0])
    for number, _, _ in path[at + 1 :]:
        text = inner.apply(text, walk.inflate(pack, number), 0, 0)[0]
    return text
