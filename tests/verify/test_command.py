"""The real command, in a process of its own, against issuers at their real names over TLS.

The names are led to a loopback server by the process's own resolver, which a test replaces before stanch starts; what
is private is asked because `--allow-address` says so, and the certificate is trusted because SSL_CERT_FILE names it.
"""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from repositories import Repo, Secrets

from .servers import DRIVER, Issuer, Reply, Seen, issuer, reply

ALLOW = ("--allow-address", "127.0.0.1")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def live(secrets: Secrets) -> str:
    """A token that the issuer knows."""
    return secrets.notion()


@pytest.fixture
def dead(secrets: Secrets) -> str:
    """A token that the issuer does not know."""
    return secrets.notion()


@pytest.fixture
def notion(live: str, certified: Callable[..., ssl.SSLContext]) -> Iterator[Issuer]:
    """Notion, as far as users/me goes."""
    me = {"name": "Deploy\x1b[2J", "id": "b0t", "bot": {"workspace_name": "<Bakery> @all", "owner": {"type": "user"}}}

    def answer(seen: Seen) -> Reply:
        if seen.headers["host"] != "api.notion.com" or seen.path != "/v1/users/me":
            return reply(404)
        return (
            reply(200, me)
            if seen.headers["authorization"] == f"Bearer {live}"
            else reply(401, {"code": "unauthorized"})
        )

    with issuer(answer, certified("api.notion.com")) as server:
        yield server


