"""How a report is to be written."""

from typing import TYPE_CHECKING

import msgspec

from stanch.model import Secret

if TYPE_CHECKING:
    from datetime import datetime


class Options(msgspec.Struct, frozen=True):
    """One rendering's choices; each format takes what concerns it."""

    show_secrets: bool = False
    colour: bool = False
    """ANSI colours, for text on a terminal."""
    width: int = 100
    """Columns of the terminal, for text."""
    moment: "datetime | None" = None
    """When the scan ran, for the formats that say so."""

    def secret(self, secret: Secret) -> str:
        """The value as this rendering may show it: masked, unless the user asked for all of it."""
        return secret.reveal() if self.show_secrets else str(secret)
