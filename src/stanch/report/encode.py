"""JSON for every format that is JSON: small, in a fixed order, and safe to print on a terminal."""

from collections.abc import Iterable, Iterator

import msgspec

from stanch.report.plain import encodable


def encode(value: object) -> str:
    """`value` as JSON on one line.

    Characters that do not print are written as escapes, so that nothing that was scanned can steer a terminal or
    reorder a line, and a reader gets them back unchanged. Only unpaired surrogates, which UTF-8 cannot hold, are not
    given back: they read as visible escapes (`\\\\xff`).
    """
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        text = msgspec.json.encode(_encodable(value)).decode()
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(str(key)): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


def document(fields: Iterable[tuple[str, object]]) -> Iterator[str]:
    """A JSON object, one field to a line; the items of a field that is an iterator also one to a line."""
    separator = "{\n"
    for name, value in fields:
        yield f"{separator}{encode(name)}: "
        if isinstance(value, Iterator):
            yield from array(value)
        else:
            yield encode(value)
        separator = ",\n"
    yield "\n}"


def array(items: Iterable[object]) -> Iterator[str]:
    """A JSON array, one item to a line."""
    separator = "[\n"
    for item in items:
        yield separator + encode(item)
        separator = ",\n"
    yield "[]" if separator == "[\n" else "\n]"
