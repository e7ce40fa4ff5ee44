"""The inner loops: what a delta makes and what of it is new, and the same from both of their forms."""

import random
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from deltas import edited, written
from repositories import Repo
from stanch.detect.hits import REACH
from stanch.detect.rules import SPREAD
from stanch.sources.git.pack import index, inner, walk

SEEDS = settings(max_examples=150, deadline=None)
PLAIN = packs.interpreted(inner)
POOL = [b"\n", b"a\nb\n", b"word ", b"x" * 40, b"line\n" * 3, b"\r\n", b"y" * 300 + b"\n", b"\0", b"\0\xff\n"]
"""What is inserted: so little that copies, lines and margins meet in every way."""


@pytest.fixture(scope="module")
def forms() -> tuple[ModuleType, ModuleType]:
    """The compiled form and the interpreted one."""
    if not inner.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    return inner, PLAIN


def grown(rng: random.Random) -> tuple[bytes, bytes, bytes]:
    """A text, a version of it, and the delta between them."""
    base = b"".join(rng.choices(POOL, k=rng.choice([0, 1, 5, 40])))
    return base, *edited(base, rng, POOL)


Operation = tuple[int, int] | bytes


def operations(delta: bytes) -> list[Operation]:
    """What a delta says to do, read as git's format is written: (start, length) to copy, or bytes to insert."""
    at = 0
    for _ in range(2):
        while delta[at] & 128:
            at += 1
        at += 1
    found: list[Operation] = []
    while at < len(delta):
        op = delta[at]
        at += 1
        if op < 128:
            found.append(delta[at : at + op])
            at += op
            continue
        numbers = []
        for bit in range(7):
            numbers.append(delta[at] if op >> bit & 1 else 0)
            at += op >> bit & 1
        start, length = (int.from_bytes(bytes(part), "little") for part in (numbers[:4], numbers[4:]))
        found.append((start, length or 65536))
    return found


def naive(base: bytes, delta: bytes) -> tuple[bytes, list[int | None]]:
    """What a delta makes, and for each byte of it what must be added to get its place in the base, if it has one."""
    made = b""
    shifts: list[int | None] = []
    for one in operations(delta):
        if isinstance(one, bytes):
            shifts += [None] * len(one)
            made += one
        else:
            shifts += [one[0] - len(made)] * one[1]
            made += base[one[0] : one[0] + one[1]]
    return made, shifts


# --- what a delta makes ----------------------------------------------------------------------------------------------


@SEEDS
@given(st.integers(0, 1 << 32))
def test_a_delta_makes_what_its_operations_say(seed: int) -> None:
    base, made, delta = grown(random.Random(seed))
    assert naive(base, delta)[0] == made
    assert inner.apply(base, delta, SPREAD, REACH)[0] == made
    assert walk.result_size(delta) == len(made)


@pytest.mark.parametrize(
    ("operation", "start", "length"),
    [
        (b"\x80", 0, 65536),
        (b"\x91\5\7", 5, 7),
        (b"\x82\1", 256, 65536),
        (b"\xb4\1\0\1", 65536, 256),
        (b"\xc8\1\1", 1 << 24, 65536),
        (b"\xff\1\2\0\0\3\0\0", 513, 3),
        (b"\xc0\1", 0, 65536),
    ],
)
def test_a_copy_may_leave_out_any_byte_of_its_numbers(operation: bytes, start: int, length: int) -> None:
    base = random.Random(0).randbytes(start + length)
    delta = packs.number(len(base)) + packs.number(length) + operation
    data, regions, zones = inner.apply(base, delta, 0, 0)
    assert data == base[start:]
    assert zones[-1] == start
    assert bool(regions) == bool(start)


def test_nothing_made_of_nothing() -> None:
    assert inner.apply(b"", b"\0\0", SPREAD, REACH) == (b"", [], [0, 1, 0])
    assert inner.apply(b"abc", b"\3\0", SPREAD, REACH) == (b"", [0, 0, 0, 0], [0, 0, 0])
    assert inner.apply(b"", b"\0\3\3abc", SPREAD, REACH) == (b"abc", [0, 0, 3, 3], [0, 0, 0])


def test_a_copy_of_all_has_nothing_new() -> None:
    assert inner.apply(b"abc\n" * 9, packs.number(36) * 2 + b"\x90\x24", SPREAD, REACH)[1:] == ([], [0, 37, 0])


# --- what of it is new -----------------------------------------------------------------------------------------------

LINES = b"".join(b"%03d\n" % number for number in range(1000))
"""A thousand lines of four bytes."""


