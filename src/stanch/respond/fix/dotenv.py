"""What a fix needs of `.env` files, over `stanch.respond.stores.dotenv`."""

import re

from stanch.respond.stores.dotenv import assign, entries


def read(text: str) -> dict[str, str]:
    """The variables that a file sets; what is no such line is passed over."""
    return {entry.name: entry.value for entry in entries(text)}


def with_names(text: str, names: list[str]) -> str:
    """`text` with a line for each of the names that it does not mention yet, without values."""
    for name in names:
        if not re.search(rf"(?m)^[ \t#]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=", text):
            text = assign(text, name, "")
    return text
