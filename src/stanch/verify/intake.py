"""Reads what is to be checked: one credential that somebody types or pipes in, or a report with its secrets."""

import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from stanch.catalog import regex
from stanch.catalog.load import roles
from stanch.catalog.model import CredentialType
from stanch.errors import ConfigError
from stanch.verify.run import Credential

LARGEST = 64 << 20
"""Bytes of a report that are read."""
_LONGEST = 1 << 16
"""Characters of a part of a credential."""
_MASK = "********"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Subject(msgspec.Struct, frozen=True):
    """One credential, and where it was found."""

    credential: Credential
    places: tuple[str, ...] = ()


class _Finding(msgspec.Struct):
    """What is needed of a finding in a report; the rest is passed over."""

    detector: str
    secret: str
    path: str
    line: int
    parts: dict[str, str] = {}


class _Document(msgspec.Struct):
    findings: list[_Finding]


def needed(kind: CredentialType) -> list[str]:
    """The parts that the check of a type asks for, "secret" first."""
    if kind.verify is None:
        return ["secret"]
    text = msgspec.json.encode(kind.verify).decode()
    asked = set(re.findall(r"\{(\w+)\}", text)) | {role for call in kind.verify.calls for role in call.only}
    return [role for role in roles(kind) if role == "secret" or role in asked]


def fits(kind: CredentialType, one: Credential) -> bool:
    """Whether the secret has one of the forms that the catalog knows of the type, whatever has to stand around it."""
    secret = dict(one.parts)["secret"].encode()
    return any(re.fullmatch(regex.group(shape.pattern, "secret"), secret) for shape in kind.formats)


def read_credential(text: str, kind: CredentialType) -> Credential:
    """A credential from a text: the value alone, or `role=value` lines for one of several parts."""
    known = roles(kind)
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    parts: dict[str, str] = {}
    if lines and all(line.partition("=")[0].strip() in known and "=" in line for line in lines):
        for line in lines:
            role, _, value = line.partition("=")
            parts[role.strip()] = value.strip()
    else:
        parts["secret"] = text.strip()
    if not parts.get("secret"):
        raise ConfigError("there is no credential: a line with its value, or role=value lines", hint=_roles(known))
    return _credential(kind.id, parts)


def read_report(content: bytes) -> list[Subject]:
    """The distinct credentials of a report in JSON or JSON Lines that was written with --show-secrets."""
    findings = list(_findings(content))
    places: dict[Credential, list[str]] = {}
    for one in findings:
        parts = {**one.parts, "secret": one.secret}
        if any(_MASK in value for value in parts.values()):
            raise ConfigError("the report holds masked secrets", hint="Write it with 'stanch scan --show-secrets'.")
        places.setdefault(_credential(one.detector, parts), []).append(f"{one.path}:{one.line}")
    return [Subject(one, tuple(found)) for one, found in places.items()]


def _findings(content: bytes) -> Iterator[_Finding]:
    with suppress(*_UNREADABLE):
        yield from msgspec.json.decode(content, type=_Document).findings
        return
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=_Finding)
        except _UNREADABLE:
            raise ConfigError(
                f"line {number} is no finding, and the whole is no report",
                hint="It takes what 'stanch scan --show-secrets' writes as json or jsonl.",
            ) from None


def _credential(detector: str, parts: dict[str, str]) -> Credential:
    if any(len(value) > _LONGEST for value in parts.values()):
        raise ConfigError(f"a credential is longer than {_LONGEST} characters")
    return Credential(detector, tuple(sorted(parts.items())))


def _roles(known: list[str]) -> str:
    return f"Its parts are {', '.join(known)}." if len(known) > 1 else ""
