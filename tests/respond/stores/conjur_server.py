"""A Conjur server on loopback, as far as its documented REST API goes. Each answer names the page that tells of it.

The pages are below https://docs.conjur.org/Latest/en/Content/Developer/.
"""

import base64
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

KEPT = 20
"""Versions of a secret: Conjur_API_Retrieve_Secret.htm."""


class ConjurServer(ThreadingHTTPServer):
    """One account with users and hosts; `forced` answers the next requests whose path matches with a status."""

    daemon_threads = True

    def __init__(self, account: str = "shop") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.account = account
        self.keys = {"host/ci": "k" * 55, "reader": "r" * 55}
        self.variables: dict[str, list[bytes]] = {}
        self.policies = {"root", "data"}
        self.forced: list[tuple[str, str, int]] = []
        """Method, pattern of the path, status."""
        self.seen: list[tuple[str, str]] = []
        self.before_write: Callable[[], object] = dict
        self.valid = True
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def token(self, login: str) -> str:
        """As Conjur_API_Authenticate.htm shows it: JSON with three parts."""
        payload = base64.b64encode(json.dumps({"sub": login}).encode()).decode()
        return json.dumps(
            {"protected": "eyJhbGciOiJjb25qdXIub3JnL3Nsb3NpbG8vdjIifQ==", "payload": payload, "signature": "x"}
        )


class _Handler(BaseHTTPRequestHandler):
    server: ConjurServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((method, self.path))
        for place, (verb, pattern, status) in enumerate(self.server.forced):
            if verb == method and re.search(pattern, self.path):
                del self.server.forced[place]
                return self._send(status, b'{"error":{"message":"' + body + b'"}}')
        words = [unquote(word) for word in parts.path.strip("/").split("/")]
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if words[0] == "authn" and words[-1] == "authenticate" and method == "POST":
            return self._authenticate(words[1], words[2], body)
        login = self._login()
        if login is None or not self.server.valid:
            return self._send(401)
        match method, words:
            case "GET", ["whoami"]:
                # Conjur_API_whoami.htm
                told = {"client_ip": "127.0.0.1", "account": self.server.account, "username": login}
                return self._send(200, json.dumps(told).encode())
            case _, [_, account, *_] if account != self.server.account:
                return self._send(404)
            case "GET", ["resources", _]:
                return self._list(query)
            case "GET", ["resources", _, "variable", name]:
                return self._show(name, login, query)
            case "GET", ["secrets", _, "variable", name]:
                # Conjur_API_Retrieve_Secret.htm: 404 without the variable, and without a value
                values = self.server.variables.get(name)
                return self._send(200, values[-1], "application/octet-stream") if values else self._send(404)
            case "POST", ["secrets", _, "variable", name]:
                return self._set(name, login, body)
            case "POST", ["policies", _, "policy", policy]:
                return self._load(policy, login, body)
        return self._send(404)

    def _authenticate(self, account: str, login: str, key: bytes) -> None:
        """Conjur_API_Authenticate.htm: raw JSON, or in base64 if the request accepts that encoding."""
        if account != self.server.account or self.server.keys.get(login) != key.decode():
            return self._send(401)
        token = self.server.token(login).encode()
        if "base64" in self.headers.get("Accept-Encoding", ""):
            return self._send(200, base64.b64encode(token), "text/plain", "base64")
        return self._send(200, token)

    def _login(self) -> str | None:
        """Conjur_Auth_REST_APIs.htm: Authorization: Token token="..."."""
        found = re.fullmatch(r'Token token="([A-Za-z0-9+/=]+)"', self.headers.get("Authorization", ""))
        if not found:
            return None
        token = json.loads(base64.b64decode(found[1]))
        login = json.loads(base64.b64decode(token["payload"]))["sub"]
        return str(login) if login in self.server.keys else None

    def _list(self, query: dict[str, str]) -> None:
        """Conjur_API_List_Resources.htm."""
        start, count = int(query.get("offset", 0)), int(query.get("limit", 10 if "offset" in query else 10**9))
        names = sorted(self.server.variables)[start : start + count]
        self._send(200, json.dumps([self._resource(name) for name in names]).encode())

    def _show(self, name: str, login: str, query: dict[str, str]) -> None:
        """Conjur_API_Show_Resources.htm, and with `check` Conjur_API_Check_Permission.htm."""
        if name not in self.server.variables:
            return self._send(404)
        if query.get("check") == "true":
            kind, _, rest = login.rpartition("/")
            assert query["role"] == f"{self.server.account}:{kind or 'user'}:{rest}"
            allowed = query["privilege"] == "execute" or login == "host/ci"
            return self._send(204 if allowed else 404)
        return self._send(200, json.dumps(self._resource(name)).encode())

    def _resource(self, name: str) -> dict[str, object]:
        values = self.server.variables[name]
        first = max(0, len(values) - KEPT)
        versions = [{"version": number + 1, "expires_at": None} for number in range(first, len(values))]
        return {
            "created_at": "2026-01-01T00:00:00.000+00:00",
            "id": f"{self.server.account}:variable:{name}",
            "owner": f"{self.server.account}:user:admin",
            "permissions": [],
            "annotations": [],
            "secrets": versions,
        }

    def _set(self, name: str, login: str, body: bytes) -> None:
        """Conjur_API_Set_Secret.htm: 201, 403 without the privilege, 422 without a value."""
        if name not in self.server.variables:
            return self._send(404)
        if login != "host/ci":
            return self._send(403)
        if not body.strip():
            return self._send(422)
        self.server.before_write()
        self.server.variables[name].append(body)
        return self._send(201, b"", "text/html")

    def _load(self, policy: str, login: str, body: bytes) -> None:
        """Conjur_API_Append_Policy.htm: 201, 403, 404, 422."""
        if login != "host/ci":
            return self._send(403)
        if policy not in self.server.policies:
            return self._send(404)
        found = re.fullmatch(r'- !variable\n  id: ("(?:[^"\\]|\\.)+")\n', body.decode())
        if not found:
            return self._send(422)
        name = json.loads(found[1])
        full = name if policy == "root" else f"{policy}/{name}"
        self.server.variables.setdefault(full, [])
        return self._send(201, json.dumps({"created_roles": {}, "version": 1}).encode())

    def _send(self, status: int, body: bytes = b"", kind: str = "application/json", encoding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
