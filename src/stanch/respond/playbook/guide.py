"""A playbook as data, before it is written in any format: sections of blocks of items."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.model import Severity
from stanch.report.summary import listed
from stanch.respond.case import Case

Style = Literal["prose", "list", "steps", "names", "records", "trails", "code", "message", "tabs"]
"""How a block is meant: paragraphs, points, steps in the order of doing, names to copy, labelled values, logs, a
command, a text to send, or programs by language and store."""


class Item(msgspec.Struct, frozen=True):
    """One statement, name, line or program."""

    text: str
    source: str = ""
    """Where it is to be read, if it is not stanch's own advice."""
    rows: tuple[tuple[str, str], ...] = ()
    """Labelled values that belong to it."""
    tab: tuple[str, str] = ("", "")
    """The language and the store of a program."""


class Block(msgspec.Struct, frozen=True):
    """Items that belong together."""

    title: str
    style: Style
    items: list[Item]

    def others(self) -> str:
        """For a format without tabs, which shows the first program only: what else there is, in a sentence."""
        if self.style != "tabs" or len(self.items) < 2:
            return ""
        languages = list(dict.fromkeys(item.tab[0] for item in self.items))
        stores = list(dict.fromkeys(item.tab[1] for item in self.items))
        return f"This is one of {len(self.items)}: in {listed(languages)}; from {listed(stores)}. HTML shows them all."


class Section(msgspec.Struct, frozen=True):
    """One of the questions that a leak raises, with its answer."""

    id: str
    title: str
    blocks: list[Block]

    def items(self) -> Iterator[Item]:
        """Every item in it, in order."""
        for block in self.blocks:
            yield from block.items


class Guide(msgspec.Struct, frozen=True):
    """What to do about a leaked credential of one type, or about one finding."""

    provider: Provider
    kind: CredentialType
    case: Case | None
    sections: list[Section]

    @property
    def severity(self) -> Severity:
        """The finding's where it has one of its own, otherwise the type's."""
        return (self.case.severity if self.case else None) or self.kind.severity

    def sources(self) -> list[str]:
        """Where its statements are to be read, each once, in the order of use."""
        found = (item.source for section in self.sections for item in section.items())
        return list(dict.fromkeys(source for source in found if source))
