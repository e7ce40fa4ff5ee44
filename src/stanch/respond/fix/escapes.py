"""What a piece of a string literal says, escapes read as nearly all languages read them."""

import re

from stanch.respond.fix.model import Refused

_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u\{(?P<b>[0-9A-Fa-f]{1,6})\}|u(?P<u>[0-9A-Fa-f]{4})|U(?P<w>[0-9A-Fa-f]{8})"
    r"|(?P<end>\r?\n)|(?P<c>.))",
    re.DOTALL,
)
_PLAIN = {
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "`": "`", "/": "/", "$": "$", "#": "#", "{": "{",
    "}": "}", "%": "%",
}  # fmt: skip


def unescape(text: str) -> str:
    """`text` with its escapes replaced by what they stand for; Refused for those that languages do not agree on."""

    def one(found: re.Match[str]) -> str:
        number = found["x"] or found["b"] or found["u"] or found["w"]
        if number:
            value = int(number, 16)
            if value > 0x10FFFF or 0xD800 <= value < 0xE000 or (found["x"] and value > 0x7F):
                raise Refused("an escape in the value is not one character")
            return chr(value)
        if found["end"] or found["c"] not in _PLAIN:
            raise Refused("an escape in the value means different things in different languages")
        return _PLAIN[found["c"]]

    return _ESCAPE.sub(one, text)
