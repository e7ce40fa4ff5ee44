"""Texts that must be found and texts that must not, made from a credential type's own formats.

An example is a value drawn from a format's pattern, forged to pass its checks, and written in one of the ways of
`spellings`. A near miss is such a text with one thing wrong: a character, the prefix, the checksum, the name, the word.
Both depend on the seed alone, and none stands in any file: the repository holds nothing that a scanner would report.
"""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stanch.catalog import drawing, regex
from stanch.catalog.drawing import TRIES, Drawn
from stanch.catalog.model import CredentialType, Format
from stanch.catalog.spellings import PLACEMENTS, SPELLINGS, Spelling, cased

LEAST_FILLED = 12
"""So many characters make a placeholder of a repeated one or of a sequence; fewer come by chance."""


@dataclass(frozen=True)
class Example:
    """One text, with the secret that a finding in it must give."""

    text: str
    secret: str
    """Empty where nothing must be found."""
    format: str
    """Name of the format that it was made from."""
    spelling: str
    """The way of writing, or for a near miss what is wrong with it."""
    path: str = "note.txt"


def examples(kind: CredentialType, *, seed: int = 0, count: int = 40) -> list[Example]:
    """Texts in which `kind` must be found: those listed with it, and about `count` over all formats and spellings."""
    rng = random.Random(f"{kind.id} {seed}")
    found = list(_listed(kind, rng))
    for shape in kind.formats:
        written = _written(kind, shape, rng)
        found += [example for _, example in zip(range(-(-count // len(kind.formats))), written, strict=False)]
    return found


def near_misses(kind: CredentialType, *, seed: int = 0, count: int = 40) -> list[Example]:
    """Texts in which `kind` must not be found: those listed with it, and each fault for each format at least once."""
    rng = random.Random(f"{kind.id} {seed} misses")
    found = [Example(regex.draw(pattern, rng), "", "", "listed with the type") for pattern in kind.near_misses]
    for shape in kind.formats:
        for _ in range(max(1, count // (len(kind.formats) * len(FAULTS)))):
            drawn = drawing.draw(shape, rng)
            if drawn is not None:
                found += _faulty(kind, drawn, rng)
    return found


# --- examples ------------------------------------------------------------------------------------------------


def _listed(kind: CredentialType, rng: random.Random) -> Iterator[Example]:
    """The type's own `examples`; a secret in them that a format matches is forged to pass that format's checks."""
    for pattern in kind.examples:
        for _ in range(TRIES):
            found = re.fullmatch(pattern, regex.draw(pattern, rng))
            secret = found.groupdict().get("secret") if found else None
            if not found or not secret:
                continue
            known = [one for one in kind.formats if re.fullmatch(one.pattern, secret)]
            drawn = drawing.forged(Drawn((known or kind.formats)[0], found[0], secret), rng)
            if drawing.usable(drawn) and (not known or re.fullmatch(known[0].pattern, drawn.secret)):
                yield Example(drawn.text, drawn.secret, drawn.shape.name, "listed with the type")
                break


def _written(kind: CredentialType, shape: Format, rng: random.Random) -> Iterator[Example]:
    """Credentials of one format, each written in another way, again and again; ends where none can be made."""
    known = drawing.names(kind, shape, rng)
    ways = [*SPELLINGS, *PLACEMENTS]
    drawn = drawing.draw(shape, rng)
    made = 1
    while drawn is not None and made:
        made = 0
        for spelling in rng.sample(ways, len(ways)):
            if "\n" in drawn.text:
                example = _block(kind, drawn, rng)
            elif "{name}" in spelling.line:
                example = _named(kind, drawn, spelling, known, rng)
            else:
                example = _placed(kind, drawn, spelling, rng)
            if example is not None:
                made += 1
                yield example
                drawn = drawing.draw(shape, rng) or drawn


def _named(
    kind: CredentialType, drawn: Drawn, spelling: Spelling, known: list[str], rng: random.Random
) -> Example | None:
    """The credential given to a name, in one way of writing; nothing where that way or no name suits it."""
    shape = drawn.shape
    others = drawing.pairs(kind, shape, rng)
    if not drawn.bare or not all(spelling.takes(value) for value in (drawn.secret, *(value for _, value in others))):
        return None
    section = kind.id.split("-")[0] if spelling.nested else ""
    for full in rng.sample(known, len(known)):
        name = drawing.within(kind, full) if spelling.nested else full
        if not drawing.fits(shape, cased(name, spelling.case)):
            continue
        fields = [*others, (name, drawn.secret)]
        if drawing.has_word(shape, name) and rng.random() < 0.5:
            fields.reverse()
        text = spelling.write(fields, section=section)
        if not drawing.has_word(shape, text):
            if not spelling.remark:
                continue
            text = spelling.write(fields, section=section, word=drawing.word(kind, shape, rng))
        if drawn.secret in drawing.search(shape, text):
            return Example(text + "\n", drawn.secret, shape.name, spelling.name, spelling.path)
    return None


def _placed(kind: CredentialType, drawn: Drawn, placement: Spelling, rng: random.Random) -> Example | None:
    """The match as it is in some surroundings; nothing where it needs a name, or they do not take it."""
    shape = drawn.shape
    if (drawn.bare and drawing.needs_name(shape)) or not (placement.plain or placement.takes(drawn.text)):
        return None
    word = "" if drawing.has_word(shape, drawn.text) else drawing.word(kind, shape, rng)
    if word and not placement.remark:
        return None
    others = "".join(f"{cased(name, 'snake')}: {value}\n" for name, value in drawing.pairs(kind, shape, rng))
    text = others + placement.write([("", drawn.text)], word=word) + "\n"
    if drawn.secret not in drawing.search(shape, text):
        return None
    return Example(text, drawn.secret, shape.name, placement.name, placement.path)


_BLOCKS: dict[str, Callable[[str], str]] = {
    "block": lambda text: text,
    "block in one line": lambda text: 'key = "' + text.replace("\n", "\\n") + '"',
    "indented block": lambda text: "key: |\n    " + text.replace("\n", "\n    "),
    "block in quotes": lambda text: f'KEY = """{text}"""',
}


def _block(kind: CredentialType, drawn: Drawn, rng: random.Random) -> Example | None:
    """A credential of several lines, as it is or with its line ends written in another way that the format knows."""
    word = "" if drawing.has_word(drawn.shape, drawn.text) else f"# {drawing.word(kind, drawn.shape, rng)}\n"
    for name, write in rng.sample(list(_BLOCKS.items()), len(_BLOCKS)):
        text = word + write(drawn.text) + "\n"
        secrets = drawing.search(drawn.shape, text)
        if secrets:
            return Example(text, secrets[0], drawn.shape.name, name)
    return None


# --- near misses ---------------------------------------------------------------------------------------------


def _faulty(kind: CredentialType, drawn: Drawn, rng: random.Random) -> Iterator[Example]:
    """The credential with each fault that can be made to it and that no format of the type forgives."""
    for fault, make in FAULTS.items():
        for _ in range(8):
            secret = make(drawn.secret, rng)
            text = _context(kind, drawn.with_secret(secret), rng)
            if secret and secret != drawn.secret and not drawing.accepted(kind, text):
                yield Example(text, "", drawn.shape.name, fault)
                break
    for fault, secret in _placeholders(drawn, rng):
        text = _context(kind, drawn.with_secret(secret), rng)
        if not drawing.accepted(kind, text.replace(secret, "")):
            yield Example(text, "", drawn.shape.name, fault)
    if drawn.bare:
        yield from _elsewhere(kind, drawn, rng)


def _context(kind: CredentialType, drawn: Drawn, rng: random.Random) -> str:
    """A text in which the credential would be found if it were right."""
    word = "" if drawing.has_word(drawn.shape, drawn.text) else f"# {drawing.word(kind, drawn.shape, rng)}\n"
    if not drawn.bare:
        return f"{word}{drawn.text}\n"
    names = drawing.names(kind, drawn.shape, rng) or ["API_TOKEN"]
    others = "".join(f"{name}={value}\n" for name, value in drawing.pairs(kind, drawn.shape, rng))
    return f"{word}{others}{rng.choice(names)}={drawn.secret}\n"


def _elsewhere(kind: CredentialType, drawn: Drawn, rng: random.Random) -> Iterator[Example]:
    """A right value without the context, or under the name of something else."""
    text = f'colour = "{drawn.secret}"\n'
    if drawn.shape.words and not drawing.accepted(kind, text):
        yield Example(text, "", drawn.shape.name, "no word of context")
    word = f"# {drawing.word(kind, drawn.shape, rng)}\n" if drawn.shape.words else ""
    for _ in range(TRIES if drawn.shape.not_names else 0):
        name = cased(regex.draw(drawn.shape.not_names, rng), "snake")
        text = f'{word}{name} = "{drawn.secret}"\n'
        if name and not drawing.accepted(kind, text, name):
            yield Example(text, "", drawn.shape.name, "the name of another thing")
            break


def _placeholders(drawn: Drawn, rng: random.Random) -> Iterator[tuple[str, str]]:
    """What people write where a secret belongs: (what it is, the text)."""
    yield "a template", "${" + rng.choice(("TOKEN", "API_KEY", "SECRET")) + "}"
    yield "a placeholder in brackets", rng.choice(("<TOKEN>", "<your-token>", "<REDACTED>"))
    yield "a placeholder", rng.choice(("your-token-here", "YOUR_API_KEY", "changeme", "xxxxxxxxxxxxxxxx"))
    for character in rng.sample("x0aX", 4):
        secret = _filled(drawn, character)
        if secret:
            yield "one character repeated", secret
            break
    secret = _filled(drawn, "0123456789abcdef")
    if secret:
        yield "a sequence", secret


def _filled(drawn: Drawn, characters: str) -> str:
    """The secret with all but its beginning replaced by `characters` over and over; it keeps its shape."""
    size = len(drawn.secret)
    for separators in ("", ".:/@", ".:/@-_+"):
        for kept in range(size // 2 if size < 200 else 0):
            turning = itertools.cycle(characters)
            tail = "".join(char if char in separators else next(turning) for char in drawn.secret[kept:])
            secret = drawn.secret[:kept] + tail
            if size - kept >= LEAST_FILLED and secret in drawing.search(drawn.shape, drawn.with_secret(secret).text):
                return secret
    return ""


def _alien(secret: str, rng: random.Random) -> str:
    place = len(secret) // 2
    return secret[:place] + rng.choice("!*~ ^;?ä") + secret[place + 1 :]


def _longer(secret: str, rng: random.Random) -> str:
    body = secret.rstrip("=")
    return body + rng.choice(body[-3:] or "q") + secret[len(body) :]


def _other_case(secret: str, rng: random.Random) -> str:
    size = rng.randint(3, 8)
    return secret[:size].swapcase() + secret[size:]


def _damaged(secret: str, rng: random.Random) -> str:
    """One character changed for another of its kind, so that only a check can tell."""
    place = rng.randrange(len(secret))
    old = secret[place]
    pool = "0123456789" if old.isdigit() else "abcdef" if old.islower() else "ABCDEF" if old.isupper() else old
    return secret[:place] + rng.choice(pool) + secret[place + 1 :]


FAULTS: dict[str, Callable[[str, random.Random], str]] = {
    "one character short": lambda secret, _: secret[:-1],
    "one character short in the middle": lambda secret, _: secret[: len(secret) // 2] + secret[len(secret) // 2 + 1 :],
    "one character too many": _longer,
    "a character from outside the alphabet": _alien,
    "the beginning in another case": _other_case,
    "another beginning": lambda secret, rng: rng.choice("qzQZ") + secret[1:],
    "touched on the left": lambda secret, rng: rng.choice("qz7_") + secret,
    "touched on the right": lambda secret, rng: secret + rng.choice("qz7_"),
    "a broken checksum or structure": _damaged,
}
"""What can be wrong with a value itself, and how it is done to a right one. Not every fault suits every format."""
