"""Azure, Google, Kubernetes and Doppler: what each does in its own way. See `cloud_servers` and `test_contract`."""

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import Reference, Trouble

from .asking import VALUE, acts, fresh, trouble
from .cloud_servers import AzureServer, DopplerServer, GcpServer, KubernetesServer
from .conftest import Open

Cloud = Callable[..., object]


@pytest.fixture
def azure(cloud: Cloud) -> AzureServer:
    server = cloud("azure")
    assert isinstance(server, AzureServer)
    return server


@pytest.fixture
def gcp(cloud: Cloud) -> GcpServer:
    server = cloud("gcp")
    assert isinstance(server, GcpServer)
    return server


@pytest.fixture
def kubernetes(cloud: Cloud) -> KubernetesServer:
    server = cloud("kubernetes")
    assert isinstance(server, KubernetesServer)
    return server


@pytest.fixture
def doppler(cloud: Cloud) -> DopplerServer:
    server = cloud("doppler")
    assert isinstance(server, DopplerServer)
    return server


def test_addresses(open_: Open) -> None:
    token = Reference("NOTION_TOKEN", "shop/prod/NOTION_TOKEN")
    assert str(open_("azure").address(token)) == "shop-prod-NOTION-TOKEN"
    assert str(open_("gcp", project="p-1").address(token)) == "projects/p-1/secrets/shop-prod-NOTION_TOKEN"
    assert str(open_("doppler", project="shop", config="prd").address(token)) == "shop/prd/NOTION_TOKEN"
    kubernetes = open_("kubernetes", namespace="web")
    assert str(kubernetes.address(token)) == "web/shop-prod#NOTION_TOKEN"
    assert str(kubernetes.address(Reference("NOTION_TOKEN"))) == "web/notion-token#NOTION_TOKEN"
    assert str(kubernetes.address(Reference("NOTION_TOKEN", "shop/api", "token"))) == "web/shop-api#token"


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        ("azure", Reference("A", "a", "key")),
        ("azure", Reference("A", "ä")),
        ("azure", Reference("A", "a" * 128)),
        ("gcp", Reference("A", "a", "key")),
        ("gcp", Reference("A", "a b")),
        ("kubernetes", Reference("A", "ä/A")),
        ("kubernetes", Reference("A", "a", "k e y")),
        ("doppler", Reference("lower")),
    ],
)
def test_names_that_a_store_does_not_take(open_: Open, kind: str, reference: Reference) -> None:
    settings = {"gcp": {"project": "p-1"}, "kubernetes": {"namespace": "n"}}.get(kind, {})
    with pytest.raises(ConfigError):
        open_(kind, **settings).address(reference)


@pytest.mark.parametrize("kind", ["azure", "gcp", "kubernetes", "doppler"])
def test_a_token_that_has_ended(cloud: Cloud, open_: Open, kind: str) -> None:
    server = cloud(kind)
    assert isinstance(server, AzureServer | GcpServer | KubernetesServer | DopplerServer)
    server.valid = False
    for act in acts(open_(kind, **server.settings), fresh()):
        assert trouble(act).trouble == Trouble.EXPIRED
    assert [answer.good for answer in open_(kind, **server.settings).check(fresh())][-1] is False


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, Trouble.DENIED), (429, Trouble.THROTTLED), (500, Trouble.BROKEN), (307, Trouble.UNREACHABLE)],
)
@pytest.mark.parametrize("kind", ["azure", "gcp", "doppler"])
def test_what_is_refused_is_told_in_our_words(
    cloud: Cloud, open_: Open, kind: str, status: int, expected: Trouble
) -> None:
    server = cloud(kind)
    assert isinstance(server, AzureServer | GcpServer | DopplerServer)
    reference = fresh()
    open_(kind, **server.settings).put(reference, Secret("old"))
    method = "PUT" if kind == "azure" else "POST"
    server.forced = [(method, "secrets", status)]
    assert (
        trouble(lambda: open_(kind, **server.settings).put(reference, Secret(VALUE), replace=True)).trouble == expected
    )
    server.forced = [("GET", "secret", status)]
    assert trouble(lambda: open_(kind, **server.settings).get(reference)).trouble == expected
    assert open_(kind, **server.settings).get(reference).value == Secret("old")


