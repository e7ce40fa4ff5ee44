"""`.env` files: what they say, and the same with one value changed and every other character left as it is.

There is no standard. What is written here is read the same by `sh`, by stanch, and, but for values that `portable`
names, by the usual libraries. What is read is what these libraries read: blanks around "=", `export`, comments after
values, values over several lines in quotes.
"""

import re

import msgspec

from stanch.errors import ConfigError

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=")
_BLANKS = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"[ \t]#")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\n": ""}
_ESCAPED = '\\"$`'
_BARE = re.compile(r"[A-Za-z0-9_@%+:,./-]*")


class Entry(msgspec.Struct, frozen=True):
    """One assignment."""

    name: str
    value: str
    start: int
    """Where the value begins, its quotes included, and where it ends."""
    end: int
    quote: str
    """The quote that it begins with, or nothing."""
    line: int
    closed: bool = True
    """Whether the quote that it begins with ends; else the value is what stands on the line."""


def entries(text: str) -> list[Entry]:
    """The assignments in order. What is none, comments among it, is passed over."""
    found = []
    at, line = (1 if text.startswith("\ufeff") else 0), 1
    while at < len(text):
        head = _ASSIGNMENT.match(text, at)
        after = at
        if head:
            entry = _entry(text, head[1], head.end(), line)
            found.append(entry)
            after = entry.end
        end = text.find("\n", after)
        end = len(text) if end < 0 else end + 1
        line += text.count("\n", at, end)
        at = end
    return found


def assign(text: str, name: str, value: str) -> str:
    """`text` with `value` for `name`: wherever it is assigned already, with the quotes there if they will do, or
    else on a line at the end. ConfigError where that would change what else the file says.
    """
    before = entries(text)
    new = text
    for entry in reversed(before):
        if entry.name == name:
            new = new[: entry.start] + quoted(value, like=entry.quote) + new[entry.end :]
    if all(entry.name != name for entry in before):
        end = _line_end(text, before)
        gap = "" if not text or text.endswith("\n") or text == "\ufeff" else end
        new = f"{text}{gap}{name}={quoted(value)}{end}"
    expected = [(entry.name, value if entry.name == name else entry.value) for entry in before]
    if all(entry.name != name for entry in before):
        expected.append((name, value))
    if [(entry.name, entry.value) for entry in entries(new)] != expected or "\0" in value:
        broken = [str(entry.line) for entry in before if not entry.closed]
        where = f"a quote in line {', '.join(broken)} has no end" if broken else "its form is not understood"
        raise ConfigError(f"{name} cannot be set without changing what else the file says: {where}")
    return new


def quoted(value: str, like: str = "") -> str:
    """`value` as a `.env` file and `sh` write it, in quotes like those that were there before if they will do."""
    bare = _BARE.fullmatch(value) is not None
    if bare and not like:
        return value
    if like == '"' and not any(char in value for char in _ESCAPED):
        return f'"{value}"'
    if "'" not in value:
        return f"'{value}'"
    return '"' + "".join(f"\\{char}" if char in _ESCAPED else char for char in value) + '"'


def portable(value: str) -> bool:
    """Whether the usual libraries read what is written for `value` as `sh` does; they differ on the rest.

    Some take escapes in single quotes, some none in double quotes; some put variables in; some change line ends.
    """
    if _BARE.fullmatch(value):
        return True
    if "\r" in value or "${" in value:
        return False
    if "'" in value:
        return not any(char in value for char in _ESCAPED)
    return "\\\\" not in value and not value.endswith("\\")


def _line_end(text: str, found: list[Entry]) -> str:
    """The line end that the file has, whatever its values hold."""
    between = zip([0, *(entry.end for entry in found)], [*(entry.start for entry in found), len(text)], strict=True)
    return "\r\n" if any("\r\n" in text[start:end] for start, end in between) else "\n"


def _entry(text: str, name: str, at: int, line: int) -> Entry:
    blanks = _BLANKS.match(text, at)
    start = blanks.end() if blanks else at
    quote = text[start : start + 1]
    if quote not in ("'", '"') or not quote:
        return _plain(text, name, at, line)
    parts, end = _segments(text, start)
    if parts is None:
        bare = _plain(text, name, at, line)
        return msgspec.structs.replace(bare, closed=False)
    return Entry(name, "".join(parts), start, end, quote, line)


def _plain(text: str, name: str, at: int, line: int) -> Entry:
    """An entry without quotes: to the end of the line, or to a comment."""
    end = next((place for place in range(at, len(text)) if text[place] in "\r\n"), len(text))
    if comment := _COMMENT.search(text, at, end):
        end = comment.start()
    value = text[at:end]
    start = at + len(value) - len(value.lstrip(" \t"))
    value = value.strip(" \t")
    return Entry(name, value, start if value else at, (start if value else at) + len(value), "", line)


def _segments(text: str, at: int) -> tuple[list[str] | None, int]:
    """The pieces of a quoted value, as `sh` puts them side by side, and where they end; no pieces where a quote does
    not.
    """
    parts = []
    while at < len(text) and text[at] not in " \t\r\n#":
        if text[at] == "'":
            close = text.find("'", at + 1)
            if close < 0:
                return None, at
            parts.append(text[at + 1 : close])
            at = close + 1
        elif text[at] == '"':
            found = _DOUBLE.match(text, at)
            if not found:
                return None, at
            parts.append(_ESCAPE.sub(_unescape, found[1]))
            at = found.end()
        else:
            width = 2 if text[at] == "\\" and at + 1 < len(text) else 1
            parts.append(text[at + width - 1])
            at += width
    return parts, at


def _unescape(match: re.Match[str]) -> str:
    char = match[1]
    return char if char in _ESCAPED else _ESCAPES.get(char, match[0])
