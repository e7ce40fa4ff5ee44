"""Inline comments of six scanners, and that they say no more than they do."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.model import Suppression
from stanch.scan.inline import applies, expired, find_inline, read

TODAY = date(2030, 6, 15)
PRINT = "3fa9c0d1" + "0" * 24
OTHER = "b" * 32


def speaks(line: str, above: str = "", detector: str = "acme-token", fingerprint: str = PRINT) -> Suppression | None:
    return applies(find_inline(line.encode(), above.encode()), detector, fingerprint, TODAY)


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # stanch:ignore",
        "x = 1  # STANCH:Ignore",
        "x = 1  # stanch:ignore a key of the sandbox",
        "x = 1  # stanch:ignore: it's fine",
        "x = 1  // stanch:ignore",
        "x = 1  /* stanch:ignore */",
        "<!-- stanch:ignore -->",
        "<!--stanch:ignore-->",
        "{# stanch:ignore #}",
        '"//": "stanch:ignore", "a": "b"',
        "x = 1  # nosec, stanch:ignore",
        "x = 1  # stanch:ignore[acme-token]",
        "x = 1  # stanch:ignore[other-key, acme-*]",
        "x = 1  # stanch:ignore=3fa9c0d1",
        "x = 1  # stanch:ignore=3FA9C0D1",
        "x = 1  # stanch:ignore=" + PRINT,
        "x = 1  # stanch:ignore[acme-token]=3fa9c0d1",
        "x = 1  # stanch:ignore until=2030-06-15 owner=alice@example.org because",
        "x = 1  # gitleaks:allow",
        "x = 1  #gitleaks:allow",
        "x = 1  # betterleaks:allow",
        "x = 1  # trufflehog:ignore",
        "x = 1  # kingfisher:ignore",
        "x = 1  # Kingfisher:Allow",
        "x = 1  # ggignore",
        "x = 1  #ggignore",
        "x = 1  # pragma: allowlist secret",
        "x = 1  # pragma: whitelist secret",
        "x = 1  # pragma:allowlist-secret",
        "x = 1  // pragma: allowlist secret",
        "x = 1  -- pragma: allowlist secret",
        "x = 1  ' pragma: allowlist secret",
        "x = 1  /* pragma: allowlist secret */",
        "x = 1  <!-- pragma: allowlist secret -->",
        "x = 1  # pragma: allowlist secret (a test key)",
        "x = 1  # pragma: allowlist secret\r",
    ],
)
def test_comments_that_speak_for_their_line(line: str) -> None:
    assert speaks(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "x = 1",
        "x = 1  # stanch",
        "x = 1  # stanch:ignored",
        "x = 1  # stanch:ignore-all",
        "x = 1  # nostanch:ignore",
        "x = 1  # no-stanch:ignore",
        "x = 1  # stanch:ignore[]",
        "x = 1  # stanch:ignore[other-key]",
        "x = 1  # stanch:ignore=3fa",
        "x = 1  # stanch:ignore=",
        "x = 1  # stanch:ignore=3fa9c0d1!",
        "x = 1  # stanch:ignore=bbbbbbbb",
        "x = 1  # stanch:ignore[other-key]=3fa9c0d1",
        "x = 1  # stanch:ignore until=2030-06-14",
        "x = 1  # stanch:ignore until=2030-13-45",
        "x = 1  # stanch:ignore until=soon",
        "x = 1  # stanch:ignore owner=a until=soon",
        "x = 1  # stanch:ignore-next",
        "x = 1  # Gitleaks:Allow",
        "x = 1  # TruffleHog:Ignore",
        "x = 1  # ggignore-start",
        "x = 1  # ggignored",
        "x = 1  pragma: allowlist secret",
        "x = 1  # Pragma: Allowlist Secret",
        "x = 1  # pragma: allowlist",
        "x = 1  # pragma: no cover",
        "x = 1  /* pragma: allowlist secret */ y = 2",
        "x = 1  # pragma: allowlist nextline secret",
    ],
)
def test_comments_that_do_not(line: str) -> None:
    assert speaks(line) is None


@pytest.mark.parametrize(
    "above",
    [
        "  # stanch:ignore-next",
        "// stanch:ignore-next[acme-token]=3fa9c0d1 until=2031-01-01 why",
        '  "//": "stanch:ignore-next",',
        "<!-- stanch:ignore-next -->",
        "# kingfisher:ignore",
        "# pragma: allowlist nextline secret",
        "  // pragma: allowlist nextline secret",
        "/* pragma: allowlist nextline secret */",
        "<!-- pragma: allowlist nextline secret -->",
    ],
)
def test_comments_above(above: str) -> None:
    assert speaks("x = 1", above) is not None


@pytest.mark.parametrize(
    "above",
    [
        "y = 2  # stanch:ignore-next",
        "# stanch:ignore",
        "y = 2  # kingfisher:ignore",
        "y = 2  # pragma: allowlist nextline secret",
        "# pragma: whitelist nextline secret",
        "# pragma: allowlist secret",
        "# gitleaks:allow",
        "# ggignore",
        "# trufflehog:ignore",
    ],
)
def test_comments_above_that_say_nothing_of_this_line(above: str) -> None:
    assert speaks("x = 1", above) is None


def test_another_secret_on_the_line_is_still_found() -> None:
    line = "a, b = 1, 2  # stanch:ignore=3fa9c0d1"
    assert speaks(line, fingerprint=PRINT)
    assert speaks(line, fingerprint=OTHER) is None
    both = line + f" stanch:ignore={OTHER[:8]}"
    assert speaks(both, fingerprint=OTHER)
    assert speaks(both, fingerprint="c" * 32) is None


def test_the_suppression_names_the_comment() -> None:
    assert speaks("x = 1  # gitleaks:allow") == Suppression("inline", "gitleaks:allow")
    found = speaks("x = 1  #  stanch:ignore[acme-*]  until=2031-01-01  owner=alice a  test key")
    assert found is not None
    assert (found.owner, found.expires) == ("alice", "2031-01-01")
    assert found.reason == "stanch:ignore[acme-*] until=2031-01-01 owner=alice a test key"


def test_what_has_expired_is_told() -> None:
    comments = find_inline(b"x = 1  # stanch:ignore until=2030-06-14 gitleaks:allowed", b"")
    assert [marker.until for marker in expired(comments, "acme-token", PRINT, TODAY)] == [date(2030, 6, 14)]
    assert expired(comments, "acme-token", PRINT, date(2030, 6, 14)) == []


def test_a_reason_holds_words_and_never_a_value() -> None:
    value = "q7" + "Zk4" * 8
    for line in (
        f"a = 1; # stanch:ignore; b = '{value}'",
        f"a = 1; # stanch:ignore really {value}",
        f"a = 1; # stanch:ignore key={value}",
        f'{{"//": "stanch:ignore", "b": "{value}"}}',
    ):
        comments = find_inline(line.encode(), b"")
        assert comments.startswith("stanch:ignore")
        assert value not in comments


def test_a_secret_over_several_lines_may_have_its_comment_on_each() -> None:
    block = "-----BEGIN\nabc\nabc\n-----END  # pragma: allowlist secret"
    assert speaks(block)
    assert speaks("k = '''  # stanch:ignore\nabc\n'''")


@pytest.mark.parametrize(
    "line",
    [
        b"# stanch:ignore" + b" " * 16_000,
        b"stanch:ignore " * 1000,
        b"stanch:ignore" + b" a" * 8000,
        b"stanch:ignore[" + b"a," * 8000,
        b"pragma/*" * 2000,
        b"/* pragma: allowlist secret" * 600,
        b"pragma <!--" + b" " * 16_000,
        b"# gitleaks:allow" * 1_000_000,
    ],
)
def test_no_line_is_slow(line: bytes) -> None:
    began = time.process_time()
    find_inline(line, line)
    assert time.process_time() - began < 0.5


def test_of_a_very_long_line_the_end_counts() -> None:
    assert find_inline(b"x" * 100_000 + b" // gitleaks:allow", b"") == "gitleaks:allow"
    assert find_inline(b"/* gitleaks:allow */" + b"x" * 100_000, b"") == ""


FRAGMENTS = st.sampled_from(
    [
        "stanch:ignore",
        "-next",
        "[a,b]",
        "=",
        "3fa9c0d1",
        " until=2031-01-01",
        " owner=a",
        "pragma: allowlist secret",
        "# ",
    ]
)


@given(st.lists(st.text(max_size=5) | FRAGMENTS, max_size=8), st.binary(max_size=20))
def test_anything_can_be_read(pieces: list[str], above: bytes) -> None:
    found = find_inline("".join(pieces).encode("utf-8", "surrogatepass"), above)
    assert found.replace("\n", "").isprintable()
    for marker in read(found):
        assert find_inline(b"# " + marker.text.replace("-next", "", 1).encode(), b"") or "nextline" in marker.text
