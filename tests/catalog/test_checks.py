"""Offline checks: each forges what it accepts, refuses what is off by one character, and survives any text."""

import random
import string
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.catalog import checks
from stanch.catalog.checks import pem
from stanch.errors import ConfigError

ALNUM = string.ascii_letters + string.digits
RNG = random.Random(20)


def alnum(size: int) -> str:
    return "".join(RNG.choice(ALNUM) for _ in range(size))


def base32(size: int) -> str:
    return "".join(RNG.choice("acdefghjklmnpqrstuvwxyz023456789") for _ in range(size))


LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK")
FORGED = [
    ("crc32-base62", "ghp_" + alnum(36)),
    ("crc32-base62 6", "npm_" + alnum(36)),
    ("crc32-base36", "glpat-" + alnum(27) + ".01.0w" + "0" * 7),
    ("crc32-hex", "zpka_" + alnum(32).lower() + "_" + "0" * 8),
    ("crc32-hex-little", "glsa_" + alnum(32) + "_" + "0" * 8),
    ("crc32-hex-upper", "ATATT3xFfGF0" + alnum(170) + "=" + "0" * 8),
    ("crc32-base64-little", "cflt" + alnum(54) + "AAAAAA"),
    ("xor-base62", "cio_tp_" + alnum(31) + "-"),
    ("github-pat", "github_pat_" + alnum(22) + "_" + alnum(59)),
    ("bech32 age-secret-key-", "AGE-SECRET-KEY-1" + base32(58).upper()),
    ("luhn", "4000056655665550"),
    ("base64 tok:[0-9a-f]{8}:[0-9]{3}", alnum(24)),
    ('base64-tail glc_ \\{"o":"[0-9]{4}","k":"[a-z]{8}"\\}', "glc_" + alnum(20)),
    ("base64-part 0 [0-9]{18}", ".".join((alnum(24), alnum(6), alnum(27)))),
    ("jwt", ""),
    ("jwt live", ""),
    ("jwt expired", ""),
    ("macaroon pypi.org", "pypi-" + alnum(20)),
    ("macaroon test.pypi.org", "pypi-" + alnum(20)),
    *(
        (f"pem {state}", f"-----BEGIN {label}-----")
        for state in ("plain", "encrypted")
        for label in (
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PGP PRIVATE KEY BLOCK",
        )
    ),
]


@pytest.mark.parametrize("module", ["text", "encoding", "checksum", "token", "pem", "published"])
def test_every_check_has_a_name_that_leads_to_it(module: str) -> None:
    for name, check in import_module(f"stanch.catalog.checks.{module}").CHECKS.items():
        assert checks.check(name) is check


@pytest.mark.parametrize(("spec", "value"), FORGED)
def test_forged_values_pass(spec: str, value: str) -> None:
    checks.validate(spec)
    assert not checks.passes(spec, value)
    assert checks.passes(spec, checks.forge(spec, value, random.Random(1)))


