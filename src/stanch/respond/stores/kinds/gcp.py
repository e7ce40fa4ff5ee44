"""Google Secret Manager, through its REST API: https://cloud.google.com/secret-manager/docs/reference/rest."""

import base64
import binascii
import os
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

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
from stanch.respond.stores.network import NetworkSettings, needed, place, quiet
from stanch.respond.stores.rest import Reply, Rest, objects, segment

LARGEST = 65_536
"""Bytes of a value: https://cloud.google.com/secret-manager/quotas."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_PAGE = 500


class GcpSettings(NetworkSettings, frozen=True):
    """`[store.gcp]`."""

    OUTSIDE = ("endpoint", "plain_http")

    project: str = ""
    endpoint: str = "https://secretmanager.googleapis.com"
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    """For secrets that are made anew."""


class GcpAddress(Address, frozen=True):
    """A secret of a project, which is empty as long as nobody has said which."""

    project: str
    secret: str

    def __str__(self) -> str:
        return f"projects/{self.project}/secrets/{self.secret}" if self.project else self.secret


class Gcp(Store[GcpSettings]):
    """Secret Manager. It keeps all versions, and has no way to write only over the one that was read."""

    name = "gcp"
    settings_type = GcpSettings

    def address(self, reference: Reference) -> GcpAddress:
        """Ids have letters, digits, hyphens and "_", so that "/" becomes a hyphen."""
        if reference.field:
            raise ConfigError(f"{reference.path}#{reference.field}: a secret of Secret Manager has no keys")
        name = re.sub(r"[/.]", "-", reference.path.strip("/"))
        if not _ID.fullmatch(name):
            raise ConfigError(f"{reference.path}: Secret Manager takes letters, digits, - and _, 255 at most")
        return GcpAddress(self.settings.project or os.environ.get("GOOGLE_CLOUD_PROJECT", ""), name)

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
        """A secret that is not there is made first. Who may only write can put as well, but for `expected`."""
        address = self.address(reference)
        data = value.reveal().encode()
        if not 0 < len(data) <= LARGEST:
            raise StoreError(Trouble.UNUSABLE, f"{address}: Secret Manager takes from 1 to {LARGEST} bytes")
        if done := settle_unseen(address, lambda: self._current(address), value, expected):
            return done
        payload = {"payload": {"data": base64.b64encode(data).decode()}}
        reply = self._ask("POST", f"/v1/{self._secret(address)}:addVersion", json=payload)
        notes = []
        if reply.status == 404:
            self._create(address)
            notes.append("made anew")
            reply = self._ask("POST", f"/v1/{self._secret(address)}:addVersion", json=payload)
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "secretmanager.versions.add")
        told = reply.json()
        return Held(str(address), _number(told), _moment(told), notes=tuple(notes))

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Secrets whose ids begin with `prefix`, "/" read as a hyphen."""
        prefix = re.sub(r"[/.]", "-", prefix.lstrip("/"))
        head = f"projects/{self._project}/secrets/"
        page = ""
        found: dict[str, Held] = {}
        while len(found) < LISTED:
            query = {"pageSize": str(_PAGE), **({"pageToken": page} if page else {})}
            reply = self._ask("GET", f"/v1/projects/{segment(self._project)}/secrets", params=query)
            if reply.status != 200:
                raise self._rest.refused("the list", reply.status, "secretmanager.secrets.list")
            told = reply.json()
            for one in objects(told.get("secrets")):
                # The answer has the project's number, whatever it was asked by.
                name = str(one.get("name", "")).rpartition("/")[2]
                if name.startswith(prefix):
                    found[name] = Held(head + name, changed=_moment(one))
            page = str(told.get("nextPageToken") or "")
            if not page:
                break
        yield from (found[name] for name in sorted(found))

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Rights are asked for by testIamPermissions, which changes nothing."""
        address = self.address(reference)
        yield "logged in", lambda: "by Google's application default credentials" if self._token else ""
        yield "reachable", self._check_server
        yield "read", lambda: self._check_right(address, "read", "secretmanager.versions.access")
        yield "write", lambda: self._check_right(address, "write", "secretmanager.versions.add")

    def close(self) -> None:
        """Close the connection."""
        if "_rest" in self.__dict__:
            self._rest.close()

    @cached_property
    def _project(self) -> str:
        project = self.settings.project or os.environ.get("GOOGLE_CLOUD_PROJECT", "")
        if not re.fullmatch(r"[a-z0-9][a-z0-9.:-]{1,62}", project):
            raise ConfigError(
                "which project of Google's is not known", hint="set GOOGLE_CLOUD_PROJECT, or store.gcp.project"
            )
        return project

    @cached_property
    def _rest(self) -> Rest:
        return Rest(place(self.settings.endpoint, plain_http=self.settings.plain_http), timeout=self.settings.timeout)

    @cached_property
    def _token(self) -> str:
        """An access token by Google's own library, from wherever it finds credentials."""
        auth, transport = needed("google.auth"), needed("google.auth.transport.requests")
        try:
            with quiet():
                credentials, _ = auth.default(scopes=[_SCOPE])
                credentials.refresh(transport.Request())
                return str(credentials.token)
        except needed("google.auth.exceptions").DefaultCredentialsError:
            hint = "run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS"
            raise StoreError(Trouble.EXPIRED, "no credentials for Google were found", hint=hint) from None
        except needed("google.auth.exceptions").TransportError:
            raise StoreError(Trouble.UNREACHABLE, "Google's token service cannot be reached") from None
        except (needed("google.auth.exceptions").GoogleAuthError, ValueError):
            hint = "log in again: gcloud auth application-default login"
            raise StoreError(Trouble.EXPIRED, "Google does not accept the credentials", hint=hint) from None

    def _ask(self, method: str, path: str, **more: Any) -> Reply:
        return self._rest.send(method, path, headers={"Authorization": f"Bearer {self._token}"}, **more)

    def _secret(self, address: GcpAddress) -> str:
        return f"projects/{segment(self._project)}/secrets/{segment(address.secret)}"

    def _current(self, address: GcpAddress) -> Held | None:
        reply = self._ask("GET", f"/v1/{self._secret(address)}/versions/latest:access")
        if reply.status == 404:
            return None
        if reply.status == 400:
            raise StoreError(Trouble.UNUSABLE, f"{address}: the newest version is disabled or destroyed")
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "secretmanager.versions.access")
        told = reply.json()
        try:
            value = base64.b64decode(told["payload"]["data"], validate=True).decode()
        except UnicodeDecodeError:
            raise StoreError(Trouble.UNUSABLE, f"{address}: holds bytes, not text") from None
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise StoreError(Trouble.BROKEN, f"{address}: the answer has no value") from None
        return Held(str(address), _number(told), value=Secret(value))

    def _create(self, address: GcpAddress) -> None:
        made: dict[str, Any] = {"replication": {"automatic": {}}}
        if self.settings.labels:
            made["labels"] = self.settings.labels
        path = f"/v1/projects/{segment(self._project)}/secrets"
        reply = self._ask("POST", path, params={"secretId": address.secret}, json=made)
        if reply.status not in (200, 409):  # 409: somebody else has just made it
            raise self._rest.refused(address, reply.status, "secretmanager.secrets.create")

    def _check_server(self) -> str:
        path = f"/v1/projects/{segment(self._project)}/secrets"
        reply = self._ask("GET", path, params={"pageSize": "1"})
        if reply.status not in (200, 403):  # whatever it may, it was answered
            raise self._rest.refused(f"projects/{self._project}", reply.status)
        return f"{self._rest.shown}, project {self._project}"

    def _check_right(self, address: GcpAddress, question: str, right: str) -> Answer:
        reply = self._ask("POST", f"/v1/{self._secret(address)}:testIamPermissions", json={"permissions": [right]})
        if reply.status == 404:
            return Answer(question, None, f"{address} is not there yet")
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, right)
        return Answer(question, right in (reply.json().get("permissions") or ()), f"{right} on {address}")


def _number(told: dict[str, Any]) -> str:
    """The version's number, which its name ends with."""
    return str(told.get("name", "")).rpartition("/")[2]


def _moment(told: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told.get("createTime", ""))[:19] + "+00:00")
    except ValueError:
        return None


STORE = Gcp
