"""The servers that programs meet, once a session, and the secrets that they hold."""

import random
import shutil
import string
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from stanch.respond.snippets.compose import usual_name

from . import servers
from .answers import TYPES, provider_calls

STORES = ("env", "aws", "vault", "conjur")
"""Those that are played on loopback."""


@dataclass
class World:
    """All that programs meet."""

    secrets: dict[str, str]
    """By credential type."""
    settings: dict[str, dict[str, str]]
    """What leads a program to each store, by store."""
    around: dict[str, str]
    """What brings its calls to the providers here."""
    providers: servers.Providers
    words: dict[str, list[str]]
    """What stands for placeholders in commands: not everybody takes proxies and authorities from the environment."""

    @property
    def keys(self) -> dict[str, str]:
        """What opens the stores, which no program may tell either."""
        return {
            "the token of Vault": self.settings["vault"]["VAULT_TOKEN"],
            "the key of Conjur": self.settings["conjur"]["CONJUR_AUTHN_API_KEY"],
        }


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Servers for every store and every provider, with a fresh secret for each credential type."""
    folder = tmp_path_factory.mktemp("world")
    rng = random.Random()
    secrets = {name: "".join(rng.choices(string.ascii_letters + string.digits, k=40)) for name in TYPES}
    for name, (issuer, kind) in TYPES.items():
        if kind.verify and kind.verify.urls == ["{secret}"]:
            secrets[name] = f"https://{issuer.id}.example/{secrets[name]}"
    secrets["database-url"] = f"postgresql://app:{secrets['database-url']}@127.0.0.1:9/app"
    # What several types of a provider call alike is one secret in a store.
    named = {usual_name(kind): secrets[name] for name, (_, kind) in TYPES.items()}
    secrets = {name: named[usual_name(kind)] for name, (_, kind) in TYPES.items()}
    authority = trustme.CA()
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    calls = [call for name, (_, kind) in TYPES.items() for call in provider_calls(kind, secrets[name])]
    with ExitStack() as stack:
        known, ports = stack.enter_context(servers.providers(authority, calls))
        settings = {
            "env": named,
            "aws": stack.enter_context(servers.aws(named)),
            "vault": stack.enter_context(servers.vault(folder, named)),
            "conjur": stack.enter_context(servers.conjur(authority, named)),
        }
        settings["conjur"]["CONJUR_CERT_FILE"] = str(trusted)
        address, local = f"http://127.0.0.1:{ports.proxy}", "localhost,127.0.0.1"
        words = {"@JVM@": _jvm(trusted, known.hosts, ports, folder), "@PHP@": ["-d", f"curl.cainfo={trusted}"]}
        around = {
            "HTTPS_PROXY": address,
            "https_proxy": address,
            "http_proxy": address,
            "NO_PROXY": local,
            "no_proxy": local,
            "SSL_CERT_FILE": str(trusted),
            "REQUESTS_CA_BUNDLE": str(trusted),
            "CURL_CA_BUNDLE": str(trusted),
            "NODE_EXTRA_CA_CERTS": str(trusted),
            "TEST_PROVIDERS_PORT": str(ports.direct),
        }
        yield World(secrets, settings, around, known, words)


def _jvm(trusted: Path, hosts: list[str], ports: servers.Ports, folder: Path) -> list[str]:
    """What makes a JVM go through the proxy and trust the authority, where there is one."""
    if shutil.which("keytool") is None:
        return []
    store = folder / "authority.p12"
    command = ["keytool", "-importcert", "-noprompt", "-alias", "test", "-file", str(trusted)]
    command += ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", "changeit"]
    subprocess.run(command, check=True, capture_output=True)
    # Some libraries look names up before they connect: to an address that is kept for documentation.
    names = folder / "hosts"
    names.write_text("127.0.0.1 localhost\n" + "".join(f"192.0.2.1 {host}\n" for host in hosts))
    return [
        f"-Djdk.net.hosts.file={names}",
        f"-Djavax.net.ssl.trustStore={store}",
        "-Djavax.net.ssl.trustStorePassword=changeit",
        "-Dhttps.proxyHost=127.0.0.1",
        f"-Dhttps.proxyPort={ports.proxy}",
        "-DsocksProxyHost=127.0.0.1",
        f"-DsocksProxyPort={ports.socks}",
        "-Dhttp.nonProxyHosts=localhost|127.*",
    ]
