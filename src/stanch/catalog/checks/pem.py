"""Private keys in PEM armour: whether the block holds a key at all, and whether a passphrase protects it.

The block may come as it stood in the source: with `\\n` escapes, in one line, indented, quoted line by line,
commented out or as the lines of a patch. `body` sees through that; the rest reads the few bytes of DER, OpenSSH and
OpenPGP structure that tell a key from a sample of one.
"""

import re
import textwrap
from typing import TYPE_CHECKING, Literal

from stanch.catalog.checks.encoding import decode, encode
from stanch.catalog.checks.model import Check
from stanch.patterns import lazy

if TYPE_CHECKING:
    from random import Random

Kind = Literal["plain", "encrypted", ""]

_BEGIN = lazy(r"-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?)-----")
_NEWLINE = lazy(r"\\+(?:[nrt]|u000[aAdD9]|x0[aAdD9])|&#(?:10|13|x[aAdD]);|<br ?/?>|[\r\t]")
_JOINT = lazy(r"""["'`]\s*[+.,&\\]?\s*["'`]""")
_LINE_HEAD = lazy(r"^\s*(?://+|[#*>;|$]+|--)\s+")
_HEADER = lazy(r"^\W*[A-Za-z][A-Za-z-]+: .*$")
_ALIEN = lazy(r"[^A-Za-z0-9+/=]")
_OPENSSH = b"openssh-key-v1\0"
_PBES2 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"


def body(value: str) -> bytes | None:
    """The bytes inside a PEM block, however its lines are written; nothing where it is no base64."""
    begin = _BEGIN.search(value)
    if not begin:
        return None
    text = value[begin.end() :].partition("-----END")[0]
    text = _JOINT.sub("", _NEWLINE.sub("\n", text).replace("\\/", "/"))
    lines = [_LINE_HEAD.sub("", line).strip() for line in text.split("\n")]
    lines = [line for line in lines if line and not _HEADER.match(line)]
    if len(lines) > 1 and all(line.startswith("+") for line in lines):
        lines = [line[1:] for line in lines]
    if begin[1].startswith("PGP") and lines and re.fullmatch(r"\W?=[A-Za-z0-9+/]{4}\W*", lines[-1]):
        lines.pop()
    return decode(_ALIEN.sub("", "".join(lines)).partition("=")[0])


def kind_of(value: str) -> Kind:
    """Whether a PEM block holds a private key in the clear, one under a passphrase, or none."""
    begin = _BEGIN.search(value)
    if not begin:
        return ""
    if "ENCRYPTED" in value[begin.end() :].partition("-----END")[0]:
        # RFC 1421 headers: the whole body is ciphertext, and nothing but its length can be checked.
        return "encrypted" if len(_ALIEN.sub("", value[begin.end() :])) >= 128 else ""
    data = body(value)
    if not data:
        return ""
    if begin[1].startswith("OPENSSH") or data.startswith(_OPENSSH):
        return _openssh(data)
    if begin[1].startswith("PGP"):
        return _openpgp(data)
    return _der(data)


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the DER element at `at`; ValueError where there is none."""
    if at + 2 > len(data):
        raise ValueError("cut short")
    size, start = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 3 or start + count > len(data):
            raise ValueError("no such length")
        size = int.from_bytes(data[start : start + count])
        start += count
    if start + size > len(data):
        raise ValueError("cut short")
    return data[at], start, start + size


def _der(data: bytes) -> Kind:
    """PKCS #1, SEC 1, DSA and PKCS #8 begin with a version; an encrypted PKCS #8 with the algorithm's sequence."""
    try:
        tag, at, end = _element(data, 0)
        if tag != 0x30 or len(data) - end > 2:
            return ""
        elements = []
        while at < end:
            kind, start, stop = _element(data, at)
            elements.append((kind, data[start:stop]))
            at = stop
    except ValueError:
        return ""
    tags = [kind for kind, _ in elements]
    if tags == [0x30, 0x04]:
        return "encrypted"
    if len(tags) >= 2 and tags[0] == 0x02 and elements[0][1] in (b"\0", b"\1"):
        return "plain"
    return ""


