"""HTML: one file that explains itself, to open in a browser, mail or print.

Without scripts it is whole; with them the table can be searched, filtered and sorted. Everything that the scan
brought goes through `_t`.
"""

from collections.abc import Iterable, Iterator
from html import escape

from stanch import __version__
from stanch.model import RANK, Finding, Report, Skip
from stanch.report import page, summary
from stanch.report.options import Options
from stanch.report.page import text as _t
from stanch.report.plain import line_of_code

_LOSSES = 5
"""How many things that were not scanned the top of the page names."""
_PLACES = 5
"""How many places of one secret are shown unasked."""


def render(report: Report, options: Options) -> Iterator[str]:
    """The page: what was found in numbers, the table of findings, what was suppressed, what was scanned."""
    groups = summary.grouped(report.findings)
    title = f"{summary.plural(len(groups), 'secret') if groups else 'No secrets'} in {summary.targets(report)}"
    style, script = page.asset("stanch.report", "findings.css"), page.asset("stanch.report", "findings.js")
    yield from page.opening(title, style, script, "Skip to the findings")
    yield '<header><div class="wide">\n'
    yield from _title(report, groups, options)
    yield '</div></header>\n<main class="wide" id="main">\n'
    yield from _findings(groups, options)
    yield from _suppressed(report, options)
    yield from _rejected(report)
    yield from _coverage(report)
    yield "</main>\n"
    yield f'<footer><div class="wide">{_footer(report, options)}</div></footer>\n'
    yield page.closing(script)


def _title(report: Report, groups: list[list[Finding]], options: Options) -> Iterator[str]:
    coverage = report.coverage
    yield f'<p class="brand">{page.LOGO} stanch</p>\n'
    yield f"<h1>{summary.plural(len(groups), 'secret') if groups else 'No secrets'} found</h1>\n"
    when = f", {options.moment:%Y-%m-%d %H:%M %Z}".rstrip() if options.moment else ""
    yield f'<p class="of">in <code>{_t(summary.targets(report))}</code>{_t(when)}</p>\n'
    if groups:
        yield from _bar(groups)
    elif coverage.complete:
        yield '<div class="panel good"><strong>Everything was scanned, and nothing was found.</strong></div>\n'
    yield from _cards(report, groups)
    if not coverage.complete:
        shown, more = summary.losses(coverage, _LOSSES)
        yield f'<div class="panel caution"><strong>{_t(summary.incomplete(coverage))}.</strong>\n'
        yield from _skips(shown, more)
        yield "</div>\n"
    if options.show_secrets and groups:
        warning = "This page shows secrets in full: keep it as safe as them."
        yield f'<div class="panel caution"><strong>{warning}</strong></div>\n'


def _bar(groups: list[list[Finding]]) -> Iterator[str]:
    """The shares of the severities, as a bar and in words."""
    counts = summary.by_severity(groups)
    yield '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
    start = 0.0
    for name, count in counts.items():
        share = 1000 * count / len(groups)
        yield f'<rect class="{name}" x="{start:.1f}" width="{share:.1f}" height="10"/>'
        start += share
    yield '</svg>\n<ul class="legend">'
    for name, count in counts.items():
        yield f'<li><span class="dot {name}"></span><b>{count:,}</b> {name}</li>'
    yield "</ul>\n"


def _cards(report: Report, groups: list[list[Finding]]) -> Iterator[str]:
    coverage = report.coverage
    cards = []
    if groups:
        in_head = sum(any(place.in_head for place in group) for group in groups)
        live = sum(any(place.validity == "valid" for place in group) for group in groups)
        cards.append(("Places", f"{len(report.findings):,}", "in files and history"))
        cards.append(("Still in HEAD", f"{in_head:,}", f"of {summary.plural(len(groups), 'secret')}"))
        if live:
            cards.append(("Still valid", f"{live:,}", "accepted by their provider"))
    amount = summary.plural(coverage.files + coverage.entries + coverage.blobs, "file")
    commits = f", {summary.plural(coverage.commits, 'commit')}" if coverage.commits else ""
    cards.append(("Scanned", summary.size(coverage.bytes), amount + commits))
    if report.suppressed or report.hidden:
        cards.append(("Not shown", f"{len(report.suppressed) + report.hidden:,}", "suppressed or unsure"))
    yield '<dl class="cards">'
    for name, number, small in cards:
        yield f'<div class="card"><dt>{name}</dt><dd>{number}<small>{small}</small></dd></div>'
    yield "</dl>\n"


