"""Texts with secrets in every disguise, versions of them, and the deltas by which git would store those."""

import base64
import html
import random
import urllib.parse
from collections.abc import Callable

from stanch.catalog.examples import examples
from stanch.catalog.load import read_providers

WORDS = [
    "import os",
    "def main():",
    "token",
    "password = ",
    "the quick brown fox",
    "# notion",
    "github",
    "aws_secret:",
    "}",
]


def fragments() -> list[bytes]:
    """Examples of every credential type, as they are and encoded, and text of other kinds around them."""
    made = []
    for provider in read_providers():
        for kind in provider.types:
            made += [one.text.encode() for one in examples(kind, count=3)]
    rng = random.Random(0)
    for text in rng.sample(made, 60):
        made.append(rng.choice(_DISGUISES)(text))
    # Not so many that every stretch of text has one.
    made += [("\n".join(rng.choices(WORDS, k=rng.randint(1, 60))) + "\n").encode() for _ in range(len(made) * 2)]
    made += [b"%s " % word.encode() for word in WORDS] * 20
    made += [
        b"\r\n" * 3,
        b'" +\n  "',
        b"%2F%20",
        b"&quot;: &quot;",
        b"\\u0041",
        b"\n" * 50,
        b"x" * 3000,
        b"\xff\xfe\xe9",
    ]
    made += [bytes(rng.choices(b"abcdefgh ", k=20_000)), b"\0", "wide".encode("utf-16-le") * 9]
    return made


_DISGUISES: list[Callable[[bytes], bytes]] = [
    base64.b64encode,
    base64.encodebytes,
    lambda text: text.hex().encode(),
    lambda text: urllib.parse.quote(text, safe="").encode(),
    lambda text: html.escape(text.decode("utf-8", "replace")).encode(),
    lambda text: text.replace(b"e", b"\\x65").replace(b"t", b"\\u0074"),
    lambda text: text[: len(text) // 2] + b'" +\n    "' + text[len(text) // 2 :],
    lambda text: base64.b64encode(base64.b64encode(text)),
    lambda text: text.replace(b"\n", b"\r\n"),
]


def edited(base: bytes, rng: random.Random, pool: list[bytes]) -> tuple[bytes, bytes]:
    """A version of `base` after some edits, and the delta that makes it."""
    operations: list[tuple[int, int] | bytes] = []
    marks = sorted(rng.randint(0, len(base)) for _ in range(2 * rng.randint(1, 4)))
    at = 0
    for low, high in zip(marks[::2], marks[1::2], strict=True):
        operations.append((at, low - at))
        what = rng.random()
        if what < 0.5:
            operations.append(rng.choice(pool)[: rng.choice([5, 30, 100, 30_000])])
        elif what < 0.6:
            start = rng.randint(0, len(base))
            operations.append((start, rng.randint(0, min(len(base) - start, 500))))
        # Mostly what was there stays; else it goes.
        at = low if rng.random() < 0.7 else min(high, low + rng.choice([1, 20, 400]))
    operations.append((at, len(base) - at if rng.random() < 0.9 else rng.randint(0, len(base) - at)))
    return written(base, operations)


def written(base: bytes, operations: list[tuple[int, int] | bytes]) -> tuple[bytes, bytes]:
    """What the operations, (start, length) to copy or bytes to insert, make of `base`; and their delta."""
    made, delta = b"", b""
    for one in operations:
        if isinstance(one, bytes):
            made += one
            for start in range(0, len(one), 127):
                delta += bytes([len(one[start : start + 127])]) + one[start : start + 127]
            continue
        start, length = one
        made += base[start : start + length]
        while length:
            size = min(length, 0xFFFF)
            delta += b"\xbf" + start.to_bytes(4, "little") + size.to_bytes(2, "little")
            start, length = start + size, length - size
    return made, _number(len(base)) + _number(len(made)) + delta


def _number(value: int) -> bytes:
    """A size as deltas write it."""
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])
