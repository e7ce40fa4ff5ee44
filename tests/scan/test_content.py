"""Contents larger than a window, and containers: nothing is lost or told twice at a border."""

import io
import tarfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repositories import Secrets
from stanch.detect import Engine
from stanch.model import Match
from stanch.scan import content
from stanch.scan.content import Reader
from stanch.unpack import Limits

WINDOW, MARGIN = 4096, 1024


@pytest.fixture(scope="module")
def engine(compiled: Path) -> Engine:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCH_CACHE_DIR", str(compiled))
        return Engine()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of a few thousand bytes."""
    monkeypatch.setattr(content, "WINDOW", WINDOW)
    monkeypatch.setattr(content, "MARGIN", MARGIN)


def found(engine: Engine, data: bytes, name: str = "a.txt", **options: object) -> list[Match]:
    return list(Reader(engine, Limits(), **options).scan(io.BytesIO(data), name))  # type: ignore[arg-type]


def spans(matches: list[Match]) -> list[tuple[object, ...]]:
    return [(one.secret, one.start, one.end, one.line, one.column, one.end_line, one.end_column) for one in matches]


def filler(size: int, width: int = 61) -> bytes:
    return ((b"x = 1  # nothing to see ".ljust(width - 1, b".") + b"\n") * (size // width + 1))[:size]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("border", [WINDOW - MARGIN, WINDOW - MARGIN // 2, WINDOW, 2 * (WINDOW - MARGIN) + MARGIN // 2])
@pytest.mark.parametrize("shift", [-60, -50, -25, -1, 0, 1, 30])
def test_a_secret_at_a_border_is_found_once(engine: Engine, secret: str, border: int, shift: int) -> None:
    before = filler(border + shift - 1) + b"\n"
    data = before + secret.encode() + b"\n" + filler(9000)
    [one] = found(engine, data)
    line = before.count(b"\n") + 1
    assert spans([one]) == [(secret, len(before), len(before) + 50, line, 1, line, 51)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.integers(0, 12_000), min_size=1, max_size=12),
    seed=st.integers(0, 1000),
    width=st.integers(3, 400),
)
def test_windows_give_what_the_whole_gives(engine: Engine, places: list[int], seed: int, width: int) -> None:
    secrets = Secrets(seed)
    data = bytearray(filler(12_000, width))
    for place in sorted(places, reverse=True):
        data[place:place] = f"\nkey = '{secrets.notion()}' é\n".encode()
    whole = found(engine, bytes(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "WINDOW", WINDOW)
        patch.setattr(content, "MARGIN", MARGIN)
        assert spans(found(engine, bytes(data))) == spans(whole)
    assert len(whole) == len(places)


@pytest.mark.usefixtures("small")
def test_columns_in_a_line_longer_than_a_window(engine: Engine, secrets: Secrets) -> None:
    one, two = secrets.notion(), secrets.notion()
    text = "é;" * 3000 + f"a='{one}';" + "日本;" * 2000 + f"b='{two}'\n"
    columns = [(match.line, match.column, match.end_column) for match in found(engine, text.encode())]
    assert columns == [(1, text.index(one) + 1, text.index(one) + 51), (1, text.index(two) + 1, text.index(two) + 51)]


@pytest.mark.usefixtures("small")
def test_line_numbers_far_down(engine: Engine, secret: str) -> None:
    data = filler(100_000) + b"\n" + b"\n" * 5000 + b"    " + secret.encode()
    [one] = found(engine, data)
    assert (one.line, one.column) == (data.count(b"\n") + 1, 5)


@pytest.mark.usefixtures("small")
def test_holes_in_sparse_files_hide_nothing(engine: Engine, secrets: Secrets) -> None:
    values = [secrets.notion() for _ in range(3)]
    data = bytes(20_000).join([b"", *(f"\n{value}\n".encode() for value in values), b""])
    assert [(one.secret, one.line) for one in found(engine, data)] == [(values[0], 2), (values[1], 4), (values[2], 6)]


@pytest.mark.usefixtures("small")
def test_comments_beside_secrets_far_down(engine: Engine, secret: str) -> None:
    data = filler(10_000) + b"\n# stanch:ignore-next\n" + secret.encode() + b"\n" + filler(5000)
    assert found(engine, data)[0].inline
    assert not found(engine, filler(10_000) + b"\n" + secret.encode())[0].inline


@pytest.mark.usefixtures("small")
def test_what_was_read_is_counted_once(engine: Engine) -> None:
    for size in (0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW, 50_000):
        reader = Reader(engine, Limits())
        assert list(reader.scan(io.BytesIO(filler(size)), "a.txt")) == []
        assert reader.coverage.bytes == size


@pytest.mark.usefixtures("small")
def test_what_is_turned_down_is_told_once(engine: Engine) -> None:
    line = b"notion_token = ntn" + b"_" + b"12345678901" + b"x" * 35 + b"\n"
    data = b"".join(filler(200) + b"\n" + line for _ in range(60))
    whole = Reader(engine, Limits(), explain=True)
    list(whole.scan(io.BytesIO(line), "a.txt"))
    assert whole.rejected
    reader = Reader(engine, Limits(), explain=True)
    list(reader.scan(io.BytesIO(data), "a.txt"))
    lines = [one.line for one in reader.rejected if one.detector == whole.rejected[0].detector]
    assert lines == [number for number, text in enumerate(data.splitlines(), 1) if text == line[:-1]]


@pytest.mark.usefixtures("small")
def test_members_of_archives_have_windows_too(engine: Engine, secret: str) -> None:
    packed = io.BytesIO()
    data = filler(20_000) + b"\n" + secret.encode()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("one", "two"):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    matches = found(engine, packed.getvalue(), "a.tar")
    assert [(one.inner, one.line) for one in matches] == [
        ("one", data.count(b"\n") + 1),
        ("two", data.count(b"\n") + 1),
    ]


class Trickle:
    """A stream that is no file, like an object that git hands over."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._stream.read(size)


@pytest.mark.usefixtures("small")
def test_an_archive_larger_than_a_window_from_a_stream(engine: Engine, secret: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in (("padding", filler(30_000)), ("last", secret.encode())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    reader = Reader(engine, Limits())
    assert [one.inner for one in reader.scan(Trickle(packed.getvalue()), "")] == ["last"]
    assert reader.coverage.entries == 2


@pytest.mark.usefixtures("small")
def test_a_deadline_ends_a_content_between_windows(engine: Engine, secret: str) -> None:
    data = secret.encode() + b"\n" + filler(100_000) + secret.encode()
    reader = Reader(engine, Limits(), deadline=time.monotonic() - 1)
    assert [one.line for one in reader.scan(io.BytesIO(data), "a.txt", label="object 123")] == [1]
    [skip] = reader.coverage.skipped
    assert (skip.path, skip.harmless) == ("object 123", False)
    assert skip.reason == f"the time budget ran out after {WINDOW - MARGIN // 2} bytes"


def test_real_windows_hold_what_is_decoded_as_a_whole(engine: Engine) -> None:
    from stanch.detect.rules import MAX_RUN

    assert content.MARGIN // 2 >= MAX_RUN
    assert content.WINDOW > 2 * content.MARGIN


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=3000))
def test_any_bytes(engine: Engine, data: bytes) -> None:
    reader = Reader(engine, Limits())
    for one in reader.scan(io.BytesIO(data), "a"):
        assert 0 <= one.start <= one.end
