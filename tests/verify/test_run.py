"""Credentials are checked by calls to real servers, and the evidence says no more than it may."""

import logging
import socket
import struct
import time
from collections.abc import Callable

import msgspec
import pytest

from stanch.catalog.model import Call
from stanch.errors import ConfigError
from stanch.model import Confidence, Finding, Secret, Severity, Validity
from stanch.verify import Credential, Limits, Options, Verifier
from stanch.verify.run import _mixed

from .acme import QUICK, SECRET, call, checked, credential, provider, verifier
from .servers import Reply, Seen, issuer, raw, reply

ME = {"name": "Deploy", "workspace": {"name": "Bakery"}, "scopes": ["read", "write"], "empty": None}


def test_the_documented_answers() -> None:
    answers = {"200": "valid", "403": "valid", "401": "invalid", "404": "unknown", "500": "unknown"}
    for status, validity in answers.items():
        with issuer(reply(int(status), ME)) as server:
            found = checked(call(limited=(403,)), server.address)
        assert (status, str(found.validity)) == (status, validity)
        assert [attempt.status for attempt in found.attempts] == [int(status)]
        assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"
        assert (server.seen[0].method, server.seen[0].path) == ("GET", "/me")


def test_a_live_credential_says_whose_it_is_and_what_it_can() -> None:
    verify = call(
        identity={
            "bot": "name",
            "workspace": "workspace.name",
            "none": "empty",
            "missing": "a.0.b",
            "who": "header:X-Who",
        },
        can={"scopes": {"write": "write pages", "read": "read pages", "admin": "do anything"}},
        says="It is a token for machines.",
    )
    with issuer(reply(200, ME, X_Who="jo")) as server:
        found = checked(verify, server.address)
    assert found.validity is Validity.VALID
    assert found.identity == {"bot": "Deploy", "workspace": "Bakery", "who": "jo"}
    assert found.can == ("write pages", "read pages")
    assert found.reason == "It is a token for machines."
    assert found.attempts[0].call == f"GET http://{server.address}/me"
    assert found.moment.endswith("+00:00")


def test_live_without_the_right_is_live_with_a_note() -> None:
    with issuer(reply(403, {"code": "restricted"})) as server:
        found = checked(call(limited=(403,), limited_if={"code": "restricted"}), server.address)
        assert (found.validity, found.reason) == (Validity.VALID, "live, but without the right to this call")
        other = checked(call(limited=(403,), limited_if={"code": "other"}), server.address)
        assert other.validity is Validity.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, "just text"),
        (200, {}, b"<html>Welcome to our wireless network"),
        (200, {}, b""),
        (200, {}, b"[" * 100_000),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b" + b"0" * 50),
        (200, {}, b'{"name": "' + b"x" * (2 << 20) + b'"}'),
        (200, {"Content-Length": "5000"}, b'{"name": "Deploy"}'),
    ],
    ids=["text", "html", "nothing", "deep", "compressed", "huge", "broken off"],
)
def test_an_answer_that_is_not_in_the_documented_form_is_not_believed(answer: Reply) -> None:
    with issuer(answer) as server:
        found = checked(call(identity={"bot": "name"}), server.address)
    assert (found.validity, found.reason) == (Validity.UNKNOWN, "answered 200, but not in the documented form")


def test_the_same_status_may_mean_both() -> None:
    verify = call(
        valid_if={"ok": "true"}, invalid=(200,), invalid_if={"error": "invalid_auth|token_revoked"}, limited=(200,),
        limited_if={"error": "missing_scope"},
    )  # fmt: skip
    meanings: dict[str, dict[str, object]] = {
        "valid": {"ok": True},
        "invalid": {"ok": False, "error": "token_revoked"},
        "unknown": {"ok": False, "error": "fatal_error"},
    }
    for validity, answer in meanings.items():
        with issuer(reply(200, answer)) as server:
            assert str(checked(verify, server.address).validity) == validity
    with issuer(reply(200, {"ok": False, "error": "missing_scope"})) as server:
        assert checked(verify, server.address).validity is Validity.VALID


