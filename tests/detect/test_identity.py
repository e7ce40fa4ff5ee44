"""Fingerprints: the same everywhere for one secret, told apart by type, key and value, and dear to guess."""

import hashlib
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect.identity import DEFAULT_KEY, fingerprint, identity_key

from .samples import NOTION, secret_of

KEY = DEFAULT_KEY.encode()
STRONG = secret_of(NOTION)


def test_a_fingerprint_is_32_hexadecimal_digits_and_shows_nothing() -> None:
    made = fingerprint(NOTION, STRONG, KEY)
    assert len(made) == 32
    assert int(made, 16)


def test_type_value_and_key_tell_fingerprints_apart() -> None:
    made = {
        fingerprint(detector, value, key)
        for detector in (NOTION, "acme-token")
        for value in (STRONG, STRONG + "1", "weak")
        for key in (KEY, b"another key")
    }
    assert len(made) == 12


def test_another_process_gives_the_same_fingerprints() -> None:
    code = (
        "import sys; from stanch.detect.identity import fingerprint;"
        "print(fingerprint('acme-token', sys.argv[1], b'k'), fingerprint('acme-token', 'weak', b'k'))"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, STRONG],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [
            fingerprint("acme-token", STRONG, b"k"),
            fingerprint("acme-token", "weak", b"k"),
        ]


def test_only_what_could_be_guessed_is_stretched(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    scrypt = hashlib.scrypt
    monkeypatch.setattr(hashlib, "scrypt", lambda *args, **more: calls.append(1) or scrypt(*args, **more))  # type: ignore[func-returns-value]
    fingerprint(NOTION, STRONG, KEY)
    assert not calls
    for weak in ("hunter2", "correct horse battery staple", "aB3" * 30, "1234567890123456789012345"):
        fingerprint("generic-password", weak, KEY)
    assert len(calls) == 4


def test_the_spellings_of_a_key_block_have_one_fingerprint() -> None:
    body = ["".join(random.Random(line).choices("abcdefghijkLMNOPQRST0123456789+/", k=64)) for line in range(4)]
    label = "PRIVATE" + " KEY-----"
    lines = [f"-----BEGIN {label}", *body, f"-----END {label}"]
    spellings = [joint.join(lines) for joint in ("\n", "\r\n", "\\n", "\\r\\n", "\n    ", "\n\t")]
    assert len({fingerprint("privatekey-pem", text, KEY) for text in spellings}) == 1


def test_the_environment_gives_the_key_before_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STANCH_IDENTITY_KEY", raising=False)
    assert identity_key() == KEY
    assert identity_key("configured") == b"configured"
    monkeypatch.setenv("STANCH_IDENTITY_KEY", "of the environment")
    assert identity_key("configured") == b"of the environment"


@given(st.text(max_size=60))
def test_any_text_has_a_fingerprint(text: str) -> None:
    assert fingerprint("acme-token", text, KEY) == fingerprint("acme-token", text, KEY)
