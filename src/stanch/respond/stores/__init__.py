"""Where secrets may live: one interface over an environment file and secret managers.

`open_store` is the way in, `Reference` the name of a secret in all of them. `model` says what a store is, `dotenv`
reads and writes `.env` files, `network` keeps connections careful and quiet, `rest` speaks to servers that need no
library. A further store is a module in `kinds` whose `STORE` is a `Store`; it is found by being there.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import msgspec

from stanch.config import Config
from stanch.errors import ConfigError
from stanch.respond.stores import kinds
from stanch.respond.stores.model import ABSENT, Address, Answer, Held, Reference, Settings, Store, StoreError, Trouble

__all__ = [
    "ABSENT",
    "Address",
    "Answer",
    "Held",
    "Reference",
    "Settings",
    "Store",
    "StoreError",
    "Trouble",
    "names",
    "open_store",
]


def names() -> list[str]:
    """The stores that there are; none is imported for this."""
    return sorted(module.name for module in iter_modules(kinds.__path__))


def open_store(name: str, config: Config, overrides: dict[str, object] | None = None) -> Store[Settings]:
    """The store called `name`, or with "" the one that the configuration says, by its settings there.

    `overrides` go before them. Nothing is connected to, and no library of the store's is imported, until it is asked
    something. ConfigError for stores and settings that there are not, and for what a file inside the repository may
    not set.
    """
    name = name or config.store.use
    if name not in names():
        raise ConfigError(f"no store is called {name!r}", hint=f"stores: {', '.join(names())}")
    kind: type[Store[Settings]] = import_module(f"{kinds.__name__}.{name}").STORE
    lent = config.lent_stores.get(name, {}).keys()
    for key in lent:
        if key in kind.settings_type.OUTSIDE:
            hint = "put it into your own stanch.toml, or in the environment"
            raise ConfigError(f"store.{name}.{key}: a file in the repository may not say where secrets go", hint=hint)
    table = {**config.store.tables.get(name, {}), **(overrides or {})}
    try:
        settings = msgspec.convert(table, kind.settings_type, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"store.{name}: {str(error)[:1].lower()}{str(error)[1:]}") from None
    left = frozenset(lent) - (overrides or {}).keys()
    return kind(settings, config.root or Path(), left)
