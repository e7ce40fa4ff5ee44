"""What can go wrong in a way that the user can mend. Only `stanch.cli` turns these into exit statuses."""


class StanchError(Exception):
    """Expected trouble: one line that says what and where, and optionally what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(StanchError):
    """A configuration, catalog, baseline or ignore file that cannot be used; exit status 2."""


class TargetError(StanchError):
    """A target that is missing or cannot be opened at all; exit status 2."""
