"""Servers on loopback that programs meet while they are tested: providers' APIs, Conjur, AWS, Vault.

Programs call providers by their real addresses. What brings these here is outside of them: an HTTPS proxy that every
connection goes through (or, for Node.js, which asks no proxy, a hook at start-up), and an authority that is trusted.
"""

import base64
import hashlib
import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import trustme

Answer = tuple[int, object]


class Provider:
    """One call of a provider that is documented to tell whether a credential is good."""

    def __init__(self, method: str, url: str, headers: dict[str, str], good: object, bad: Answer) -> None:
        self.method = method
        self.address = urlsplit(url)
        self.headers = headers
        self.good = good
        self.bad = bad

    @property
    def key(self) -> tuple[str, str, str]:
        """What a request is told by: method, host, path with query."""
        path = self.address.path or "/"
        return self.method, self.address.netloc, path + (f"?{self.address.query}" if self.address.query else "")


class Ports(NamedTuple):
    """Ways to the providers."""

    proxy: int
    """An HTTP proxy."""
    socks: int
    direct: int
    """TLS at once."""


class Providers:
    """Every provider's API at once, behind a proxy that takes each connection for the host that it asks for."""

    def __init__(self, authority: trustme.CA, calls: list[Provider]) -> None:
        self.calls: dict[tuple[str, str, str], list[Provider]] = {}
        for one in calls:
            self.calls.setdefault(one.key, []).append(one)
        self.refusing = False
        """Whether every credential is bad now."""
        self.seen: list[str] = []
        """The hosts that were asked, in order."""
        hosts = self.hosts = sorted({one.address.netloc for one in calls})
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(self.tls)

    def wrap(self, connection: socket.socket) -> socket.socket:
        """The connection as the provider's side of TLS."""
        return self.tls.wrap_socket(connection, server_side=True)

    def answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> Answer:
        """What the provider answers; an address that is not documented is 404, so that nothing else is called."""
        self.seen.append(host)
        calls = self.calls.get((method, host, path))
        if not calls:
            return 404, {"error": f"not documented: {method} {host}{path}"}
        for call in calls:
            right = all(headers.get(name.lower()) == value for name, value in call.headers.items())
            if right and not self.refusing:
                return 200, call.good
        return calls[0].bad


