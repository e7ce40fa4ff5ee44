"""`stanch scan`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from stanch import report as reports
from stanch.cli import tell
from stanch.cli.plain import Asked, Misuse, Option, Plain
from stanch.errors import ConfigError
from stanch.model import Confidence, Report, Validity
from stanch.scan import Options
from stanch.scan.run import Progress
from stanch.scan.run import scan as run_scan

FOUND, INCOMPLETE = 1, 3
_VALIDITIES = tuple(str(one) for one in Validity)
_SUFFIXES = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".sarif": "sarif", ".xml": "junit", ".csv": "csv",
    ".html": "html", ".md": "markdown", ".txt": "text",
}  # fmt: skip


def _scan(targets: tuple[str, ...], asked: Asked) -> int:
    """Find secrets in files and folders, git repositories with their whole history, addresses of repositories,
    or "-" for standard input. Without TARGET: the current folder.

    Exit status: 0 complete and clean, 1 secrets found, 2 wrong usage or configuration, 3 nothing found but incomplete.

    \b
    Examples:
      stanch scan .
      stanch scan --range origin/main..HEAD --format sarif --output report.sarif
      stanch scan . --output html:report.html --output json:report.json
      stanch scan . --verify --validity valid --validity unknown
      kubectl get secrets -o yaml | stanch scan -
    """
    written = _destinations(asked)
    options = _options(asked)
    targets = targets or (".",)
    with shown_progress() as progress:
        report = run_scan(*targets, options=options, progress=progress)
    if asked["verify"]:
        _verify(report, targets, asked)
    for format_, file in written:
        _write(report, format_, file, show_secrets=bool(asked["show_secrets"]))
    if all(file != "-" for _, file in written):
        count = len(report.findings)
        tell(f"stanch: {count} finding{'s' * (count != 1)}; see {', '.join(file for _, file in written)}")
    return status(report)


scan = Plain(
    _scan,
    (
        Option("--format", "What to write; repeatable.", reports.FORMATS, name="formats", multiple=True),
        Option(
            "--output",
            "Where to write it, '-' for standard output.",
            "text",
            name="outputs",
            short="-o",
            metavar="[FORMAT:]FILE",
            multiple=True,
        ),
        Option("--no-history", "Only files, not the history of git repositories."),
        Option("--history-only", "Only the history of git repositories, not files."),
        Option("--staged", "Only what the index brings over HEAD."),
        Option("--range", "Only what the commits in B and not in A bring.", "text", metavar="A..B"),
        Option("--confidence", "Show findings from this one on.", tuple(str(one) for one in Confidence)),
        Option("--show-secrets", "Write secrets in full. Mind who can read the output."),
        Option("--verify", "Ask issuers whether what is found is still live."),
        Option("--validity", "With --verify: only findings that are this; repeatable.", _VALIDITIES, multiple=True),
        Option("--probe", "With --verify: also try changes that are bound to fail."),
        Option(
            "--allow-address",
            "With --verify: ask it though its address is not public.",
            "text",
            metavar="CIDR|HOST",
            multiple=True,
        ),
        Option("--explain", "Say of each rejected match why it was."),
        Option("--occurrences", "Write every occurrence of each finding."),
        Option("--skip-ignored", "Leave out files that git ignores."),
        Option("--no-ignore", "Count what baseline, ignore entries and comments take out, too."),
        Option("--baseline", "Baseline instead of the repository's.", "file"),
        Option("--config", "Configuration instead of the repository's.", "file"),
        Option("--workers", "Processes; 0 chooses.", "count", default=0),
        Option("--seconds", "Time budget; what it leaves out is reported.", "seconds"),
        Option("--no-cache", "Forget earlier scans: read everything again."),
    ),
)


def status(report: Report) -> int:
    """The exit status that a report stands for."""
    if report.findings:
        return FOUND
    return 0 if report.coverage.complete else INCOMPLETE


def _verify(report: Report, targets: tuple[str, ...], asked: Asked) -> None:
    from stanch.cli.verify import verify_report

    shown, allow, config = asked["validity"], asked["allow_address"], asked["config"]
    assert isinstance(shown, tuple)
    assert isinstance(allow, tuple)
    assert isinstance(config, Path | None)
    verify_report(report, targets, probe=bool(asked["probe"]), allow=allow, shown=shown, config=config)


def _options(asked: Asked) -> Options:
    narrowed = [name for name in ("no_history", "history_only", "staged", "range") if asked[name]]
    if len(narrowed) > 1:
        raise Misuse("--no-history, --history-only, --staged and --range exclude each other.")
    if not asked["verify"] and (asked["validity"] or asked["probe"] or asked["allow_address"]):
        raise Misuse("--validity, --probe and --allow-address go with --verify.")
    range_ = str(asked["range"] or "")
    if range_.startswith("-"):
        raise Misuse("--range takes A..B or a revision.")
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
        cache=not asked["no_cache"],
    )


def _destinations(asked: Asked) -> list[tuple[str, str]]:
    """Pair formats with files: `FORMAT:FILE` speaks for itself, plain files take the formats in turn."""
    formats, outputs = asked["formats"], asked["outputs"]
    assert isinstance(formats, tuple)
    assert isinstance(outputs, tuple)
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
    if file == "-" and sys.stdout is None:
        raise ConfigError("standard output is closed")
    terminal = file == "-" and sys.stdout.isatty()
    pieces = reports.render(
        format_,
        report,
        show_secrets=show_secrets,
        colour=terminal and colours(),
        width=_columns() if terminal else 100,
        moment=datetime.now(UTC) if format_ == "gitlab" else None,
    )
    if file == "-":
        try:
            for piece in pieces:
                sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
            sys.stdout.flush()
        except OSError as error:
            error.filename = "standard output"
            raise
        return
    try:
        with Path(file).open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            out.writelines(pieces)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def colours() -> bool:
    """Whether the user's terminal wants colours, by the usual environment variables."""
    import os

    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def shown_progress(doing: str = "scanning") -> Iterator[Progress]:
    """A progress bar on a terminal, once the work has taken a second; nothing in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from stanch.cli.progress import Bar

    with Bar(doing) as bar:
        yield bar.update
