import json
from pathlib import Path

import pytest

from .conftest import Call, Git, leak


def test_what_is_accepted_no_longer_counts_and_what_comes_later_does(repository: Path, git: Git, call: Call) -> None:
    leak(repository, "settings.py", 1)
    git("add", ".")
    git("commit", "--quiet", "--message", "begin")
    call("scan", status=1)
    told = call("baseline", "create")
    assert told == f"{repository}/.stanch-baseline: 1 secret accepted; commit it, and .gitattributes with it\n"
    assert (repository / ".gitattributes").read_text() == "/.stanch-baseline merge=union\n"
    assert "Not shown: 1 suppressed (1 baseline)" in call("scan")
    leak(repository, "more.py", 2)
    call("scan", status=1)
    assert "1 added, 1 kept\n" in call("baseline", "update")
    call("scan")


def test_create_writes_over_nothing(folder: Path, call: Call) -> None:
    call("baseline", "create")
    assert "there is a baseline already" in call("baseline", "create", status=2)


def test_update_needs_a_baseline(folder: Path, call: Call) -> None:
    assert "use 'stanch baseline create'" in call("baseline", "update", status=2)


def test_what_is_gone_is_stale_until_it_is_pruned(folder: Path, call: Call) -> None:
    value = leak(folder, "gone.py", 3)
    leak(folder, "stays.py", 4)
    call("baseline", "create")
    assert call("baseline", "audit").count("in use") == 2
    (folder / "gone.py").unlink()
    told = call("baseline", "audit", status=1)
    assert (told.count("in use"), told.count("stale   ")) == (1, 1)
    assert "stays.py:1" in told
    assert value not in told
    assert "1 gone (--prune takes them out)" in call("baseline", "update")
    assert "1 gone and taken out" in call("baseline", "update", "--prune")
    assert "  stale " not in call("baseline", "audit")


def test_a_baseline_made_under_another_key_is_told(folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    leak(folder, "a.py", 5)
    call("baseline", "create")
    assert "identity key" not in call("baseline", "audit")
    monkeypatch.setenv("STANCH_IDENTITY_KEY", "another")
    assert "was it made under another identity key?" in call("baseline", "audit", status=1)


def test_audit_for_machines(folder: Path, call: Call) -> None:
    leak(folder, "a.py", 5)
    call("baseline", "create", "--baseline", "known")
    found = json.loads(call("baseline", "audit", "--baseline", "known", "--format", "json"))
    assert found["complete"] is True
    assert found["stale"] == []
    assert [(one["detector"], one["path"], one["line"]) for one in found["present"]] == [
        ("notion-integration-token", "a.py", 1)
    ]
    assert found["present"][0]["secret"].startswith("ntn_********")


def test_a_folder_deep_in_a_repository_stands_for_all_of_it(
    repository: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(repository, "top.py", 6)
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert "1 secret accepted" in call("baseline", "create")
    assert "0 added, 1 kept\n" in call("baseline", "update", "--prune")


def test_an_incomplete_scan_is_said_and_prunes_nothing(folder: Path, call: Call) -> None:
    leak(folder, "a.py", 7)
    (folder / "disc.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
    assert "the scan was incomplete" in call("baseline", "create")
    assert "the scan was incomplete" in call("baseline", "audit", status=3)
    assert "nothing can be called gone" in call("baseline", "update", "--prune", status=2)


def test_a_target_that_is_not_there(folder: Path, call: Call) -> None:
    assert "'nowhere' does not exist" in call("baseline", "create", "nowhere", status=2)
