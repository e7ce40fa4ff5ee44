"""The archives of packages: ar, cpio, rpm, and programs that carry an archive."""

import gzip

import pytest

from ..samples import ar, cpio, line, noise, rpm, run, secret, sevenzipped, tarred, zipped


def test_ar_with_long_names() -> None:
    members = {"short": b"1", "a-name-that-is-much-longer-than-fits": b"22", "odd": b"333"}
    assert run(ar(members)) == (members, [])


def test_ar_of_other_systems() -> None:
    data = (
        b"!<arch>\n"
        + b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"#1/20", 0, 0, 0, b"644", 23)
        + b"name".ljust(20, b"\0")
        + b"abc\n"
    )
    assert run(data) == ({"name": b"abc"}, [])


def test_ar_truncated_and_corrupt() -> None:
    assert [each.reason for each in run(ar({"a": noise(100)})[:-50])[1]] == ["truncated"]
    assert [each.reason for each in run(ar({"a": b"1"}) + noise(80))[1]] == ["corrupt"]


def test_cpio() -> None:
    members = {"a": b"1", "dir/b": line(secret()), "empty": b"", "c": noise(1001)}
    assert run(cpio(members)) == (members, [])


def test_cpio_in_octal() -> None:
    def one(name: str, data: bytes) -> bytes:
        fields = [
            (0, 6),
            (1, 6),
            (0o100644, 6),
            (0, 6),
            (0, 6),
            (1, 6),
            (0, 6),
            (0, 11),
            (len(name) + 1, 6),
            (len(data), 11),
        ]
        return b"070707" + b"".join(b"%0*o" % (width, value) for value, width in fields) + name.encode() + b"\0" + data

    assert run(one("a", b"1") + one("b", line(secret())) + one("TRAILER!!!", b"")) == (
        {"a": b"1", "b": line(secret())},
        [],
    )


def test_boot_images_have_one_archive_after_the_other() -> None:
    data = cpio({"early": b"1"}) + bytes(400) + gzip.compress(cpio({"init": line(secret())}))
    assert run(data)[0] == {"early": b"1", "(after the archive)!init": line(secret())}


def test_cpio_truncated() -> None:
    entries, problems = run(cpio({"a": b"1", "b": noise(500)})[:400])
    assert entries["a"] == b"1"
    assert [(each.path, each.reason) for each in problems] == [("b", "truncated"), ("", "truncated")]


def test_rpm_scripts_and_files() -> None:
    data = rpm(gzip.compress(cpio({"./etc/app.conf": line(secret(1))})), b"#!/bin/sh\n" + line(secret(2)))
    entries, problems = run(data, "a.rpm")
    assert entries["./etc/app.conf"] == line(secret(1))
    assert secret(2).encode() in entries["(header)"]
    assert not problems


@pytest.mark.parametrize("start", [b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe"])
def test_programs_with_an_archive_at_their_end(start: bytes) -> None:
    for archive in (zipped({"a": line(secret())}), sevenzipped({"a": line(secret())})):
        program = start + noise(10_000) + archive
        entries, problems = run(program, "setup")
        assert entries == {"": program, "a": line(secret())}
        assert not problems


def test_programs_without_one() -> None:
    program = b"MZ" + noise(1000) + b"7z\xbc\xaf\x27\x1c" + noise(1000)
    assert run(program, "7z.exe") == ({"": program}, [])


def test_scripts_with_an_archive_behind_them() -> None:
    script = b"#!/bin/sh\nsed '1,/^exit/d' $0 | tar xz\nexit\n"
    for packed in (gzip.compress(tarred({"a": line(secret())})), zipped({"a": line(secret())})):
        entries, problems = run(script + packed, "install.run")
        assert entries == {"": script + packed, "a": line(secret())}
        assert not problems
    assert run(script, "install.run") == ({"": script}, [])
