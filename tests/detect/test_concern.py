"""What a change concerns, and where runs are: the same from both of the module's forms."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import packs
from stanch.detect import concern, glance

from .chains import KINDS, SEEDS, drawn

PLAIN = packs.interpreted(concern)
FORMS = [PLAIN, concern] if concern.COMPILED else [PLAIN]
PLAIN_CHARS = b"0-9A-Za-z"


@SEEDS
@given(
    st.integers(0, 1 << 32),
    st.sampled_from([PLAIN_CHARS, PLAIN_CHARS + b"+/_\\-"]),
    st.integers(1, 9),
    st.integers(0, 9),
)
def test_a_run_is_found_wherever_it_is(seed: int, members: bytes, length: int, more: int) -> None:
    rng = random.Random(seed)
    data = bytes(rng.choices(b"aZ9+/_-. \n\xe9", [9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1], k=rng.choice([0, 1, 9, 200])))
    low, high = sorted(rng.randint(-3, len(data) + 3) for _ in range(2))
    plain = members == PLAIN_CHARS
    part = data[max(low, 0) : max(high, 0)]
    expected = any(
        len(found[0]) <= length + more or found.start() == 0 or found.end() == len(part)
        for found in re.finditer(b"[%s]{%d,}" % (members, length), part)
    )
    assert [form.run(data, low, high, length, length + more, plain) for form in FORMS] == [expected] * len(FORMS)


def test_the_lines_with_a_run() -> None:
    for form in FORMS:
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 0, 20, 4, 9, True) == [(0, 7), (7, 12), (13, 20)]
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 3, 18, 4, 9, True) == [(7, 12)]
        assert form.lines(b"", 0, 0, 4, 9, True) == []


# --- what a change concerns ------------------------------------------------------------------------------------------


def looking(
    before: list[int], after: list[int], look: int = 0, runs: int = 0, kinds: bytes | None = None
) -> concern.Concern:
    """Triggers that all look `look` further than they find anything, where there is a run of `runs`."""
    return concern.Concern(
        before,
        after,
        [look] * len(before),
        [runs] * len(before),
        [1000] * len(before),
        [True] * len(before),
        kinds or bytes(len(before)),
        [()] * len(before),
        {},
    )


@SEEDS
@given(st.integers(0, 1 << 32), st.sampled_from([0, 3, 30, 300]), st.sampled_from([0, 5]))
def test_a_change_concerns_the_hits_that_reach_it(seed: int, most: int, length: int) -> None:
    rng = random.Random(seed)
    data = bytes(rng.choices(b"ab \n", [9, 9, 1, 1], k=1000))
    ends, triggers = drawn(rng, 1000)
    before, after = ([rng.randint(0, most) for _ in range(KINDS)] for _ in range(2))
    marks = sorted(rng.sample(range(1001), 4 * rng.randint(0, 5)))
    changes = [(marks[at + 1], marks[at + 2]) for at in range(0, len(marks), 4)]
    hits = [(end - before[trigger], end + after[trigger]) for end, trigger in zip(ends, triggers, strict=True)]
    possible = [not length or re.search(b"[ab]{%d}" % length, data[max(low, 0) : high]) for low, high in hits]
    reached = [
        {number for number, (low, high) in enumerate(hits) if low <= end and high >= core and possible[number]}
        for core, end in changes
    ]
    found = [form.concerned(data, ends, triggers, marks, looking(before, after, 0, length)) for form in FORMS]
    assert found[0] == found[-1]
    numbers = [number for _, _, near in found[0] for number in near]
    assert numbers == sorted(set().union(*reached))
    for low, high, near in found[0]:
        assert near
        for number in near:
            assert low <= hits[number][0] <= hits[number][1] <= high
            for change, its in zip(changes, reached, strict=True):
                assert number not in its or (low <= change[0] and change[1] <= high)


def test_what_one_change_concerns_is_one_stretch() -> None:
    ends, triggers, small = [100, 110, 500], [0, 0, 0], looking([10], [20])
    for form in FORMS:
        assert form.concerned(b"", ends, triggers, [90, 95, 105, 107], small) == [(90, 130, [0, 1])]
        assert form.concerned(b"", ends, triggers, [90, 95, 105, 107, 480, 490, 500, 501], small) == [
            (90, 130, [0, 1]),
            (490, 520, [2]),
        ]
        assert form.concerned(b"", ends, triggers, [110, 210, 220, 500], small) == []


def test_a_trigger_that_looks_far_is_concerned_from_far() -> None:
    for form in FORMS:
        assert form.concerned(b"", [100, 900], [0, 1], [490, 500, 510, 900], looking([10, 400], [10, 0])) == [
            (500, 900, [1])
        ]


def test_a_run_counts_only_where_something_may_be_found() -> None:
    data = b" " * 100 + b"x" * 10 + b" " * 100
    for form in FORMS:
        for look, expected in ((0, [(0, 160, [0])]), (49, [(0, 160, [0])]), (51, [])):
            assert form.concerned(data, [60], [0], [0, 0, 5, 200], looking([60], [100], look, 10)) == expected


@pytest.mark.parametrize(
    ("core", "limit", "expected"),
    [(900, 950, False), (1050, 1060, True), (1900, 1900, True), (2900, 2910, True), (3100, 3100, True)],
)
def test_a_change_anywhere_in_an_encoded_run_concerns_it(core: int, limit: int, expected: bool) -> None:
    data = b";" * 1600 + b"QUJD" * 330 + b";" * 3000
    limits = (1600 - glance.CONTEXT, 1600 + 4 * 330 + glance.AFTER)
    for form in FORMS:
        found = form.concerned(
            data, [1616], [0], [0, core, limit, limit], looking([9], [9], kinds=bytes([form.ENCODED]))
        )
        assert [near for _, _, near in found] == ([[0]] if expected else [])
        assert all(low <= limits[0] and limits[1] <= high for low, high, _ in found)


@pytest.mark.parametrize(("place", "expected"), [(1400, False), (1650, True), (2250, True), (2450, False)])
@pytest.mark.parametrize(("token", "long"), [(b"a" * 9, True), (b"a" * 5, False)])
def test_a_change_concerns_a_seam_whose_layer_it_is_in(place: int, expected: bool, token: bytes, long: bool) -> None:
    data = b" " * (2200 - len(token)) + b'%b" + "%b' % (token, token) + b" " * 3000
    for form in FORMS:
        found = form.concerned(
            data, [2200 + 5 + 4], [0], [0, place, place, place], looking([900], [900], kinds=bytes([form.JOINED]))
        )
        assert bool(found) == (expected and long)


def test_a_trigger_that_is_never_looked_at() -> None:
    for form in FORMS:
        assert form.concerned(b"", [5, 5], [0, 1], [0, 4, 6, 9], looking([-1, 2], [-1, 2])) == [(3, 7, [1])]
