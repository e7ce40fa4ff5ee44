import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.guard import script

LINES = st.lists(st.sampled_from([b"#!/bin/sh", b'. "$(dirname "$0")/_/husky.sh"', b"echo", b"", b"\xff"]))
NAMES = st.sampled_from(script.GUARDED)


@settings(deadline=None, max_examples=60)
@given(LINES, st.sampled_from([b"\n", b""]), NAMES)
def test_a_block_comes_and_goes_without_a_trace(lines: list[bytes], end: bytes, name: str) -> None:
    content = b"\n".join(lines) + end
    guarded = script.add_block(content, name)
    assert script.version(guarded) == script.VERSION
    assert not script.is_whole(guarded)
    assert script.remove_block(guarded) == content
    assert script.add_block(guarded, name) == guarded


@settings(deadline=None, max_examples=60)
@given(st.binary(), NAMES)
def test_any_content_survives(content: bytes, name: str) -> None:
    assert script.remove_block(script.add_block(content, name)) == script.remove_block(content)


def test_the_first_line_stays_first() -> None:
    assert script.add_block(b"#!/bin/sh\necho\n", "pre-commit").startswith(b"#!/bin/sh\n# >>> stanch")
    assert script.add_block(b"#!/bin/sh", "pre-commit").startswith(b"#!/bin/sh\n# >>> stanch")


def test_version_and_command_are_read_back() -> None:
    text = script.hook("pre-push", ["/my home/it's/stanch"]).encode()
    assert script.version(text) == script.VERSION
    assert script.is_whole(text)
    assert script.command(text) == ["/my home/it's/stanch"]
    module = script.global_hook("pre-push", ["/usr/bin/python3", "-P", "-m", "stanch"], guarded=True).encode()
    assert script.command(module) == ["/usr/bin/python3", "-P", "-m", "stanch"]
    assert script.version(script.global_hook("update", ["/s"], guarded=False).encode()) == script.VERSION
    assert script.command(script.block("pre-push")) == []
    assert script.version(b"#!/bin/sh\nstanch scan\n") is None


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        (b"#!/bin/sh\n", True),
        (b"#! /usr/bin/env bash\n", True),
        (b"#!/usr/bin/env -S sh -e\n", True),
        (b"#!/bin/bash -e\n", True),
        (b"echo no first line\n", True),
        (b"", True),
        (b"#!/usr/bin/env python3\n", False),
        (b"#!/usr/bin/node\n", False),
        (b"\x7fELF\0", False),
    ],
)
def test_what_takes_a_block(first: bytes, taken: bool) -> None:
    assert script.takes_block(first) is taken
