"""The project's own function that asks a secret manager, and the import that code needs to call it."""

from typing import TYPE_CHECKING, NamedTuple

from stanch.respond.fix.model import Refused

if TYPE_CHECKING:
    from stanch.respond.fix.project import Project
    from stanch.respond.fix.rewrite import Work


class Helper(NamedTuple):
    """How code calls it."""

    call: str


def helper(project: "Project", work: "Work") -> Helper:
    """TODO."""
    raise Refused("not yet")
