"""Counting what comes out of containers."""

from hypothesis import given
from hypothesis import strategies as st

from stanch.unpack import Limits
from stanch.unpack.meter import Meter


def test_a_container_may_unpack_to_so_many_times_its_size() -> None:
    meter = Meter(100, Limits(ratio=10, ratio_floor=0))
    meter.take(1000)
    assert not meter.stopped
    meter.take(1)
    assert meter.stopped
    assert meter.reason == "zip bomb: more than 10 times its size"


def test_each_layer_below_counts_for_itself() -> None:
    outer = Meter(100, Limits(ratio=10, ratio_floor=0))
    inner = Meter(1000, Limits(ratio=10, ratio_floor=0), outer)
    outer.take(1000)
    inner.take(1000)
    assert not inner.stopped
    inner.take(1)
    assert outer.reason
    assert inner.stopped
    assert not inner.reason


def test_what_stops_an_inner_container_does_not_stop_the_outer_one() -> None:
    outer = Meter(1 << 20, Limits(ratio=10, ratio_floor=0))
    inner = Meter(10, Limits(ratio=10, ratio_floor=0), outer)
    inner.take(101)
    assert inner.stopped
    assert not inner.outer_stopped
    assert not outer.stopped


def test_members_are_counted_at_all_levels_together() -> None:
    limits = Limits(entries=3)
    outer = Meter(10, limits)
    inner = Meter(10, limits, outer)
    assert [outer.enter(), inner.enter(), outer.enter(), inner.enter()] == [True, True, True, False]
    assert outer.reason == "holds more than 3 members"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1000)), max_size=50))
def test_the_total_is_the_sum_of_all(taken: list[tuple[int, int]]) -> None:
    limits = Limits(ratio_floor=1 << 40, total_bytes=5000)
    meters = [Meter(1, limits)]
    for _ in range(3):
        meters.append(Meter(1, limits, meters[-1]))
    for level, size in taken:
        meters[level].take(size)
    assert meters[0].stopped == (sum(size for _, size in taken) > 5000)
    assert meters[3].stopped == meters[0].stopped
