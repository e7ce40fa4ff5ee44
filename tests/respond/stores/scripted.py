"""A server on loopback that answers whatever a test wants, for answers that real servers cannot be made to give."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


class Scripted(ThreadingHTTPServer):
    """Answers by `reply(method, path, body)`; after `delay` seconds."""

    daemon_threads = True

    def __init__(self, reply: Callable[[str, str, bytes], Reply], delay: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.delay = delay
        self.seen: list[tuple[str, str, bytes]] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked may have gone before the end of an answer."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Scripted

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, body))
        time.sleep(self.server.delay)
        status, headers, answer = self.server.reply(self.command, self.path, body)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_LIST = _any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