@pytest.mark.parametrize("spec", [spec for spec, _ in FORGED if "crc" in spec or "bech" in spec or "xor" in spec])
def test_one_wrong_character_breaks_a_checksum(spec: str) -> None:
    value = checks.forge(spec, dict(FORGED)[spec], random.Random(2))
    for place in (len(value) // 2, len(value) - 1):
        other = "7" if value[place] != "7" else "8"
        assert not checks.passes(spec, value[:place] + other + value[place + 1 :])


def test_a_changed_byte_before_the_checksum_breaks_a_fine_grained_token() -> None:
    value = checks.forge("github-pat", "github_pat_" + alnum(22) + "_" + alnum(59), random.Random(3))
    assert not checks.passes("github-pat", value[:20] + ("a" if value[20] != "a" else "b") + value[21:])


def test_checksums_of_published_samples() -> None:
    assert checks.passes("crc32-base62", "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17")
    assert checks.passes("bech32 age-secret-key-", "AGE-SECRET-KEY-1" + "GFPYYSJZ" * 6 + "GFPQ4EGAEX")
    assert checks.passes("xor-base62", "cio_tp_" + "gGK6jurSwKyl9V3Az19z7YEFQI9aoOO" + "d")
    assert checks.passes("crc32-base64-little", "cfltqPLd2lLPAtWtHGNhN32WlZxoEj30" + "pcg8mzaPlPJ937JlMa7n9YCRLooqgifw")


@given(st.text(max_size=300), st.sampled_from(FORGED))
def test_no_text_breaks_a_check(text: str, case: tuple[str, str]) -> None:
    spec, value = case
    checks.passes(spec, text)
    checks.passes(spec, value[: len(value) // 2] + text)


@settings(max_examples=200)
@given(st.sampled_from(["pem plain", "pem encrypted"]), st.integers(0, 500), st.binary(max_size=8))
def test_damaged_keys_break_nothing(spec: str, place: int, noise: bytes) -> None:
    value = checks.forge(spec, dict(FORGED)[spec], random.Random(4))
    pem.kind_of(value[:place] + noise.decode("latin-1") + value[place + len(noise) :])


def test_counting_checks() -> None:
    assert checks.passes("entropy 3", "abcdefgh")
    assert not checks.passes("entropy 3.1", "abcdefgh")
    assert checks.entropy("") == 0
    assert checks.passes("distinct 4", "abcda")
    assert not checks.passes("distinct 5", "abcda")
    assert checks.passes("digits 2", "a1b2")
    assert not checks.passes("digits 3", "a1b2")
    assert checks.passes("letters 2", "a1b2")
    assert not checks.passes("upper 1", "a1b2")
    assert checks.passes("lower 2", "a1b2")


def test_uuid() -> None:
    assert checks.passes("uuid", "7b0e4a52-91c3-4d6f-a8e1-0c5f3b29d7e4")
    assert checks.passes("uuid 4", "7b0e4a52-91c3-4d6f-a8e1-0c5f3b29d7e4")
    assert not checks.passes("uuid 1", "7b0e4a52-91c3-4d6f-a8e1-0c5f3b29d7e4")
    assert not checks.passes("uuid", "00000000-0000-4000-8000-000000000000")
    assert not checks.passes("uuid", "7b0e4a52-91c3-4d6f-08e1-0c5f3b29d7e4")


def test_jwt_samples_and_unsigned_tokens_do_not_pass() -> None:
    from stanch.catalog.checks.encoding import encode

    signature = encode(RNG.randbytes(32))

    def jwt(header: bytes, payload: bytes, end: str = signature) -> str:
        return f"{encode(header)}.{encode(payload)}.{end}"

    good = b'{"sub":"42","name":"John Doe"}'
    assert checks.passes("jwt", jwt(b'{"alg":"HS256"}', good))
    assert checks.passes("jwt live", jwt(b'{"alg":"HS256"}', b'{"exp":99999999999}'))
    assert not checks.passes("jwt", jwt(b'{"alg":"none"}', good))
    assert not checks.passes("jwt", jwt(b'{"alg":"none"}', good, ""))
    assert not checks.passes("jwt", jwt(b'{"alg":"HS512"}', good))
    assert not checks.passes("jwt", jwt(b'{"typ":"JWT"}', good))
    assert not checks.passes("jwt", jwt(b'{"alg":"HS256"}', b"[]"))
    assert not checks.passes("jwt", jwt(b'{"alg":"HS256"}', b'{"sub":"1234567890","name":"John Doe","iat":1516239022}'))
    assert not checks.passes("jwt", jwt(b'{"alg":"HS256"}', b'{"a":' * 3000 + b"1" + b"}" * 3000))


def written(block: str) -> list[str]:
    """The ways in which sources write a PEM block."""
    lines = block.split("\n")
    return [
        block,
        block.replace("\n", "\r\n"),
        "\\n".join(lines),
        "\\\\n".join(lines).replace("/", "\\/"),
        "\n      ".join(lines),
        " ".join(lines),
        "".join(lines),
        " +\n    ".join(f'"{line}\\n"' for line in lines),
        ",\n".join(f"  '{line}'" for line in lines),
        "\n".join("# " + line for line in lines),
        "\n".join("// " + line for line in lines),
        "\n".join("+" + line for line in lines),
        "&#10;".join(lines),
    ]


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"])
def test_pem_in_every_spelling(label: str) -> None:
    block = checks.forge("pem plain", f"-----BEGIN {label}-----", random.Random(5))
    for text in written(block):
        assert pem.kind_of(text) == "plain", text[:80]
        assert pem.body(text) == pem.body(block)


def test_pem_encrypted_in_every_spelling() -> None:
    block = checks.forge("pem encrypted", f"-----BEGIN {LABELS[0]}-----", random.Random(6))
    for text in written(block):
        assert pem.kind_of(text) == "encrypted", text[:80]


def test_pem_without_a_key_does_not_pass() -> None:
    noise = "\n".join(alnum(64) for _ in range(12))
    for label in LABELS:
        assert not checks.passes("pem", f"-----BEGIN {label}-----\n{noise}\n-----END {label}-----")
    assert not checks.passes(
        "pem", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----"
    )
    assert not checks.passes("pem", "-----BEGIN RSA PRIVATE KEY-----\nyour key here\n-----END RSA PRIVATE KEY-----")


def test_published_samples() -> None:
    assert not checks.passes("not-published", "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc")
    assert not checks.passes("not-published", "AKIAIOSFODNN7" + "EXAMPLE")
    assert not checks.passes("not-published", "POSTMARK_API_" + "TEST")
    assert checks.passes("not-published", "sk_test_" + alnum(24))


@pytest.mark.parametrize(
    "spec",
    ["nothing", "entropy", "entropy x", "digits", "base64", "base64 (", "base64-part x a", "base64-part 0", "jwt later",
     "macaroon", "pem other", "uuid 9", "bech32", "crc32-base62 7", "not-published x"],
)  # fmt: skip
def test_what_the_catalog_may_not_say(spec: str) -> None:
    with pytest.raises(ConfigError):
        checks.validate(spec)
