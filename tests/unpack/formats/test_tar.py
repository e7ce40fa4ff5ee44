"""Tar archives in all dialects."""

import io
import tarfile

import pytest

from ..samples import line, noise, run, secret, tarred


@pytest.mark.parametrize("dialect", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_come_out_in_every_dialect(dialect: int) -> None:
    members = {"a": b"1", "d/e.txt": line(secret()), "empty": b"", "block": noise(512), "large": noise(5000)}
    assert run(tarred(members, dialect)) == (members, [])


@pytest.mark.parametrize("dialect", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_foreign_names(dialect: int) -> None:
    members = {"folder/" * 40 + "file": b"1", "Größe 世界": b"2", "after": b"3"}
    assert run(tarred(members, dialect)) == (members, [])


def test_links_and_devices_hold_nothing() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, kind in enumerate(
            (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
        ):
            info = tarfile.TarInfo(f"x{number}")
            info.type, info.linkname = kind, "../../etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("a")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"1"))
    assert run(out.getvalue()) == ({"a": b"1"}, [])


def test_archives_behind_one_another_all_come_out() -> None:
    assert run(tarred({"a": b"1"}) + tarred({"b": b"2"})) == ({"a": b"1", "b": b"2"}, [])


def test_what_stands_behind_the_archive_comes_out() -> None:
    entries, problems = run(tarred({"a": b"1"}) + line(secret()).ljust(700))
    assert secret().encode() in entries["(after the archive)"]
    assert [each.reason for each in problems] == ["corrupt: there is no header where one should be"]


def test_damage_in_the_middle_hides_nothing_after_it() -> None:
    data = bytearray(tarred({"a": b"1", "b": line(secret(1)), "c": b"3"}, tarfile.USTAR_FORMAT))
    data[1024 + 10] ^= 1
    entries, problems = run(bytes(data))
    assert (entries["a"], entries["c"]) == (b"1", b"3")
    assert secret(1).encode() in entries["(between the members)"]
    assert [each.reason for each in problems] == ["corrupt: there is no header where one should be"]


def test_truncated() -> None:
    entries, problems = run(tarred({"a": noise(3000)})[:2000])
    assert noise(3000).startswith(entries["a"])
    assert [(each.path, each.reason) for each in problems] == [("a", "truncated")]


def test_sizes_and_names_of_pax_headers() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a")
        info.size = 5
        info.pax_headers = {"path": "other/name", "comment": "x"}
        archive.addfile(info, io.BytesIO(b"12345"))
    assert run(out.getvalue()) == ({"other/name": b"12345"}, [])


def test_global_headers_name_no_member() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as archive:
        info = tarfile.TarInfo("a")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"1"))
    assert run(out.getvalue()) == ({"a": b"1"}, [])
