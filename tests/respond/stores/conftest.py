"""Servers of every kind of store, and stores that talk to them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stanch.config import load
from stanch.respond.stores import Settings, Store, open_store

from .bao import ROOT_TOKEN, Bao
from .cloud_servers import SERVERS, Api
from .conjur_server import ConjurServer

Open = Callable[..., Store[Settings]]
FOREIGN = (
    "VAULT_", "BAO_", "AWS_", "CONJUR", "STANCH_", "XDG_", "GIT_", "BOTO",
    "AZURE_", "GOOGLE_", "CLOUDSDK_", "KUBE", "DOPPLER_",
)  # fmt: skip


@pytest.fixture(autouse=True)
def alone(isolated: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials and addresses of whoever runs the tests get in; nothing is asked of a cloud's own services."""
    for name in os.environ:
        if name.startswith(FOREIGN) and name != "STANCH_CACHE_DIR":
            monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)


@pytest.fixture
def project(alone: None, tmp_path: Path) -> Path:
    """The current folder, which is in no repository."""
    return tmp_path / "project"


@pytest.fixture
def open_(alone: None) -> Iterator[Open]:
    """Opens a store by the configuration in the current folder: `open_("vault", mount="kv")`."""
    opened: list[Store[Settings]] = []

    def make(name: str, **overrides: object) -> Store[Settings]:
        opened.append(open_store(name, load(Path()), overrides))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def bao_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """A real server with an engine of each version: secret/ has 2, kv1/ has 1."""
    server = Bao(tmp_path_factory.mktemp("bao"))
    try:
        server.client.sys.enable_secrets_engine("kv", path="kv1", options={"version": "1"})
        server.client.sys.enable_auth_method("approle")
        yield server
    finally:
        server.close()


@pytest.fixture
def bao(bao_server: Bao, alone: None, monkeypatch: pytest.MonkeyPatch) -> Bao:
    """The same, with everybody logged in as root."""
    monkeypatch.setenv("VAULT_ADDR", bao_server.url)
    monkeypatch.setenv("VAULT_TOKEN", ROOT_TOKEN)
    return bao_server


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Moto's server, which speaks as AWS does over real HTTP."""
    server_module = pytest.importorskip("moto.server", reason="moto is not installed")
    pytest.importorskip("boto3", reason="boto3 is not installed")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str, alone: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its address, with everybody logged in."""
    for name, value in (
        ("AWS_ENDPOINT_URL", moto_url),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_REGION", "eu-central-1"),
    ):
        monkeypatch.setenv(name, value)
    return moto_url


@pytest.fixture
def conjur(alone: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConjurServer]:
    """A Conjur with everybody logged in as a host that may do everything."""
    server = ConjurServer()
    monkeypatch.setenv("CONJUR_APPLIANCE_URL", server.url)
    monkeypatch.setenv("CONJUR_ACCOUNT", server.account)
    monkeypatch.setenv("CONJUR_AUTHN_LOGIN", "host/ci")
    monkeypatch.setenv("CONJUR_AUTHN_API_KEY", server.keys["host/ci"])
    yield server
    server.close()


@pytest.fixture
def cloud(alone: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Api]]:
    """Makes a server of a kind, with everybody logged in and everything set: `cloud("azure")`."""
    made: list[Api] = []

    def make(name: str) -> Api:
        made.append(SERVERS[name]())
        made[-1].log_in(monkeypatch, Path.cwd().parent)
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(params=["env", "aws", "vault", "vault-1", "conjur", *SERVERS])
def each(request: pytest.FixtureRequest, open_: Open) -> Store[Settings]:
    """Each store in turn, with a real server where it has one."""
    kind = request.param
    if kind == "env":
        return open_("env")
    if kind in SERVERS:
        return open_(kind, **request.getfixturevalue("cloud")(kind).settings)
    request.getfixturevalue({"aws": "aws", "conjur": "conjur"}.get(kind, "bao"))
    return open_("vault", mount="kv1") if kind == "vault-1" else open_(kind)
