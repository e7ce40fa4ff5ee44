"""SQLite databases: rows as lines of "table.column: value", and of "key: value" where a table holds such pairs.

The database is opened as a read-only copy with everything off that could run code of its author's; only plain
tables are read, and no view, virtual table or computed column. Deleted rows are in the file's own bytes, which
come out besides.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from stanch.unpack.model import KB, MB, Container, Damaged, Member, Trouble, in_words
from stanch.unpack.sniff import HEAD, sniff
from stanch.unpack.streams import CHUNK, Rendered, label, read_at, size_of

if TYPE_CHECKING:
    import sqlite3

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 LIMIT 2000"
_VALUE = 4 * MB
_TOO_LARGE = 0.5e-300
"""Stands for a value that was not read; a number that nobody stores."""
_KEY = 200
_PIECE = 32 * KB
_STEPS, _ROUNDS = 100_000, 20_000
"""How many steps of SQLite's machine are one round, and how many rounds there may be: half a minute or so."""

_KEYS = frozenset(("key", "name", "k", "option", "option_name", "setting", "property", "variable", "meta_key"))
_VALUES = frozenset(("value", "val", "v", "data", "content", "option_value", "meta_value", "setting_value"))

_Cell = int | float | bytes | None


def members(container: Container) -> Iterator[Member | Trouble]:
    """A rendition for each table, and what is a container among its values."""
    import sqlite3

    with _opened(container) as database:
        try:
            tables = database.execute(_TABLES).fetchall()
        except sqlite3.Error as error:
            raise Damaged(_reason(error)) from None
        for (name,) in tables:
            if not isinstance(name, bytes):
                continue
            table = _Table(database, name.decode("utf-8", "replace"))
            yield Member(table.name, Rendered(table.lines()), of="")
            if table.large:
                yield Trouble(table.name, f"values larger than {in_words(_VALUE)} were left out", harmless=True)
            if table.containers:
                yield from table.contained()


@contextmanager
def _opened(container: Container) -> "Iterator[sqlite3.Connection]":
    """A connection to a copy of the database, which is removed at the end."""
    import sqlite3

    limits = container.limits
    if size_of(container.stream) > limits.entry_bytes:
        raise Damaged(f"larger than {in_words(limits.entry_bytes)}: not rendered as text")
    handle, path = tempfile.mkstemp(suffix=".sqlite")
    try:
        with os.fdopen(handle, "wb") as copy:
            copy.write(read_at(container.stream, 0, 18))
            copy.write(b"\1\1")  # so that nobody looks for a write-ahead log
            container.stream.seek(20)
            while data := container.stream.read(CHUNK * 4):
                copy.write(data)
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            _restrain(database)
            yield database
    finally:
        Path(path).unlink()


def _restrain(database: "sqlite3.Connection") -> None:
    import sqlite3

    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE)
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "cache_size = -2000"):
        database.execute(f"PRAGMA {setting}")
    database.text_factory = bytes
    rounds = iter(range(_ROUNDS))
    database.set_progress_handler(lambda: next(rounds, None) is None, _STEPS)


class _Table:
    """One table, and what reading it brought to light."""

    def __init__(self, database: "sqlite3.Connection", name: str) -> None:
        self.name = name
        self.large = False
        """Whether values were too large to be read."""
        self.containers: set[int] = set()
        """Columns that hold containers."""
        self._database = database
        self._columns: list[str] = []

    def lines(self) -> Iterator[bytes]:
        """A line for each value, with the names of table and column, or with the key that it belongs to."""
        self._columns = self._plain_columns()
        labels = [label(f"{self.name}.{column}").encode() for column in self._columns]
        lowered = [column.lower() for column in self._columns]
        key = next((at for at, column in enumerate(lowered) if column in _KEYS), None)
        keyed = {at for at, column in enumerate(lowered) if column in _VALUES} if key is not None else set()
        lines = bytearray()
        for row in self._rows(range(len(self._columns))):
            named = row[key] if key is not None else None
            for at, value in enumerate(row):
                text = self._text(at, value)
                if text:
                    name = named if at in keyed and isinstance(named, bytes) and len(named) < _KEY else labels[at]
                    lines += b"%b: %b\n" % (name, text)
            if len(lines) > _PIECE:
                yield bytes(lines)
                lines.clear()
        yield bytes(lines)

    def contained(self) -> Iterator[Member]:
        """The values that are containers."""
        columns = sorted(self.containers)
        for number, row in enumerate(self._rows(columns), 1):
            for at, value in zip(columns, row, strict=True):
                if isinstance(value, bytes) and sniff(value[:HEAD], "") is not None:
                    yield Member(f"{self.name}.{self._columns[at]} row {number}", BytesIO(value))

    def _text(self, at: int, value: _Cell) -> bytes:
        if isinstance(value, bytes):
            if sniff(value[:HEAD], "") is None:
                return value
            self.containers.add(at)
        elif value == _TOO_LARGE:
            self.large = True
        elif isinstance(value, int | float):
            return str(value).encode()
        return b""

    def _plain_columns(self) -> list[str]:
        """The columns that are stored, and not computed when they are read."""
        described = self._execute(f"PRAGMA table_xinfo({_quoted(self.name)})")
        return [row[1].decode("utf-8", "replace") for row in described if isinstance(row[1], bytes) and row[6] == 0]

    def _rows(self, columns: Iterable[int]) -> Iterator[tuple[_Cell, ...]]:
        names = [_quoted(self._columns[at]) for at in columns]
        wanted = ", ".join(
            f"CASE WHEN typeof({name}) = 'blob' AND length({name}) > {_VALUE} THEN {_TOO_LARGE!r} ELSE {name} END"
            for name in names
        )
        if wanted:
            yield from self._execute(f"SELECT {wanted} FROM {_quoted(self.name)}")  # noqa: S608

    def _execute(self, statement: str) -> Iterator[tuple[_Cell, ...]]:
        import sqlite3

        try:
            yield from self._database.execute(statement)
        except sqlite3.Error as error:
            raise Damaged(_reason(error)) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _reason(error: "sqlite3.Error") -> str:
    text = str(error)
    if "interrupted" in text:
        return "takes too long to read"
    if "too big" in text:
        return f"a value is larger than {in_words(_VALUE)}: the rest of the table was left out"
    return "corrupt: not rendered as text"
