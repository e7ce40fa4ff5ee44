"""What is to be checked is read from whatever somebody pipes in."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.catalog.model import CredentialType, Format, Pair, Verify
from stanch.errors import ConfigError
from stanch.model import Severity
from stanch.verify.intake import needed, read_credential, read_report
from stanch.verify.run import Credential

SHAPE = Format("plain", "(?P<secret>acm_[0-9]{9})", pairs=[Pair("site_id", "(?P<site_id>[0-9]{3})")])
KIND = CredentialType("acme-key", "Acme key", "", Severity.HIGH, [SHAPE])


def finding(secret: str, **fields: object) -> dict[str, object]:
    return {"detector": "acme-key", "secret": secret, "path": "a.py", "line": 3, "name": "Acme", "parts": {}, **fields}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("acm_1", {"secret": "acm_1"}),
        ("  acm_1\n\n", {"secret": "acm_1"}),
        ("dG9rOjE=", {"secret": "dG9rOjE="}),
        ("secret=acm_1\nsite_id=7", {"secret": "acm_1", "site_id": "7"}),
        ("site_id = 7\r\n\r\nsecret = a=b=\r\n", {"secret": "a=b=", "site_id": "7"}),
        ("key=acm_1", {"secret": "key=acm_1"}),
        (
            "-----BEGIN KEY-----\nsecret=\n-----END KEY-----",
            {"secret": "-----BEGIN KEY-----\nsecret=\n-----END KEY-----"},
        ),
    ],
)
def test_a_credential_is_its_value_or_lines_of_parts(text: str, parts: dict[str, str]) -> None:
    assert read_credential(text, KIND) == Credential("acme-key", tuple(sorted(parts.items())))


@pytest.mark.parametrize("text", ["", " \n", "secret=", "site_id=7", "x" * 70_000])
def test_what_is_no_credential(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_credential(text, KIND)
    assert len(str(caught.value)) < 200


def test_only_the_parts_that_the_check_needs_are_asked_for() -> None:
    assert needed(KIND) == ["secret"]
    verify = Verify("GET", ["https://acme.example/me"], basic="{site_id}:{secret}")
    assert needed(CredentialType("acme-key", "", "", Severity.HIGH, [SHAPE], verify=verify)) == ["secret", "site_id"]


def test_a_report_gives_each_credential_once_with_its_places() -> None:
    rows = [
        finding("acm_1"),
        finding("acm_2", parts={"site_id": "7", "secret": "acm_2"}),
        finding("acm_1", path="b", line=9),
    ]
    lines = "\n".join(map(json.dumps, rows))
    document = json.dumps({"tool": {}, "findings": rows, "coverage": {}}, indent=1)
    for content in (lines, lines + "\n\n", document):
        one, two = read_report(content.encode())
        assert (one.credential.parts, one.places) == ((("secret", "acm_1"),), ("a.py:3", "b:9"))
        assert two.credential.parts == (("secret", "acm_2"), ("site_id", "7"))


def test_masked_secrets_are_refused_rather_than_sent() -> None:
    for row in (finding("acm_********1234"), finding("acm_1", parts={"site_id": "********"})):
        with pytest.raises(ConfigError, match="masked"):
            read_report(json.dumps(row).encode())


def test_nothing_to_check() -> None:
    assert read_report(b"") == []
    assert read_report(b"\n") == []
    assert read_report(b'{"findings": []}') == []


@pytest.mark.parametrize(
    "content", [b"not json", b'{"findings": 3}', b"[]", b"[" * 100_000, b"\xff\xfe", b'{"detector": "a"}', b'"x"']
)
def test_what_is_no_report_is_one_line_of_trouble(content: bytes) -> None:
    with pytest.raises(ConfigError, match="line 1 is no finding"):
        read_report(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_report_or_a_clear_error(content: bytes) -> None:
    with suppress(ConfigError):
        read_report(content)


@given(st.text())
def test_no_repr_shows_the_secret(text: str) -> None:
    secret = f"acm_{text}_secret"
    assert secret not in repr(Credential("acme-key", (("secret", secret),)))
