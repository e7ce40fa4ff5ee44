"""Carrying hits over: what stays, what a change concerns, and the same from both of the module's forms."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import packs
from deltas import edited, written
from stanch.detect import carry, glance
from stanch.sources.git.pack import inner
from stanch.version import Version

SEEDS = settings(max_examples=200, deadline=None)
PLAIN = packs.interpreted(carry)
FORMS = [PLAIN, carry] if carry.COMPILED else [PLAIN]
AHEAD, APART, BEFORE, GUARD, BITS = PLAIN.AHEAD, PLAIN.APART, PLAIN.BEFORE, PLAIN.GUARD, PLAIN.BITS
POOL = [b"\n", b"a\nb\n", b"word ", b"x" * 40, b"line\n" * 3, b"y" * 300 + b"\n", b"\0"]
PLAIN_CHARS = b"0-9A-Za-z"
KINDS = 4
"""How many triggers there are."""
NEVER = bytes(KINDS)
NEAR = [0] * KINDS
"""No trigger is told of once, and none has far to go."""

Drawn = tuple[list[int], list[int]]
"""Ends and triggers."""
Told = tuple[list[int], list[int], list[int]] | None
"""The same, and of which triggers one place stands for many; nothing where only the whole text can tell."""


def drawn(rng: random.Random, size: int) -> Drawn:
    """Hits in a text of `size` bytes, some of them at one place."""
    count = rng.choice([0, 1, 5, 60]) if size else 0
    pairs = sorted((rng.randint(1, size), rng.randrange(KINDS)) for _ in range(count))
    return [end for end, _ in pairs], [trigger for _, trigger in pairs]


def keys(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """(end, trigger) as numbers, rising."""
    return sorted(end << BITS | trigger for end, trigger in pairs)


def made(base: Version | None, data: bytes, delta: bytes = b"", margin: int = 4, reach: int = 9) -> Version:
    """A version; one of its own is new from end to end."""
    version = Version(0, base, data)
    version.regions = [0, 0, len(data), len(data)] if data else []
    if base is not None:
        version.data, version.regions, version.zones = inner.apply(base.data, delta, margin, reach)
    return version


def followed(
    form: ModuleType,
    version: Version,
    before: Drawn | None,
    fresh: Sequence[tuple[int, int]],
    once: bytes = NEVER,
    far: list[int] = NEAR,
    first_run: int = KINDS,
) -> Told:
    """What `follow` says of one text, in plain lists; `fresh` counts from where its first stretch begins."""
    first = APART if version.regions and not version.regions[0] else 0
    fresh = [(first + end, trigger) for end, trigger in fresh]
    known = None if before is None else form.Hits(*before, sorted({one for one in before[1] if once[one]}))
    found = form.follow(version, known, form.Fresh(keys(fresh), first_run), once, far)
    return None if found is None else (found.ends, found.triggers, found.once)


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


# --- what is gathered ------------------------------------------------------------------------------------------------


def stop(data: bytes, high: int) -> int:
    """Up to where a stretch is gathered: some more where it does not end with a line."""
    return high if data[:high].endswith(b"\n") or not high else min(high + AHEAD, len(data))


def drawn_versions(rng: random.Random, count: int) -> list[Version]:
    """Texts of their own and versions of those before them, in any order; some are empty, some end without a line."""
    found: list[Version] = []
    for _ in range(count):
        if found and rng.random() < 0.6:
            base = rng.choice(found)
            found.append(made(base, *edited(base.data, rng, POOL), *rng.choice([(0, 0), (4, 9), (128, 16_384)])))
        else:
            found.append(made(None, b"".join(rng.choices(POOL, k=rng.choice([0, 1, 5, 40])))))
    return found


def stretches(version: Version) -> list[tuple[int, int, int, int]]:
    """A version's regions, one by one."""
    numbers = iter(version.regions)
    return list(zip(numbers, numbers, numbers, numbers, strict=True))


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
        rest = form.Fresh(keys(fresh), first_run)
        for version, before, its in zip(versions, befores, expected, strict=True):
            found = form.follow(version, form.Hits(*before, []) if before else None, rest, NEVER, NEAR)
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
        rest = form.Fresh(keys(fresh), 2)
        found = [form.follow(each, None, rest, NEVER, NEAR) for each in (one, two)]
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


# --- all hits of a text ----------------------------------------------------------------------------------------------


