"""Bombs: what is small and unpacks to something huge, or claims to."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from stanch.unpack import Entry, Limits, Problem, unpack

from .samples import chunk, cpio, database, line, noise, pdf, png, run, secret, sevenzipped, tarred, zipped, zstd

MB = 1 << 20
SMALL = Limits(ratio_floor=MB, total_bytes=64 * MB)


def measured(data: bytes, name: str = "bomb", limits: Limits | None = None) -> tuple[int, int, list[Problem]]:
    """How many bytes came out, the most memory that it took, and the problems."""
    size, problems = 0, []
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for each in unpack(io.BytesIO(data), name, limits or SMALL):
            if isinstance(each, Problem):
                problems.append(each)
                continue
            while piece := each.stream.read(1 << 16):
                size += len(piece)
        return size, tracemalloc.get_traced_memory()[1] - before, problems
    finally:
        tracemalloc.stop()


def docx_part(xml: bytes) -> bytes:
    """A text document of one part."""
    return zipped({"[Content_Types].xml": b"<T/>", "word/document.xml": xml})


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda zeros: gzip.compress(zeros),
    "bzip2": lambda zeros: bz2.compress(zeros),
    "xz": lambda zeros: lzma.compress(zeros, preset=1),
    "zstd": lambda zeros: zstd.compress(zeros),
    "zlib": lambda zeros: zlib.compress(zeros),
    "zip": lambda zeros: zipped({"a": zeros}),
    "zip, lzma": lambda zeros: zipped({"a": zeros}, zipfile.ZIP_LZMA),
    "7z": lambda zeros: sevenzipped({"a": zeros}, [{"id": lzma.FILTER_LZMA2, "preset": 1}]),
    "png": lambda zeros: png(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(zeros[: 4 * MB]))] * 20),
    "pdf": lambda zeros: (
        b"%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n" + zlib.compress(zeros) + b"\nendstream"
    ),
    "docx": lambda zeros: zipped({"[Content_Types].xml": b"<T/>", "word/a.xml": b"<t>" + zeros.replace(b"\0", b"a")}),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_cut_off(kind: str) -> None:
    bomb = BOMBS[kind](bytes(24 * MB))
    size, memory, problems = measured(bomb)
    assert size <= max(len(bomb) * 202, 2 * MB) + len(bomb)
    assert memory < 16 * MB
    assert ("", "zip bomb: more than 200 times its size") in {(each.path, each.reason) for each in problems}


@pytest.mark.parametrize("layers", [2, 4, 6])
def test_bombs_within_bombs(layers: int) -> None:
    data = zipped({"zeros": bytes(20 * MB)})
    for _ in range(layers):
        data = zipped({f"{number}.zip": data for number in range(16)})
    size, memory, problems = measured(data)
    assert size < (layers + 2) * MB
    assert memory < 16 * MB
    assert {each.reason for each in problems} == {"zip bomb: more than 200 times its size"}
    assert len(problems) < 16


def test_a_bomb_in_a_good_archive_ends_nothing_else() -> None:
    data = tarred({"bomb.gz": gzip.compress(bytes(8 * MB)), "good.bin": noise(200_000), "good.txt": line(secret())})
    entries, problems = run(data, limits=SMALL)
    assert entries["good.txt"] == line(secret())
    assert [(each.path, each.reason) for each in problems] == [("bomb.gz", "zip bomb: more than 200 times its size")]


def test_a_compressed_archive_is_not_counted_twice() -> None:
    """Its stream is 150 times as large as it is, and so are its members: each of the two is below the limit."""
    content = b"".join(noise(40, seed) + bytes(9_000) for seed in range(300))
    data = gzip.compress(tarred({"a": content}))
    assert 100 < len(content) / len(data) < 200
    entries, problems = run(data, limits=Limits(ratio_floor=1000))
    assert entries == {"a": content}
    assert not problems


def test_small_things_may_have_any_ratio() -> None:
    entries, problems = run(gzip.compress(bytes(9 * MB)), "a.gz")
    assert len(entries["a"]) == 9 * MB
    assert not problems


def test_the_total_is_limited() -> None:
    data = tarred({f"{number}.gz": gzip.compress(noise(MB, number)) for number in range(10)})
    size, _memory, problems = measured(data, limits=Limits(total_bytes=5 * MB))
    assert size <= 5 * MB
    assert [(each.path, each.reason) for each in problems] == [("", "unpacks to more than 5 MB")]


def test_members_that_overlap_count_each_time() -> None:
    """One kernel of compressed zeros and a directory that names it a thousand times."""
    data = zipped({"a": bytes(4 * MB)})
    start = data.index(b"PK\1\2")
    entry, end = data[start : data.index(b"PK\5\6")], data[data.index(b"PK\5\6") :]
    directory = entry * 1000
    end = end[:8] + struct.pack("<HHLL", 1000, 1000, len(directory), start) + end[20:]
    bomb = data[:start] + directory + end
    size, memory, problems = measured(bomb)
    assert size < len(bomb) * 201 + 2 * MB
    assert memory < 8 * MB
    assert [each.reason for each in problems] == ["zip bomb: more than 200 times its size"]


@pytest.mark.parametrize("claimed", [0, 1, 1000, 0xFFFFFFF0])
def test_a_zip_that_lies_about_sizes(claimed: int) -> None:
    data = bytearray(zipped({"a": bytes(8 * MB), "b": b"x"}))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<L", claimed)
    size, memory, problems = measured(bytes(data))
    assert size < 3 * MB
    assert memory < 8 * MB
    assert [each.reason for each in problems] == ["zip bomb: more than 200 times its size"]


def test_a_tar_that_claims_a_huge_sparse_file() -> None:
    archive = bytearray(tarred({"sparse": line(secret())}, tarfile.GNU_FORMAT))
    archive[156] = ord("S")
    archive[386:398] = b"00000000000\0"
    archive[398:410] = b"00000000100\0"
    archive[483:495] = b"77777777777\0"
    archive[148:156] = b" " * 8
    archive[148:156] = b"%06o\0 " % sum(archive[:512])
    assert run(bytes(archive)) == ({"sparse": line(secret())}, [])


def test_a_tar_that_claims_a_huge_member() -> None:
    archive = bytearray(tarred({"a": b"short"}, tarfile.GNU_FORMAT)[:1024])
    archive[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
    archive[148:156] = b" " * 8
    archive[148:156] = b"%06o\0 " % sum(archive[:512])
    entries, problems = run(bytes(archive))
    assert entries["a"].startswith(b"short")
    assert [(each.path, each.reason) for each in problems] == [("a", "truncated")]


def test_windows_that_are_too_large_are_refused() -> None:
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes((21 << 3,)) + b"\1\0\0"
    alone = b"\x5d" + struct.pack("<LQ", 1 << 30, 1000) + bytes(100)
    for data in (frame, alone):
        _size, memory, problems = measured(data, "a")
        assert memory < 8 * MB
        assert [each.reason for each in problems] == ["needs more memory than is allowed"]


def test_large_windows_may_be_allowed_or_not() -> None:
    data = lzma.compress(line(secret()), preset=9)
    assert not run(data)[1]
    assert [each.reason for each in run(data, limits=Limits(window_bytes=8 * MB))[1]] == [
        "needs more memory than is allowed"
    ]


MANY: dict[str, Callable[[], bytes]] = {
    "many.zip": lambda: zipped({f"folder/{number}.txt": b"" for number in range(10_000)}),
    "many.tar": lambda: tarred({f"folder/{number}.txt": b"" for number in range(5_000)}),
    "many.cpio": lambda: cpio({f"folder/{number}.txt": b"" for number in range(10_000)}),
    "many.7z": lambda: sevenzipped({f"folder/{number}.txt": b"x" for number in range(1_000)}),
    "many.deb": lambda: b"!<arch>\n" + b"%-48s%-10d`\n" % (b"a/", 0) * 10_000,
    "many.gz": lambda: gzip.compress(b"") * 50_000,
    "many.ipynb": lambda: b'{"cells": [' + b"{}," * MB + b"{}]}",
    "deep.ipynb": lambda: b'{"cells": ' + b"[" * MB,
    "headers.zip": lambda: b"PK\3\4" * MB,
    "ends.zip": lambda: b"PK\3\4" + b"PK\5\6" * MB,
    "marks.tar": lambda: tarred({"a": b"x"})[:1024] + b"ustar" * MB,
    "marks.exe": lambda: b"MZ" + b"7z\xbc\xaf\x27\x1c" * MB,
    "streams.pdf": lambda: b"%PDF-1.7\n" + b"stream\n" * MB,
    "open.pdf": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nstream\nBT Tj " + b"(" * 4 * MB + b"\nendstream",
    "objects.pdf": lambda: b"%PDF-1.7\n" + b"1 0 obj /ToUnicode 3 0 R /F1 2 0 R\n" * 20_000,
    "versions.pdf": lambda: pdf(secret()) * 100,
    "chunks.png": lambda: png(*[chunk(b"teST", b"")] * 50_000),
    "blocks.gif": lambda: b"GIF89a" + bytes(7) + (b"\x21\xfe" + b"\1a" * 1000 + b"\0") * 100,
    "filling.jpg": lambda: b"\xff\xd8" + b"\xff" * MB,
    "none.pyc": lambda: b"3\r\r\n" + bytes(8) + b"(" + struct.pack("<L", 2 * MB) + b"N" * 2 * MB,
    "deep.pyc": lambda: b"3\r\r\n" + bytes(8) + b")\1" * MB,
    "attribute.docx": lambda: docx_part(b'<w a="' + noise(3 * MB).hex().encode() + b'"/>'),
    "rows.docx": lambda: docx_part(b"<r>" + b"<tr><tc><t>a</t></tc>" * 50_000),
    "spaces.docx": lambda: docx_part(b"<r>" + b"<s/>" * 500_000),
}


@pytest.mark.parametrize("name", MANY)
def test_memory_is_bounded(name: str) -> None:
    _size, memory, _problems = measured(MANY[name](), name, Limits())
    assert memory < 16 * MB


def test_constants_that_refer_to_one_another() -> None:
    """Sixty tuples, each of which holds the one before twice: as a tree they have more leaves than can be counted."""
    doubled = b"\xa9\1N" + b"".join(b"\xa9\2r" + struct.pack("<L", n) + b"r" + struct.pack("<L", n) for n in range(60))
    constants = b"(" + struct.pack("<L", 62) + doubled + b"z\5where"
    none, empty = b")\0", b"s" + bytes(4)
    code = b"c" + bytes(20) + empty + constants + none * 2 + empty + b"z\1m" * 3 + bytes(4) + empty * 2
    size, memory, problems = measured(struct.pack("<H", 3571) + b"\r\n" + bytes(12) + code, "m.pyc")
    assert size < 10_000
    assert memory < MB
    assert not problems


def test_cells_that_refer_to_a_long_string() -> None:
    cells = '<row><c r="A1" t="s"><v>0</v></c></row>' * 200_000
    data = zipped(
        {
            "[Content_Types].xml": b"<T/>",
            "xl/sharedStrings.xml": f"<sst><si><t>{'long' * 500_000}</t></si></sst>".encode(),
            "xl/worksheets/sheet1.xml": f"<worksheet>{cells}</worksheet>".encode(),
        }
    )
    size, memory, problems = measured(data)
    assert size < 64 * MB
    assert memory < 32 * MB
    assert [each.reason for each in problems] == ["zip bomb: more than 200 times its size"]


def test_memory_is_bounded_for_large_rows() -> None:
    rows = [("INSERT INTO t VALUES (?, ?)", (noise(3 * MB), "x" * 3 * MB))] * 4
    data = database([("CREATE TABLE t (a, b)", ()), *rows])
    size, memory, problems = measured(data, "large.db", Limits())
    assert size > len(data) * 1.8
    assert memory < 32 * MB
    assert not problems


def test_memory_is_bounded_for_what_has_to_wait_in_a_file() -> None:
    data = zipped({"a.tar": tarred({"b.zip": zipped({"c": noise(8 * MB)})})})
    size, memory, problems = measured(data, "nested.zip", Limits())
    assert size == 8 * MB
    assert memory < 12 * MB
    assert not problems


def test_billion_laughs_are_refused() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    xml = f'<!DOCTYPE w [<!ENTITY e0 "ha">{entities}]><w><t>&e9;</t></w>'
    entries, problems = run(docx_part(xml.encode()))
    assert "word/document.xml!text" not in entries
    assert [(each.reason, each.harmless) for each in problems] == [("declares entities", True)]


def test_unread_streams_end_when_the_limit_bites() -> None:
    each = next(unpack(io.BytesIO(gzip.compress(bytes(8 * MB))), "a.gz", SMALL))
    assert isinstance(each, Entry)
    assert len(each.stream.read()) < 2 * MB
