"""The command is run by a real shell and curl against a server on this machine, which sees what it should."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from stanch.catalog.model import CredentialType, Verify
from stanch.respond.playbook import check

from ..samples import TYPES, find

SECRET = "s3" + "cr3t-value%s'\\x"


class _Server(ThreadingHTTPServer):
    seen: list[tuple[str, str, dict[str, str]]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        self.send_response(401)
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def kind_with(verify: Verify) -> CredentialType:
    return msgspec.structs.replace(find("notion-integration-token")[1], verify=verify, env=["T_TOKEN", "T_SITE_ID"])


def ran(kind: CredentialType, typed: str) -> str:
    bash, curl = shutil.which("bash"), shutil.which("curl")
    if not bash or not curl:
        pytest.skip("bash or curl is not there")
    (item,) = check.command(kind)
    assert SECRET not in item.text
    return subprocess.run([bash, "-c", item.text], input=typed, capture_output=True, text=True, check=True).stdout


def test_it_sends_what_the_catalog_says_and_shows_the_status_alone(server: _Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}/users/me?a=b%20c"
    kind = kind_with(Verify("GET", [url], {"Authorization": "Bearer {secret}", "X-Version": "it's 1\\2"}))
    assert ran(kind, SECRET + "\n") == "401\n"
    ((method, path, headers),) = server.seen
    assert (method, path) == ("GET", "/users/me?a=b%20c")
    assert headers["X-Version"] == "it's 1\\2"
    assert headers["Authorization"].startswith("Bearer s3" + "cr3t-value%s'")


def test_a_pair_is_asked_for_in_its_parts(server: _Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}/region"
    kind = kind_with(Verify("HEAD", [url], basic="{site_id}:{secret}"))
    assert ran(kind, "site\np4ss\n") == "401\n"
    ((method, _, headers),) = server.seen
    assert method == "HEAD"
    assert headers["Authorization"] == "Basic c2l0ZTpwNHNz"


def test_an_address_may_be_the_secret(server: _Server) -> None:
    kind = kind_with(Verify("GET", ["{secret}"]))
    assert ran(kind, f"http://127.0.0.1:{server.server_port}/hook/abc\n") == "401\n"
    assert server.seen[0][1] == "/hook/abc"


@pytest.mark.parametrize("kind", [kind for _, kind in TYPES if kind.verify], ids=lambda kind: kind.id)
def test_every_check_of_the_catalog_is_told(kind: CredentialType) -> None:
    told, meant = check.call(kind), check.answers(kind)
    assert kind.verify is not None
    assert told[0].text.startswith(kind.verify.method)
    assert len(told) >= len(kind.verify.calls)
    assert {item.source for item in [*told, *meant]} == {kind.verify.source}
    assert not any("{secret}" in item.text for item in told)
    assert all("says still live" in item.text or not kind.verify.valid for item in meant)
    for item in check.command(kind):
        assert "{secret}" not in item.text
        assert item.text.count("%s") == item.text.count('"$')


def test_what_does_not_fit_in_a_command_has_none() -> None:
    assert check.command(kind_with(Verify("POST", ["https://acme.example"], form={"token": "{secret}"}))) == []
    assert check.command(kind_with(Verify("GET", ["https://acme.example/{secret}"], invalid=(200,)))) == []
    assert check.command(kind_with(Verify("GET", ["https://acme.example"]))) == []
    nothing = msgspec.structs.replace(find("notion-integration-token")[1], verify=None)
    assert check.command(nothing) == check.call(nothing) == check.answers(nothing) == []
