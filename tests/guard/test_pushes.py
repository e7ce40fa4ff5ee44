from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.errors import StanchError, TargetError
from stanch.guard import pushes
from stanch.guard.pushes import Update

from .conftest import Git

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40
A256, ZERO256 = "a" * 64, "0" * 64


def test_lines_of_pre_push() -> None:
    lines = f"refs/heads/x {A} refs/heads/y {ZERO}\n(delete) {ZERO} refs/heads/z {B}\nHEAD^{{/a b}} {A} r {B}\n"
    assert pushes.read_pre_push(lines.encode()) == [
        Update("refs/heads/y", ZERO, A),
        Update("refs/heads/z", B, ZERO),
        Update("r", B, A),
    ]


def test_lines_of_pre_receive() -> None:
    assert pushes.read_pre_receive(f"{ZERO256} {A256} refs/heads/x\n".encode()) == [
        Update("refs/heads/x", ZERO256, A256)
    ]


def test_what_is_received() -> None:
    updates = [Update("a", ZERO, A), Update("b", B, A), Update("c", B, ZERO)]
    assert pushes.received(updates) == (A, "--not", "--all")
    assert pushes.received([Update("c", B, ZERO), Update("d", A256, ZERO256)]) == ()


@pytest.mark.parametrize("line", [f"{A} --all r", f"{A} {A[1:]} r", f"{A} {A}", "x", f"{A.upper()} {A} r"])
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(TargetError):
        pushes.read_pre_receive(line.encode())
    with pytest.raises(TargetError):
        pushes.read_pre_push(f"ref {line}".encode())


@settings(deadline=None, max_examples=60)
@given(st.binary())
def test_only_ids_come_through(lines: bytes) -> None:
    for read in (pushes.read_pre_push, pushes.read_pre_receive):
        try:
            updates = read(lines)
        except StanchError:
            continue
        for update in updates:
            assert len(update.new) in (40, 64)
            assert set(update.new + update.old) <= set("0123456789abcdef")


def test_what_is_pushed_counts_out_ids_that_are_here(
    repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    head = git(repository, "rev-parse", "HEAD").stdout.strip()
    updates = [Update("x", head, A), Update("y", B, A), Update("z", ZERO, B)]
    assert pushes.pushed(updates, "origin") == (A, B, "--not", "--remotes=origin", head)
    assert pushes.pushed([Update("z", head, ZERO)], "origin") == ()


def test_what_the_framework_tells(repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    head = git(repository, "rev-parse", "HEAD").stdout.strip()
    told = {"PRE_COMMIT_FROM_REF": "main", "PRE_COMMIT_TO_REF": A, "PRE_COMMIT_REMOTE_NAME": "up"}
    assert pushes.pushed_by_framework(told) == (A, "--not", "--remotes=up", head)
    assert pushes.pushed_by_framework({"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main"}) == (
        "refs/heads/main",
        "--not",
        "--remotes",
    )
    assert pushes.pushed_by_framework({}) == ("HEAD", "--not", "--remotes")
    with pytest.raises(TargetError):
        pushes.pushed_by_framework({"PRE_COMMIT_TO_REF": "--all"})
