"""Files that are one compressed stream: gzip, bzip2, xz, lzma, zstd, zlib."""

from collections.abc import Iterator
from typing import BinaryIO

from stanch.unpack import decoders
from stanch.unpack.model import Container, Limits, Member
from stanch.unpack.streams import leftover, read_at

_SUFFIXES = {
    ".gz": "",
    ".tgz": ".tar",
    ".svgz": ".svg",
    ".emz": ".emf",
    ".bz2": "",
    ".bz": "",
    ".tbz": ".tar",
    ".tbz2": ".tar",
    ".xz": "",
    ".txz": ".tar",
    ".lzma": "",
    ".zst": "",
    ".zstd": "",
    ".tzst": ".tar",
    ".z": "",
    ".zz": "",
}


def members(container: Container) -> Iterator[Member]:
    """The content, and what may stand behind it."""
    stream, kind, name, limits = container.stream, container.kind, container.name, container.limits
    stored = _stored_name(stream) if kind == "gzip" else ""
    start, again = _decoder(kind, limits)
    stream.seek(0)
    content = decoders.Decoded(stream, start, again=again)
    yield Member(stored or _without_suffix(name), content, alone=True)
    if content.ended:
        yield from leftover(stream, content.consumed, "(after the compressed data)")


def _decoder(kind: str, limits: Limits) -> tuple[decoders.Start, tuple[bytes, ...]]:
    """How to decode a kind, and how further streams of the same file begin."""
    if kind == "gzip":
        return decoders.gzip_stream, (b"\x1f\x8b\x08",)
    if kind == "bzip2":
        return decoders.bzip2, (b"BZh",)
    if kind == "zlib":
        return decoders.zlib_stream, ()
    if kind == "zstd":
        return decoders.zstandard(limits), decoders.ZSTD_FRAMES
    return decoders.xz(limits), (b"\xfd7zXZ\0",)


def _stored_name(stream: BinaryIO) -> str:
    """The file name in a gzip header, without the folders that it may come with."""
    head = read_at(stream, 0, 4096)
    at = 10
    if len(head) < at or not head[3] & 8:
        return ""
    if head[3] & 4:
        at += 2 + int.from_bytes(head[10:12], "little")
    end = head.find(b"\0", at)
    return head[at:end].decode("latin-1").replace("\\", "/").rpartition("/")[2] if end > at else ""


def _without_suffix(name: str) -> str:
    base = name.rpartition("/")[2]
    for suffix, instead in _SUFFIXES.items():
        if base.lower().endswith(suffix) and len(base) > len(suffix):
            return base[: -len(suffix)] + instead
    return base or "(content)"