@SEEDS
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, KINDS - 1))), st.binary(min_size=KINDS, max_size=KINDS))
def test_hits_of_a_whole_text(pairs: list[tuple[int, int]], once: bytes) -> None:
    for form in FORMS:
        collected: list[int] = []
        collector = form.Collector(collected, 0)
        for end, trigger in pairs:
            collector.take(trigger, 0, end, 0, None)
        single = form.marked(list(collected), once)
        assert single == [end << BITS | trigger for end, trigger in pairs if once[trigger]]
        hits = form.all_of(collected, once)
        assert list(zip(hits.ends, hits.triggers, strict=True)) == sorted(pairs)
        assert hits.once == sorted({trigger for _, trigger in pairs if once[trigger]})


def test_triggers_of_a_further_database_count_from_a_number_on() -> None:
    for form in FORMS:
        collected: list[int] = []
        form.Collector(collected, 1000).take(5, 0, 1 << 40, 0, None)
        hits = form.all_of(collected, bytes(1006))
        assert (hits.ends, hits.triggers) == ([1 << 40], [1005])


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
    for one in re.finditer(b"[%s]{%d,}" % (PLAIN_CHARS, length), data):
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


# --- what a change concerns ------------------------------------------------------------------------------------------


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
    marks = sorted(rng.sample(range(1001), 4 * rng.randint(0, 5)))
    changes = [(marks[at + 1], marks[at + 2]) for at in range(0, len(marks), 4)]
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
        assert form.concerned(b"", ends, triggers, [90, 95, 105, 107], small) == [(90, 130, [0, 1])]
        assert form.concerned(b"", ends, triggers, [90, 95, 105, 107, 480, 490, 500, 501], small) == [
            (90, 130, [0, 1]),
            (490, 520, [2]),
        ]
        assert form.concerned(b"", ends, triggers, [110, 210, 220, 500], small) == []


def test_a_trigger_that_looks_far_is_concerned_from_far() -> None:
    for form in FORMS:
        assert form.concerned(b"", [100, 900], [0, 1], [490, 500, 510, 900], concern([10, 400], [10, 0])) == [
            (500, 900, [1])
        ]


def test_a_run_counts_only_where_something_may_be_found() -> None:
    data = b" " * 100 + b"x" * 10 + b" " * 100
    for form in FORMS:
        for look, expected in ((0, [(0, 160, [0])]), (49, [(0, 160, [0])]), (51, [])):
            assert form.concerned(data, [60], [0], [0, 0, 5, 200], concern([60], [100], look, 10)) == expected


@pytest.mark.parametrize(
    ("core", "limit", "expected"),
    [(900, 950, False), (1050, 1060, True), (1900, 1900, True), (2900, 2910, True), (3100, 3100, True)],
)
def test_a_change_anywhere_in_an_encoded_run_concerns_it(core: int, limit: int, expected: bool) -> None:
    data = b";" * 1600 + b"QUJD" * 330 + b";" * 3000
    limits = (1600 - glance.CONTEXT, 1600 + 4 * 330 + glance.AFTER)
    for form in FORMS:
        found = form.concerned(data, [1616], [0], [0, core, limit, limit], concern([9], [9], kinds=[form.ENCODED]))
        assert [near for _, _, near in found] == ([[0]] if expected else [])
        assert all(low <= limits[0] and limits[1] <= high for low, high, _ in found)


@pytest.mark.parametrize(("place", "expected"), [(1400, False), (1650, True), (2250, True), (2450, False)])
@pytest.mark.parametrize(("token", "long"), [(b"a" * 9, True), (b"a" * 5, False)])
def test_a_change_concerns_a_seam_whose_layer_it_is_in(place: int, expected: bool, token: bytes, long: bool) -> None:
    data = b" " * (2200 - len(token)) + b'%b" + "%b' % (token, token) + b" " * 3000
    for form in FORMS:
        found = form.concerned(
            data, [2200 + 5 + 4], [0], [0, place, place, place], concern([900], [900], kinds=[form.JOINED])
        )
        assert bool(found) == (expected and long)


def test_the_lines_with_a_run() -> None:
    for form in FORMS:
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 0, 20, 4, 9, True) == [(0, 7), (7, 12), (13, 20)]
        assert form.lines(b"aaaa b\ncccc\n\nee ffff", 3, 18, 4, 9, True) == [(7, 12)]
        assert form.lines(b"", 0, 0, 4, 9, True) == []


def test_a_trigger_that_is_never_looked_at() -> None:
    for form in FORMS:
        assert form.concerned(b"", [5, 5], [0, 1], [0, 4, 6, 9], concern([-1, 2], [-1, 2])) == [(3, 7, [1])]


def test_both_forms_are_there() -> None:
    if not carry.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    assert carry.COMPILED
    assert not PLAIN.COMPILED