@pytest.fixture
def stanch(notion: Issuer, authority: trustme.CA, isolated: None, tmp_path: Path) -> Run:
    """Runs the command line where every name leads to the issuer; nothing it says may be a stack trace."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")

    def run(*arguments: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-P", "-c", DRIVER, str(notion.port), *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            cwd=tmp_path,
            env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "authority.pem")},
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@pytest.fixture
def leaky(tmp_path: Path, live: str, dead: str) -> Path:
    """A folder with a live token in two places, and a dead one."""
    folder = tmp_path / "leaky"
    folder.mkdir()
    (folder / "a.py").write_text(f'NOTION_TOKEN = "{live}"\n')
    (folder / "b.env").write_text(f"NOTION_TOKEN={live}\n")
    (folder / "c.env").write_text(f"NOTION_TOKEN={dead}\n")
    return folder


def test_a_scan_says_what_is_live_and_whose_it_is(stanch: Run, leaky: Path, live: str, notion: Issuer) -> None:
    done = stanch("scan", leaky, "--verify", *ALLOW, "--format", "jsonl")
    assert done.returncode == 1, done.stderr
    rows = {row["path"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {path: row["validity"] for path, row in rows.items()} == {
        "a.py": "valid",
        "b.env": "valid",
        "c.env": "invalid",
    }
    evidence = rows["a.py"]["evidence"]
    assert evidence["identity"]["workspace"] == "<Bakery> @all"
    assert evidence["attempts"] == [
        {"call": "GET https://api.notion.com/v1/users/me", "status": 200, "outcome": "valid"}
    ]
    assert evidence["moment"].startswith("20")
    assert len(notion.seen) == 2
    assert live not in done.stdout


def test_a_history_is_verified_as_well(stanch: Run, repo: Repo, live: str) -> None:
    repo.commit("begin", {"a.py": f'NOTION_TOKEN = "{live}"\n'})
    repo.commit("gone", {"a.py": None})
    done = stanch("scan", repo.path, "--verify", *ALLOW, "--format", "jsonl")
    (row,) = map(json.loads, done.stdout.splitlines())
    assert (row["validity"], row["in_head"]) == ("valid", False)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "csv", "html", "gitlab", "markdown"])
def test_every_format_tells_and_none_is_played_with(stanch: Run, leaky: Path, form: str, live: str) -> None:
    shown = stanch("scan", leaky, "--verify", *ALLOW, "--format", form).stdout
    assert "valid" in shown
    assert "Bakery" in shown
    assert live not in shown
    assert "\x1b" not in shown
    if form in ("html", "markdown", "junit"):
        assert "<Bakery>" not in shown
    if form == "markdown":
        assert "@all" not in shown


def test_only_those_of_a_validity(stanch: Run, leaky: Path) -> None:
    done = stanch("scan", leaky, "--verify", *ALLOW, "--validity", "valid", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [row["path"] for row in report["findings"]] == ["a.py", "b.env"]
    assert report["coverage"]["notes"] == ["Not shown, for their validity: 1 invalid"]
    (leaky / "a.py").unlink()
    (leaky / "b.env").unlink()
    assert stanch("scan", leaky, "--verify", *ALLOW, "--validity", "valid").returncode == 0


def test_what_could_not_be_checked_is_no_clean_scan(stanch: Run, leaky: Path, notion: Issuer) -> None:
    done = stanch("scan", leaky, "--verify", "--validity", "valid")
    assert done.returncode == 3
    assert "3 findings could not be checked" in done.stdout
    assert notion.seen == []
    told = stanch("scan", leaky, "--verify").stdout
    assert "refused to ask api.notion.com" in " ".join(told.split())
    assert "127.0.0.1 (loopback)" in " ".join(told.split())


def test_without_being_asked_nothing_is_sent_or_even_loaded(leaky: Path, isolated: None, notion: Issuer) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "stanch", "scan", str(leaky)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    whole = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "stanch" in imported
    assert not imported & {"httpcore2", "h11", "ssl"}
    assert not [name for name in whole if name.startswith("stanch.verify")]
    assert notion.seen == []


def test_a_scan_pipes_into_verify(stanch: Run, leaky: Path, live: str, dead: str) -> None:
    for form in ("json", "jsonl"):
        report = stanch("scan", leaky, "--show-secrets", "--format", form).stdout
        assert live in report
        done = stanch("verify", "-", *ALLOW, "--format", "json", stdin=report)
        assert done.returncode == 1
        rows = json.loads(done.stdout)
        assert [(row["validity"], row["places"]) for row in rows] == [
            ("valid", ["a.py:1", "b.env:1"]),
            ("invalid", ["c.env:1"]),
        ]
        assert live not in done.stdout
        assert dead not in done.stdout
        assert all(line.isprintable() for line in done.stdout.splitlines())
    (leaky / "report.json").write_text(report)
    done = stanch("verify", leaky / "report.json", *ALLOW)
    assert done.returncode == 1
    assert done.stdout.startswith("VALID  Notion integration token  ntn_********")
    assert "bot Deploy\\x1b[2J" in done.stdout
    assert done.stdout.endswith("1 valid, 1 invalid\n")
    assert live not in done.stdout


def test_the_statuses_of_verify(stanch: Run, live: str, dead: str) -> None:
    kind = ("verify", "--type", "notion-integration-token")
    assert stanch(*kind, *ALLOW, stdin=live + "\n").returncode == 1
    assert stanch(*kind, *ALLOW, stdin=dead).returncode == 0
    assert stanch(*kind, stdin=dead).returncode == 3
    assert stanch("verify", "--type", "jwt-token", "--any-form", stdin="x").returncode == 3
    assert stanch("verify", stdin="").stdout == "Nothing to check.\n"


def test_what_looks_like_something_else_is_not_sent_by_mistake(stanch: Run, notion: Issuer, secrets: Secrets) -> None:
    other = secrets.anthropic()
    kind = ("verify", "--type", "notion-integration-token", *ALLOW)
    done = stanch(*kind, stdin=other)
    assert (done.returncode, notion.seen) == (2, [])
    assert "does not look like a Notion integration token" in done.stderr
    assert other not in done.stderr
    assert stanch(*kind, "--any-form", stdin=other).returncode == 0
    assert len(notion.seen) == 1


def test_trouble_is_a_line_and_status_2(stanch: Run, live: str, leaky: Path) -> None:
    calls: list[tuple[tuple[str, ...], str]] = [
        (("--type", "nobodys-token"), live),
        (("--type", "notion-integration-token"), ""),
        (("--type", "notion-integration-token", "report.json"), live),
        (("no-such-report.json",), ""),
        (("-",), live),
        (("--type", "notion-integration-token", "--allow-address", "not/an/address"), live),
        (("--type", "notion-integration-token", "--host", "notion"), live),
        (("--type", "notion-integration-token", "--host", "nobody=a.example"), live),
    ]
    for arguments, stdin in calls:
        done = stanch("verify", *arguments, stdin=stdin)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert live not in done.stderr
        assert 1 <= len(done.stderr.splitlines()) <= 4


def test_a_repository_does_not_say_where_secrets_are_sent(stanch: Run, leaky: Path, tmp_path: Path, live: str) -> None:
    table = '[verify]\nallow = ["127.0.0.1"]\nhosts = { notion = ["evil.example"] }\n'
    (leaky / "stanch.toml").write_text(table)
    done = stanch("scan", leaky, "--verify")
    assert done.returncode == 2
    assert "a file in the repository may not say 'verify'" in done.stderr
    # Neither when it is named, nor where it must not hide anything.
    for options in (("--config", leaky / "stanch.toml"), ("--no-ignore", "--config", leaky / "stanch.toml")):
        assert stanch("scan", leaky, "--verify", *options).returncode == 2
    (leaky / "stanch.toml").unlink()
    (tmp_path / "mine.toml").write_text('[verify]\nallow = ["127.0.0.1"]\n')
    done = stanch("scan", leaky, "--verify", "--config", tmp_path / "mine.toml", "--format", "jsonl")
    assert '"validity":"valid"' in done.stdout


def test_a_credential_that_is_no_text_is_not_sent_in_another_form(stanch: Run, notion: Issuer) -> None:
    done = stanch("verify", "--type", "notion-integration-token", *ALLOW, stdin="ntn_\udcff")
    assert (done.returncode, notion.seen) == (2, [])
    assert "not UTF-8 at byte 4" in done.stderr


def test_options_that_need_verify_say_so(stanch: Run, leaky: Path) -> None:
    for option in (("--validity", "valid"), ("--probe",), ALLOW):
        done = stanch("scan", leaky, *option)
        assert done.returncode == 2
        assert "go with --verify" in done.stderr
