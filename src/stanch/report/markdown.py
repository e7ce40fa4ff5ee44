"""Markdown for a pull request's comment or a job's summary: what was found, what to do, what was not scanned.

All that was scanned is shown as code, where neither markup nor a mention works. The whole stays below the length
that GitHub takes for a comment: findings beyond it are counted.
"""

from collections.abc import Iterator

from stanch import __version__
from stanch.model import Finding, Report
from stanch.report import summary
from stanch.report.options import Options
from stanch.report.plain import printable, shorten

LIMIT = 65_000
"""Characters at most."""

_PATH, _TEXT, _TOLD, _ADVICE = 160, 80, 300, 600
_STEPS = 20
"""Credential types whose next step is told."""
_LOSSES = 10
_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "info": "⚪"}
_PLAIN = frozenset(" -'(),/")
"""What may stand beside letters and digits outside code."""


def render(report: Report, options: Options) -> Iterator[str]:
    """Heading, table, next steps, coverage."""
    groups = summary.grouped(report.findings)
    head, tail = "".join(_head(report, groups, options)), "".join(_tail(report, groups))
    yield head
    yield from _table(groups, options, LIMIT - len(head) - len(tail) - 100)
    yield tail


def _head(report: Report, groups: list[list[Finding]], options: Options) -> Iterator[str]:
    if groups:
        yield f"## 🚨 stanch found {summary.found(groups)}\n\n"
    elif report.coverage.complete:
        yield "## ✅ stanch found no secrets\n\n"
    else:
        yield "## ⚠️ stanch found no secrets in what it could scan\n\n"
    if options.show_secrets and groups:
        yield "**Secrets are shown in full here: keep this page as safe as them.**\n\n"


def _table(groups: list[list[Finding]], options: Options, room: int) -> Iterator[str]:
    """As many rows as there is room for, and how many more there are."""
    if not groups:
        return
    yield "| Severity | Secret | Where | Commit |\n| --- | --- | --- | --- |\n"
    rows = [(place, len(group)) for group in groups for place in group]
    for at, (finding, _) in enumerate(rows):
        row = _row(finding, options)
        room -= len(row)
        if room < 0:
            yield f"\n**{len(rows) - at:,} more** of {summary.plural(len(rows), 'place')} are not shown here.\n"
            break
        yield row
    yield "\n"


def _row(finding: Finding, options: Options) -> str:
    name = inline(shorten(finding.name, _TEXT))
    shown = code(shorten(options.secret(finding.secret), _TEXT))
    doubts = ", ".join(summary.doubts(finding))
    told = prose(shorten(summary.told(finding.evidence), _TOLD))
    where = code(f"{shorten(printable(finding.path), _PATH)}:{finding.line}")
    what = f"{name}<br>{shown}" + "".join(f"<br>{text}" for text in (doubts, told) if text)
    mark = _MARKS[finding.severity]
    return f"| {mark} {finding.severity} | {what} | {where} | {_commit(finding)} |\n"


def _commit(finding: Finding) -> str:
    parts = []
    if finding.commit:
        parts.append(code(finding.commit[:8]))
    if finding.author:
        parts.append(inline(shorten(finding.author, _TEXT)))
    if finding.date:
        parts.append(inline(finding.date[:10]))
    presence = summary.presence(finding)
    return " ".join(parts) + (f"<br>{presence}" if parts and presence else presence)


def _tail(report: Report, groups: list[list[Finding]]) -> Iterator[str]:
    yield from _steps(groups)
    yield f"Scanned {summary.scanned(report.coverage)}."
    left_out = summary.left_out(report)
    yield f" Not shown: {prose(left_out)}.\n" if left_out else "\n"
    yield from _coverage(report)
    yield f"\n<sub>stanch {__version__}</sub>\n"


def _steps(groups: list[list[Finding]]) -> Iterator[str]:
    """For each credential type that occurs, what to do first."""
    types = list({group[0].detector: group[0] for group in reversed(groups)}.values())[::-1]
    if not types:
        return
    yield "### Next steps\n\n"
    for finding in types[:_STEPS]:
        advice = prose(shorten(finding.advice, _ADVICE)) or "Revoke it where it was issued and replace it."
        command = f" Run {code(finding.playbook)} for all steps." if finding.playbook else ""
        yield f"- **{inline(shorten(finding.name, _TEXT))}**: {advice}{command}\n"
    if len(types) > _STEPS:
        yield f"- and {summary.plural(len(types) - _STEPS, 'more type')}\n"
    yield "\n"


def _coverage(report: Report) -> Iterator[str]:
    if not report.coverage.complete:
        shown, more = summary.losses(report.coverage, _LOSSES)
        yield f"\n**{summary.incomplete(report.coverage)}.**\n\n"
        for skip in shown:
            yield f"- {code(shorten(skip.path, _PATH))}: {prose(shorten(skip.reason, _ADVICE))}\n"
        if more:
            yield f"- and {more:,} more\n"
    told = [*report.coverage.notes, *report.warnings]
    if told:
        yield "\n"
    for text in told[:_LOSSES]:
        yield f"- Note: {prose(shorten(text, _ADVICE))}\n"
    if len(told) > _LOSSES:
        yield f"- and {summary.plural(len(told) - _LOSSES, 'more note')}\n"


def inline(text: str) -> str:
    """`text` as it is if it is words and nothing else, otherwise as code."""
    shown = printable(text)
    if all(char.isalnum() or char in _PLAIN for char in shown):
        return shown
    return code(text)


def code(text: str) -> str:
    """`text` as code that neither markup nor a table's cell can end."""
    shown = printable(text)
    if not shown.strip():
        return ""
    if shown == shown.strip() and not any(char in "`|\\<>&" for char in shown):
        return f"`{shown}`"
    return f"<code>{_entities(shown)}</code>"


def prose(text: str) -> str:
    """A sentence of which nothing is markup and nobody is mentioned; addresses stay links."""
    kept = _PLAIN | frozenset(".:;?=%+")
    return "".join(
        char if char.isalnum() or char in kept else "&#64;&#8203;" if char == "@" else f"&#{ord(char)};"
        for char in printable(text)
    )


def _entities(text: str) -> str:
    return "".join(char if char.isalnum() or char in " /-" else f"&#{ord(char)};" for char in text)