def _findings(groups: list[list[Finding]], options: Options) -> Iterator[str]:
    if not groups:
        return
    yield '<section aria-labelledby="findings-title">\n'
    yield f'<h2 id="findings-title">Findings <small>{len(groups):,}</small></h2>\n'
    yield from _filters(groups)
    yield from _table(groups, options, "findings", "findings-title", "Next step")
    yield "</section>\n"


def _filters(groups: list[list[Finding]]) -> Iterator[str]:
    """Controls that only work with scripts, and only then are shown."""
    severities = list(summary.by_severity(groups))
    providers = sorted({place.provider for group in groups for place in group})
    yield '<form class="filters" id="filters" role="search" aria-label="Filter the findings" hidden>\n'
    search = 'type="search" name="search" autocomplete="off" placeholder="path, type, author, commit"'
    yield f"<label>Search<input {search}></label>\n"
    yield _choice("Severity", "severity", [(name, name.capitalize()) for name in severities])
    yield _choice("Provider", "provider", [(name, name) for name in providers])
    yield _choice("Where", "head", [("yes", "Still in HEAD"), ("no", "Only in history")])
    yield '<p class="shown" id="shown" role="status"></p>\n</form>\n'


def _choice(label: str, name: str, choices: list[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{_t(value)}">{_t(text)}</option>' for value, text in choices)
    return f'<label>{label}<select name="{name}"><option value="">All</option>{options}</select></label>\n'


def _table(groups: list[list[Finding]], options: Options, name: str, title: str, last: str) -> Iterator[str]:
    """A row for each secret; roles are spelled out because a phone shows rows as cards, which would take them away."""
    heads = [("severity", "Severity"), ("kind", "Secret"), ("where", "Where"), ("next", last)]
    yield f'<table id="{name}" role="table" aria-labelledby="{title}">\n<thead role="rowgroup"><tr role="row">'
    for style, text in heads:
        yield f'<th class="{style}" role="columnheader" scope="col">{text}</th>'
    yield '</tr></thead>\n<tbody role="rowgroup">\n'
    for group in groups:
        yield _row(group, options)
    yield "</tbody>\n</table>\n"


def _row(places: list[Finding], options: Options) -> str:
    first = places[0]
    known = [place.in_head for place in places if place.in_head is not None]
    data = {
        "severity": first.severity,
        "rank": str(-RANK[first.severity]),
        "provider": first.provider,
        "head": ("yes" if any(known) else "no") if known else "",
    }
    attributes = "".join(f' data-{key}="{_t(value)}"' for key, value in data.items())
    cells = [
        ("severity", _severity(first)),
        ("kind", _kind(first, options)),
        ("where", _places(places)),
        ("next", _reasons(places) if first.suppressed else _next(first)),
    ]
    return (
        f'<tr role="row"{attributes}>'
        + "".join(f'<td class="{style}" role="cell">{content}</td>' for style, content in cells)
        + "</tr>\n"
    )


def _severity(finding: Finding) -> str:
    badges = [f'<span class="badge {finding.severity}">{finding.severity.capitalize()}</span>']
    for doubt in summary.doubts(finding):
        live = finding.validity == "valid" and doubt == summary.VALIDITY[finding.validity]
        badges.append(f'<span class="badge {"live" if live else "outline"}">{doubt}</span>')
    return " ".join(badges)


def _kind(finding: Finding, options: Options) -> str:
    lines = [
        f"<b>{_t(finding.name)}</b>",
        f'<p><code class="secret">{_t(options.secret(finding.secret))}</code></p>',
    ]
    for role in sorted(finding.parts):
        shown = options.secret(finding.parts[role])
        lines.append(f'<p class="faint">{_t(role)} <code>{_t(shown)}</code></p>')
    if told := summary.told(finding.evidence):
        lines.append(f"<p>{_t(told)}</p>")
    lines.append(f'<p class="faint">{_t(finding.provider)}</p>')
    lines.append(f'<p class="print">{_t(finding.fingerprint)}</p>')
    return "".join(lines)


def _places(places: list[Finding]) -> str:
    """Every place of one secret; beyond the first few they unfold."""
    if len(places) == 1:
        return _place(places[0])
    items = [f"<li>{_place(place)}</li>" for place in places]
    shown = f"<ul>{''.join(items[:_PLACES])}</ul>"
    more = items[_PLACES:]
    if not more:
        return shown
    return f"{shown}<details><summary>{len(more):,} more</summary><ul>{''.join(more)}</ul></details>"


def _place(finding: Finding) -> str:
    place = f"<span>:{finding.line}:{finding.column}</span>"
    lines = [f'<code class="path">{_t(finding.path)}{place}</code>']
    excerpt = line_of_code(finding.excerpt)
    if excerpt:
        masked = _t(str(finding.secret))
        code = escape(excerpt).replace(masked, f"<mark>{masked}</mark>")
        lines.append(f'<pre class="excerpt"><code>{code}</code></pre>')
    decoded = f"decoded from {summary.decoding(finding)}" if finding.decoded else ""
    facts = ", ".join(filter(None, [summary.context(finding), decoded]))
    if facts:
        lines.append(f'<p class="faint">{_t(facts)}</p>')
    return "".join(lines)


def _next(finding: Finding) -> str:
    advice = f"<p>{_t(finding.advice)}</p>" if finding.advice else ""
    command = f'<p><code class="command">{_t(finding.playbook)}</code></p>' if finding.playbook else ""
    return advice + command


def _reasons(places: list[Finding]) -> str:
    """Why a secret is suppressed, each reason once."""
    reasons = dict.fromkeys(summary.suppression(place) for place in places)
    return "".join(f"<p>{_t(reason)}</p>" for reason in reasons)


def _suppressed(report: Report, options: Options) -> Iterator[str]:
    if not report.suppressed:
        return
    count = len(report.suppressed)
    yield f'<section><details><summary><h2 id="suppressed-title">Suppressed <small>{count:,}</small></h2></summary>\n'
    groups = summary.grouped(report.suppressed)
    yield from _table(groups, options, "suppressed", "suppressed-title", "Why")
    yield "</details></section>\n"


def _rejected(report: Report) -> Iterator[str]:
    if not report.rejected:
        return
    yield f"<section><details><summary><h2>Turned down <small>{len(report.rejected):,}</small></h2></summary>\n"
    yield '<ul class="list">\n'
    for item in report.rejected:
        place, shown = f"<code>{_t(item.path)}:{item.line}</code>", f"<code>{_t(item.secret)}</code>"
        yield f"<li>{place} {_t(item.detector)} {shown}: {_t(item.reason)}</li>\n"
    yield "</ul></details></section>\n"


def _coverage(report: Report) -> Iterator[str]:
    """What was scanned, what was not, and what else there is to know."""
    coverage = report.coverage
    counts = [
        ("Files", coverage.files),
        ("Archive members", coverage.entries),
        ("Blobs", coverage.blobs),
        ("Commits", coverage.commits),
        ("Tags", coverage.tags),
    ]
    yield '<section aria-labelledby="coverage-title">\n<h2 id="coverage-title">Coverage</h2>\n<dl class="facts">'
    for name, count in counts:
        if count:
            yield f"<div><dt>{name}</dt><dd>{count:,}</dd></div>"
    state = "Complete" if coverage.complete else "Incomplete"
    yield f"<div><dt>Bytes</dt><dd>{summary.size(coverage.bytes)}</dd></div>"
    yield f"<div><dt>State</dt><dd>{state}</dd></div></dl>\n"
    told = [*coverage.notes, *report.warnings]
    if report.hidden:
        told.append(f"{summary.plural(report.hidden, 'finding')} below the confidence asked for")
    if told:
        yield '<ul class="list">' + "".join(f"<li>{_t(text)}</li>" for text in told) + "</ul>\n"
    if coverage.skipped:
        total = len(coverage.skipped) + coverage.skipped_more
        yield f"<details><summary>Not scanned <small>{total:,}</small></summary>"
        yield '<div class="list">'
        yield from _skips(coverage.skipped, coverage.skipped_more)
        yield "</div></details>\n"
    yield "</section>\n"


def _skips(skips: Iterable[Skip], more: int) -> Iterator[str]:
    yield "<ul>"
    for skip in skips:
        harmless = " (nothing lost)" if skip.harmless else ""
        yield f"<li><code>{_t(skip.path)}</code>: {_t(skip.reason)}{harmless}</li>"
    if more:
        yield f"<li>and {more:,} more</li>"
    yield "</ul>\n"


def _footer(report: Report, options: Options) -> str:
    masked = "" if options.show_secrets else " Secrets are masked."
    catalog = f" Catalog {_t(report.catalog[:16])}." if report.catalog else ""
    return f"Written by stanch {__version__}.{catalog}{masked} Nothing in this page was loaded from elsewhere."
