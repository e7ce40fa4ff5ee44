"""What every match of a pattern holds."""

import pytest

from stanch.catalog import regex, runs


@pytest.mark.parametrize(
    ("pattern", "least", "most", "plain"),
    [
        ("(?<![.-])(?P<secret>[0-9a-f]{40})(?!-)", 40, 40, True),
        ("(?P<secret>key[0-9A-Za-z]{14,20})", 17, 23, True),
        ("[0-9a-f]{8}-[0-9a-f]{4}", 13, regex.UNBOUNDED, False),
        ("[A-Za-z0-9+/]{43}=", 43, regex.UNBOUNDED, False),
        ("[0-9]{14,17}(?:\\||%7[cC])(?:[0-9a-f]{32}|[0-9A-Za-z_-]{27})", 27, regex.UNBOUNDED, False),
        ("(?:ab){3}x?(?:cde|fg)", 8, 10, True),
        ("(?: [0-9a-f]{9}){2}", 9, regex.UNBOUNDED, True),
        ("(?: [0-9a-f]{9}){0,2}", 0, regex.UNBOUNDED, True),
        ("(?i:K)[^ ]{9}.z{3}", 3, regex.UNBOUNDED, True),
    ],
)
def test_the_run_that_every_match_holds(pattern: str, least: int, most: int, plain: bool) -> None:
    assert runs.run(pattern) == (least, most, plain)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("ab[cd]efghi", 5), ("(?:abc(?P<secret>defg))", 4), ("(?:abc|xabcd)", 0), ("a(?!b)bcd", 4), ("[ax]bc+", 1)],
)
def test_the_longest_literal(pattern: str, expected: int) -> None:
    assert runs.literal(pattern) == expected
