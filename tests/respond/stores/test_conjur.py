"""Conjur: a server on loopback that follows its documented REST API, see `conjur_server`."""

import base64
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import Reference, StoreError, Trouble

from .asking import VALUE, acts, fresh, trouble
from .cloud_servers import self_signed
from .conftest import Open
from .conjur_server import ConjurServer
from .scripted import Reply, Scripted


def test_the_address_is_account_and_variable(conjur: ConjurServer, open_: Open) -> None:
    assert str(open_("conjur").address(Reference("T", "prod/db/T"))) == "shop:variable:prod/db/T"
    with pytest.raises(ConfigError, match="has no keys"):
        open_("conjur").address(Reference("T", "prod", "key"))


def test_identifiers_are_encoded_as_the_api_wants_it(conjur: ConjurServer, open_: Open) -> None:
    reference = Reference("T", "research+dev/a&b/alice@ops/ü %")
    open_("conjur").put(reference, Secret(VALUE))
    assert list(conjur.variables) == [reference.path]
    paths = [path for _, path in conjur.seen if path.startswith("/secrets")]
    assert paths[-1] == "/secrets/shop/variable/research%2Bdev%2Fa%26b%2Falice%40ops%2F%C3%BC%20%25"
    assert open_("conjur").get(reference).value == Secret(VALUE)


def test_a_new_variable_is_declared_in_the_policy_that_was_asked_for(conjur: ConjurServer, open_: Open) -> None:
    held = open_("conjur", policy="data").put(Reference("T", 'data/x"y'), Secret(VALUE))
    assert held.notes == ("declared in policy data",)
    assert conjur.variables == {'data/x"y': [VALUE.encode()]}
    with pytest.raises(ConfigError, match="not below the policy data"):
        open_("conjur", policy="data").put(Reference("T", "elsewhere/x"), Secret(VALUE))
    error = trouble(lambda: open_("conjur", policy="nope").put(Reference("T", "nope/x"), Secret(VALUE)))
    assert error.trouble == Trouble.DENIED


