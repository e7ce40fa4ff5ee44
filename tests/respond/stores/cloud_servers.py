"""Servers on loopback that answer as the documentation of Azure, Google, Kubernetes and Doppler says."""

import base64
import json
import re
import shutil
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

TOKEN = "token-of-tests"
Answer = tuple[int, object]


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody else trusts, and its key."""
    pytest.importorskip("cryptography", reason="cryptography is not installed")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "ca.pem", folder / "key.pem"


@cache
def _rsa_key() -> str:
    """A private key in PEM format; to make one takes a while."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class Api(ThreadingHTTPServer):
    """A server that knows its bearer token. `forced` answers the next requests whose path matches with a status."""

    daemon_threads = True
    settings: dict[str, object]
    """What a store needs to be told to find it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.valid = True
        self.forced: list[tuple[str, str, int]] = []
        self.seen: list[tuple[str, str]] = []
        self.before_write: Callable[[], object] = dict
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def log_in(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Set what whoever uses it sets."""
        raise NotImplementedError

    def open_answer(self, path: str, body: bytes) -> Answer | None:
        """What is answered without a token."""
        return None

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """What is answered with one."""
        raise NotImplementedError

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def _any(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        self.server.seen.append((self.command, self.path))
        status, told = self._decide(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}, body)
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(text)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _decide(self, path: str, query: dict[str, str], body: bytes) -> Answer:
        for place, (verb, pattern, status) in enumerate(self.server.forced):
            if verb == self.command and re.search(pattern, self.path):
                del self.server.forced[place]
                return status, {"error": {"message": f"it was {body!r}"}}
        found = self.server.open_answer(path, body)
        if found is not None:
            return found
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" or not self.server.valid:
            return 401, {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": "Unauthorized",
                "code": 401,
            }
        return self.server.answer(self.command, unquote(path), query, json.loads(body) if body else None)

    do_GET = do_POST = do_PUT = _any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


