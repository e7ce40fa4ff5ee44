import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from .conftest import Call, leak

NONE = "0123456789abcdef" * 2


def fingerprint(call: Call) -> str:
    return str(json.loads(call("scan", "--format", "jsonl", status=1).splitlines()[0])["fingerprint"])


def test_an_ignored_secret_does_not_count(repository: Path, call: Call) -> None:
    leak(repository, "settings.py", 1)
    known = fingerprint(call)
    told = call("ignore", "add", known, "--reason", 'revoked, says "Ann"', "--expires", "2099-12-31")
    assert told == f"{repository}/stanch.toml: ignores fingerprint {known}\n"
    assert (repository / "stanch.toml").read_text() == (
        f'[[ignore]]\nfingerprint = "{known}"\nreason = "revoked, says \\"Ann\\""\n'
        'owner = "jo@example.com"\nexpires = 2099-12-31\n'
    )
    call("scan")
    line = f'fingerprint {known}: revoked, says "Ann" (owner jo@example.com, until 2099-12-31'
    assert call("ignore", "list") == line + ")\n"
    assert call("ignore", "audit") == line + ", in use, 1 finding)\n"
    assert f"no longer ignores fingerprint {known}" in call("ignore", "remove", known)
    call("scan", status=1)


def test_a_path_and_a_detector_match_together(folder: Path, call: Call) -> None:
    leak(folder, "a.py", 1)
    leak(folder, "b.py", 2)
    call("ignore", "add", "--path", "a.*", "--detector", "notion-*", "--reason", "made up", "--owner", "")
    assert [json.loads(line)["path"] for line in call("scan", "--format", "jsonl", status=1).splitlines()] == ["b.py"]
    call("ignore", "remove", "--path", "a.*", status=2)
    call("ignore", "remove", "--path", "a.*", "--detector", "notion-*")
    assert call("ignore", "list") == "no entries\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--reason", "x"], "one of fingerprint, path and detector is needed"),
        ([NONE, "--reason", " "], "the reason is empty"),
        ([NONE], "Missing option '--reason'"),
        (["3fa9c0d1", "--reason", "x"], "32 hexadecimal digits"),
        ([NONE, "--reason", "x", "--expires", "2001-01-31"], "has passed"),
        ([NONE, "--reason", "x", "--expires", "soon"], "does not match the format"),
        (["--path", "!a", "--reason", "x"], "no exceptions"),
        (["--detector", "notion-integration-tokn", "--reason", "x"], "Did you mean notion-integration-token"),
    ],
)
def test_entries_that_make_no_sense_are_refused(folder: Path, call: Call, arguments: list[str], complaint: str) -> None:
    assert complaint in call("ignore", "add", *arguments, status=2)
    assert not (folder / "stanch.toml").exists()


def test_an_entry_is_added_once(folder: Path, call: Call) -> None:
    call("ignore", "add", NONE, "--reason", "one")
    assert "already" in call("ignore", "add", NONE, "--reason", "two", status=2)


def test_audit_finds_what_is_stale_and_expired(folder: Path, call: Call) -> None:
    leak(folder, "a.py", 1)
    known = fingerprint(call)
    passed = date.today() - timedelta(days=40)
    (folder / "stanch.toml").write_text(
        f'[[ignore]]\nfingerprint = "{known}"\nreason = "for now"\nexpires = {passed}\n'
        f'[[ignore]]\nfingerprint = "{NONE}"\nreason = "gone"\n'
    )
    assert call("ignore", "audit", status=1).splitlines() == [
        f"fingerprint {known}: for now (until {passed}, expired, 1 finding)",
        f"fingerprint {NONE}: gone (stale, 0 findings)",
    ]
    found = json.loads(call("ignore", "audit", "--format", "json", status=1))
    assert [(entry["state"], entry["findings"]) for entry in found["entries"]] == [("expired", 1), ("stale", 0)]
    assert [entry["expired"] for entry in json.loads(call("ignore", "list", "--format", "json"))] == [True, False]


def test_audit_shows_comments_and_those_that_expired(folder: Path, call: Call) -> None:
    mark = "stanch" + ":ignore"
    for name, options in (("a.py", ""), ("b.py", " until=2001-01-31")):
        leak(folder, name, 1)
        (folder / name).write_text((folder / name).read_text().rstrip() + f"  # {mark}{options}\n")
    assert call("ignore", "audit", status=1).splitlines() == [
        f"a.py:1: notion-integration-token, by the comment {mark}",
        f"b.py:1: the comment {mark} until=2001-01-31 has expired",
    ]


def test_another_file_can_be_edited(folder: Path, call: Call) -> None:
    call("ignore", "add", NONE, "--reason", "x", "--config", "other.toml")
    assert call("ignore", "list") == "no entries\n"
    assert NONE in call("ignore", "list", "--config", "other.toml")
    call("ignore", "remove", NONE, "--config", "other.toml")
    assert (folder / "other.toml").read_text() == ""


def test_remove_needs_to_know_what(folder: Path, call: Call) -> None:
    assert "is needed" in call("ignore", "remove", status=2)
    assert "'stanch ignore list' shows all" in call("ignore", "remove", NONE, status=2)
