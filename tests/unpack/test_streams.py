"""Parts of files, bounded streams, rendered text."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.unpack.meter import Meter
from stanch.unpack.model import Damaged, Limits, in_words
from stanch.unpack.streams import Bounded, Rendered, Window, complaint, find, label, leftover, read_at

from .samples import noise


@given(st.binary(max_size=300), st.integers(0, 320), st.integers(0, 320), st.integers(1, 50))
def test_a_window_is_a_slice(data: bytes, start: int, size: int, step: int) -> None:
    window = Window(io.BytesIO(data), start, size)
    expected = data[start : start + size]
    assert b"".join(iter(lambda: window.read(step), b"")) == expected
    assert window.short == (len(expected) < size)
    assert io.BufferedReader(Window(io.BytesIO(data), start, size), 16).read() == expected


@given(st.binary(min_size=1, max_size=100), st.lists(st.integers(0, 120), max_size=10))
def test_windows_share_a_stream(data: bytes, places: list[int]) -> None:
    stream = io.BytesIO(data)
    first, second = Window(stream, 0, 50), Window(stream, 20, 50)
    for place in places:
        first.seek(place)
        second.seek(place)
        assert first.read(3) == data[:50][place : place + 3]
        assert second.read(3) == data[20:70][place : place + 3]


@given(st.binary(max_size=2000), st.integers(0, 2500))
def test_a_bounded_stream_ends_at_its_limit(data: bytes, limit: int) -> None:
    bounded = Bounded(io.BytesIO(data), Meter(1, Limits()), limit)
    assert io.BufferedReader(bounded).read() == data[:limit]
    assert bool(bounded.trouble) == (len(data) > limit)


def test_a_bounded_stream_ends_where_its_source_fails() -> None:
    class Failing:
        def __init__(self) -> None:
            self.left = 3

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            if not self.left:
                raise ValueError("whatever")
            return b"x" * min(size, 10)

    bounded = Bounded(Failing(), Meter(1, Limits()), 1000)
    assert io.BufferedReader(bounded).read() == b"x" * 20
    assert bounded.trouble == "corrupt"


def test_a_bounded_stream_ends_when_the_meter_stops() -> None:
    meter = Meter(1, Limits(ratio=1, ratio_floor=100))
    bounded = Bounded(io.BytesIO(noise(1 << 20)), meter, 1 << 30)
    assert len(io.BufferedReader(bounded, 4096).read()) < 1 << 18
    assert meter.stopped
    assert not bounded.trouble


@given(st.lists(st.binary(max_size=20)), st.integers(1, 30))
def test_rendered_pieces_are_joined(pieces: list[bytes], step: int) -> None:
    rendered = Rendered(pieces)
    assert b"".join(iter(lambda: rendered.read(step), b"")) == b"".join(pieces)


@given(st.binary(max_size=50), st.binary(min_size=1, max_size=4), st.integers(0, 60), st.integers(0, 100_000))
def test_find_is_find(data: bytes, needle: bytes, start: int, padding: int) -> None:
    whole = bytes(padding) + data
    assert find(io.BytesIO(whole), needle, start) == whole.find(needle, start)


def test_find_keeps_to_its_end() -> None:
    assert find(io.BytesIO(b"..needle"), b"needle", 0, 2) == -1
    assert find(io.BytesIO(b"..needle"), b"needle", 0, 3) == 2


@pytest.mark.parametrize(
    ("rest", "expected"), [(b"", None), (bytes(100), None), (b"\0\0\n", None), (bytes(70_000) + b"x", b"x")]
)
def test_what_is_left_over_is_more_than_padding(rest: bytes, expected: bytes | None) -> None:
    members = list(leftover(io.BytesIO(b"body" + rest), 4, "rest"))
    assert [member.source.read(10) for member in members] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Damaged("as it says"), "as it says"),
        (EOFError(), "truncated"),
        (OSError(28, "No space left on device"), "cannot be read: No space left on device"),
        (OSError("Invalid data stream"), "corrupt"),
        (MemoryError(), "needs more memory than is allowed"),
        (KeyError(3), "corrupt"),
    ],
)
def test_complaints(error: Exception, reason: str) -> None:
    assert complaint(error) == reason


@given(st.text(max_size=2000) | st.binary(max_size=2000) | st.text(st.characters(categories=["Cs", "Cc", "Cf"])))
def test_labels_are_printable(name: str | bytes) -> None:
    text = label(name)
    assert text.isprintable()
    text.encode()
    assert len(text) < 600


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=300))
def test_ordinary_names_stay(name: str) -> None:
    assert label(name) == name


def test_reading_far_beyond_the_end() -> None:
    assert read_at(io.BytesIO(b"x"), 1 << 80, 10) == b""


def test_sizes_in_words() -> None:
    assert [in_words(size) for size in (1, 1 << 10, 1536 << 10, 512 << 20, 2 << 30)] == [
        "1 bytes",
        "1 kB",
        "1.5 MB",
        "512 MB",
        "2 GB",
    ]
