"""What a scan found, written for people and machines: one module per format.

To add one, write a module with `render(report, options)` that yields text, and name it in `_MODULES`.
Formats are imported when they are asked for, so that a hook which prints text pays for nothing else.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from stanch.errors import ConfigError
from stanch.model import Report
from stanch.report.options import Options

if TYPE_CHECKING:
    from datetime import datetime

_MODULES = {
    "text": "text",
    "json": "json_report",
    "jsonl": "jsonl",
    "sarif": "sarif",
    "junit": "junit",
    "csv": "csv_report",
    "html": "html_report",
    "gitlab": "gitlab",
    "markdown": "markdown",
}

FORMATS: tuple[str, ...] = tuple(_MODULES)
"""The formats' names, as `--format` takes them."""


class _Renderer(Protocol):
    def __call__(self, report: Report, options: Options) -> Iterator[str]: ...


def render(
    format: str,
    report: Report,
    *,
    show_secrets: bool = False,
    colour: bool = False,
    width: int = 100,
    moment: "datetime | None" = None,
) -> Iterator[str]:
    """The report in one format, piece by piece: write the pieces to a UTF-8 stream that leaves line ends alone.

    The same report always gives the same text: nothing asks the clock. `moment` is the time of the scan, for the
    formats that state one; without it GitLab's, which must, says 1970-01-01T00:00:00. `colour` and `width` are for
    text alone.
    """
    if format not in _MODULES:
        raise ConfigError(f"unknown format {format!r}", hint=f"Formats: {', '.join(FORMATS)}.")
    renderer: _Renderer = import_module(f"stanch.report.{_MODULES[format]}").render
    return renderer(report, Options(show_secrets, colour, width, moment))