def test_who_may_read_only(conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = fresh()
    open_("conjur").put(reference, Secret("old"))
    monkeypatch.setenv("CONJUR_AUTHN_LOGIN", "reader")
    monkeypatch.setenv("CONJUR_AUTHN_API_KEY", conjur.keys["reader"])
    store = open_("conjur")
    assert store.get(reference).value == Secret("old")
    assert trouble(lambda: store.put(reference, Secret(VALUE))).trouble == Trouble.DENIED
    assert trouble(lambda: store.put(fresh(), Secret(VALUE))).trouble == Trouble.DENIED
    answers = {answer.question: answer for answer in store.check(reference)}
    assert answers["reachable and logged in"].text.endswith("as shop:user:reader")
    assert answers["read"].good
    assert answers["write"].good is False


def test_a_check_where_nothing_is_yet(conjur: ConjurServer, open_: Open) -> None:
    assert [answer.good for answer in open_("conjur").check(fresh())] == [True, None, None]


def test_a_variable_that_is_declared_and_gets_no_value_is_told(conjur: ConjurServer, open_: Open) -> None:
    reference = fresh()
    conjur.forced.append(("POST", "^/secrets", 500))
    error = trouble(lambda: open_("conjur").put(reference, Secret(VALUE)))
    assert "was declared, and has no value yet" in str(error)
    assert trouble(lambda: open_("conjur").get(reference)).trouble == Trouble.ABSENT
    assert open_("conjur").put(reference, Secret(VALUE), expected="absent").version == "1"


def test_who_writes_at_the_same_time_is_noticed(conjur: ConjurServer, open_: Open) -> None:
    reference = fresh()
    open_("conjur").put(reference, Secret("one"))
    conjur.before_write = lambda: conjur.variables[reference.path].append(b"theirs")
    held = open_("conjur").put(reference, Secret(VALUE))
    assert held.version == "3"
    assert "look at version 2" in held.notes[0]


def test_versions_that_conjur_has_forgotten(conjur: ConjurServer, open_: Open) -> None:
    reference = fresh()
    conjur.variables[reference.path] = [b"%d" % number for number in range(30)]
    assert open_("conjur").get(reference).version == "30"


def test_another_policy_is_being_loaded(conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    conjur.forced += [("POST", "^/policies", 409)] * 2
    open_("conjur").put(fresh(), Secret(VALUE))
    assert len(waited) == 2
    conjur.forced += [("POST", "^/policies", 409)] * 9
    assert trouble(lambda: open_("conjur").put(fresh(), Secret(VALUE))).trouble == Trouble.THROTTLED


def test_lists_page_by_page(conjur: ConjurServer, open_: Open) -> None:
    conjur.variables = {f"many/{number:04}": [b"x"] for number in range(1203)} | {"other": []}
    found = list(open_("conjur").list("many/"))
    assert len(found) == 1203
    assert found[7].address == "shop:variable:many/0007"
    assert found[7].version == "1"


@pytest.mark.parametrize("token", ["as it was given", "in base64"])
def test_a_token_from_a_file(
    conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str
) -> None:
    made = conjur.token("host/ci")
    file = tmp_path / "token"
    file.write_text(made if token == "as it was given" else base64.b64encode(made.encode()).decode())
    monkeypatch.setenv("CONJUR_AUTHN_TOKEN_FILE", str(file))
    monkeypatch.delenv("CONJUR_AUTHN_API_KEY")
    open_("conjur").put(fresh(), Secret(VALUE))
    file.unlink()
    assert trouble(lambda: open_("conjur").get(fresh())).trouble == Trouble.EXPIRED


@pytest.mark.parametrize(("name", "value"), [("CONJUR_AUTHN_API_KEY", "wrong"), ("CONJUR_ACCOUNT", "other")])
def test_a_login_that_is_not_accepted(
    conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    error = trouble(lambda: open_("conjur").put(fresh(), Secret(VALUE)))
    assert error.trouble == Trouble.EXPIRED
    assert conjur.keys["host/ci"] not in f"{error} {error.hint}"
    assert [answer.good for answer in open_("conjur").check(fresh())] == [False]


def test_nobody_is_logged_in(conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONJUR_AUTHN_API_KEY")
    assert trouble(lambda: open_("conjur").get(fresh())).trouble == Trouble.EXPIRED


def test_an_access_token_that_has_ended(conjur: ConjurServer, open_: Open) -> None:
    store = open_("conjur")
    list(store.list())
    conjur.valid = False
    for act in acts(store, fresh()):
        assert trouble(act).trouble == Trouble.EXPIRED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (403, Trouble.DENIED),
        (422, Trouble.UNUSABLE),
        (429, Trouble.THROTTLED),
        (500, Trouble.BROKEN),
        (502, Trouble.BROKEN),
        (302, Trouble.UNREACHABLE),
        (307, Trouble.UNREACHABLE),
    ],
)
def test_what_conjur_refuses_is_told_in_our_words(
    conjur: ConjurServer, open_: Open, status: int, expected: Trouble
) -> None:
    reference = fresh()
    conjur.variables[reference.path] = [b"old"]
    conjur.forced = [("POST", "^/secrets", status)]
    assert trouble(lambda: open_("conjur").put(reference, Secret(VALUE))).trouble == expected
    conjur.forced = [("GET", "^/secrets", status)]
    assert trouble(lambda: open_("conjur").get(reference)).trouble == expected
    assert conjur.variables[reference.path] == [b"old"]


@pytest.mark.parametrize("value", [" ", "\n", ""])
def test_conjur_takes_no_empty_value(conjur: ConjurServer, open_: Open, value: str) -> None:
    assert trouble(lambda: open_("conjur").put(fresh(), Secret(value))).trouble == Trouble.UNUSABLE
    assert conjur.variables == {}


def test_bytes_are_no_text(conjur: ConjurServer, open_: Open) -> None:
    reference = fresh()
    conjur.variables[reference.path] = [b"\xff\xfe"]
    assert trouble(lambda: open_("conjur").get(reference)).trouble == Trouble.UNUSABLE


@pytest.fixture
def scripted(conjur: ConjurServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Scripted]]:
    """Makes a server that lets everybody in and then gives one reply to everything."""
    servers: list[Scripted] = []

    def make(reply: Reply, delay: float = 0) -> Scripted:
        server = Scripted(lambda _, path, __: (200, {}, b"dG9r") if "authenticate" in path else reply, delay)
        servers.append(server)
        monkeypatch.setenv("CONJUR_APPLIANCE_URL", server.url)
        return server

    yield make
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b"not json"),
        (200, {}, b"x" * (5 << 20)),
        (200, {"Content-Length": "100"}, b"{"),
        (200, {"Content-Encoding": "gzip"}, b"not gzip"),
    ],
)
def test_answers_that_are_none(scripted: Callable[..., Scripted], open_: Open, reply: Reply) -> None:
    server = scripted(reply)
    assert trouble(lambda: open_("conjur").put(fresh(), Secret(VALUE))).trouble == Trouble.BROKEN
    assert trouble(lambda: list(open_("conjur").list())).trouble == Trouble.BROKEN
    assert not [body for _, _, body in server.seen if VALUE.encode() in body]


