"""What is sent: every call of the catalog can be made, and no request shows what it must not."""

import random

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from stanch.catalog.examples import examples
from stanch.catalog.load import read_providers, roles
from stanch.catalog.model import AwsSignature, Call, CredentialType
from stanch.verify import Credential
from stanch.verify.intake import fits
from stanch.verify.requests import base, concerns, requests
from stanch.verify.sigv4 import signed
from stanch.verify.wire import Request

KINDS = [kind for provider in read_providers() for kind in provider.types if kind.verify]
PARTS = {"shop": "bakery.myshopify.com", "dc": "us5", "email": "jo@example.com"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_every_call_of_the_catalog_can_be_made_with_what_is_found(kind: CredentialType) -> None:
    assert kind.verify is not None
    rng = random.Random(kind.id)
    made = 0
    for example in examples(kind, seed=1, count=6):
        parts = {role: PARTS.get(role, f"{rng.getrandbits(128):032x}") for role in roles(kind)}
        parts["secret"] = example.secret
        if kind.verify.hosts and "host" in parts:
            parts["host"] = kind.verify.hosts[0].replace("*", "acme-1")
        assert fits(kind, Credential(kind.id, tuple(parts.items())))
        for call in kind.verify.calls:
            if not concerns(call, parts):
                continue
            own = [] if call.hosts or not any("{host}" in url for url in call.urls) else ["https://own.example"]
            for ready in requests(call, parts, own):
                assert ready.request is not None, ready.reason
                assert example.secret not in ready.shown
                assert example.secret not in repr(ready)
                assert ready.request.url.startswith("https://")
                assert ready.host in ready.request.url
                assert ready.request.headers["User-Agent"].startswith("stanch/")
                made += 1
    assert made or kind.id == "slack-webhook-url"


@given(st.text(), st.text(max_size=40))
def test_no_value_changes_where_a_request_goes_or_adds_a_header(secret: str, other: str) -> None:
    call = Call(
        "GET",
        ["https://api.acme.example/{other}?key={secret}"],
        {"X-Key": "{secret}"},
        basic="{other}:{secret}",
    )
    (ready,) = requests(call, {"secret": secret, "other": other}, [])
    if ready.request is None:
        assert ready.reason
        return
    assert ready.request.url.startswith("https://api.acme.example/")
    assert ready.request.url.count("/") == 3
    assert ready.request.url.count("?") == 1
    assert "#" not in ready.request.url
    for text in ready.request.headers.values():
        assert text.isascii()
        assert text.isprintable()


@given(st.text(max_size=60))
def test_a_part_in_the_host_leads_to_a_host_of_the_issuer_or_nowhere(shop: str) -> None:
    call = Call("GET", ["https://{shop}/me"], hosts=["*.myshopify.com"])
    (ready,) = requests(call, {"secret": "x", "shop": shop}, [])
    if ready.request is not None:
        host = ready.request.url.removeprefix("https://").removesuffix("/me")
        assert host.endswith(".myshopify.com")
        assert set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.text(max_size=80))
def test_a_host_of_ones_own_is_one_or_an_error(text: str) -> None:
    try:
        address = base(text)
    except ValueError:
        return
    assert address.startswith(("https://", "http://"))
    assert not set(address) & set("{}@?# \\")


def test_forms_and_signatures() -> None:
    call = Call("POST", ["https://api.acme.example/"], form={"key": "{secret}", "answer": "json"})
    (ready,) = requests(call, {"secret": "a&b=c"}, [])
    assert ready.request is not None
    assert ready.request.content == b"key=a%26b%3Dc&answer=json"
    call = Call("POST", ["https://sts.example/"], aws=AwsSignature("sts", "eu-1", "{id}", "{secret}"), body="A=B")
    (ready,) = requests(call, {"secret": "s" * 40, "id": "AKIA"}, [])
    assert ready.request is not None
    assert ready.request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA/")
    assert "s" * 40 not in str(ready.request.headers)


def test_a_call_that_signs_is_signed_as_amazons_own_library_does() -> None:
    rng = random.Random(5)
    for token in ("", "t" * 50):
        key_id, secret = f"AKIA{rng.getrandbits(64):016X}", f"{rng.getrandbits(160):040x}"
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        plain = Request("POST", "https://sts.amazonaws.com/", headers, b"Action=GetCallerIdentity")
        ours = signed(plain, "sts", "us-east-1", key_id, secret, token)
        theirs = AWSRequest("POST", plain.url, dict(headers), plain.content)
        auth = SigV4Auth(Credentials(key_id, secret, token or None), "sts", "us-east-1")
        theirs.context["timestamp"] = ours.headers["X-Amz-Date"]
        theirs.headers["X-Amz-Date"] = ours.headers["X-Amz-Date"]
        if token:
            theirs.headers["X-Amz-Security-Token"] = token
        canonical = auth.canonical_request(theirs)
        signature = auth.signature(auth.string_to_sign(theirs, canonical), theirs)
        assert ours.headers["Authorization"].endswith(f"Signature={signature}")
