"""Rules of a gitleaks configuration as credential types."""

import os
import random
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.catalog.gitleaks import GitleaksImport, ImportedRule, read_gitleaks
from stanch.catalog.load import validate
from stanch.errors import ConfigError
from stanch.model import Confidence

RNG = random.Random(11)
TOKEN = "acme_" + "".join(RNG.choices(string.ascii_letters + string.digits, k=24))
RULE = """
[[rules]]
id = "acme-token"
description = "An Acme token."
regex = '''(?i)\\b(acme_[a-z0-9]{24})(?:['"\\s;]|$)'''
"""


def rules(text: str) -> list[ImportedRule]:
    """The rules, where nothing is to be warned of."""
    result = read_gitleaks(text.encode())
    assert result.warnings == []
    return result.rules


def secrets(rule: ImportedRule, text: str) -> list[str]:
    """What the formats of the type find."""
    return [
        found["secret"].decode()
        for shape in rule.type.formats
        for found in re.compile(shape.pattern.encode()).finditer(text.encode())
    ]


def test_a_rule_becomes_a_type() -> None:
    (rule,) = rules(RULE + 'entropy = 3.5\nkeywords = ["ACME_"]\ntags = ["key"]\n')
    kind = rule.type
    assert (kind.id, kind.name, kind.summary) == ("gitleaks-acme-token", "acme-token", "An Acme token.")
    (shape,) = kind.formats
    assert shape.checks == ["entropy 3.5"]
    assert not shape.boundary
    assert shape.words == []
    assert shape.confidence is Confidence.MEDIUM
    assert rule.keywords == ("acme_",)
    assert rule.tags == ("key",)
    assert secrets(rule, f"key = '{TOKEN}'") == [TOKEN]
    assert secrets(rule, f"key = '{TOKEN}x'") == []
    validate(kind)


def test_all_types_stand_under_one_provider() -> None:
    result = read_gitleaks((RULE + RULE.replace("acme-token", "acme_token") + RULE.replace("acme-token", "b")).encode())
    assert [kind.id for kind in result.provider.types] == ["gitleaks-acme-token", "gitleaks-acme-token-2", "gitleaks-b"]


def test_the_group_that_is_the_secret() -> None:
    (rule,) = rules("[[rules]]\nid = 'a'\nregex = '(user|login)=(\\w+):(\\w+)'\nsecretGroup = 3\n")
    assert rule.secret_group == 3
    assert secrets(rule, "user=ann:pw1") == ["pw1"]
    (rule,) = rules("[[rules]]\nid = 'a'\nregex = 'a=(\\w+)|b=(\\w+)'\n")
    assert secrets(rule, "b=two a=one") == ["one", "two"]


def test_path_and_keywords_say_which_content_the_rule_is_for() -> None:
    (rule,) = rules(RULE + "path = '(?i)\\.ya?ml$'\nkeywords = ['acme', 'other']\n")
    assert rule.applies("conf/a.YML", b"# ACME\n")
    assert not rule.applies("conf/a.py", b"# ACME\n")
    assert not rule.applies("conf/a.yml", b"# nobody's\n")
    (rule,) = rules(RULE)
    assert rule.applies("", b"")


