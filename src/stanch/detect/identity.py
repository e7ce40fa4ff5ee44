"""The fingerprint: who a secret is, wherever it stands.

A keyed hash of credential type and value, with no path, line, commit or rule version in it, so that moving code,
squashing commits or releasing a new catalog leaves it as it was. Whoever reads a fingerprint must not be able to
confirm a guess cheaply: a value with too little randomness of its own (a password) goes through scrypt first.
"""

import math
import os

DEFAULT_KEY = "stanch identity 1"
STRONG_BITS = 72
"""From so many bits on a value cannot be guessed, and a plain keyed hash is enough."""


def identity_key(configured: str = "") -> bytes:
    """The key of all fingerprints: STANCH_IDENTITY_KEY, else the configured one, else a public default."""
    return (os.environ.get("STANCH_IDENTITY_KEY") or configured or DEFAULT_KEY).encode()


def fingerprint(detector: str, secret: str, key: bytes) -> str:
    """32 hexadecimal digits that stand for this secret of this type under this key."""
    # Imported here: it brings OpenSSL along, which a clean commit has no use for.
    import hashlib

    value = _normalise(secret).encode("utf-8", "surrogateescape")
    salt = hashlib.blake2b(detector.encode(), key=hashlib.sha256(key).digest(), digest_size=16).digest()
    if strength(secret) < STRONG_BITS:
        # 4 MB and some 10 ms a guess; the salt makes tables worthless across keys and types.
        value = hashlib.scrypt(value, salt=salt, n=4096, r=8, p=1, dklen=32)
    return hashlib.blake2b(value, key=salt, digest_size=16).hexdigest()


def strength(secret: str) -> float:
    """A cautious estimate of a value's randomness, in bits: its distinct characters, and only if they mix kinds."""
    distinct = len(set(secret))
    kinds = sum((any(c.islower() for c in secret), any(c.isupper() for c in secret), any(c.isdigit() for c in secret)))
    if distinct < 8 or kinds < 2:
        return 0.0
    return len(secret) * math.log2(distinct) * 0.75


def _normalise(secret: str) -> str:
    """One form for the spellings of a key block: with line ends, `\\n` escapes or indentation."""
    if secret.startswith("-----BEGIN"):
        return "".join(secret.replace("\\r", "").replace("\\n", "").replace("\\t", "").split())
    return secret
