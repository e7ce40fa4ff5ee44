"""JSON: the whole report as one object."""

from collections.abc import Iterator

import msgspec

from stanch import __version__
from stanch.model import Report
from stanch.report import summary
from stanch.report.encode import document
from stanch.report.jsonl import record
from stanch.report.options import Options


def render(report: Report, options: Options) -> Iterator[str]:
    """Findings as in JSON Lines, with what was scanned, what was left out, and by which catalog."""
    yield from document(_fields(report, options))
    yield "\n"


def _fields(report: Report, options: Options) -> Iterator[tuple[str, object]]:
    yield "tool", {"name": "stanch", "version": __version__}
    yield "catalog", report.catalog
    yield "targets", report.targets
    yield "counts", _counts(report)
    yield "findings", (record(finding, options) for finding in report.findings)
    yield "suppressed", (record(finding, options) for finding in report.suppressed)
    if report.rejected:
        yield "rejected", (msgspec.structs.asdict(rejected) for rejected in report.rejected)
    yield "coverage", report.coverage.as_dict()
    yield "warnings", report.warnings


def _counts(report: Report) -> dict[str, object]:
    """`secrets` are distinct values, `findings` are their places; severities count secrets."""
    groups = summary.grouped(report.findings)
    return {
        "secrets": len(groups),
        "findings": len(report.findings),
        "suppressed": len(report.suppressed),
        "hidden": report.hidden,
        "severities": summary.by_severity(groups),
    }