@pytest.mark.parametrize(("kind", "key"), [("azure", "vault"), ("gcp", "endpoint"), ("doppler", "api")])
def test_values_do_not_travel_readable(cloud: Cloud, open_: Open, kind: str, key: str) -> None:
    server = cloud(kind)
    assert isinstance(server, AzureServer | GcpServer | DopplerServer)
    with pytest.raises(ConfigError, match="would travel readable"):
        open_(kind, **{**server.settings, key: "http://store.example"}).put(fresh(), Secret(VALUE))


# Azure


def test_azure_asks_for_a_token_of_its_cloud(azure: AzureServer, open_: Open) -> None:
    open_("azure", **azure.settings).put(fresh(), Secret(VALUE))
    assert azure.form["scope"] == ["https://vault.azure.net/.default"]
    assert azure.form["grant_type"] == ["client_credentials"]


def test_azure_lists_page_by_page(azure: AzureServer, open_: Open) -> None:
    azure.secrets = {f"shop-{number}": ["x"] for number in range(5)} | {"other": ["x"]}
    found = [held.address for held in open_("azure", **azure.settings).list("shop/")]
    assert found == [f"shop-{number}" for number in range(5)]


def test_azure_takes_no_next_page_from_another_server(azure: AzureServer, open_: Open) -> None:
    azure.secrets = {f"shop-{number}": ["x"] for number in range(5)}
    store = open_("azure", vault=f"http://localhost:{azure.server_port}")  # its links name 127.0.0.1
    assert trouble(lambda: list(store.list())).trouble == Trouble.BROKEN


def test_azure_tells_a_deleted_secret_from_one_that_is_not_there(azure: AzureServer, open_: Open) -> None:
    azure.deleted.add("gone")
    error = trouble(lambda: open_("azure", **azure.settings).put(Reference("A", "gone"), Secret(VALUE)))
    assert error.trouble == Trouble.CONFLICT
    assert "recover" in error.hint


def test_azure_lets_put_who_may_not_get(azure: AzureServer, open_: Open) -> None:
    azure.forced = [("GET", "/secrets/", 403)]
    assert open_("azure", **azure.settings).put(fresh(), Secret(VALUE)).version
    azure.forced = [("GET", "/secrets/", 403)]
    error = trouble(lambda: open_("azure", **azure.settings).put(fresh(), Secret(VALUE), expected="absent"))
    assert error.trouble == Trouble.DENIED


