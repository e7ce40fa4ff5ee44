"""`stanch scan`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from stanch import report as reports
from stanch.errors import ConfigError
from stanch.model import Confidence, Report
from stanch.scan import Options
from stanch.scan.run import Progress
from stanch.scan.run import scan as run_scan

FOUND, INCOMPLETE = 1, 3
_SUFFIXES = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".sarif": "sarif", ".xml": "junit", ".csv": "csv",
    ".html": "html", ".md": "markdown", ".txt": "text",
}  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--format", "formats", type=click.Choice(reports.FORMATS), multiple=True, help="What to write; repeatable."
)
@click.option(
    "--output",
    "-o",
    "outputs",
    metavar="[FORMAT:]FILE",
    multiple=True,
    help="Where to write it, '-' for standard output.",
)
@click.option("--no-history", is_flag=True, help="Only files, not the history of git repositories.")
@click.option("--history-only", is_flag=True, help="Only the history of git repositories, not files.")
@click.option("--staged", is_flag=True, help="Only what the index brings over HEAD.")
@click.option("--range", "range_", metavar="A..B", help="Only what the commits in B and not in A bring.")
@click.option(
    "--confidence", type=click.Choice([str(one) for one in Confidence]), help="Show findings from this one on."
)
@click.option("--show-secrets", is_flag=True, help="Write secrets in full. Mind who can read the output.")
@click.option("--explain", is_flag=True, help="Say of each rejected match why it was.")
@click.option("--occurrences", is_flag=True, help="Write every occurrence of each finding.")
@click.option("--skip-ignored", is_flag=True, help="Leave out files that git ignores.")
@click.option("--no-ignore", is_flag=True, help="Count what baseline, ignore entries and comments take out, too.")
@click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Baseline instead of the repository's."
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration instead of the repository's."
)
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes; 0 chooses.")
@click.option("--seconds", type=click.FloatRange(0), help="Time budget; what it leaves out is reported.")
@click.option("--no-cache", is_flag=True, help="Forget earlier scans: read everything again.")
@click.pass_context
def scan(
    ctx: click.Context, /, targets: tuple[str, ...], formats: tuple[str, ...], outputs: tuple[str, ...], **asked: object
) -> int:
    """Find secrets in files and folders, git repositories with their whole history, addresses of repositories,
    or "-" for standard input. Without TARGET: the current folder.

    Exit status: 0 complete and clean, 1 secrets found, 2 wrong usage or configuration, 3 nothing found but incomplete.

    \b
    Examples:
      stanch scan .
      stanch scan --range origin/main..HEAD --format sarif --output report.sarif
      stanch scan . --output html:report.html --output json:report.json
      kubectl get secrets -o yaml | stanch scan -
    """
    written = _destinations(formats, outputs)
    options = _options(asked)
    with shown_progress() as progress:
        report = run_scan(*(targets or (".",)), options=options, progress=progress)
    for format_, file in written:
        _write(report, format_, file, show_secrets=bool(asked["show_secrets"]))
    if all(file != "-" for _, file in written):
        count = len(report.findings)
        click.echo(
            f"stanch: {count} finding{'s' * (count != 1)}; see {', '.join(file for _, file in written)}", err=True
        )
    ctx.exit(status(report))


def status(report: Report) -> int:
    """The exit status that a report stands for."""
    if report.findings:
        return FOUND
    return 0 if report.coverage.complete else INCOMPLETE


def _options(asked: dict[str, object]) -> Options:
    narrowed = [name for name in ("no_history", "history_only", "staged", "range_") if asked[name]]
    if len(narrowed) > 1:
        raise click.UsageError("--no-history, --history-only, --staged and --range exclude each other.")
    range_ = str(asked["range_"] or "")
    if range_.startswith("-"):
        raise click.UsageError("--range takes A..B or a revision.")
    confidence = asked["confidence"]
    baseline, config, seconds, workers = asked["baseline"], asked["config"], asked["seconds"], asked["workers"]
    assert isinstance(baseline, Path | None)
    assert isinstance(config, Path | None)
    assert isinstance(seconds, float | None)
    assert isinstance(workers, int)
    return Options(
        files=not asked["history_only"],
        history=not asked["no_history"],
        staged=bool(asked["staged"]),
        revs=(range_,) if range_ else (),
        confidence=Confidence(str(confidence)) if confidence else None,
        explain=bool(asked["explain"]),
        occurrences=bool(asked["occurrences"]),
        skip_ignored=bool(asked["skip_ignored"]),
        honour_ignores=not asked["no_ignore"],
        baseline=baseline,
        config=config,
        workers=workers,
        seconds=seconds,
    )


def _destinations(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pair formats with files: `FORMAT:FILE` speaks for itself, plain files take the formats in turn."""
    pairs: list[tuple[str, str]] = []
    waiting = list(formats)
    for output in outputs:
        name, colon, file = output.partition(":")
        if colon and name in reports.FORMATS and file:
            pairs.append((name, file))
        elif waiting:
            pairs.append((waiting.pop(0), output))
        else:
            pairs.append((_SUFFIXES.get(Path(output).suffix.lower(), "text"), output))
    pairs.extend((name, "-") for name in waiting)
    return pairs or [("text", "-")]


def _write(report: Report, format_: str, file: str, *, show_secrets: bool) -> None:
    import shutil
    from datetime import UTC, datetime

    terminal = file == "-" and sys.stdout.isatty()
    pieces = reports.render(
        format_,
        report,
        show_secrets=show_secrets,
        colour=terminal and colours(),
        width=shutil.get_terminal_size().columns if terminal else 100,
        moment=datetime.now(UTC) if format_ == "gitlab" else None,
    )
    if file == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
        return
    try:
        with Path(file).open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            out.writelines(pieces)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None


def colours() -> bool:
    """Whether the user's terminal wants colours, by the usual environment variables."""
    import os

    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A progress bar on a terminal, once a scan has taken a second; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from stanch.cli.progress import Bar

    with Bar() as bar:
        yield bar.update
