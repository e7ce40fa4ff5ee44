import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stanch.errors import StanchError
from stanch.guard.pushes import Update
from stanch.guard.record import REASON, record, record_file

from .conftest import Git

UPDATE = Update("refs/heads/ma\x1b[in", "0" * 40, "a" * 40)


def test_one_line_an_event_that_cannot_be_forged(tmp_path: Path) -> None:
    environ = {"GIT_DIR": str(tmp_path), "REMOTE_USER": "jo\n{}", "USER": "git"}
    record(environ, "skip", [UPDATE], reason="because\n" + "x" * 1000, fingerprints=["b", "a", "b"])
    record(environ, "unscanned", [UPDATE])
    lines = record_file(environ).read_text().splitlines()
    first, second = (json.loads(line) for line in lines)
    assert first["user"] == "jo\n{}"
    assert len(first["reason"]) == REASON
    assert first["fingerprints"] == ["a", "b"]
    assert first["refs"] == [{"ref": UPDATE.ref, "old": UPDATE.old, "new": UPDATE.new}]
    assert time.strptime(first["time"], "%Y-%m-%dT%H:%M:%SZ")
    assert second["event"] == "unscanned"
    assert "\x1b" not in lines[0]


def test_many_at_once(tmp_path: Path) -> None:
    environ = {"GIT_DIR": str(tmp_path)}
    (tmp_path / "stanch").mkdir()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: record(environ, "skip", [UPDATE] * 20, reason=str(n)), range(100)))
    lines = record_file(environ).read_text().splitlines()
    assert sorted(int(json.loads(line)["reason"]) for line in lines) == list(range(100))


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "stanch").write_text("a file")
    with pytest.raises(StanchError, match="cannot write the record"):
        record({"GIT_DIR": str(tmp_path)}, "skip", [UPDATE])


def test_one_record_for_all_work_trees(repository: Path, tmp_path: Path, git: Git) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    git_dir = git(tmp_path / "tree", "rev-parse", "--absolute-git-dir").stdout.strip()
    assert record_file({"GIT_DIR": git_dir}).resolve() == repository / ".git/stanch/record.jsonl"
