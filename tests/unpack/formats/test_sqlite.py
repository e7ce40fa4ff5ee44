"""SQLite databases."""

import gzip

import pytest

from stanch.unpack import Limits

from ..samples import database, line, noise, png, run, secret, simple_database, zipped


def test_names_keep_to_their_values() -> None:
    entries, problems = run(simple_database(secret()))
    assert entries["settings"].decode().splitlines() == [
        "settings.id: 1",
        "settings.key: api_key",
        f"api_key: {secret()}",
    ]
    assert entries["users"].decode().splitlines() == ["users.name: bob", f"users.token: {secret()}"]
    assert not problems


@pytest.mark.parametrize(
    ("value", "text"),
    [("text", b"text"), (b"blob", b"blob"), (17, b"17"), (1.5, b"1.5"), ("\u00e9\n2", b"\xc3\xa9\n2")],
)
def test_values_of_every_type(value: object, text: bytes) -> None:
    data = database([("CREATE TABLE t (a)", ()), ("INSERT INTO t VALUES (?)", (value,))])
    assert run(data)[0]["t"] == b"t.a: " + text + b"\n"


def test_empty_values_and_tables_are_left_out() -> None:
    data = database(
        [("CREATE TABLE t (a, b)", ()), ("INSERT INTO t VALUES (NULL, '')", ()), ("CREATE TABLE u (a)", ())]
    )
    assert set(run(data)[0]) == {""}


def test_strange_names() -> None:
    data = database([('CREATE TABLE "a""b\nc" ("x""y\x1b" TEXT)', ()), ('INSERT INTO "a""b\nc" VALUES (?)', ("v",))])
    assert run(data)[0]['a"b\ufffdc'] == 'a"b\ufffdc.x"y\ufffd: v\n'.encode()


def test_containers_among_the_values_are_opened() -> None:
    blobs = [gzip.compress(line(secret())), zipped({"x": b"1"}), b"plain", png()]
    data = database([("CREATE TABLE t (n, b)", ()), *(("INSERT INTO t VALUES (?, ?)", (1, blob)) for blob in blobs)])
    entries, problems = run(data)
    assert entries["t.b row 1!t.b row 1"] == line(secret())
    assert entries["t.b row 2!x"] == b"1"
    assert b"plain" in entries["t"]
    assert not problems


def test_deleted_rows_are_in_the_bytes_that_come_out_too() -> None:
    data = database(
        [
            ("PRAGMA secure_delete = OFF", ()),
            ("CREATE TABLE t (a)", ()),
            ("INSERT INTO t VALUES (?)", (secret(),)),
            ("DELETE FROM t", ()),
        ]
    )
    assert secret().encode() in run(data)[0][""]


def test_values_that_are_too_large_are_said() -> None:
    rows = [("INSERT INTO t VALUES (?, ?)", (noise(5 << 20), secret()))]
    entries, problems = run(database([("CREATE TABLE t (a, b)", ()), *rows]))
    assert entries["t"] == f"t.b: {secret()}\n".encode()
    assert [(each.path, each.reason) for each in problems] == [("t", "values larger than 4 MB were left out")]


def test_nothing_of_the_authors_is_run() -> None:
    data = database(
        [
            ("CREATE TABLE t (a, b GENERATED ALWAYS AS (hex(zeroblob(1000000))) VIRTUAL)", ()),
            ("INSERT INTO t (a) VALUES ('x')", ()),
            ("CREATE VIEW v AS SELECT load_extension('evil')", ()),
            ("CREATE VIRTUAL TABLE f USING fts5(content)", ()),
            ("INSERT INTO f VALUES ('some text')", ()),
        ]
    )
    entries, problems = run(data)
    assert entries["t"] == b"t.a: x\n"
    assert "v" not in entries
    assert "f" not in entries
    assert b"some text" in entries["f_content"]
    assert not problems


def test_write_ahead_logs_are_not_asked_for() -> None:
    data = bytearray(simple_database(secret()))
    data[18:20] = b"\2\2"
    assert secret().encode() in run(bytes(data))[0]["users"]


def test_one_that_is_too_large_is_scanned_as_it_is() -> None:
    data = simple_database(secret())
    entries, problems = run(data, limits=Limits(entry_bytes=1000))
    assert entries == {"": data}
    assert [(each.reason, each.harmless) for each in problems] == [
        ("larger than 1000 bytes: not rendered as text", True)
    ]


def test_damage_to_one_table_hides_no_other() -> None:
    filler = [("INSERT INTO a VALUES (?)", ("x" * 500,))] * 50
    data = bytearray(
        database(
            [("CREATE TABLE a (x)", ()), ("CREATE TABLE b (y)", ()), *filler, ("INSERT INTO b VALUES (?)", (secret(),))]
        )
    )
    data[4096:4200] = noise(104)
    entries, problems = run(bytes(data))
    assert entries["b"] == f"b.y: {secret()}\n".encode()
    assert [(each.path, each.harmless) for each in problems] == [("a", True)]
