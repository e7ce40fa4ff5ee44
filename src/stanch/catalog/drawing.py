"""Draws credentials from a type's formats, with the names, context words and other parts that go with them."""

import random
import re
import string
from dataclasses import dataclass

from stanch.catalog import checks, regex
from stanch.catalog.model import CredentialType, Format
from stanch.catalog.spellings import cased

TRIES = 200
"""How often something is drawn until it is usable."""

_FLAGS = re.compile(r"\A\(\?[aiLmsux]+\)")
_SUSPECT = re.compile(
    r"(?i)example|sample|placeholder|change|your|redacted|dummy|demo|test|fake|insert|replace|real|todo|tbd|lorem|"
    r"foobar|deadbeef|qwerty|abcdef|xxxx|(.)\1{5}|012345|123456|234567|345678|456789|567890|987654|\.\.\.|\*\*\*"
)
_CREDENTIAL_NAME = re.compile(r"(?i)token|secret|pass|credential|auth|api|key")
_USUAL_NAMES = {
    "assignment": ["API_TOKEN", "SECRET_KEY", "AUTH_TOKEN", "WEBHOOK_SECRET"],
    "password": ["DB_PASSWORD", "SMTP_PASSWORD", "ADMIN_PASSWORD"],
}


@dataclass(frozen=True)
class Drawn:
    """A credential drawn from a format: the matched text and the parts in it by role."""

    shape: Format
    text: str
    secret: str

    @property
    def bare(self) -> bool:
        """Whether the match is the value alone, with no context of its own around it."""
        return self.text == self.secret

    def with_secret(self, secret: str) -> "Drawn":
        """The same match around another secret."""
        return Drawn(self.shape, self.text.replace(self.secret, secret), secret)


def draw(shape: Format, rng: random.Random) -> Drawn | None:
    """A credential of this format that passes its checks and looks like no placeholder; nothing if none came."""
    if shape.analysis in ("assignment", "password"):
        return _invented(shape, rng)
    compiled = re.compile(shape.pattern.encode())
    for _ in range(TRIES):
        found = compiled.fullmatch(regex.draw(shape.pattern, rng).encode("latin-1"))
        if found is None:
            continue
        if shape.analysis:
            found = _ordinary(found, rng)
        drawn = forged(Drawn(shape, found[0].decode("latin-1"), found["secret"].decode("latin-1")), rng)
        again = compiled.fullmatch(drawn.text.encode("latin-1"))
        if again and again["secret"].decode("latin-1") == drawn.secret and usable(drawn):
            return drawn
    return None


def _invented(shape: Format, rng: random.Random) -> Drawn:
    """A value for formats that are all context: a random token, or a password."""
    alphabet = string.ascii_letters + string.digits + ("_-+%#" if shape.analysis == "password" else "")
    while True:
        value = "".join(rng.choices(alphabet, k=rng.randint(16, 20) if shape.analysis == "password" else 37))
        drawn = Drawn(shape, value, value)
        if usable(drawn) and value[0].isalpha() and re.search("[a-z].*[A-Z]|[A-Z].*[a-z]", value):
            return drawn


def _ordinary(found: re.Match[bytes], rng: random.Random) -> re.Match[bytes]:
    """The same match with an ordinary host, user and secret: analysis reads all of them, and refuses odd ones."""
    ordinary = {
        "host": b"db-%d.firma.net" % rng.randint(11, 99),
        "user": b"svc_%d_reader" % rng.randint(11, 99),
        "secret": "".join(rng.choices(string.ascii_letters + string.digits, k=22)).encode(),
    }
    for role in sorted(found.groupdict().keys() & ordinary):
        start, end = found.span(role)
        if end > start:
            found = found.re.fullmatch(found.string[:start] + ordinary[role] + found.string[end:]) or found
    return found


def _strong(value: str) -> bool:
    """Whether a value of no known shape looks random enough to be a secret."""
    return len(value) >= 12 and all(len(re.findall(kind, value)) > 1 for kind in ("[0-9]", "[A-Za-z]"))


def forged(drawn: Drawn, rng: random.Random) -> Drawn:
    """The same credential with what its format's checks want built into the secret."""
    secret = drawn.secret
    for check in drawn.shape.checks:
        secret = checks.forge(check, secret, rng)
    return drawn if secret == drawn.secret else drawn.with_secret(secret)


