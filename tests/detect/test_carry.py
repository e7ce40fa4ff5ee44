"""Carrying hits over: what stays, what a change concerns, and the same from both of the module's forms."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from deltas import edited
from stanch.detect import carry, glance
from stanch.sources.git.pack import inner

SEEDS = settings(max_examples=200, deadline=None)
PLAIN = packs.interpreted(carry)
FORMS = [PLAIN, carry] if carry.COMPILED else [PLAIN]
POOL = [b"\n", b"a\nb\n", b"word ", b"x" * 40, b"line\n" * 3, b"y" * 300 + b"\n"]
PLAIN_CHARS = b"0-9A-Za-z"
KINDS = 4
"""How many triggers there are."""

Hits = tuple[list[int], list[int]]
"""Ends and triggers."""


def drawn(rng: random.Random, size: int) -> Hits:
    """Hits in a text of `size` bytes, some of them at one place."""
    pairs = sorted((rng.randint(0, size), rng.randrange(KINDS)) for _ in range(rng.choice([0, 1, 5, 60])))
    return [end for end, _ in pairs], [trigger for _, trigger in pairs]


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


@SEEDS
@given(st.integers(0, 1 << 32))
def test_a_hit_is_carried_with_the_text_that_it_is_in(seed: int) -> None:
    rng = random.Random(seed)
    base = b"".join(rng.choices(POOL, k=rng.choice([0, 1, 5, 40])))
    data, regions, zones = inner.apply(base, edited(base, rng, POOL)[1], 4, 9)
    ends, triggers = drawn(rng, len(base))
    carried = [
        (end - shift, trigger)
        for low, high, shift in zip(zones[::3], zones[1::3], zones[2::3], strict=True)
        for end, trigger in zip(ends, triggers, strict=True)
        if low <= end - shift < high
    ]
    new, fresh, offset = [], [], 0
    for low, core, high in zip(regions[::3], regions[1::3], regions[2::3], strict=True):
        for place in sorted(rng.choices(range(low + 1, high + 1), k=3) if high > low else []):
            trigger = rng.randrange(KINDS)
            fresh.append((place - low + offset, trigger))
            if core <= place and (place < high or place == len(data)):
                new.append((place, trigger))
        offset += high - low + 1
    for form in FORMS:
        found = form.follow(ends, triggers, regions, zones, sorted(fresh), len(data), bytes(KINDS), KINDS)
        assert sorted(zip(*found[:2], strict=True)) == sorted(carried + new)
        assert found[0] == sorted(found[0])
        assert found[2] == []


def test_what_is_told_once_is_carried_if_it_is_still_there() -> None:
    """Text of ten bytes, of which the five from 5 on were replaced by six, and looked at from 3 on."""
    regions, zones = [3, 5, 11], [0, 5, 0]
    for form in FORMS:
        # Of trigger 1 one place is told, and it is in what was taken away: there may be others.
        assert form.follow([2, 6], [0, 1], regions, zones, [], 11, b"\0\1", 2) is None
        assert form.follow([2, 6], [0, 1], regions, zones, [(4, 1)], 11, b"\0\1", 2) == ([2, 7], [0, 1], [1])
        # It was not there before, and what is told of it now is before what is new: no more is known.
        assert form.follow([2], [0], regions, zones, [(1, 1)], 11, b"\0\1", 2) is None
        # Triggers from a limit on do not count any more.
        assert form.follow([2, 3], [0, 1], regions, zones, [], 11, b"\0\1", 1) == ([2], [0], [])


def concern(
    before: list[int], after: list[int], look: int = 0, runs: int = 0, kinds: list[int] | None = None
) -> carry.Concern:
    """Triggers that all look `look` further than they find anything, where there is a run of `runs`."""
    return carry.Concern(
        before,
        after,
        max(*before, *after),
        [look] * len(before),
        [runs] * len(before),
        [1000] * len(before),
        [True] * len(before),
        kinds or [0] * len(before),
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
    marks = sorted(rng.sample(range(1001), 3 * rng.randint(0, 5)))
    changes = [(marks[at + 1], marks[at + 2]) for at in range(0, len(marks), 3)]
    hits = [(end - before[trigger], end + after[trigger]) for end, trigger in zip(ends, triggers, strict=True)]
    possible = [not length or re.search(b"[ab]{%d}" % length, data[max(low, 0) : high]) for low, high in hits]
    reached = [
        {number for number, (low, high) in enumerate(hits) if low <= end and high >= core and possible[number]}
        for core, end in changes
    ]
    found = [form.concerned(data, ends, triggers, marks, concern(before, after, 0, length)) for form in FORMS]
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
    ends, triggers, small = [100, 110, 500], [0, 0, 0], concern([10], [20])
    for form in FORMS:
        assert form.concerned(b"", ends, triggers, [90, 95, 105], small) == [(90, 130, [0, 1])]
        assert form.concerned(b"", ends, triggers, [90, 95, 105, 480, 490, 500], small) == [
            (90, 130, [0, 1]),
            (490, 520, [2]),
        ]
        assert form.concerned(b"", ends, triggers, [200, 210, 220], small) == []


def test_a_trigger_that_looks_far_is_concerned_from_far() -> None:
    for form in FORMS:
        assert form.concerned(b"", [100, 900], [0, 1], [490, 500, 510], concern([10, 400], [10, 0])) == [
            (500, 900, [1])
        ]


def test_a_run_counts_only_where_something_may_be_found() -> None:
    data = b" " * 100 + b"x" * 10 + b" " * 100
    for form in FORMS:
        for look, expected in ((0, [(0, 160, [0])]), (49, [(0, 160, [0])]), (51, [])):
            assert form.concerned(data, [60], [0], [0, 0, 5], concern([60], [100], look, 10)) == expected


@pytest.mark.parametrize(
    ("core", "limit", "expected"),
    [(900, 950, False), (1050, 1060, True), (1900, 1900, True), (2900, 2910, True), (3100, 3100, True)],
)
def test_a_change_anywhere_in_an_encoded_run_concerns_it(core: int, limit: int, expected: bool) -> None:
    data = b";" * 1600 + b"QUJD" * 330 + b";" * 3000
    limits = (1600 - glance.CONTEXT, 1600 + 4 * 330 + glance.AFTER)
    for form in FORMS:
        found = form.concerned(data, [1616], [0], [0, core, limit], concern([9], [9], kinds=[form.ENCODED]))
        assert [near for _, _, near in found] == ([[0]] if expected else [])
        assert all(low <= limits[0] and limits[1] <= high for low, high, _ in found)


@pytest.mark.parametrize(("place", "expected"), [(1400, False), (1650, True), (2250, True), (2450, False)])
@pytest.mark.parametrize(("token", "long"), [(b"a" * 9, True), (b"a" * 5, False)])
def test_a_change_concerns_a_seam_whose_layer_it_is_in(place: int, expected: bool, token: bytes, long: bool) -> None:
    data = b" " * (2200 - len(token)) + b'%b" + "%b' % (token, token) + b" " * 3000
    for form in FORMS:
        found = form.concerned(data, [2200 + 5 + 4], [0], [0, place, place], concern([900], [900], kinds=[form.JOINED]))
        assert bool(found) == (expected and long)


def test_the_lines_with_a_run() -> None:
    for form in FORMS:
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 0, 20, 4, 9, True) == [(0, 7), (7, 12), (13, 20)]
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 3, 18, 4, 9, True) == [(7, 12)]
        assert form.lines(b"", 0, 0, 4, 9, True) == []


def test_a_trigger_that_is_never_looked_at() -> None:
    for form in FORMS:
        assert form.concerned(b"", [5, 5], [0, 1], [0, 4, 6], concern([-1, 2], [-1, 2])) == [(3, 7, [1])]


def test_both_forms_are_there() -> None:
    if not carry.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    assert carry.COMPILED
    assert not PLAIN.COMPILED