class AzureServer(Api):
    """https://learn.microsoft.com/rest/api/keyvault/secrets/ (set, get, get-secrets), and the token endpoint of
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
    """

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, list[str]] = {}
        self.deleted: set[str] = set()
        self.settings = {"vault": self.url}
        self.form: dict[str, list[str]] = {}
        self.page = 2

    def log_in(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        for name, value in (
            ("TENANT_ID", "t"),
            ("CLIENT_ID", "c"),
            ("CLIENT_SECRET", "s"),
            ("AUTHORITY_HOST", self.url),
        ):
            monkeypatch.setenv(f"AZURE_{name}", value)

    def open_answer(self, path: str, body: bytes) -> Answer | None:
        if path != "/t/oauth2/v2.0/token":
            return None
        self.form = parse_qs(body.decode())
        if self.form.get("client_secret") != ["s"]:
            return 401, {"error": "invalid_client"}
        return 200, {"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        assert query["api-version"] == "7.4"
        words = path.strip("/").split("/")
        if words == ["secrets"]:
            start = int(query.get("$skiptoken", 0))
            names = sorted(self.secrets)[start : start + self.page]
            more = f"{self.url}/secrets?api-version=7.4&$skiptoken={start + self.page}"
            told: dict[str, object] = {"value": [self._shown(name) for name in names]}
            return 200, {**told, "nextLink": more if start + self.page < len(self.secrets) else None}
        name = words[1]
        assert re.fullmatch(r"[0-9a-zA-Z-]+", name)
        if method == "PUT":
            if name in self.deleted:
                return 409, {"error": {"code": "Conflict", "innererror": {"code": "ObjectIsDeletedButRecoverable"}}}
            self.secrets.setdefault(name, []).append(body["value"])
        elif name not in self.secrets:
            return 404, {"error": {"code": "SecretNotFound"}}
        return 200, {"value": self.secrets[name][-1], **self._shown(name, len(self.secrets[name]))}

    def _shown(self, name: str, version: int = 0) -> dict[str, object]:
        tail = f"/{version:032x}" if version else ""
        times = {"enabled": True, "created": 1_700_000_000, "updated": 1_700_000_000}
        return {"id": f"{self.url}/secrets/{name}{tail}", "attributes": times}


class GcpServer(Api):
    """https://cloud.google.com/secret-manager/docs/reference/rest, and a token endpoint for a service account."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, list[bytes]] = {}
        self.made: dict[str, Any] = {}
        self.rights = {"secretmanager.versions.access", "secretmanager.versions.add"}
        self.settings = {"endpoint": self.url, "project": "shop-prod"}
        self.page = 2

    def log_in(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        pytest.importorskip("google.auth", reason="google-auth is not installed")
        pytest.importorskip("cryptography", reason="cryptography is not installed")
        account = {
            "type": "service_account",
            "project_id": "shop-prod",
            "private_key_id": "1",
            "private_key": _rsa_key(),
            "client_email": "ci@shop-prod.iam.gserviceaccount.com",
            "token_uri": f"{self.url}/token",
        }
        file = folder / "account.json"
        file.write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))

    def open_answer(self, path: str, body: bytes) -> Answer | None:
        if path != "/token":
            return None
        grant = parse_qs(body.decode())
        assert grant["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        return 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        base = "/v1/projects/shop-prod/secrets"
        if path == base and method == "GET":
            start, names = int(query.get("pageToken", 0)), sorted(self.secrets)
            rows = [
                {"name": f"projects/123/secrets/{name}", "createTime": "2026-01-02T03:04:05.678901234Z"}
                for name in names
            ]
            told: dict[str, object] = {"secrets": rows[start : start + self.page]}
            more = {"nextPageToken": str(start + self.page)} if start + self.page < len(names) else {}
            return 200, {**told, **more}
        if path == base:
            name = query["secretId"]
            if name in self.secrets:
                return 409, {"error": {"status": "ALREADY_EXISTS"}}
            assert body["replication"] == {"automatic": {}}
            self.secrets[name], self.made[name] = [], body
            return 200, {"name": f"projects/123/secrets/{name}"}
        name, _, verb = path.removeprefix(f"{base}/").partition("/" if path.endswith(":access") else ":")
        if name not in self.secrets:
            return 404, {"error": {"status": "NOT_FOUND"}}
        if verb == "testIamPermissions":
            return 200, {"permissions": sorted(self.rights & set(body["permissions"]))}
        if verb == "addVersion":
            self.secrets[name].append(base64.b64decode(body["payload"]["data"]))
            number = len(self.secrets[name])
            return 200, {"name": f"projects/123/secrets/{name}/versions/{number}", "createTime": "2026-01-02T03:04:05Z"}
        assert verb == "versions/latest:access"
        values = self.secrets[name]
        if not values:
            return 404, {"error": {"status": "NOT_FOUND"}}
        data = base64.b64encode(values[-1]).decode()
        return 200, {"name": f"projects/123/secrets/{name}/versions/{len(values)}", "payload": {"data": data}}


class KubernetesServer(Api):
    """https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/, with the conflicts
    of https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
    """

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, dict[str, Any]] = {}
        self.count = 100
        self.verbs = {"get", "create", "update"}
        self.settings = {"namespace": "shop"}

    def log_in(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        if shutil.which("kubectl") is None:
            pytest.skip("kubectl is not installed")
        certificate, key = self_signed(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)  # kubectl sends tokens by TLS only
        cluster = {"server": self.url.replace("http:", "https:"), "certificate-authority": str(certificate)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "shop",
            "clusters": [{"name": "shop", "cluster": cluster}],
            "users": [{"name": "ci", "user": {"token": TOKEN}}],
            "contexts": [{"name": "shop", "context": {"cluster": "shop", "user": "ci", "namespace": "shop"}}],
        }
        file = folder / "kubeconfig"
        file.write_text(json.dumps(config))
        file.chmod(0o600)
        monkeypatch.setenv("KUBECONFIG", str(file))

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if path == "/version":
            return 200, {"gitVersion": "v1.34.0"}
        if path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
            allowed = body["spec"]["resourceAttributes"]["verb"] in self.verbs
            return 201, {**body, "status": {"allowed": allowed}}
        base = "/api/v1/namespaces/shop/secrets"
        if path == base and method == "GET":
            return 200, {"kind": "SecretList", "items": list(self.secrets.values())}
        if path == base:
            name = body["metadata"]["name"]
            return self._status(409, "AlreadyExists") if name in self.secrets else (201, self._keep(name, body))
        name = path.removeprefix(f"{base}/")
        if name not in self.secrets:
            return self._status(404, "NotFound")
        if method == "GET":
            return 200, self.secrets[name]
        self.before_write()
        if body["metadata"]["resourceVersion"] != self.secrets[name]["metadata"]["resourceVersion"]:
            return self._status(409, "Conflict")
        return 200, self._keep(name, body)

    def _keep(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        self.count += 1
        meta = {"creationTimestamp": "2026-01-02T03:04:05Z", **body["metadata"], "resourceVersion": str(self.count)}
        self.secrets[name] = {**body, "metadata": meta}
        return self.secrets[name]

    def _status(self, code: int, reason: str) -> Answer:
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        return code, {**status, "message": "no", "reason": reason, "code": code}


class DopplerServer(Api):
    """https://docs.doppler.com/reference/secrets-update (with change requests), secrets-get, secrets-names, auth-me."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, str | None] = {"DOPPLER_PROJECT": "shop", "DOPPLER_CONFIG": "prd"}
        self.settings = {"api": self.url, "project": "shop", "config": "prd"}

    def log_in(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setenv("DOPPLER_TOKEN", TOKEN)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if path == "/v3/me":
            return 200, {"type": "service_token", "success": True}
        place = body or query
        assert (place["project"], place["config"]) == ("shop", "prd")
        if path == "/v3/configs/config/secrets/names":
            return 200, {"names": list(self.secrets), "success": True}
        if path == "/v3/configs/config/secret":
            name = query["name"]
            if name not in self.secrets:
                return 404, {"messages": ["Could not find requested secret"], "success": False}
            value = self.secrets[name]
            return 200, {"name": name, "value": {"raw": value, "computed": value}, "success": True}
        assert (method, path) == ("POST", "/v3/configs/config/secrets")
        (change,) = body["change_requests"]
        self.before_write()
        if self.secrets.get(change["name"]) != change.get("originalValue"):
            return 400, {"messages": ["no"], "success": False}
        self.secrets[change["name"]] = change["value"]
        return 200, {"secrets": {}, "success": True}


SERVERS: dict[str, type[Api]] = {
    "azure": AzureServer,
    "gcp": GcpServer,
    "kubernetes": KubernetesServer,
    "doppler": DopplerServer,
}
