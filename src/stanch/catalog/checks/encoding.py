"""Checks on what a value decodes to: base64 as a whole, after a prefix, or in one part between dots."""

import base64
import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from stanch.catalog import regex
from stanch.catalog.checks.model import Check
from stanch.errors import ConfigError

if TYPE_CHECKING:
    import random

_URL_TO_STANDARD = str.maketrans("-_", "+/")
_STANDARD_TO_URL = str.maketrans("+/", "-_")


def decode(text: str) -> bytes | None:
    """`text` decoded as base64 or base64url, padded or not; nothing where it is neither."""
    bare = text.rstrip("=").translate(_URL_TO_STANDARD)
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def encode(data: bytes, like: str = "") -> str:
    """`data` in base64, in the alphabet and with the padding that `like` has; URL-safe and bare where there is none."""
    text = base64.b64encode(data).decode()
    if not like or "-" in like or "_" in like:
        text = text.translate(_STANDARD_TO_URL)
    return text if like.endswith("=") else text.rstrip("=")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


def _decodes_to(text: str, pattern: str) -> bool:
    data = decode(text)
    return data is not None and _compiled(pattern).fullmatch(data) is not None


def _encoding_of(pattern: str, like: str, rng: "random.Random") -> str:
    """Base64 of a text drawn from `pattern`, if possible without the two characters in which the alphabets differ."""
    for _ in range(200):
        text = encode(regex.draw(pattern, rng).encode("latin-1"), like)
        if text.rstrip("=").isalnum():
            break
    return text


def _pattern(argument: str) -> None:
    """Accept a pattern that compiles and can be drawn from."""
    try:
        regex.parse(argument)
        _compiled(argument)
    except (ConfigError, re.error) as error:
        raise ValueError(str(error)) from None
    if not argument:
        raise ValueError("takes a pattern")


def _passes_whole(value: str, argument: str) -> bool:
    return _decodes_to(value, argument)


def _forge_whole(value: str, argument: str, rng: "random.Random") -> str:
    return _encoding_of(argument, value, rng)


def _passes_tail(value: str, argument: str) -> bool:
    prefix, _, pattern = argument.partition(" ")
    return value.startswith(prefix) and _decodes_to(value[len(prefix) :], pattern)


def _forge_tail(value: str, argument: str, rng: "random.Random") -> str:
    prefix, _, pattern = argument.partition(" ")
    return prefix + _encoding_of(pattern, value[len(prefix) :], rng)


def _tail_argument(argument: str) -> None:
    _pattern(argument.partition(" ")[2])


def _passes_part(value: str, argument: str) -> bool:
    number, _, pattern = argument.partition(" ")
    parts = value.split(".")
    return int(number) < len(parts) and _decodes_to(parts[int(number)], pattern)


def _forge_part(value: str, argument: str, rng: "random.Random") -> str:
    number, _, pattern = argument.partition(" ")
    parts = value.split(".")
    parts[int(number)] = _encoding_of(pattern, "", rng)
    return ".".join(parts)


def _part_argument(argument: str) -> None:
    number, _, pattern = argument.partition(" ")
    if not number.isdigit():
        raise ValueError("takes the number of a part and a pattern")
    _pattern(pattern)


CHECKS: dict[str, Check] = {
    "base64": Check(_passes_whole, _forge_whole, _pattern),
    "base64-tail": Check(_passes_tail, _forge_tail, _tail_argument),
    "base64-part": Check(_passes_part, _forge_part, _part_argument),
}
