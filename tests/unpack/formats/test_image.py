"""Text that images carry."""

import zlib

import pytest

from ..samples import chunk, exif, gif, jpeg, line, png, run, secret, webp, zipped


def metadata(data: bytes) -> list[str]:
    """The lines of an image's rendition."""
    entries, problems = run(data, "image")
    assert not problems
    return entries.get("metadata", b"").decode().splitlines()


def test_png() -> None:
    data = png(
        chunk(b"tEXt", b"Author\0" + secret(1).encode()),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(secret(2).encode())),
        chunk(b"iTXt", b"Title\0\0\0en\0Titel\0" + secret(3).encode()),
        chunk(b"iTXt", b"XML\0\1\0\0\0" + zlib.compress(secret(4).encode())),
        chunk(b"eXIf", exif(secret(5))),
    )
    assert metadata(data) == [
        f"Author: {secret(1)}",
        f"Comment: {secret(2)}",
        f"Title: {secret(3)}",
        f"XML: {secret(4)}",
        f"ImageDescription: {secret(5)}",
        f"XPTitle: {secret(5)}",
    ]


def test_jpeg() -> None:
    assert metadata(jpeg(secret())) == [
        f"ImageDescription: {secret()}",
        f"XPTitle: {secret()}",
        f"Comment: api_key = {secret()}",
    ]
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x>" + secret().encode() + b"</x>"
    with_xmp = b"\xff\xd8\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + b"\xff\xda\0\2..\xff\xd9"
    assert metadata(with_xmp) == [f"XMP: <x>{secret()}</x>"]


def test_gif_comments_of_several_blocks_are_joined() -> None:
    assert metadata(gif(secret())) == ["Comment: " + "x" * 250 + f" api_key = {secret()}"]


def test_webp_and_tiff() -> None:
    expected = [f"ImageDescription: {secret()}", f"XPTitle: {secret()}"]
    assert metadata(webp(secret())) == expected
    assert metadata(exif(secret())) == expected


def test_the_other_order_of_bytes_and_user_comments() -> None:
    comment = b"UNICODE\0" + secret().encode("utf-16-be")
    sub = (1).to_bytes(2, "big") + bytes.fromhex("92860007") + len(comment).to_bytes(4, "big") + (44).to_bytes(4, "big")
    data = b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big")
    data += bytes.fromhex("87690004") + (1).to_bytes(4, "big") + (26).to_bytes(4, "big") + bytes(4)
    assert metadata(data + sub + bytes(4) + comment) == [f"UserComment: {secret()}"]


def test_directories_that_go_in_circles() -> None:
    assert metadata(b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0") == []


@pytest.mark.parametrize("image", [png(), jpeg("x"), gif("x"), webp("x")])
def test_an_archive_behind_the_image_is_opened(image: bytes) -> None:
    entries, problems = run(image + zipped({"a": line(secret())}), "image")
    assert entries["(after the image)!a"] == line(secret())
    assert not problems


def test_damage_is_harmless() -> None:
    whole = png(chunk(b"tEXt", b"Author\0" + secret().encode()))
    for data in (whole[:-20], whole.replace(b"IEND", b"IENX"), jpeg("x")[:40], gif("x")[:50]):
        entries, problems = run(data, "image")
        assert entries[""] == data
        assert problems
        assert all(each.harmless for each in problems)
