"""Decompressors behind one face."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.unpack import Limits, decoders
from stanch.unpack.decoders import Decoded, Start
from stanch.unpack.model import Damaged, Readable

from .samples import noise, zstd

CODECS: dict[str, tuple[Callable[[bytes], bytes], Start, tuple[bytes, ...]]] = {
    "gzip": (gzip.compress, decoders.gzip_stream, (b"\x1f\x8b\x08",)),
    "zlib": (zlib.compress, decoders.zlib_stream, ()),
    "bzip2": (bz2.compress, decoders.bzip2, (b"BZh",)),
    "xz": (lambda data: lzma.compress(data, preset=0), decoders.xz(Limits()), (b"\xfd7zXZ\0",)),
    "zstd": (zstd.compress, decoders.zstandard(Limits()), decoders.ZSTD_FRAMES),
}


class Drip:
    """A source that gives little at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, self._step))


def everything(source: Readable, step: int = 1 << 16) -> bytes:
    pieces = []
    while piece := source.read(step):
        assert len(piece) <= step
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_went_in_comes_out(codec: str, data: st.DataObject) -> None:
    compress, start, again = CODECS[codec]
    parts = data.draw(st.lists(st.binary(max_size=300), min_size=1, max_size=4 if again else 1))
    padding = data.draw(st.sampled_from((0, 4, 2000))) if again else 0
    packed = bytes(padding).join(compress(part * 20) for part in parts)
    step, drip = data.draw(st.integers(1, 3000)), data.draw(st.sampled_from((1, 100, 1 << 16)))
    decoded = Decoded(Drip(packed + b"trailer", drip), start, again=again)
    assert everything(decoded, step) == b"".join(part * 20 for part in parts)
    assert decoded.ended
    assert decoded.consumed == len(packed)


@pytest.mark.parametrize("codec", CODECS)
def test_a_truncated_stream_is_told_after_what_there_is(codec: str) -> None:
    compress, start, again = CODECS[codec]
    content = noise(2_000_000)
    packed = compress(content)
    decoded = Decoded(io.BytesIO(packed[:-100_000]), start, again=again)
    pieces: list[bytes] = []
    with pytest.raises(Damaged, match="truncated"):
        pieces.extend(iter(lambda: decoded.read(5000), b""))
    assert len(pieces) > 200
    assert content.startswith(b"".join(pieces))
    assert decoded.read(10) == b""


@pytest.mark.parametrize("codec", CODECS)
def test_never_more_than_was_asked_for(codec: str) -> None:
    compress, start, again = CODECS[codec]
    decoded = Decoded(io.BytesIO(compress(bytes(3_000_000))), start, again=again)
    assert len(everything(decoded, 1000)) == 3_000_000


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=300), st.integers(0, 40))
def test_damage_is_an_exception_and_nothing_worse(codec: str, harm: bytes, at: int) -> None:
    compress, start, again = CODECS[codec]
    packed = bytearray(compress(b"some text that is compressed"))
    packed[at : at + len(harm)] = harm
    decoded = Decoded(io.BytesIO(packed), start, again=again)
    with suppress(Damaged, EOFError, OSError, zlib.error, lzma.LZMAError, zstd.ZstdError):
        assert len(everything(decoded)) < 1 << 20


def test_raw_lzma_without_a_mark_at_its_end() -> None:
    content = noise(5000) + bytes(5000)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=chain)
    properties = bytes((3 + 0 * 9 + 2 * 45,)) + (1 << 16).to_bytes(4, "little")
    decoded = Decoded(io.BytesIO(packed), decoders.raw_lzma(Limits(), properties), marked=False)
    assert everything(decoded).startswith(content)


def test_properties_that_make_no_sense() -> None:
    with pytest.raises(Damaged):
        decoders.raw_lzma(Limits(), b"\xff" * 5)
    with pytest.raises(Damaged):
        decoders.raw_lzma2(Limits(), b"\x29", 1, [])
    with pytest.raises(Damaged, match="memory"):
        decoders.raw_lzma(Limits(), b"\x5d\0\0\0\xff")


def test_a_window_is_no_larger_than_what_it_serves_for() -> None:
    decoders.raw_lzma(Limits(), b"\x5d\0\0\0\xff", 1000)()
