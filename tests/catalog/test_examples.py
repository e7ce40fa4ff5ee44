"""Examples and near misses: drawn from the catalog alone, right by its own words, and written in many ways."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.catalog import drawing
from stanch.catalog.examples import FAULTS, Example, examples, near_misses
from stanch.catalog.load import read_providers
from stanch.catalog.model import CredentialType, Format, Pair
from stanch.catalog.spellings import PLACEMENTS, SPELLINGS, Case, cased
from stanch.model import Severity

KINDS = {kind.id: kind for provider in read_providers() for kind in provider.types}
REFERENCE = [
    "notion-integration-token",
    "notion-oauth-client-secret",
    "intercom-access-token",
    "postmark-server-token",
    "postmark-account-token",
    "customerio-app-api-key",
    "customerio-track-api-key",
    "wepay-access-token",
    "wepay-app-token",
    "wepay-client-secret",
]


def a_type(*shapes: Format, **more: object) -> CredentialType:
    """A type of a made up provider with these formats."""
    fields = {"env": ["ACME_API_TOKEN", "ACME_KEY"], **more}
    return CredentialType("acme-token", "Acme token", "", Severity.HIGH, list(shapes), **fields)  # type: ignore[arg-type]


LISTED = "listed with the type"
PLAIN = Format("plain", "(?P<secret>acm_[0-9a-f]{24,40})", checks=["entropy 3"])
WORDED = Format("worded", "(?P<secret>[0-9a-f]{32})", words=["acme"], names="key|token", not_names="id$|hash")


@pytest.mark.parametrize("name", KINDS)
def test_every_type_has_examples_of_each_format_that_the_catalog_accepts(name: str) -> None:
    kind = KINDS[name]
    made = examples(kind, count=3 * len(kind.formats))
    assert {one.format for one in made if one.spelling != LISTED} == {shape.name for shape in kind.formats}
    assert sum(one.spelling == LISTED for one in made) == len(kind.examples), "one of those listed cannot be drawn"
    for one in made:
        assert one.secret in one.text
        if one.spelling != LISTED:
            shape = next(shape for shape in kind.formats if shape.name == one.format)
            assert one.secret in drawing.search(shape, one.text)
            assert drawing.has_word(shape, one.text)
        if not one.secret.startswith("-----BEGIN"):
            odd = [found[0] for found in re.finditer(r"(?i)placeholder|your[_-]|changeme|xxxx|(.)\1{6}", one.secret)]
            assert all(any(text in shape.pattern for shape in kind.formats) for text in odd), "not of the format itself"


@pytest.mark.parametrize("name", KINDS)
def test_every_type_has_near_misses_that_the_catalog_does_not_accept(name: str) -> None:
    kind = KINDS[name]
    made = near_misses(kind, count=1)
    assert len({one.spelling for one in made}) >= 3
    for one in made:
        assert not one.secret
        if one.spelling in FAULTS or one.spelling == "no word of context":
            assert not drawing.accepted(kind, one.text), one
        if one.spelling == "the name of another thing":
            given_to = one.text.splitlines()[-1].partition(" = ")[0]
            assert not drawing.accepted(kind, one.text, given_to), one


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_types_know_every_fault_that_their_shape_allows(name: str) -> None:
    faults = {one.spelling for one in near_misses(KINDS[name], count=400)}
    wanted = {"one character short", "a character from outside the alphabet", "touched on the left", "a template"}
    assert wanted <= faults
    if any(shape.not_names for shape in KINDS[name].formats) and name != "notion-integration-token":
        assert "the name of another thing" in faults


def test_the_same_seed_gives_the_same_texts_and_another_seed_gives_others() -> None:
    kind = KINDS["notion-integration-token"]
    assert examples(kind, seed=5) == examples(kind, seed=5)
    assert near_misses(kind, seed=5) == near_misses(kind, seed=5)
    assert not {one.text for one in examples(kind, seed=5)} & {one.text for one in examples(kind, seed=6)}


def test_a_type_without_context_is_written_in_every_way() -> None:
    ways = {one.spelling for one in examples(a_type(PLAIN), count=200)}
    assert ways == {one.name for one in (*SPELLINGS, *PLACEMENTS)}


def test_a_type_with_context_is_written_in_every_way_that_gives_a_name() -> None:
    made = examples(a_type(WORDED), count=200)
    assert {one.spelling for one in made} == {one.name for one in SPELLINGS}
    assert all("acme" in one.text.lower() for one in made)


def test_both_ends_of_a_length_are_among_the_examples() -> None:
    lengths = {len(one.secret) for one in examples(a_type(PLAIN), count=300)}
    assert {28, 44} <= lengths


def test_a_word_of_context_stands_above_where_the_name_has_none() -> None:
    made = examples(a_type(WORDED, env=["API_KEY"]), count=100)
    assert made
    assert all(re.search("acme", one.text, re.IGNORECASE) for one in made)


def test_the_parts_of_a_credential_stand_in_one_text() -> None:
    pair = Pair("site_id", "(?P<site_id>[0-9]{8})", "site.?id", required=True)
    shape = Format("pair", "(?P<secret>acm_[0-9a-f]{24})", pairs=[pair])
    made = examples(a_type(shape), count=150)
    assert len({one.spelling for one in made}) > 60
    assert all(re.search("(?<![0-9a-f])[0-9]{8}(?![0-9a-f])", one.text) for one in made)


def test_a_match_with_its_own_context_is_placed_and_not_named() -> None:
    shape = Format("call", r'Acme\("[0-9]{4}", "(?P<secret>[0-9a-f]{32})"\)')
    made = examples(a_type(shape))
    assert {one.spelling for one in made} <= {one.name for one in PLACEMENTS}
    assert all(re.search(r'Acme\("[0-9]{4}", "' + one.secret, one.text) for one in made)


def test_a_credential_of_several_lines_keeps_them_or_has_them_escaped() -> None:
    shape = Format(
        "block", r"(?P<secret>-----BEGIN ACME-----\n[0-9a-z]{40}\n[0-9a-z]{40}\n-----END ACME-----)", boundary=False
    )
    made = examples(a_type(shape))
    assert {one.spelling for one in made} == {"block", "block in quotes"}


def test_a_checksum_is_forged_for_examples_and_broken_for_near_misses() -> None:
    shape = Format("sum", "(?P<secret>acm_[0-9a-z]{20}[0-9A-Za-z]{6})", checks=["crc32-base62"])
    kind = a_type(shape)
    assert all(drawing.passes(shape, one.secret) for one in examples(kind))
    broken = [one for one in near_misses(kind, count=100) if one.spelling == "a broken checksum or structure"]
    assert broken
    assert any(re.search(r"acm_[0-9a-z]{20}[0-9A-Za-z]{6}\b", one.text) for one in broken)


def test_placeholders_keep_the_shape() -> None:
    made = {one.spelling: one.text for one in near_misses(a_type(PLAIN), count=200)}
    assert "acm_0123456789abcdef" in made["a sequence"]
    assert "one character repeated" not in made, (
        "the entropy check turns it down, so it is no placeholder of this shape"
    )
    assert "${" in made["a template"]


def test_a_format_that_cannot_be_drawn_gives_nothing() -> None:
    kind = a_type(Format("impossible", "(?P<secret>aaaa[b]{20})", checks=["entropy 5"]))
    assert examples(kind) == []
    assert near_misses(kind) == []


@pytest.mark.parametrize("case", ["snake", "camel", "Pascal", "kebab", "Train", "dotted"])
@given(st.lists(st.text("abcdefgh", min_size=2, max_size=6), min_size=1, max_size=4))
def test_a_name_can_be_put_in_any_case_and_back(case: Case, words: list[str]) -> None:
    name = "_".join(words).upper()
    assert cased(cased(name, case), "SCREAMING") == name


@given(st.text(min_size=1, max_size=40), st.sampled_from([*SPELLINGS, *PLACEMENTS]))
def test_whatever_a_way_of_writing_takes_stands_in_it_as_it_is(value: str, spelling: object) -> None:
    assert isinstance(spelling, type(SPELLINGS[0]))
    if spelling.takes(value):
        assert value in spelling.write([("ACME_TOKEN", value)], section="acme", word="Acme")


def test_fields_of_an_example_have_no_surprises() -> None:
    one = Example("text", "secret", "format", "spelling")
    assert one.path == "note.txt"
    drawn = drawing.draw(PLAIN, random.Random(1))
    assert drawn is not None
    assert drawn.bare
    assert drawn.with_secret("other").text == "other"
