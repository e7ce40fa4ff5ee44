"""Values that the whole world knows: what documentation, emulators and virtual machine images print as a sample.

The list beside this page holds hashes, so that no scanner reports the repository for the samples themselves.
"""

import hashlib
from functools import cache
from pathlib import Path

from stanch.catalog.checks.model import Check

_LIST = Path(__file__).with_name("published.txt")


def digest(value: str) -> str:
    """What stands for `value` in the list: 16 hexadecimal digits; for a PEM block, of the key inside."""
    key = None
    if value.startswith("-----BEGIN"):
        from stanch.catalog.checks import pem

        key = pem.body(value)
    return hashlib.sha256(value.encode("utf-8", "surrogateescape") if key is None else key).hexdigest()[:16]


def is_published(value: str) -> bool:
    """Whether `value` is a known sample, or says so itself as the samples of AWS do."""
    return "EXAMPLE" in value or digest(value) in _digests()


@cache
def _digests() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))


CHECKS: dict[str, Check] = {"not-published": Check(lambda value, _: not is_published(value))}
