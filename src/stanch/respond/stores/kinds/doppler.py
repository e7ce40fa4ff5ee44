"""Doppler, through its REST API: https://docs.doppler.com/reference/api."""

import os
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores.model import (
    ABSENT,
    LISTED,
    Address,
    Answer,
    Held,
    Question,
    Reference,
    Store,
    StoreError,
    Trouble,
    conflict,
    forgetful,
    present,
    settle,
)
from stanch.respond.stores.network import NetworkSettings, place
from stanch.respond.stores.rest import Reply, Rest

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,199}")


class DopplerSettings(NetworkSettings, frozen=True):
    """`[store.doppler]`. A service token knows project and config by itself."""

    OUTSIDE = ("api", "plain_http")

    api: str = "https://api.doppler.com"
    project: str = ""
    config: str = ""


class DopplerAddress(Address, frozen=True):
    """A secret of a config."""

    project: str
    config: str
    secret: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.project, self.config, self.secret) if part)


class Doppler(Store[DopplerSettings]):
    """A config of a project. It tells no versions, but writes only over the value that was read."""

    name = "doppler"
    settings_type = DopplerSettings
    has_paths = False
    remembers = False

    def address(self, reference: Reference) -> DopplerAddress:
        """The name is the reference's: a config holds environment variables."""
        if not _NAME.fullmatch(reference.name):
            raise ConfigError(f"{reference.name}: Doppler takes capital letters, digits and _")
        return DopplerAddress(self.settings.project, self.settings.config, reference.name)

    def get(self, reference: Reference) -> Held:
        """The value as it was set; what it refers to by ${NAME} is not filled in."""
        address = self.address(reference)
        return present(address, self._current(address))

    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """Doppler is told the value that was read, and refuses if it is another one by then."""
        address = self.address(reference)
        if expected not in (None, ABSENT):
            raise ConfigError("Doppler keeps no versions of a secret", hint=f"the version can only be {ABSENT!r}")
        current = self._current(address)
        if done := settle(address, current, value, expected):
            return done
        if current is not None and not replace:
            raise forgetful(address)
        change: dict[str, Any] = {"name": address.secret, "originalName": None, "value": value.reveal()}
        if current is not None and current.value is not None:
            change |= {"originalName": address.secret, "originalValue": current.value.reveal()}
        reply = self._ask("POST", "/v3/configs/config/secrets", json={**self._config, "change_requests": [change]})
        if reply.status != 200:
            # How it says that the value was another one is not documented: a look tells.
            if reply.status not in (401, 403, 429) and self._current(address) != current:
                raise conflict(address, "", None)
            raise self._rest.refused(address, reply.status, "a token that may write")
        notes = ("Doppler fills in what the value refers to by ${...}",) if "${" in value.reveal() else ()
        return Held(str(address), notes=notes)

    def list(self, prefix: str = "") -> Iterator[Held]:
        """The config's names that begin with `prefix`; those of Doppler's own are left out."""
        query = {**self._config, "include_dynamic_secrets": "false"}
        reply = self._ask("GET", "/v3/configs/config/secrets/names", params=query)
        if reply.status != 200:
            raise self._rest.refused("the list", reply.status, "a token that may read")
        names = reply.json().get("names")
        for name in sorted(str(name) for name in names or ())[:LISTED] if isinstance(names, list) else ():
            if name.startswith(prefix) and name not in ("DOPPLER_PROJECT", "DOPPLER_CONFIG", "DOPPLER_ENVIRONMENT"):
                yield Held(str(DopplerAddress(self.settings.project, self.settings.config, name)))

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Doppler tells of no right without using it, and writing would change the config."""
        self.address(reference)
        yield "reachable and logged in", self._check_login
        yield "read", lambda: f"names: {len(list(self.list()))}"
        yield "write", lambda: Answer("write", None, "cannot be told without writing")

    def close(self) -> None:
        """Close the connection."""
        if "_rest" in self.__dict__:
            self._rest.close()

    @cached_property
    def _rest(self) -> Rest:
        return Rest(place(self.settings.api, plain_http=self.settings.plain_http), timeout=self.settings.timeout)

    @property
    def _config(self) -> dict[str, str]:
        found = {"project": self.settings.project, "config": self.settings.config}
        return {key: value for key, value in found.items() if value}

    def _ask(self, method: str, path: str, **more: Any) -> Reply:
        token = os.environ.get("DOPPLER_TOKEN", "")
        if not token:
            raise StoreError(Trouble.EXPIRED, "nobody is logged in to Doppler", hint="set DOPPLER_TOKEN")
        return self._rest.send(method, path, headers={"Authorization": f"Bearer {token}"}, **more)

    def _current(self, address: DopplerAddress) -> Held | None:
        reply = self._ask("GET", "/v3/configs/config/secret", params={**self._config, "name": address.secret})
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "a token that may read")
        value = reply.json().get("value")
        raw = value.get("raw") if isinstance(value, dict) else None
        if raw is None:
            raise StoreError(Trouble.UNUSABLE, f"{address}: is there, and its value is not shown to this token")
        return Held(str(address), value=Secret(str(raw)))

    def _check_login(self) -> str:
        reply = self._ask("GET", "/v3/me")
        if reply.status != 200:
            raise self._rest.refused(self._rest.shown, reply.status)
        return f"{self._rest.shown}, {reply.json().get('type', '')}".rstrip(", ")


STORE = Doppler
