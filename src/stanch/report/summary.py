"""What every format for people says of a report: in which order, how many, what was scanned, what was not."""

from collections.abc import Iterable

from stanch.model import RANK, Coverage, Evidence, Finding, Report, Skip, Validity
from stanch.report.plain import printable

SEVERITIES = tuple(sorted(RANK, key=lambda name: -RANK[name]))
"""The gravest first."""


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first, then by place."""
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[int, str, str, int, int, str, str]:
    f = finding
    return -RANK[f.severity], f.path, f.target, f.line, f.column, f.detector, f.fingerprint


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """All places of one secret together; secrets and places are in the order of `ranked`."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in ranked(findings):
        groups.setdefault((finding.detector, finding.fingerprint), []).append(finding)
    return list(groups.values())


def by_severity(groups: Iterable[list[Finding]]) -> dict[str, int]:
    """How many secrets of each severity there are; those that do not occur are left out."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for group in groups:
        counts[group[0].severity] += 1
    return {name: count for name, count in counts.items() if count}


def plural(count: int, noun: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def size(count: int) -> str:
    """A number of bytes for people: `5.6 MB`."""
    if count < 1000:
        return plural(count, "byte")
    amount = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.95 or unit == "TB":
            break
    return f"{amount:,.1f} {unit}"


def found(groups: list[list[Finding]]) -> str:
    """`3 secrets in 5 places: 1 critical, 2 high`."""
    places = sum(len(group) for group in groups)
    severities = ", ".join(f"{count:,} {name}" for name, count in by_severity(groups).items())
    where = f" in {plural(places, 'place')}" if places > len(groups) else ""
    return f"{plural(len(groups), 'secret')}{where}: {severities}"


def scanned(coverage: Coverage) -> str:
    """`12 files (3.4 MB), 880 blobs and 40 commits`, or `nothing`."""
    c = coverage
    counts = [
        (c.files, "file"),
        (c.entries, "archive member"),
        (c.blobs, "blob"),
        (c.commits, "commit"),
        (c.tags, "tag"),
    ]
    parts = [plural(count, noun) for count, noun in counts if count]
    if not parts:
        return size(c.bytes) if c.bytes else "nothing"
    return listed(parts) + (f" ({size(c.bytes)})" if c.bytes else "")


def targets(report: Report) -> str:
    """What was to be scanned; of a long list its start."""
    names = [printable(name) for name in report.targets]
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3:,} more"]
    return listed(names)


def left_out(report: Report) -> str:
    """What was found and is not shown, and why: `2 suppressed (1 baseline, 1 inline), 3 hidden ...`; may be empty."""
    parts = []
    if report.suppressed:
        kinds: dict[str, int] = {}
        for finding in report.suppressed:
            kind = finding.suppressed.kind if finding.suppressed else "other"
            kinds[kind] = kinds.get(kind, 0) + 1
        reasons = ", ".join(f"{count:,} {printable(kind)}" for kind, count in sorted(kinds.items()))
        parts.append(f"{len(report.suppressed):,} suppressed ({reasons})")
    if report.hidden:
        parts.append(f"{report.hidden:,} hidden below the confidence asked for")
    return ", ".join(parts)


def losses(coverage: Coverage, limit: int | None = None) -> tuple[list[Skip], int]:
    """What should have been scanned and was not: the first `limit` of them, and how many more there are."""
    lost = [skip for skip in coverage.skipped if not skip.harmless]
    shown = lost if limit is None else lost[:limit]
    return shown, len(lost) - len(shown) + (coverage.skipped_more if coverage.lost else 0)


def incomplete(coverage: Coverage) -> str:
    """`The scan is incomplete: 3 things were not scanned`."""
    shown, more = losses(coverage)
    count = len(shown) + more
    if not count:
        return "The scan is incomplete"
    return f"The scan is incomplete: {plural(count, 'thing')} {'was' if count == 1 else 'were'} not scanned"


def commit(finding: Finding) -> str:
    """`commit 1a2b3c4d by Jane Doe on 2026-01-31`, with what is known of it; may be empty."""
    parts = []
    if finding.commit:
        parts.append(f"commit {printable(finding.commit[:8])}")
    if finding.author:
        parts.append(f"by {printable(finding.author)}")
    if finding.date:
        parts.append(f"on {printable(finding.date[:10])}")
    return " ".join(parts)


def presence(finding: Finding) -> str:
    """`3 versions, still in HEAD`, with what is known of it; may be empty."""
    parts = [plural(finding.count, "version")] if finding.count > 1 else []
    if finding.in_head is not None:
        gone = "only in history" if finding.commit or finding.refs else "in no commit"
        parts.append("still in HEAD" if finding.in_head else gone)
    return ", ".join(parts)


def refs(finding: Finding) -> str:
    """`of feature/x and v1.0`: the branches and tags that keep what HEAD no longer has; may be empty."""
    if finding.in_head is not False or not finding.refs:
        return ""
    names = [printable(ref).removeprefix("refs/").removeprefix("heads/").removeprefix("tags/") for ref in finding.refs]
    return "of " + listed(names if len(names) <= 3 else [*names[:2], f"{len(names) - 2:,} more refs"])


def context(finding: Finding) -> str:
    """All that is known of where a finding's place is in time: commit, presence and refs; may be empty."""
    present = " ".join(filter(None, [presence(finding), refs(finding)]))
    return ", ".join(filter(None, [commit(finding), present]))


def decoding(finding: Finding) -> str:
    """`base64 > gzip`; may be empty."""
    return " > ".join(printable(step) for step in finding.decoded)


VALIDITY = {
    Validity.VALID: "still valid",
    Validity.INVALID: "no longer valid",
    Validity.UNKNOWN: "validity could not be checked",
    Validity.NOT_CHECKABLE: "validity cannot be checked",
    Validity.NOT_CHECKED: "",
}
"""What to say of each validity; nothing where nobody asked."""


def doubts(finding: Finding) -> list[str]:
    """What a reader should know before acting: what the provider says of it, and how sure the analysis is."""
    said = VALIDITY[finding.validity]
    sure = "" if finding.confidence == "high" else f"{finding.confidence} confidence"
    return [text for text in (said, sure) if text]


def told(evidence: Evidence | None) -> str:
    """`bot Deploy, workspace Bakery; can read pages`: what the issuer says, or why it says nothing; may be empty."""
    if evidence is None:
        return ""
    owner = ", ".join(f"{printable(label)} {printable(value)}" for label, value in evidence.identity.items())
    can = f"can {listed([printable(text) for text in evidence.can])}" if evidence.can else ""
    return "; ".join(filter(None, [owner, can, printable(evidence.reason)]))


def suppression(finding: Finding) -> str:
    """`baseline: accepted for the demo (owner: Jane Doe, until 2026-12-31)`; for a suppressed finding."""
    rule = finding.suppressed
    if rule is None:
        return ""
    owner = f"owner: {printable(rule.owner)}" if rule.owner else ""
    expires = f"until {printable(rule.expires)}" if rule.expires else ""
    who = ", ".join(filter(None, [owner, expires]))
    reason = f": {printable(rule.reason)}" if rule.reason else ""
    return f"{printable(rule.kind)}{reason}" + (f" ({who})" if who else "")
