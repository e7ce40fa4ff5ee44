"""PDF documents."""

import base64
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.unpack.formats.pdf_text import CMap

from ..samples import line, pdf, run, secret, zipped


def document(*streams: tuple[bytes, bytes]) -> bytes:
    """A PDF of streams with what stands in their dictionaries."""
    out = b"%PDF-1.7\n"
    for number, (dictionary, data) in enumerate(streams, 1):
        out += (
            b"%d 0 obj\n<<%b/Length %d>>\nstream\r\n" % (number, dictionary, len(data))
            + data
            + b"\r\nendstream\nendobj\n"
        )
    return out


def page(content: bytes) -> str:
    """The text of a PDF of one page."""
    entries, problems = run(document((b"/Filter/FlateDecode", zlib.compress(content))))
    assert not problems
    return entries.get("text", b"").decode()


def test_text_in_plain_and_in_numbered_letters() -> None:
    entries, problems = run(pdf(secret()))
    assert entries["text"].decode() == f"api_key = {secret()}\ntoken = {secret()}\n"
    assert secret().encode() in entries["stream 7"]
    assert not problems


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"BT (a) Tj (b) Tj ET", "ab\n"),
        (b"BT (a) Tj 0 -14 Td (b) Tj ET", "a\nb\n"),
        (b"BT (a) Tj 30 0 Td (b) Tj ET", "ab\n"),
        (b"BT (a) Tj T* (b) ' (c) Tj ET", "a\nbc\n"),
        (b"BT 1 0 0 1 0 700 Tm (a) Tj 1 0 0 1 9 700 Tm (b) Tj 1 0 0 1 0 680 Tm (c) Tj ET", "ab\nc\n"),
        (b"BT [(a) -50 (b) -400 (c)] TJ ET", "ab c\n"),
        (b"BT (a\\(b\\)\\\\ \\101(c)) Tj ET", "a(b)\\ A(c)\n"),
        (b"BT (one \\\ntwo) Tj ET", "one two\n"),
        (b"BT <61 62 6> Tj ET", "ab`\n"),
        (b"BT (a) Tj % (comment) Tj\n(b) Tj ET", "ab\n"),
        (b"BT (\xfe\xff\0a\0b) Tj ET", "ab\n"),
        (b"BT (caf\xe9) Tj ET", "caf\u00e9\n"),
    ],
)
def test_operators(content: bytes, text: str) -> None:
    assert page(content) == text


def test_strings_across_the_pieces_that_are_read() -> None:
    content = b"BT " + b"".join(b"(%06d) Tj T* " % number for number in range(20_000)) + b"ET"
    assert page(content) == "".join(f"{number:06}\n" for number in range(20_000))


def test_what_is_never_closed_hides_nothing_that_follows() -> None:
    content = b"BT (a) Tj T* ( " + b"x " * 40_000 + b" T* (b) Tj ET"
    assert page(content).endswith("b\n")


def test_filters() -> None:
    content = f"BT (api_key = {secret()}) Tj ET".encode()
    twice = base64.a85encode(zlib.compress(content)) + b"~>"
    for dictionary, data in ((b"", content), (b"/Filter [/ASCII85Decode /FlateDecode]", twice)):
        entries, problems = run(document((dictionary, data)))
        assert entries["text"].decode() == f"api_key = {secret()}\n"
        assert not problems
    _entries, problems = run(document((b"/Filter/LZWDecode", b"x")))
    assert [(each.path, each.reason) for each in problems] == [("", "streams coded with LZWDecode cannot be opened")]


def test_pictures_and_fonts_are_left_aside() -> None:
    data = zlib.compress(line(secret()))
    for dictionary in (b"/Subtype/Image/Filter/FlateDecode", b"/Length1 20/Filter/FlateDecode", b"/Filter/DCTDecode"):
        entries, problems = run(document((dictionary, data)))
        assert set(entries) == {""}
        assert not problems


def test_attached_files_are_opened() -> None:
    data = zlib.compress(zipped({"a.txt": line(secret())}))
    assert run(document((b"/Type/EmbeddedFile/Filter/FlateDecode", data)))[0]["stream 1!a.txt"] == line(secret())


def test_fonts_among_compressed_objects() -> None:
    objects = b"10 0 11 22 <</ToUnicode 1 0 R>>   <</Font<</F7 10 0 R>>>>"
    first = objects.index(b"<")
    cmap = b"begincmap 1 beginbfrange <01> <1a> <0061> endbfrange endcmap"
    text = b"BT /F7 9 Tf <0102030405> Tj ET"
    entries, problems = run(
        document(
            (b"/Filter/FlateDecode", zlib.compress(cmap)),
            (b"/Type/ObjStm/N 2/First %d/Filter/FlateDecode" % first, zlib.compress(objects)),
            (b"/Filter/FlateDecode", zlib.compress(text)),
        )
    )
    assert entries["text"] == b"abcde\n"
    assert not problems


def test_encryption_is_reported() -> None:
    entries, problems = run(pdf(secret()) + b"trailer <</Encrypt 9 0 R>>")
    assert set(entries) == {""}
    assert [(each.reason, each.harmless) for each in problems] == [("encrypted", False)]


def test_a_damaged_page_hides_no_other_and_is_reported() -> None:
    good = zlib.compress(b"BT (good) Tj ET " * 50)
    bad = bytearray(zlib.compress(b"BT (bad) Tj ET " + bytes(range(256)) * 20))
    bad[-60:-50] = b"0123456789"
    entries, problems = run(document((b"/Filter/FlateDecode", bytes(bad)), (b"/Filter/FlateDecode", good)))
    assert entries["text"].startswith(b"good")
    assert [(each.path, each.harmless) for each in problems] == [("stream 1", False)]


def test_maps_of_characters() -> None:
    cmap = CMap(
        b"2 beginbfchar <0001> <0041> <0002> <D83DDE00> endbfchar"
        b" 2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0030> <0031>] endbfrange",
        100,
    )
    assert cmap.decoded(bytes.fromhex("00010010001100120020002100 02".replace(" ", ""))) == "Aabc01\U0001f600"
    assert cmap.decoded(b"\x77\x77\x77\x77") is None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"BT ", b"(", b")", b"\\", b"<", b">", b"[", b"]", b" Tj ", b"/F1 ", b" Tf", b"12 ", b"%"])
    )
)
def test_any_order_of_tokens(tokens: list[bytes]) -> None:
    page(b"BT (a) Tj " + b"".join(tokens))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"bfchar", b"bfrange"]))
def test_any_map(data: bytes, kind: bytes) -> None:
    assert len(CMap(b"begin" + kind + b"<00> <ffff> <0041>" + data + b"end" + kind, 1000).texts) <= 1000
