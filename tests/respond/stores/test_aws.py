"""Secrets Manager: moto's server over real HTTP, and a scripted one for answers that moto has not."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import ABSENT, Reference, StoreError, Trouble
from stanch.respond.stores.kinds.aws import Aws

from .asking import VALUE, acts, fresh, trouble
from .conftest import Open
from .scripted import Reply, Scripted

boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")


@pytest.fixture(autouse=True)
def no_server_log() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


@pytest.fixture
def client(aws: str) -> Any:
    """Amazon's own library, to see what really is there."""
    return boto3.client("secretsmanager", region_name="eu-central-1")


def test_the_address_is_the_name_or_a_key_in_a_json_object(open_: Open) -> None:
    store = open_("aws")
    assert str(store.address(Reference("NOTION_TOKEN", "shop/prod/NOTION_TOKEN"))) == "shop/prod/NOTION_TOKEN"
    assert str(store.address(Reference("NOTION_TOKEN", "shop/prod", "token"))) == "shop/prod#token"
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/prod-AbCdEf"
    assert str(store.address(Reference("NOTION_TOKEN", arn))) == arn
    with pytest.raises(ConfigError, match="no name of a secret"):
        store.address(Reference("NOTION_TOKEN", "shop/{prod}"))


def test_a_new_secret_has_the_tags_that_were_asked_for(client: Any, open_: Open) -> None:
    reference = fresh()
    open_("aws", tags={"team": "payments"}).put(reference, Secret(VALUE))
    told = client.describe_secret(SecretId=reference.path)
    assert told["Tags"] == [{"Key": "team", "Value": "payments"}]
    assert client.get_secret_value(SecretId=reference.path)["SecretString"] == VALUE


def test_of_a_json_object_only_the_key_changes(client: Any, open_: Open) -> None:
    reference = fresh("token")
    others = '{"a": 1.50, "b":{"c":[ 1,2 ]},"big":123456789012345678901234567890}'
    client.create_secret(Name=reference.path, SecretString=others)
    store = open_("aws")
    store.put(reference, Secret('it\'s "x"'))
    text = client.get_secret_value(SecretId=reference.path, VersionStage="AWSCURRENT")["SecretString"]
    assert json.loads(text) == {**json.loads(others), "token": 'it\'s "x"'}
    assert "1.50" in text
    assert "123456789012345678901234567890" in text
    assert store.get(reference).value == Secret('it\'s "x"')


def test_a_key_in_a_secret_that_is_not_there_makes_it(client: Any, open_: Open) -> None:
    reference = fresh("token")
    open_("aws").put(reference, Secret(VALUE))
    assert json.loads(client.get_secret_value(SecretId=reference.path)["SecretString"]) == {"token": VALUE}


def test_a_json_object_is_not_written_over_by_chance(client: Any, open_: Open) -> None:
    reference = fresh()
    client.create_secret(Name=reference.path, SecretString='{"a":"1","b":"2"}')
    store = open_("aws")
    with pytest.raises(StoreError) as caught:
        store.put(reference, Secret(VALUE))
    assert caught.value.trouble == Trouble.CONFLICT
    assert "keys: 2" in str(caught.value)
    assert store.put(reference, Secret(VALUE), replace=True).version


@pytest.mark.parametrize("text", ["plain", "[1]", '"text"', '{"token": 5}', '{"a": '])
def test_a_key_in_what_holds_no_text_there(client: Any, open_: Open, text: str) -> None:
    reference = fresh("token")
    client.create_secret(Name=reference.path, SecretString=text)
    for act in acts(open_("aws"), reference):
        assert trouble(act).trouble == Trouble.UNUSABLE
    assert client.get_secret_value(SecretId=reference.path)["SecretString"] == text


def test_bytes_are_no_text(client: Any, open_: Open) -> None:
    reference = fresh()
    client.create_secret(Name=reference.path, SecretBinary=b"\xff\x00")
    with pytest.raises(StoreError, match="holds bytes") as caught:
        open_("aws").get(reference)
    assert caught.value.trouble == Trouble.UNUSABLE


