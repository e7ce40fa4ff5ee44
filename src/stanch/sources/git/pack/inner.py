# cython: language_level=3, annotation_typing=False, wraparound=False
"""The loops over every byte of a delta and every entry of a pack.

This is plain Python, and runs as such. `inner.pxd` gives its names C types: where a C compiler is at hand when
stanch is built, Cython compiles this very file, and the loops run some fifteen times faster. Every index is checked
in both forms, so that damaged or hostile input ends in ValueError or IndexError and never outside of the bytes.

The formats are those of git's Documentation/gitformat-pack.
"""

from array import array
from typing import Any

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""
_marks = array("q", bytes(8 * 3 * 1024))
"""Of the delta that is being applied, three numbers for each stretch of what is new: where it begins, where it ends,
and what must be added to places before it to get those in the base."""
OFFSET_DELTA = 6
REFERENCE_DELTA = 7


def entries(
    pack: memoryview,
    offsets: "array[int]",
    width: int,
    kinds: "array[int]",
    sizes: "array[int]",
    bases: "array[int]",
    places: "array[int]",
) -> None:
    """Read the header of the entry at each of `offsets` in a pack whose object names take `width` bytes.

    Fills in its kind (1 to 4 commit, tree, blob, tag; 6 and 7 deltas), the size of what it inflates to, the offset of
    the base of an offset delta, and where its compressed bytes begin. ValueError or IndexError if it is none.
    """
    for number in range(len(offsets)):
        at = offsets[number]
        byte = pack[at]
        at += 1
        kind = byte >> 4 & 7
        size = byte & 15
        shift = 4
        while byte & 128:
            if shift > 53:
                raise ValueError("the size of an entry is out of all bounds")
            byte = pack[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
        base = 0
        if kind == OFFSET_DELTA:
            byte = pack[at]
            at += 1
            back = byte & 127
            while byte & 128:
                if back > 1 << 48:
                    raise ValueError("the base of a delta is out of all bounds")
                byte = pack[at]
                at += 1
                back = ((back + 1) << 7) | (byte & 127)
            base = offsets[number] - back
            if base <= 0:
                raise ValueError("the base of a delta lies before the pack")
        elif kind == REFERENCE_DELTA:
            at += width
        elif kind == 0 or kind == 5:
            raise ValueError("an entry of no known kind")
        kinds[number] = kind
        sizes[number] = size
        bases[number] = base
        places[number] = at


def absent(names: bytes, width: int, wanted: bytes) -> list[int]:
    """Which of `wanted` are not among `names`, by their numbers. Both hold names of `width` bytes, all in one;
    `names` rise."""
    have = names
    look = wanted
    found: list[int] = []
    for number in range(len(look) // width):
        at = number * width
        low = 0
        high = len(have) // width
        while low < high:
            middle = (low + high) >> 1
            place = middle * width
            byte = 0
            while byte < width and have[place + byte] == look[at + byte]:
                byte += 1
            if byte == width:
                break
            if have[place + byte] < look[at + byte]:
                low = middle + 1
            else:
                high = middle
        if low >= high:
            found.append(number)
    return found


def order(offsets: "array[int]", into: "array[int]", spare: "array[int]") -> None:
    """Write into `into` the places of `offsets` by rising offset, and sort `offsets` too.

    All three are as long; `spare` is overwritten.
    """
    count = len(offsets)
    if count < 4096:  # counting would take longer than sorting
        pairs = sorted([(offsets[number], number) for number in range(count)])
        for number in range(count):
            offsets[number] = pairs[number][0]
            into[number] = pairs[number][1]
        return
    counts = array("q", bytes(8 * 65536))
    for number in range(count):
        into[number] = number
    # Sixteen bits at a time, from the lowest: three rounds do for packs of 256 TB.
    for shift in (0, 16, 32):
        for slot in range(65536):
            counts[slot] = 0
        for number in range(count):
            counts[offsets[number] >> shift & 65535] += 1
        total = 0
        for slot in range(65536):
            size = counts[slot]
            counts[slot] = total
            total += size
        for number in range(count):
            entry = into[number]
            slot = offsets[entry] >> shift & 65535
            spare[counts[slot]] = entry
            counts[slot] += 1
        for number in range(count):
            into[number] = spare[number]
    for number in range(count):
        spare[number] = offsets[into[number]]
    for number in range(count):
        offsets[number] = spare[number]


def forest(
    offsets: "array[int]",
    bases: "array[int]",
    parents: "array[int]",
    child: "array[int]",
    sibling: "array[int]",
) -> None:
    """Make trees of entries, which stand by rising offset, and the bases of their deltas.

    `bases` holds the base's offset, or 0; `parents` gets the base's number for those (others keep what they have, -1
    for none). `child` and `sibling` get each entry's first delta and the next delta of the same base, or -1.
    ValueError where no entry is at a base's offset.
    """
    count = len(offsets)
    for number in range(count):
        child[number] = -1
        sibling[number] = -1
    # From the last, so that the first delta of a base comes first.
    for number in range(count - 1, -1, -1):
        base = bases[number]
        if base:
            low = 0
            high = number
            while low < high:
                middle = (low + high) >> 1
                if offsets[middle] < base:
                    low = middle + 1
                else:
                    high = middle
            if low == number or offsets[low] != base:
                raise ValueError("no entry is where a delta's base should be")
            parents[number] = low
        parent = parents[number]
        if parent >= 0:
            sibling[number] = child[parent]
            child[parent] = number


def grow(
    kinds: "array[int]",
    sizes: "array[int]",
    child: "array[int]",
    sibling: "array[int]",
    roots: "array[int]",
    weights: "array[int]",
    price: int,
) -> None:
    """Follow every tree from its root. `roots` gets each entry's root, -1 where none leads to it; `weights` gets for
    each root what its tree inflates to, deltas as they are, plus `price` for each entry."""
    count = len(kinds)
    waiting = array("q", bytes(8 * count))
    for number in range(count):
        roots[number] = -1
    for root in range(count):
        if kinds[root] >= OFFSET_DELTA:
            continue
        weight = 0
        waiting[0] = root
        left = 1
        while left:
            left -= 1
            number = waiting[left]
            roots[number] = root
            if weight >> 60 == 0:  # what sizes claim may add up to more than fits
                weight += sizes[number] + price
            number = child[number]
            while number >= 0:
                waiting[left] = number
                left += 1
                number = sibling[number]
        weights[root] = weight


def sizes(delta: bytes) -> tuple[int, int, int]:
    """The size of a delta's base and of what it makes, and where its operations begin. ValueError or IndexError."""
    raw = delta
    at = 0
    source_size = 0
    size = 0
    for _ in range(2):
        source_size = size
        size = 0
        shift = 0
        byte = 128
        while byte & 128:
            if shift > 53:
                raise ValueError("a size in a delta is out of all bounds")
            byte = raw[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
    return source_size, size, at


def apply(base: bytes, delta: bytes, margin: int, reach: int) -> tuple[bytes, list[int], list[int]]:
    """What `delta` makes of `base`, and which parts of it are new.

    The first list holds four numbers for each stretch to look at: where it begins, from where on and up to where what
    is in it is new, and where it ends. It goes on to the ends of the lines of what was inserted, or where two copies
    meet, and `margin` bytes beyond that at least, but not over `reach` bytes. The second holds three numbers for each
    stretch between those: which places in it begin and end it, and what must be added to get the place in `base` that
    it is a copy of. A place is one between bytes: there is one more than there are bytes. ValueError or IndexError if
    this is no delta of this base.
    """
    raw = delta
    view = base
    end = len(raw)
    source_size, size, at = sizes(delta)
    if source_size != len(base):
        raise ValueError("a delta of another base")
    # Where this is compiled, the bytes are written into their place: nobody has seen them yet.
    made: Any = unwritten(size) if COMPILED else bytearray(size)  # type: ignore[name-defined]  # noqa: F821
    into = made
    _make_room(min(size // (2 * margin + 1), end) + 2)
    marks = _marks
    count = 0
    done = 0
    moved = 0
    last = -1
    while at < end:
        op = raw[at]
        at += 1
        if op & 128:
            start = 0
            length = 0
            if op & 1:
                start = raw[at]
                at += 1
            if op & 2:
                start |= raw[at] << 8
                at += 1
            if op & 4:
                start |= raw[at] << 16
                at += 1
            if op & 8:
                byte = raw[at]  # has 64 bits where it is compiled: the shift must not reach a sign
                start |= byte << 24
                at += 1
            if op & 16:
                length = raw[at]
                at += 1
            if op & 32:
                length |= raw[at] << 8
                at += 1
            if op & 64:
                length |= raw[at] << 16
                at += 1
            if length == 0:
                length = 65536
            if start + length > source_size or done + length > size:
                raise ValueError("a copy goes beyond the end")
            new = start - done != moved
            low = done
            high = done
            if COMPILED:
                memcpy(into + done, view + start, length)  # type: ignore[name-defined,operator]  # noqa: F821
            else:
                into[done : done + length] = view[start : start + length]
            done += length
            after = start - low
        else:
            if op == 0 or at + op > end or done + op > size:
                raise ValueError("an insertion goes beyond the end")
            new = True
            low = done
            if COMPILED:
                for byte in range(op):
                    into[done + byte] = raw[at + byte]
            else:
                into[done : done + op] = raw[at : at + op]
            at += op
            done += op
            high = done
            after = moved
        if new:
            if last < 0 or low - last > 2 * margin:
                marks[3 * count] = low
                marks[3 * count + 2] = moved
                count += 1
            last = high
            marks[3 * count - 2] = last
            moved = after
    if done != size:
        raise ValueError("a delta makes less than it says")
    if size + moved != source_size:
        # What followed the last copy is gone: the end is another.
        if last < 0 or size - last > 2 * margin:
            marks[3 * count] = size
            marks[3 * count + 2] = moved
            count += 1
        marks[3 * count - 2] = size
    data: bytes = made if COMPILED else bytes(made)
    return data, *_stretches(data, count, moved, margin, reach)


def _make_room(count: int) -> None:
    """For so many stretches in `_marks`."""
    global _marks
    if len(_marks) < 3 * count:
        _marks = array("q", bytes(8 * 3 * count))


def _stretches(data: bytes, count: int, moved: int, margin: int, reach: int) -> tuple[list[int], list[int]]:
    """Widen what is new, the first `count` of the `_marks`, to whole lines and by the margin; see `apply`."""
    marks = _marks
    view = data
    size = len(data)  # not of a C pointer, which knows no length
    regions: list[int] = []
    zones: list[int] = []
    passed = 0
    for number in range(count):
        core = marks[3 * number]
        edge = marks[3 * number + 1]
        floor = core - reach
        if floor < 0:
            floor = 0
        low = core
        while low > floor and view[low - 1] != 10:
            low -= 1
        if low > core - margin:
            low = core - margin
            if low < floor:
                low = floor
        ceiling = edge + reach
        if ceiling > size:
            ceiling = size
        high = edge
        while high < ceiling and view[high] != 10:
            high += 1
        if high < ceiling:
            high += 1
        if high < edge + margin:
            high = edge + margin
            if high > ceiling:
                high = ceiling
        if regions and low < passed:
            regions[len(regions) - 2] = edge
            regions[len(regions) - 1] = high
        else:
            zones.append(passed)
            zones.append(core)
            zones.append(marks[3 * number + 2])
            regions.append(low)
            regions.append(core)
            regions.append(edge)
            regions.append(high)
        passed = high + 1
    if passed <= size:
        zones.append(passed)
        zones.append(size + 1)
        zones.append(moved)
    return regions, zones


def of_kind(kinds: "array[int]", roots: "array[int]", kind: int) -> "array[int]":
    """The numbers of the entries whose root, as `grow` gives it, is of a kind."""
    count = 0
    for number in range(len(roots)):
        if roots[number] >= 0 and kinds[roots[number]] == kind:
            count += 1
    found = array("q", bytes(8 * count))
    into = found
    count = 0
    for number in range(len(roots)):
        if roots[number] >= 0 and kinds[roots[number]] == kind:
            into[count] = number
            count += 1
    return found


def batches(kinds: "array[int]", weights: "array[int]", wanted: bytes, limit: int) -> list[tuple[list[int], int]]:
    """Trees, by the numbers of their roots in the order of the file, packed into lists of at most `limit` weight or one
    tree, each with its weight. `wanted` marks the kinds of roots that are taken; `weights` are those of `grow`."""
    found: list[tuple[list[int], int]] = []
    batch: list[int] = []
    load = 0
    for number in range(len(kinds)):
        if not wanted[kinds[number]]:
            continue
        weight = weights[number]
        if load and load + weight > limit:
            found.append((batch, load))
            batch = []
            load = 0
        batch.append(number)
        load += weight
    if load:
        found.append((batch, load))
    return found
