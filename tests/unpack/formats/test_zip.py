"""Zip archives and what they are found in."""

import io
import lzma
import struct
import zipfile

import pytest

from stanch.unpack import Entry, unpack

from ..samples import docx, line, noise, run, secret, zipped, zstd


def test_all_members_come_out_and_folders_do_not() -> None:
    entries, problems = run(zipped({"a/": b"", "a/b": b"1", "empty": b"", "looks/like/folder/": b"2"}))
    assert entries == {"a/b": b"1", "empty": b"", "looks/like/folder/": b"2"}
    assert not problems


def test_members_of_one_name_all_come_out() -> None:
    data = zipped({"a": b"1", "b": b"2"}).replace(b"b", b"a")
    found = [each for each in unpack(io.BytesIO(data), "a.zip") if isinstance(each, Entry)]
    assert [each.path for each in found] == ["a", "a"]


def test_comment_and_surroundings_come_out() -> None:
    out = io.BytesIO(zipped({"first": line(secret(1))}))
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"1")
        archive.comment = line(secret(2))
    assert run(out.getvalue() + line(secret(3))) == (
        {
            "a": b"1",
            "(comment)": line(secret(2)),
            "(before the archive)!first": line(secret(1)),
            "(after the archive)": line(secret(3)),
        },
        [],
    )


def test_streamed_archives() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(io.BufferedWriter(pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", line(secret()))
        archive.writestr("b", b"2")
    streamed = bytes(pipe.data)
    assert run(streamed) == ({"a": line(secret()), "b": b"2"}, [])
    cut = streamed[: streamed.index(b"PK\1\2")]
    entries, problems = run(cut)
    assert entries == {"a": line(secret()), "b": b"2"}
    assert [each.reason for each in problems] == ["truncated: the zip archive has no directory"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_left_of_a_truncated_archive(method: int) -> None:
    data = zipped({"a": line(secret(1)), "b": noise(5000), "c": line(secret(2))}, method)
    entries, problems = run(data[: data.index(b"PK\1\2") - 100])
    assert entries["a"] == line(secret(1))
    assert entries["b"] == noise(5000)
    assert problems[0].reason == "truncated: the zip archive has no directory"


def test_encrypted_members_are_reported() -> None:
    data = bytearray(zipped({"a": b"1", "b": b"2"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    entries, problems = run(bytes(data))
    assert entries == {"b": b"2"}
    assert [(each.path, each.reason, each.harmless) for each in problems] == [("a", "encrypted", False)]


@pytest.mark.parametrize(("method", "name"), [(98, "PPMd"), (9, "Deflate64"), (55, "method 55")])
def test_unknown_methods_are_reported(method: int, name: str) -> None:
    data = bytearray(zipped({"a": b"1", "b": b"2"}))
    at = data.index(b"PK\1\2") + 10
    data[at : at + 2] = struct.pack("<H", method)
    entries, problems = run(bytes(data))
    assert entries == {"b": b"2"}
    assert [(each.path, each.reason) for each in problems] == [("a", f"compressed with {name}, which is not supported")]


def test_zstandard_and_xz_members() -> None:
    for method, packed in ((93, zstd.compress(line(secret()))), (95, lzma.compress(line(secret())))):
        data = bytearray(zipped({"a": packed}, zipfile.ZIP_STORED))
        at = data.index(b"PK\1\2") + 10
        data[at : at + 2] = struct.pack("<H", method)
        assert run(bytes(data)) == ({"a": line(secret())}, [])


def test_large_numbers_in_the_extra_field() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(line(secret()))
    data = bytearray(out.getvalue())
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    packed, plain, header = struct.unpack("<LL14xL", data[start + 20 : start + 46])
    extra = struct.pack("<HHQQQ", 1, 24, plain, packed, header)
    entry = bytearray(data[start:end]) + extra
    entry[20:28] = b"\xff" * 8
    entry[42:46] = b"\xff" * 4
    entry[30:32] = struct.pack("<H", len(extra))
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(entry), 1)
    last = b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2)
    archive_bytes = bytes(data[:start] + entry + large + locator + last)
    assert run(archive_bytes) == ({"a": line(secret())}, [])
    shifted = b"Cr24" + noise(300) + archive_bytes
    assert run(shifted) == ({"": shifted, "a": line(secret())}, [])


def test_a_directory_that_points_nowhere() -> None:
    data = bytearray(zipped({"a": b"1", "b": b"2"}))
    at = data.index(b"PK\1\2") + 42
    data[at : at + 4] = struct.pack("<L", 7)
    entries, problems = run(bytes(data))
    assert entries["b"] == b"2"
    assert entries["(before the archive)!a"] == b"1"
    assert [(each.path, each.reason) for each in problems] == [
        ("a", "corrupt: no header where the directory says"),
        ("(before the archive)", "truncated: the zip archive has no directory"),
    ]


def test_encrypted_office_documents_are_reported_once() -> None:
    data = bytearray(docx(secret()))
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    data[at + 8] |= 1
    entries, problems = run(bytes(data))
    assert "word/document.xml!text" not in entries
    assert "word/comments.xml!text" in entries
    assert [(each.path, each.reason) for each in problems] == [("word/document.xml", "encrypted")]
