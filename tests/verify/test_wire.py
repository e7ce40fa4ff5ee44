"""Connections go where they may, over TLS that is checked, and follow redirects only at home."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator

import pytest

from stanch.catalog.model import Verify
from stanch.model import Evidence, Validity
from stanch.verify import Options, Verifier
from stanch.verify.address import Endpoint, Resolver, refusal

from .acme import QUICK, SECRET, call, checked, credential, provider
from .servers import Reply, Seen, issuer, raw, reply

Certified = Callable[..., ssl.SSLContext]
TLS = call(urls=["https://api.acme.example/me"])


class Names:
    """A resolver: what a host is at, each time it is asked, the last for ever."""

    def __init__(self, **answers: list[tuple[str, int]]) -> None:
        self.asked: list[str] = []
        self._answers = {host.replace("_", "."): list(found) for host, found in answers.items()}

    def __call__(self, host: str, port: int) -> list[Endpoint]:
        self.asked.append(host)
        known = self._answers.get(host)
        if not known:
            raise OSError("no such name")
        address, at = known.pop(0) if len(known) > 1 else known[0]
        return [Endpoint(ipaddress.ip_address(address), at)]


def asked(
    verify: Verify, resolver: Resolver, trust: ssl.SSLContext | None = None, allow: tuple[str, ...] = ("127.0.0.1",)
) -> Evidence:
    one = credential()
    return Verifier([provider(verify)], Options(allow=allow, limits=QUICK), resolver=resolver, trust=trust).check(
        [one]
    )[one]


# --- TLS ---


def test_tls_with_the_hosts_own_certificate(certified: Certified, trust: ssl.SSLContext) -> None:
    with issuer(reply(200), certified("api.acme.example")) as server:
        found = asked(TLS, Names(api_acme_example=[("127.0.0.1", server.port)]), trust)
    assert found.validity is Validity.VALID
    assert server.seen[0].headers["host"] == "api.acme.example"


def test_a_certificate_of_somebody_else_is_refused(certified: Certified, trust: ssl.SSLContext) -> None:
    with issuer(reply(200), certified("evil.example")) as server:
        found = asked(TLS, Names(api_acme_example=[("127.0.0.1", server.port)]), trust)
    assert (found.validity, server.seen) == (Validity.UNKNOWN, [])
    assert "certificate of api.acme.example is not trusted" in found.reason


def test_an_authority_that_nobody_trusts_is_refused(certified: Certified) -> None:
    with issuer(reply(200), certified("api.acme.example")) as server:
        found = asked(TLS, Names(api_acme_example=[("127.0.0.1", server.port)]))
    assert (found.validity, server.seen) == (Validity.UNKNOWN, [])
    assert "is not trusted" in found.reason


def test_what_speaks_no_tls_gets_nothing() -> None:
    with issuer(reply(200)) as server:
        found = asked(TLS, Names(api_acme_example=[("127.0.0.1", server.port)]))
    assert (found.validity, server.seen) == (Validity.UNKNOWN, [])
    assert "no TLS with api.acme.example" in found.reason


# --- addresses ---


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "168.63.129.16", "192.0.0.192", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::a00:5", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "2001:0:a00:5::f5ff:fffa",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address: str) -> None:
    found = asked(TLS, Names(api_acme_example=[(address, 1)]), allow=())
    assert found.validity is Validity.UNKNOWN
    assert "refused to ask api.acme.example" in found.reason


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "9.9.9.9"]
)
def test_what_is_public_is_not(address: str) -> None:
    assert refusal(ipaddress.ip_address(address)) == ""


def test_a_name_that_means_another_place_the_next_time_gains_nothing() -> None:
    """DNS rebinding: public when it is checked, loopback when it would be looked up again for the connection."""
    with issuer(reply(200)) as server:
        resolver = Names(api_acme_example=[("192.0.2.1", server.port), ("127.0.0.1", server.port)])
        found = asked(TLS, resolver, allow=("192.0.2.0/24",))
    assert resolver.asked == ["api.acme.example"]
    assert (found.validity, server.seen) == (Validity.UNKNOWN, [])


def test_each_redirect_is_looked_up_and_checked_anew(certified: Certified, trust: ssl.SSLContext) -> None:
    with issuer(reply(302, Location="/next"), certified("api.acme.example")) as server:
        resolver = Names(api_acme_example=[("127.0.0.1", server.port), ("169.254.169.254", 443)])
        found = asked(TLS, resolver, trust)
    assert resolver.asked == ["api.acme.example"] * 2
    assert len(server.seen) == 1
    assert "169.254.169.254 (link-local)" in found.reason


def test_only_good_addresses_of_several_are_used(certified: Certified, trust: ssl.SSLContext) -> None:
    with issuer(reply(200), certified("api.acme.example")) as server:

        def resolver(host: str, port: int) -> list[Endpoint]:
            return [
                Endpoint(ipaddress.ip_address("10.0.0.1"), server.port),
                Endpoint(ipaddress.ip_address("127.0.0.1"), server.port),
            ]

        assert asked(TLS, resolver, trust).validity is Validity.VALID


def test_a_host_that_is_allowed_by_name_may_be_private_but_no_metadata_service(
    certified: Certified, trust: ssl.SSLContext
) -> None:
    with issuer(reply(200), certified("api.acme.example")) as server:
        resolver = Names(api_acme_example=[("127.0.0.1", server.port)])
        assert asked(TLS, resolver, trust, allow=("api.acme.example",)).validity is Validity.VALID
        assert "refused" in asked(TLS, resolver, trust, allow=("other.example",)).reason
    resolver = Names(api_acme_example=[("169.254.169.254", 443)])
    assert "refused" in asked(TLS, resolver, allow=("api.acme.example",)).reason


def test_a_name_that_is_not_known_or_takes_too_long() -> None:
    assert "cannot be looked up" in asked(TLS, Names()).reason

    def slow(host: str, port: int) -> list[Endpoint]:
        time.sleep(3)
        return []

    assert "took too long" in asked(TLS, slow).reason


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with issuer(reply(200)) as proxy, issuer(reply(401)) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.address}")
        assert checked(call(), server.address).validity is Validity.INVALID
        assert proxy.seen == []


# --- redirects ---


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that nothing must get to."""
    with issuer(reply(200)) as server:
        yield f"http://{server.address}/"
        assert server.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 304])
