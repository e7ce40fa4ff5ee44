"""The baseline: secrets that were known on the day a team began to look, so that only new ones stop a pipeline.

A text file with one secret a line, `fingerprint detector`, sorted. It holds no dates, lines, paths or commits, so that
it changes only when a secret comes or goes, and branches that each add one merge. Fingerprints are keyed and
stretched, so that they tell a reader nothing; see docs/configuration.md, "Identity".
"""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from stanch.errors import ConfigError
from stanch.model import Finding, Report, Suppression
from stanch.patterns import lazy
from stanch.textfile import printable, read_text, replace_text

HEADER = """\
# Secrets that were known when this baseline was made, one a line: fingerprint and detector.
# Written by `stanch baseline`. Sorted, and safe to merge: keep the lines of both sides.
"""
_LARGEST = 1 << 26
_LINE = lazy(r"([0-9A-Za-z_-]{8,128}) ([0-9A-Za-z][0-9A-Za-z._-]{0,127})")
_CONFLICT = lazy(r"(?:<{7}|>{7}|\|{7}|={7})(?: .*)?")


class Baseline(msgspec.Struct, frozen=True):
    """Accepted secrets: fingerprint -> the detector that found it."""

    entries: dict[str, str] = {}

    def match(self, finding: Finding) -> Suppression | None:
        """Why the finding is not to be counted, or nothing if it is not in the baseline."""
        if finding.fingerprint not in self.entries:
            return None
        return Suppression("baseline", "in the baseline")


class Change(msgspec.Struct, frozen=True):
    """What an update did, in numbers of secrets."""

    added: int
    kept: int
    gone: int
    """No longer found: taken out if that was asked for, else among those kept."""


class BaselineAudit(msgspec.Struct, frozen=True):
    """How a baseline stands against a report."""

    present: list[Finding]
    """Findings that the baseline takes out."""
    stale: dict[str, str]
    """Entries that nothing was found for; empty unless the scan saw everything."""
    foreign: bool = False
    """Whether secrets were found and not one entry is among them: made under another identity key, most likely."""


def read(path: Path) -> Baseline:
    """The baseline in `path`, empty if there is no file. Order and repeated lines, as merges leave them, do not
    matter; ConfigError names any other line that is no entry.
    """
    entries = {}
    for number, line in enumerate((read_text(path, _LARGEST) or "").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if entry := _LINE.fullmatch(line):
            entries[entry[1]] = entry[2]
        elif _CONFLICT.fullmatch(line):
            hint = "keep the lines of both sides and take out the markers"
            raise ConfigError(f"{path}:{number}: a merge conflict was left in the baseline", hint=hint)
        else:
            text = printable(line[:40])
            raise ConfigError(f"{path}:{number}: {text!r} is no 'fingerprint detector'")
    return Baseline(entries)


def write(path: Path, entries: dict[str, str]) -> None:
    """Put `entries` in the file's place, sorted, in one step. Comments at its head are kept."""
    lines = [f"{fingerprint} {detector}\n" for fingerprint, detector in sorted(entries.items())]
    replace_text(path, _head(path) + "".join(lines))


def create(path: Path, report: Report, root: Path) -> int:
    """Write a baseline of all findings that count, and say in `.gitattributes` how to merge it; gives their number.

    ConfigError if there is a baseline already, for its entries would be lost.
    """
    if path.exists():
        raise ConfigError(f"{path}: there is a baseline already", hint="use 'stanch baseline update'")
    entries = _entries(report.findings)
    write(path, entries)
    merge_by_union(path, root)
    return len(entries)


def update(path: Path, report: Report, *, prune: bool = False) -> Change:
    """Add the findings that count. Entries that are no longer found stay unless `prune` asks to take them out.

    The report must come from a scan that honoured this baseline or none. ConfigError where an incomplete scan would
    prune: what it did not see may still be there.
    """
    if prune and not report.coverage.complete:
        hint = "mend what the coverage lists, or leave out --prune"
        raise ConfigError("the scan is incomplete, so nothing can be called gone", hint=hint)
    old = read(path).entries
    new = {key: name for key, name in _entries(report.findings).items() if key not in old}
    seen = _seen(report)
    still = {key: name for key, name in old.items() if not prune or key in seen}
    write(path, {**still, **new})
    return Change(added=len(new), kept=len(still), gone=sum(key not in seen for key in old))


def audit(report: Report, baseline: Baseline, *, whole: bool) -> BaselineAudit:
    """Which findings the baseline takes out, and which of its entries have nothing left to take out.

    `whole` says that the scan was asked for everything, see `stanch.scan.ignore.is_whole`.
    """
    findings = (*report.findings, *report.suppressed)
    seen = _seen(report)
    judged = whole and report.coverage.complete
    return BaselineAudit(
        present=[finding for finding in findings if finding.fingerprint in baseline.entries],
        stale={key: name for key, name in baseline.entries.items() if judged and key not in seen},
        foreign=judged and bool(baseline.entries and seen) and seen.isdisjoint(baseline.entries),
    )


def merge_by_union(path: Path, root: Path) -> bool:
    """Tell git, in the root's `.gitattributes`, to merge the baseline by taking both sides' lines.

    Gives whether the file was changed: not if it says so already, nor if the baseline is outside the root.
    """
    try:
        name = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return False
    pattern = "/" + re.sub(r"[\\*?\[]", r"\\\g<0>", name)
    if re.search(r'[\s"\\]', pattern):
        pattern = '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'
    line = f"{pattern} merge=union"
    attributes = root / ".gitattributes"
    if attributes.is_symlink():
        return False  # git does not read it either
    text = read_text(attributes, _LARGEST) or ""
    if line in text.splitlines():
        return False
    replace_text(attributes, text + ("\n" if text and not text.endswith("\n") else "") + line + "\n")
    return True


def _entries(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.fingerprint: finding.detector for finding in findings}


def _seen(report: Report) -> set[str]:
    return {finding.fingerprint for finding in (*report.findings, *report.suppressed)}


def _head(path: Path) -> str:
    """The comments that a baseline begins with, or those of a new one."""
    head = []
    for line in (read_text(path, _LARGEST) or "").splitlines():
        if line.strip() and not line.startswith("#"):
            break
        head.append(line.rstrip() + "\n")
    return "".join(head) if any(line.strip() for line in head) else HEADER
