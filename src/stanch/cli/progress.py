"""A progress bar for work that takes longer than a second."""

import time

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Bar:
    """Shows itself on standard error when it is worth it, and leaves nothing behind."""

    def __init__(self, doing: str = "scanning") -> None:
        """`doing` names the work; a scan is counted in bytes, all else in pieces."""
        self._doing = doing
        self._began = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Take note that `done` of `total` is done."""
        if self._bar is None:
            if time.monotonic() - self._began < 1 or done >= total:
                return
            count = DownloadColumn() if self._doing == "scanning" else MofNCompleteColumn()
            columns = (TextColumn(self._doing), BarColumn(), count, TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("scan", total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)