class _Handler(BaseHTTPRequestHandler):
    """Answers for whichever host is asked."""

    protocol_version = "HTTP/1.1"
    providers: Providers

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, body = self.providers.answer(self.command, self.headers.get("Host", ""), self.path, headers)
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    do_GET = do_POST = do_HEAD = _respond

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        try:
            self.connection = self.providers.wrap(self.connection)
        except (ssl.SSLError, OSError):
            self.close_connection = True
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.handle_one_request()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Socks(StreamRequestHandler):
    """A proxy below HTTP (RFC 1928), for JVM libraries that ask no HTTP proxy; what comes through it is TLS."""

    handler: type[_Handler]

    def handle(self) -> None:
        methods = self.rfile.read(2)[1]
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        self.rfile.read({1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0])
        self.rfile.read(2)
        self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
        try:
            connection = self.handler.providers.wrap(self.connection)
        except (ssl.SSLError, OSError):
            return
        self.handler(connection, self.client_address, self.server)


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    """Serves in the background; gives the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def providers(authority: trustme.CA, calls: list[Provider]) -> Iterator[tuple[Providers, Ports]]:
    """All providers, and the ports of the ways to them."""
    known = Providers(authority, calls)
    handler = type("Handler", (_Handler,), {"providers": known})
    socks = type("Socks", (_Socks,), {"handler": handler})
    direct = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    direct.socket = known.tls.wrap_socket(direct.socket, server_side=True, do_handshake_on_connect=False)
    with ExitStack() as stack:
        below = socketserver.ThreadingTCPServer(("127.0.0.1", 0), socks)
        served = (ThreadingHTTPServer(("127.0.0.1", 0), handler), below, direct)
        yield known, Ports(*(stack.enter_context(_serving(one)) for one in served))


class _Conjur(BaseHTTPRequestHandler):
    """As https://docs.cyberark.com/AAM-DAP/Latest/en/Content/Developer/Conjur_API_Authenticate.htm and
    https://docs.cyberark.com/conjur-enterprise/latest/en/Content/Developer/Conjur_API_Retrieve_Secret.htm say.
    """

    protocol_version = "HTTP/1.1"
    account = "myorg"
    login = "host/my-app"
    key = hashlib.sha256(os.urandom(16)).hexdigest()[:52]
    values: dict[str, str]
    tokens: set[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = [unquote(part) for part in self.path.split("/")[1:]]
        if parts != ["authn", self.account, self.login, "authenticate"]:
            self._send(404, b"")
            return
        if body != self.key:
            self._send(401, b"")
            return
        claims = base64.urlsafe_b64encode(json.dumps({"sub": self.login, "iat": int(time.time())}).encode()).decode()
        signature = base64.urlsafe_b64encode(os.urandom(32)).decode()
        token = json.dumps({"protected": "e30=", "payload": claims, "signature": signature}).encode()
        encoded = base64.b64encode(token).decode()
        self.tokens.add(encoded)
        wants = "base64" in (self.headers.get("Accept-Encoding") or "")
        if wants:
            self._send(200, encoded.encode(), {"Content-Encoding": "base64", "Content-Type": "text/plain"})
        else:
            self._send(200, token, {"Content-Type": "application/json"})

    def do_GET(self) -> None:
        if self.path == f"/authn/{self.account}/login":
            # https://docs.conjur.org/Latest/en/Content/Developer/Conjur_Auth_REST_APIs.htm: a password or an API key
            user = base64.b64encode(f"{self.login}:{self.key}".encode()).decode()
            right = self.headers.get("Authorization") == f"Basic {user}"
            self._send(200, self.key.encode()) if right else self._send(401, b"")
            return
        scheme, _, rest = (self.headers.get("Authorization") or "").partition(" token=")
        if scheme != "Token" or rest.strip('"') not in self.tokens:
            self._send(401, b"")
            return
        parts = [unquote(part) for part in self.path.partition("?")[0].split("/")[1:]]
        if parts[:3] != ["secrets", self.account, "variable"]:
            self._send(404, b"")
            return
        value = self.values.get("/".join(parts[3:]))
        self._send(404, b"") if value is None else self._send(200, value.encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/octet-stream"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def conjur(authority: trustme.CA, values: dict[str, str]) -> Iterator[dict[str, str]]:
    """A server that follows Conjur's REST API and holds `values` by variable id; gives what leads a program there."""
    handler = type("Handler", (_Conjur,), {"values": values, "tokens": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with _serving(server) as port:
        yield {
            "CONJUR_APPLIANCE_URL": f"https://localhost:{port}",
            "CONJUR_ACCOUNT": _Conjur.account,
            "CONJUR_AUTHN_LOGIN": _Conjur.login,
            "CONJUR_AUTHN_API_KEY": _Conjur.key,
        }


@contextmanager
def aws(values: dict[str, str]) -> Iterator[dict[str, str]]:
    """Moto's server, which plays AWS Secrets Manager and holds `values` by secret id."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        client = boto3.client(
            "secretsmanager",
            endpoint_url=settings["AWS_ENDPOINT_URL"],
            region_name=settings["AWS_REGION"],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        for name, value in values.items():
            client.create_secret(Name=name, SecretString=value)
        yield settings
    finally:
        server.stop()


@contextmanager
def vault(folder: Path, values: dict[str, str]) -> Iterator[dict[str, str]]:
    """A real OpenBao, which speaks Vault's API; holds `values` by name, each a secret of its own."""
    token = "dev-" + hashlib.sha256(os.urandom(16)).hexdigest()[:24]
    for attempt in range(5):
        process, address = _start_vault(folder, token)
        try:
            _answers(process, address, token)
        except OSError:
            # It takes the next port too, which somebody else may have.
            process.kill()
            process.wait(10)
            if attempt == 4:
                raise
        else:
            break
    try:
        for name, value in values.items():
            _vault(address, token, "POST", f"secret/data/{name}", {"data": {"value": value}})
        yield {"VAULT_ADDR": address, "VAULT_TOKEN": token}
    finally:
        process.terminate()
        process.wait(10)


def _start_vault(folder: Path, token: str) -> tuple[subprocess.Popen[bytes], str]:
    """A server on a port that was free a moment ago, and its address."""
    program = shutil.which("bao") or str(Path(sys.executable).with_name("bao"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "BAO_DEV_ROOT_TOKEN_ID": token}
    command = [program, "server", "-dev", "-dev-no-store-token", f"-dev-listen-address=127.0.0.1:{port}"]
    with (folder / "vault.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log), f"http://127.0.0.1:{port}"


def _vault(address: str, token: str, method: str, path: str, body: object) -> None:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/v1/{path}", data, {"X-Vault-Token": token}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=10).close()


def _answers(process: subprocess.Popen[bytes], address: str, token: str, seconds: float = 30) -> None:
    """Waits until the server answers; OSError where it ended, or takes too long."""
    end = time.monotonic() + seconds
    while True:
        try:
            _vault(address, token, "GET", "sys/health", None)
            return
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.1)
