"""Characters and classes of characters, over bytes: a character beyond ASCII is its UTF-8."""

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from stanch.catalog.re2.tree import Text
from stanch.errors import ConfigError

BEYOND = r"[\xc2-\xf4][\x80-\xbf]{1,3}"
"""Some character beyond ASCII."""
ASCII = frozenset(range(128))
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PERL = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
_CATEGORY = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfos]?")
_POSIX_NAME = re.compile(r"\[:(\^?)(\w+):\]")
_PERL_NAME = re.compile(r"\\([dswDSW])")
_UNICODE_NAME = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))")


class Named(msgspec.Struct, frozen=True):
    """A class that has a name: its ASCII members, and whether it has some, or all, beyond ASCII."""

    codes: frozenset[int]
    beyond: bool
    everything: bool = False


def named(text: str, at: int) -> tuple[Named, int] | None:
    """The class by name that stands at `at` within brackets, be it POSIX, Perl's or Unicode's, and where it ends."""
    if found := _POSIX_NAME.match(text, at):
        if found[2] not in _POSIX:
            raise ConfigError(f"no class is called {found[2]!r}")
        return _named(_codes(_POSIX[found[2]]), found.end(), negated=bool(found[1]))
    if found := _PERL_NAME.match(text, at):
        return _named(_codes(_PERL[found[1].lower()]), found.end(), negated=found[1].isupper())
    return unicode_class(text, at) if text.startswith(("\\p", "\\P"), at) else None


def _named(codes: frozenset[int], end: int, *, negated: bool) -> tuple[Named, int]:
    return Named(ASCII - codes if negated else codes, beyond=negated, everything=negated), end


def unicode_class(text: str, at: int) -> tuple[Named, int]:
    """The class such as `\\p{Lu}` or `\\PN` that stands at `at`, and where it ends."""
    found = _UNICODE_NAME.match(text, at)
    if not found:
        raise ConfigError("a Unicode class without name")
    name = found[3] or found[4]
    if _CATEGORY.fullmatch(name):
        codes = frozenset(code for code in ASCII if unicodedata.category(chr(code)).startswith(name))
    elif name in ("Any", "Latin"):
        codes = _codes(_POSIX["ascii" if name == "Any" else "alpha"])
    elif name[0].isupper() and len(name) > 2:
        codes = frozenset()  # some other script
    else:
        raise ConfigError(f"no Unicode class is called {name!r}")
    negated = (found[1] == "P") != (found[2] == "^")
    return Named(ASCII - codes if negated else codes, beyond=True), found.end()


def literal(char: str) -> Text:
    """One character that stands for itself."""
    if char.isascii() and (char.isalnum() or char in "_/:;,<>=@!%\"'` "):
        return Text(char)
    if char.isascii():
        return Text("\\" + char if char.isprintable() else f"\\x{ord(char):02x}")
    return Text(_utf8(char), single=False)


def _utf8(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


def class_text(codes: Iterable[int], chars: str, *, beyond: bool) -> Text:
    """A class with these ASCII members, these other characters, and perhaps some character beyond ASCII."""
    codes = set(codes)
    others = [_utf8(char) for char in chars] + ([BEYOND] if beyond else [])
    if not others:
        return Text(char_set(codes), varies=len(codes) > 1)
    return Text(
        f"(?:{'|'.join(([char_set(codes)] if codes else []) + others)})",
        varies=beyond or len(codes) + len(chars) > 1,
    )


def char_set(codes: Iterable[int], *, negated: bool = False) -> str:
    """Character codes as a set in brackets, with ranges."""
    ordered = sorted(codes)
    if not ordered and not negated:
        raise ConfigError("a class that nothing matches")
    parts = []
    while ordered:
        length = 1
        while length < len(ordered) and ordered[length] == ordered[0] + length:
            length += 1
        low, high = _member(ordered[0]), _member(ordered[length - 1])
        parts.append(low if length == 1 else low + high if length == 2 else f"{low}-{high}")
        ordered = ordered[length:]
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _member(code: int) -> str:
    char = chr(code)
    if not char.isprintable():
        return f"\\x{code:02x}"
    return char if char.isalnum() or char in "_/:;,<>=@!%\"'` ." else "\\" + char


def _codes(members: str) -> frozenset[int]:
    found = re.compile(f"[{members}]")
    return frozenset(code for code in ASCII if found.match(chr(code)))
