"""Custom credential types: `[[detector]]` tables become the catalog's own model.

A table has the keys of `stanch.catalog.model.CredentialType`. Only the id and a pattern are required; `pattern` at
the top stands for a single format.
"""

import re

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.errors import ConfigError

_ID = re.compile(r"(?=.{1,100}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_LEADING_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)")
_OUTSIDE_ONLY = ("verify", "revoke")
"""What says where secrets are sent, or tells a reader of a report what to run."""

Table = dict[str, object]


def read_detectors(tables: list[Table], *, trusted: bool) -> list[tuple[str, CredentialType]]:
    """The types with the names of their providers; ConfigError says which table is wrong and how.

    Tables that are not `trusted`, for they stand in the repository itself, may not say how to verify or revoke.
    """
    return [_read(number, table, trusted=trusted) for number, table in enumerate(tables, 1)]


def group(types: list[tuple[str, CredentialType]]) -> list[Provider]:
    """The types under their providers; ConfigError where two share an id."""
    grouped: dict[str, list[CredentialType]] = {}
    seen: set[str] = set()
    for provider, kind in types:
        for name in (kind.id, *kind.aliases):
            if name in seen:
                raise ConfigError(f"two detectors are called {name!r}")
            seen.add(name)
        grouped.setdefault(provider, []).append(kind)
    return [Provider(id=slug(name), name=name, types=kinds) for name, kinds in grouped.items()]


def slug(name: str) -> str:
    """`name` as an id: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "custom"


def wrap(pattern: str) -> str:
    """`pattern` with a group for the secret: its own, or else the whole match. Flags for all of it stay in front."""
    if "(?P<secret>" in pattern:
        return pattern
    flags = found[0] if (found := _LEADING_FLAGS.match(pattern)) else ""
    end = "\n)" if "x" in flags else ")"  # a comment may stand at the end
    return f"{flags}(?P<secret>{pattern[len(flags) :]}{end}"


def _read(number: int, table: Table, *, trusted: bool) -> tuple[str, CredentialType]:
    from stanch.catalog.load import validate

    name = table.get("id")
    place = f"detector {number}" + (f" ({name})" if isinstance(name, str) else "")
    for key in _OUTSIDE_ONLY:
        if key in table and not trusted:
            hint = "put the detector in your own file, or in one outside the repository that --config names"
            raise ConfigError(f"{place}: a file in the repository may not say {key!r}", hint=hint)
    table = dict(table)
    provider = table.pop("provider", "custom")
    if not isinstance(provider, str) or not provider.strip():
        raise ConfigError(f"{place}: provider must be a name")
    try:
        kind = msgspec.convert(_complete(table), CredentialType)
        if not _ID.fullmatch(kind.id):
            raise ConfigError(f"id {kind.id!r} must be small letters, digits and hyphens, 100 at most")
        validate(kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ConfigError(f"{place}: {error}") from None
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}", hint=error.hint) from None
    return provider.strip(), kind


def _complete(table: Table) -> Table:
    """Defaults for what the catalog asks of its own types and a user need not say; `pattern` becomes a format."""
    completed: Table = {"name": table.get("id", ""), "summary": "", "severity": "high", **table}
    if "pattern" in completed:
        if "format" in completed:
            raise ConfigError("either 'pattern' or [[detector.format]], not both")
        completed["format"] = [{"name": "custom", "pattern": completed.pop("pattern")}]
    formats = completed.get("format")
    if isinstance(formats, list):
        completed["format"] = [_wrapped(shape) for shape in formats]
    return completed


def _wrapped(shape: object) -> object:
    """A format whose pattern has no group for the secret takes the whole match; what is no format stays as it is."""
    if isinstance(shape, dict) and isinstance(pattern := shape.get("pattern"), str):
        return {"name": "custom", **shape, "pattern": wrap(pattern)}
    return shape
