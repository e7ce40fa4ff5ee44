"""Offline checks: what a value must satisfy beyond its pattern. Nothing here asks anybody.

The catalog names a check as "name argument", such as "entropy 3.5"; each also knows how to forge a value that
passes, for examples. To add one, write it in the module where it belongs (`text` counts characters, `encoding` decodes,
`checksum` sums, `token` and `pem` read structure), put it in that module's `CHECKS`, and name it in `_MODULES`:

    entropy N          at least N bits of Shannon entropy a character
    distinct N         at least N different characters
    digits N, letters N, upper N, lower N      at least N of these characters
    uuid [V]           a UUID (of version V), not one typed by hand
    base64 P           decodes (base64 or base64url, padded or not) to bytes that the pattern P matches as a whole
    base64-tail X P    the same for what follows the prefix X
    base64-part I P    the same for part I (from 0) of the parts between dots
    crc32-base62       GitHub's and npm's checksum: the last 6 characters, of what follows the last "_"
    crc32-base36       GitLab's, the last 7 characters, of all before
    crc32-hex          the last 8 characters, of what stands between the first and the last "_"
    crc32-hex-little   Grafana's, the last 8 characters, of what precedes the last "_"
    crc32-hex-upper    Atlassian's, the last 8 characters, of all before
    crc32-base64-little  Confluent's, the last 6 characters, of what follows the first 4
    xor-base62         crates.io's, the last character, of what follows the last "_"
    github-pat         the checksum within GitHub's fine-grained tokens
    bech32 X           a bech32 text with the prefix X
    luhn               the last digit is the check digit of the others
    jwt [live|expired] a signed JSON Web Token, no sample; before or past its expiry
    macaroon L         after the first "-" comes a binary macaroon with the location L
    pem [plain|encrypted]  a PEM block that holds a private key; without or with a passphrase
    not-published      no sample that documentation or software prints
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from stanch.catalog.checks.model import Check
from stanch.catalog.checks.text import entropy
from stanch.errors import ConfigError

if TYPE_CHECKING:
    import random

__all__ = ["Check", "check", "entropy", "forge", "passes", "validate"]

_MODULES = {
    "text": ("entropy", "distinct", "digits", "letters", "upper", "lower", "uuid"),
    "encoding": ("base64", "base64-tail", "base64-part"),
    "checksum": (
        "crc32-base62", "crc32-base36", "crc32-hex", "crc32-hex-little", "crc32-hex-upper", "crc32-base64-little",
        "xor-base62", "github-pat", "bech32", "luhn",
    ),
    "token": ("jwt", "macaroon"),
    "pem": ("pem",),
    "published": ("not-published",),
}  # fmt: skip
"""Which module holds which checks. Each is imported when it is needed: a small commit needs few of them."""


@cache
def check(name: str) -> Check:
    """The check of that name; ConfigError if there is none."""
    for module, names in _MODULES.items():
        if name in names:
            found = import_module(f"{__name__}.{module}").CHECKS[name]
            assert isinstance(found, Check)
            return found
    raise ConfigError(f"no check is called {name!r}")


def validate(spec: str) -> None:
    """Raise ConfigError if no check has this name, or if it cannot use its argument."""
    name, _, argument = spec.partition(" ")
    try:
        check(name).argument(argument)
    except ValueError as error:
        raise ConfigError(f"check {spec!r}: {error}") from None


def passes(spec: str, value: str) -> bool:
    """Whether `value` passes the check `spec`."""
    name, _, argument = spec.partition(" ")
    return check(name).passes(value, argument)


def forge(spec: str, value: str, rng: "random.Random") -> str:
    """A value like `value` that passes the check `spec`.

    Checks that merely count characters forge nothing: draw another value where one does not pass.
    """
    name, _, argument = spec.partition(" ")
    return check(name).forge(value, argument, rng)
