"""Opening containers within containers: what comes out, under which path, and what is said of the rest."""

import gc
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path

import pytest

from stanch.unpack import Entry, Limits, unpack

from .samples import (
    SAMPLES,
    ar,
    chunk,
    docx,
    line,
    noise,
    png,
    run,
    secret,
    sevenzipped,
    simple_database,
    tarred,
    zipped,
    zstd,
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_secret_comes_out_of_every_kind_on_one_line(name: str) -> None:
    value = secret(7)
    entries, problems = run(SAMPLES[name](value), name)
    assert any(value.encode() in each for data in entries.values() for each in data.splitlines())
    assert not problems


@pytest.mark.parametrize("name", SAMPLES)
def test_and_out_of_every_kind_in_a_compressed_archive_in_a_zip(name: str) -> None:
    value = secret(8)
    wrapped = zipped({"outer/b.tar.xz": lzma.compress(tarred({f"deep/{name}": SAMPLES[name](value)}))})
    entries, problems = run(wrapped, "c.zip")
    assert any(value.encode() in each for data in entries.values() for each in data.splitlines())
    assert all(path.startswith("outer/b.tar.xz!deep/") for path in entries)
    assert not problems


def test_no_container_comes_out_as_it_is() -> None:
    assert run(b"plain text", "a.txt") == ({"": b"plain text"}, [])
    assert run(b"", "empty") == ({"": b""}, [])


def test_paths_join_the_levels() -> None:
    inner = gzip.compress(tarred({"dir/a.txt": b"1", "b.json.gz": gzip.compress(b"2")}))
    entries, problems = run(zipped({"x/inner.tar.gz": inner, "y.txt.xz": lzma.compress(b"3"), "z": b"4"}))
    assert entries == {
        "x/inner.tar.gz!dir/a.txt": b"1",
        "x/inner.tar.gz!b.json.gz!b.json": b"2",
        "y.txt.xz!y.txt": b"3",
        "z": b"4",
    }
    assert not problems


def test_archives_of_all_kinds_in_one_another() -> None:
    data = line(secret())
    data = sevenzipped({"a.txt": data})
    data = tarred({"b.7z": data})
    data = zstd.compress(data)
    data = ar({"c.tar.zst": data})
    data = zipped({"d.deb": data}, zipfile.ZIP_STORED)
    entries, problems = run(data)
    assert entries == {"d.deb!c.tar.zst!b.7z!a.txt": line(secret())}
    assert not problems


def test_documents_come_out_themselves_first() -> None:
    image = png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hello")))
    found = [each for each in unpack(io.BytesIO(zipped({"i.png": image})), "a.zip") if isinstance(each, Entry)]
    assert [(each.path, each.of) for each in found] == [("i.png", None), ("i.png!metadata", "i.png")]


def test_renditions_say_what_they_show() -> None:
    data = tarred({"a.docx": docx(secret()), "b.db": simple_database(secret())})
    shown = {each.path: each.of for each in unpack(io.BytesIO(data), "a.tar") if isinstance(each, Entry)}
    assert shown["a.docx!word/document.xml"] is None
    assert shown["a.docx!word/document.xml!text"] == "a.docx!word/document.xml"
    assert shown["b.db"] is None
    assert shown["b.db!users"] == "b.db"


def test_what_cannot_be_opened_comes_out_as_it_is_and_is_reported() -> None:
    broken = b"PK\3\4" + noise(200)
    rar = b"Rar!\x1a\x07\1\0" + noise(100)
    entries, problems = run(tarred({"a.zip": broken, "b.rar": rar, "c": b"x"}))
    assert entries["a.zip"] == broken
    assert entries["b.rar"] == rar
    assert entries["c"] == b"x"
    assert {(each.path, each.reason, each.harmless) for each in problems} >= {
        ("a.zip", "truncated: the zip archive has no directory", False),
        ("b.rar", "RAR data cannot be opened", False),
    }
    assert run(broken)[0][""] == broken


def test_a_broken_member_hides_no_other() -> None:
    cut = gzip.compress(noise(100_000))[:50_000]
    entries, problems = run(tarred({"a.gz": cut, "b.txt": b"x"}))
    assert entries["a.gz!a"][:1000] == noise(100_000)[:1000]
    assert entries["b.txt"] == b"x"
    assert [(each.path, each.reason) for each in problems] == [("a.gz!a", "truncated")]


def test_a_broken_document_is_harmless() -> None:
    database = b"SQLite format 3\0" + noise(5000)
    entries, problems = run(database, "a.db")
    assert entries == {"": database}
    assert problems
    assert all(each.harmless for each in problems)


def test_entries_need_not_be_read() -> None:
    data = tarred({"a.7z": sevenzipped({"x": noise(200_000), "y": line(secret())}), "b": line(secret())})
    found = [each for each in unpack(io.BytesIO(data), "a.tar") if isinstance(each, Entry)]
    assert [each.path for each in found] == ["a.7z!x", "a.7z!y", "b"]


def test_entries_may_be_closed() -> None:
    names = []
    for each in unpack(
        io.BytesIO(tarred({"a.docx": docx(secret()), "i.png": png(), "b.gz": gzip.compress(b"1")})), "a"
    ):
        assert isinstance(each, Entry)
        names.append(each.path)
        each.stream.read(3)
        each.stream.close()
    assert names[-1] == "b.gz!b"


def test_names_are_labels_and_nothing_else() -> None:
    names = ["../../etc/passwd", "/etc/shadow", "a\x1b[31mred", "C:\\x", "n\nl", "\u202etxt", "x" * 5000]
    entries, problems = run(zipped(dict.fromkeys(names, b"1")))
    assert list(entries)[:2] == names[:2]
    assert list(entries)[2] == "a\ufffd[31mred"
    assert all(path.isprintable() and len(path) < 600 for path in entries)
    assert len(entries) == len(names)
    assert not problems


def test_undecodable_names_can_be_encoded() -> None:
    archive = zipped({"nnnn": b"1"}).replace(b"nnnn", b"\xff\xfe\xf0\x80")
    for path in run(archive)[0]:
        assert path.encode()


def test_depth_is_limited_and_what_lies_deeper_comes_out_packed() -> None:
    data = line(secret())
    for _ in range(5):
        data = zipped({"a.zip": data}, zipfile.ZIP_STORED)
    entries, problems = run(data, limits=Limits(depth=3))
    assert [(each.path, each.reason) for each in problems] == [("a.zip!a.zip!a.zip", "nested deeper than 3")]
    assert secret().encode() in entries["a.zip!a.zip!a.zip"]


def test_compressors_around_one_another_count_as_levels() -> None:
    data = b"x"
    for _ in range(30):
        data = gzip.compress(data)
    entries, problems = run(data, "a.gz")
    assert [each.reason for each in problems] == ["nested deeper than 8"]
    assert len(entries) == 1


def test_the_number_of_members_is_limited() -> None:
    data = zipped({f"{number}": b"x" for number in range(50)})
    entries, problems = run(data, limits=Limits(entries=20))
    assert len(entries) == 20
    assert [(each.path, each.reason) for each in problems] == [("", "holds more than 20 members")]
    nested = tarred({f"{number}.zip": data for number in range(3)})
    entries, problems = run(nested, limits=Limits(entries=70))
    assert len(entries) < 70
    assert [each.reason for each in problems] == ["holds more than 70 members"]


def test_a_member_that_is_too_large_is_cut_and_the_rest_comes_out() -> None:
    for data in (
        zipped({"a": noise(5000), "b": b"x"}),
        tarred({"a": noise(5000), "b": b"x"}),
        sevenzipped({"a": noise(1800), "b": b"x"}),
    ):
        entries, problems = run(data, limits=Limits(entry_bytes=1000))
        assert len(entries["a"]) == 1000
        assert entries["b"] == b"x"
        assert [(each.path, each.reason) for each in problems] == [
            ("a", "larger than 1000 bytes: the rest was left out")
        ]


def test_two_runs_are_equal() -> None:
    data = zipped({name: make(secret()) for name, make in SAMPLES.items()})
    assert run(data) == run(data)


def test_nothing_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    data = tarred({"a.db.gz": gzip.compress(simple_database(secret())), "b.zip.gz": gzip.compress(zipped({"c": b"1"}))})
    assert len(run(data, limits=Limits(spool_bytes=10))[0]) == 4
    unfinished = unpack(io.BytesIO(data), "a.tar", Limits(spool_bytes=10))
    while next(unfinished).path != "a.db.gz!a.db!settings":
        pass
    assert list(tmp_path.iterdir())
    del unfinished
    gc.collect()
    assert not list(tmp_path.iterdir())
