"""Carrying hits over: what stays, what comes, and the same from both of the module's forms."""

import random
from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import packs
from deltas import written
from stanch.detect import carry, concern, gather
from stanch.version import Version

from .chains import (
    AHEAD,
    APART,
    BITS,
    KINDS,
    NEVER,
    PLAIN,
    SEEDS,
    Drawn,
    drawn,
    drawn_versions,
    keys,
    made,
    stop,
    stretches,
)


class Form(NamedTuple):
    """A form of the module, with the same form of the one that it takes hits from."""

    carry: ModuleType
    gather: ModuleType


INTERPRETED = Form(packs.interpreted(carry, gather=PLAIN), PLAIN)
FORMS = [INTERPRETED, Form(carry, gather)] if carry.COMPILED else [INTERPRETED]
NEAR = [0] * KINDS
"""No trigger has far to go."""

Told = tuple[list[int], list[int], list[int]] | None
"""Ends and triggers, and of which of these one place stands for many; nothing where only the whole text can tell."""


def followed(
    form: Form,
    version: Version,
    before: Drawn | None,
    fresh: Sequence[tuple[int, int]],
    once: bytes = NEVER,
    far: list[int] = NEAR,
    first_run: int = KINDS,
) -> Told:
    """What is said of one text, in plain lists; `fresh` counts from where its first stretch begins."""
    first = APART if version.regions and not version.regions[0] else 0
    fresh = [(first + end, trigger) for end, trigger in fresh]
    known = None if before is None else form.carry.Hits(*before, sorted({one for one in before[1] if once[one]}))
    follower = form.carry.Follower(form.gather.Fresh(keys(fresh), first_run), once, far)
    found = follower.follow(version, known)
    return None if found is None else (found.ends, found.triggers, found.once)


# --- hits that are carried, and new ones -----------------------------------------------------------------------------


@SEEDS
@given(st.integers(0, 1 << 32), st.integers(1, 9), st.integers(0, KINDS))
def test_a_hit_is_carried_with_the_text_that_it_is_in(seed: int, count: int, first_run: int) -> None:
    """In a batch of texts, each of which takes what is its own of the hits in all that was gathered of them."""
    rng = random.Random(seed)
    versions = drawn_versions(rng, count)
    befores = [drawn(rng, len(one.base.data)) if one.base else None for one in versions]
    expected: list[list[tuple[int, int]]] = []
    fresh: list[tuple[int, int]] = []
    offset = 0
    for version, before in zip(versions, befores, strict=True):
        size = len(version.data)
        softs = [soft(version.data, core) for _, core, _, _ in stretches(version)]
        hits = []
        if before is not None:
            zones = zip(version.zones[::3], version.zones[1::3], version.zones[2::3], strict=True)
            for (low, last, shift), near in zip(zones, [*softs, range(0)], strict=False):
                hits += [
                    (end - shift, one)
                    for end, one in zip(*before, strict=True)
                    if low <= end - shift < last and (one < first_run or end - shift not in near)
                ]
        for (low, core, _, high), near in zip(stretches(version), softs, strict=True):
            end = stop(version.data, high)
            offset += 0 if low else APART
            # At the very ends of what was gathered too, and behind it, where a line ends that the text has not.
            places = [low + 1, core, core + 1, core - rng.randint(1, AHEAD + 9), high, end, end + 1]
            for place in rng.choices([*places, rng.randint(low + 1, end + 1)], k=4):
                if not low < place <= end + 1:
                    continue
                trigger = rng.randrange(KINDS)
                fresh.append((offset + place - low, trigger))
                at = size if place > size and trigger >= first_run else place
                if core <= at <= high or (trigger >= first_run and at in near):
                    hits.append((at, trigger))
            if not low:
                # Of nothing but the lines before a text.
                fresh += [(offset - rng.randrange(APART), rng.randrange(KINDS))]
            offset += end + 1 - low
        expected.append(sorted(hits))
    assert offset == len(PLAIN.gathered(versions))
    for form in FORMS:
        follower = form.carry.Follower(form.gather.Fresh(keys(fresh), first_run), NEVER, NEAR)
        for version, before, its in zip(versions, befores, expected, strict=True):
            found = follower.follow(version, form.carry.Hits(*before, []) if before else None)
            assert sorted(zip(found.ends, found.triggers, strict=True)) == its
            assert found.ends == sorted(found.ends)
            assert found.once == []


