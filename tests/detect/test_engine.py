"""The engine: which match wins, what belongs together, what is turned down and why, and what never changes a result."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.catalog.model import Format, Pair
from stanch.detect.engine import Engine

from .samples import KINDS, NOTION, acme, found, password, reasons, secret_of

PLAIN = Format("plain", "(?P<secret>acm_[0-9a-f]{24})")
WORDED = Format("worded", "(?P<secret>[0-9a-f]{32})", words=["acme"], names="key|token", not_names="id$", lines=6)
PAIR = Pair("site", "(?P<site>st[0-9]{8})", "site", lines=3, required=True)
PAIRED = Format("paired", "(?P<secret>acq_[0-9a-f]{24})", pairs=[PAIR])


def digits(seed: int, size: int = 24) -> str:
    return "".join(random.Random(seed).choices("0123456789abcdef", k=size))


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Engine]]:
    """Engines of a catalog that holds nothing but what a test gives."""
    folder: Path = tmp_path_factory.mktemp("none")

    def make_engine(*shapes: Format) -> Engine:
        return Engine([acme(*shapes)], folder=folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCH_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield make_engine


@pytest.fixture(scope="module")
def plain(make: Callable[..., Engine]) -> Engine:
    return make(PLAIN)


@pytest.fixture(scope="module")
def worded(make: Callable[..., Engine]) -> Engine:
    return make(WORDED)


@pytest.fixture(scope="module")
def paired(make: Callable[..., Engine]) -> Engine:
    return make(PAIRED)


# --- boundaries ------------------------------------------------------------------------------------------------


def test_a_run_that_the_format_spells_makes_no_placeholder(make: Callable[..., Engine]) -> None:
    spelt = make(Format("spelt", "(?P<secret>acm_AAAAAAAAAA[0-9a-z]{24})"))
    assert len(spelt.scan(b"acm_AAAAAAAAAA" + digits(2).encode()).matches) == 1
    assert not spelt.scan(b"acm_AAAAAAAAAA" + digits(2, 12).encode() + b"x" * 12).matches


@pytest.mark.parametrize("before", ["", " ", '"', "=", "/", "\n", "\\n", "\\t", "\x1b[0m", "\x1b[31m", "é", "-"])
@pytest.mark.parametrize("after", ["", " ", '"', ",", "\n", "\\n", ".", "é"])
def test_what_may_touch_a_value(plain: Engine, before: str, after: str) -> None:
    secret = "acm_" + digits(1)
    [match] = plain.scan((before + secret + after).encode()).matches
    assert match.secret == secret


@pytest.mark.parametrize(("before", "after"), [("a", ""), ("7", ""), ("_", ""), ("", "f"), ("", "z"), ("", "_")])
def test_what_may_not_touch_a_value(plain: Engine, before: str, after: str) -> None:
    assert not plain.scan((before + "acm_" + digits(1) + after).encode()).matches


# --- context words, distances and names ------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "expected"), [(0, True), (6, True), (7, False)])
def test_a_word_may_stand_some_lines_above(worded: Engine, lines: int, expected: bool) -> None:
    text = "# acme" + "\n" * lines + f" token = {digits(2, 32)}"
    assert bool(worded.scan(text.encode()).matches) == expected


@pytest.mark.parametrize(("lines", "expected"), [(0, True), (2, True), (3, False)])
def test_a_word_may_stand_a_few_lines_below(worded: Engine, lines: int, expected: bool) -> None:
    text = f"token = {digits(2, 32)} " + "\n" * lines + "# acme"
    assert bool(worded.scan(text.encode()).matches) == expected


@pytest.mark.parametrize(("name", "expected"), [("acme_key", True), ("acme_token", True), ("acme_sum", False)])
def test_the_name_must_fit(worded: Engine, name: str, expected: bool) -> None:
    data = f'{name} = "{digits(3, 32)}"'.encode()
    assert bool(worded.scan(data).matches) == expected


def test_a_name_of_another_thing_is_turned_down(worded: Engine) -> None:
    data = f'acme_key_id = "{digits(3, 32)}"'.encode()
    assert not worded.scan(data).matches


# --- pairs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["site = st{0}\nkey = {1}\n", "key = {1}\nsite = st{0}\n", "key = {1}; site = st{0}"])
def test_both_parts_are_one_finding_in_either_order(paired: Engine, text: str) -> None:
    secret = "acq_" + digits(4)
    [match] = paired.scan(text.format(12094387, secret).encode()).matches
    assert dict(match.parts) == {"secret": secret, "site": "st12094387"}


def test_the_nearest_part_is_taken(paired: Engine) -> None:
    text = f"site = st55512094\n\nsite = st12094387\nkey = acq_{digits(5)}\n\n\nsite = st90210553\n"
    [match] = paired.scan(text.encode()).matches
    assert dict(match.parts)["site"] == "st12094387"


@pytest.mark.parametrize("text", ["key = {1}", "st12094387\nkey = {1}", "site = st12094387\n\n\n\n\n\nkey = {1}"])
def test_without_a_required_part_there_is_no_finding(paired: Engine, text: str) -> None:
    data = text.format("", f"acq_{digits(6)}").encode()
    assert [one.reason for one in paired.scan(data, explain=True).rejected] == ["no-site"]


def test_a_value_is_never_its_own_other_part(make: Callable[..., Engine]) -> None:
    same = Pair("other", "(?P<other>acq_[0-9a-f]{24})", required=True)
    engine = make(Format("same", "(?P<secret>acq_[0-9a-f]{24})", pairs=[same]))
    assert not engine.scan(f"key = acq_{digits(7)}".encode()).matches


# --- which wins --------------------------------------------------------------------------------------------------


def test_the_specific_detector_wins_over_the_generic_one(engine: Engine) -> None:
    secret = secret_of(NOTION)
    matches = engine.scan(f'secret_token = "{secret}"\npassword = "{secret}"\n'.encode()).matches
    assert [match.detector for match in matches] == [NOTION, NOTION]


def test_what_is_left_without_its_issuer_is_generic(engine: Engine) -> None:
    value = password(9, 30).rstrip("#")
    [match] = engine.scan(f'api_token = "{value}"\n'.encode()).matches
    assert (match.detector, match.secret) == ("generic-secret", value)


# --- reasons -----------------------------------------------------------------------------------------------------


def test_every_rejection_has_its_reason(engine: Engine, paired: Engine) -> None:
    assert reasons(engine, b"ntn_" + b"0" * 46, NOTION) == ["entropy"]
    assert reasons(engine, b'password = "${DB_PASSWORD}"', "generic-password") == ["template"]
    covered = reasons(engine, f'api_token = "{secret_of(NOTION)}"'.encode(), "generic-secret")
    assert set(covered) == {f"covered-by {NOTION}"}


def test_a_failed_check_gives_its_name(make: Callable[..., Engine]) -> None:
    engine = make(Format("sum", "(?P<secret>acm_[0-9a-z]{20}[0-9A-Za-z]{6})", checks=["crc32-base62"]))
    [one] = engine.scan(b"acm_" + b"k3v9q2x7m1" * 2 + b"Zz12Yx", explain=True).rejected
    assert one.reason == "crc32-base62"
    assert "k3v9q2x7m1" not in one.secret


# --- choice ------------------------------------------------------------------------------------------------------


def test_only_the_chosen_types_are_reported() -> None:
    engine = Engine(only=frozenset({"stripe-webhook-secret"}))
    data = f"a = '{secret_of(NOTION)}'\nb = '{secret_of('stripe-webhook-secret')}'\n".encode()
    assert [match.detector for match in engine.scan(data).matches] == ["stripe-webhook-secret"]


def test_a_custom_provider_is_found_beside_the_catalog() -> None:
    engine = Engine([acme(PLAIN)])
    data = f"acm_{digits(8)} {secret_of(NOTION)}".encode()
    assert [match.detector for match in engine.scan(data).matches] == ["acme-token", NOTION]


def test_nothing_is_found_in_nothing(engine: Engine) -> None:
    assert engine.scan(b"").matches == []


# --- what the engine remembers -------------------------------------------------------------------------------------

LINES = [
    *(f'{name} = "{value}"' for name in ("token", "acme_key", "id") for value in (digits(1, 32), "acm_" + digits(2))),
    *("# acme", "", "site = st12094387", f"key = acq_{digits(6)}", "x = 1", "acm_" + "0" * 24, " " * 60),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join), min_size=2, max_size=8), st.booleans())
def test_what_was_scanned_before_never_changes_a_result(
    make: Callable[..., Engine], blobs: list[str], explain: bool
) -> None:
    used = make(PLAIN, WORDED, PAIRED)
    for blob in [*blobs, *reversed(blobs)]:
        used.scan(blob.encode(), explain=explain)
    for blob in blobs:
        fresh = make(PLAIN, WORDED, PAIRED)
        assert used.scan(blob.encode(), explain=explain) == fresh.scan(blob.encode(), explain=explain)


ABOVE = ["", "# notes", "- name: color", "- name: API_TOKEN", "api_token =", "token: >-"]
VALUED = [
    f"{{}}value: {digits(7, 40)}",
    f'{{}}"{digits(8, 40)}"',
    f"{{}}token: {digits(9, 40)}",
    "{}password = hunter2",
]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ABOVE), st.sampled_from(VALUED), st.sampled_from(["", "  "])).map(
            lambda parts: f"{parts[0]}\n{parts[1].format(parts[2])}\n"
        ),
        min_size=2,
        max_size=12,
    )
)
def test_a_line_that_came_to_nothing_may_come_to_something_elsewhere(engine: Engine, blobs: list[str]) -> None:
    """What is above a line may have a say in it."""
    for blob in blobs:
        engine.scan(blob.encode())
    for blob in blobs:
        assert engine.scan(blob.encode()) == Engine().scan(blob.encode())


@pytest.mark.parametrize(("size", "expected"), [(24, True), (25, False), (64, False)])
def test_a_run_that_is_longer_than_a_value_is_none(make: Callable[..., Engine], size: int, expected: bool) -> None:
    hexadecimal = make(Format("digest", "(?P<secret>[0-9a-f]{24})", words=["acme"]))
    assert bool(hexadecimal.scan(f"acme {digits(4, size)} and".encode()).matches) is expected


@pytest.mark.parametrize(("before", "expected"), [(1, True), (960, True), (1001, False)])
@pytest.mark.parametrize("pattern", ["(?P<secret>acm_[0-9a-f]{24})", "(?P<secret>[0-9a-f]{24})"])
def test_words_count_alike_whoever_calls(
    make: Callable[..., Engine], pattern: str, before: int, expected: bool
) -> None:
    """A pattern with a literal calls for its rule itself, another is called for by its words."""
    engine = make(Format("either", pattern, words=["acme_corp"]))
    value = ("acm_" if "acm_" in pattern else "") + digits(6)
    assert bool(engine.scan(f"acme_corp{' ' * before}key = {value}".encode()).matches) is expected
    assert engine.scan(f"key = {value} # for acme_corp".encode()).matches
    assert not engine.scan(f"key = {value} # for nobody".encode()).matches


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_same_blob_gives_the_same_matches_again(engine: Engine, kinds: list[str], rng: random.Random) -> None:
    data = "\n".join(secret_of(kind, rng.randrange(20)) for kind in kinds).encode()
    assert engine.scan(data) == engine.scan(data)


# --- time ------------------------------------------------------------------------------------------------------------

SIZE = 1 << 18
BOUND = 10
"""Seconds: some ten times what the slowest takes on an idle machine; what is quadratic takes minutes."""
HOSTILE = [
    *(
        "QUJD",
        "%41",
        "\\x41",
        "\\u0041",
        "&#65;",
        "&#65; ",
        "a\\/",
        '"',
        '"+',
        '" + ',
        '"a" "a" ',
        'abcd"+"',
        '"k" "d":"',
    ),
    *(
        'abcd"\n     "',
        "postmark",
        "postmark\n",
        "password=",
        "secret: ",
        f"token={digits(7)} ",
        "AKIA",
        "AIza",
    ),
    *(
        "-----BEGIN",
        "-----BEGIN RSA PRI" + "VATE KEY-----\n",
        " ",
        "\n",
        "\0",
        "a\0",
        "a\0\0\0",
        "41",
        "eyJ",
        "http://",
    ),
    *("a://b:c", "f(", "<a ", "&quot;", "&quot;:&quot;", "a%20", "basic ", "H4sIAAAAAAAA", "eJw" + "A" * 30 + " "),
]


@pytest.mark.parametrize("unit", HOSTILE, ids=repr)
def test_hostile_input_costs_linear_time(engine: Engine, unit: str) -> None:
    data = (unit * (SIZE // len(unit) + 1)).encode()[:SIZE]
    began = time.process_time()
    engine.scan(data)
    assert time.process_time() - began < BOUND


@pytest.mark.parametrize("end", ["; ", "\n"])
def test_thousands_of_secrets_cost_linear_time(engine: Engine, end: str) -> None:
    data = end.join(f'a = "{secret_of(NOTION, seed)}"' for seed in range(3000)).encode()
    began = time.process_time()
    assert len(found(engine, data, NOTION)) == 3000
    assert time.process_time() - began < BOUND


def test_explaining_after_a_scan_still_tells_the_reasons(engine: Engine) -> None:
    data = b'password = "${DB_PASSWORD_2}"'
    assert not engine.scan(data).matches
    assert reasons(engine, data, "generic-password") == ["template"]
