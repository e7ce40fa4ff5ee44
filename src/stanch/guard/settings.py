"""What git's configuration says of the hooks: `stanch.budget` and its kin."""

from collections.abc import Mapping
from pathlib import Path


class Settings:
    """The git settings of one repository that begin with "stanch.", read when first asked for."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] | None = None

    def text(self, name: str) -> str | None:
        """A setting as it is written, or None; a name without a value counts as "true", as git reads it."""
        if self._values is None:
            from stanch.guard import place  # here, since a clean commit asks for nothing

            self._values = place.settings(Path(), r"^stanch\.")
        value = self._values.get(name.lower(), "")
        return "true" if value is None else value or None

    def on(self, name: str) -> bool:
        """Whether a setting is on."""
        return is_true(self.text(name))

    def seconds(self, environ: Mapping[str, str], default: float | None) -> tuple[float | None, str]:
        """The time budget, None for no limit, and a complaint if what is set is no number.

        `STANCH_BUDGET` goes before `stanch.budget`; 0 stands for no limit.
        """
        text = environ.get("STANCH_BUDGET") or self.text("stanch.budget")
        if not text:
            return default, ""
        seconds = budget(text)
        if seconds is None:
            return default, f"the time budget {text!a} is not a number of seconds and is not used"
        return seconds or None, ""


def is_true(value: str | None) -> bool:
    """Whether a setting's text means yes."""
    return value is not None and value.lower() in ("true", "yes", "on", "1")


def budget(text: str) -> float | None:
    """A number of seconds, or None if the text is none."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None