@pytest.mark.parametrize("body", [b"[]", b"5", b'{"secrets": 5}', b'{"secrets": [5, {"version": "x"}]}', b"{}"])
def test_resources_of_another_shape_have_no_version(
    scripted: Callable[..., Scripted], open_: Open, body: bytes
) -> None:
    scripted((200, {}, body))
    assert open_("conjur").get(fresh()).version == ""


def test_an_answer_that_does_not_come(scripted: Callable[..., Scripted], open_: Open) -> None:
    scripted((200, {}, b"{}"), delay=2)
    assert trouble(lambda: open_("conjur", timeout=0.2).get(fresh())).trouble == Trouble.UNREACHABLE


def test_nobody_answers(conjur: ConjurServer, open_: Open) -> None:
    for act in acts(open_("conjur", url="http://127.0.0.1:9"), fresh()):
        assert trouble(act).trouble == Trouble.UNREACHABLE


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://conjur.example.com", "travel readable"),
        ("ftp://conjur", "no http or https"),
        ("https://me:pw@conjur", "no user"),
        ("https://", "no http or https"),
        ("https://[bad", "no http or https"),
    ],
)
def test_addresses_that_are_not_used(conjur: ConjurServer, open_: Open, url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        open_("conjur", url=url).get(fresh())
    assert "pw" not in str(caught.value)


def test_what_is_not_known(conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONJUR_APPLIANCE_URL")
    with pytest.raises(ConfigError, match="which Conjur is"):
        open_("conjur").get(fresh())
    monkeypatch.delenv("CONJUR_ACCOUNT")
    with pytest.raises(ConfigError, match="which Conjur account"):
        open_("conjur").get(fresh())


def test_its_own_certificate(
    conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    conjur.socket = context.wrap_socket(conjur.socket, server_side=True)
    monkeypatch.setenv("CONJUR_APPLIANCE_URL", conjur.url.replace("http", "https"))
    error = trouble(lambda: open_("conjur").put(fresh(), Secret(VALUE)))
    assert error.trouble == Trouble.TLS
    assert "CONJUR_CERT_FILE" in error.hint
    open_("conjur", ca_file=str(certificate)).put(fresh(), Secret(VALUE))
    monkeypatch.setenv("CONJUR_SSL_CERTIFICATE", certificate.read_text())
    open_("conjur").put(fresh(), Secret(VALUE))
    monkeypatch.setenv("CONJUR_SSL_CERTIFICATE", "no certificate")
    with pytest.raises(ConfigError, match="no CA certificates"):
        open_("conjur").get(fresh())
    monkeypatch.setenv("CONJUR_CERT_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="none"):
        open_("conjur").get(fresh())


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://x", "::bad"])
def test_a_proxy_that_cannot_be_used(
    conjur: ConjurServer, open_: Open, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises((ConfigError, StoreError)):
        open_("conjur", url="https://conjur.invalid").get(fresh())


def test_errors_are_of_one_kind() -> None:
    error = StoreError(Trouble.DENIED, "x", hint="y")
    assert (str(error), error.hint, error.trouble) == ("x", "y", "denied")
