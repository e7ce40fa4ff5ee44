import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.guard.pushed_config import LARGEST, _is_inside, _named, configured
from stanch.guard.pushes import Update

from .conftest import Git, add

ZERO = "0" * 40


@pytest.fixture
def environ(repository: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(repository)
    return {"GIT_DIR": str(repository / ".git")}


def commit(git: Git, repository: Path, files: dict[str, str]) -> Update:
    for name, text in files.items():
        add(git, repository, name, text)
    git(repository, "commit", "-q", "-m", "files")
    return Update("refs/heads/x", ZERO, git(repository, "rev-parse", "HEAD").stdout.strip())


def test_nothing_there_leaves_nothing(repository: Path, git: Git, environ: dict[str, str]) -> None:
    update = commit(git, repository, {"a": "x"})
    with configured([update], "pushed", environ) as files:
        assert files == (None, None)
    assert not (repository / ".git/stanch").exists()


def test_every_file_that_counts_is_there_for_the_scan(repository: Path, git: Git, environ: dict[str, str]) -> None:
    text = 'gitleaks = ["ci/rules.toml", "../out", "gone"]\n[scan]\nbaseline = "ci/known"\n'
    update = commit(git, repository, {"stanch.toml": text, "ci/known": "1", "ci/rules.toml": "2", "other": "3"})
    git(repository, "rm", "-q", "-r", "stanch.toml", "ci")
    with configured([update], "pushed", environ) as (config, baseline):
        assert config is not None
        assert config.read_text() == text
        assert config.resolve().is_relative_to(repository)
        assert baseline == config.parent / "ci/known"
        assert baseline.read_text() == "1"
        assert (config.parent / "ci/rules.toml").read_text() == "2"
        assert len(list(config.parent.rglob("*"))) == 4
    assert list((repository / ".git/stanch").iterdir()) == []


def test_a_baseline_alone(repository: Path, git: Git, environ: dict[str, str]) -> None:
    update = commit(git, repository, {".stanch-baseline": "1"})
    with configured([update], "pushed", environ) as (config, baseline):
        assert config is None
        assert baseline is not None
        assert baseline.read_text() == "1"


def test_too_large_is_not_taken(repository: Path, git: Git, environ: dict[str, str]) -> None:
    update = commit(git, repository, {".stanch-baseline": "1" * (LARGEST + 1)})
    with configured([update], "pushed", environ) as files:
        assert files == (None, None)


def test_deletions_and_refs_that_are_no_commits(repository: Path, git: Git, environ: dict[str, str]) -> None:
    commit(git, repository, {"stanch.toml": "x"})
    blob = git(repository, "rev-parse", "HEAD:README").stdout.strip()
    for updates in ([Update("a", blob, ZERO)], [Update("refs/tags/b", ZERO, blob)]):
        with configured(updates, "pushed", environ) as files:
            assert updates[0].deletes or files == (None, None)


@settings(deadline=None, max_examples=60)
@given(st.binary())
def test_any_text_may_be_a_configuration(content: bytes) -> None:
    names, baseline = _named(content)
    assert all(map(_is_inside, [*names, baseline]))


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_a_name_stays_inside(name: str) -> None:
    if _is_inside(name):
        assert os.path.normpath(name) == name
        assert not name.startswith("/")
        assert "\n" not in name
