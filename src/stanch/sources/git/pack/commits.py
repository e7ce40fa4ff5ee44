# cython: language_level=3, annotation_typing=False, wraparound=False
"""The loops over every commit: its header, the order of all of them, and what is handed down from parents to children.

Plain Python that runs as such, and faster where Cython has compiled it: see `inner.py`.
"""

from array import array

from stanch.sources.git.pack.table import Table

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
_TREE = b"tree "
_PARENT = b"parent "
_AUTHOR = b"author "
_COMMITTER = b"committer "


def header(data: bytes, width: int) -> tuple[bytes, int]:
    """The names of a commit's tree and of its parents, in bytes, one after the other, and when it was committed.

    Nothing for a header that is not as git writes it; object names take `width` bytes.
    """
    raw = data
    end = len(raw)
    links = bytearray()
    at = 0
    while True:
        word = _PARENT if links else _TREE
        if not _begins(raw, at, word):
            break
        at += len(word)
        if at + 2 * width >= end or raw[at + 2 * width] != 10:
            return b"", 0
        for _ in range(width):
            high = _digit(raw[at])
            low = _digit(raw[at + 1])
            if high < 0 or low < 0:
                return b"", 0
            links.append(high << 4 | low)
            at += 2
        at += 1
    if not links or not _begins(raw, at, _AUTHOR):
        return b"", 0
    at = _line(raw, at)
    if not _begins(raw, at, _COMMITTER):
        return b"", 0
    stop = _line(raw, at)
    place = stop - 1
    while place > at and raw[place] != 62:  # >
        place -= 1
    if place == at:
        return b"", 0
    place += 1
    if place < stop and raw[place] == 32:
        place += 1
    seconds = 0
    first = place
    while place < stop and 48 <= raw[place] <= 57 and place - first < 19:
        seconds = seconds * 10 + (raw[place] - 48)
        place += 1
    if place == first:
        return b"", 0
    if place < stop and raw[place] == 32:
        place += 1
        while place < stop and (raw[place] == 43 or raw[place] == 45 or 48 <= raw[place] <= 57):
            place += 1
    if place >= stop or raw[place] != 10:
        return b"", 0
    # More lines may follow, such as a signature. One more parent among them is nothing that git would write.
    while stop < end and raw[stop] != 10:
        if _begins(raw, stop, _PARENT):
            return b"", 0
        stop = _line(raw, stop)
    if stop >= end:
        return b"", 0
    return bytes(links), seconds


def _begins(raw: bytes, at: int, word: bytes) -> bool:
    if at + len(word) > len(raw):
        return False
    for number in range(len(word)):  # noqa: SIM110 - compiled, this is the fastest
        if raw[at + number] != word[number]:
            return False
    return True


def _line(raw: bytes, at: int) -> int:
    """Where the next line begins."""
    while at < len(raw):
        if raw[at] == 10:
            return at + 1
        at += 1
    return at


def _digit(byte: int) -> int:
    if 48 <= byte <= 57:
        return byte - 48
    if 97 <= byte <= 102:
        return byte - 87
    return -1


def link(
    rows: "array[int]", ends: "array[int]", parents: bytes, width: int, table: Table
) -> tuple["array[int]", "array[int]"]:
    """Number the parents of commits by the places that names have in `table`: `begins` and `parents` of `order`.

    `rows` has for each commit the how-manieth row is its own; in `parents` the names of a row's parents stand before
    its place in `ends`, behind those of the row before.
    """
    count = len(rows)
    begins = array("i", bytes(4 * (count + 1)))
    found = array("i", bytes(4 * (len(parents) // width + 1)))
    first = begins
    into = found
    done = 0
    for number in range(count):
        row = rows[number]
        for at in range(ends[row - 1] if row else 0, ends[row]):
            if done >= len(into):
                raise ValueError("a commit stands twice")
            into[done] = table.find(parents, at * width)
            done += 1
        first[number + 1] = done
    return begins, found[:done]


def places(ranks: "array[int]") -> "array[int]":
    """The place of each number in `ranks`."""
    found = array("i", bytes(4 * len(ranks)))
    into = found
    for place in range(len(ranks)):
        into[ranks[place]] = place
    return found


def order(begins: "array[int]", parents: "array[int]", seconds: "array[int]") -> "array[int]":
    """All commits by their numbers, after their parents, and of those that could be next the oldest first.

    The parents of number n stand in `parents` from `begins[n]` to `begins[n + 1]`, -1 for one that is not here.
    Of commits of the same second that with the lower number comes first, and last those that go round in a circle.
    """
    count = len(seconds)
    waiting = array("i", bytes(4 * count))
    child_begins = array("i", bytes(4 * (count + 2)))
    children = array("i", bytes(4 * (len(parents) + 1)))
    heap = array("i", bytes(4 * (count + 1)))
    found = array("i", bytes(4 * count))
    left = waiting
    first = child_begins
    down = children
    ready = heap
    into = found
    for number in range(count):
        for at in range(begins[number], begins[number + 1]):
            if parents[at] >= 0:
                left[number] += 1
                first[parents[at] + 2] += 1
    for number in range(count):
        first[number + 2] += first[number + 1]
    for number in range(count):
        for at in range(begins[number], begins[number + 1]):
            if parents[at] >= 0:
                down[first[parents[at] + 1]] = number
                first[parents[at] + 1] += 1
    size = 0
    for number in range(count):
        if not left[number]:
            ready[size] = number
            size += 1
            _up(ready, size - 1, seconds)
    done = 0
    while size:
        number = ready[0]
        size -= 1
        ready[0] = ready[size]
        _down(ready, size, seconds)
        into[done] = number
        done += 1
        left[number] = -1
        for at in range(first[number], first[number + 1]):
            child = down[at]
            left[child] -= 1
            if not left[child]:
                ready[size] = child
                size += 1
                _up(ready, size - 1, seconds)
    for number in range(count):
        if left[number] > 0:
            into[done] = number
            done += 1
    return found


def _before(one: int, other: int, seconds: "array[int]") -> bool:
    if seconds[one] != seconds[other]:
        return seconds[one] < seconds[other]
    return one < other


def _up(ready: "array[int]", place: int, seconds: "array[int]") -> None:
    while place:
        above = (place - 1) >> 1
        if not _before(ready[place], ready[above], seconds):
            return
        ready[place], ready[above] = ready[above], ready[place]
        place = above


def _down(ready: "array[int]", size: int, seconds: "array[int]") -> None:
    place = 0
    while 2 * place + 1 < size:
        least = 2 * place + 1
        if least + 1 < size and _before(ready[least + 1], ready[least], seconds):
            least += 1
        if not _before(ready[least], ready[place], seconds):
            return
        ready[place], ready[least] = ready[least], ready[place]
        place = least


def hand_down(ranks: "array[int]", begins: "array[int]", parents: "array[int]", masks: "array[int]") -> None:
    """Give each commit, in the order of `ranks`, the bits that its parents have in `masks`; see `order`."""
    for place in range(len(ranks)):
        number = ranks[place]
        mask = masks[number]
        for at in range(begins[number], begins[number + 1]):
            if parents[at] >= 0:
                mask |= masks[parents[at]]
        masks[number] = mask