def usable(drawn: Drawn) -> bool:
    """Whether the secret passes the checks and says nowhere, but where its pattern does, that it is a sample."""
    if drawn.secret.startswith("-----BEGIN"):
        return passes(drawn.shape, drawn.secret)
    if drawn.shape.analysis and not _strong(drawn.secret):
        return False
    suspects = {found[0].lower() for found in _SUSPECT.finditer(drawn.secret)}
    return passes(drawn.shape, drawn.secret) and all(one in drawn.shape.pattern.lower() for one in suspects)


def passes(shape: Format, secret: str) -> bool:
    """Whether a value passes all checks of a format."""
    return all(checks.passes(check, secret) for check in shape.checks)


def names(kind: CredentialType, shape: Format, rng: random.Random) -> list[str]:
    """Names under which the type is usual and that this format takes; one drawn from its `names` if there are none."""
    known = [*kind.env, *_USUAL_NAMES.get(shape.analysis, []), kind.id.replace("-", "_").upper()]
    fitting = [name for name in known if fits(shape, name)]
    for _ in range(TRIES if not fitting and shape.names else 0):
        name = cased(regex.draw(shape.names, rng), "SCREAMING")
        if name and fits(shape, name):
            return [name]
    return fitting


def fits(shape: Format, name: str, callee: str = "") -> bool:
    """Whether the format takes a value that is given to this name, or to this function."""
    if shape.not_names and re.search(shape.not_names, name or callee, re.IGNORECASE):
        return False
    if shape.names:
        return bool(re.search(shape.names, f"{name} {callee}", re.IGNORECASE))
    return not shape.words or bool(_CREDENTIAL_NAME.search(f"{name} {callee}"))


def needs_name(shape: Format) -> bool:
    """Whether a value of this format counts only under a fitting name."""
    return bool(shape.analysis) or (bool(shape.words or shape.names) and shape.names != "^")


def pairs(kind: CredentialType, shape: Format, rng: random.Random) -> list[tuple[str, str]]:
    """(name, value) of the other parts: of the optional ones now and then none."""
    fields = []
    prefix = kind.env[0].split("_")[0] + "_" if kind.env else ""
    for pair in shape.pairs:
        if not pair.required and rng.random() < 0.3:
            continue
        found = re.fullmatch(pair.pattern, regex.draw(pair.pattern, rng))
        name = prefix + pair.role.upper()
        if pair.names and not re.search(pair.names, name, re.IGNORECASE):
            name = cased(regex.draw(pair.names, rng), "SCREAMING")
        if found:
            fields.append((name, found[pair.role]))
    return fields


def within(kind: CredentialType, name: str) -> str:
    """`name` without the provider's name, as it stands below a heading that has it."""
    provider = kind.id.split("-")[0]
    parts = name.split("_")
    for size in (1, 2, 3):
        if "".join(parts[:size]).lower() == provider and parts[size:]:
            return "_".join(parts[size:])
    return name


def word(kind: CredentialType, shape: Format, rng: random.Random) -> str:
    """A word of context for this format, preferably the provider's own name."""
    provider = kind.id.split("-")[0]
    usual = [one for one in (provider, kind.name.split(" ")[0], provider.upper()) if has_word(shape, one + ":")]
    if usual or not shape.words:
        return rng.choice(usual)
    return regex.draw(rng.choice(shape.words), rng)


def has_word(shape: Format, text: str) -> bool:
    """Whether a context word of the format stands in `text`, or it needs none."""
    return not shape.words or any(re.search(one, text, re.IGNORECASE) for one in shape.words)


def search(shape: Format, text: str) -> list[str]:
    """The secrets in `text` that the format's pattern, boundary and checks accept, whatever the context."""
    found = _bounded(shape).finditer(text.encode("utf-8", "replace"))
    secrets = [one["secret"].decode("utf-8", "replace") for one in found]
    return [secret for secret in secrets if passes(shape, secret)]


def accepted(kind: CredentialType, text: str, name: str | None = None) -> bool:
    """Whether some format of the type accepts something in `text`, given to `name` or, without one, to any name."""
    return any(
        (name is None or fits(shape, name)) and has_word(shape, text) and search(shape, text) for shape in kind.formats
    )


def _bounded(shape: Format) -> re.Pattern[bytes]:
    """The format's pattern with what may not touch it."""
    flags = _FLAGS.match(shape.pattern)
    head = flags[0] if flags else ""
    body = f"(?:{shape.pattern[len(head) :]})"
    if shape.boundary:
        body = rf"(?<![A-Za-z0-9_]){body}(?![A-Za-z0-9_])"
    return re.compile((head + body).encode())
