"""Programs that read a secret at run time, from the one place that writes them."""

from collections.abc import Mapping
from importlib import import_module

from stanch.catalog.model import CredentialType


def programs(kind: CredentialType) -> Mapping[tuple[str, str], str]:
    """Texts for a credential type by language and store; none while there is nobody who writes them."""
    try:
        writer = import_module("stanch.respond.snippets")
    except ModuleNotFoundError:
        return {}
    texts: Mapping[tuple[str, str], str] = writer.texts(kind)
    return texts
