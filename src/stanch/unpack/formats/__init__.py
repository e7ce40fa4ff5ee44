"""The kinds of container, one module each.

To add one: write a module with `members(container)`, which gives a `Member` for each thing inside and
a `Trouble` for each that cannot be had, and raises `Damaged` where there is no going on; then name it in `FORMATS`.
It may assume nothing of the bytes but the signature, and may hold no more than a few megabytes.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

import msgspec

from stanch.unpack.model import Container, Member, Trouble

Members = Callable[[Container], Iterator[Member | Trouble]]


class Format(msgspec.Struct, frozen=True):
    """One kind of container."""

    module: str
    """Module in this package that opens it."""
    signatures: tuple[bytes, ...]
    """How its files begin; `stanch.unpack.sniff` knows those that take more than that to tell."""
    plain: bool = False
    """Whether its own bytes hold text besides what its members give, so that they are worth scanning."""
    bare: bool = False
    """Whether they hold all of it, uncompressed: then nothing is lost if they are all that can be had."""


FORMATS: dict[str, Format] = {
    "zip": Format("zip", (b"PK\3\4", b"PK\5\6", b"PK\7\x08PK", b"PK00PK")),
    "tar": Format("tar", ()),
    "gzip": Format("compressed", (b"\x1f\x8b\x08",)),
    "bzip2": Format("compressed", ()),
    "xz": Format("compressed", (b"\xfd7zXZ\0",)),
    "lzma": Format("compressed", ()),
    "zstd": Format("compressed", (b"\x28\xb5\x2f\xfd",)),
    "zlib": Format("compressed", ()),
    "7z": Format("sevenzip", (b"7z\xbc\xaf\x27\x1c",)),
    "ar": Format("ar", (b"!<arch>\n",)),
    "cpio": Format("cpio", (b"070701", b"070702", b"070707")),
    "rpm": Format("rpm", (b"\xed\xab\xee\xdb",)),
    "pdf": Format("pdf", (b"%PDF-",), plain=True),
    "sqlite": Format("sqlite", (b"SQLite format 3\0",), plain=True, bare=True),
    "notebook": Format("notebook", (), plain=True, bare=True),
    "bytecode": Format("bytecode", (), plain=True, bare=True),
    "png": Format("image", (b"\x89PNG\r\n\x1a\n",), plain=True, bare=True),
    "jpeg": Format("image", (b"\xff\xd8\xff",), plain=True, bare=True),
    "gif": Format("image", (b"GIF87a", b"GIF89a"), plain=True, bare=True),
    "webp": Format("image", (), plain=True, bare=True),
    "tiff": Format("image", (b"II*\0", b"MM\0*"), plain=True, bare=True),
    "program": Format(
        "program",
        (
            b"\x7fELF",
            b"MZ",
            b"Cr24",
            b"\xcf\xfa\xed\xfe",
            b"\xce\xfa\xed\xfe",
            b"\xfe\xed\xfa\xce",
            b"\xfe\xed\xfa\xcf",
        ),
        plain=True,
    ),
    "RAR": Format("unsupported", (b"Rar!\x1a\x07",), plain=True),
    "LZ4": Format("unsupported", (b"\x04\x22\x4d\x18",), plain=True),
    "lzip": Format("unsupported", (b"LZIP\1",), plain=True),
    "lzop": Format("unsupported", (b"\x89LZO\0\r\n\x1a\n",), plain=True),
    "compress": Format("unsupported", (b"\x1f\x9d",), plain=True),
    "cabinet": Format("unsupported", (b"MSCF\0\0\0\0",), plain=True),
    "squashfs": Format("unsupported", (b"hsqs", b"sqsh"), plain=True),
    "xar": Format("unsupported", (b"xar!",), plain=True),
}


def opener(kind: str) -> Members:
    """The function that opens containers of a kind; its module is imported when it is first needed."""
    module = import_module(f"{__name__}.{FORMATS[kind].module}")
    return cast(Members, module.members)
