"""What the commands know of credential types: the catalog's, and those that the configuration in force here adds."""

from pathlib import Path

from stanch.catalog.model import CredentialType, Provider
from stanch.config import Config, load
from stanch.detect.database import open_bundle
from stanch.errors import ConfigError
from stanch.scan.imported import Imported


def known(config: Config | None = None) -> list[Provider]:
    """All providers, from the compiled catalog: a cache holds it, which is far quicker than to read the files.

    Without `config` that of the repository around the current folder holds.
    """
    config = config or load(Path())
    bundle, _ = open_bundle([*config.providers, *Imported(config.gitleaks).providers])
    return bundle.everything()


def find(providers: list[Provider], name: str) -> tuple[Provider, CredentialType]:
    """The credential type with this id or alias; ConfigError names those that are spelt alike."""
    names: dict[str, tuple[Provider, CredentialType]] = {}
    for provider in providers:
        for kind in provider.types:
            for one in (kind.id, *kind.aliases):
                names[one] = provider, kind
    if name in names:
        return names[name]
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=3) or [one for one in names if name in one][:3]
    hint = f"Did you mean {', '.join(close)}?" if close else "'stanch detectors list' shows all."
    raise ConfigError(f"no credential type is called {name!r}", hint=hint)