def news(operations: list[Operation], margin: int = 10, reach: int = 100, base: bytes = LINES) -> list[int]:
    made, delta = written(base, operations)
    data, regions, _ = inner.apply(base, delta, margin, reach)
    assert data == made
    return regions


def test_what_was_inserted_goes_on_to_the_ends_of_its_lines_and_beyond_the_margin() -> None:
    assert news([(0, 401), b"new", (401, 3599)]) == [391, 401, 404, 414]
    assert news([(0, 401), b"new", (401, 3599)], margin=2) == [399, 401, 404, 407]
    assert news([(0, 402), b"n", (402, 3598)], margin=0) == [400, 402, 403, 405]


def test_a_line_longer_than_the_margin_is_whole() -> None:
    line = b"x" * 50
    base = (line + b"\n") * 3
    assert news([(0, 76), b"new", (76, 77)], base=base) == [51, 76, 79, 105]
    assert news([(0, 55), b"new", (55, 98)], base=base) == [45, 55, 58, 105]
    assert news([(0, 97), b"new", (97, 56)], base=base) == [51, 97, 100, 110]


def test_where_something_was_taken_out_two_copies_meet() -> None:
    assert news([(0, 400), (440, 3560)]) == [390, 400, 400, 410]
    assert news([(0, 402), (442, 3558)], margin=1) == [400, 402, 402, 404]


def test_copies_that_go_on_where_the_last_one_ended_do_not_meet() -> None:
    assert news([(0, 400), (400, 1000), (1400, 2600)]) == []


def test_what_is_close_together_is_one() -> None:
    assert news([(0, 400), b"a", (400, 8), b"b", (408, 3592)]) == [390, 400, 410, 420]
    assert news([(0, 400), b"a\n", (400, 20), b"b\n", (420, 3580)]) == [390, 400, 424, 434]
    assert news([(0, 400), b"aaa\n", (400, 40), b"bbb\n", (440, 3560)]) == [390, 400, 404, 414, 434, 444, 448, 458]


def test_stretches_on_one_line_are_one() -> None:
    line = b"x" * 90 + b"\n"
    assert news([(0, 20), b"a", (20, 50), b"b", (70, 21)], base=line) == [0, 20, 72, 93]
    # As are those that touch, and not those between which there is a byte.
    operations: list[Operation] = [(0, 400), b"a\n", (400, 24), b"b\n", (424, 3576)]
    assert news(operations) == [390, 400, 402, 412, 416, 426, 428, 438]
    assert news(operations, margin=11) == [389, 400, 402, 413, 415, 426, 428, 439]
    assert news(operations, margin=12) == [388, 400, 428, 440]


def test_the_ends_of_a_text_count() -> None:
    assert news([(40, 3960)]) == [0, 0, 0, 10]
    assert news([(0, 3960)]) == [3950, 3960, 3960, 3960]
    assert news([b"new\n", (0, 4000)]) == [0, 0, 4, 14]
    assert news([(0, 4000), b"new\n"]) == [3990, 4000, 4004, 4004]


def test_a_long_line_is_cut_off() -> None:
    line = b"x" * 5000
    assert news([(0, 2500), b"new", (2500, 2500)], base=line) == [2400, 2500, 2503, 2603]
    assert news([(0, 50), b"new", (50, 4950)], base=line) == [0, 50, 53, 153]
    assert news([(0, 2500), b"new", (2500, 2500)], margin=200, base=line) == [2400, 2500, 2503, 2603]


def test_between_stretches_hits_are_carried_over() -> None:
    """From the place after a stretch up to where the next is new; the last zone has the place at the end."""
    made, delta = written(LINES, [(0, 400), b"aaa\n", (400, 400), (840, 3160)])
    assert inner.apply(LINES, delta, 10, 100) == (
        made,
        [390, 400, 404, 414, 794, 804, 804, 814],
        [0, 400, 0, 415, 804, -4, 815, 3965, 36],
    )


@pytest.mark.parametrize(
    ("left", "last"), [(9, [0, 3900, 0]), (10, [0, 3900, 0]), (11, [0, 3900, 0, 3911, 3912, 89]), (0, [0, 3900, 0])]
)
def test_after_a_stretch_up_to_the_end_there_is_no_place_left(left: int, last: list[int]) -> None:
    """All but so many bytes are taken out behind 3900, and ten of them are looked at."""
    made, delta = written(LINES, [(0, 3900), (4000 - left, left)])
    assert inner.apply(LINES, delta, 10, 100) == (made, [3890, 3900, 3900, min(3910, 3900 + left)], last)


