"""Programs that read a secret at run time, from the one place that writes them."""

from collections.abc import Mapping
from importlib import import_module

from stanch.catalog.model import CredentialType, Provider


def programs(provider: Provider, kind: CredentialType) -> Mapping[tuple[str, str], str]:
    """Texts for a credential type by the names of language and store; none while there is nobody who writes them."""
    try:
        load = import_module("stanch.respond.snippets.load")
        compose = import_module("stanch.respond.snippets.compose")
    except ModuleNotFoundError:
        return {}
    stores = load.stores()
    return {
        (language.name, stores[store].name): compose.compose(provider, kind, language, store).code
        for language in load.languages().values()
        for store in stores
        if store in language.stores
    }
