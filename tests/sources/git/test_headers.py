"""Headers of commits and tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.sources.git.headers import Person, iso, lineage, parse, words

ONE, TWO = "1" * 40, "2" * 40


def commit(*lines: str) -> bytes:
    return "\n".join([f"tree {'0' * 40}", f"parent {ONE}", f"parent {TWO}", *lines]).encode()


WHO = ("author Jo Doe <jo@example.com> 1700000000 +0530", "committer Al <al@example.com> 1700000060 -0200")


def test_a_commit() -> None:
    data = commit(*WHO, "", f"parent {ONE}", "author Evil <e> 1 +0000")
    header = parse(data)
    assert header.person == Person("Jo Doe", "jo@example.com", "2023-11-15T03:43:20+05:30")
    assert lineage(data) == ((ONE, TWO), 1700000060)


def test_a_tag() -> None:
    header = parse(f"object {ONE}\ntype commit\ntag v1.0\ntagger T <t> 1700000000 +0000\n\nauthor x\n".encode())
    assert (header.target, header.name, header.person.name) == (ONE, "v1.0", "T")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("0 +0000", "1970-01-01T00:00:00+00:00"),
        ("1700000000 -0130", "2023-11-14T20:43:20-01:30"),
        ("1700000000", "2023-11-14T22:13:20+00:00"),
        ("1700000000 +9999", "1700000000 +9999"),
        ("99999999999999999999 +0000", "99999999999999999999 +0000"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_dates(raw: str, text: str) -> None:
    assert iso(raw) == text


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("", "Jos\u00e9".encode(), "Jos\u00e9"),
        ("ISO-8859-1", b"Jos\xe9", "Jos\u00e9"),
        ("utf-8", b"Jos\xe9", "Jos\\xe9"),
        ("nonsense", b"Jos\xe9", "Jos\\xe9"),
        ("zlib", b"Jos\xe9", "Jos\\xe9"),
        ("unicode_escape", b"Jos\xe9\\x41", "Jos\\xe9\\x41"),
    ],
)
def test_encodings(encoding: str, name: bytes, text: str) -> None:
    data = b"author " + name + b" <j> 1 +0000\nencoding " + encoding.encode() + b"\n\nmessage"
    assert parse(data).person.name == text


def test_words_are_what_people_wrote_on_their_lines() -> None:
    signature = "-----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAdFiEE\n =abcd\n -----END PGP SIGNATURE-----"
    merged = f"mergetag object {TWO}\n type commit\n tag v1\n tagger T <t> 1 +0000\n \n merged message"
    data = commit(*WHO, merged, f"gpgsig {signature}", "", "subject", "", "body tree parent")
    text, line = words(data)
    lines = text.decode().split("\n")
    assert lines[line - 1 :] == ["subject", "", "body tree parent"]
    assert len(lines) == len(data.decode().split("\n"))
    assert " merged message" in lines
    assert WHO[0] in lines
    assert not any(name in text.decode() for name in (ONE, "iQEz", "SIGNATURE"))


def test_a_message_after_a_signature_is_read() -> None:
    data = (
        b"object x\ntype commit\n\nrelease\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\nafter\n"
    )
    assert words(data)[0].split(b"\n")[-2] == b"after"
    unended = b"object x\n\n-----BEGIN PGP SIGNATURE-----\nafter\n"
    assert words(unended)[0].endswith(b"after\n")


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for whole in (data, b"author " + data, b"tree x\ncommitter " + data, b"tagger A <a> " + data):
        parse(whole)
        lineage(whole)
        assert words(whole)[0].count(b"\n") == whole.count(b"\n")
