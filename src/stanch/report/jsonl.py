"""JSON Lines: one finding to a line, for scripts."""

from collections.abc import Iterator

import msgspec

from stanch.model import Finding, Report
from stanch.report.encode import encode
from stanch.report.options import Options


def render(report: Report, options: Options) -> Iterator[str]:
    """One object for each finding that counts, in the report's order; nothing at all if there are none."""
    for finding in report.findings:
        yield encode(record(finding, options)) + "\n"


def record(finding: Finding, options: Options) -> dict[str, object]:
    """A finding as plain data with a fixed set of fields in a fixed order; `occurrences` only if they were kept."""
    f = finding
    fields: dict[str, object] = {
        "detector": f.detector,
        "provider": f.provider,
        "name": f.name,
        "severity": f.severity,
        "confidence": f.confidence,
        "secret": options.secret(f.secret),
        "fingerprint": f.fingerprint,
        "target": f.target,
        "path": f.path,
        "line": f.line,
        "column": f.column,
        "end_line": f.end_line,
        "end_column": f.end_column,
        "excerpt": f.excerpt,
        "parts": {role: options.secret(f.parts[role]) for role in sorted(f.parts)},
        "commit": f.commit,
        "author": f.author,
        "email": f.email,
        "date": f.date,
        "in_head": f.in_head,
        "refs": f.refs,
        "validity": f.validity,
        "evidence": msgspec.to_builtins(f.evidence),
        "decoded": f.decoded,
        "playbook": f.playbook,
        "advice": f.advice,
        "count": f.count,
        "last": msgspec.structs.asdict(f.last) if f.last else None,
        "suppressed": msgspec.structs.asdict(f.suppressed) if f.suppressed else None,
    }
    if f.occurrences:
        fields["occurrences"] = [msgspec.structs.asdict(occurrence) for occurrence in f.occurrences]
    return fields
