"""Spells strings that hold variables in a language: "Bearer {secret}" is f"Bearer {secret}" here, a sum there."""

import re

from stanch.respond.snippets.model import Text

_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def string(text: str, spelling: Text, names: dict[str, str]) -> str:
    """An expression for `text`, in which `{name}` stands for the variable `names[name]`.

    Whatever `text` is, it cannot end the string: a repository's own settings may have written it.
    """
    pieces = _HOLE.split(text)
    if len(pieces) == 1:
        return f'"{_escaped(text, spelling, double=False)}"'
    if pieces[0] == "" and pieces[2:] == [""]:
        return spelling.alone.replace("{}", names[pieces[1]])
    if spelling.plus:
        sum_of = (
            names[piece] if odd % 2 else f'"{_escaped(piece, spelling, double=False)}"'
            for odd, piece in enumerate(pieces)
            if piece
        )
        return spelling.plus.join(sum_of)
    spelt = "".join(
        spelling.variable.replace("{}", names[piece]) if odd % 2 else _escaped(piece, spelling, double=True)
        for odd, piece in enumerate(pieces)
    )
    return spelling.open + spelt + spelling.close


def holes(text: str) -> list[str]:
    """The variables that `text` holds, in order."""
    return _HOLE.findall(text)


def _escaped(text: str, spelling: Text, *, double: bool) -> str:
    text = "".join("\\" + char if char in spelling.escape else char for char in text if char.isprintable())
    if double:
        text = "".join(char * 2 if char in spelling.double else char for char in text)
    return text
