"""One small container of every kind, with a secret inside that is made up while the tests run."""

import bz2
import gzip
import io
import json
import lzma
import marshal
import random
import sqlite3
import string
import struct
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from stanch.unpack import Entry, Limits, Problem, unpack

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd


def secret(seed: int = 1) -> str:
    """A value that looks like a secret and is none."""
    rng = random.Random(seed)
    return "nt" + "n_" + "".join(rng.choices(string.ascii_letters + string.digits, k=46))


def line(value: str) -> bytes:
    """A line of configuration with the value."""
    return f"first line\napi_key = {value}\nlast line\n".encode()


def run(data: bytes, name: str = "sample", limits: Limits | None = None) -> tuple[dict[str, bytes], list[Problem]]:
    """Everything that comes out: entries by path, and problems."""
    entries: dict[str, bytes] = {}
    problems: list[Problem] = []
    for each in unpack(io.BytesIO(data), name, limits or Limits()):
        if isinstance(each, Entry):
            assert each.path not in entries, each.path
            entries[each.path] = each.stream.read()
        else:
            problems.append(each)
    return entries, problems


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress."""
    return random.Random(seed).randbytes(size)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sevenzipped(
    members: dict[str, bytes], filters: list[dict[str, int]] | None = None, password: str = "", *, hidden: bool = False
) -> bytes:
    """A 7z archive, made by another implementation than the one that reads it. `hidden`: its names too."""
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=filters, password=password or None, header_encryption=hidden) as archive:
        for name, data in members.items():
            archive.writef(io.BytesIO(data), name)
    return out.getvalue()


def old_tar(data: bytes) -> bytes:
    """A tar archive as the first ones were, without any mark."""
    archive = bytearray(tarred({"a.txt": data}, tarfile.USTAR_FORMAT))
    archive[257:512] = bytes(255)
    archive[148:156] = b" " * 8
    archive[148:156] = b"%06o\0 " % sum(archive[:512])
    return bytes(archive)


def ar(members: dict[str, bytes]) -> bytes:
    """An archive of `ar`, with long names in the way of GNU."""
    names = "".join(f"{name}/\n" for name in members).encode()
    parts = [(b"//", names)]
    at = 0
    for name, data in members.items():
        parts.append((b"/%d" % at, data))
        at += len(name) + 2
    out = bytearray(b"!<arch>\n")
    for label, data in parts:
        out += (
            b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (label, 0, 0, 0, b"100644", len(data)) + data + b"\n" * (len(data) % 2)
        )
    return bytes(out)


def cpio(members: dict[str, bytes]) -> bytes:
    """An archive of `cpio`."""
    out = bytearray()
    for name, data in [*members.items(), ("TRAILER!!!", b"")]:
        fields = [1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def rpm(payload: bytes, header: bytes = b"#!/bin/sh\n") -> bytes:
    """An RPM package."""
    signature = b"\x8e\xad\xe8\1\0\0\0\0" + struct.pack(">LL", 1, 5) + bytes(16) + b"sign\0"
    main = b"\x8e\xad\xe8\1\0\0\0\0" + struct.pack(">LL", 1, len(header)) + bytes(16) + header
    lead = b"\xed\xab\xee\xdb\3\0" + bytes(90)
    return lead + signature + bytes(-len(signature) % 8) + main + payload


def docx(value: str) -> bytes:
    """A text document in which the secret is split over two runs, with a table and a comment."""
    runs = f"<w:r><w:t>api_key = {value[:9]}</w:t></w:r><w:r><w:rPr/><w:t>{value[9:]}</w:t></w:r>"
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in ("token", value))
    row = f"<w:tr>{cells}</w:tr>"
    body = f'<w:document xmlns:w="w"><w:body><w:p>{runs}</w:p><w:tbl>{row}</w:tbl></w:body></w:document>'
    comments = f'<w:comments xmlns:w="w"><w:comment><w:p>{runs}</w:p></w:comment></w:comments>'
    return zipped(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": body.encode(), "word/comments.xml": comments.encode()}
    )


def xlsx(rows: list[list[str]]) -> bytes:
    """A spreadsheet with all texts in the shared table."""
    strings = [cell for row in rows for cell in row]
    table = "".join(f"<si><t>{text[:5]}</t><r><t>{text[5:]}</t></r></si>" for text in strings)
    cells, number = "", 0
    for at, row in enumerate(rows, 1):
        cells += f'<row r="{at}">'
        for column, text in enumerate(row):
            if text:
                cells += f'<c r="{chr(65 + column)}{at}" t="s"><v>{number}</v></c>'
            number += 1
        cells += "</row>"
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/sharedStrings.xml": f"<sst>{table}</sst>".encode(),
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode(),
        }
    )


def odt(value: str) -> bytes:
    """A document of LibreOffice."""
    split = f"<t:p>api_key = {value[:9]}<t:span>{value[9:]}</t:span></t:p>"
    body = f'<o:text xmlns:o="o" xmlns:t="t">{split}<t:p>end</t:p></o:text>'
    return zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": body.encode()}, zipfile.ZIP_STORED
    )


def bytecode(source: str) -> bytes:
    """Compiled Python, by the Python that runs the tests."""
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(source, "m.py", "exec"))


def database(statements: Iterable[tuple[str, tuple[object, ...]]]) -> bytes:
    """A SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.db"
        connection = sqlite3.connect(path)
        for statement, values in statements:
            connection.execute(statement, values)
        connection.commit()
        connection.close()
        return path.read_bytes()