def test_every_place_must_say_that_it_is_dead() -> None:
    with issuer(reply(401)) as first, issuer(reply(401)) as second, issuer(reply(200)) as third:
        assert checked(call(), first.address, second.address).validity is Validity.INVALID
        found = checked(call(), first.address, second.address, third.address)
        assert found.validity is Validity.VALID
        assert [attempt.outcome for attempt in found.attempts] == ["invalid", "invalid", "valid"]
        assert len(third.seen) == 1
        found = checked(call(), third.address, first.address)
        assert len(found.attempts) == 1
    with issuer(reply(401)) as first, issuer(reply(502)) as second:
        found = checked(call(), first.address, second.address)
        assert (found.validity, found.reason) == (Validity.UNKNOWN, "the issuer has trouble (502)")


def test_kinds_that_share_a_shape_must_all_be_refused() -> None:
    """As Postmark has it: the other kind's header gets 401 for a token that is live."""

    def answer(seen: Seen) -> Reply:
        return reply(200 if seen.headers.get("x-account-token") == SECRET else 401, {"ErrorCode": 10})

    other = Call("GET", ["https://{host}/domains"], {"X-Account-Token": "{secret}"}, says="It is an account token.")
    verify = call(headers={"X-Server-Token": "{secret}"}, also=[other])
    with issuer(answer) as server:
        found = checked(verify, server.address)
    assert (found.validity, found.reason) == (Validity.VALID, "It is an account token.")
    assert [seen.path for seen in server.seen] == ["/me", "/domains"]
    with issuer(reply(401)) as server:
        assert checked(verify, server.address).validity is Validity.INVALID


def test_a_call_is_made_only_for_the_credentials_that_it_concerns() -> None:
    live = Call("GET", ["https://{host}/live"], only={"mode": "live"})
    verify = call(urls=["https://{host}/test"], only={"mode": "test"}, also=[live])
    with issuer(reply(200)) as server:
        checked(verify, server.address, parts={"mode": "live"})
        assert [seen.path for seen in server.seen] == ["/live"]
        found = checked(verify, server.address, parts={"mode": "neither"})
        assert found.validity is Validity.UNKNOWN
        assert len(server.seen) == 1


def test_servers_of_ones_own_may_know_what_the_issuer_does_not() -> None:
    verify = call(urls=["https://{host}/me"], hosts=["acme.example"], elsewhere=True)
    with issuer(reply(401)) as server:
        assert checked(verify, server.address).validity is Validity.INVALID

        def resolver(host: str, port: int) -> list[object]:
            raise OSError

        one = credential()
        found = verifier(verify, resolver=resolver).check([one])[one]  # type: ignore[arg-type]
        assert found.attempts[0].call == "GET https://acme.example/me"
        assert found.validity is Validity.UNKNOWN


def test_what_cannot_be_checked_is_told_apart() -> None:
    one = credential()
    assert verifier(None).check([one])[one].validity is Validity.NOT_CHECKABLE
    found = checked(call(effect="write-probe"))
    assert found.validity is Validity.NOT_CHECKED
    assert "--probe" in found.reason
    assert checked(call(urls=["https://{host}/{account}"]), "127.0.0.1:1").reason.endswith("(account) is not known")
    masked = credential("acm_" + "*" * 8 + "0123")
    with issuer(reply(401)) as server:
        assert verifier(call(), server.address).check([masked])[masked].reason == "the value is masked"
        assert server.seen == []


def test_a_probe_runs_when_it_is_asked_for() -> None:
    with issuer(reply(400, "no_text")) as server:
        hosts = {"acme": [f"http://{server.address}"]}
        options = Options(probe=True, allow=("127.0.0.1",), hosts=hosts, limits=QUICK)
        verify = call(method="POST", effect="write-probe", body="{}", valid=(), limited=(400,))
        one = credential()
        assert Verifier([provider(verify)], options).check([one])[one].validity is Validity.VALID
    assert (server.seen[0].method, server.seen[0].body) == ("POST", b"{}")


