"""Azure Key Vault, through its REST API: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores.model import (
    LISTED,
    Address,
    Answer,
    Held,
    Question,
    Reference,
    Store,
    StoreError,
    Trouble,
    present,
    settle_unseen,
)
from stanch.respond.stores.network import NetworkSettings, Place, place
from stanch.respond.stores.rest import Reply, Rest, objects, segment

VERSION = "7.4"
"""Of the API."""
LARGEST = 25_000
"""Bytes of a value: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets."""
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
_LOGIN = "https://login.microsoftonline.com"
_RESOURCE = "vault.azure.net"


class AzureSettings(NetworkSettings, frozen=True):
    """`[store.azure]`."""

    OUTSIDE = ("vault", "plain_http")

    vault: str = ""
    """Address of the vault, such as https://NAME.vault.azure.net."""


class AzureAddress(Address, frozen=True):
    """A secret of a vault."""

    secret: str

    def __str__(self) -> str:
        return self.secret


class Azure(Store[AzureSettings]):
    """A key vault. It keeps all versions, and has no way to write only over the one that was read."""

    name = "azure"
    settings_type = AzureSettings

    def address(self, reference: Reference) -> AzureAddress:
        """Names have letters, digits and hyphens, so that "/" and "_" become hyphens."""
        if reference.field:
            raise ConfigError(f"{reference.path}#{reference.field}: a secret of Key Vault has no keys")
        name = re.sub(r"[/_.]", "-", reference.path.strip("/"))
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{reference.path}: Key Vault takes letters, digits and hyphens, 127 at most")
        return AzureAddress(name)

    def get(self, reference: Reference) -> Held:
        """The newest version's value."""
        address = self.address(reference)
        return present(address, self._current(address))

    def put(
        self,
        reference: Reference,
        value: Secret,
        *,
        expected: str | None = None,
        replace: bool = False,  # noqa: ARG002 - older versions are kept
    ) -> Held:
        """Who may only write can put as well, but for `expected`."""
        address = self.address(reference)
        if not 0 < len(value.reveal().encode()) <= LARGEST:
            raise StoreError(Trouble.UNUSABLE, f"{address}: Key Vault takes from 1 to {LARGEST} bytes")
        if done := settle_unseen(address, lambda: self._current(address), value, expected):
            return done
        reply = self._ask("PUT", f"/secrets/{segment(address.secret)}", json={"value": value.reveal()})
        if reply.status == 409:
            hint = f"az keyvault secret recover --name {address.secret}"
            raise StoreError(Trouble.CONFLICT, f"{address}: deleted, and not yet purged", hint=hint)
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "the right secrets/set")
        return msgspec.structs.replace(_held(address, reply.json()), value=None)

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Secrets whose names begin with `prefix`, "/" and "_" read as hyphens."""
        prefix = re.sub(r"[/_.]", "-", prefix.lstrip("/"))
        path: str = "/secrets"
        found: dict[str, Held] = {}
        while path and len(found) < LISTED:
            reply = self._ask("GET", path)
            if reply.status != 200:
                raise self._rest.refused("the list", reply.status, "the right secrets/list")
            page = reply.json()
            for one in objects(page.get("value")):
                name = urlsplit(str(one.get("id", ""))).path.strip("/").removeprefix("secrets/").partition("/")[0]
                if name.startswith(prefix):
                    found[name] = Held(name, changed=_moment(one))
            path = self._next(page)
        yield from (found[name] for name in sorted(found))

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Key Vault tells of no right without using it, and writing would make a version."""
        address = self.address(reference)
        yield "reachable and logged in", self._check_login
        yield "read", lambda: self._check_read(address)
        yield "write", lambda: Answer("write", None, "cannot be told without writing")

    def close(self) -> None:
        """Close the connection."""
        if "_rest" in self.__dict__:
            self._rest.close()

    @cached_property
    def _place(self) -> Place:
        if not self.settings.vault:
            hint = "set store.azure.vault in your own stanch.toml: https://NAME.vault.azure.net"
            raise ConfigError("which key vault is not known", hint=hint)
        return place(self.settings.vault, plain_http=self.settings.plain_http)

    @cached_property
    def _rest(self) -> Rest:
        return Rest(self._place, timeout=self.settings.timeout)

    @cached_property
    def _token(self) -> str:
        """An access token: of the application that the environment names, or of whoever is logged in with az."""
        host = urlsplit(self._place.url).hostname or ""
        resource = f"https://vault.{host.partition('.vault.')[2] or _RESOURCE.removeprefix('vault.')}"
        tenant, client, secret = (
            os.environ.get(f"AZURE_{name}", "") for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")
        )
        if tenant and client and secret:
            return self._log_in(resource, tenant, client, secret)
        if az := shutil.which("az"):
            command = [az, "account", "get-access-token", "--resource", resource, "--output", "json"]
            return _of_azure_cli(command, self.settings.timeout)
        hint = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or install Azure's CLI and run 'az login'"
        raise StoreError(Trouble.EXPIRED, f"{self._place.shown}: nobody is logged in", hint=hint)

    def _log_in(self, resource: str, tenant: str, client: str, secret: str) -> str:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow."""
        authority = place(os.environ.get("AZURE_AUTHORITY_HOST") or _LOGIN, plain_http=False)
        rest = Rest(authority, timeout=self.settings.timeout)
        form = {
            "client_id": client,
            "client_secret": secret,
            "scope": f"{resource}/.default",
            "grant_type": "client_credentials",
        }
        try:
            reply = rest.send("POST", f"/{segment(tenant)}/oauth2/v2.0/token", data=form)
        finally:
            rest.close()
        if reply.status in (400, 401):
            hint = "look at AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
            raise StoreError(Trouble.EXPIRED, f"{authority.shown}: does not accept this application", hint=hint)
        if reply.status != 200:
            raise rest.refused("the token", reply.status)
        return str(reply.json().get("access_token", ""))

    def _ask(self, method: str, path: str, **more: Any) -> Reply:
        path = path if "?" in path else f"{path}?api-version={VERSION}"
        return self._rest.send(method, path, headers={"Authorization": f"Bearer {self._token}"}, **more)

    def _current(self, address: AzureAddress) -> Held | None:
        reply = self._ask("GET", f"/secrets/{segment(address.secret)}")
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "the right secrets/get")
        return _held(address, reply.json())

    def _next(self, page: dict[str, Any]) -> str:
        """The path of the next page, which must be on the same server: the token goes along."""
        link = str(page.get("nextLink") or "")
        if link and not link.startswith(f"{self._place.url}/"):
            raise StoreError(Trouble.BROKEN, f"{self._place.shown}: sends on to another server for the next page")
        return link.removeprefix(self._place.url)

    def _check_login(self) -> str:
        reply = self._ask("GET", f"/secrets?api-version={VERSION}&maxresults=1")
        if reply.status not in (200, 403):  # whatever it may, it was answered
            raise self._rest.refused(self._place.shown, reply.status)
        return self._place.shown

    def _check_read(self, address: AzureAddress) -> Answer | str:
        try:
            self._current(address)
        except StoreError as error:
            if error.trouble != Trouble.DENIED:
                raise
            return Answer("read", False, "the right secrets/get is missing")
        return f"secrets/get on {address}"


def _of_azure_cli(command: list[str], timeout: float) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
        told = msgspec.json.decode(done.stdout) if done.returncode == 0 else {}
        return str(told["accessToken"])
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError, KeyError, TypeError):
        raise StoreError(Trouble.EXPIRED, "Azure's CLI gives no access token", hint="log in: az login") from None


def _held(address: AzureAddress, told: dict[str, Any]) -> Held:
    """A secret as the API shows it; its id ends with the version."""
    if not isinstance(told.get("value"), str):
        raise StoreError(Trouble.BROKEN, f"{address}: the answer has no value")
    version = str(told.get("id", "")).rstrip("/").rpartition("/")[2]
    return Held(str(address), version, _moment(told), Secret(told["value"]))


def _moment(told: dict[str, Any]) -> datetime | None:
    attributes = told.get("attributes")
    seconds = attributes.get("updated") if isinstance(attributes, dict) else None
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (OverflowError, OSError, ValueError):
        return None


STORE = Azure
