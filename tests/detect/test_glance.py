"""What one glance tells: nothing that would come to something is left out, and both of the module's forms agree."""

import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from stanch.detect import decode, glance
from stanch.detect.engine import Engine

PLAIN = packs.interpreted(glance)
FORMS = [PLAIN, glance] if glance.COMPILED else [PLAIN]
SEEDS = settings(max_examples=200, deadline=None)
TOKEN = rb"[A-Za-z0-9_+/=.\-]"
SEAM = re.compile(
    rb"([\"'`])(?<=%b{4}.)[ \t]{0,8}(?:(?:[+.&\\]|\.\.|<>)[ \t]{0,8})?"
    rb"(?:\\?\r?\n[ \t]{0,80}(?:[+.&][ \t]{0,4})?)?\1(?=%b{4})" % (TOKEN, TOKEN)
)
PARTS = ["abcd", "x.y-z", "refs/heads/", "a word", "0123456789abcdef", '"', "'", " + ", '" "', "' . '", '"+"', '"\n  "']


# --- seams -----------------------------------------------------------------------------------------------------------


def joined(data: bytes) -> list[tuple[int, int]]:
    """What `seams` gives, the slow way."""
    seams = [found.span() for found in SEAM.finditer(data)]
    kept: list[tuple[int, int]] = []
    while seams:
        chain = [seams.pop(0)]
        while seams and re.fullmatch(TOKEN + b"*", data[chain[-1][1] : seams[0][0]]):
            chain.append(seams.pop(0))
        before = re.search(TOKEN + rb"{0,16}\Z", data[: chain[0][0]])
        behind = re.compile(TOKEN + rb"{0,16}").match(data, chain[-1][1])
        assert before is not None
        assert behind is not None
        between = sum(two[0] - one[1] for one, two in pairwise(chain))
        if len(before[0]) + between + len(behind[0]) >= glance.JOINED:
            kept += chain
    return kept


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_seams_are_kept_where_they_make_a_token(text: str) -> None:
    data = text.encode()
    ends = [found.end() + glance.JOINT for found in SEAM.finditer(data)]
    expected = joined(data)
    for form in FORMS:
        assert form.seams(data, ends) == expected
        # What is kept is among what may be.
        assert {end - 4 for end in ends if form.joins(data, end)} >= {end for _, end in expected}
    for place in range(len(data) + 9):
        assert len({(form.seam(data, place), form.joins(data, place)) for form in FORMS}) == 1


# --- encoded runs ----------------------------------------------------------------------------------------------------

RUNS = [b"QUJD" * 6, b"QUJD" * 20 + b"\n", b"QUJD" * 90, b"41" * 30, b"; ", b"\n", b"a, b\n" * 30, b"(x)\n" * 90]


def layers(engine: Engine, data: bytes) -> list[tuple[int, int]]:
    """Where the layers of encoded runs are."""
    hits = engine.hits(data)
    ends: dict[str, list[int]] = {}
    for end, number in zip(hits.ends, hits.triggers, strict=True):
        ends.setdefault(engine._triggers[number].decoder, []).append(end)
    runs = {name: places for name, places in ends.items() if name in ("base64", "hex")}
    return [layer.origin(0, len(layer.data))[:2] for layer in decode.layers(data, runs)]


@SEEDS
@given(st.lists(st.sampled_from(RUNS), max_size=9).map(b"".join), st.integers(0, 1 << 32))
def test_what_shares_a_layer_with_a_change_is_looked_at(engine: Engine, data: bytes, seed: int) -> None:
    rng = random.Random(seed)
    core, limit = sorted(rng.randint(0, len(data)) for _ in range(2))
    hits = engine.hits(data)
    decoders = [engine._triggers[number].decoder for number in hits.triggers]
    ends = [end for end, name in zip(hits.ends, decoders, strict=True) if name in ("base64", "hex")]
    found = {form.encoded(data, ends, core, limit) for form in FORMS}
    assert len(found) == 1
    first, last, low, high = found.pop()
    for begin, stop in layers(engine, data):
        if begin <= limit and core <= stop:
            assert first < last
            assert low - glance.CONTEXT <= begin
            assert stop <= high + glance.AFTER


# --- layers that are known -------------------------------------------------------------------------------------------


@SEEDS
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 50)), max_size=9))
def test_pieces_whose_layers_meet_are_one(places: list[tuple[int, int]]) -> None:
    data = random.Random(4).randbytes(3050)
    pieces = [(start, start + size, None) for start, size in sorted(places)]
    found = [form.fresh(data, "x", pieces, ()) for form in FORMS]
    assert found[0] == found[-1]
    numbers = [number for _, _, first, last, _ in found[0] for number in range(first, last)]
    assert numbers == list(range(len(pieces)))
    assert all(one[1] < two[0] for one, two in pairwise(found[0]))
    for low, high, first, last, _ in found[0]:
        assert low == max(pieces[first][0] - glance.CONTEXT, 0)
        assert high <= len(data)
        assert all(low <= start and min(end + glance.AFTER, high) <= high for start, end, _ in pieces[first:last])
    known = {key for *_, key in found[0]}
    assert all(form.fresh(data, "x", pieces, known) == [] for form in FORMS)


# --- lines that are known --------------------------------------------------------------------------------------------


def test_a_line_is_barren_if_all_of_its_hits_are_known() -> None:
    data = b"first\ntoken = a, token = b\nlast"
    ends, triggers = [9, 13, 24], [1, 0, 0]
    line = data[6:27]
    for form in FORMS:
        known = {form.line_key(7, line, 0, 13 - 6): 1}
        assert not form.barren(data, ends, triggers, 1, ((7, 40),), known)
        # The first was done with one byte behind it: the second is looked for from there on.
        known[form.line_key(7, line, 14 - 6, 24 - 6)] = 0
        assert form.barren(data, ends, triggers, 1, ((7, 40),), known)
        assert form.barren(data, ends, triggers, 2, ((7, 40),), known)
        assert not form.barren(data, ends, triggers, 2, ((7, 40), (8, 40)), known)
        assert not form.barren(data, ends, triggers, 0, ((7, 40),), known)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_last_line_counts_as_well(end: bytes) -> None:
    data = b"x\ntoken" + end
    for form in FORMS:
        known = {form.line_key(7, data[2:], 0, 5): 0}
        assert form.barren(data, [7], [0], 0, ((7, 40),), known)
        assert not form.barren(data, [7], [0], 0, ((7, 40),), {})


def test_lines_without_end_are_not_told_by() -> None:
    data = b"x" * 3000
    for form in FORMS:
        known = {form.line_key(7, data, 0, 1500): 0}
        assert not form.barren(data, [1500], [0], 0, ((7, 3000),), known)


def test_both_forms_are_there() -> None:
    if not glance.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    assert not PLAIN.COMPILED
