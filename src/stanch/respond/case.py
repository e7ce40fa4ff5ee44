"""One leaked secret as the answers to a leak need it: where it is, since when, by whom, and what reads it.

Made from a scan's findings or from a report that was written before. Whatever it holds may have been put there by
somebody else; the secret is in it masked only.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from stanch.errors import ConfigError, TargetError
from stanch.model import Evidence, Finding, Severity, Validity, mask
from stanch.respond.consumers import Use

_LARGEST = 256_000_000
"""Bytes of a report that are read."""
_MASKED = re.compile(r".{0,4}\*{8}.{0,4}|-----BEGIN [^*]{1,60}-----\*{8}", re.DOTALL)
_NAMES = (
    re.compile(r"([A-Za-z_]\w{1,80})[\"'\])]*\s*(?::\s*[\w.<>\[\]|?]+\s*)?(?::=|=>|=)(?!=)[^=]{0,120}$"),
    re.compile(r"([A-Za-z_]\w{1,80})[\"']?\s*:[^:]{0,60}$"),
)
"""A name to which something is assigned, perhaps with its type, or which stands before a colon; the last such."""
_FINGERPRINT = re.compile(r"[0-9a-f]{6,64}")


class Place(msgspec.Struct, frozen=True):
    """One file that holds the secret, at the first place and time where it does."""

    path: str
    line: int
    column: int = 1
    commit: str | None = None
    author: str | None = None
    date: str | None = None
    """ISO 8601 with zone, as git knows it: whoever commits may claim any."""
    in_head: bool | None = None


class Case(msgspec.Struct, frozen=True):
    """One secret, at one place or at several."""

    fingerprint: str
    detector: str
    secret: str
    """Masked."""
    severity: Severity | None
    validity: Validity
    target: str
    places: tuple[Place, ...]
    """The one that is there still comes first, then the oldest."""
    evidence: Evidence | None = None
    """What its issuer said, if it was asked."""
    decoded: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What the value is called where it stands: variables, keys."""
    uses: tuple[Use, ...] = ()
    """What else in the work tree names it."""
    sought: tuple[str, ...] = ()
    """The names by which `uses` was looked for; none where it was not."""
    limited: str = ""
    """Why not all of the work tree was searched, if so."""

    @property
    def first(self) -> Place:
        """The place to speak of."""
        return self.places[0]

    def oldest(self) -> Place | None:
        """The place from which on the secret was out, as far as dates are known."""
        dated = [(moment, number) for number, place in enumerate(self.places) if (moment := when(place.date))]
        return self.places[min(dated)[1]] if dated else None


class _Record(msgspec.Struct):
    """What is read of a finding in a report."""

    detector: str
    fingerprint: str
    path: str
    line: int
    secret: str = ""
    severity: str = ""
    validity: str = "not_checked"
    target: str = ""
    column: int = 1
    excerpt: str = ""
    commit: str | None = None
    author: str | None = None
    date: str | None = None
    in_head: bool | None = None
    refs: tuple[str, ...] = ()
    evidence: Evidence | None = None
    decoded: tuple[str, ...] = ()


class _Report(msgspec.Struct):
    findings: list[_Record]
    suppressed: list[_Record] = []


def of_findings(findings: Iterable[Finding], fingerprint: str) -> Case:
    """The case of the secret with this fingerprint, or with the only one that begins so.

    ConfigError says that there is none, or that there are several.
    """
    return _case([_record(finding) for finding in findings], fingerprint)


def of_report(path: Path, fingerprint: str) -> Case:
    """The same from a report in JSON or JSON Lines that `stanch scan` wrote. ConfigError says what is wrong with it."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise ConfigError(f"{path}: {size:,} bytes; at most {_LARGEST:,} are read")
        content = path.read_bytes()
    except OSError as error:
        raise TargetError(f"{path}: {error.strerror or error}") from None
    try:
        return _case(_records(content), fingerprint)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "it takes what 'stanch scan --format json' or jsonl writes"
        raise ConfigError(f"{path}: not a report of stanch: {error}", hint=hint) from None


def when(date: str | None) -> datetime | None:
    """A moment as a report writes it, or nothing where it is none."""
    try:
        moment = datetime.fromisoformat(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _records(content: bytes) -> list[_Record]:
    if content.lstrip()[:1] == b"{" and b'"findings"' in content[:100_000]:
        report = msgspec.json.decode(content, type=_Report)
        return [*report.findings, *report.suppressed]
    return [msgspec.json.decode(line, type=_Record) for line in content.splitlines() if line.strip()]


def _record(finding: Finding) -> _Record:
    fields = {name: getattr(finding, name) for name in _Record.__struct_fields__ if name != "secret"}
    return _Record(
        **{**fields, "severity": str(finding.severity), "validity": str(finding.validity)}, secret=str(finding.secret)
    )


def _case(records: Sequence[_Record], fingerprint: str) -> Case:
    wanted = fingerprint.lower()
    if not _FINGERPRINT.fullmatch(wanted):
        raise ConfigError(f"{fingerprint!r} is no fingerprint", hint="every report shows it: 32 hexadecimal digits")
    matching = [record for record in records if record.fingerprint.startswith(wanted)]
    known = {record.fingerprint for record in matching}
    if not matching:
        raise ConfigError(
            f"no finding has the fingerprint {fingerprint}", hint="'stanch scan' shows all findings with theirs"
        )
    if len(known) > 1:
        raise ConfigError(f"{len(known)} fingerprints begin with {fingerprint}", hint="give more of its digits")
    matching.sort(key=_order)
    first = matching[0]
    names = dict.fromkeys(name for record in matching if (name := _name(record)))
    return Case(
        fingerprint=first.fingerprint,
        detector=first.detector,
        secret=first.secret if _MASKED.fullmatch(first.secret) else mask(first.secret),
        severity=Severity(first.severity) if first.severity in set(Severity) else None,
        validity=Validity(first.validity) if first.validity in set(Validity) else Validity.NOT_CHECKED,
        target=first.target,
        places=tuple(dict.fromkeys(_place(record) for record in matching)),
        evidence=first.evidence,
        decoded=first.decoded,
        refs=tuple(dict.fromkeys(ref for record in matching for ref in record.refs)),
        names=tuple(names)[:4],
    )


def _order(record: _Record) -> tuple[bool, float, str, int]:
    moment = when(record.date)
    return not record.in_head, moment.timestamp() if moment else float("inf"), record.path, record.line


def _place(record: _Record) -> Place:
    return Place(record.path, record.line, record.column, record.commit, record.author, record.date, record.in_head)


def _name(record: _Record) -> str:
    """What the line calls the value: the last name before the masked secret that something is assigned to."""
    before = record.excerpt.partition("********")[0][-200:]
    found = next((match for pattern in _NAMES if (match := pattern.search(before))), None)
    return found[1] if found else ""
