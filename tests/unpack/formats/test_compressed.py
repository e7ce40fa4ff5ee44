"""Files that are one compressed stream."""

import bz2
import gzip
import io
import lzma

import pytest

from ..samples import line, noise, run, secret, zipped, zstd


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("a.txt.gz", "a.txt"),
        ("dir/a.gz", "a"),
        ("a.svgz", "a.svg"),
        ("a.TXT.GZ", "a.TXT"),
        (".gz", ".gz"),
        ("unnamed", "unnamed"),
        ("", "(content)"),
    ],
)
def test_the_name_loses_its_suffix(name: str, inner: str) -> None:
    assert run(gzip.compress(b"1"), name) == ({inner: b"1"}, [])


def test_the_stored_name_comes_first() -> None:
    out = io.BytesIO()
    with gzip.GzipFile("../secrets.env", "wb", fileobj=out) as file:
        file.write(b"1")
    assert run(out.getvalue(), "x.gz") == ({"secrets.env": b"1"}, [])


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_streams_that_follow_one_another_are_one_content(compress: object) -> None:
    assert callable(compress)
    data = compress(b"api_key = ") + compress(secret().encode()) + compress(b"") + compress(b"\n")
    assert run(data, "a.x")[0] == {"a.x": b"api_key = " + secret().encode() + b"\n"}


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_what_stands_behind_comes_out(compress: object) -> None:
    assert callable(compress)
    entries, problems = run(compress(b"1") + bytes(512) + line(secret()), "a.x")
    assert entries == {"a.x": b"1", "(after the compressed data)": line(secret())}
    entries, _problems = run(compress(b"1") + zipped({"z": line(secret())}), "a.x")
    assert entries["(after the compressed data)!z"] == line(secret())
    assert not problems


def test_frames_of_zstd_that_are_to_be_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18\4\0\0\0skip"
    assert run(skipped + zstd.compress(b"1") + skipped + zstd.compress(b"2"), "a.zst") == ({"a": b"12"}, [])


def test_a_zstd_frame_that_needs_a_dictionary_is_reported() -> None:
    trained = zstd.train_dict([noise(100, seed) * 2 for seed in range(200)], 2000)
    data = zstd.compress(line(secret()) * 5, zstd_dict=trained)
    _entries, problems = run(data, "a.zst")
    assert [(each.path, each.reason) for each in problems] == [("a", "corrupt")]
