"""Offline checks: what a value must satisfy beyond its pattern. Nothing here asks anybody.

The catalog names a check as "name argument", such as "entropy 3.5"; each also knows how to forge a value that
passes, for examples. To add one, write it in the module where it belongs (`text` counts characters, `encoding` decodes,
`checksum` sums, `token` and `pem` read structure) and put it in that module's `CHECKS`:

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
    github-pat         the checksum within GitHub's fine-grained tokens
    bech32 X           a bech32 text with the prefix X
    luhn               the last digit is the check digit of the others
    jwt [live|expired] a signed JSON Web Token, no sample; before or past its expiry
    macaroon L         after the first "-" comes a binary macaroon with the location L
    pem [plain|encrypted]  a PEM block that holds a private key; without or with a passphrase
    not-published      no sample that documentation or software prints
"""

import random

from stanch.catalog.checks import checksum, encoding, pem, published, text, token
from stanch.catalog.checks.model import Check
from stanch.catalog.checks.published import is_published
from stanch.catalog.checks.text import entropy
from stanch.errors import ConfigError

__all__ = ["CHECKS", "Check", "entropy", "forge", "is_published", "passes", "validate"]

CHECKS: dict[str, Check] = {
    **text.CHECKS,
    **encoding.CHECKS,
    **checksum.CHECKS,
    **token.CHECKS,
    **pem.CHECKS,
    **published.CHECKS,
}


def validate(spec: str) -> None:
    """Raise ConfigError if no check has this name, or if it cannot use its argument."""
    name, _, argument = spec.partition(" ")
    if name not in CHECKS:
        raise ConfigError(f"no check is called {name!r}")
    try:
        CHECKS[name].argument(argument)
    except ValueError as error:
        raise ConfigError(f"check {spec!r}: {error}") from None


def passes(spec: str, value: str) -> bool:
    """Whether `value` passes the check `spec`."""
    name, _, argument = spec.partition(" ")
    return CHECKS[name].passes(value, argument)


def forge(spec: str, value: str, rng: random.Random) -> str:
    """A value like `value` that passes the check `spec`.

    Checks that merely count characters forge nothing: draw another value where one does not pass.
    """
    name, _, argument = spec.partition(" ")
    return CHECKS[name].forge(value, argument, rng)