def test_one_call_for_each_distinct_credential() -> None:
    with issuer(reply(200)) as server:
        asked = verifier(call(), server.address)
        one, other = credential(), credential(SECRET[::-1])
        found = asked.check([one, other, one])
        assert len(server.seen) == 2
        assert asked.check([one])[one] is found[one]
        assert len(server.seen) == 2


def test_findings_get_their_validity() -> None:
    def finding(secret: str) -> Finding:
        return Finding(
            "acme-token", "acme", "Acme", Severity.HIGH, Confidence.HIGH, Secret(secret), "f", ".", "a", 1, 1, 1, 2
        )  # fmt: skip

    heard: list[tuple[int, int]] = []
    with issuer(lambda seen: reply(200 if SECRET in seen.headers["authorization"] else 401)) as server:
        findings = [finding(SECRET), finding("acm_" + "f" * 24), finding(SECRET)]
        verifier(call(), server.address).findings(findings, lambda done, total: heard.append((done, total)))
    assert [finding.validity for finding in findings] == ["valid", "invalid", "valid"]
    assert all(finding.evidence and finding.evidence.validity == finding.validity for finding in findings)
    assert len(server.seen) == 2
    assert heard == [(1, 2), (2, 2)]


# --- time and pace ---


def test_many_are_checked_side_by_side_but_not_too_many_at_once() -> None:
    def slow(seen: Seen) -> Reply:
        time.sleep(0.1)
        return reply(200)

    with issuer(slow) as server:
        limits = Limits(connect=5, read=5, total=10, gap=0.02, at_once=3)
        wanted = [credential(f"acm_{number:024x}") for number in range(12)]
        found = verifier(call(), server.address, limits=limits).check(wanted)
    assert {evidence.validity for evidence in found.values()} == {Validity.VALID}
    assert 2 <= server.busiest <= 3
    moments = sorted(seen.moment for seen in server.seen)
    assert moments[-1] - moments[0] >= 11 * 0.02 * 0.9


def test_a_host_that_limits_the_rate_is_asked_once_more_when_it_says() -> None:
    def answer(seen: Seen) -> Reply:
        return reply(200) if len(server.seen) > 1 else reply(429, Retry_After="1")

    with issuer(answer) as server:
        assert checked(call(), server.address).validity is Validity.VALID
    assert server.seen[1].moment - server.seen[0].moment >= 1


def test_a_host_that_wants_to_be_left_alone_is() -> None:
    with issuer(reply(429, Retry_After="3600")) as server:
        found = verifier(call(), server.address, limits=Limits(connect=2, read=1, total=2, gap=0, workers=1)).check(
            [credential(f"acm_{number:024x}") for number in range(5)]
        )
        assert len(server.seen) == 1
    assert {evidence.validity for evidence in found.values()} == {Validity.UNKNOWN}
    first, *others = found.values()
    assert first.reason == "the rate is limited (429)"
    assert all("left alone" in evidence.reason for evidence in others)


@pytest.mark.parametrize("headers", [{"X_RateLimit_Remaining": "0"}, {"Retry_After": "3600"}])
def test_a_403_that_is_about_the_rate_says_nothing_of_the_credential(headers: dict[str, str]) -> None:
    with issuer(reply(403, **headers)) as server:
        found = checked(call(limited=(403,), invalid=(403,)), server.address)
    assert found.validity is Validity.UNKNOWN


def stay_silent(connection: socket.socket) -> None:
    time.sleep(60)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(600):
        connection.sendall(f"X-{number}: 1\r\n".encode())
        time.sleep(0.1)


def drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(600):
        connection.sendall(b" ")
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(1000):
        connection.sendall(b"x" * 65536)