def test_a_zero_byte_is_a_byte_like_others() -> None:
    base = b"abc\n" * 9
    made, delta = written(base, [(0, 16), b"\0a\0", (16, 20)])
    for form in (inner, PLAIN):
        assert form.apply(base, delta, 6, 100) == (made, [10, 16, 19, 25], [0, 16, 0, 26, 40, -3])
        assert form.apply(b"\0" * 9, packs.number(9) + packs.number(4) + b"\x90\4", 2, 9)[1:] == (
            [0, 4, 4, 4],
            [0, 4, 0],
        )


@SEEDS
@given(st.integers(0, 1 << 32), st.sampled_from([(0, 0), (1, 1), (4, 9), (8, 400), (SPREAD, REACH)]))
def test_what_is_told_to_be_the_same_is_and_what_is_not_is_looked_at(seed: int, bounds: tuple[int, int]) -> None:
    base, _, delta = grown(random.Random(seed))
    margin, reach = bounds
    data, regions, zones = inner.apply(base, delta, margin, reach)
    size = len(data)
    news = [(regions[at], regions[at + 1], regions[at + 2], regions[at + 3]) for at in range(0, len(regions), 4)]
    sames = [(zones[at], zones[at + 1], zones[at + 2]) for at in range(0, len(zones), 3)]
    # Of the places where hits may end, each is in a zone or found anew, never both; zones may be empty.
    turns = sorted([(core, high + 1) for _, core, _, high in news] + [(low, last) for low, last, _ in sames])
    assert (turns[0][0], turns[-1][1]) == (0, size + 1)
    assert all(one[1] == two[0] for one, two in pairwise(turns))
    assert len(sames) == len(news) + (not news or news[-1][3] < size)
    assert all(0 <= low <= core <= edge <= high <= size for low, core, edge, high in news)
    # What is the same: the very bytes before each of its places, up to what is new, and those behind it.
    edges = [0, *(edge for _, _, edge, _ in news)]
    for (low, last, shift), edge in zip(sames, edges, strict=False):
        assert data[edge : min(last, size)] == base[edge + shift : min(last, size) + shift]
        assert low == last or low == 0 or low - edge > min(margin, reach, size - edge)
        assert 0 <= low + shift <= last + shift <= len(base) + 1
    if sames[0][0] < sames[0][1]:
        assert sames[0][2] == 0  # a beginning here is the beginning there
    if not news or news[-1][3] < size:
        assert size + sames[-1][2] == len(base)  # an end here is the end there
    # What is new: bytes that were inserted, and places where copies meet, a text's own ends among them.
    shifts = naive(base, delta)[1]
    around: list[int | None] = [0, *shifts, len(base) - size]
    places = [at for at in range(size + 1) if around[at] is None or around[at] != around[at + 1]]
    for at in places:
        assert any(core <= at <= edge for _, core, edge, _ in news)
    for low, core, edge, high in news:
        here = [at for at in places if core <= at <= edge]
        assert here[0] == core
        # An insertion's last byte is followed by its end.
        assert edge == here[-1] + (here[-1] < size and around[here[-1] + 1] is None)
        # The least that holds the lines and the margin, within reach.
        begin = data.rfind(b"\n", 0, core) + 1
        assert low == max(min(begin, core - margin), core - reach, 0)
        end = data.find(b"\n", edge) + 1 or size
        assert high == min(max(end, edge + margin), edge + reach, size)
    # Those that are apart are so for a reason: there is room between them, and between what is new in them.
    for one, two in pairwise(news):
        assert one[3] < two[0] or one[3] == two[0]
        assert two[1] - one[2] > 2 * margin


# --- both forms ------------------------------------------------------------------------------------------------------


