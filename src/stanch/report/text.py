"""Text for a terminal or a log: each secret with its places and the next step, then what was scanned.

Imports nothing beyond the model, so that a hook can print it at once.
"""

from collections.abc import Callable, Iterable, Iterator

from stanch.model import Finding, Report
from stanch.report import summary
from stanch.report.options import Options
from stanch.report.plain import line_of_code, printable, window

_CODES = {
    "critical": "1;97;45",
    "high": "1;97;41",
    "medium": "1;30;43",
    "low": "1;30;46",
    "info": "1;30;47",
    "name": "1",
    "secret": "1;31",
    "place": "36",
    "faint": "2",
    "alarm": "1;31",
    "next": "32",
    "good": "1;32",
    "caution": "33",
}
_LOSSES = 5
"""How many things that were not scanned are named."""

Paint = Callable[[str, str], str]


def render(report: Report, options: Options) -> Iterator[str]:
    """Findings by severity and place, then the summary."""
    paint = _coloured if options.colour else _bare
    width = max(options.width, 40)
    groups = summary.grouped(report.findings)
    several = len({finding.target for finding in report.findings}) > 1
    for group in groups:
        yield from _lines(_secret(group, options, paint, width, several))
        yield "\n"
    yield from _lines(_rejected(report, paint))
    yield from _lines(_summary(report, groups, paint, width))


def _coloured(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def _bare(text: str, style: str) -> str:  # noqa: ARG001 - one signature for both
    return text


def _lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line + "\n"


def _secret(places: list[Finding], options: Options, paint: Paint, width: int, several: bool) -> Iterator[str]:
    """One secret: what it is, every place of it, and what to do."""
    first = places[0]
    shown = printable(options.secret(first.secret))
    title = f"{paint(f' {first.severity.upper()} ', first.severity)} {paint(printable(first.name), 'name')}"
    yield f"{title}  {paint(shown, 'secret')}" + (f"  in {len(places):,} places" if len(places) > 1 else "")
    for place in places:
        yield from _place(place, paint, width, several)
    doubts = summary.doubts(first)
    if doubts:
        yield "  " + paint(", ".join(doubts), "alarm" if first.validity == "valid" else "caution")
    if told := summary.told(first.evidence):
        yield from _hanging(told, paint("  says: ", "faint"), 8, width)
    yield "  " + paint(f"fingerprint {printable(first.fingerprint)}", "faint")
    if first.advice:
        yield from _hanging(printable(first.advice), paint("  next: ", "next"), 8, width)
    if first.playbook:
        yield paint("  run:  ", "next") + printable(first.playbook)


def _place(finding: Finding, paint: Paint, width: int, several: bool) -> Iterator[str]:
    path = f"{printable(finding.path)}:{finding.line}:{finding.column}"
    target = f"in {printable(finding.target)}" if several else ""
    facts = [target, summary.context(finding)]
    if finding.decoded:
        facts.append(f"decoded from {summary.decoding(finding)}")
    yield f"  {paint(path, 'place')}  {paint(', '.join(filter(None, facts)), 'faint')}".rstrip()
    excerpt = line_of_code(finding.excerpt)
    if excerpt:
        masked = printable(str(finding.secret))
        gutter = f"  {finding.line:>6} | "
        code = window(excerpt, masked, width - len(gutter))
        yield paint(gutter, "faint") + code.replace(masked, paint(masked, "secret"))


def _hanging(text: str, label: str, indent: int, width: int) -> Iterator[str]:
    """`text` in lines of at most `width`, the first after `label`, the others as far to the right."""
    line = ""
    for word in text.split():
        if line and indent + len(line) + 1 + len(word) > width:
            yield label + line
            label, line = " " * indent, word
        else:
            line = f"{line} {word}" if line else word
    yield label + line


def _rejected(report: Report, paint: Paint) -> Iterator[str]:
    """With `explain`: what analysis turned down, and the reason's name."""
    if not report.rejected:
        return
    yield paint("Turned down:", "name")
    for item in report.rejected:
        place = paint(f"{printable(item.path)}:{item.line}", "place")
        yield f"  {place}  {printable(item.detector)}  {printable(item.secret)}  {printable(item.reason)}"
    yield ""


def _summary(report: Report, groups: list[list[Finding]], paint: Paint, width: int) -> Iterator[str]:
    coverage = report.coverage
    what = f"{summary.targets(report)}: {summary.scanned(coverage)}"
    if groups:
        yield f"{paint('Found ' + summary.found(groups), 'name')}."
        yield from _hanging(f"Scanned {what}.", "", 0, width)
    elif coverage.complete:
        yield from _hanging(f"Scanned {what}.", paint("No secrets found.", "good") + " ", 18, width)
    else:
        yield paint("No secrets found in what could be scanned.", "name")
        yield from _hanging(f"Scanned {what}.", "", 0, width)
    left_out = summary.left_out(report)
    if left_out:
        yield f"Not shown: {left_out}."
    if not coverage.complete:
        yield from _incomplete(report, paint)
    for note in coverage.notes:
        yield from _hanging(printable(note), "note: ", 6, width)
    for warning in report.warnings:
        yield from _hanging(printable(warning), paint("warning: ", "caution"), 9, width)


def _incomplete(report: Report, paint: Paint) -> Iterator[str]:
    shown, more = summary.losses(report.coverage, _LOSSES)
    yield paint(summary.incomplete(report.coverage) + (":" if shown or more else "."), "caution")
    for skip in shown:
        yield f"  {printable(skip.path)}: {printable(skip.reason)}"
    if more:
        yield f"  and {more:,} more" + ("; the json format lists them" if shown else "")
