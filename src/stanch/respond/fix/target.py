"""The store in which a program will look its secrets up: where each has its place there, and how it comes there."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stanch.config import Config
from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import ABSENT, Reference, StoreError, Trouble, open_store

_PLAIN = re.compile(r"[A-Za-z0-9_./@+=-]+")
"""What may stand in a literal of every language without being anything else there."""


class Target:
    """One of the stores, by the user's settings."""

    def __init__(self, store: str, config: Config, root: Path) -> None:
        """`root` is the folder of the project."""
        self.store = store
        self._config = msgspec.structs.replace(config, root=root)
        self.mount = ""
        """Of the key-value engine, where the store is Vault."""
        if store == "vault":
            self.mount = self._part(self._address("STANCH_CHECK"), "mount")

    def place(self, name: str) -> str:
        """What a program asks the store for: the variable itself, or where the settings keep it.

        ConfigError for a place from which the functions that a fix writes could not read.
        """
        address = self._address(name)
        if address.get("field", "value") != "value" or address.get("json_key"):
            place = "#".join(str(part) for part in address.values() if part)
            raise ConfigError(
                f"{name} is kept at {place}, a key of a secret of several values",
                hint="a fix reads secrets of their own: change store.names, or write the lookup by hand",
            )
        key = {"vault": "path", "aws": "secret_id", "conjur": "variable"}.get(self.store, "variable")
        return self._part(address, key)

    def put(self, values: dict[str, str]) -> Iterator[str]:
        """Bring values into the store under their names; says where each went, in words for the user.

        What is there already stays: it may be the successor of what leaked. StoreError where the store does not take
        one; those before it are there then.
        """
        with open_store(self.store, self._config) as opened:
            for name, value in values.items():
                reference = Reference.resolve(name, self._config.store)
                try:
                    held = opened.put(reference, Secret(value), expected=ABSENT)
                except StoreError as error:
                    if error.trouble is not Trouble.CONFLICT:
                        raise
                    yield f"kept {opened.address(reference)}: another value is there already, and stays"
                    continue
                yield f"{'found' if held.unchanged else 'put into'} {held.address}"
                yield from (f"note: {note}" for note in held.notes)

    def _address(self, name: str) -> dict[str, object]:
        reference = Reference.resolve(name, self._config.store)
        return msgspec.structs.asdict(open_store(self.store, self._config).address(reference))

    def _part(self, address: dict[str, object], key: str) -> str:
        found = str(address[key])
        if not _PLAIN.fullmatch(found):
            raise ConfigError(f"{found!r} cannot stand in code of every language", hint="see [store] in stanch.toml")
        return found