def outcome(call: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or the kind of error; no other than these may come."""
    try:
        return call(*arguments)
    except (ValueError, IndexError) as error:
        return type(error), str(error) if isinstance(error, ValueError) else ""


@SEEDS
@given(st.integers(0, 1 << 32), st.sampled_from([(0, 0), (4, 9), (SPREAD, REACH)]))
def test_both_forms_apply_alike(forms: tuple[ModuleType, ModuleType], seed: int, bounds: tuple[int, int]) -> None:
    compiled, plain = forms
    base, _, delta = grown(random.Random(seed))
    assert compiled.apply(base, delta, *bounds) == plain.apply(base, delta, *bounds)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 32), st.binary(max_size=12), st.floats(0, 1))
def test_damaged_deltas_are_the_same_error_in_both_forms(
    forms: tuple[ModuleType, ModuleType], seed: int, noise: bytes, place: float
) -> None:
    compiled, plain = forms
    base, _, delta = grown(random.Random(seed))
    at = int(len(delta) * place)
    for bad in (
        delta[:at],
        delta[:at] + noise + delta[at:],
        delta[:at] + noise + delta[at + len(noise) :],
        packs.number(len(base)) + noise,
        noise,
    ):
        # As `walk` does: what claims to be huge is not tried.
        size = outcome(walk.result_size, bad)
        if isinstance(size, int) and size < 1 << 20:
            assert outcome(compiled.apply, base, bad, 4, 9) == outcome(plain.apply, base, bad, 4, 9)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_delta_or_an_error(delta: bytes) -> None:
    size = outcome(walk.result_size, delta)
    if isinstance(size, int) and size < 1 << 20:
        for form in (inner, PLAIN):
            outcome(form.apply, b"a text of some bytes\n", delta, 4, 9)


def numbers(count: int) -> "array[int]":
    return array("q", bytes(8 * count))


def laid_out(form: ModuleType, pack: bytes, offsets: list[int], width: int) -> Any:
    """Everything that is found out of the entries of a pack."""
    count = len(offsets)
    ordered, places, starts = array("q", offsets), numbers(count), numbers(count)
    form.order(ordered, places, numbers(count))
    kinds, sizes, bases, roots, weights = array("B", bytes(count)), *(numbers(count) for _ in range(4))
    child, sibling, parents = numbers(count), numbers(count), array("q", [-1] * count)
    form.entries(memoryview(pack)[:-width], ordered, width, kinds, sizes, bases, starts)
    form.forest(ordered, bases, parents, child, sibling)
    form.grow(kinds, sizes, child, sibling, roots, weights, 3000)
    return [list(one) for one in (places, starts, kinds, sizes, bases, parents, child, sibling, roots, weights)]


def test_both_forms_read_a_pack_alike(forms: tuple[ModuleType, ModuleType], repo: Repo) -> None:
    packs.grow(repo).git("repack", "-adf")
    [path] = packs.paths(repo)
    whole, offsets = path.read_bytes(), list(index.read(path.with_suffix(".idx"), 20)[0])
    rng = random.Random(5)
    found = []
    for _ in range(40):
        data, places = bytearray(whole), list(offsets)
        for _ in range(rng.choice([0, 1, 4])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        if rng.random() < 0.2:
            places[rng.randrange(len(places))] = rng.choice([0, 13, len(data), 1 << 40, (1 << 62) - 1])
        one, other = [outcome(laid_out, form, bytes(data), places, 20) for form in forms]
        assert one == other
        found.append(one)
    assert any(isinstance(one, tuple) for one in found)
    assert any(isinstance(one, list) for one in found)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, (1 << 48) - 1), max_size=50))
def test_entries_are_put_in_the_order_of_the_file(offsets: list[int]) -> None:
    for form in (inner, PLAIN):
        places, ordered = numbers(len(offsets)), array("q", offsets)
        form.order(ordered, places, numbers(len(offsets)))
        assert list(places) == sorted(range(len(offsets)), key=offsets.__getitem__)
        assert list(ordered) == sorted(offsets)


@SEEDS
@given(st.lists(st.binary(min_size=3, max_size=3)), st.lists(st.binary(min_size=3, max_size=3)), st.integers(0, 9))
def test_names_that_are_not_there(names: list[bytes], others: list[bytes], taken: int) -> None:
    wanted = [*others, *names[:taken]]
    expected = [number for number, name in enumerate(wanted) if name not in names]
    for form in (inner, PLAIN):
        assert form.absent(b"".join(sorted(names)), 3, b"".join(wanted)) == expected


def test_what_a_tree_weighs_has_a_limit() -> None:
    for form in (inner, PLAIN):
        count = 30
        kinds, sizes = array("B", [3] + [6] * (count - 1)), array("q", [1] + [(1 << 60) - 1] * (count - 1))
        child, sibling = array("q", [1] + [-1] * (count - 1)), array("q", [-1, *range(2, count), -1])
        roots, weights = numbers(count), numbers(count)
        form.grow(kinds, sizes, child, sibling, roots, weights, 3000)
        assert set(roots) == {0}
        assert 1 << 60 <= weights[0] < 1 << 62


def test_the_source_is_what_runs_uncompiled() -> None:
    assert not PLAIN.COMPILED
    assert Path(PLAIN.__file__ or "").suffix == ".py"
