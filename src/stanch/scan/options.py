"""What a scan is asked to do."""

from pathlib import Path

import msgspec

from stanch.model import Confidence


class Options(msgspec.Struct, frozen=True):
    """One scan's choices; the defaults are those of `stanch scan --no-cache TARGET`."""

    files: bool = True
    """Scan the files of a folder or work tree."""
    history: bool = True
    """Scan everything that a git repository holds besides the files."""
    staged: bool = False
    """Only what is staged in the index and not in HEAD."""
    revs: tuple[str, ...] = ()
    """Only what these revisions bring, as `git rev-list` reads them: ("A..B",) or ("new", "--not", "--all")."""
    confidence: Confidence | None = None
    """Findings below it are counted and not shown; nothing leaves it to the configuration, which says medium."""
    explain: bool = False
    """Keep every rejected match with its reason."""
    occurrences: bool = False
    """Keep every occurrence of each finding, not only the first and last."""
    skip_ignored: bool = False
    """Leave out files that git ignores."""
    config: Path | None = None
    """Configuration file to use in place of the `stanch.toml` at the target's root."""
    baseline: Path | None = None
    """Baseline to use in place of `.stanch-baseline` at the target's root."""
    honour_ignores: bool = True
    """False shows what baseline, ignore rules and inline comments would take out."""
    workers: int = 0
    """Processes that scan; 0 chooses by the amount of work and the processors."""
    seconds: float | None = None
    """Time budget; what it leaves unscanned is reported as not covered."""
    cache: bool = False
    """Remember in the user's cache folder what of a history was scanned, and scan only what is new there."""
