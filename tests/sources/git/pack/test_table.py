"""Objects by name: each is found where it is, and no other; the same from both of the module's forms."""

import random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from stanch.sources.git.pack import table

SEEDS = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize("form", [table, packs.interpreted(table)], ids=["as it is", "interpreted"])
@SEEDS
@given(seed=st.integers(0, 1 << 32), width=st.sampled_from([20, 32]), spread=st.sampled_from([1, 256]))
def test_a_name_is_found_where_it_is(form: ModuleType, seed: int, width: int, spread: int) -> None:
    """Also where most names have their first bytes in common."""
    rng = random.Random(seed)
    pool = [bytes([rng.randrange(spread), 0, rng.randrange(2)]) + rng.randbytes(width - 3) for _ in range(60)]
    known, others = sorted(pool[:40]), pool[40:]
    one = form.Table(b"".join(known), width, 1000)
    assert one.count == 40
    text = b"before" + b"".join(pool) + b"behind"
    for number, name in enumerate(pool):
        at = len(b"before") + number * width
        assert one.find(text, at) == (known.index(name) if name in known else -1)
        assert one.number(name) == (1000 + known.index(name) if name in known else -1)
    assert one.find(known[0], -1) == one.find(known[0], 1) == one.number(known[0][1:]) == -1
    assert one.number(others[0]) == -1


@pytest.mark.parametrize("form", [table, packs.interpreted(table)], ids=["as it is", "interpreted"])
def test_what_is_lost_is_not_there(form: ModuleType) -> None:
    names = [bytes([number]) * 20 for number in range(3)]
    one = form.Table(b"".join(names), 20, 5)
    one.mark(names[1], form.LOST)
    one.mark(names[1], form.WANTED)
    one.mark(names[2], form.WANTED)
    one.mark(b"x" * 20, form.LOST)
    assert [one.number(name) for name in names] == [5, -1, 7]