def flood_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x" * 65536)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def never_begin(connection: socket.socket) -> None:
    for _ in range(600):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (stay_silent, "did not answer within 1 seconds"),
        (drip, "did not answer within 2 seconds"),
        (drip_body, "did not answer within 2 seconds"),
        (never_begin, "did not answer within 2 seconds"),
        (flood, "broke off, or answered with what is no HTTP"),
        (flood_body, "answered 200, but not in the documented form"),
        (reset, "broke off"),
        (lambda connection: None, "broke off"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"), "broke off"),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"), "no HTTP"),
        (lambda connection: connection.sendall(b"HTTP/1.1 2x0 OK\r\n\r\n"), "no HTTP"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: \x00\x01\r\n\r\n"), "no HTTP"),
        (lambda connection: connection.sendall(b"\x00" * 300), "no HTTP"),
    ],
)  # fmt: skip
def test_broken_and_slow_servers_leave_it_unknown(talk: Callable[[socket.socket], None], reason: str) -> None:
    start = time.monotonic()
    with raw(talk) as address:
        found = checked(call(identity={"bot": "name"}), address)
    assert time.monotonic() - start < 40  # they would go on for a minute
    assert found.validity is Validity.UNKNOWN
    assert reason in found.reason
    assert SECRET not in repr(found)


def test_what_the_status_says_needs_no_body() -> None:
    with raw(flood_body) as address:
        assert checked(call(), address).validity is Validity.VALID


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        found = checked(call(), address)
    assert (found.validity, found.reason) == (Validity.UNKNOWN, "127.0.0.1 refused the connection")


# --- nothing gets out ---


def test_an_issuer_that_sends_the_secret_back_does_not_get_it_into_the_evidence() -> None:
    names = {"name": f"you sent {SECRET}\x1b[2J", "id": SECRET, "list": [SECRET, 1, "x" * 500]}
    with issuer(reply(200, names, X_Echo=SECRET)) as server:
        found = checked(
            call(identity={"bot": "name", "id": "id", "list": "list", "echo": "header:X-Echo"}), server.address
        )
    assert SECRET not in msgspec.json.encode(found).decode()
    assert found.identity["id"] == "********"
    assert all(len(text) <= 200 for text in found.identity.values())


def test_bodies_are_not_kept() -> None:
    with issuer(reply(200, {"name": "Deploy", "people": ["somebody@example.com"]})) as server:
        found = checked(call(identity={"bot": "name"}), server.address)
    assert "somebody" not in msgspec.json.encode(found).decode()


def test_the_secret_is_in_no_log_whatever_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for name in (None, "httpcore2", "httpcore2.connection", "httpcore2.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    with issuer(reply(200, ME, Set_Cookie=f"session={SECRET}")) as server:
        verify = call(urls=["https://{host}/bot{secret}/me"], identity={"bot": "name"})
        found = checked(verify, server.address)
    assert found.validity is Validity.VALID
    assert SECRET in server.seen[0].path
    assert SECRET not in caplog.text
    assert SECRET not in repr(found) + repr(credential())
    assert "/bot{secret}/me" in found.attempts[0].call


@pytest.mark.parametrize("value", ["acm_\r\nX-Evil: 1", "acm_\x00", "acm_é", "acm_" + "x" * 20_000, "acm_\n"])
def test_a_value_that_does_not_fit_into_a_request_is_not_sent(value: str) -> None:
    one = credential(value)
    with issuer(reply(200)) as server:
        found = verifier(call(), server.address).check([one])[one]
    assert server.seen == []
    assert found.validity is Validity.UNKNOWN
    assert "cannot be sent" in found.reason
    assert value not in repr(found)


def test_hosts_that_are_none_are_refused_before_anything_is_sent() -> None:
    for host in ("", "a b", "user@host", "ftp://host", "host:port", "host:99999", "{secret}", "host/?q=", "hóst"):
        with pytest.raises(ConfigError):
            Verifier([provider(call())], Options(hosts={"acme": [host]}))
    with pytest.raises(ConfigError):
        Verifier([provider(call())], Options(hosts={"nobody": ["host"]}))
    with pytest.raises(ConfigError):
        Verifier([provider(call())], Options(allow=("not a network/8",)))


def test_issuers_take_turns() -> None:
    """One that has to be waited for does not keep the others waiting."""
    many = [Credential("a", (("secret", str(number)),)) for number in range(3)]
    few = [Credential("b", (("secret", "x"),))]
    assert [one.detector for one in _mixed([*many, *few])] == ["a", "b", "a", "a"]


def test_certificates_that_cannot_be_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        verifier(call(), "127.0.0.1:1")
