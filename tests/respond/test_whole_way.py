"""A leaked token is taken the whole way, as the README's tour shows it: found, verified, put into a real OpenBao, taken
out of the code, the program still runs, and nothing is found any more."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import trustme

from repositories import Repo, Secrets
from respond.fix import toolchains
from respond.fix.servers import server
from verify.servers import DRIVER, Issuer, Reply, Seen, issuer, reply

pytest.importorskip("tree_sitter", reason="the extra 'fix' is not installed")

PROGRAMS = {
    "python": {"app.py": 'TOKEN = "@TOKEN@"\n\nprint(len(TOKEN), TOKEN[::-1])\n'},
    "java": {
        "Main.java": "public class Main {\n"
        '    static final String TOKEN = "@TOKEN@";\n\n'
        "    public static void main(String[] arguments) {\n"
        "        System.out.println(TOKEN.length() + new StringBuilder(TOKEN).reverse().toString());\n"
        "    }\n}\n"
    },
    "go": {
        "go.mod": "module shop\n\ngo 1.21\n",
        "main.go": 'package main\n\nimport "fmt"\n\nconst token = "@TOKEN@"\n\n'
        'func main() {\n\tfmt.Println(len(token), token+"!")\n}\n',
    },
}
Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def token(secrets: Secrets) -> str:
    """A token that its issuer knows."""
    return secrets.notion()


@pytest.fixture
def notion(token: str) -> Iterator[tuple[Issuer, trustme.CA]]:
    """Notion, as far as users/me goes, and who vouches for it."""
    authority = trustme.CA()
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.notion.com").configure_cert(trust)

    def answer(seen: Seen) -> Reply:
        if seen.headers["authorization"] != f"Bearer {token}":
            return reply(401, {"code": "unauthorized"})
        return reply(200, {"name": "Deploy", "id": "b0t", "bot": {"workspace_name": "Bakery"}})

    with issuer(answer, trust) as made:
        yield made, authority


@pytest.fixture
def stanch(notion: tuple[Issuer, trustme.CA], isolated: None, repo: Repo, tmp_path: Path) -> Run:
    """Runs the command line in the repository, with Notion's name leading to the loopback server."""
    served, authority = notion
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")

    def run(*arguments: str, **environment: str) -> "CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-c", DRIVER, str(served.port), *arguments],
            capture_output=True,
            text=True,
            cwd=repo.path,
            env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "authority.pem"), **environment},
            check=False,
        )

    return run


@pytest.mark.parametrize("language", list(PROGRAMS))
def test_the_whole_way(language: str, stanch: Run, repo: Repo, token: str, tmp_path: Path) -> None:
    *_, program = PROGRAMS[language]
    repo.commit("shop", {name: text.replace("@TOKEN@", token) for name, text in PROGRAMS[language].items()})
    path = repo.path / program
    before = toolchains.run(language, path, {})

    found = stanch("scan", ".", "--verify", "--allow-address", "127.0.0.1", "--format", "jsonl")
    assert found.returncode == 1, found.stderr
    (finding,) = map(json.loads, found.stdout.splitlines())
    assert (finding["detector"], finding["validity"], finding["path"]) == ("notion-integration-token", "valid", program)
    playbook = stanch("playbook", "--finding", finding["fingerprint"])
    assert program in playbook.stdout, playbook.stderr

    with server("vault", tmp_path) as vault:
        fixed = stanch("fix", "--store", "vault", "--put", "--yes", **vault.environment)
        assert fixed.returncode == 0, fixed.stdout + fixed.stderr
        kept = stanch("store", "get", "NOTION_TOKEN", "--store", "vault", "--print", **vault.environment)
        assert kept.stdout == token
        assert toolchains.run(language, path, vault.environment) == before
        again = stanch("fix", "--store", "vault", "--put", "--yes", **vault.environment)
        assert "nothing to fix" in again.stdout

    assert token not in path.read_text()
    assert stanch("scan", ".", "--no-history").returncode == 0
    told = [found, playbook, fixed, again]
    assert not any(token in one.stdout + one.stderr for one in told)
