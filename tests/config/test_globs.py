"""The meaning of path patterns, and that no pattern is slow."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.config.globs import Glob, Globs, compile_name
from stanch.errors import ConfigError


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.pem", "key.pem"),
        ("*.pem", "a/b/key.pem"),
        ("tests", "tests/a/b.py"),
        ("tests/", "tests/a/b.py"),
        ("tests/", "src/tests/a.py"),
        ("/docs/*", "docs/a"),
        ("/docs/*", "docs/a/b"),
        ("fixtures/*.pem", "tests/fixtures/a.pem"),
        ("/a/**/b", "a/b"),
        ("/a/**/b", "a/x/y/b"),
        ("a/**", "a/b"),
        ("**", "a"),
        ("*", "a/b"),
        ("**/b", "a/b"),
        ("a?c", "abc"),
        ("a*b*c", "axbxc"),
        ("a**c", "abc"),
        ("[a-c]x", "bx"),
        ("[!a-c]x", "dx"),
        ("[]]x", "]x"),
        ("[a", "[a"),
        (r"\*x", "*x"),
        ("x", "!x/y"),
        ("app.zip", "dist/app.zip!conf/key.pem"),
        ("/dist/app.zip/conf/", "dist/app.zip!conf/key.pem"),
        ("*.pem", "dist/app.zip!conf/key.pem"),
        ("dist/app.zip!conf/key.pem", "dist/app.zip!conf/key.pem"),
        ("wow!.txt", "a/wow!.txt"),
        ("ä/*", "ä/ö"),
    ],
)
def test_matches(pattern: str, path: str) -> None:
    assert Glob(pattern).match(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.pem", "key.pem.txt"),
        ("tests/", "tests"),
        ("/docs", "a/docs"),
        ("/docs/*", "docs"),
        ("a/**", "a"),
        ("a/*/c", "a/c"),
        ("a/*/c", "a/b/d/c"),
        ("a?c", "a/c"),
        ("a*c", "a/c"),
        ("[a-c]x", "dx"),
        ("A", "a"),
        ("a*b*c", "axcxb"),
    ],
)
def test_does_not_match(pattern: str, path: str) -> None:
    assert not Glob(pattern).match(path)


@pytest.mark.parametrize("pattern", ["", "/", "!a", "a" * 5000, "[z-a]"])
def test_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ConfigError):
        Glob(pattern)


def test_the_pattern_that_matched_is_named() -> None:
    globs = Globs(["*.md", "docs/"])
    assert globs.match("docs/a.txt") == "docs/"
    assert globs.match("a.txt") == ""
    assert globs
    assert not Globs([])
    assert Globs(["/src/*.md"], "src/").match("a.md")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 500 + "b", "a" * 50_000),
        ("**/a/" * 300 + "b", "a/" * 2000),
        ("?" * 2000 + "*" * 2000, "a" * 50_000),
    ],
)
def test_no_pattern_is_slow(pattern: str, path: str) -> None:
    began = time.process_time()
    Glob(pattern).match(path)
    assert time.process_time() - began < 1


@given(st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_any_pattern_is_taken_or_refused(pattern: str, path: str) -> None:
    with contextlib.suppress(ConfigError):
        Glob(pattern).match(path)


NAMES = st.text("ab.-_ä", min_size=1, max_size=4)


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_plain_path_matches_itself_and_all_below(names: list[str]) -> None:
    path = "/".join(names)
    for pattern in (path, "/" + path, "**/" + path):
        assert Glob(pattern).match(path)
        assert Glob(pattern).match("/".join([*names, "more"]))
    assert Glob(path).match("above/" + path)
    assert not Glob("/" + path).match("above/" + path) or "above" in names


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_names_match_as_shells_have_it(pattern: str, name: str) -> None:
    from fnmatch import fnmatchcase

    assert bool(compile_name(pattern).fullmatch(name)) == fnmatchcase(name, pattern)
