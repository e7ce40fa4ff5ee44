"""Adds and takes out ignore entries of a `stanch.toml`, and leaves every other byte of it as it is.

The text is edited, not written anew, for people's comments and order are theirs. Each edit is proven before it is
written: the new text must read as the old one with exactly the one entry more or less.
"""

import re
from collections.abc import Callable
from pathlib import Path

from stanch.config.load import check_entry, parse
from stanch.config.model import IgnoreEntry, Settings
from stanch.errors import ConfigError
from stanch.textfile import printable, read_text, replace_text

_LARGEST = 1 << 20
_GUESSES = 5
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*(?:ignore|\"ignore\"|'ignore')[ \t]*\]\][ \t]*(?:#.*)?")
_ANY_HEADER = re.compile(r"[ \t]*\[")
_IDLE = re.compile(r"[ \t]*(?:#.*)?")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def add_ignore(path: Path, entry: IgnoreEntry) -> None:
    """Append `entry` to the file, which is made if need be; ConfigError if the entry or the file is not sound."""
    check_entry(entry)
    text = _read(path)
    before = parse(text, path)
    line_end = "\r\n" if "\r\n" in text else "\n"
    table = line_end.join(_table(entry)) + line_end
    gap = "" if not text else line_end if text.endswith("\n") else line_end * 2
    longer = text + gap + table
    if not _reads_as(longer, path, [*before.ignore, entry], before):
        hint = "entries must be written as [[ignore]] tables"
        raise ConfigError(f"{path}: the entry cannot be added at the end", hint=hint)
    replace_text(path, longer)


def remove_ignore(path: Path, chosen: Callable[[IgnoreEntry], bool]) -> list[IgnoreEntry]:
    """Take out the entries that `chosen` picks and give them back; ConfigError where the text resists.

    A comment above an entry stays: it may speak of more than the entry.
    """
    text = _read(path)
    removed = []
    number = 0
    settings = parse(text, path)
    for entry in list(settings.ignore):
        if not chosen(entry):
            number += 1
            continue
        text = _without(text, number, settings, path)
        settings = parse(text, path)
        removed.append(entry)
    if removed:
        replace_text(path, text)
    return removed


def _read(path: Path) -> str:
    if path.is_symlink():
        raise ConfigError(f"{path}: a symbolic link", hint="edit the file that it leads to")
    return read_text(path, _LARGEST) or ""


def _table(entry: IgnoreEntry) -> list[str]:
    lines = ["[[ignore]]"]
    for name in ("fingerprint", "path", "detector", "reason", "owner"):
        if value := getattr(entry, name):
            lines.append(f"{name} = {_quote(value)}")
    if entry.expires:
        lines.append(f"expires = {entry.expires.isoformat()}")
    return lines


def _quote(value: str) -> str:
    """A TOML basic string."""
    return '"' + "".join(_escape(char) for char in value) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _without(text: str, number: int, settings: Settings, path: Path) -> str:
    """The text without its ignore entry `number`, counted from 0.

    Lines that look like headers can stand within strings, so that some guesses are tried until one proves right.
    """
    expected = [*settings.ignore[:number], *settings.ignore[number + 1 :]]
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    starts = [at for at, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    likely = sorted(range(len(starts)), key=lambda place: abs(place - number))[:_GUESSES]
    for start in (starts[place] for place in likely):
        ends = [at for at in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[at])][:_GUESSES]
        for end in (*ends, len(lines)):
            shorter = _cut(lines, start, end)
            if _reads_as(shorter, path, expected, settings):
                return shorter
    what = printable(settings.ignore[number].label)
    hint = "edit the file by hand"
    raise ConfigError(f"{path}: ignore {number + 1} ({what}) cannot be taken out by itself", hint=hint)


def _cut(lines: list[str], start: int, end: int) -> str:
    """The lines without those from `start` to `end`, and without the empty line that set them off.

    Comments and empty lines at the end stay: they belong to what follows.
    """
    while end > start + 1 and _IDLE.fullmatch(lines[end - 1].rstrip("\r\n")):
        end -= 1
    if start and not lines[start - 1].strip():
        start -= 1
    elif end < len(lines) and not lines[end].strip():
        end += 1
    return "".join(lines[:start] + lines[end:])


def _reads_as(text: str, path: Path, ignore: list[IgnoreEntry], others: Settings) -> bool:
    """Whether `text` has these ignore entries and everything else as in `others`."""
    try:
        settings = parse(text, path)
    except ConfigError:
        return False
    return settings.ignore == ignore and _others(settings) == _others(others)


def _others(settings: Settings) -> tuple[object, ...]:
    return settings.scan, settings.limits, settings.identity.key, settings.store, settings.detector, settings.gitleaks
