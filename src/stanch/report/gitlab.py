"""GitLab's secret detection report (`artifacts: reports: secret_detection`), schema 15.2.4.

GitLab tells vulnerabilities apart by the tracking signature, which here is a hash of secret and path: they keep their
state when lines move. What is suppressed is left out, since GitLab would open it again; a message says how many.
A report must state times, and the clock is never asked: without a `moment` both are 1970-01-01T00:00:00.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from stanch import __version__
from stanch.model import Finding, Report
from stanch.report import summary
from stanch.report.encode import document
from stanch.report.options import Options
from stanch.report.plain import encodable, printable, shorten

VERSION = "15.2.4"
SCHEMA = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas"
    f"/-/raw/v{VERSION}/dist/secret-detection-report-format.json"
)
NO_COMMIT = "0000000"
"""The schema wants a commit; GitLab's own analyzer says this where there is none."""

_NAME, _SOLUTION = 255, 7000
"""The longest that the schema allows."""
_TOOL = {"id": "stanch", "name": "stanch", "version": __version__, "vendor": {"name": "stanch"}}
_CWE = {
    "type": "cwe",
    "name": "CWE-798",
    "value": "798",
    "url": "https://cwe.mitre.org/data/definitions/798.html",
}


def render(report: Report, options: Options) -> Iterator[str]:
    """One object; a vulnerability, that is a finding that counts, to a line."""
    findings = summary.ranked(report.findings)
    yield from document(
        [
            ("version", VERSION),
            ("schema", SCHEMA),
            ("scan", _scan(report, options)),
            ("vulnerabilities", (_vulnerability(finding, options) for finding in findings)),
        ]
    )
    yield "\n"


def _scan(report: Report, options: Options) -> dict[str, object]:
    moment = options.moment or datetime.fromtimestamp(0, UTC)
    if moment.tzinfo:
        moment = moment.astimezone(UTC)
    time = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return {
        "analyzer": _TOOL,
        "scanner": _TOOL,
        "type": "secret_detection",
        "start_time": time,
        "end_time": time,
        "status": "success",  # what was lost is a warning; a scan that failed altogether writes no report
        "messages": _messages(report),
    }


def _messages(report: Report) -> list[dict[str, str]]:
    coverage = report.coverage
    told = [("info", f"Scanned {summary.scanned(coverage)}.")]
    shown, more = summary.losses(coverage)
    told += [("warn", f"Not scanned: {skip.path}: {skip.reason}") for skip in shown]
    if more:
        told.append(("warn", f"Not scanned: {more:,} more"))
    elif not coverage.complete and not shown:
        told.append(("warn", summary.incomplete(coverage)))
    left_out = summary.left_out(report)
    if left_out:
        told.append(("info", f"Not shown: {left_out}."))
    told += [("info", f"Note: {note}") for note in coverage.notes]
    told += [("warn", f"Warning: {warning}") for warning in report.warnings]
    return [{"level": level, "value": printable(value)} for level, value in told]


def _vulnerability(finding: Finding, options: Options) -> dict[str, object]:
    f = finding
    shown = options.secret(f.secret)
    solution = [f.advice, f"All steps: {f.playbook}" if f.playbook else ""]
    return {
        "id": _identifier(f),
        "name": shorten(f.name, _NAME),
        "description": _description(f, options),
        "severity": f.severity.capitalize(),
        "solution": shorten("\n\n".join(filter(None, solution)), _SOLUTION),
        "identifiers": [
            {
                "type": "stanch_detector",
                "name": f"stanch detector {f.detector}",
                "value": f.detector or "unknown",
            },
            _CWE,
        ],
        "location": {
            "file": f.path,
            "start_line": f.line,
            "end_line": f.end_line,
            "commit": _commit(f),
        },
        "raw_source_code_extract": shown,
        "details": _details(f),
        "tracking": _tracking(f),
    }


def _description(finding: Finding, options: Options) -> str:
    """Markdown, as GitLab reads it; all that was scanned is in code."""
    shown = printable(options.secret(finding.secret))
    fence = "`" * (_longest_run(shown) + 1)
    facts = [summary.presence(finding), *summary.doubts(finding)]
    if finding.decoded:
        facts.append("encoded")
    sentence = f"Secret {fence} {shown} {fence}"
    return f"{sentence} ({', '.join(filter(None, facts))})." if any(facts) else f"{sentence}."


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest


def _commit(finding: Finding) -> dict[str, str]:
    commit = {"sha": finding.commit or NO_COMMIT}
    if finding.author:
        commit["author"] = finding.author
    if finding.date:
        commit["date"] = finding.date
    return commit


def _details(finding: Finding) -> dict[str, object]:
    """What GitLab shows in a list under the vulnerability."""
    items = {
        "excerpt": ("Line, masked", "code", printable(finding.excerpt)),
        "confidence": ("Confidence", "text", str(finding.confidence)),
        "validity": ("Validity", "text", finding.validity.replace("_", " ")),
        "evidence": ("Issuer's answer", "text", summary.told(finding.evidence)),
        "decoded": ("Decoded from", "text", summary.decoding(finding)),
        "fingerprint": ("Fingerprint", "text", finding.fingerprint),
    }
    return {key: {"name": name, "type": kind, "value": value} for key, (name, kind, value) in items.items() if value}


def _tracking(finding: Finding) -> dict[str, object]:
    place = {"file": finding.path, "start_line": finding.line, "end_line": finding.end_line}
    signature = {"algorithm": "hash", "value": _hash(finding.fingerprint, finding.path)}
    return {"type": "source", "items": [{**place, "signatures": [signature]}]}


def _identifier(finding: Finding) -> str:
    """An id of the form of a UUID, the same on every run."""
    f = finding
    d = _hash(f.detector, f.fingerprint, f.target, f.path, str(f.line), str(f.column), f.commit or "")
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(map(encodable, parts)).encode()).hexdigest()[:32]
