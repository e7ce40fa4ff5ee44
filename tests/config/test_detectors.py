"""Custom detectors in `stanch.toml`."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stanch.catalog.model import CredentialType
from stanch.config import load
from stanch.config.detectors import slug, wrap
from stanch.errors import ConfigError
from stanch.model import Severity

Write = Callable[[str], Path]


def only(root: Path) -> CredentialType:
    """The one custom type."""
    (provider,) = load(root).providers
    (kind,) = provider.types
    return kind


def test_an_id_and_a_pattern_are_enough(repository: Path, write: Write) -> None:
    write("[[detector]]\nid = 'acme-token'\npattern = 'acme_[0-9]{9}'\n")
    kind = only(repository)
    assert (kind.id, kind.name, kind.severity) == ("acme-token", "acme-token", Severity.HIGH)
    assert kind.formats[0].pattern == "(?P<secret>acme_[0-9]{9})"
    assert load(repository).providers[0].id == "custom"


def test_everything_that_the_catalog_says_can_be_said(repository: Path, write: Write) -> None:
    write(
        """
[[detector]]
id = "acme-key"
provider = "Acme Inc."
name = "Acme key"
summary = "Opens the door."
severity = "critical"
advice = "Ask the porter for a new one."
env = ["ACME_KEY"]

[[detector.format]]
pattern = 'key=(?P<secret>[0-9a-f]{32})'
words = ["acme"]
checks = ["entropy 3"]
boundary = false

[[detector.format]]
name = "old"
pattern = 'ACME[0-9]{12}'
"""
    )
    kind = only(repository)
    assert kind.severity is Severity.CRITICAL
    assert [shape.name for shape in kind.formats] == ["custom", "old"]
    assert kind.formats[0].pattern == "key=(?P<secret>[0-9a-f]{32})"
    assert kind.formats[1].pattern == "(?P<secret>ACME[0-9]{12})"
    provider = load(repository).providers[0]
    assert (provider.id, provider.name, provider.generic) == ("acme-inc", "Acme Inc.", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pattern = 'a'\n[[detector.format]]\npattern = 'b'\n", "not both"),
        ("pattern = 'a'\ncolour = 'red'\n", "unknown field `colour`"),
        ("pattern = 'a'\nprovider = ''\n", "provider must be a name"),
        ("pattern = 3\n", "Expected `str`"),
        ("format = 3\n", "Expected `array`"),
        ("format = ['a']\n", "Expected `object`"),
        ("pattern = 'a'\nseverity = 'grave'\n", "Invalid enum value"),
        ("[[detector.format]]\npattern = 'a'\nchecks = ['magic 3']\n", "no check is called 'magic'"),
        ("pattern = '" + "(" * 300 + ")" * 300 + "'\n", "acme-token"),
    ],
)
def test_errors_name_the_detector(text: str, message: str, repository: Path, write: Write) -> None:
    write("[[detector]]\nid = 'acme-token'\n" + text)
    with pytest.raises(ConfigError, match=message) as caught:
        load(repository)
    assert "acme-token" in str(caught.value)
    assert "stanch.toml" in str(caught.value)


def test_two_detectors_with_one_name_are_refused(repository: Path, home: Path, write: Write) -> None:
    text = "[[detector]]\nid = 'acme-token'\npattern = 'acme_[0-9]{9}'\n"
    write(text)
    (home / "stanch.toml").write_text(text)
    with pytest.raises(ConfigError, match="two detectors are called 'acme-token'"):
        load(repository)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("ab", "AB"), ("(?i)ab", "AB"), ("(?x) a b # the end", "ab"), ("a|b", "b"), ("(?s)a.b", "a\nb")],
)
def test_the_whole_match_is_the_secret_if_nothing_else_is_said(pattern: str, text: str) -> None:
    found = re.search(wrap(pattern), text)
    assert (found is not None and found["secret"] == text) or pattern == "ab"


def test_slugs() -> None:
    assert slug("Acme & Söhne") == "acme-s-hne"
    assert slug("***") == "custom"
