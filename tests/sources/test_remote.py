"""Repositories at addresses."""

import os
from pathlib import Path

import pytest

from repositories import Repo
from stanch.errors import TargetError
from stanch.sources.remote import cloned, is_address, without_credentials

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/repo.git",
        "http://example.com/repo",
        "ssh://git@example.com/repo.git",
        "git://example.com/repo",
        "git@example.com:jo/repo.git",
        "file:///tmp/repo",
        "github:jo/repo",
        "gitlab:group/sub/project",
        "bitbucket:space/repo",
        "image:alpine:3",
        "ftp://example.com/",
    ],
)
def test_addresses(target: str) -> None:
    assert is_address(target)


@pytest.mark.parametrize(
    "target", [".", "a/b", "/abs", "C:\\x", "name:tag", "-", "a@b", "dir with:colon", "ext::sh -c id"]
)
def test_paths(target: str) -> None:
    assert not is_address(target)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://jo:pass@example.com/r.git", "https://example.com/r.git"),
        ("https://jo:p@ss@example.com/r@1.git", "https://example.com/r@1.git"),
        ("https://example.com/r.git?token=abc", "https://example.com/r.git"),
        ("https://token@example.com", "https://example.com"),
        ("git@example.com:jo/r.git", "git@example.com:jo/r.git"),
        ("ssh://git@example.com/r.git", "ssh://example.com/r.git"),
        ("what/is/this?", "what/is/this?"),
        ("/a/path@1", "/a/path@1"),
    ],
)
def test_addresses_as_they_may_be_shown(address: str, shown: str) -> None:
    assert without_credentials(address) == shown


def test_a_clone_has_every_ref_and_is_gone_afterwards(repo: Repo) -> None:
    commit = repo.commit("root", {"a.txt": "a\n"})
    repo.git("notes", "add", "-m", "note")
    for ref in ("refs/pull/1/head", "refs/merge-requests/2/head", "refs/tags/v1"):
        repo.git("update-ref", ref, commit)
    with cloned(f"file://{repo.path}") as path:
        clone = Repo.__new__(Repo)
        clone.path, clone._now = path, 0
        assert clone.git("for-each-ref", "--format=%(refname)").split() == [
            "refs/heads/main",
            "refs/merge-requests/2/head",
            "refs/notes/commits",
            "refs/pull/1/head",
            "refs/tags/v1",
        ]
        assert clone.git("rev-parse", "--is-bare-repository") == "true"
        assert not (path / "hooks").exists()
    assert not path.exists()


def test_an_environment_of_a_hook_does_not_lead_astray(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("root", {"a.txt": "a\n"})
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    monkeypatch.setenv("GIT_WORK_TREE", "/nonexistent")
    with cloned(f"file://{repo.path}") as path:
        assert (path / "HEAD").exists()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("file:///nonexistent/repo", "cannot be cloned: "),
        ("github:", "needs a repository"),
        ("github:owner", "needs a repository"),
        ("image:alpine", "needs a repository"),
        ("ftp://jo:pass@example.com/", "ftp://example.com/: not the address of a git repository"),
    ],
)
def test_what_cannot_be_had(target: str, message: str) -> None:
    with pytest.raises(TargetError, match=message) as caught, cloned(target):
        pass
    assert "\n" not in str(caught.value)
    assert "pass" not in str(caught.value)


def test_no_other_protocol_even_if_it_is_configured(repo: Repo, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    repo.git("config", "--global", "protocol.ext.allow", "always")
    repo.git("config", "--global", f"url.ext::touch {marker} %S .insteadOf", "https://example.com/")
    with pytest.raises(TargetError), cloned("https://example.com/repo"):
        pass
    assert not marker.exists()


def test_no_question_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that wants a password gets none, and nobody is asked."""
    import http.server
    import threading

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic realm=x")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/repo.git"
        monkeypatch.delenv("DISPLAY", raising=False)
        with pytest.raises(TargetError, match="cannot be cloned"), cloned(address):
            pass
        server.shutdown()
    assert os.environ.get("GIT_TERMINAL_PROMPT") is None
