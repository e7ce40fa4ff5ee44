"""CSV as RFC 4180 has it: a header, one finding to a row, every cell quoted, lines ended by CR LF.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and some take the full-width forms
too, also behind spaces. Such a cell gets an apostrophe in front, which spreadsheets show as text; a script that
reads the file has to expect it (JSON Lines has the values as they are). Characters that do not print are written as
escapes, so a row is always one line.
"""

from collections.abc import Iterator

from stanch.model import Finding, Report
from stanch.report import summary
from stanch.report.options import Options
from stanch.report.plain import printable

COLUMNS = (
    "detector",
    "provider",
    "name",
    "severity",
    "confidence",
    "secret",
    "fingerprint",
    "target",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "excerpt",
    "parts",
    "commit",
    "author",
    "email",
    "date",
    "in_head",
    "refs",
    "validity",
    "evidence",
    "decoded",
    "playbook",
    "advice",
    "count",
)
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
"""What starts a formula: ASCII, full-width and small forms, and the minus sign."""


def render(report: Report, options: Options) -> Iterator[str]:
    """The header and one row for each finding that counts, in the report's order."""
    yield _row(COLUMNS)
    for finding in report.findings:
        yield _row(_cells(finding, options))


def _row(cells: tuple[str, ...]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


def cell(text: str) -> str:
    """`text` on one line, with an apostrophe in front if a spreadsheet might take it for a formula."""
    shown = printable(text)
    return f"'{shown}" if shown.lstrip().startswith(tuple(_FORMULA)) else shown


def _cells(finding: Finding, options: Options) -> tuple[str, ...]:
    f = finding
    parts = [f"{role}={options.secret(f.parts[role])}" for role in sorted(f.parts)]
    values = (
        f.detector,
        f.provider,
        f.name,
        f.severity,
        f.confidence,
        options.secret(f.secret),
        f.fingerprint,
        f.target,
        f.path,
        str(f.line),
        str(f.column),
        str(f.end_line),
        str(f.end_column),
        f.excerpt,
        "; ".join(parts),
        f.commit or "",
        f.author or "",
        f.email or "",
        f.date or "",
        "" if f.in_head is None else str(f.in_head).lower(),
        " ".join(f.refs),
        f.validity,
        summary.told(f.evidence),
        " > ".join(f.decoded),
        f.playbook,
        f.advice,
        str(f.count),
    )
    return tuple(cell(value) for value in values)