def test_a_redirect_to_another_host_is_not_followed(status: int, elsewhere: str) -> None:
    with issuer(reply(status, Location=elsewhere)) as server:
        found = checked(call(), server.address)
    assert found.validity is Validity.UNKNOWN
    assert "redirected elsewhere, which is not followed" in found.reason
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_at_home_is_followed(status: int) -> None:
    def answer(seen: Seen) -> Reply:
        return reply(status, Location="/v2/me?x=1#top") if seen.path == "/me" else reply(401)

    with issuer(answer) as server:
        assert checked(call(), server.address).validity is Validity.INVALID
    assert [seen.path for seen in server.seen] == ["/me", "/v2/me?x=1"]
    assert server.seen[1].headers["authorization"] == f"Bearer {SECRET}"


def test_a_redirect_never_changes_the_method() -> None:
    with issuer(reply(302, Location="/other")) as server:
        found = checked(call(method="POST", body="{}"), server.address)
        assert len(server.seen) == 1
    assert "redirected with 302" in found.reason


def test_a_redirect_to_another_port_scheme_or_user_is_another_host() -> None:
    for location in ("https://{}/", "http://{}0/", "http://user@{}/", "//127.0.0.1:1/", "ftp://{}/", "http://[::1/"):
        with issuer(lambda seen, to=location: reply(302, Location=to.format(seen.headers["host"]))) as server:  # type: ignore[misc]
            assert checked(call(), server.address).validity is Validity.UNKNOWN
            assert len(server.seen) == 1


def test_a_redirect_does_not_bring_the_secret_into_the_evidence() -> None:
    with issuer(reply(302, Location=f"https://{SECRET}.evil.example/{SECRET}")) as server:
        assert SECRET not in repr(checked(call(), server.address))


def test_redirects_in_a_circle_end() -> None:
    with issuer(reply(302, Location="/me")) as server:
        found = checked(call(), server.address)
        assert len(server.seen) == QUICK.redirects + 1
    assert found.reason == "redirected too many times"


@pytest.mark.parametrize("location", [b"", b"/a b", b"/\xe9", b"/\x1b[2J"])
def test_a_redirect_to_nowhere(location: bytes) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    with raw(lambda connection: connection.sendall(answer)) as address:
        found = checked(call(), address)
    assert found.validity is Validity.UNKNOWN
    assert found.reason.isprintable()


def test_a_redirect_that_is_the_documented_answer_is_taken_as_it_is(elsewhere: str) -> None:
    with issuer(reply(302, Location=elsewhere)) as server:
        assert checked(call(invalid=(302,)), server.address).validity is Validity.INVALID


def test_cookies_are_not_kept() -> None:
    with issuer(lambda seen: reply(302, Location="/me", Set_Cookie="a=b")) as server:
        checked(call(), server.address)
    assert not any("cookie" in seen.headers for seen in server.seen)
