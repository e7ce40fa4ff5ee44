"""What is new put together, and where hits in it belong: the same from both of the module's forms."""

import random
import re
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from deltas import written
from stanch.detect import gather

from .chains import AHEAD, APART, KINDS, NEVER, PLAIN, SEEDS, drawn_versions, keys, made, stop, stretches

FORMS = [PLAIN, gather] if gather.COMPILED else [PLAIN]
BEFORE = PLAIN.BEFORE


# --- what is gathered ------------------------------------------------------------------------------------------------


@SEEDS
@given(st.integers(0, 1 << 32), st.integers(0, 9))
def test_what_is_new_is_gathered_with_lines_between(seed: int, count: int) -> None:
    versions = drawn_versions(random.Random(seed), count)
    expected = b"".join(
        (b"" if low else b"\n" * APART) + one.data[low : stop(one.data, high)] + b"\n"
        for one in versions
        for low, _, _, high in stretches(one)
    )
    assert [form.gathered(versions) for form in FORMS] == [expected] * len(FORMS)


def test_nothing_is_gathered_of_nothing() -> None:
    same = made(made(None, b"abc\n"), *written(b"abc\n", [(0, 4)]))
    for form in FORMS:
        assert form.gathered([]) == form.gathered([made(None, b"")]) == form.gathered([same, same]) == b""
        assert form.gathered([made(None, b""), made(None, b"a"), made(None, b"b\n")]) == (
            b"\n" * APART + b"a\n" + b"\n" * APART + b"b\n\n"
        )


# --- where there is a run --------------------------------------------------------------------------------------------

LINES = [
    b"\n",
    b"a" * 23,
    b"b" * 24,
    b"c" * 25,
    b" ",
    b". " * 30,
    b"-" * 39,
    b"-" * 41,
    b" " * 997,
    b" ",
    b"d" * 60,
    b"\xe9",
]


def counted(data: bytes, length: int) -> set[int]:
    """The places where hits count: for each run, on its line, from some bytes before what it must have at least, and up
    to some behind it."""
    found: set[int] = set()
    for one in re.finditer(b"[0-9A-Za-z]{%d,}" % length, data):
        for place in range(len(data) + 1):
            begins, ends = one.span()
            if place <= begins:
                fits = begins + length - place < AHEAD and b"\n" not in data[place - 1 if place else 0 : begins]
            else:
                fits = place <= ends + BEFORE and b"\n" not in data[ends : place - 1]
            if place and fits:
                found.add(place)
    return found


@SEEDS
@given(st.lists(st.sampled_from(LINES), max_size=12).map(b"".join), st.sampled_from([1, 8, 24]))
@example(b"a" * 24, 24)
@example(b"-" * 64 + b"a" * 24 + b"-" * 1001, 24)
@example(b"\n" + b"a" * 24 + b"\n" + b"b" * 24 + b"\n\n", 24)
@example(b"a" * 24 + b" " * 999 + b"\n\n", 24)
@example(b"a" * 24 + b" " * 1000 + b"\n\n", 24)
def test_hits_count_on_the_line_of_a_run_and_close_to_it(data: bytes, length: int) -> None:
    expected = counted(data, length)
    for form in FORMS:
        found = form.windows(data, length)
        spans = list(zip(found[::2], found[1::2], strict=True))
        assert {place for low, high in spans for place in range(low, high + 1)} == expected
        assert all(low <= high for low, high in spans)
        assert all(one[1] < two[0] for one, two in pairwise(spans))


@SEEDS
@given(st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_hits_in_windows_are_placed_in_the_text(seed: int, once: int) -> None:
    rng = random.Random(seed)
    size = rng.choice([20, 300])
    marks = sorted(rng.sample(range(1, size + 1), 2 * rng.randint(1, 4)))
    bounds = [*marks[:-1], rng.choice([marks[-1], size])]
    lows = [max(low - rng.randint(1, 9), 0) for low in bounds[::2]]
    only = bytes(once >> trigger & 1 for trigger in range(KINDS))
    found, expected = [], []
    offset = 0
    for number, low in enumerate(lows):
        first, last = bounds[2 * number : 2 * number + 2]
        for place in rng.choices([low + 1, first, last, last + 1, rng.randint(low + 1, last + 1)], k=3):
            trigger = rng.randrange(KINDS)
            found.append((offset + place - low, trigger))
            # Behind the text a line's end was seen that counts as the end of the text.
            at = min(place, size)
            if first <= at <= last and not only[trigger]:
                expected.append((at, trigger))
        offset += last - low + 1
    for form in FORMS:
        assert sorted(form.placed(keys(found), bounds, lows, size, only)) == keys(expected)


def test_no_hits_are_none() -> None:
    for form in FORMS:
        assert form.placed([], [1, 5], [0], 9, NEVER) == []
        assert form.windows(b"", 24) == form.windows(b"a" * 23, 24) == []
