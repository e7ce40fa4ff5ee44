# cython: language_level=3, annotation_typing=False, wraparound=False
"""Carrying hits over from one version of a text to the next, and telling which of them a change may concern.

Plain Python that `carry.pxd` gives C types for Cython, like `stanch.sources.git.pack.inner`: each version
of each file in a history passes through here.
"""

COMPILED = __file__.endswith((".so", ".pyd"))
"""Whether the compiled form is running."""


def carried(ends: list[int], triggers: list[int], zones: list[int]) -> list[tuple[int, int]]:
    """The hits, (end, trigger), in the stretches of a new version that are copies: see `stanch.detect.hits`.

    `ends` and `triggers` are those of the version before, by rising end; `zones` the stretches, three numbers each.
    """
    found: list[tuple[int, int]] = []
    count = len(ends)
    for place in range(0, len(zones) - 2, 3):
        moved = zones[place + 2]
        first = zones[place] + moved
        last = zones[place + 1] + moved
        low = 0
        high = count
        while low < high:
            middle = (low + high) >> 1
            if ends[middle] < first:
                low = middle + 1
            else:
                high = middle
        while low < count:
            end = ends[low]
            if end >= last:
                break
            found.append((end - moved, triggers[low]))
            low += 1
    return found


def concerned(
    ends: list[int], triggers: list[int], regions: list[int], before: list[int], after: list[int], widest: int
) -> list[tuple[int, int, list[int]]]:
    """The stretches of a text in which something may be another than in the version before, and the hits there.

    `regions` are what is new, three numbers each; a hit is concerned by what begins at most `after` its end and ends
    at most `before` it, both by trigger and at most `widest`. Gives for each stretch where it begins and ends (it may
    reach over the text's ends) and the numbers of the hits in it; what concerns its hits is within it.
    """
    found: list[tuple[int, int, list[int]]] = []
    count = len(ends)
    open_low = 0
    open_high = 0
    near: list[int] = []
    # For each hit the last stretch that it was put in: one that reaches far may come before one that does not.
    marks = [-1] * count
    stretch = 0
    begun = False
    for place in range(0, len(regions) - 2, 3):
        core = regions[place + 1]
        limit = regions[place + 2]
        low = 0
        high = count
        while low < high:
            middle = (low + high) >> 1
            if ends[middle] < core - widest:
                low = middle + 1
            else:
                high = middle
        left = core
        right = limit
        any_near = False
        while low < count:
            end = ends[low]
            if end > limit + widest:
                break
            trigger = triggers[low]
            if end - before[trigger] <= limit and end + after[trigger] >= core:
                if not any_near and begun and min(left, end - before[trigger]) > open_high:
                    near.sort()
                    found.append((open_low, open_high, near))
                    near = []
                    stretch += 1
                    begun = False
                any_near = True
                if marks[low] != stretch:
                    marks[low] = stretch
                    near.append(low)
                if end - before[trigger] < left:
                    left = end - before[trigger]
                if end + after[trigger] > right:
                    right = end + after[trigger]
            low += 1
        if not any_near:
            continue
        if not begun:
            open_low = left
            open_high = right
            begun = True
        else:
            if left < open_low:
                open_low = left
            if right > open_high:
                open_high = right
    if begun:
        near.sort()
        found.append((open_low, open_high, near))
    return found
