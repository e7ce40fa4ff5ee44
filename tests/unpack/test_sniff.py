"""Telling containers by their first bytes."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.unpack import HEAD, sniff
from stanch.unpack.formats import FORMATS
from stanch.unpack.sniff import FIRST

from .samples import SAMPLES, noise, old_tar, secret

KINDS = {
    "a.zip": "zip",
    "a.docx": "zip",
    "a.tar": "tar",
    "old.tar": "tar",
    "a.txt.gz": "gzip",
    "a.txt.bz2": "bzip2",
    "a.txt.xz": "xz",
    "a.txt.lzma": "lzma",
    "a.txt.zst": "zstd",
    "object": "zlib",
    "a.7z": "7z",
    "a.deb": "ar",
    "a.cpio": "cpio",
    "a.rpm": "rpm",
    "m.pyc": "bytecode",
    "a.db": "sqlite",
    "a.ipynb": "notebook",
    "text.png": "png",
    "a.jpg": "jpeg",
    "a.gif": "gif",
    "a.webp": "webp",
    "a.tif": "tiff",
    "a.pdf": "pdf",
    "app.pyz": "program",
    "setup.exe": "program",
    "install.run": "program",
}


@pytest.mark.parametrize("name", KINDS)
def test_samples_are_known(name: str) -> None:
    assert sniff(SAMPLES[name](secret())[:HEAD], name) == KINDS[name]


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"install.run"}))
def test_the_name_does_not_matter(name: str) -> None:
    assert sniff(SAMPLES[name](secret())[:HEAD], "notes.txt") == KINDS[name]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"x",
        b"x^2 + y^2 = z^2 and so on, as we all know",
        b"BZh9 is how bzip2 files begin",
        b"PK is not enough",
        b"%PD",
        b"{}",
        b'{"name": "package", "cells": []}',
        b"#!/bin/sh\necho hello\n",
        b"]\0\0",
        b"7z files",
        b"!<arch> and more",
        b"3\r\r\nnot python",
        b"\r\n\r\n" * 200,
        "Grüße, 世界\n".encode() * 100,
        "in another coding\n".encode("utf-16") * 40,
        bytes(HEAD),
    ],
)
def test_text_is_no_container(text: bytes) -> None:
    assert sniff(text[:HEAD], "a.txt") is None


def test_what_cannot_be_opened_is_known_all_the_same() -> None:
    assert sniff(b"Rar!\x1a\x07\x01\0" + bytes(100), "a.rar") == "RAR"
    assert sniff(b"MSCF\0\0\0\0" + bytes(100), "a.cab") == "cabinet"


def test_a_tar_is_known_by_its_checksum_only() -> None:
    archive = bytearray(old_tar(b"text"))
    assert sniff(bytes(archive[:HEAD]), "a") == "tar"
    archive[10] = 65
    assert sniff(bytes(archive[:HEAD]), "a") is None


def test_notebooks_are_told_from_other_json() -> None:
    assert sniff(b'{\n "cells": [', "a.ipynb") == "notebook"
    assert sniff(b'{\n "cells": [', "a.json") == "notebook"
    assert sniff(b'{"other": 1}', "a.ipynb") == "notebook"
    assert sniff(b'{"other": 1}', "a.json") is None


@given(st.binary(max_size=600), st.text(max_size=10))
def test_any_bytes_are_taken(head: bytes, name: str) -> None:
    assert sniff(head, name) in {None, *FORMATS}


@given(st.sampled_from([each for kind in FORMATS.values() for each in kind.signatures]), st.binary(max_size=600))
def test_any_bytes_are_taken_after_a_signature(signature: bytes, rest: bytes) -> None:
    assert sniff(signature + rest, "name") in {None, *FORMATS}


def test_it_is_quick() -> None:
    """A fraction of a microsecond in truth; the bound is for machines that do something else besides."""
    text = b"def main() -> None:\n    print('hello')\n" * 30
    for head in (text[:HEAD], b"#!/usr/bin/env python\n" + text[:400], noise(HEAD, seed=3)):
        assert min(timeit.repeat(lambda head=head: sniff(head, "a.py"), number=1000, repeat=5)) / 1000 < 20e-6  # type: ignore[misc]


@settings(deadline=None)
@given(st.binary(max_size=40), st.sampled_from(sorted(KINDS)), st.integers(0, HEAD))
def test_a_container_without_a_zero_byte_is_known_by_its_first(noise: bytes, name: str, cut: int) -> None:
    """Whoever looks at many texts asks for others only of those that begin so."""
    sample = SAMPLES[name](secret())[:HEAD]
    for head in (noise, sample[:cut] + noise, sample.replace(b"\0", b"\1")):
        if b"\0" not in head[:HEAD] and sniff(head[:HEAD], "") is not None:
            assert FIRST[head[0]]


def test_most_texts_do_not_begin_as_a_container_does() -> None:
    assert len(FIRST) == 256
    assert not any(FIRST[code] for code in b"abcdefgijklmnopqrtuvwyz /*<-'\"\n")
