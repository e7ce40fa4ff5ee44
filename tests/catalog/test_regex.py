"""Patterns: what is drawn matches, what matches fires the trigger, and what is no pattern is a plain error."""

import random
import re
from contextlib import suppress

import hyperscan
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stanch.catalog import regex, runs
from stanch.catalog.examples import examples
from stanch.catalog.load import FOLDER, read_provider, read_providers
from stanch.catalog.model import CredentialType, Format, Provider
from stanch.detect import decode, rules
from stanch.errors import ConfigError
from stanch.model import Severity

CLASSES = [
    "[a-z]", "[0-9A-F]", "[A-Za-z0-9_-]", r"[^\s\"']", r"[^a-f]", r"[\w.]", r"\d", r"\w", r"\s", r"[^a]", ".",
    r"[\x21-\x2f]", "[!]",
]  # fmt: skip
QUANTIFIERS = ["", "", "?", "*", "+", "{2}", "{1,3}", "{3,}", "{0,4}?", "+?"]


def _quantified(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(atoms, st.sampled_from(QUANTIFIERS)).map("".join)


LITERALS = st.text("abXYZ01_-:/=", min_size=1, max_size=4).map(lambda text: f"(?:{re.escape(text)})")
CLASS_OR_LITERAL = _quantified(st.one_of(st.sampled_from(CLASSES), LITERALS))
# Groups repeat only a fixed number of times: what repeats openly within what repeats openly takes `re` for ever.
GROUPS = st.tuples(
    st.lists(st.lists(CLASS_OR_LITERAL, min_size=1, max_size=3).map("".join), min_size=1, max_size=3),
    st.sampled_from(["", "?", "{2}"]),
).map(lambda parts: f"({'|'.join(parts[0])}){parts[1]}")
PATTERNS = st.tuples(
    st.sampled_from(["", "", "(?i)", "(?s)"]),
    st.lists(st.one_of(CLASS_OR_LITERAL, GROUPS), min_size=1, max_size=4).map("".join),
).map("".join)


def ends(expression: bytes, data: bytes) -> list[int]:
    """Where Hyperscan reports `expression` in `data`."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=[expression], ids=[0], flags=[0])
    found: list[int] = []
    database.scan(data, match_event_handler=lambda number, start, end, flags, context: found.append(end))
    return found


@settings(max_examples=200, deadline=None)
@given(PATTERNS, st.integers(0, 1000))
def test_what_is_drawn_matches(pattern: str, seed: int) -> None:
    text = regex.draw(pattern, random.Random(seed))
    assert re.fullmatch(pattern.encode(), text.encode("latin-1"))


@settings(max_examples=100, deadline=None)
@given(PATTERNS, st.integers(0, 1000))
def test_what_is_drawn_is_as_wide_as_the_pattern_says(pattern: str, seed: int) -> None:
    low, high = regex.width(pattern)
    assert low <= len(regex.draw(pattern, random.Random(seed))) <= high


@settings(max_examples=100, deadline=None)
@given(PATTERNS, st.integers(0, 1000), st.binary(max_size=12), st.binary(max_size=12))
def test_the_trigger_fires_within_every_match(pattern: str, seed: int, before: bytes, after: bytes) -> None:
    assume(regex.width(pattern)[0] > 0)
    text = regex.draw(pattern, random.Random(seed)).encode("latin-1")
    reported = ends(regex.trigger(pattern), before + text + after)
    assert any(len(before) < end <= len(before) + len(text) for end in reported)


@pytest.mark.parametrize("provider", ["notion", "intercom", "postmark", "wepay"])
def test_the_trigger_of_a_format_fires_on_what_it_matches(provider: str) -> None:
    rng = random.Random(7)
    kinds = read_provider(FOLDER / f"{provider}.toml").types
    for shape in [shape for kind in kinds for shape in kind.formats if not shape.words]:
        drawn = [regex.draw(shape.pattern, rng).encode("latin-1") for _ in range(5)]
        for text in [text for text in drawn if re.fullmatch(shape.pattern.encode(), text)]:
            assert any(
                4 < end <= 4 + len(text) for end in ends(regex.trigger(shape.pattern), b'x="' + b" " + text + b'"')
            )


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_a_configuration_error(pattern: str) -> None:
    with suppress(ConfigError):
        regex.trigger(pattern)


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(?P<x>a)(?P<x>b)", "*a", "(?<=a*)b", r"\8"])
def test_a_broken_pattern_is_a_configuration_error(pattern: str) -> None:
    with pytest.raises(ConfigError, match="not a regular expression"):
        regex.parse(pattern)


def test_what_the_engine_does_not_take_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="the engine does not take"):
        regex.trigger("(a)?b(?(1)c|d)")


@pytest.mark.parametrize("pattern", ["a?", "(?=a)", "^", "[a-z]*"])
def test_a_trigger_for_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="without any text"):
        regex.trigger(pattern)


def test_look_arounds_and_boundaries_fall_away() -> None:
    assert regex.trigger(r"\b(?<!x)ab(?=c)(?!d)$") == regex.trigger("ab")


def test_optional_edges_fall_away_and_open_ends_stop_at_their_least() -> None:
    assert regex.trigger("a?b+c{2,9}d*") == regex.trigger("b+c{2}")


def test_a_long_run_behind_a_prefix_is_reported_once() -> None:
    assert ends(regex.trigger("key_[0-9a-z]{4,}"), b"key_" + b"a" * 1000) == [8]


def test_a_group_in_any_case_stays_in_any_case() -> None:
    expression = regex.trigger("(?i:Ab[c-d])E")
    assert ends(expression, b"aBDE") == [4]
    assert ends(expression, b"aBDe") == []


def test_a_dot_takes_a_line_end_only_where_the_pattern_says_so() -> None:
    assert ends(regex.trigger("a.b"), b"a\nb") == []
    assert ends(regex.trigger("(?s)a.b"), b"a\nb") == [3]


@given(
    st.lists(st.sampled_from(["a-f", "0-9", "_", "-", r"\s", r"\d", r"\W", "Z", r"\."]), min_size=1, max_size=4),
    st.booleans(),
)
def test_a_class_allows_what_re_allows(members: list[str], negated: bool) -> None:
    pattern = f"[{'^' if negated else ''}{''.join(sorted(set(members), key=lambda one: one == '-'))}]"
    nodes, _ = regex.parse(f"{pattern}x")
    assume(str(nodes[0][0]) == "IN")
    compiled = re.compile(pattern.encode())
    assert regex.allowed(list(nodes[0][1])) == [code for code in range(256) if compiled.match(bytes([code]))]


def test_both_ends_of_a_range_are_drawn() -> None:
    rng = random.Random(1)
    lengths = {len(regex.draw("[a-z]{41,255}", rng)) for _ in range(400)}
    assert {41, 255} <= lengths


def test_a_class_that_only_excludes_is_drawn_as_letters_and_digits() -> None:
    assert re.fullmatch("[A-Za-z0-9]{30}", regex.draw(r"[^\s@]{30}", random.Random(1)))


def test_a_reference_repeats_its_group() -> None:
    text = regex.draw(r"(['\"])[a-z]{3}\1", random.Random(3))
    assert text[0] == text[-1]


# --- what is far apart ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("abc", 0),
        ("key: [^\\n]{4,}x", 0),
        (r"a[^\s]{40}b", 0),
        ("a.{9}b", 0),
        ("(?s)a.{9}b", 11),
        (r"a\nb", 3),
        (r"a\s{0,8}b", 10),
        (r"a[^b]c", 3),
        ("a[^b-z]c", 3),
        (r"a(?:bb|c\n)d", 4),
        (r"(?:a\s){3}b", 7),
        (r"a\s{0,70}b", regex.UNBOUNDED),
        (r"a\s+b", regex.UNBOUNDED),
        (r"a\nb+c", regex.UNBOUNDED),
        ("(['\"])a{3}\\1b", 1 + 3 + 64 + 1),
        (r"\s{3}abc\s*", 6),
    ],
)
def test_how_far_apart_what_crosses_lines_can_be(pattern: str, most: int) -> None:
    assert regex.spread(regex.trigger(pattern)) == most


@pytest.mark.parametrize(
    ("pattern", "beginning"),
    [
        (r"abc\n[^x]+y", r"abc\n[^x]{1}"),
        (r"key_[a-z]{8}\s+z", "key_[a-z]{6}"),
        (r"a[a-z]{90}\nb", "a[a-z]{9}"),
        (r"(?:ab\n){90}c", "(?:ab\n){3}"),
        (r"(?i:begin) (?:one|two two two)\n+x", r"(?i:begin) (?:one\n{1}|two )"),
        (r"(?:one two|three four five)\s+x", r"(?:one two\s{1}|three four)"),
        (r"(?:one|[^x]{20}[^y]+z)\s+x", r"(?:one\s{1}|[^x]{10})"),
        (r"(?:(?:[a-c]{20}[^x])+|one)y\n", r"[\x00-\xff]"),
        (r"(?:one (?:two)?)\n{20}x", r"(?:one (?:two)?)\n{3}"),
        (r"[^x]+y", "[^x]{1}"),
    ],
)
def test_what_is_far_apart_is_told_by_how_it_begins(pattern: str, beginning: str) -> None:
    """Told in ten bytes at most."""
    found = regex.guard(regex.trigger(pattern), 10)
    assert regex.width(found.decode())[1] <= 10
    assert found == regex.guard(regex.trigger(beginning), 100)
    samples = [regex.draw(pattern, random.Random(seed)).encode("latin-1") for seed in range(20)]
    assert all(min(hits) <= 10 for hits in (ends(found, text) for text in samples))


def catalog() -> list[rules.Trigger]:
    return rules.triggers(rules.build(read_providers()))


def reported(triggers: list[bytes], data: list[bytes]) -> list[list[tuple[int, int]]]:
    """(expression, end) of every hit in each of the texts."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=triggers, ids=list(range(len(triggers))), flags=[0] * len(triggers))
    found: list[list[tuple[int, int]]] = []
    for text in data:
        found.append([])
        hits = found[-1]
        database.scan(text, match_event_handler=lambda number, start, end, *_, hits=hits: hits.append((number, end)))
    return found


def test_the_guards_of_the_catalog_fire_on_every_example() -> None:
    """At its beginning, and so that it ends within a guard's reach."""
    built = rules.build(read_providers())
    triggers = rules.triggers(built)
    far = [one for one in triggers if not one.decoder and regex.spread(one.expression) > rules.SPREAD]
    guards = {one.expression: one for one in triggers if one.decoder == rules.FAR}
    assert len(far) > 3
    assert {one.expression: one for one in rules.guards(triggers, built)} == guards
    assert not any(one.once or one.word or one.rules for one in guards.values())
    for trigger, order in [(one, order) for one in far for order in one.rules]:
        rule = built[order]
        [its] = rules.guards([msgspec.structs.replace(trigger, rules=(order,))], built)
        guard = guards[its.expression]
        assert guard.reach >= its.reach
        seen = 0
        for data in [one.text.encode() for one in examples(rule.kind, count=20)]:
            [hits] = reported([trigger.expression, guard.expression], [data])
            begun = [end for number, end in hits if number]
            for match in rule.find(data, 0, len(data)):
                seen += 1
                first = next(end for end in begun if end > match.start())
                assert first <= match.start() + rules.SPREAD
            for end in (end for number, end in hits if not number):
                assert any(first <= end <= first + guard.reach for first in begun)
        assert seen


def test_a_guard_reaches_as_far_as_the_longest_of_its_patterns() -> None:
    shapes = [Format("x", rf"(?P<secret>acm_[a-z]{{9}}\n{{1,{most}}}[a-z]{{9}})") for most in (300, 900)]
    built = rules.build([Provider("acme", "Acme", [CredentialType("acme", "Acme", "", Severity.HIGH, shapes)])])
    triggers = rules.triggers(built)
    [guard] = [one for one in triggers if one.decoder == rules.FAR]
    assert built[0].reach[0] < 900 < built[1].reach[0] == guard.reach
    assert rules.guards(reversed(triggers), built) == [guard]
    [trigger] = [one for one in triggers if one.rules]
    [its] = rules.guards([msgspec.structs.replace(trigger, rules=(0,))], built)
    assert its.reach == built[0].reach[0]


def test_what_stays_close_together_needs_no_guard() -> None:
    shape = Format("x", r"(?P<secret>acm_\n[a-z]{9})")
    built = rules.build([Provider("acme", "Acme", [CredentialType("acme", "Acme", "", Severity.HIGH, [shape])])])
    assert [one.decoder for one in rules.triggers(built)] == [""]


def test_nothing_that_is_encoded_begins_far_apart() -> None:
    """For decoders have no guards."""
    for trigger in (*decode.TRIGGERS, *decode.RUNS):
        assert regex.spread(trigger.expression.replace(rb"\z", b"$")) <= rules.SPREAD


def test_what_stays_on_a_line_is_found_line_by_line() -> None:
    """Of all triggers of the catalog: the others' hits are those in the whole."""
    triggers = [one.expression for one in catalog() if one.decoder != rules.FAR and not regex.spread(one.expression)]
    assert len(triggers) > 200
    kinds = [kind for provider in read_providers() for kind in provider.types]
    texts = [one.text.encode() + b"\n" for kind in kinds for one in examples(kind, count=1)]
    whole = [len(one) for one in reported(triggers, texts)]
    parts = iter(reported(triggers, [line for text in texts for line in text.split(b"\n")]))
    assert whole == [sum(len(next(parts)) for _ in text.split(b"\n")) for text in texts]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\ba[^\n]+(?![a-z])", True),
        (r"a.b", True),
        (r"(?s)a.b", False),
        (r"(?s:a.)b", False),
        (r"a\sb", False),
        (r"(?<=\s)a", False),
        (r"^a", False),
        (r"a$", False),
        (r"a[^b]", False),
        (r"(?:a|\n)", False),
        (r"(?>a[ \t]+)", True),
    ],
)
def test_what_is_on_one_line(pattern: str, expected: bool) -> None:
    assert regex.flat(pattern) is expected


