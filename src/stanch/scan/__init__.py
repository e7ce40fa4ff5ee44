"""Joins sources and detectors: what to read, who reads it, where findings come from, which of them count.

`scan` in `run` is the whole of it, and calling this package calls it: `from stanch import scan; scan("path")`.
`options` says what to scan, and `work` splits it into tasks, which `processes` does side by side. `content` scans one
piece of content, `versions` the objects of a pack. `repository` asks git for a whole history, `changes` for what some
commits or the index bring. `memory` keeps what was scanned of a history, so that the next scan reads only what is new.
`provenance` tells which commits brought what was found, `places` where that is. `rows` makes findings of hits;
`ignore`, `inline` and `baseline` take out what was judged before. `imported` puts rules of gitleaks to work.
"""

import sys
from pathlib import Path
from types import ModuleType

from stanch.model import Report
from stanch.scan.options import Options

__all__ = ["Options", "scan"]


def scan(*targets: str | Path, options: Options | None = None) -> Report:
    """Scan files, folders, git repositories or their addresses, and "-" for standard input.

    The same as `stanch scan`: with the configuration of each target's repository, and with what its baseline,
    ignore entries and inline comments take out in `Report.suppressed`. TargetError for a target that is not there,
    ConfigError for settings that cannot be used; what cannot be read within a target is in `Report.coverage`.

    >>> report = scan("path/to/clone")  # doctest: +SKIP
    >>> [(finding.detector, finding.path, finding.line) for finding in report.findings]  # doctest: +SKIP
    [('notion-integration-token', 'settings.py', 12)]
    """
    # Imported when it is called: the engine takes longer to start than most commands take altogether.
    from stanch.scan import run

    return run.scan(*targets, options=options)


class _Callable(ModuleType):
    """`from stanch import scan` gives this package, since they share a name; so it does what its function does."""

    def __call__(self, *targets: str | Path, options: Options | None = None) -> Report:
        return scan(*targets, options=options)


sys.modules[__name__].__class__ = _Callable
