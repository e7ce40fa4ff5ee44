"""SARIF 2.1.0, for code scanning: GitHub, Azure DevOps, editors.

Findings that were suppressed are in it with the reason, as SARIF provides. Places are relative to the target's
root, whose own address is not stated, so the file says nothing of the machine that wrote it. What was not scanned
is a notification of the run, and a run that lost something did not succeed.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec

from stanch import __version__
from stanch.model import RANK, Finding, Report
from stanch.report import summary
from stanch.report.encode import document, encode
from stanch.report.options import Options
from stanch.report.plain import encodable, printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "stanchFingerprint/v1"
"""Under this name each result has the finding's fingerprint, which outlives moves, renames and catalog versions."""

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}
"""`security-severity`, within the bands by which GitHub names severities."""
_CWE = "https://cwe.mitre.org/data/definitions/798.html"


def render(report: Report, options: Options) -> Iterator[str]:
    """One log with one run; a result to a line."""
    yield f'{{\n"$schema": {encode(SCHEMA)},\n"version": "2.1.0",\n"runs": [\n'
    yield from document(_run(report, options))
    yield "\n]\n}\n"


def _run(report: Report, options: Options) -> Iterator[tuple[str, object]]:
    findings = [*summary.ranked(report.findings), *summary.ranked(report.suppressed)]
    rules = _rules(findings)
    index = {str(rule["id"]): at for at, rule in enumerate(rules)}
    roots = _roots(report, findings)
    yield "tool", {"driver": _driver(rules)}
    yield "columnKind", "unicodeCodePoints"
    yield "language", "en"
    yield "originalUriBaseIds", {root: {"description": _text(target)} for target, root in roots.items()}
    yield "invocations", [_invocation(report)]
    yield "properties", {"catalog": report.catalog, "hidden": report.hidden}
    yield "results", (_result(f, index[f.detector], roots[f.target], options) for f in findings)


def _text(text: str) -> dict[str, str]:
    return {"text": printable(text)}


def _driver(rules: list[dict[str, object]]) -> dict[str, object]:
    return {
        "name": "stanch",
        "version": __version__,
        "semanticVersion": __version__,
        "shortDescription": {"text": "Finds leaked secrets and says how to stop the leak."},
        "rules": rules,
    }


def _roots(report: Report, findings: Iterable[Finding]) -> dict[str, str]:
    """A base for the places of each target; a single one has the name that GitHub and others use."""
    used = {finding.target for finding in findings}
    order = [target for target in dict.fromkeys(report.targets) if target in used]
    order += sorted(used.difference(order))
    if len(order) == 1:
        return {order[0]: "%SRCROOT%"}
    return {target: f"TARGET{number}" for number, target in enumerate(order, 1)}


def _rules(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """The credential types that occur, by id, each as grave as its gravest finding."""
    gravest: dict[str, Finding] = {}
    for finding in findings:
        known = gravest.setdefault(finding.detector, finding)
        if RANK[finding.severity] > RANK[known.severity]:
            gravest[finding.detector] = finding
    return [_rule(gravest[detector]) for detector in sorted(gravest)]


def _rule(finding: Finding) -> dict[str, object]:
    what = printable(finding.name) or printable(finding.detector)
    advice = printable(finding.advice) or "Revoke the secret where it was issued and replace it."
    command = printable(finding.playbook)
    words = finding.detector.split("-")
    name = {"name": "".join(word.capitalize() for word in words)} if len(words) > 1 else {}
    return {
        "id": finding.detector,
        **name,
        "shortDescription": {"text": f"{what} in the clear"},
        "fullDescription": {
            "text": f"A value that has the form of a credential of this type: {what}. "
            "Whoever can read this place can use it until it is revoked."
        },
        "help": {
            "text": advice + (f" All steps: {command}" if command else ""),
            "markdown": _markdown(advice) + (f"\n\nAll steps:\n\n    {command}\n" if command else ""),
        },
        "helpUri": _CWE,
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {
            "security-severity": _SCORES[finding.severity],
            "precision": "high",
            "provider": finding.provider,
            "tags": ["security", "secret", "external/cwe/cwe-798"],
        },
    }


def _markdown(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|~!&" else char for char in text)


def _result(finding: Finding, rule: int, root: str, options: Options) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.detector,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, options)},
        "locations": [{"physicalLocation": _location(finding, root, options)}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": _properties(finding, options),
    }
    if finding.suppressed:
        kind = "inSource" if finding.suppressed.kind == "inline" else "external"
        justification = summary.suppression(finding)
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": justification}]
    return result


def _message(finding: Finding, options: Options) -> str:
    """One sentence; what was scanned cannot add the links that SARIF reads in square brackets."""
    shown = printable(options.secret(finding.secret))
    context = summary.context(finding)
    sentence = f"{printable(finding.name)} '{shown}'" + (f" ({context})" if context else "")
    return "".join(f"\\{char}" if char in "\\[]" else char for char in sentence) + "."


def _location(finding: Finding, root: str, options: Options) -> dict[str, object]:
    line, end_line = max(finding.line, 1), max(finding.end_line, finding.line, 1)
    location: dict[str, object] = {
        "artifactLocation": {"uri": uri(finding.path), "uriBaseId": root},
        "region": {
            "startLine": line,
            "startColumn": max(finding.column, 1),
            "endLine": end_line,
            "endColumn": max(finding.end_column, 1),
            "snippet": _text(options.secret(finding.secret)),
        },
    }
    if finding.excerpt:
        context = {"startLine": line, "endLine": end_line, "snippet": _text(finding.excerpt)}
        location["contextRegion"] = context
    return location


def uri(path: str) -> str:
    """`path` as a relative URI reference: no scheme, no authority, nothing that has to be guessed."""
    try:
        raw = path.encode("utf-8", "surrogateescape")  # a name that is not UTF-8 keeps its own bytes
    except UnicodeEncodeError:
        raw = encodable(path).encode()
    rooted = len(raw) - len(raw.lstrip(b"/"))
    return "%2F" * rooted + quote(raw[rooted:], safe="/!@$&'()*+,;=")


def _properties(finding: Finding, options: Options) -> dict[str, object]:
    return {
        "provider": finding.provider,
        "confidence": finding.confidence,
        "severity": finding.severity,
        "security-severity": _SCORES[finding.severity],
        "validity": finding.validity,
        "evidence": msgspec.to_builtins(finding.evidence),
        "secret": options.secret(finding.secret),
        "target": finding.target,
        "commit": finding.commit,
        "author": finding.author,
        "date": finding.date,
        "in_head": finding.in_head,
        "refs": finding.refs,
        "decoded": finding.decoded,
        "count": finding.count,
        "playbook": finding.playbook,
    }


def _invocation(report: Report) -> dict[str, object]:
    coverage = report.coverage
    told = [
        _notification("note" if skip.harmless else "warning", f"Not scanned: {skip.path}: {skip.reason}")
        for skip in coverage.skipped
    ]
    if coverage.skipped_more:
        told.append(_notification("warning", f"Not scanned: {coverage.skipped_more:,} more"))
    told += [_notification("note", note) for note in coverage.notes]
    told += [_notification("warning", warning) for warning in report.warnings]
    return {"executionSuccessful": coverage.complete, "toolExecutionNotifications": told}


def _notification(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": _text(text)}
