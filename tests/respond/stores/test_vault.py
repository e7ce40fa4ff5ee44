"""Vault: a real OpenBao server, and a scripted one for answers that it cannot be made to give."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import Reference, StoreError, Trouble
from stanch.respond.stores.kinds.vault import Vault

from .asking import VALUE, acts, fresh, trouble
from .bao import ROOT_TOKEN, Bao
from .conftest import Open
from .scripted import Reply, Scripted


def test_the_address_is_mount_path_and_key(open_: Open) -> None:
    store = open_("vault", mount="kv/team/")
    assert str(store.address(Reference("NOTION_TOKEN", "shop/NOTION_TOKEN"))) == "kv/team/shop/NOTION_TOKEN#value"
    assert str(store.address(Reference("NOTION_TOKEN", "/shop", "token"))) == "kv/team/shop#token"


@pytest.mark.parametrize("mount", ["secret", "kv1"])
def test_other_keys_stay(bao: Bao, open_: Open, mount: str) -> None:
    reference = fresh("token")
    engine = bao.client.secrets.kv.v1 if mount == "kv1" else bao.client.secrets.kv.v2
    engine.create_or_update_secret(reference.path, {"theirs": "1", "deep": {"a": [1, 2]}}, mount_point=mount)
    store = open_("vault", mount=mount)
    store.put(reference, Secret(VALUE))
    read = (
        engine.read_secret(reference.path, mount_point=mount)
        if mount == "kv1"
        else engine.read_secret_version(reference.path, mount_point=mount, raise_on_deleted_version=True)["data"]
    )
    assert read["data"] == {"theirs": "1", "deep": {"a": [1, 2]}, "token": VALUE}
    with pytest.raises(StoreError, match="no text") as caught:
        store.get(Reference(reference.name, reference.path, "deep"))
    assert caught.value.trouble == Trouble.UNUSABLE


def test_paths_with_every_kind_of_character(bao: Bao, open_: Open) -> None:
    reference = Reference("T", f"a b/ü%2f?x=1&y/{uuid.uuid4().hex}+@", "k e y")
    store = open_("vault")
    store.put(reference, Secret(VALUE))
    assert store.get(reference).value == Secret(VALUE)
    assert [held.address for held in store.list("a b/ü")] == [f"secret/{reference.path}"]


def test_a_write_in_between_is_noticed_and_nothing_is_lost(
    bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = fresh("mine")
    kv = bao.client.secrets.kv.v2
    kv.create_or_update_secret(reference.path, {"theirs": "1"})
    read = Vault._read

    def read_then_lose_the_race(self: Vault, address: Any) -> Any:
        found = read(self, address)
        monkeypatch.setattr(Vault, "_read", read)
        kv.create_or_update_secret(reference.path, {"theirs": "2"})
        return found

    monkeypatch.setattr(Vault, "_read", read_then_lose_the_race)
    error = trouble(lambda: open_("vault").put(reference, Secret(VALUE)))
    assert error.trouble == Trouble.CONFLICT
    assert "version 2" in str(error)
    assert kv.read_secret_version(reference.path, raise_on_deleted_version=True)["data"]["data"] == {"theirs": "2"}


def test_a_deleted_secret_can_be_written_again(bao: Bao, open_: Open) -> None:
    reference = fresh()
    store = open_("vault")
    store.put(reference, Secret("old"))
    bao.client.secrets.kv.v2.delete_latest_version_of_secret(reference.path)
    assert trouble(lambda: store.get(reference)).trouble == Trouble.ABSENT
    assert store.put(reference, Secret(VALUE), expected="absent").version == "2"
    assert store.get(reference).value == Secret(VALUE)


def test_a_mount_that_demands_check_and_set(bao: Bao, open_: Open) -> None:
    reference = fresh()
    bao.client.secrets.kv.v2.update_metadata(path=reference.path, cas_required=True)
    store = open_("vault")
    store.put(reference, Secret("old"))
    assert store.put(reference, Secret(VALUE)).version == "2"


def test_lists_folders_within_folders(bao: Bao, open_: Open) -> None:
    base = uuid.uuid4().hex
    store = open_("vault")
    for path in ("b/c/two", "a", "b/one", "bz"):
        store.put(Reference("T", f"{base}/{path}"), Secret(VALUE))
    assert [held.address for held in store.list(base)] == [
        f"secret/{base}/{path}" for path in ("a", "bz", "b/one", "b/c/two")
    ]
    assert [held.address for held in store.list(f"{base}/b/")] == [
        f"secret/{base}/{path}" for path in ("b/one", "b/c/two")
    ]
    assert list(store.list("no/such/folder/")) == []


def test_a_wrong_mount(bao: Bao, open_: Open) -> None:
    error = trouble(lambda: open_("vault", mount="nope").put(fresh(), Secret(VALUE)))
    assert error.trouble == Trouble.DENIED
    assert "nope/" in str(error)
    assert "wrong mount" in error.hint
    with pytest.raises(ConfigError, match="no key-value engine"):
        open_("vault", mount="cubbyhole").get(fresh())


@pytest.mark.parametrize("mount", ["secret", "kv1"])
def test_a_policy_that_denies(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch, mount: str) -> None:
    reference = fresh()
    folder = f"{mount}/data/shop" if mount == "secret" else f"{mount}/shop"
    open_("vault", mount=mount).put(reference, Secret("old"))
    monkeypatch.setenv("VAULT_TOKEN", bao.policy_token(f'path "{folder}/*" {{ capabilities = ["read"] }}'))
    store = open_("vault", mount=mount)
    assert store.get(reference).value == Secret("old")
    error = trouble(lambda: store.put(reference, Secret(VALUE), replace=True))
    assert error.trouble == Trouble.DENIED
    assert "update" in error.hint
    assert store.get(reference).value == Secret("old")
    assert trouble(lambda: list(store.list("shop/"))).trouble == Trouble.DENIED
    answers = {answer.question: answer for answer in store.check(reference)}
    assert answers["read"].good
    assert answers["write"].good is False
    assert "create, update" in answers["write"].text


def test_a_revoked_token_is_told_from_a_policy(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    token = bao.policy_token('path "secret/*" { capabilities = ["read"] }')
    monkeypatch.setenv("VAULT_TOKEN", token)
    bao.client.auth.token.revoke(token)
    error = trouble(lambda: open_("vault").put(fresh(), Secret(VALUE)))
    assert error.trouble == Trouble.EXPIRED
    assert token not in f"{error} {error.hint}"
    answers = list(open_("vault").check(fresh()))
    assert [answer.good for answer in answers] == [True, False]


def test_nobody_is_logged_in(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    error = trouble(lambda: open_("vault").get(fresh()))
    assert error.trouble == Trouble.EXPIRED
    assert "VAULT_TOKEN" in error.hint


def test_a_token_from_a_file(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    (tmp_path / "home" / ".vault-token").write_text(f"{ROOT_TOKEN}\n")
    reference = fresh()
    open_("vault").put(reference, Secret(VALUE))
    other = tmp_path / "other"
    other.write_text(ROOT_TOKEN)
    assert open_("vault", token_file=str(other)).get(reference).value == Secret(VALUE)


def test_the_variables_of_openbao_go_first(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("BAO_ADDR", bao.url)
    assert trouble(lambda: open_("vault").get(fresh())).trouble == Trouble.ABSENT


def test_an_approle_and_its_token_is_given_back(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    bao.client.sys.create_or_update_policy(
        "approle-shop", 'path "secret/data/shop/*" { capabilities = ["create", "read", "update"] }'
    )
    bao.client.auth.approle.create_or_update_approle("shop", token_policies=["approle-shop"])
    role = bao.client.auth.approle.read_role_id("shop")["data"]["role_id"]
    secret_id = bao.client.auth.approle.generate_secret_id("shop")["data"]["secret_id"]
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_ROLE_ID", role)
    monkeypatch.setenv("VAULT_SECRET_ID", secret_id)
    reference = fresh()
    before = len(bao.client.list("auth/token/accessors")["data"]["keys"])
    with open_("vault") as store:
        store.put(reference, Secret(VALUE))
        assert len(bao.client.list("auth/token/accessors")["data"]["keys"]) == before + 1
    assert len(bao.client.list("auth/token/accessors")["data"]["keys"]) == before
    monkeypatch.setenv("VAULT_SECRET_ID", "wrong")
    error = trouble(lambda: open_("vault").get(reference))
    assert error.trouble == Trouble.EXPIRED
    assert "AppRole" in str(error)


def test_a_secret_id_from_a_file(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bao.client.auth.approle.create_or_update_approle("files", token_policies=["approle-shop"])
    role = bao.client.auth.approle.read_role_id("files")["data"]["role_id"]
    file = tmp_path / "secret-id"
    file.write_text(bao.client.auth.approle.generate_secret_id("files")["data"]["secret_id"] + "\n")
    monkeypatch.delenv("VAULT_TOKEN")
    answers = list(open_("vault", role_id=role, secret_id_file=str(file)).check(fresh()))
    assert answers[1].good
    assert "approle-shop" in answers[1].text


def test_namespaces(bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"team{uuid.uuid4().hex[:8]}"
    bao.client.adapter.post(f"/v1/sys/namespaces/{name}", json={})
    monkeypatch.setenv("VAULT_NAMESPACE", name)
    inner = open_("vault")
    assert trouble(lambda: inner.get(fresh())).trouble == Trouble.DENIED  # nothing is mounted there yet
    import hvac

    hvac.Client(url=bao.url, token=ROOT_TOKEN, namespace=name).sys.enable_secrets_engine(
        "kv", path="secret", options={"version": "2"}
    )
    reference = fresh()
    open_("vault").put(reference, Secret(VALUE))
    monkeypatch.delenv("VAULT_NAMESPACE")
    assert open_("vault", namespace=name).get(reference).value == Secret(VALUE)
    assert trouble(lambda: open_("vault").get(reference)).trouble == Trouble.ABSENT


@pytest.fixture
def own_bao(tmp_path_factory: pytest.TempPathFactory, alone: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bao]:
    """A server for one test, with TLS."""
    server = Bao(tmp_path_factory.mktemp("tls"), tls=True)
    monkeypatch.setenv("VAULT_ADDR", server.url)
    monkeypatch.setenv("VAULT_TOKEN", ROOT_TOKEN)
    yield server
    server.close()


def test_tls_and_a_sealed_server(own_bao: Bao, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reference = fresh()
    error = trouble(lambda: open_("vault").put(reference, Secret(VALUE)))
    assert error.trouble == Trouble.TLS
    assert "VAULT_CACERT" in error.hint
    with pytest.raises(ConfigError, match="no such file"):
        open_("vault", ca_file=str(tmp_path / "none.pem")).get(reference)
    monkeypatch.setenv("VAULT_CACERT", str(own_bao.ca))
    open_("vault").put(reference, Secret("old"))
    own_bao.client.sys.seal()
    for act in acts(open_("vault"), reference):
        error = trouble(act)
        assert error.trouble == Trouble.SEALED
        assert "unseal" in error.hint
    assert [answer.good for answer in open_("vault").check(reference)] == [False]
    own_bao.client.sys.submit_unseal_key(own_bao.unseal_key)
    assert open_("vault").get(reference).value == Secret("old")


def test_nobody_answers(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "t")
    error = trouble(lambda: open_("vault", address="http://127.0.0.1:9").put(fresh(), Secret(VALUE)))
    assert error.trouble == Trouble.UNREACHABLE


def test_which_vault_is_not_known(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "t")
    with pytest.raises(ConfigError, match="which Vault"):
        open_("vault").get(fresh())


@pytest.mark.parametrize("address", ["http://vault.example.com:8200", "http://10.0.0.1"])
def test_values_do_not_travel_readable(open_: Open, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "t")
    with pytest.raises(ConfigError, match="would travel readable"):
        open_("vault", address=address).put(fresh(), Secret(VALUE))


def test_a_token_with_a_line_end_in_it(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "a\nX-Other: 1")
    with pytest.raises(ConfigError, match="characters that no token has"):
        open_("vault", address="http://127.0.0.1:9").get(fresh())


JSON = {"Content-Type": "application/json"}
MOUNT = json.dumps({"data": {"type": "kv", "options": {"version": "2"}}}).encode()


@pytest.fixture
def scripted(alone: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Scripted]]:
    """Makes a server that has a mount, and gives one reply to everything else."""
    servers: list[Scripted] = []

    def make(reply: Reply, delay: float = 0) -> Scripted:
        server = Scripted(lambda _, path, __: (200, JSON, MOUNT) if "internal/ui/mounts" in path else reply, delay)
        servers.append(server)
        monkeypatch.setenv("VAULT_ADDR", server.url)
        monkeypatch.setenv("VAULT_TOKEN", "t")
        return server

    yield make
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ((429, JSON, b'{"errors":["slow down"]}'), Trouble.THROTTLED),
        ((500, JSON, b'{"errors":["value-that-must-not-show"]}'), Trouble.BROKEN),
        ((400, JSON, b'{"errors":["value-that-must-not-show"]}'), Trouble.BROKEN),
        ((418, JSON, b""), Trouble.BROKEN),
        ((200, JSON, b"not json"), Trouble.BROKEN),
        ((200, JSON, b"[]"), Trouble.BROKEN),
        ((200, JSON, b"{}"), Trouble.BROKEN),
        ((200, JSON, b'{"data":{"data":[],"metadata":{"version":"x"}}}'), Trouble.BROKEN),
        ((204, {}, b""), Trouble.BROKEN),
        ((307, {"Location": "http://127.0.0.1:1/v1/x"}, b""), Trouble.UNREACHABLE),
        ((200, {"Content-Length": "100"}, b"{"), Trouble.BROKEN),
        ((200, JSON, b'"' + b"x" * (5 << 20) + b'"'), Trouble.BROKEN),
    ],
)
def test_answers_that_are_none(scripted: Callable[..., Scripted], open_: Open, reply: Reply, expected: Trouble) -> None:
    server = scripted(reply)
    for act in acts(open_("vault"), fresh()):
        assert trouble(act).trouble == expected
    assert not [body for _, _, body in server.seen if VALUE.encode() in body]  # what cannot be read is not written over


def test_a_list_without_end_ends(
    scripted: Callable[..., Scripted], open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stanch.respond.stores.kinds.vault.LISTED", 20)
    server = scripted((200, JSON, b'{"data":{"keys":["again/"]}}'))
    assert list(open_("vault").list()) == []
    assert len(server.seen) < 30


def test_an_answer_that_does_not_come(scripted: Callable[..., Scripted], open_: Open) -> None:
    scripted((200, JSON, b"{}"), delay=2)
    error = trouble(lambda: open_("vault", timeout=0.2).get(fresh()))
    assert error.trouble == Trouble.UNREACHABLE
    assert "in time" in str(error)
