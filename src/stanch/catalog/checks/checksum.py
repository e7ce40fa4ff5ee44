"""Checks of the checksums that issuers build into their tokens.

Each rule is the issuer's documented one, or one that public tokens bear out; where it is not plain from the name,
the function says which bytes are summed.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

from stanch.catalog.checks.model import Check

if TYPE_CHECKING:
    import random

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRATES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

Sum = Callable[[str], str]
"""(token up to its checksum) -> the checksum's text."""


def _in_base(number: int, alphabet: str, width: int) -> str:
    """`number` in the alphabet's base, filled up on the left with its zero."""
    text = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    return text.rjust(width, alphabet[0])


def _crc32(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogateescape"))


def _github(body: str) -> str:
    """GitHub and npm: CRC32 of what stands between the prefix's underscore and the checksum."""
    return _in_base(_crc32(body.rpartition("_")[2]), _BASE62, 6)


def _gitlab(body: str) -> str:
    """GitLab's routable tokens: CRC32 of everything before it, the prefix included."""
    return _in_base(_crc32(body), _BASE36, 7)


def _grafana(body: str) -> str:
    """Grafana's service account tokens: CRC32 of what precedes the last underscore, least significant byte first."""
    return _crc32(body.rstrip("_")).to_bytes(4, "little").hex()


def _atlassian(body: str) -> str:
    """Atlassian's ATATT family: CRC32 of everything before it, "=" included."""
    return f"{_crc32(body):08X}"


def _confluent(body: str) -> str:
    """Confluent's secrets: CRC32 of what stands behind the prefix "cflt", least significant byte first, in base64."""
    return base64.b64encode(_crc32(body[4:]).to_bytes(4, "little")).decode()[:6]


def _crates(body: str) -> str:
    """crates.io's trusted publishing tokens: all bytes behind the last "_" taken together by exclusive or."""
    combined = reduce(xor, body.rpartition("_")[2].encode("utf-8", "surrogateescape"), 0)
    return _CRATES[combined % len(_CRATES)]


def _zuplo(body: str) -> str:
    """CRC32, in hexadecimal, of what stands between the first and the last underscore."""
    return f"{_crc32(body.partition('_')[2].rstrip('_')):08x}"


def _ending(compute: Sum, size: int) -> Check:
    """A check that the last `size` characters are the checksum that `compute` gives for the rest."""

    def passes(value: str, argument: str) -> bool:
        del argument
        return len(value) > size and value[-size:] == compute(value[:-size])

    def forge(value: str, argument: str, rng: "random.Random") -> str:
        del argument, rng
        return value[:-size] + compute(value[:-size])

    def width(argument: str) -> None:
        if argument not in ("", str(size)):
            raise ValueError(f"the checksum has {size} characters")

    return Check(passes, forge, width)


def _sha256_base32(body: str) -> str:
    return base64.b32encode(hashlib.sha256(body.encode("utf-8", "surrogateescape")).digest())[:8].decode()


def _passes_github_pat(value: str, argument: str) -> bool:
    """Eight characters before the last eight are the base32 of the SHA-256 of all that precedes them."""
    del argument
    return len(value) > 16 and value[-16:-8] == _sha256_base32(value[:-16])


def _forge_github_pat(value: str, argument: str, rng: "random.Random") -> str:
    del argument, rng
    return value[:-16] + _sha256_base32(value[:-16]) + value[-8:]


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def _bech32_values(prefix: str, data: str) -> list[int]:
    prefix = prefix.lower()
    head = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    return head + [_BECH32.find(char) for char in data.lower()]


def _passes_bech32(value: str, argument: str) -> bool:
    """The value is bech32 (BIP 173): its prefix, "1", data and six characters of checksum, in one case."""
    prefix, _, data = value.rpartition("1")
    values = _bech32_values(prefix, data)
    return (
        prefix.lower() == argument.lower()
        and len(data) > 6
        and value in (value.upper(), value.lower())
        and -1 not in values
        and _polymod(values) == 1
    )


def _forge_bech32(value: str, argument: str, rng: "random.Random") -> str:
    del argument
    prefix, _, data = value.rpartition("1")
    body = "".join(char if char in _BECH32 else rng.choice(_BECH32) for char in data[:-6].lower())
    total = _polymod(_bech32_values(prefix, body) + [0] * 6) ^ 1
    checksum = "".join(_BECH32[total >> 5 * (5 - place) & 31] for place in range(6))
    text = f"{prefix}1{body}{checksum}"
    return text.upper() if value.isupper() else text.lower()


def _luhn_sum(digits: str) -> int:
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return sum(doubled) + sum(int(digit) for digit in digits[-1::-2])


def _passes_luhn(value: str, argument: str) -> bool:
    del argument
    digits = re.sub("[ -]", "", value)
    return digits.isdigit() and digits.isascii() and _luhn_sum(digits) % 10 == 0


def _forge_luhn(value: str, argument: str, rng: "random.Random") -> str:
    del argument, rng
    digits = re.sub("[ -]", "", value[:-1])
    return value[:-1] + str(-_luhn_sum(digits + "0") % 10)


def _bech32_prefix(argument: str) -> None:
    if not argument:
        raise ValueError("takes the prefix before the last 1")


CHECKS: dict[str, Check] = {
    "crc32-base62": _ending(_github, 6),
    "crc32-base36": _ending(_gitlab, 7),
    "crc32-hex": _ending(_zuplo, 8),
    "crc32-hex-little": _ending(_grafana, 8),
    "crc32-hex-upper": _ending(_atlassian, 8),
    "crc32-base64-little": _ending(_confluent, 6),
    "xor-base62": _ending(_crates, 1),
    "github-pat": Check(_passes_github_pat, _forge_github_pat),
    "bech32": Check(_passes_bech32, _forge_bech32, _bech32_prefix),
    "luhn": Check(_passes_luhn, _forge_luhn),
}
