"""JUnit XML: one suite in which every finding is a test that failed.

What is suppressed is a skipped test, a scan that is incomplete is a test in error, and a scan that is clean and
complete is one test that passed. Times are left out, so that two runs give the same bytes.
"""

from collections.abc import Iterator

from stanch.model import Finding, Report
from stanch.report import summary
from stanch.report.options import Options
from stanch.report.plain import line_of_code, printable


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, which keeps to the schema of Jenkins' xUnit plug-in (junit-10.xsd)."""
    failures, skipped = len(report.findings), len(report.suppressed)
    errors = 0 if report.coverage.complete else 1
    clean = not failures and not errors
    tests = failures + skipped + errors + clean
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="stanch" {counts}>\n'
    yield f'  <testsuite name="stanch" {counts} skipped="{skipped}">\n'
    for finding in summary.ranked(report.findings):
        yield _case(finding, _failure(finding, options))
    for finding in summary.ranked(report.suppressed):
        yield _case(finding, _skipped(finding))
    if errors:
        yield _incomplete(report)
    if clean:
        yield f'    <testcase classname="stanch" name="no secrets in {_xml(summary.targets(report))}"/>\n'
    yield "  </testsuite>\n</testsuites>\n"


def _case(finding: Finding, body: str) -> str:
    name = f"{finding.name} in {finding.path}:{finding.line}:{finding.column}"
    return f'    <testcase classname="{_xml(finding.detector)}" name="{_xml(name)}">{body}</testcase>\n'


def _failure(finding: Finding, options: Options) -> str:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    message = f"{finding.name} ({finding.severity}) in {place}"
    lines = [
        f"{place}: {options.secret(finding.secret)}",
        line_of_code(finding.excerpt),
        summary.context(finding),
        f"decoded from {summary.decoding(finding)}" if finding.decoded else "",
        ", ".join(summary.doubts(finding)),
        summary.told(finding.evidence),
        f"next: {finding.advice}" if finding.advice else "",
        f"run: {finding.playbook}" if finding.playbook else "",
        f"fingerprint: {finding.fingerprint}",
    ]
    text = "\n".join(_xml(line) for line in lines if line)
    return f'<failure type="{finding.severity}" message="{_xml(message)}">{text}</failure>'


def _skipped(finding: Finding) -> str:
    return f'<skipped message="{_xml(summary.suppression(finding))}"/>'


def _incomplete(report: Report) -> str:
    shown, more = summary.losses(report.coverage)
    lines = [_xml(f"{skip.path}: {skip.reason}") for skip in shown]
    if more:
        lines.append(f"and {more:,} more")
    return (
        '    <testcase classname="stanch" name="the scan is complete">'
        f'<error type="incomplete" message="{_xml(summary.incomplete(report.coverage))}">'
        + "\n".join(lines)
        + "</error></testcase>\n"
    )


def _xml(text: str) -> str:
    """`text` for an attribute or an element; what XML 1.0 cannot hold is among what `printable` writes as escapes."""
    text = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")