def _openssh(data: bytes) -> Kind:
    if not data.startswith(_OPENSSH):
        return ""
    at = len(_OPENSSH)
    size = int.from_bytes(data[at : at + 4])
    cipher = data[at + 4 : at + 4 + size]
    if not 0 < size < 64 or len(data) < 100:
        return ""
    return "plain" if cipher == b"none" else "encrypted"


def _openpgp(data: bytes) -> Kind:
    """A transferable secret key (RFC 4880, 9580) begins with a secret-key packet, tag 5."""
    head = data[0]
    if head & 0xC0 == 0xC0 and head & 0x3F == 5:
        at = 2 if data[1:2] < b"\xc0" else 3 if data[1:2] < b"\xff" else 6
    elif head & 0xFC == 0x94:
        at = 1 + (1, 2, 4, 0)[head & 3]
    else:
        return ""
    try:
        return "plain" if _openpgp_usage(data, at) == 0 else "encrypted"
    except (IndexError, KeyError):
        return ""


_PUBLIC_INTEGERS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 18: 1, 19: 1, 22: 1}
_PUBLIC_BYTES = {25: 32, 26: 56, 27: 32, 28: 57}


def _openpgp_usage(data: bytes, at: int) -> int:
    """The octet behind a secret key's public part: 0 where the rest is in the clear."""
    version, algorithm = data[at], data[at + 5]
    at += 6 if version == 4 else 10
    if algorithm in _PUBLIC_BYTES:
        return data[at + _PUBLIC_BYTES[algorithm]]
    if algorithm in (18, 19, 22):
        at += 1 + data[at]
    for _ in range(_PUBLIC_INTEGERS[algorithm]):
        bits = data[at] << 8 | data[at + 1]
        at += 2 + (bits + 7) // 8
    if algorithm == 18:
        at += 1 + data[at]
    return data[at]


def _passes(value: str, argument: str) -> bool:
    kind = kind_of(value)
    return bool(kind) and argument in ("", kind)


def _wrap(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes((tag,)) + length + content


def _integer(rng: "Random", size: int) -> bytes:
    return _wrap(0x02, bytes((rng.randrange(1, 128),)) + rng.randbytes(size - 1))


def _forged_body(label: str, encrypted: bool, rng: "Random") -> bytes:
    """Bytes with the structure that `label` announces and random numbers for a key."""
    if label.startswith("OPENSSH"):
        cipher = b"aes256-ctr" if encrypted else b"none"
        return _OPENSSH + len(cipher).to_bytes(4) + cipher + rng.randbytes(180)
    if label.startswith("PGP"):
        key = bytes((4,)) + rng.randbytes(4) + b"\x01\x04\x00" + rng.randbytes(128) + b"\x00\x11\x01\x00\x01"
        key += bytes((254 if encrypted else 0,)) + rng.randbytes(300)
        return b"\x95" + len(key).to_bytes(2) + key
    if label.startswith("ENCRYPTED") or (encrypted and label == "PRIVATE KEY"):
        return _wrap(
            0x30, _wrap(0x30, _wrap(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d")), _wrap(0x04, rng.randbytes(640))
        )
    numbers = [_integer(rng, size) for size in (128, 3, 128, 64, 64, 64, 64, 64)]
    return _wrap(0x30, b"\x02\x01\x01" if label.startswith("EC") else b"\x02\x01\x00", *numbers)


def _forge(value: str, argument: str, rng: "Random") -> str:
    """A block with the label that `value` has, in the usual lines of 64 characters."""
    begin = _BEGIN.search(value)
    label = begin[1] if begin else "PRIVATE KEY"
    encrypted = argument == "encrypted"
    lines = textwrap.wrap(encode(_forged_body(label, encrypted, rng), "+="), 64)
    if encrypted and label.split()[0] in ("RSA", "DSA", "EC"):
        lines = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC," + rng.randbytes(16).hex().upper(), "", *lines]
    elif label.startswith("PGP"):
        lines.insert(0, "")
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"))


def _argument(argument: str) -> None:
    if argument not in ("", "plain", "encrypted"):
        raise ValueError('takes "plain", "encrypted" or nothing')


CHECKS: dict[str, Check] = {"pem": Check(_passes, _forge, _argument)}
