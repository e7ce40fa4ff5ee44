"""Reads provider files. The result is plain data; `stanch.detect` compiles it."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from stanch.catalog import checks, regex
from stanch.catalog.model import Call, CredentialType, Provider
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
    if kind.verify is not None:
        known = set(roles(kind))
        for call in kind.verify.calls:
            _validate_call(call, known)


def roles(kind: CredentialType) -> list[str]:
    """The parts that credentials of a type have, "secret" first."""
    named = [role for shape in kind.formats for role in re.findall(r"\(\?P<(\w+)>", shape.pattern)]
    named += [pair.role for shape in kind.formats for pair in shape.pairs]
    return list(dict.fromkeys(["secret", *named]))


def _validate_call(call: Call, known: set[str]) -> None:
    """Raise ConfigError for a call that cannot be made, or that would let a credential say where it is sent."""
    if not call.urls:
        raise ConfigError("verify: no address")
    if call.method != "POST" and (call.body or call.form):
        raise ConfigError("verify: only POST has a body")
    for url in call.urls:
        authority = re.fullmatch(r"https://([^/?#@\\]+)(?:[/?#].*)?", url)
        if authority is None and not re.fullmatch(r"\{\w+\}", url):
            raise ConfigError(f"verify: {url!r} is no https address")
        where = authority[1] if authority else url
        if "{" in where and where != "{host}" and not call.hosts:
            raise ConfigError(f"verify: {url!r} needs hosts, so that no credential leads elsewhere")
    aws = msgspec.structs.astuple(call.aws) if call.aws else ()
    texts = [*call.urls, *call.headers.values(), call.basic, *call.form.values(), *aws]
    for role in re.findall(r"\{(\w+)\}", "\n".join(texts)) + list(call.only):
        if role not in known and role != "host":
            raise ConfigError(f"verify: there is no part {role!r}")
    conditions = (call.only, call.valid_if, call.limited_if, call.invalid_if)
    for pattern in (pattern for each in conditions for pattern in each.values()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigError(f"verify: {pattern!r}: {error}") from None


def _refuse_twins(kinds: Iterable[CredentialType]) -> None:
    seen: dict[str, str] = {}
    for kind in kinds:
        for name in (kind.id, *kind.aliases):
            if name in seen:
                raise ConfigError(f"{name} names both {seen[name]} and {kind.id}")
            seen[name] = kind.id