def soft(data: bytes, core: int) -> range:
    """Where what is new from `core` on has a say, on its line, in whether hits of the second database count."""
    line = data.rfind(b"\n", 0, core) + 1
    return range(max(line + 1, core - AHEAD), core)


def test_a_hit_belongs_to_one_of_two_texts() -> None:
    """Two texts of three bytes without a line's end: the fourth place is that of the line's end behind them."""
    one, two = made(None, b"abc"), made(None, b"abc")
    begin, end = APART, APART + 4 + APART
    fresh = [(begin + 3, 0), (begin + 4, 0), (begin + 4, 2), (begin + 5, 1), (end, 3), (end + 1, 1), (end + 3, 0)]
    fresh += [(end + 4, 2), (end + 4, 0)]
    for form in FORMS:
        follower = form.carry.Follower(form.gather.Fresh(keys(fresh), 2), NEVER, NEAR)
        found = [follower.follow(each, None) for each in (one, two)]
        assert [(each.ends, each.triggers) for each in found] == [([3, 3], [0, 2]), ([1, 3, 3], [1, 0, 2])]


def changed() -> Version:
    """Text of ten bytes, of which the five from 5 on were replaced by six, and looked at from 3 on."""
    version = Version(0, None, b"0123456789a")
    version.regions, version.zones = [3, 5, 11, 11], [0, 5, 0]
    return version


def test_what_is_told_once_is_carried_if_it_is_still_there() -> None:
    for form in FORMS:
        # Of trigger 1 one place is told, and it is in what was taken away: there may be others.
        assert followed(form, changed(), ([2, 6], [0, 1]), [], b"\0\1", [0, 0]) is None
        assert followed(form, changed(), ([2, 6], [0, 1]), [(4, 1)], b"\0\1", [0, 0]) == ([2, 7], [0, 1], [1])
        assert followed(form, changed(), ([2, 4], [0, 1]), [], b"\0\1", [0, 0]) == ([2, 4], [0, 1], [1])
        # It was not there before, and what is told of it now is before what is new.
        assert followed(form, changed(), ([2], [0]), [(1, 1)], b"\0\1", [0, 0]) == ([2], [0], [])
        # One place is enough.
        assert followed(form, changed(), ([2], [0]), [(3, 1), (5, 1)], b"\0\1", [0, 0]) == ([2, 6], [0, 1], [1])
        assert followed(form, changed(), ([2, 3], [1, 1]), [(5, 1)], b"\0\1", [0, 0]) == ([2], [1], [1])


def near(place: int, size: int = 9000) -> Version:
    """A text of lines of ten bytes, in which something was inserted at a place."""
    base = made(None, b"123456789\n" * (size // 10))
    return made(base, *written(base.data, [(0, place), b"new\n", (place, size - place)]), 128, 16_384)


FAR = [0, 1000, 0, 0]
"""Trigger 1 tells how something begins that may end a thousand bytes behind."""


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        (2000, True),  # far before it
        (2800, True),
        (2880, False),  # within what tells of it
        (2990, False),
        (3000, False),
        (3500, False),
        (3990, False),
        (4000, False),
        (4010, True),
        (8000, True),
    ],
)
def test_a_match_that_may_go_far_is_carried_if_nothing_is_new_within_its_reach(place: int, kept: bool) -> None:
    moved = 3000 + 4 * (place < 3000)
    for form in FORMS:
        found = followed(form, near(place), ([3000], [1]), [], far=FAR)
        assert found == (([moved], [1], []) if kept else None)
        # Other triggers do not mind.
        other = followed(form, near(place), ([1500, 3000], [0, 0]), [], far=FAR)
        assert other is not None
        assert other[1] == [0, 0][: len(other[1])]


