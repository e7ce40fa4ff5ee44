"""Reads provider files. The result is plain data; `stanch.detect` compiles it."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from stanch.catalog import checks, regex
from stanch.catalog.model import CredentialType, Provider
from stanch.errors import ConfigError

FOLDER = Path(__file__).parent / "providers"


def read_providers(folder: Path = FOLDER) -> list[Provider]:
    """All providers of a folder, sorted by id; ConfigError names the file and the field that is wrong."""
    providers = [read_provider(path) for path in sorted(folder.glob("*.toml"))]
    _refuse_twins(kind for provider in providers for kind in provider.types)
    return providers


def read_provider(path: Path) -> Provider:
    """One provider file, validated: its fields, its patterns and the names of its checks."""
    try:
        provider = msgspec.toml.decode(path.read_bytes(), type=Provider)
    except (msgspec.DecodeError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from None
    if provider.id != path.stem:
        raise ConfigError(f"{path}: id {provider.id!r} must be the file's name")
    trails = {trail.id for trail in provider.trails}
    for kind in provider.types:
        if unknown := [name for name in kind.trails if name not in trails]:
            raise ConfigError(f"{path}: {kind.id}: no trail is called {unknown[0]!r}")
        try:
            validate(kind)
        except ConfigError as error:
            raise ConfigError(f"{path}: {kind.id}: {error}") from None
        if not provider.generic and not kind.id.startswith(provider.id + "-"):
            raise ConfigError(f"{path}: {kind.id} must begin with the provider's id")
    return provider


def validate(kind: CredentialType) -> None:
    """Raise ConfigError if a type's patterns or checks cannot be used."""
    if not kind.formats:
        raise ConfigError("no format")
    for shape in kind.formats:
        nodes, _ = regex.parse(shape.pattern)
        regex.trigger(shape.pattern)
        if not nodes or "(?P<secret>" not in shape.pattern:
            raise ConfigError(f"format {shape.name!r} has no group named secret")
        for pattern in (*shape.words, shape.names, shape.not_names):
            regex.parse(pattern)
        for pair in shape.pairs:
            regex.parse(pair.pattern)
            if f"(?P<{pair.role}>" not in pair.pattern:
                raise ConfigError(f"pair {pair.role!r} has no group of that name")
        for check in shape.checks:
            checks.validate(check)


def _refuse_twins(kinds: Iterable[CredentialType]) -> None:
    seen: dict[str, str] = {}
    for kind in kinds:
        for name in (kind.id, *kind.aliases):
            if name in seen:
                raise ConfigError(f"{name} names both {seen[name]} and {kind.id}")
            seen[name] = kind.id
