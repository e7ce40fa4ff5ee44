"""Inline comments that ask to ignore a secret on their line: ours, and those that other scanners taught people.

Ours is `stanch:ignore`. It may name detectors, `stanch:ignore[acme-token,aws-*]`, or the one secret that is meant by
eight or more characters of its fingerprint, `stanch:ignore=3fa9c0d1`, so that another secret on the line is still
found. `until=2026-12-31` ends it, `owner=alice` says who answers for it, and words may follow as the reason. In a
comment of its own, `stanch:ignore-next` speaks for the next line, for where nothing can follow a value on its line.
A comment that begins as ours and is not written as here counts for nothing.

Of the others these are taken as their own scanners take them:

- gitleaks, betterleaks: `gitleaks:allow`, `betterleaks:allow`, anywhere on the line, in small letters.
- TruffleHog: `trufflehog:ignore`, likewise.
- Kingfisher: `kingfisher:ignore`, `kingfisher:allow`, in any case; also in a comment of its own on the line above.
- ggshield: `ggignore`.
- detect-secrets: `pragma: allowlist secret` or `whitelist` behind a comment sign, closed where that sign wants
  closing, and `pragma: allowlist nextline secret` in a comment of its own on the line above.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

import msgspec

from stanch.config.globs import compile_name
from stanch.model import Suppression

_LONGEST = 1 << 14
_END_OF_LONG = 1 << 10

_HINTS = (b":ignore", b":allow", b"ggignore", b"pragma")

_WORD = r"[A-Za-z]{1,20}(?:['-][A-Za-z]{1,20})?[.,]?"
_OURS = (
    r"(?<![\w:])(?<!\w-)(?i:stanch:ignore)(?P<next>-next)?"
    r"(?:\[(?P<detectors>[\w.*?, -]+)\])?"
    r"(?:=(?P<prefix>[0-9A-Za-z]{8,128}))?"
    r"(?=-->|[\s:.,;)}\]\"'`*/<]|$)"
    r"(?P<options>(?:[ \t]{1,8}(?:until=\d{4}-\d\d-\d\d|owner=[\w.@+-]{1,64})(?![\w.@+-]))*)"
    r"(?![ \t]{1,8}(?:until|owner)=)"
    rf"(?:(?: ?:| ?--?)?(?P<reason>(?:[ \t]{{1,3}}{_WORD}(?![^\s*<]))+))?"
)


class _Patterns:
    """All patterns, compiled when the first line needs them: most scans see no such comment."""

    def __init__(self) -> None:
        pragma = rb"(pragma: ?(?:allow|white)list[ -]secret)"
        self.ours = re.compile(_OURS.encode(), re.ASCII)
        self.normal = re.compile(_OURS, re.ASCII)
        self.plain = re.compile(
            rb"gitleaks:allow|betterleaks:allow|trufflehog:ignore|(?<!\w)ggignore(?![\w-])"
            rb"|(?i:kingfisher:(?:ignore|allow))"
        )
        self.kingfisher = re.compile(rb"(?i:kingfisher:(?:ignore|allow))")
        self.pragma = re.compile(
            rb"(?:#|//|'|--) *" + pragma + rb"|/\* *" + pragma + rb"(?=.*?\*/[ \t]*\r?$)"
            rb"|<!--[# \t]*" + pragma + rb"(?=.*?-->[ \t]*\r?$)",
            re.MULTILINE,
        )
        self.pragma_next = re.compile(
            rb"[ \t]*(?:(?:#|//|'|--|/\*) *|<!--[# \t]*)(pragma: ?allowlist[ -]nextline[ -]secret)"
        )
        self.comment = re.compile(rb"[ \t]*(?:#|//|/\*|\*|'|--|;|%|<!--|\{#|\(\*|\"//|(?i:rem|dnl)\b)")


_patterns = cache(_Patterns)


class Marker(msgspec.Struct, frozen=True):
    """One inline comment, read."""

    text: str
    """As it is to be shown."""
    detectors: tuple[str, ...] = ()
    """Ids or globs; none means all."""
    prefix: str = ""
    """The beginning of the one fingerprint that is meant."""
    until: date | None = None
    owner: str = ""

    def speaks_of(self, detector: str, fingerprint: str) -> bool:
        """Whether the comment means a secret with this fingerprint, found by this detector."""
        if self.detectors and not any(compile_name(name).fullmatch(detector) for name in self.detectors):
            return False
        return fingerprint.startswith(self.prefix)


def find_inline(line: bytes, previous_line: bytes) -> str:
    """The comments that speak for `line`, one a line in their normal form; empty if there are none.

    For a secret over several lines give all of them as `line`. Of very long lines only the end is looked at.
    """
    line, previous_line = _shorten(line), _shorten(previous_line)
    both = (line + previous_line).lower()
    if not any(word in both for word in _HINTS):
        return ""
    patterns = _patterns()
    found = [_normal(match) for match in patterns.ours.finditer(line) if not match["next"]]
    found += [match[0].decode().lower() for match in patterns.plain.finditer(line)]
    found += [_pragma(match) for match in patterns.pragma.finditer(line)]
    if patterns.comment.match(previous_line):
        found += [_normal(match) for match in patterns.ours.finditer(previous_line) if match["next"]]
        found += [match[0].decode().lower() for match in patterns.kingfisher.finditer(previous_line)]
        if match := patterns.pragma_next.match(previous_line):
            found.append(_pragma(match))
    return "\n".join(dict.fromkeys(found))


def read(inline: str) -> Iterator[Marker]:
    """The comments that `find_inline` gave."""
    for text in inline.splitlines():
        ours = _patterns().normal.fullmatch(text)
        if ours is None:
            if not text.lower().startswith("stanch:"):
                yield Marker(text)
            continue
        options = dict(option.split("=", 1) for option in ours["options"].split())
        try:
            until = date.fromisoformat(options["until"]) if "until" in options else None
        except ValueError:
            continue
        names = tuple(name for name in re.split(r"[, ]+", ours["detectors"] or "") if name)
        if ours["detectors"] and not names:
            continue
        yield Marker(text, names, (ours["prefix"] or "").lower(), until, options.get("owner", ""))


def applies(inline: str, detector: str, fingerprint: str, today: date) -> Suppression | None:
    """Why comments found by `find_inline` take out this secret, or nothing if they do not; names the comment."""
    for marker in read(inline):
        if marker.speaks_of(detector, fingerprint) and not (marker.until and marker.until < today):
            until = marker.until.isoformat() if marker.until else ""
            return Suppression("inline", marker.text, marker.owner, until)
    return None


def expired(inline: str, detector: str, fingerprint: str, today: date) -> list[Marker]:
    """The comments that would have taken out this secret until their day passed, for a warning with their place."""
    return [
        marker
        for marker in read(inline)
        if marker.until and marker.until < today and marker.speaks_of(detector, fingerprint)
    ]


def _shorten(line: bytes) -> bytes:
    return line if len(line) <= _LONGEST else line[-_END_OF_LONG:]


def _normal(match: re.Match[bytes]) -> str:
    return " ".join(match[0].decode().split())


def _pragma(match: re.Match[bytes]) -> str:
    return next(text for text in match.groups() if text).decode()
