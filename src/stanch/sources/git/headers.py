"""The headers of commits and tags, whatever state they are in."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from stanch.patterns import lazy
from stanch.sources.git import objects
from stanch.sources.git.command import Git

LONGEST = 1 << 16
"""So many first bytes hold all that is of use here; signatures follow."""
_PARENT = lazy(rb"^parent ([0-9a-f]{40}(?:[0-9a-f]{24})?)$", re.MULTILINE)
_NAMES = lazy(rb"^ ?(?:tree|parent|object|type) .*$", re.MULTILINE)
_SIGNATURE = lazy(
    rb"-----BEGIN (PGP|SSH) SIGNATURE-----\n(?:(?! ?-----END) ?[A-Za-z0-9+/=:. ()-]{0,100}+\n){1,500}+"
    rb" ?-----END \1 SIGNATURE-----"
)
_ENCODING = lazy(r"(?i)(?:iso|latin|windows|cp|koi8|euc|shift|gb|big5|utf)[\w-]{0,20}")


class Person(msgspec.Struct, frozen=True):
    """Who made a commit or tag, and when."""

    name: str
    email: str
    date: str
    """ISO 8601 with zone."""


class Header(msgspec.Struct, frozen=True):
    """What a commit or tag says of itself before its message."""

    person: Person
    """The author, or the tagger."""
    target: str
    """For a tag: the object that it stands for."""
    name: str
    """For a tag: its name."""


def read(git: Git, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The names and first bytes of commits and tags; those that cannot be read are left out."""
    for content in objects.read(git, oids, failed=lambda *_: None):
        yield content.oid, content.stream.read(LONGEST)


def parse(data: bytes) -> Header:
    """The header of a commit or tag, from its first bytes; what is not there is empty."""
    found: dict[bytes, bytes] = {}
    for line in _head(data).split(b"\n"):
        key, _, value = line.partition(b" ")
        found.setdefault(key, value)
    who = found.get(b"author") or found.get(b"tagger") or b""
    target = found.get(b"object", b"").decode("ascii", "replace")
    return Header(_person(who, found.get(b"encoding", b"")), target, _text(found.get(b"tag", b""), b""))


Lineage = tuple[tuple[str, ...], int]
"""A commit's parents, and when it was committed, in seconds since 1970."""


def lineage(data: bytes) -> Lineage:
    """What a commit says of where it stands."""
    head = _head(data)
    line = head.partition(b"\ncommitter ")[2].partition(b"\n")[0]
    words = line.rpartition(b">")[2].split()
    seconds = int(words[0]) if words and words[0].isdigit() and len(words[0]) < 20 else 0
    return tuple(parent.decode() for parent in _PARENT.findall(head)), seconds


def words(data: bytes, names: int = 0) -> tuple[bytes, int]:
    """What people wrote in a commit or tag, with its lines where they were, and the line on which the message begins.

    Names of objects and signatures are git's own: long, random looking and no secrets. A commit that is as git writes
    it is known to begin with so many lines of `names`.
    """
    if names and b"-----BEGIN " not in data:
        # "tree " before the first, "parent " before all others.
        width = data.index(b"\n") + 1
        start = width + (names - 1) * (width + 2)
        if data.count(b"\n", start, data.index(b"\n\n", start) + 1) == 2:
            return b"\n" * names + data[start:], names + 4
    head = _head(data)
    first = head.count(b"\n") + 3
    return _unsigned(_NAMES.sub(_blank, head)) + _unsigned(data[len(head) :]), first


def _unsigned(text: bytes) -> bytes:
    return _SIGNATURE.sub(_blank, text) if b"-----BEGIN " in text else text


def _blank(found: re.Match[bytes]) -> bytes:
    return b"\n" * found[0].count(b"\n")


def _head(data: bytes) -> bytes:
    return data.partition(b"\n\n")[0]


def _person(line: bytes, encoding: bytes) -> Person:
    """A line such as `Jo Doe <jo@example.com> 1700000000 +0100`."""
    begin, end = line.find(b"<"), line.rfind(b">")
    if begin < 0 or end < begin:
        return Person(_text(line.strip(), encoding), "", "")
    date = line[end + 1 :].strip().decode("ascii", "replace")
    return Person(_text(line[:begin].strip(), encoding), _text(line[begin + 1 : end].strip(), encoding), iso(date))


def _text(value: bytes, encoding: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        named = encoding.decode("ascii", "replace")
    try:
        if _ENCODING.fullmatch(named):
            return value.decode(named)
    except (LookupError, UnicodeDecodeError):
        pass
    return value.decode("utf-8", "backslashreplace")


def iso(raw: str) -> str:
    """A raw git date, "seconds +hhmm", as ISO 8601; as it is if it is none."""
    seconds, _, zone = raw.partition(" ")
    try:
        minutes = int(zone[:1] + zone[1:3]) * 60 + int(zone[:1] + zone[3:5]) if zone else 0
        moment = datetime.fromtimestamp(int(seconds), timezone(timedelta(minutes=minutes)) if minutes else UTC)
        return moment.isoformat()
    except (ValueError, OverflowError, OSError):
        return raw
