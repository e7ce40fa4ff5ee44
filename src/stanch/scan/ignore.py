"""Ignore entries of the configuration, applied to findings: what they take out, and which have had their day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from re import Pattern

import msgspec

from stanch.config.globs import Glob, compile_name
from stanch.config.model import IgnoreEntry
from stanch.model import Finding, Report, Suppression
from stanch.scan.options import Options
from stanch.textfile import printable


class IgnoreRules:
    """The entries in force on one day. Show every finding to `match`, then ask for `warnings`.

    `prefix` stands between the root that the entries' paths begin at and the findings' paths, see `Config.prefix`.
    Findings must come here before any other filter, such as the least confidence that is shown: an entry whose
    findings were held back elsewhere would be taken for stale.
    """

    def __init__(self, entries: Sequence[IgnoreEntry], today: date, prefix: str = "") -> None:
        self.entries = list(entries)
        self.matched: Counter[int] = Counter()
        """How many findings each entry matched, by its place in `entries`."""
        self._today = today
        self._tests = [_Test(entry, prefix) for entry in self.entries]
        self._by_fingerprint: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, entry in enumerate(self.entries):
            if entry.fingerprint:
                self._by_fingerprint.setdefault(entry.fingerprint, []).append(number)
            else:
                self._others.append(number)

    def match(self, finding: Finding) -> Suppression | None:
        """Why the finding is not to be counted, or nothing if it is; the first entry in force is named."""
        first: Suppression | None = None
        for number in (*self._by_fingerprint.get(finding.fingerprint, ()), *self._others):
            if not self._tests[number].holds(finding):
                continue
            self.matched[number] += 1
            if first is None and not self.expired(number):
                first = _suppression(self.entries[number])
        return first

    def expired(self, number: int) -> bool:
        """Whether the entry's last day has passed."""
        expires = self.entries[number].expires
        return expires is not None and expires < self._today

    def warnings(self, *, whole: bool) -> list[str]:
        """A line for each entry that has expired, and, if the scan saw the `whole` target, for each that is stale."""
        lines = []
        for number, entry in enumerate(self.entries):
            name = printable(f"ignore entry ({entry.label}{f', owner {entry.owner}' if entry.owner else ''})")
            found = self.matched[number]
            if self.expired(number):
                again = f"; {found} finding{'s' * (found != 1)} counted again" if found else ""
                lines.append(f"{name} expired on {entry.expires}{again}")
            elif whole and not found:
                lines.append(f"{name} matches nothing any more")
        return lines


class State(StrEnum):
    """How an ignore entry stands."""

    IN_USE = "in use"
    STALE = "stale"
    """It matches nothing, and the scan saw everything."""
    UNSEEN = "unseen"
    """It matches nothing that this scan saw."""
    EXPIRED = "expired"


class AuditedEntry(msgspec.Struct, frozen=True):
    """One entry, its state and how many findings it matches."""

    entry: IgnoreEntry
    state: State
    findings: int


class IgnoreAudit(msgspec.Struct, frozen=True):
    """What `stanch ignore audit` shows."""

    entries: list[AuditedEntry]
    comments: list[Finding]
    """Findings that an inline comment takes out; their suppression's reason names the comment."""

    @property
    def clean(self) -> bool:
        """Whether no entry has expired or gone stale."""
        return not any(item.state in (State.EXPIRED, State.STALE) for item in self.entries)


def audit(entries: Sequence[IgnoreEntry], report: Report, today: date, *, whole: bool) -> IgnoreAudit:
    """How each entry stands against a report that was made at the lowest confidence.

    `whole` says that the scan was asked for everything, see `is_whole`; that it got it is read from the report.
    """
    rules = IgnoreRules(entries, today)
    for finding in (*report.findings, *report.suppressed):
        rules.match(finding)
    unmatched = State.STALE if whole and report.coverage.complete else State.UNSEEN
    audited = []
    for number, entry in enumerate(rules.entries):
        found = rules.matched[number]
        state = State.EXPIRED if rules.expired(number) else State.IN_USE if found else unmatched
        audited.append(AuditedEntry(entry, state, found))
    comments = [item for item in report.suppressed if item.suppressed and item.suppressed.kind == "inline"]
    return IgnoreAudit(audited, comments)


def is_whole(options: Options, prefix: str = "") -> bool:
    """Whether a scan with these options is asked to see everything that is below the root of the configuration.

    With a `prefix`, see `Config.prefix`, its target is only a part of that.
    """
    if prefix:
        return False
    everything = options.files and options.history and not options.staged and not options.revs
    return everything and not options.skip_ignored and options.seconds is None


class _Test:
    """The keys of one entry, compiled."""

    __slots__ = ("_detector", "_entry", "_path", "_prefix")

    def __init__(self, entry: IgnoreEntry, prefix: str) -> None:
        self._entry = entry
        self._prefix = prefix
        self._path = Glob(entry.path) if entry.path else None
        self._detector: Pattern[str] | None = compile_name(entry.detector) if entry.detector else None

    def holds(self, finding: Finding) -> bool:
        if self._entry.fingerprint and self._entry.fingerprint != finding.fingerprint:
            return False
        if self._detector is not None and not self._detector.fullmatch(finding.detector):
            return False
        return self._path is None or self._path.match(self._prefix + finding.path)


def _suppression(entry: IgnoreEntry) -> Suppression:
    kind = "fingerprint" if entry.fingerprint else "path" if entry.path else "detector"
    expires = entry.expires.isoformat() if entry.expires else ""
    return Suppression(kind, entry.reason, entry.owner, expires)
