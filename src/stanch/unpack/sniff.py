"""Telling from its first bytes whether something is a container, for every file and blob: it has to be quick."""

from collections.abc import Callable

from stanch.unpack.formats import FORMATS

HEAD = 512
"""How many first bytes are worth having: a tar header is that long."""

_Test = Callable[[bytes, str], bool]


def sniff(head: bytes, name: str) -> str | None:
    """The kind of container that begins with `head` (`HEAD` bytes are enough), or nothing.

    The bytes decide. The name helps only where they cannot: a notebook is JSON like any other.
    """
    if not head:
        return None
    for signature, kind, test in _BY_FIRST_BYTE.get(head[0], ()):
        if head.startswith(signature) and (test is None or test(head, name)):
            return kind
    if 0 not in head:  # text: neither of the two below can do without
        return None
    if head[2:4] == b"\r\n" and _bytecode(head):
        return "bytecode"
    if (head[257:262] == b"ustar" or 0 in head[154:156]) and is_tar_header(head):
        return "tar"
    return None


def is_tar_header(block: bytes) -> bool:
    """Whether the 512 bytes carry their own right checksum; the oldest archives have no other mark."""
    field = block[148:156].replace(b"\0", b" ").strip()
    if len(block) < 512 or not field.isdigit() or not block[0]:
        return False
    try:
        return int(field, 8) == sum(block[:148]) + sum(block[156:512]) + 8 * 32
    except ValueError:
        return False


def _bytecode(head: bytes) -> bool:
    """The magic number counts up by version: 3.0 to 3.2 had 3000 on, 3.3 3200 on, and so forth; 2.7 had 62211."""
    number = int.from_bytes(head[:2], "little")
    if 3360 <= number < 3850:
        return len(head) >= 16 and (number < 3390 or (head[4] < 4 and head[5:8] == b"\0\0\0"))
    return (3000 <= number < 3360 or number == 62211) and any(head[at : at + 1] in (b"c", b"\xe3") for at in (8, 12))


def _bzip2(head: bytes, _name: str) -> bool:
    return head[3:4].isdigit() and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90")


def _lzma_alone(head: bytes, _name: str) -> bool:
    """Any properties byte is allowed, everybody writes this one; then dictionary size, length, and a zero."""
    dictionary = int.from_bytes(head[1:5], "little")
    length = int.from_bytes(head[5:13], "little")
    sane = length == (1 << 64) - 1 or length < 1 << 38
    return len(head) >= 18 and head[13] == 0 and sane and dictionary >= 4096 and dictionary & (dictionary - 1) == 0


def _zlib(head: bytes, _name: str) -> bool:
    """Two bytes are too little to go by, and "x^" may be mathematics: try."""
    import zlib

    if len(head) < 9 or head[1] & 32 or (head[0] << 8 | head[1]) % 31:
        return False
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(head, HEAD)
    except zlib.error:
        return False
    return True


def _notebook(head: bytes, name: str) -> bool:
    return name.endswith(".ipynb") or head[:64].lstrip(b"{ \t\r\n").startswith((b'"cells"', b'"nbformat"'))


def _webp(head: bytes, _name: str) -> bool:
    return head[8:12] == b"WEBP"


def _script(head: bytes, name: str) -> bool:
    """An archive behind a script: the zip of a Python application follows at once, others give themselves
    away by their names, since what follows the script is out of sight."""
    return b"PK\3\4" in head or name.endswith((".run", ".sfx", ".bin", ".pyz"))


def _skippable(head: bytes, _name: str) -> bool:
    return head[1:4] == b"\x2a\x4d\x18" and len(head) > 8


_TESTS: tuple[tuple[bytes, str, _Test], ...] = (
    (b"BZh", "bzip2", _bzip2),
    (b"\x5d\0\0", "lzma", _lzma_alone),
    (b"x", "zlib", _zlib),
    (b"{", "notebook", _notebook),
    (b"RIFF", "webp", _webp),
    (b"#!", "program", _script),
    *((bytes((first,)), "zstd", _skippable) for first in range(0x50, 0x60)),
)

_BY_FIRST_BYTE: dict[int, list[tuple[bytes, str, _Test | None]]] = {}
for _kind, _format in FORMATS.items():
    for _signature in _format.signatures:
        _BY_FIRST_BYTE.setdefault(_signature[0], []).append((_signature, _kind, None))
for _rule in _TESTS:
    _BY_FIRST_BYTE.setdefault(_rule[0][0], []).append(_rule)
FIRST = bytes(code in _BY_FIRST_BYTE for code in range(256))
"""Marks the bytes with which a container without a zero byte in its head may begin."""
