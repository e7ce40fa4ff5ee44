"""Loopback servers with real sockets that answer as issuers document it, or as nobody should."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

Reply = tuple[int, dict[str, str], bytes]
DRIVER = """\
import socket, sys
port, resolve = int(sys.argv[1]), socket.getaddrinfo
def answer(host, *rest, **more):
    if host in ("127.0.0.1", "localhost"):
        return resolve(host, *rest, **more)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
socket.getaddrinfo = answer
sys.argv[1:] = sys.argv[2:]
from stanch.__main__ import main
main()
"""
"""The command in a process where every name but this machine's leads to a loopback port, its first argument."""


class Seen(NamedTuple):
    """A request that a server got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    moment: float


def reply(status: int, value: object = None, **headers: str) -> Reply:
    """An answer in JSON; `Retry_After` in `headers` is the header Retry-After."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"Content-Type": "application/json", **named}, b"" if value is None else json.dumps(value).encode()


class Issuer:
    """A server, what it was asked, and how it answers."""

    def __init__(self, answer: Callable[[Seen], Reply], trust: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.busiest = 0
        issuer, lock, busy = self, threading.Lock(), [0]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, self.path, headers, body, time.monotonic())
                with lock:
                    issuer.seen.append(seen)
                    busy[0] += 1
                    issuer.busiest = max(issuer.busiest, busy[0])
                try:
                    status, names, content = answer(seen)
                finally:
                    with lock:
                        busy[0] -= 1
                self.send_response(status)
                for name, value in names.items():
                    self.send_header(name, value)
                if "Content-Length" not in names:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_HEAD = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Tests have no log."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Clients that give up are what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if trust is not None:
            self._server.socket = trust.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self.address = f"127.0.0.1:{self.port}"

    def serve(self) -> None:
        self._server.serve_forever(0.01)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def issuer(answer: Callable[[Seen], Reply] | Reply, trust: ssl.SSLContext | None = None) -> Iterator[Issuer]:
    """A server that answers with `answer`, or with what it gives for a request."""
    server = Issuer(answer if callable(answer) else lambda _: answer, trust)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what `talk` does, after the request; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                talk(connection)
            except OSError:
                pass  # the client gave up

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        with socket.socket() as last:
            last.connect(listener.getsockname())  # wakes it
        thread.join()
        listener.close()
