"""7z archives, made by py7zr."""

import random

import py7zr
import pytest

from stanch.unpack.formats.sevenzip_header import Reader
from stanch.unpack.model import Damaged

from ..samples import line, noise, run, secret, sevenzipped

CODINGS: dict[str, list[dict[str, int]]] = {
    "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 7}],
    "LZMA": [{"id": py7zr.FILTER_LZMA, "preset": 7}],
    "LZMA2 and x86": [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 7}],
    "LZMA2 and ARM": [{"id": py7zr.FILTER_ARM}, {"id": py7zr.FILTER_LZMA2, "preset": 7}],
    "LZMA2 and delta": [{"id": py7zr.FILTER_DELTA}, {"id": py7zr.FILTER_LZMA2, "preset": 7}],
    "bzip2": [{"id": py7zr.FILTER_BZIP2}],
    "deflate": [{"id": py7zr.FILTER_DEFLATE}],
    "zstd": [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    "copy": [{"id": py7zr.FILTER_COPY}],
}
MEMBERS = {"dir/a.txt": line(secret()), "empty": b"", "b.bin": noise(70_000), "last/c.txt": line(secret(2)) * 500}


@pytest.mark.parametrize("coding", CODINGS)
def test_members_come_out_in_every_coding(coding: str) -> None:
    assert run(sevenzipped(MEMBERS, CODINGS[coding])) == (MEMBERS, [])


def test_text_is_there_even_if_machine_code_is_not_put_right() -> None:
    data = sevenzipped(MEMBERS, [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA, "preset": 7}])
    entries, _problems = run(data)
    assert entries["dir/a.txt"] == line(secret())


@pytest.mark.parametrize("coding", [[{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}], [{"id": py7zr.FILTER_BROTLI}]])
def test_unsupported_codings_are_reported(coding: list[dict[str, int]]) -> None:
    entries, problems = run(sevenzipped({"a": b"1", "b": b"2"}, coding))
    assert set(entries) == {""}
    assert [each.path for each in problems] == ["a", "b"]
    assert all("which is not supported" in each.reason for each in problems)


def test_encryption_is_reported() -> None:
    data = sevenzipped({"a": b"1"}, password="pass" + "word")
    assert [(each.path, each.reason) for each in run(data)[1]] == [("a", "encrypted")]
    data = sevenzipped({"a": b"1"}, password="pass" + "word", hidden=True)
    assert [(each.path, each.reason) for each in run(data)[1]] == [("", "encrypted")]


def test_many_members_in_one_stream() -> None:
    members = {f"{number:04}": bytes(str(number), "ascii") * 50 for number in range(1, 300)}
    assert run(sevenzipped(members)) == (members, [])


def test_archive_without_members() -> None:
    assert run(sevenzipped({})) == ({}, [])


def test_damage_in_the_stream_is_reported_for_what_it_hides() -> None:
    data = bytearray(sevenzipped({"a": line(secret()), "b": noise(100_000), "c": b"3"}))
    data[5000] ^= 0xFF
    data[5001] ^= 0xFF
    _entries, problems = run(bytes(data))
    assert {each.path for each in problems} <= {"b", "c"}


def test_truncated_archives_are_reported() -> None:
    data = sevenzipped(MEMBERS)
    entries, problems = run(data[:-20])
    assert entries == {"": data[:-20]}
    assert [each.reason for each in problems] == ["truncated: the 7z archive has no header"]


def test_numbers_of_a_header() -> None:
    rng = random.Random(1)
    for value in [0, 1, 127, 128, 16383, 16384, (1 << 56) - 1, (1 << 64) - 1, *(rng.getrandbits(n) for n in range(64))]:
        extra = max(next((n for n in range(8) if value < 1 << 7 * (n + 1)), 8), 0)
        first = (0xFF00 >> extra & 0xFF) | (value >> 8 * extra if extra < 8 else 0)
        data = bytes((first,)) + (value & (1 << 8 * extra) - 1).to_bytes(extra, "little")
        assert Reader(data, 1).number() == value


def test_counts_are_held_against_the_limit() -> None:
    with pytest.raises(Damaged, match="more than 5 members"):
        Reader(b"\x06", 5).count()


def test_a_header_that_is_too_large_is_refused() -> None:
    data = bytearray(sevenzipped({"a": b"1"}))
    data[20:28] = (1 << 40).to_bytes(8, "little")
    assert [each.reason for each in run(bytes(data))[1]] == ["the header of the 7z archive is too large"]
