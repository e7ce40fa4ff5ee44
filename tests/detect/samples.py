"""Secrets and little providers for the tests of the engine, made when they run."""

import random
import string

from stanch.catalog import drawing
from stanch.catalog.load import read_providers
from stanch.catalog.model import CredentialType, Format, Provider
from stanch.detect.engine import Engine
from stanch.model import Match, Severity

KINDS = {kind.id: kind for provider in read_providers() for kind in provider.types}
NOTION = "notion-integration-token"
"""A type whose shape alone tells it."""


def secret_of(detector: str, seed: int = 0) -> str:
    """A secret of a type of the catalog, of its first format."""
    drawn = drawing.draw(KINDS[detector].formats[0], random.Random(seed))
    assert drawn is not None
    return drawn.secret


def password(seed: int = 0, length: int = 16) -> str:
    """A password that the generic detector reports."""
    rng = random.Random(seed)
    body = "".join(rng.choices(string.ascii_letters + string.digits, k=length - 3))
    return f"k{body}7#"


def acme(*shapes: Format, name: str = "acme", kind: str = "token") -> Provider:
    """A provider with one type of these formats."""
    made = CredentialType(f"{name}-{kind}", f"{name.title()} {kind}", "", Severity.HIGH, list(shapes))
    return Provider(name, name.title(), [made])


def found(engine: Engine, data: bytes, detector: str) -> list[Match]:
    """The matches of one type."""
    return [match for match in engine.scan(data).matches if match.detector == detector]


def reasons(engine: Engine, data: bytes, detector: str) -> list[str]:
    """Why candidates of one type were turned down."""
    return [one.reason for one in engine.scan(data, explain=True).rejected if one.detector == detector]
