"""Decompressors behind one face: bytes are asked for, and never more is made than was asked for."""

import sys
from collections.abc import Callable
from typing import Protocol

from stanch.unpack.model import MB, Damaged, Limits, Readable
from stanch.unpack.streams import CHUNK

ZSTD_FRAMES = (b"\x28\xb5\x2f\xfd", *(bytes((first, 0x2A, 0x4D, 0x18)) for first in range(0x50, 0x60)))
"""How frames of zstd begin, those among them that are to be skipped."""

STREAMS = 1_000_000
"""Compressed streams that may follow one another in one file."""
_SMALL = 512
_LONGEST = 16


class Decoder(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool:
        """Whether the compressed stream has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether it can give out nothing more before it gets more."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What it was given beyond the end of the compressed stream."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take `data` in and give at most `max_length` bytes out."""
        ...


Start = Callable[[], Decoder]
"""Makes a decoder, a fresh one for each compressed stream of a file."""


class Decoded:
    """A compressed source as a readable one."""

    def __init__(self, source: Readable, start: Start, *, again: tuple[bytes, ...] = (), marked: bool = True) -> None:
        """`again`: how another compressed stream begins that belongs to the same content. `marked`: the
        format marks its own end, so that a source which ends earlier was cut off."""
        self._source = source
        self._start = start
        self._decoder = start()
        self._again = again
        self._marked = marked
        self._streams = 1
        self._ended = False
        self._dry = False
        self._input = b""
        self._at = 0
        self._taken = 0
        self._feed = _SMALL

    @property
    def consumed(self) -> int:
        """How many bytes of the source the compressed data took so far."""
        return self._taken - (len(self._input) - self._at)

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self._ended

    def read(self, size: int, /) -> bytes:
        """Up to `size` decoded bytes."""
        while not self._ended:
            piece = self._piece() if self._decoder.needs_input else b""
            data = self._decoder.decompress(piece, size)
            if self._decoder.eof:
                self._at -= len(self._decoder.unused_data)
                self._ended = not self._another()
            if data:
                return data
            if not piece and not self._ended and (self._dry or not self._decoder.needs_input):
                self._ended = True
                if self._marked:
                    raise Damaged("truncated")
        return b""

    def _piece(self) -> bytes:
        """Little at first, then more: what a decoder does not use is copied, and streams may be tiny and many."""
        if self._at >= len(self._input):
            self._refill()
        piece = self._input[self._at : self._at + self._feed]
        self._at += len(piece)
        self._feed = min(self._feed * 2, CHUNK)
        return piece

    def _refill(self) -> None:
        data = self._source.read(CHUNK)
        self._dry = not data
        self._taken += len(data)
        self._input, self._at = self._input[self._at :] + data, 0

    def _another(self) -> bool:
        """Start on the next compressed stream, zeros as padding left aside, if there is one."""
        if not self._again or self._streams >= STREAMS:
            return False
        while True:
            while len(self._input) - self._at < _LONGEST and not self._dry:
                self._refill()
            if self._input[self._at : self._at + 1] != b"\0":
                break
            padded = self._input[self._at :]
            self._at += len(padded) - len(padded.lstrip(b"\0"))
        if not self._input.startswith(self._again, self._at):
            return False
        self._streams += 1
        self._feed = _SMALL
        self._decoder = self._start()
        return True


class Inflate:
    """zlib's decompressor with the manners of the others. `wbits` as `zlib.decompressobj` takes it."""

    def __init__(self, wbits: int) -> None:
        import zlib

        self._zlib = zlib.decompressobj(wbits)
        self._full = False

    @property
    def eof(self) -> bool:
        """Whether the compressed stream has ended."""
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        """Whether it can give out nothing more before it gets more."""
        return not self._full and not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What it was given beyond the end of the compressed stream."""
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take `data` in and give at most `max_length` bytes out."""
        given = self._zlib.decompress(self._zlib.unconsumed_tail + data, max(max_length, 0))
        self._full = len(given) == max_length
        return given


def deflate() -> Decoder:
    """Raw deflate, as in zip."""
    return Inflate(-15)


def zlib_stream() -> Decoder:
    """Deflate with zlib's frame, as in PNG, PDF and git."""
    return Inflate(15)


def gzip_stream() -> Decoder:
    """Deflate with gzip's frame."""
    return Inflate(31)


def bzip2() -> Decoder:
    """One bzip2 stream."""
    import bz2

    return bz2.BZ2Decompressor()


def xz(limits: Limits) -> Start:
    """One xz stream, or one of the older lzma kind."""
    import lzma

    return lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=limits.window_bytes + 2 * MB)


def raw_lzma(limits: Limits, properties: bytes, size: int | None = None) -> Start:
    """LZMA without a frame: `properties` are its five bytes, `size` what it is said to unpack to."""
    import lzma

    if len(properties) != 5 or properties[0] >= 9 * 5 * 5:
        raise Damaged("corrupt")
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    window = _window(int.from_bytes(properties[1:5], "little"), limits, size)
    chain = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": window}]
    return lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)


def raw_lzma2(limits: Limits, properties: bytes, size: int, filters: list[dict[str, int]]) -> Start:
    """LZMA2 without a frame, with its one byte of properties, and the filters to undo after it."""
    import lzma

    if len(properties) != 1 or properties[0] > 40:
        raise Damaged("corrupt")
    claimed = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    chain = [*filters, {"id": lzma.FILTER_LZMA2, "dict_size": _window(claimed, limits, size)}]
    return lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)


def _window(claimed: int, limits: Limits, size: int | None) -> int:
    """A dictionary larger than what it serves for is never filled: it need not be had."""
    needed = claimed if size is None else min(claimed, size)
    if needed > limits.window_bytes:
        raise Damaged("needs more memory than is allowed")
    return max(needed, 4096)


def zstandard(limits: Limits) -> Start:
    """One frame of zstd."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    options: dict[int, int] = {
        zstd.DecompressionParameter.window_log_max: max(limits.window_bytes.bit_length() - 1, 10)
    }
    return lambda: zstd.ZstdDecompressor(options=options)