class TestAllowLists:
    """Which matches they take out."""

    @pytest.mark.parametrize(
        ("listed", "known", "allowed"),
        [
            ("stopwords = ['EXAMPLE']", {"secret": "an_example_x"}, True),
            ("stopwords = ['EXAMPLE']", {"secret": "a", "line": "example"}, False),
            ("regexes = ['^a+$']", {"secret": "aaa"}, True),
            ("regexes = ['^a+$']", {"secret": "aab", "match_text": "aaa", "line": "aaa"}, False),
            ("regexes = ['^a+$']\nregexTarget = 'match'", {"secret": "b", "match_text": "aaa"}, True),
            ("regexes = ['mock']\nregexTarget = 'line'", {"secret": "b", "line": "a mock b"}, True),
            ("regexes = ['mock']\nregexTarget = 'line'", {"secret": "mock"}, False),
            ("regexes = ['b', 'c']", {"secret": "xcx"}, True),
            ("paths = ['(^|/)tests/']", {"secret": "b", "path": "a/tests/b"}, True),
            ("paths = ['(^|/)tests/']", {"secret": "b"}, False),
            ("paths = ['']", {"secret": "b"}, False),
            ("commits = [' ABC1 ']", {"secret": "b", "commit": "abc1"}, True),
            ("commits = ['abc1']", {"secret": "b"}, False),
            ("paths = ['x']\nregexes = ['b']", {"secret": "b"}, True),
            ("condition = 'AND'\npaths = ['x']\nregexes = ['b']", {"secret": "b"}, False),
            ("condition = 'and'\npaths = ['x']\nregexes = ['b']", {"secret": "b", "path": "x"}, True),
            ("condition = '&&'\npaths = ['x']\nstopwords = ['q']", {"secret": "b", "path": "x"}, False),
        ],
    )
    def test_conditions(self, listed: str, known: dict[str, str], allowed: bool) -> None:
        (rule,) = rules(f"{RULE}[[rules.allowlists]]\n{listed}\n")
        assert rule.allows(**known) is allowed
        (rule,) = rules(f"{RULE}[rules.allowlist]\n{listed}\n")
        assert rule.allows(**known) is allowed
        (rule,) = rules(f"{RULE}[[allowlists]]\n{listed}\n")
        assert rule.allows(**known) is allowed

    def test_keys_are_not_told_apart_by_case(self) -> None:
        (rule,) = rules(RULE + "[[rules.allowLists]]\nStopWords = ['example']\nRegexTarget = 'line'\n")
        assert rule.allows("an example")

    def test_global_lists_may_be_for_some_rules_only(self) -> None:
        one, two = rules(
            RULE
            + RULE.replace("acme-token", "other")
            + "[[allowlists]]\ntargetRules = ['other']\nstopwords = ['example']\n"
        )
        assert not one.allows("example")
        assert two.allows("example")

    def test_stanchs_own_detectors_obey_only_where_gitleaks_defaults_would(self) -> None:
        text = RULE + "[allowlist]\nstopwords = ['example']\n"
        assert not read_gitleaks(text.encode()).allows("example")
        extending = read_gitleaks(f"[extend]\nuseDefault = true\n{text}".encode())
        assert extending.extends_default
        assert extending.allows("example")

    @pytest.mark.parametrize(
        "listed",
        ["condition = 'XOR'\nstopwords = ['a']", "regexTarget = 'file'\nregexes = ['a']", "regexes = ['(']", ""],
    )
    def test_what_is_wrong_costs_only_the_list(self, listed: str) -> None:
        result = read_gitleaks(f"{RULE}[[rules.allowlists]]\n{listed}\n".encode())
        assert len(result.rules) == 1
        assert result.rules[0].allow == ()
        assert "an allow list is not taken over" in result.warnings[0]


class TestRequiredRules:
    """Rules in several parts."""

    TEXT = """
[[rules]]
id = "acme-secret"
regex = 'secret=([0-9a-f]{8})'
[[rules.required]]
id = "acme-id"
withinLines = 3

[[rules]]
id = "acme-id"
regex = 'id=([0-9]{4})'
skipReport = true
"""

    def test_they_become_pairs(self) -> None:
        (rule,) = rules(self.TEXT)
        (pair,) = rule.type.formats[0].pairs
        assert (pair.role, pair.lines, pair.required) == ("part_acme_id", 3, True)
        assert pair.pattern == "id=(?P<part_acme_id>[0-9]{4})"

    def test_a_required_rule_that_is_not_there(self) -> None:
        result = read_gitleaks(self.TEXT.replace('id = "acme-id"\nregex', 'id = "b"\nregex').encode())
        assert result.rules == []
        assert "requires rule 'acme-id'" in result.warnings[0]

    def test_the_whole_file_is_too_far(self) -> None:
        result = read_gitleaks(self.TEXT.replace("withinLines = 3", "withinColumns = 3").encode())
        assert result.rules[0].type.formats[0].pairs[0].lines == 100
        assert len(result.warnings) == 2


