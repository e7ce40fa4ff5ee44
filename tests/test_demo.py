"""The demonstration: everything that it leaks is found, nobody's settings get in, and nothing is written over."""

import os
from pathlib import Path

import pytest

from stanch import scan
from stanch.cli import run
from stanch.demo import Demo, build
from stanch.errors import TargetError


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stanch.toml of whoever runs the tests gets in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def leaked(demo: Demo) -> set[tuple[str, str]]:
    return {(leak.detector, leak.secret.strip()) for leak in demo.leaks}


@pytest.mark.parametrize("seed", [1, 2, 3, None])
def test_all_that_leaks_is_found_and_nothing_else(tmp_path: Path, seed: int | None) -> None:
    demo = build(tmp_path / "bakery", seed)
    report = scan(demo.folder)
    assert {(one.detector, one.secret.reveal().strip()) for one in report.findings} == leaked(demo)
    assert report.coverage.complete
    providers = {one.provider for one in report.findings}
    assert {"notion", "intercom", "postmark", "customerio", "wepay", "aws", "github", "privatekey"} == providers


def test_secrets_are_new_each_time_unless_asked_for_again(tmp_path: Path) -> None:
    assert leaked(build(tmp_path / "a")).isdisjoint(leaked(build(tmp_path / "b")))
    assert leaked(build(tmp_path / "c", 5)) == leaked(build(tmp_path / "d", 5))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(TargetError, match="not an empty folder"):
        build(tmp_path)
    with pytest.raises(TargetError, match="not an empty folder"):
        build(tmp_path / "mine")
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_nobodys_settings_get_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[commit]\n\tgpgsign = true\n[core]\n\thooksPath = {os.fspath(home)}\n")
    hook = home / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    for name, value in (("HOME", home), ("GIT_DIR", home), ("GIT_AUTHOR_NAME", "Somebody")):
        monkeypatch.setenv(name, str(value))
    build(tmp_path / "bakery")
    assert not (home / "HEAD").exists()


def test_the_command_tells_the_story_and_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "bakery"
    assert run(["demo", str(folder), "--seed", "7"]) == 1
    told = capsys.readouterr().out
    assert "11 commits by 3 people" in told
    assert "Of the 9 leaks above, 9 were found." in told
    for _, secret in leaked(build(tmp_path / "same", 7)):
        assert secret.splitlines()[-1] not in told or secret.startswith("-----")
    assert run(["demo", str(folder)]) == 2