def test_a_write_in_between_is_noticed_and_nothing_is_lost(
    client: Any, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = fresh("mine")
    client.create_secret(Name=reference.path, SecretString='{"theirs":"1"}')
    read = Aws._current

    def read_then_lose_the_race(self: Aws, address: Any) -> Any:
        found = read(self, address)
        monkeypatch.setattr(Aws, "_current", read)
        client.put_secret_value(SecretId=reference.path, SecretString='{"theirs":"2"}')
        return found

    monkeypatch.setattr(Aws, "_current", read_then_lose_the_race)
    with pytest.raises(StoreError) as caught:
        open_("aws").put(reference, Secret(VALUE))
    assert caught.value.trouble == Trouble.CONFLICT
    now = client.get_secret_value(SecretId=reference.path, VersionStage="AWSCURRENT")
    assert now["SecretString"] == '{"theirs":"2"}'
    assert now["VersionId"] in str(caught.value)
    stages = client.describe_secret(SecretId=reference.path)["VersionIdsToStages"]
    assert not [label for labels in stages.values() for label in labels if label.startswith("stanch-")]


def test_a_secret_marked_for_deletion_is_told_from_one_that_is_not_there(client: Any, open_: Open) -> None:
    reference = fresh()
    client.create_secret(Name=reference.path, SecretString="old")
    client.delete_secret(SecretId=reference.path, RecoveryWindowInDays=7)
    for act in acts(open_("aws"), reference):
        error = trouble(act)
        assert "marked for deletion" in str(error)
        assert "restore-secret" in error.hint


def test_a_secret_without_a_value_gets_one(client: Any, open_: Open) -> None:
    reference = fresh()
    client.create_secret(Name=reference.path)
    assert open_("aws").put(reference, Secret(VALUE), expected=ABSENT).version
    assert client.get_secret_value(SecretId=reference.path)["SecretString"] == VALUE


@pytest.mark.parametrize("value", ["", "x" * 65_537, "ü" * 40_000])
def test_what_aws_does_not_take_is_not_sent(aws: str, open_: Open, value: str) -> None:
    with pytest.raises(StoreError, match="from 1 to 65536 bytes"):
        open_("aws").put(fresh(), Secret(value))


def test_a_profile_that_is_not_there(aws: str, open_: Open) -> None:
    with pytest.raises(ConfigError, match="no profile 'nobody'"):
        open_("aws", profile="nobody").get(fresh())


def test_a_profile_says_region_and_keys(aws: str, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name)
    (tmp_path / "config").write_text(
        "[profile shop]\nregion = eu-west-1\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    reference = fresh()
    open_("aws", profile="shop").put(reference, Secret(VALUE))
    there = boto3.client("secretsmanager", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert there.get_secret_value(SecretId=reference.path)["SecretString"] == VALUE


def test_nobody_is_logged_in(aws: str, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StoreError) as caught:
        open_("aws").get(fresh())
    assert caught.value.trouble == Trouble.EXPIRED
    answers = list(open_("aws").check(fresh()))
    assert [answer.good for answer in answers] == [False]


def test_no_region(aws: str, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(ConfigError, match="which AWS region"):
        open_("aws").get(fresh())


def test_nobody_answers(aws: str, open_: Open) -> None:
    with pytest.raises(StoreError) as caught:
        open_("aws", endpoint="http://127.0.0.1:9").put(fresh(), Secret(VALUE))
    assert caught.value.trouble == Trouble.UNREACHABLE


def test_values_do_not_travel_readable(aws: str, open_: Open) -> None:
    with pytest.raises(ConfigError, match="would travel readable"):
        open_("aws", endpoint="http://aws.example.com").put(fresh(), Secret(VALUE))


@pytest.fixture
def answer(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes a server that answers every operation with one error, which quotes what was sent."""
    servers: list[Scripted] = []

    def make(code: str, status: int = 400) -> Scripted:
        def reply(_method: str, _path: str, body: bytes) -> Reply:
            told = json.dumps({"__type": code, "message": "it was " + body.decode()}).encode()
            return status, {"Content-Type": "application/x-amz-json-1.1"}, told

        servers.append(Scripted(reply))
        monkeypatch.setenv("AWS_ENDPOINT_URL", servers[-1].url)
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", Trouble.DENIED),
        ("ThrottlingException", Trouble.THROTTLED),
        ("ExpiredTokenException", Trouble.EXPIRED),
        ("UnrecognizedClientException", Trouble.EXPIRED),
        ("InvalidSignatureException", Trouble.EXPIRED),
        ("DecryptionFailure", Trouble.DENIED),
        ("InternalServiceError", Trouble.BROKEN),
        ("Evil\x1b[31mCode", Trouble.BROKEN),
    ],
)
def test_what_aws_refuses_is_told_in_our_words(answer: Any, open_: Open, code: str, expected: Trouble) -> None:
    answer(code)
    for act in acts(open_("aws"), fresh()):
        assert trouble(act).trouble == expected


def test_a_check_tells_which_rights_are_missing(answer: Any, open_: Open) -> None:
    server = answer("AccessDeniedException")
    answers = {one.question: one for one in open_("aws").check(fresh())}
    assert answers["reachable"].good
    assert answers["read"].good is False
    assert "secretsmanager:GetSecretValue" in answers["read"].text
    assert answers["write"].good is False
    assert answers["create"].good is None
    asked = [json.loads(body)["SecretId"] for _, _, body in server.seen]
    assert asked
    assert all(name.startswith("shop/stanch-check-") for name in asked)


def test_who_may_only_write_can_put(aws: str, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GetSecretValue denied, a secret of its own is written all the same."""

    def reply(_method: str, _path: str, body: bytes) -> Reply:
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        if b"VersionStage" in body:
            return 400, kind, b'{"__type":"AccessDeniedException"}'
        return 200, kind, b'{"VersionId":"7"}'

    server = Scripted(reply)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    try:
        assert open_("aws").put(fresh(), Secret(VALUE)).version == "7"
        assert trouble(lambda: open_("aws").put(fresh("key"), Secret(VALUE))).trouble == Trouble.DENIED
    finally:
        server.close()


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b"\xff\xfe"])
def test_an_answer_that_is_none(aws: str, open_: Open, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    server = Scripted(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.1"}, body))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    try:
        with pytest.raises(StoreError):
            open_("aws").get(fresh())
    finally:
        server.close()
