"""HashiCorp Vault and OpenBao: the key-value engine in both its versions, through hvac."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

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
    absent,
    conflict,
    forgetful,
    same,
)
from stanch.respond.stores.network import NetworkSettings, Place, careful_session, needed, place, quiet
from stanch.textfile import read_text

if TYPE_CHECKING:
    import hvac

FIELD = "value"
"""The key of a secret of its own."""
_LARGEST_TOKEN = 1 << 16


class VaultSettings(NetworkSettings, frozen=True):
    """`[store.vault]`."""

    OUTSIDE = ("address", "namespace", "plain_http", "ca_file", "token_file", "role_id", "secret_id_file", "approle")

    address: str = ""
    namespace: str = ""
    mount: str = "secret"
    """Where the key-value engine is mounted."""
    ca_file: str = ""
    token_file: str = "~/.vault-token"  # noqa: S105 - a path
    role_id: str = ""
    secret_id_file: str = ""
    approle: str = "approle"
    """Where AppRole is mounted."""


class VaultAddress(Address, frozen=True):
    """A key of a secret in a key-value engine."""

    mount: str
    path: str
    field: str

    def __str__(self) -> str:
        return f"{self.mount}/{self.path}#{self.field}"


class _Secret(msgspec.Struct, frozen=True):
    """A secret as it is now: all of its keys. Version 0 stands for none yet."""

    data: dict[str, Any] = {}
    version: int = 0
    changed: datetime | None = None


class Vault(Store[VaultSettings]):
    """A key-value engine. Version 2 keeps versions, and writes only over the one that was read; 1 does neither."""

    name = "vault"
    settings_type = VaultSettings

    def __init__(self, settings: VaultSettings, root: Path, lent: frozenset[str]) -> None:
        super().__init__(settings, root, lent)
        self._mount = settings.mount.strip("/")
        self._own_token = False

    def address(self, reference: Reference) -> VaultAddress:
        """A name without a place of its own is a secret with the one key "value"."""
        path = reference.path.strip("/")
        return VaultAddress(self._mount, path, reference.field or FIELD)

    def get(self, reference: Reference) -> Held:
        """The newest version's value."""
        address = self.address(reference)
        with self._asking(address, "read"):
            secret = self._read(address)
        if address.field not in secret.data:
            keys = f"the secret has other keys: {len(secret.data)}" if secret.data else ""
            raise absent(address, keys)
        value = secret.data[address.field]
        if not isinstance(value, str):
            raise StoreError(Trouble.UNUSABLE, f"{address}: what is there is no text")
        return _held(address, secret, Secret(value))

    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """The secret's other keys stay as they are."""
        address = self.address(reference)
        with self._asking(address, "read"):
            secret = self._read(address)
        old = secret.data.get(address.field)
        if isinstance(old, str) and same(old, value.reveal()):
            return msgspec.structs.replace(_held(address, secret), unchanged=True)
        if self._versioned:
            self._expect(address, secret, expected)
        elif expected not in (None, ABSENT):
            raise ConfigError(
                f"{address.mount}: KV version 1 keeps no versions", hint="the version can only be 'absent'"
            )
        elif old is not None and not (replace and expected is None):
            raise forgetful(address)
        with self._asking(address, "create, update"):
            return self._write(address, secret, {**secret.data, address.field: value.reveal()})

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Paths, without the keys in each: these only its values' readers may see."""
        prefix = prefix.lstrip("/")
        waiting = [prefix[: prefix.rfind("/") + 1]]
        left = folders = LISTED
        while waiting and left and folders:
            folder = waiting.pop()
            folders -= 1
            with self._asking(f"{self._mount}/{folder}", "list"):
                keys = [f"{folder}{key}" for key in sorted(self._keys(folder))]
            waiting += [key for key in reversed(keys) if key.endswith("/") and key.startswith(prefix)]
            for path in [key for key in keys if not key.endswith("/") and key.startswith(prefix)][:left]:
                left -= 1
                yield Held(f"{self._mount}/{path}")

    def questions(self, reference: Reference) -> Iterator[Question]:
        """The server, the token, the engine, and what the token may do where the reference is."""
        yield "reachable", self._check_server
        yield "logged in", self._check_token
        yield "mount", lambda: f"{self._mount}/, KV version {2 if self._versioned else 1}"
        address = self.address(reference)
        yield "read", lambda: self._check_capability(address, "read", ("read",))
        yield "write", lambda: self._check_capability(address, "write", ("create", "update"))

    def close(self) -> None:
        """A token that was taken out for this is given back."""
        if self._own_token:
            self._own_token = False
            with quiet(), suppress(Exception):
                # It expires by itself; whatever went wrong before is what counts.
                self._client.auth.token.revoke_self()

    @cached_property
    def _place(self) -> Place:
        url = self.settings.address or _variable("ADDR")
        if not url:
            raise ConfigError(
                "which Vault is not known", hint="set VAULT_ADDR, or store.vault.address in your own stanch.toml"
            )
        return place(url, plain_http=self.settings.plain_http)

    @cached_property
    def _client(self) -> "hvac.Client":
        """A client with a token, which may have to be taken out first."""
        client = self._anonymous
        token = _variable("TOKEN")
        role = self.settings.role_id or os.environ.get("VAULT_ROLE_ID", "")
        if not token and role:
            self._log_in(client, role)
            return client
        token = token or (read_text(Path(self.settings.token_file).expanduser(), _LARGEST_TOKEN) or "").strip()
        if not token:
            hint = "set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or run 'vault login' or 'bao login'"
            raise StoreError(Trouble.EXPIRED, f"{self._place.shown}: nobody is logged in", hint=hint)
        if not (token.isascii() and token.isprintable()):
            raise ConfigError("the Vault token has characters that no token has")
        client.token = token
        return client

    @cached_property
    def _anonymous(self) -> "hvac.Client":
        library = needed("hvac")
        ca = self.settings.ca_file or _variable("CACERT") or _variable("CAPATH")
        if ca and not Path(ca).expanduser().exists():
            raise ConfigError(f"{ca}: no such file; it should hold the CA certificate for Vault")
        session = careful_session(self._place)
        session.verify = str(Path(ca).expanduser()) if ca else True
        if certificate := _variable("CLIENT_CERT"):
            session.cert = (certificate, _variable("CLIENT_KEY") or certificate)
        client: hvac.Client = library.Client(
            url=self._place.url,
            token="",
            verify=session.verify,
            timeout=self.settings.timeout,
            session=session,
            namespace=self.settings.namespace or _variable("NAMESPACE") or None,
        )
        return client

    def _log_in(self, client: "hvac.Client", role: str) -> None:
        exceptions = needed("hvac.exceptions")
        with self._asking("AppRole", "log in"):
            try:
                client.auth.approle.login(role, self._secret_id(), mount_point=self.settings.approle)
            except (exceptions.InvalidRequest, exceptions.Forbidden, exceptions.InvalidPath):
                message = (
                    f"{self._place.shown}: AppRole at {self.settings.approle}/ does not take the role id and secret id"
                )
                raise StoreError(Trouble.EXPIRED, message) from None
        self._own_token = True

    def _secret_id(self) -> str:
        path = self.settings.secret_id_file
        if path:
            return (read_text(Path(path).expanduser(), _LARGEST_TOKEN) or "").strip()
        return os.environ.get("VAULT_SECRET_ID", "")

    @cached_property
    def _versioned(self) -> bool:
        """Whether the engine is version 2; StoreError where there is none at the mount."""
        mount = self._mount
        with self._asking(f"{mount}/", "something below it"):
            # What Vault's own clients ask; whoever may do anything below the mount may ask it.
            told = self._client.read(f"sys/internal/ui/mounts/{mount}")
        data = told.get("data") if isinstance(told, dict) else None
        if not isinstance(data, dict):
            raise StoreError(Trouble.BROKEN, f"{self._place.shown}: does not say what is mounted at {mount}/")
        if data.get("type") not in ("kv", "generic"):
            raise ConfigError(f"{mount}/ is no key-value engine", hint="name its mount: store.vault.mount")
        return str((data.get("options") or {}).get("version", "1")) == "2"

    def _read(self, address: VaultAddress) -> _Secret:
        exceptions = needed("hvac.exceptions")
        kv = self._client.secrets.kv
        try:
            if not self._versioned:
                return _Secret(kv.v1.read_secret(address.path, mount_point=address.mount)["data"])
            told = kv.v2.read_secret_version(address.path, mount_point=address.mount, raise_on_deleted_version=False)
        except exceptions.InvalidPath:
            return _Secret()
        about = told["data"]["metadata"]
        return _Secret(told["data"]["data"] or {}, int(about["version"]), _moment(about["created_time"]))

    def _write(self, address: VaultAddress, secret: _Secret, data: dict[str, Any]) -> Held:
        kv = self._client.secrets.kv
        if not self._versioned:
            kv.v1.create_or_update_secret(address.path, data, method="POST", mount_point=address.mount)
            return Held(str(address))
        exceptions = needed("hvac.exceptions")
        try:
            told = kv.v2.create_or_update_secret(address.path, data, cas=secret.version, mount_point=address.mount)[
                "data"
            ]
        except exceptions.InvalidRequest as error:
            if any("check-and-set" in str(line) for line in error.errors or ()):
                now = self._read(address)
                raise conflict(address, str(now.version), now.changed) from None
            raise
        return Held(str(address), str(told["version"]), _moment(told["created_time"]))

    def _expect(self, address: VaultAddress, secret: _Secret, expected: str | None) -> None:
        if expected == ABSENT:
            if address.field in secret.data:
                raise conflict(address, str(secret.version), secret.changed)
        elif expected is not None and expected != str(secret.version):
            raise conflict(address, str(secret.version), secret.changed)

    def _keys(self, folder: str) -> tuple[str, ...]:
        exceptions = needed("hvac.exceptions")
        kv = self._client.secrets.kv
        engine = kv.v2 if self._versioned else kv.v1
        try:
            keys = engine.list_secrets(folder, mount_point=self._mount)["data"]["keys"]
        except exceptions.InvalidPath:
            return ()
        return tuple(key for key in keys if isinstance(key, str) and key.strip("/"))

    def _check_server(self) -> str:
        with self._asking("", "see its state"):
            state = self._anonymous.sys.read_seal_status()
        if not state.get("initialized", True):
            raise StoreError(Trouble.SEALED, f"{self._place.shown}: not initialised yet")
        if state.get("sealed"):
            raise _sealed(self._place.shown)
        return f"{self._place.shown}, version {state.get('version', '?')}"

    def _check_token(self) -> Answer | str:
        with self._asking("", "look itself up"):
            data = self._client.auth.token.lookup_self()["data"]
        left = data.get("ttl") or 0
        policies = ", ".join(str(one) for one in data.get("policies") or [])
        return f"policies: {policies}; " + (f"{left} s left" if left else "does not expire")

    def _check_capability(self, address: VaultAddress, question: str, wanted: tuple[str, ...]) -> Answer:
        path = f"{address.mount}/data/{address.path}" if self._versioned else f"{address.mount}/{address.path}"
        with self._asking(address, "see what it may do"):
            told = self._client.adapter.post("/v1/sys/capabilities-self", json={"paths": [path]})
        found = told.get("data", told).get(path) or told.get("capabilities") or []
        missing = [one for one in wanted if one not in found and "root" not in found]
        if missing:
            return Answer(question, False, f"{path}: its policies lack {', '.join(missing)}")
        return Answer(question, True, path)

    @contextmanager
    def _asking(self, what: "Address | str", capability: str) -> Iterator[None]:
        """Turn whatever hvac raises into a StoreError of ours, which has nothing of requests and answers in it."""
        exceptions, requests = needed("hvac.exceptions"), needed("requests")
        try:
            with quiet():
                yield
        except requests.exceptions.SSLError:
            hint = "give the CA certificate by VAULT_CACERT"
            raise StoreError(Trouble.TLS, f"{self._place.shown}: its certificate is not trusted", hint=hint) from None
        except requests.exceptions.Timeout:
            raise StoreError(Trouble.UNREACHABLE, f"{self._place.shown}: no answer in time") from None
        except requests.exceptions.ConnectionError:
            raise StoreError(Trouble.UNREACHABLE, f"{self._place.shown}: cannot be reached") from None
        except exceptions.Forbidden:
            raise self._forbidden(what, capability) from None
        except exceptions.VaultDown:
            raise _sealed(self._place.shown) from None
        except exceptions.RateLimitExceeded:
            raise StoreError(Trouble.THROTTLED, f"{self._place.shown}: too many requests; try again later") from None
        except exceptions.VaultError as error:
            raise StoreError(
                Trouble.BROKEN, f"{what}: {self._place.shown} refused it ({type(error).__name__})"
            ) from None
        except (requests.exceptions.RequestException, KeyError, TypeError, ValueError, AttributeError):
            raise StoreError(Trouble.BROKEN, f"{what}: {self._place.shown} gave no answer of Vault's") from None

    def _forbidden(self, what: "Address | str", capability: str) -> StoreError:
        """Whether it is the token or its policies: a token that is valid may look itself up."""
        exceptions = needed("hvac.exceptions")
        try:
            with quiet():
                self._client.auth.token.lookup_self()
        except (exceptions.VaultError, StoreError):
            hint = "log in again, or set VAULT_TOKEN"
            return StoreError(
                Trouble.EXPIRED, f"{self._place.shown}: the token is not valid, or not any more", hint=hint
            )
        except Exception:  # noqa: S110 - the first refusal counts
            pass
        hint = f"the token's policies must allow: {capability}; a wrong mount gives the same answer"
        return StoreError(Trouble.DENIED, f"{what}: not allowed", hint=hint)


def _variable(name: str) -> str:
    """OpenBao's variable, or Vault's."""
    return os.environ.get(f"BAO_{name}") or os.environ.get(f"VAULT_{name}") or ""


def _sealed(where: str) -> StoreError:
    return StoreError(Trouble.SEALED, f"{where}: sealed", hint="an operator has to unseal it: vault operator unseal")


def _held(address: VaultAddress, secret: _Secret, value: Secret | None = None) -> Held:
    return Held(str(address), str(secret.version or ""), secret.changed, value)


def _moment(text: object) -> datetime | None:
    """A time stamp with more digits than Python takes."""
    try:
        return datetime.fromisoformat(str(text)[:19] + "+00:00")
    except ValueError:
        return None


STORE = Vault
