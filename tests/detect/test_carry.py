"""Carrying hits over: what stays, what a change concerns, and the same from both of the module's forms."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from deltas import edited
from stanch.detect import carry
from stanch.sources.git.pack import inner

SEEDS = settings(max_examples=200, deadline=None)
PLAIN = packs.interpreted(carry)
FORMS = [PLAIN, carry] if carry.COMPILED else [PLAIN]
POOL = [b"\n", b"a\nb\n", b"word ", b"x" * 40, b"line\n" * 3, b"y" * 300 + b"\n"]
KINDS = 4
"""How many triggers there are."""

Hits = tuple[list[int], list[int]]
"""Ends and triggers."""


def drawn(rng: random.Random, size: int) -> Hits:
    """Hits in a text of `size` bytes, some of them at one place."""
    pairs = sorted((rng.randint(0, size), rng.randrange(KINDS)) for _ in range(rng.choice([0, 1, 5, 60])))
    return [end for end, _ in pairs], [trigger for _, trigger in pairs]


@SEEDS
@given(st.integers(0, 1 << 32))
def test_a_hit_is_carried_with_the_text_that_it_is_in(seed: int) -> None:
    rng = random.Random(seed)
    base = b"".join(rng.choices(POOL, k=rng.choice([0, 1, 5, 40])))
    data, regions, zones = inner.apply(base, edited(base, rng, POOL)[1], 4, 9)
    ends, triggers = drawn(rng, len(base))
    expected = [
        (end - shift, trigger)
        for low, high, shift in zip(zones[::3], zones[1::3], zones[2::3], strict=True)
        for end, trigger in zip(ends, triggers, strict=True)
        if low <= end - shift < high
    ]
    for form in FORMS:
        assert form.carried(ends, triggers, zones) == expected
    places = [end for end, _ in expected]
    assert places == sorted(places)
    assert all(0 <= end <= len(data) for end in places)
    assert not any(
        core <= end < high for core, high in zip(regions[1::3], regions[2::3], strict=True) for end in places
    )


@SEEDS
@given(st.integers(0, 1 << 32), st.sampled_from([0, 3, 30, 300]))
def test_a_change_concerns_the_hits_that_reach_it(seed: int, most: int) -> None:
    rng = random.Random(seed)
    ends, triggers = drawn(rng, 1000)
    before, after = ([rng.randint(0, most) for _ in range(KINDS)] for _ in range(2))
    marks = sorted(rng.sample(range(1001), 3 * rng.randint(0, 5)))
    changes = [(marks[at + 1], marks[at + 2]) for at in range(0, len(marks), 3)]
    hits = [(end - before[trigger], end + after[trigger]) for end, trigger in zip(ends, triggers, strict=True)]
    reached = [
        {number for number, (low, high) in enumerate(hits) if low <= end and high >= core} for core, end in changes
    ]
    found = [form.concerned(ends, triggers, marks, before, after, max(*before, *after)) for form in FORMS]
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
    for form in FORMS:
        assert form.concerned([100, 110, 500], [0, 0, 0], [90, 95, 105], [10], [20], 20) == [(90, 130, [0, 1])]
        assert form.concerned([100, 110, 500], [0, 0, 0], [90, 95, 105, 480, 490, 500], [10], [20], 20) == [
            (90, 130, [0, 1]),
            (490, 520, [2]),
        ]
        assert form.concerned([100, 110, 500], [0, 0, 0], [200, 210, 220], [10], [20], 20) == []


def test_a_trigger_that_looks_far_is_concerned_from_far() -> None:
    for form in FORMS:
        assert form.concerned([100, 900], [0, 1], [490, 500, 510], [10, 400], [10, 0], 400) == [(500, 900, [1])]


def test_both_forms_are_there() -> None:
    if not carry.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    assert carry.COMPILED
    assert not PLAIN.COMPILED
