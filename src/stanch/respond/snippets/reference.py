"""Where a secret is kept: its name, and what each store makes of it. The only place that knows these conventions."""

import re

import msgspec

from stanch.errors import ConfigError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_PROJECT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")


class Reference(msgspec.Struct, frozen=True):
    """A secret of a project, by name. ConfigError for names that could not stand in every store and language."""

    name: str
    """As an environment variable is called, such as NOTION_TOKEN."""
    project: str = "my-project"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"{self.name!r} cannot name a secret",
                hint="Letters, digits and '_', no digit in front, as an environment variable is called.",
            )
        if not _PROJECT.fullmatch(self.project):
            raise ConfigError(f"{self.project!r} cannot name a project", hint="Letters, digits, '-' and '_'.")

    @property
    def path(self) -> str:
        """Identifier in stores that hold single values: AWS Secrets Manager, Conjur."""
        return f"{self.project}/{self.name}"

    @property
    def dashed(self) -> str:
        """Identifier in stores that take letters, digits and dashes only: Azure Key Vault."""
        return self.name.replace("_", "-")