def simple_database(value: str) -> bytes:
    """A database with a table of keys and values, and another."""
    return database(
        [
            ("CREATE TABLE settings (id INTEGER PRIMARY KEY, key TEXT, value TEXT)", ()),
            ("INSERT INTO settings (key, value) VALUES (?, ?)", ("api_key", value)),
            ("CREATE TABLE users (name TEXT, token TEXT)", ()),
            ("INSERT INTO users VALUES (?, ?)", ("bob", value)),
        ]
    )


def notebook(value: str) -> bytes:
    """A notebook."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": ["import os\n", f'api_key = "{value}"\n'], "outputs": []},
        {
            "cell_type": "code",
            "source": "print(1)",
            "outputs": [
                {"output_type": "stream", "text": ["api_key = ", value, "\n"]},
                {"output_type": "execute_result", "data": {"text/plain": [f"token = {value}"], "image/png": "aGk="}},
                {"output_type": "error", "evalue": "bad", "traceback": ["line one", f"secret = {value}"]},
            ],
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG image."""
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    """A PNG image with some parts of one's own."""
    head = chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def exif(value: str) -> bytes:
    """EXIF data with a description, and a title in UTF-16."""
    description = value.encode() + b"\0"
    title = value.encode("utf-16-le") + b"\0\0"
    at = 8 + 2 + 2 * 12 + 4
    entries = struct.pack("<HHLL", 0x010E, 2, len(description), at)
    entries += struct.pack("<HHLL", 0x9C9B, 1, len(title), at + len(description))
    return b"II*\0" + struct.pack("<LH", 8, 2) + entries + bytes(4) + description + title


def jpeg(value: str) -> bytes:
    """A JPEG image."""
    parts = b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data
        for marker, data in ((0xE1, b"Exif\0\0" + exif(value)), (0xFE, b"api_key = " + value.encode()))
    )
    return b"\xff\xd8" + parts + b"\xff\xda\0\x02" + b"pixels" + b"\xff\xd9"


def gif(value: str) -> bytes:
    """A GIF image whose comment is longer than one block."""
    comment = b"x" * 250 + b" api_key = " + value.encode()
    blocks = b"".join(
        bytes((len(comment[at : at + 255]),)) + comment[at : at + 255] for at in range(0, len(comment), 255)
    )
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + b"\x21\xfe" + blocks + b"\0" + b"\x3b"