def test_azure_with_an_application_that_is_not_known(
    azure: AzureServer, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    error = trouble(lambda: open_("azure", **azure.settings).get(fresh()))
    assert error.trouble == Trouble.EXPIRED
    assert "wrong" not in f"{error} {error.hint}"


@pytest.mark.parametrize(
    ("script", "works"),
    [
        ('echo "{\\"accessToken\\": \\"token-of-tests\\"}"', True),
        ('echo "Please run az login" >&2; exit 1', False),
        ("echo nonsense", False),
    ],
)
def test_azure_asks_its_own_command_line(
    azure: AzureServer, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, works: bool
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "az").write_text(f'#!/bin/sh\nprintf "%s " "$@" > {tmp_path}/asked\n{script}\n')
    (folder / "az").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    if works:
        open_("azure", **azure.settings).put(fresh(), Secret(VALUE))
    else:
        assert trouble(lambda: open_("azure", **azure.settings).get(fresh())).trouble == Trouble.EXPIRED
    asked = (tmp_path / "asked").read_text()
    assert asked == "account get-access-token --resource https://vault.azure.net --output json "


def test_azure_with_nobody_logged_in(azure: AzureServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert trouble(lambda: open_("azure", **azure.settings).get(fresh())).trouble == Trouble.EXPIRED
    with pytest.raises(ConfigError, match="which key vault"):
        open_("azure").get(fresh())


@pytest.mark.parametrize(("kind", "length"), [("azure", 25_001), ("gcp", 65_537), ("kubernetes", 1_000_001)])
def test_what_is_too_long_is_not_sent(cloud: Cloud, open_: Open, kind: str, length: int) -> None:
    server = cloud(kind)
    assert isinstance(server, AzureServer | GcpServer | KubernetesServer)
    error = trouble(lambda: open_(kind, **server.settings).put(fresh(), Secret("x" * length)))
    assert error.trouble == Trouble.UNUSABLE
    assert server.secrets == {}


# Google


def test_google_makes_a_secret_with_labels(gcp: GcpServer, open_: Open) -> None:
    held = open_("gcp", **gcp.settings, labels={"team": "tills"}).put(Reference("A", "shop/A"), Secret(VALUE))
    assert gcp.made["shop-A"] == {"replication": {"automatic": {}}, "labels": {"team": "tills"}}
    assert gcp.secrets["shop-A"] == [VALUE.encode()]
    assert held.notes == ("made anew",)
    assert open_("gcp", **gcp.settings).put(Reference("A", "shop/A"), Secret("two")).notes == ()


def test_google_lists_page_by_page(gcp: GcpServer, open_: Open) -> None:
    gcp.secrets = {f"shop-{number}": [b"x"] for number in range(5)} | {"other": [b"x"]}
    found = [held.address for held in open_("gcp", **gcp.settings).list("shop/")]
    assert found == [f"projects/shop-prod/secrets/shop-{number}" for number in range(5)]


def test_google_tells_rights(gcp: GcpServer, open_: Open) -> None:
    gcp.secrets["shop-A"] = [b"x"]
    gcp.rights = {"secretmanager.versions.access"}
    answers = {answer.question: answer.good for answer in open_("gcp", **gcp.settings).check(Reference("A", "shop/A"))}
    assert answers == {"logged in": True, "reachable": True, "read": True, "write": False}
    unborn = [answer.good for answer in open_("gcp", **gcp.settings).check(Reference("B"))]
    assert unborn == [True, True, None, None]


def test_google_with_a_newest_version_that_cannot_be_read(gcp: GcpServer, open_: Open) -> None:
    gcp.secrets["A"] = [b"\xff\xfe"]
    assert trouble(lambda: open_("gcp", **gcp.settings).get(Reference("A"))).trouble == Trouble.UNUSABLE
    gcp.forced = [("GET", "access", 400)]
    assert "disabled or destroyed" in str(trouble(lambda: open_("gcp", **gcp.settings).get(Reference("A"))))


def test_google_with_nobody_logged_in(
    gcp: GcpServer, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none"))
    assert trouble(lambda: open_("gcp", **gcp.settings).get(fresh())).trouble == Trouble.EXPIRED
    with pytest.raises(ConfigError, match="which project"):
        open_("gcp").get(fresh())


# Kubernetes


def test_kubernetes_keeps_other_keys_and_the_rest(kubernetes: KubernetesServer, open_: Open) -> None:
    kubernetes.secrets["shop"] = {
        "kind": "Secret",
        "metadata": {"name": "shop", "resourceVersion": "7", "labels": {"team": "tills"}},
        "type": "Opaque",
        "data": {"THEIRS": base64.b64encode(b"1").decode()},
    }
    open_("kubernetes", **kubernetes.settings).put(Reference("MINE", "shop/MINE"), Secret(VALUE))
    now = kubernetes.secrets["shop"]
    assert now["data"]["THEIRS"] == base64.b64encode(b"1").decode()
    assert base64.b64decode(now["data"]["MINE"]).decode() == VALUE
    assert now["metadata"]["labels"] == {"team": "tills"}


def test_kubernetes_writes_over_no_other_version(kubernetes: KubernetesServer, open_: Open) -> None:
    store = open_("kubernetes", **kubernetes.settings)
    reference = Reference("MINE", "shop/MINE")
    store.put(Reference("THEIRS", "shop/THEIRS"), Secret("1"))

    def meanwhile() -> None:
        kubernetes.before_write = dict
        open_("kubernetes", **kubernetes.settings).put(Reference("THEIRS", "shop/THEIRS"), Secret("2"), replace=True)

    kubernetes.before_write = meanwhile
    assert trouble(lambda: store.put(reference, Secret(VALUE))).trouble == Trouble.CONFLICT
    assert store.get(Reference("THEIRS", "shop/THEIRS")).value == Secret("2")
    assert trouble(lambda: store.get(reference)).trouble == Trouble.ABSENT


def test_kubernetes_takes_the_namespace_of_the_context(kubernetes: KubernetesServer, open_: Open) -> None:
    assert str(open_("kubernetes").address(Reference("A", "a/B"))) == "a#B"
    open_("kubernetes").put(Reference("A", "a/B"), Secret(VALUE))
    assert kubernetes.secrets["a"]["metadata"]["namespace"] == "shop"


def test_kubernetes_tells_rights(kubernetes: KubernetesServer, open_: Open) -> None:
    kubernetes.verbs = {"get", "update"}
    answers = {answer.question: answer for answer in open_("kubernetes", **kubernetes.settings).check(fresh())}
    assert answers["reachable"].text == "v1.34.0"
    assert answers["read"].good
    assert answers["write"].text == "create secrets in shop is not allowed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, Trouble.DENIED), (429, Trouble.THROTTLED), (500, Trouble.BROKEN), (422, Trouble.BROKEN)],
)
def test_kubernetes_refuses(kubernetes: KubernetesServer, open_: Open, status: int, expected: Trouble) -> None:
    kubernetes.forced = [("POST", "secrets", status)] * 20
    error = trouble(lambda: open_("kubernetes", **kubernetes.settings).put(fresh(), Secret(VALUE)))
    assert error.trouble == expected


def test_kubernetes_out_of_reach(
    kubernetes: KubernetesServer, open_: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "nowhere"
    config.write_text((tmp_path / "kubeconfig").read_text().replace(str(kubernetes.server_port), "9"))
    store = open_("kubernetes", namespace="shop", kubeconfig=str(config))
    assert trouble(lambda: store.get(fresh())).trouble == Trouble.UNREACHABLE
    distrust = tmp_path / "distrust"
    distrust.write_text((tmp_path / "kubeconfig").read_text().replace('"certificate-authority"', '"tls-server-name"'))
    store = open_("kubernetes", namespace="shop", kubeconfig=str(distrust))
    assert trouble(lambda: store.get(fresh())).trouble == Trouble.TLS
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigError, match="needs kubectl"):
        open_("kubernetes", namespace="shop").get(fresh())


# Doppler


def test_doppler_writes_over_no_other_value(doppler: DopplerServer, open_: Open) -> None:
    store = open_("doppler", **doppler.settings)
    store.put(Reference("A"), Secret("one"))
    doppler.before_write = lambda: doppler.secrets.update(A="theirs")
    assert trouble(lambda: store.put(Reference("A"), Secret(VALUE), replace=True)).trouble == Trouble.CONFLICT
    assert doppler.secrets["A"] == "theirs"


def test_doppler_tells_of_references_and_of_what_it_hides(doppler: DopplerServer, open_: Open) -> None:
    store = open_("doppler", **doppler.settings)
    assert "fills in" in store.put(Reference("A"), Secret("x${B}")).notes[0]
    doppler.secrets["HIDDEN"] = None
    assert trouble(lambda: store.get(Reference("HIDDEN"))).trouble == Trouble.UNUSABLE
    assert "DOPPLER_PROJECT" not in str(list(store.list()))


def test_doppler_with_nobody_logged_in(doppler: DopplerServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOPPLER_TOKEN")
    assert trouble(lambda: open_("doppler", **doppler.settings).get(fresh())).trouble == Trouble.EXPIRED