class TestExtending:
    """One configuration on top of another."""

    def read(self, folder: Path, text: str, base: str = "", **options: Path) -> GitleaksImport:
        (folder / "base.toml").write_text(base)
        path = folder / ".gitleaks.toml"
        path.write_text(text)
        return read_gitleaks(path, **options)

    def test_rules_join_those_of_the_same_id(self, tmp_path: Path) -> None:
        base = (
            RULE + "keywords = ['a']\n[[rules.allowlists]]\nstopwords = ['one']\n" + RULE.replace("acme-token", "gone")
        )
        result = self.read(
            tmp_path,
            "[extend]\npath = 'base.toml'\ndisabledRules = ['gone']\n"
            "[[rules]]\nid = 'acme-token'\nentropy = 4\nkeywords = ['b']\n[[rules.allowlists]]\nstopwords = ['two']\n"
            + RULE.replace("acme-token", "more"),
            base,
        )
        first, second = result.rules
        assert result.warnings == []
        assert (first.type.name, second.type.name) == ("acme-token", "more")
        assert first.type.formats[0].checks == ["entropy 4"]
        assert first.keywords == ("a", "b")
        assert first.allows("one")
        assert first.allows("two")

    @pytest.mark.parametrize("path", ["../base.toml", "/etc/passwd", "link.toml"])
    def test_nothing_outside_the_repository_is_read(self, path: str, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (tmp_path / "base.toml").write_text("private = 'matter'")
        (root / "link.toml").symlink_to(tmp_path / "base.toml")
        with pytest.raises(ConfigError) as caught:
            self.read(root, f"[extend]\npath = '{path}'\n", within=root)
        assert "private" not in str(caught.value)

    def test_a_chain_ends(self, tmp_path: Path) -> None:
        result = self.read(tmp_path, "[extend]\npath = 'base.toml'\n", "[extend]\npath = 'base.toml'\n" + RULE)
        assert len(result.rules) == 1
        assert any("not followed" in line for line in result.warnings)

    def test_both_ways_at_once_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="exclude each other"):
            self.read(tmp_path, "[extend]\npath = 'base.toml'\nuseDefault = true\n")

    def test_addresses_are_not_fetched(self) -> None:
        result = read_gitleaks(b"[extend]\nurl = 'https://attacker.example'\n")
        assert result.warnings == ["extend.url is not followed"]

    def test_changes_to_gitleaks_default_rules_are_named(self) -> None:
        result = read_gitleaks(
            b"[extend]\nuseDefault = true\ndisabledRules = ['b']\n"
            b"[[rules]]\nid = 'a'\n[[rules.allowlists]]\npaths = ['x']\n"
        )
        assert result.rules == []
        assert "turn off stanch's own detectors" in result.warnings[0]
        assert "changes a default rule" in result.warnings[1]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("id = 'a'\npath = 'x'", "looks at paths alone"),
        ("id = 'a'", "neither regex nor path"),
        ("regex = 'a'", "no id"),
        ("id = 'a'\nregex = '('", "a '(' without ')'"),
        ("id = 'a'\nregex = 'a*'", "matches the empty text"),
        ("id = 'a'\nregex = '(a)'\nsecretGroup = 2", "no group 2"),
        ("id = 'a'\nregex = 'a'\npath = '['", "a '[' without ']'"),
        ("id = '\x1b[2J'\nregex = '('".replace("\x1b", ""), "not taken over"),
    ],
)
def test_a_rule_that_does_not_fit_is_left_out_with_a_warning(text: str, warning: str) -> None:
    result = read_gitleaks(f"{RULE}[[rules]]\n{text}\n".encode())
    assert [rule.type.name for rule in result.rules] == ["acme-token"]
    (line,) = result.warnings
    assert warning in line
    assert line.isprintable()


def test_betterleaks_filters_are_taken_as_far_as_they_can_be() -> None:
    plain = RULE + "filter = '''\nentropy(finding[\"secret\"]) <= 3.25\n'''\n"
    (rule,) = rules(plain)
    assert rule.type.formats[0].checks == ["entropy 3.25"]
    part = read_gitleaks(plain.replace("3.25\n", '3.25\n|| matchesAny(finding["secret"], ["x"])\n').encode())
    assert part.rules[0].type.formats[0].checks == ["entropy 3.25"]
    assert "in part" in part.warnings[0]
    other = read_gitleaks(plain.replace("3.25\n", '3.25 && finding["line"] == ""\n').encode())
    assert other.rules[0].type.formats[0].checks == []
    assert "not at all" in other.warnings[0]


def test_keys_that_mean_nothing_here_are_named() -> None:
    result = read_gitleaks((RULE + "colour = 'red'\n[shape]\n").encode())
    assert result.warnings == ["gitleaks configuration: not understood: rules.colour, shape"]


@pytest.mark.parametrize("text", ["[", "rules = 3", "[[rules]]\nid = 3", "a = " + "[" * 5000])
def test_what_is_no_configuration_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_gitleaks(text.encode())
    assert str(caught.value).isprintable()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_gitleaks(tmp_path / ".gitleaks.toml")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_any_regex_and_path_give_a_rule_or_a_warning(pattern: str, path: str) -> None:
    from stanch.config.edit import _quote

    text = f"[[rules]]\nid = 'a'\nregex = {_quote(pattern)}\npath = {_quote(path)}\n"
    result = read_gitleaks(text.encode("utf-8", "replace"))
    assert len(result.rules) + len(result.warnings) >= 1
    for rule in result.rules:
        validate(rule.type)


@pytest.mark.skipif("GITLEAKS_CONFIGS" not in os.environ, reason="GITLEAKS_CONFIGS names published configurations")
def test_published_configurations_are_taken_over() -> None:
    for name in os.environ["GITLEAKS_CONFIGS"].split(os.pathsep):
        result = read_gitleaks(Path(name))
        assert len(result.rules) > 100
        assert [line for line in result.warnings if ": not taken over" in line and "paths alone" not in line] == []
        for rule in result.rules:
            for shape in rule.type.formats:
                re.compile(shape.pattern.encode())
