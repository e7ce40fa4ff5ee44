"""Secret managers on loopback that programs ask: a real OpenBao, and a server that answers as Conjur documents."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from respond.stores import bao


class Bao:
    """OpenBao in development mode, with KV version 2 at secret/."""

    def __init__(self, folder: Path) -> None:
        self._server = bao.Bao(folder)
        self.environment = {"VAULT_ADDR": self._server.url, "VAULT_TOKEN": bao.ROOT_TOKEN}
        """What a program must know of it."""

    def put(self, name: str, value: str) -> None:
        """Keep a secret."""
        self._server.client.secrets.kv.v2.create_or_update_secret(name, {"value": value}, mount_point="secret")

    def close(self) -> None:
        """End it."""
        self._server.close()


class Conjur:
    """Two calls of Conjur's REST API: authenticate, and retrieve a variable."""

    ACCOUNT, LOGIN, KEY = "firma", "host/shop app", "k" * 20

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        conjur = self
        session = json.dumps({"protected": "a", "payload": "b", "signature": "c"})
        token = base64.b64encode(session.encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                _, start, account, login, end = self.path.split("/")
                key = self.rfile.read(int(self.headers["Content-Length"])).decode()
                right = (account, unquote(login), key) == (conjur.ACCOUNT, conjur.LOGIN, conjur.KEY)
                self._answer(200 if right and (start, end) == ("authn", "authenticate") else 401, session)

            def do_GET(self) -> None:
                if self.headers["Authorization"] != f'Token token="{token}"':
                    self._answer(401, "")
                    return
                _, start, account, kind, name = self.path.split("/")
                known = (start, account, kind) == ("secrets", conjur.ACCOUNT, "variable")
                value = conjur.values.get(unquote(name)) if known else None
                self._answer(404 if value is None else 200, value or "")

            def _answer(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What a program must know of it."""
        return {
            "CONJUR_APPLIANCE_URL": f"http://127.0.0.1:{self._server.server_port}",
            "CONJUR_ACCOUNT": self.ACCOUNT,
            "CONJUR_AUTHN_LOGIN": self.LOGIN,
            "CONJUR_AUTHN_API_KEY": self.KEY,
        }

    def put(self, name: str, value: str) -> None:
        """Keep a secret."""
        self.values[name] = value

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class Moto:
    """AWS Secrets Manager as moto's server plays it."""

    def __init__(self) -> None:
        module = pytest.importorskip("moto.server", reason="moto is not installed")
        boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
        self._server = module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._client = boto3.client(
            "secretsmanager",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name="eu-central-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def put(self, name: str, value: str) -> None:
        """Keep a secret."""
        self._client.create_secret(Name=name, SecretString=value)

    def close(self) -> None:
        """End it."""
        self._server.stop()


@contextmanager
def server(store: str, folder: Path) -> Iterator[Bao | Conjur | Moto]:
    """The server of a store."""
    made = Bao(folder) if store == "vault" else Conjur() if store == "conjur" else Moto()
    try:
        yield made
    finally:
        made.close()
