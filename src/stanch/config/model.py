"""What `stanch.toml` may say, as types. Each field here is a setting; docs/configuration.md tells the user of each.

Unknown keys are refused, so that a misspelt setting is an error with its place and not a wish that nobody hears.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from stanch.catalog.model import Provider
from stanch.model import Confidence

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]

BASELINE = ".stanch-baseline"
"""The baseline's usual name, at the target's root."""


class Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[scan]`: what is looked at and what is shown."""

    confidence: Confidence = Confidence.MEDIUM
    """Findings below it are counted and not shown."""
    skip_ignored: bool = False
    """Leave out files that git ignores."""
    exclude: list[str] = []
    """Globs of paths that are not scanned at all; the coverage names them."""
    baseline: str = BASELINE
    """The baseline, relative to the root."""
    enable: list[str] = []
    """Ids or globs of detectors; if there are any, only these run."""
    disable: list[str] = []
    """Ids or globs of detectors that do not run, whatever `enable` says."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[limits]`: how far archives and documents are opened before the rest is reported as not scanned."""

    depth: Count = 8
    """Containers within containers; a compressed archive counts as two."""
    entries: Positive = 100_000
    """Members in all, at every level together."""
    ratio: Positive = 200
    """How many times its own size a container may unpack to, at each level."""
    entry_bytes: Positive = 512 << 20
    """Size of one member; of a larger one the beginning is scanned."""
    total_bytes: Positive = 2 << 30
    """Size of all members together."""
    document_bytes: Positive = 16 << 20
    """Size up to which a document (PDF, office files) is read as text."""


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[identity]`: what fingerprints depend on besides the secret itself."""

    key: str = ""
    """Keys the fingerprints; the environment's STANCH_IDENTITY_KEY goes before it."""

    def __repr__(self) -> str:
        return f"Identity(key={'********' if self.key else ''!r})"


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[verify]`: where secrets may be sent to be checked. Only the user's own file may have it."""

    hosts: dict[str, list[str]] = {}
    """Provider -> the hosts that issue its credentials here, in place of the provider's own."""
    allow: list[str] = []
    """Networks and hosts that may be asked though their addresses are not public."""


class IgnoreEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Table `[[ignore]]`: findings that are not to be counted, why, and who answers for it.

    An entry with several of fingerprint, path and detector takes only findings that all of them match.
    """

    fingerprint: str = ""
    """Of one secret, as every report shows it."""
    path: str = ""
    """A glob, see `stanch.config.globs`."""
    detector: str = ""
    """Id of a detector, or a glob of ids such as "aws-*"."""
    reason: str
    """Why these findings need no work."""
    owner: str = ""
    """Who answers for the entry."""
    expires: date | None = None
    """The last day on which the entry holds."""

    @property
    def label(self) -> str:
        """The entry in a few words, for messages: what it matches, without the reason."""
        keys = (("fingerprint", self.fingerprint), ("path", self.path), ("detector", self.detector))
        return ", ".join(f"{name} {value}" for name, value in keys if value)


class Stores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[store]`: where secrets are kept; docs/stores.md tells of each store's own table in it."""

    use: str = "env"
    """The store that commands take where none is named."""
    prefix: str = ""
    """Path below which names have their place."""
    names: dict[str, str] = {}
    """Names that have a place of their own: "PATH" or "PATH#FIELD"."""
    tables: dict[str, dict[str, object]] = {}
    """`[store.NAME]`: each store checks its own when it is opened."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `stanch.toml`."""

    scan: Scan = Scan()
    limits: Limits = Limits()
    identity: Identity = Identity()
    verify: Verify = Verify()
    store: Stores = Stores()
    ignore: list[IgnoreEntry] = []
    detector: list[dict[str, object]] = []
    """Custom credential types: the keys of `stanch.catalog.model.CredentialType`, most of them optional."""
    gitleaks: list[str] = []
    """Files with gitleaks rules to use as well, relative to the file that names them."""


class RuleFile(msgspec.Struct, frozen=True):
    """A gitleaks configuration that is to be imported, and the folder that it may not reach out of."""

    path: Path
    within: Path | None = None


class Config(msgspec.Struct, frozen=True):
    """What holds for one target, after all layers."""

    scan: Scan = Scan()
    limits: Limits = Limits()
    identity: Identity = Identity()
    verify: Verify = Verify()
    store: Stores = Stores()
    lent_stores: dict[str, dict[str, object]] = {}
    """The stores' own tables as far as a file inside the repository made them."""
    ignore: list[IgnoreEntry] = []
    providers: list[Provider] = []
    """The custom credential types, under the providers that they name."""
    gitleaks: list[RuleFile] = []
    root: Path | None = None
    """The repository's or target's root; nothing for standard input and remote targets."""
    prefix: str = ""
    """What stands between the root and the target's own paths, such as "src/"; patterns begin at the root."""
    baseline: Path | None = None
    """Where the baseline is or would be."""
    files: tuple[Path, ...] = ()
    """The files that were read, weakest first."""
    notes: tuple[str, ...] = ()
    """What the repository's own file takes away from the scan, for the report: one line each."""