def test_the_beginning_of_a_match_that_may_go_far_appears_or_goes() -> None:
    version = near(3000)
    [(low, core, edge, _)] = stretches(version)
    assert (core, edge) == (3000, 3004)
    base = version.base
    assert base is not None
    gone = made(base, *written(base.data, [(0, 3000), (3010, 5990)]), 128, 16_384)
    for form in FORMS:
        # Where it is new only the whole text can tell what else there is; alone a text is whole.
        assert followed(form, version, ([], []), [(core + 2 - low, 1)], far=FAR) is None
        assert followed(form, version, ([], []), [(core + 2 - low, 0)], far=FAR) == ([3002], [0], [])
        assert followed(form, made(None, version.data), None, [(3002, 1)], far=FAR) == ([3002], [1], [])
        # One that was in what was taken out.
        assert followed(form, gone, ([3005], [1]), [], far=FAR) is None
        assert followed(form, gone, ([3005], [0]), [], far=FAR) is not None
        # What is gathered of the line before, and known, is not new.
        assert followed(form, version, ([], []), [(1, 1)], far=FAR) == ([], [], [])


def test_a_match_that_may_go_far_moves_with_its_text() -> None:
    """A block of five thousand bytes goes to the end, with a beginning deep in it and another near its seam."""
    base = made(None, b"123456789\n" * 900)
    moved = made(base, *written(base.data, [(0, 1000), (6000, 3000), (1000, 5000)]), 128, 16_384)
    for form in FORMS:
        assert followed(form, moved, ([3000], [1]), [], far=FAR) == ([6000], [1], [])
        for place in (1050, 5500):
            assert followed(form, moved, ([place], [1]), [], far=FAR) is None


def test_one_beginning_that_comes_twice_does_not_stand_for_another_that_goes() -> None:
    base = made(None, b"123456789\n" * 3000)
    twice = made(base, *written(base.data, [(0, 15_000), (0, 15_000)]), 128, 16_384)
    for form in FORMS:
        assert followed(form, twice, ([3000], [1]), [], far=FAR) == ([3000, 18_000], [1, 1], [])
        assert followed(form, twice, ([3000, 25_000], [1, 1]), [], far=FAR) is None


# --- all hits of a text ----------------------------------------------------------------------------------------------


@SEEDS
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, KINDS - 1))), st.binary(min_size=KINDS, max_size=KINDS))
def test_hits_of_a_whole_text(pairs: list[tuple[int, int]], once: bytes) -> None:
    for form in FORMS:
        collected: list[int] = []
        collector = form.gather.Collector(collected, 0)
        for end, trigger in pairs:
            collector.take(trigger, 0, end, 0, None)
        single = form.carry.marked(list(collected), once)
        assert single == [end << BITS | trigger for end, trigger in pairs if once[trigger]]
        hits = form.carry.all_of(collected, once)
        assert list(zip(hits.ends, hits.triggers, strict=True)) == sorted(pairs)
        assert hits.once == sorted({trigger for _, trigger in pairs if once[trigger]})


def test_triggers_of_a_further_database_count_from_a_number_on() -> None:
    for form in FORMS:
        collected: list[int] = []
        form.gather.Collector(collected, 1000).take(5, 0, 1 << 40, 0, None)
        hits = form.carry.all_of(collected, bytes(1006))
        assert (hits.ends, hits.triggers) == ([1 << 40], [1005])


@pytest.mark.parametrize("module", [carry, concern, gather])
def test_both_forms_are_there(module: ModuleType) -> None:
    if not module.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    assert not packs.interpreted(module).COMPILED
