"""`stanch store` as users call it, from a leak to a real secret manager."""

import json
import os
import pty
import random
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from respond.stores.bao import ROOT_TOKEN, Bao
from respond.stores.conjur_server import ConjurServer

from .conftest import token

Run = Callable[..., "subprocess.CompletedProcess[str]"]
VALUE = "".join(random.Random(7).choices(string.ascii_letters, k=40))


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in the current folder, with a value on standard input; nothing of the value may be seen."""
    for name in os.environ:
        if name.startswith(("VAULT_", "BAO_", "AWS_", "CONJUR_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def call(
        *arguments: str, stdin: str = "", status: int = 0, shown: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "stanch", "store", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert shown or VALUE not in done.stdout
        assert VALUE not in done.stderr
        return done

    return call


@pytest.fixture(scope="module")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """A real OpenBao server."""
    server = Bao(tmp_path_factory.mktemp("bao"))
    yield server
    server.close()


@pytest.fixture
def vault(bao: Bao, run: Run, monkeypatch: pytest.MonkeyPatch) -> Bao:
    """The same, with the user logged in."""
    monkeypatch.setenv("VAULT_ADDR", bao.url)
    monkeypatch.setenv("VAULT_TOKEN", ROOT_TOKEN)
    return bao


def test_a_value_goes_in_and_comes_out_only_when_asked(run: Run, folder: Path) -> None:
    told = run("put", "SHOP_TOKEN", stdin=f"{VALUE}\n").stdout
    assert told.startswith("env: .env#SHOP_TOKEN kept\n")
    told = run("get", "SHOP_TOKEN").stdout
    assert "is there" in told
    assert "16 to 63 characters" in told
    assert run("get", "SHOP_TOKEN", "--print", shown=True).stdout == VALUE
    run("get", "SHOP_TOKEN", "--output", "out")
    assert (folder / "out").read_text() == VALUE
    assert (folder / "out").stat().st_mode & 0o777 == 0o600
    facts = json.loads(run("get", "SHOP_TOKEN", "--format", "json").stdout)
    assert facts["address"] == ".env#SHOP_TOKEN"
    assert facts["size"] == "16 to 63 characters"


@pytest.mark.parametrize(
    ("given", "options", "kept"),
    [
        ("one\n", (), "one"),
        ("one\r\n", (), "one"),
        ("one", (), "one"),
        ("one\n", ("--exact",), "one\n"),
        ("one\ntwo\n", (), "one\ntwo\n"),
        ("\none", (), "\none"),
        (" blank ends \n", (), " blank ends "),
        ("\n", ("--exact",), "\n"),
    ],
)
def test_what_counts_as_the_value(run: Run, folder: Path, given: str, options: tuple[str, ...], kept: str) -> None:
    (folder / "value").write_bytes(given.encode())
    run("put", "SHOP_TOKEN", "--file", "value", *options)
    done = subprocess.run(
        [sys.executable, "-m", "stanch", "store", "get", "SHOP_TOKEN", "--print"], capture_output=True, check=True
    )
    assert done.stdout == kept.encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "no value"), (b"\n", "no value"), (b"\xff\xfe", "no UTF-8"), (b"x" * (1 << 20) + b"xx", "longer")],
)
def test_what_is_no_value(run: Run, folder: Path, data: bytes, words: str) -> None:
    (folder / "value").write_bytes(data)
    assert words in run("put", "SHOP_TOKEN", "--file", "value", status=2).stderr
    assert not (folder / ".env").exists()


def test_exit_statuses(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("put", "A", stdin="x")
    run("get", "NOT_THERE", status=1)
    run("put", "A", stdin="y", status=1)
    run("put", "A", "--if-version", "absent", stdin="y", status=1)
    run("put", "A", "--if-version", "3", stdin="y", status=2)
    run("put", "NOT-A-NAME", stdin="x", status=2)
    run("put", stdin="x", status=2)
    run("put", "A", "--finding", "0" * 32, status=2)
    run("put", "A", "--finding", "0" * 32, "--in", ".", "--file", "x", status=2)
    run("put", "A", "--finding", "xyz", "--in", ".", status=2)
    run("put", "A", "--path", "x", stdin="x", status=2)
    run("put", "A", "--set", "file", stdin="x", status=2)
    run("put", "A", "--set", "fiel=x", stdin="x", status=2)
    run("get", "A", "--store", "nope", status=2)
    run("get", "A", "--print", "--output", "x", status=2)
    run("get", "A", "--store", "vault", status=2)
    monkeypatch.setenv("VAULT_TOKEN", "t")
    done = run("get", "A", "--store", "vault", "--set", "address=http://127.0.0.1:9", status=3)
    assert done.stderr == "stanch: http://127.0.0.1:9: cannot be reached\n"
    run("check", "--store", "vault", "--set", "address=http://127.0.0.1:9", status=1)


@pytest.mark.parametrize(
    "words",
    [
        ("SHOP_TOKEN", VALUE),
        (f"SHOP_TOKEN={VALUE}",),
        ("SHOP_TOKEN", "=", VALUE),
        ("SHOP_TOKEN", f"-----BEGIN {VALUE}"),
    ],
)
def test_a_value_on_the_command_line_is_refused_and_not_repeated(
    run: Run, folder: Path, words: tuple[str, ...]
) -> None:
    assert "does not go on the command line" in run("put", *words, status=2).stderr
    assert not (folder / ".env").exists()
    run("get", f"SHOP_TOKEN={VALUE}", status=2)


def test_an_option_that_there_is_not(run: Run) -> None:
    assert "No such option '--fil'" in run("put", "SHOP_TOKEN", "--fil", "x", status=2).stderr
    assert "No such option" in run("put", "-x", stdin="x", status=2).stderr


def test_typed_on_a_terminal_nobody_sees_it(run: Run, folder: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-m", "stanch", "store", "put", "SHOP_TOKEN"])
    shown = b""
    try:
        while b"Value: " not in shown:
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{VALUE}\n".encode())
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:  # the terminal's other end is closed
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    assert b"kept" in shown
    assert VALUE.encode() not in shown
    assert VALUE in (folder / ".env").read_text()


def test_a_leaked_value_moves_into_vault_without_being_seen(run: Run, folder: Path, vault: Bao) -> None:
    leaked = token(5)
    (folder / "app.py").write_text(f'NOTION = "{leaked}"\n')
    scan = subprocess.run(
        [sys.executable, "-m", "stanch", "scan", ".", "--format", "jsonl"], capture_output=True, text=True, check=False
    )
    fingerprint = json.loads(scan.stdout.splitlines()[0])["fingerprint"]
    (folder / "stanch.toml").write_text(
        f'[store]\nuse = "vault"\nprefix = "shop"\n[[ignore]]\nfingerprint = "{fingerprint}"\nreason = "moved"\n'
    )
    told = run("put", "--finding", fingerprint, "--in", ".")
    assert told.stdout.startswith("vault: secret/shop/NOTION_TOKEN#value kept, version 1\n")
    assert leaked not in told.stdout + told.stderr
    held = vault.client.secrets.kv.v2.read_secret_version("shop/NOTION_TOKEN", raise_on_deleted_version=True)
    assert held["data"]["data"] == {"value": leaked}
    assert "already" in run("put", "OTHER", "--path", "shop/NOTION_TOKEN", "--finding", fingerprint, "--in", ".").stdout
    error = run("put", "--finding", "0" * 32, "--in", ".", status=2).stderr
    assert "no secret with the fingerprint" in error


def test_a_vault_from_end_to_end(run: Run, vault: Bao) -> None:
    assert run("check", "--store", "vault").stdout.count("ok ") == 5
    run("put", "A", "--store", "vault", "--path", "end/to#end", stdin=VALUE)
    run("put", "B", "--store", "vault", "--path", "end/to#other", "--if-version", "1", stdin="b")
    conflict = run("put", "B", "--store", "vault", "--path", "end/to#other", "--if-version", "1", stdin=VALUE, status=1)
    assert "version 2, of " in conflict.stderr
    assert run("get", "A", "--store", "vault", "--path", "end/to#end", "--print", shown=True).stdout == VALUE
    assert run("list", "end/", "--store", "vault").stdout == "secret/end/to\n"
    rows = json.loads(run("list", "--store", "vault", "--format", "json").stdout)
    assert {"store": "vault", "address": "secret/end/to", "version": None, "changed": None} in rows
    answers = json.loads(run("check", "--store", "vault", "--format", "json").stdout)
    assert answers["store"] == "vault"
    assert answers["answers"][0]["question"] == "reachable"


def test_aws_from_end_to_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3", reason="boto3 is not installed")
    server_module = pytest.importorskip("moto.server", reason="moto is not installed")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        region = ("--store", "aws", "--set", "region=eu-north-1")
        run("put", "A", *region, "--set", "tags.team=tills", stdin=VALUE)
        assert run("get", "A", *region, "--print", shown=True).stdout == VALUE
        assert "version" in run("list", *region).stdout
        run("check", *region)
    finally:
        server.stop()


def test_conjur_from_end_to_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ConjurServer()
    try:
        monkeypatch.setenv("CONJUR_APPLIANCE_URL", server.url)
        monkeypatch.setenv("CONJUR_ACCOUNT", server.account)
        monkeypatch.setenv("CONJUR_AUTHN_LOGIN", "host/ci")
        monkeypatch.setenv("CONJUR_AUTHN_API_KEY", server.keys["host/ci"])
        assert "declared in policy root" in run("put", "A", "--store", "conjur", "--path", "db/a", stdin=VALUE).stdout
        assert run("get", "A", "--store", "conjur", "--path", "db/a", "--print", shown=True).stdout == VALUE
        assert run("list", "--store", "conjur").stdout == "shop:variable:db/a  version 1\n"
        run("check", "A", "--store", "conjur", "--path", "db/a")
    finally:
        server.close()


def test_without_the_extra_its_name_is_told(folder: Path) -> None:
    script = (
        "import sys\n"
        "sys.modules['hvac'] = sys.modules['boto3'] = None\n"
        "from stanch.cli import run\n"
        "sys.exit(run(['store', 'get', 'A', '--store', sys.argv[1]]))\n"
    )
    for name in ("vault", "aws"):
        environ = {**os.environ, "VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "t"}
        done = subprocess.run(
            [sys.executable, "-c", script, name], capture_output=True, text=True, env=environ, check=False
        )
        assert done.returncode == 2
        assert "pip install 'stanch[stores]'" in done.stderr


def test_control_characters_of_a_server_do_not_reach_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ConjurServer()
    try:
        server.variables = {"a\x1b[31mred": [b"x"]}
        for name, value in (("APPLIANCE_URL", server.url), ("ACCOUNT", "shop"), ("AUTHN_LOGIN", "host/ci"),
                            ("AUTHN_API_KEY", server.keys["host/ci"])):  # fmt: skip
            monkeypatch.setenv(f"CONJUR_{name}", value)
        assert "\x1b" not in run("list", "--store", "conjur").stdout
    finally:
        server.close()