def webp(value: str) -> bytes:
    """A WebP image."""
    data = exif(value)
    parts = b"EXIF" + struct.pack("<L", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<L", len(parts) + 4) + b"WEBP" + parts


def pdf(value: str) -> bytes:
    """A PDF document: one page with a plain font, one with a font that numbers its letters."""
    plain = f"BT /F1 12 Tf 72 700 Td [(api_key =) -300 ({value[:7]}) 20 ({value[7:]})] TJ ET".encode()
    codes = {letter: number for number, letter in enumerate(sorted(set("token = " + value)), 1)}
    shown = "".join(f"{codes[letter]:04X}" for letter in "token = " + value)
    coded = f"BT /F2 12 Tf 1 0 0 1 72 700 Tm <{shown}> Tj ET".encode()
    pairs = "\n".join(f"<{number:04X}> <{ord(letter):04X}>" for letter, number in codes.items())
    cmap = f"begincmap\n{len(codes)} beginbfchar\n{pairs}\nendbfchar\nendcmap".encode()
    metadata = f"<x:xmpmeta>api_key = {value}</x:xmpmeta>".encode()
    out = b"%PDF-1.7\n1 0 obj\n<</Type/Page/Resources<</Font<</F1 2 0 R/F2 3 0 R>>>>/Contents[5 0 R 6 0 R]>>\nendobj\n"
    out += b"2 0 obj\n<</Type/Font/BaseFont/Helvetica>>\nendobj\n3 0 obj\n<</Type/Font/ToUnicode 4 0 R>>\nendobj\n"
    for number, data in ((4, cmap), (5, plain), (6, coded), (7, metadata)):
        packed = zlib.compress(data)
        out += (
            b"%d 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n" % (number, len(packed))
            + packed
            + b"\nendstream\nendobj\n"
        )
    return out + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


SAMPLES: dict[str, Callable[[str], bytes]] = {
    "a.zip": lambda value: zipped({"dir/a.txt": line(value)}),
    "stored.zip": lambda value: zipped({"dir/a.txt": line(value)}, zipfile.ZIP_STORED),
    "bzip2.zip": lambda value: zipped({"dir/a.txt": line(value)}, zipfile.ZIP_BZIP2),
    "lzma.zip": lambda value: zipped({"dir/a.txt": line(value)}, zipfile.ZIP_LZMA),
    "a.tar": lambda value: tarred({"dir/a.txt": line(value)}),
    "gnu.tar": lambda value: tarred({"d/" * 80 + "a.txt": line(value)}, tarfile.GNU_FORMAT),
    "ustar.tar": lambda value: tarred({"dir/" * 30 + "a.txt": line(value)}, tarfile.USTAR_FORMAT),
    "old.tar": lambda value: old_tar(line(value)),
    "a.txt.gz": lambda value: gzip.compress(line(value)),
    "a.txt.bz2": lambda value: bz2.compress(line(value)),
    "a.txt.xz": lambda value: lzma.compress(line(value)),
    "a.txt.lzma": lambda value: lzma.compress(line(value), lzma.FORMAT_ALONE),
    "a.txt.zst": lambda value: zstd.compress(line(value)),
    "object": lambda value: zlib.compress(line(value)),
    "a.tar.gz": lambda value: gzip.compress(tarred({"dir/a.txt": line(value)})),
    "a.7z": lambda value: sevenzipped({"dir/a.txt": line(value)}),
    "a.deb": lambda value: ar({"data.tar.xz": lzma.compress(tarred({"./etc/a.txt": line(value)}))}),
    "a.cpio": lambda value: cpio({"dir/a.txt": line(value)}),
    "a.rpm": lambda value: rpm(zstd.compress(cpio({"./etc/a.txt": line(value)}))),
    "a.docx": docx,
    "a.xlsx": lambda value: xlsx([["user", "password", "token"], ["bob", "", value]]),
    "a.odt": odt,
    "m.pyc": lambda value: bytecode(f"api_key = {value!r}"),
    "a.db": simple_database,
    "a.ipynb": notebook,
    "text.png": lambda value: png(chunk(b"tEXt", b"Comment\0api_key = " + value.encode())),
    "packed.png": lambda value: png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(line(value)))),
    "international.png": lambda value: png(chunk(b"iTXt", b"api_key\0\1\0en\0\0" + zlib.compress(value.encode()))),
    "a.jpg": jpeg,
    "a.gif": gif,
    "a.webp": webp,
    "a.tif": exif,
    "a.pdf": pdf,
    "app.pyz": lambda value: b"#!/usr/bin/env python3\n" + zipped({"__main__.py": line(value)}),
    "setup.exe": lambda value: b"MZ" + noise(3000) + zipped({"a.txt": line(value)}),
    "setup7.exe": lambda value: b"MZ" + noise(3000) + sevenzipped({"a.txt": line(value)}),
    "install.run": lambda value: (
        b"#!/bin/sh\ntail -n +3 $0 | tar xz\nexit\n" + gzip.compress(tarred({"a": line(value)}))
    ),
}
