"""Scanned text, made fit to be shown: a path, an author or a line of code may hold anything.

Terminal escape sequences, line breaks, bidirectional overrides, invisible and unpaired characters become visible
escapes such as `\\x1b`. Every format for people passes each string that it did not write itself through `printable`.
"""


def printable(text: str) -> str:
    """`text` on one line with every character that does not print written as an escape; spaces of any kind are kept."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _shown(char) for char in text)


def _shown(char: str) -> str:
    code = ord(char)
    if char.isspace() and code > 0x85 and code not in (0x2028, 0x2029):
        return " "  # no-break, em, ideographic ... space
    if char in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[char]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte of a file name that is not UTF-8
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def line_of_code(text: str) -> str:
    """`printable` for an excerpt: without its indentation, tabs as spaces."""
    return printable(text.strip().replace("\t", "  "))


def encodable(text: str) -> str:
    """`text` as UTF-8 can hold it: unpaired surrogates become visible escapes, all else stays."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_shown(char) if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def shorten(text: str, width: int) -> str:
    """At most `width` characters of `text`, with what is left out of its middle marked."""
    if len(text) <= width:
        return text
    head = (width - 3) // 2
    return f"{text[:head]}...{text[len(text) - (width - 3 - head) :]}"


def window(text: str, around: str, width: int) -> str:
    """At most `width` characters of `text`, chosen so that `around` is among them if it is there at all."""
    if len(text) <= width:
        return text
    at = max(text.find(around), 0)
    start = max(0, min(at - (width - len(around)) // 2, len(text) - width))
    cut = text[start : start + width]
    if start:
        cut = "..." + cut[3:]
    if start + width < len(text):
        cut = cut[:-3] + "..."
    return cut