@settings(deadline=None)
@given(PATTERNS, st.integers(0, 1 << 32))
def test_what_is_drawn_holds_its_run(pattern: str, seed: int) -> None:
    least, most, plain = runs.run(pattern)
    text = regex.draw(pattern, random.Random(seed)).encode()
    members = rb"[0-9A-Za-z]" if plain else rb"[0-9A-Za-z+/_\-]"
    assert not least or re.search(members + b"{%d}" % least, text)
    assert len(text) <= most or most == regex.UNBOUNDED


@pytest.mark.parametrize(
    ("pattern", "whole", "not_whole"),
    [
        ("(?P<secret>a[0-9]{2})", "a12", "xa12"),
        ("x(?<!y)(?P<secret>a|b(?P<part>c+))(?!d)", "bcc", "xbcc"),
        ("(?:key=(?P<secret>[^ ]{3}))?", "k=/", "key=k=/"),
        ("(?:a(?:b|(?P<secret>(?i:z){1,2}))){2}", "Zz", "azz"),
    ],
)
def test_a_group_stands_for_itself(pattern: str, whole: str, not_whole: str) -> None:
    expression = regex.group(pattern, "secret")
    assert re.fullmatch(expression, whole.encode())
    assert not re.fullmatch(expression, not_whole.encode())
