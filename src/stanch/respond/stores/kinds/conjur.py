"""CyberArk Conjur, through its REST API: https://docs.conjur.org/Latest/en/Content/Developer/Conjur_Auth_REST_APIs.htm."""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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
    same,
)
from stanch.respond.stores.network import LARGEST_ANSWER, NetworkSettings, Place, place, quiet
from stanch.textfile import read_text

if TYPE_CHECKING:
    import httpx2

_LARGEST_FILE = 1 << 20
_PAGE = 500
_BUSY, _PATIENCE = 409, (0.5, 1.0, 2.0)


class ConjurSettings(NetworkSettings, frozen=True):
    """`[store.conjur]`. What is not set is taken from the environment that Conjur's own clients read."""

    OUTSIDE = ("url", "plain_http", "login", "ca_file")

    url: str = ""
    account: str = ""
    login: str = ""
    ca_file: str = ""
    policy: str = "root"
    """The policy that new variables are declared in; their ids begin with it, unless it is "root"."""


class ConjurAddress(Address, frozen=True):
    """A variable of an account."""

    account: str
    variable: str

    def __str__(self) -> str:
        return f"{self.account}:variable:{self.variable}"


class _Reply(msgspec.Struct, frozen=True):
    """A status and a body, which is read up to a size."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.MsgspecError:
            raise StoreError(Trouble.BROKEN, "Conjur gave an answer that is no JSON") from None


class Conjur(Store[ConjurSettings]):
    """Conjur. It keeps the last twenty versions, and has no way to write only over the one that was read."""

    name = "conjur"
    settings_type = ConjurSettings

    def address(self, reference: Reference) -> ConjurAddress:
        """A variable holds one value, so that there are no fields."""
        if reference.field:
            raise ConfigError(f"{reference.path}#{reference.field}: a Conjur variable has no keys")
        return ConjurAddress(self._account, reference.path.strip("/"))

    def get(self, reference: Reference) -> Held:
        """The newest version's value."""
        address = self.address(reference)
        value = self._value(address)
        if value is None:
            raise absent(address, "or it has no value yet, or you may not see it")
        version = None
        with suppress(StoreError):  # who may read the value need not be allowed to look at the variable
            version = self._version(address)
        return Held(str(address), str(version or ""), value=Secret(value))

    def put(
        self,
        reference: Reference,
        value: Secret,
        *,
        expected: str | None = None,
        replace: bool = False,  # noqa: ARG002 - older versions are kept
    ) -> Held:
        """A variable that is not there is declared first. That another writes at the same time can only be told
        afterwards; what it wrote is then an older version.
        """
        address = self.address(reference)
        if not value.reveal().strip():
            raise StoreError(Trouble.UNUSABLE, f"{address}: Conjur takes no empty value")
        before = self._version(address)
        if before and self._holds(address, value):
            return Held(str(address), str(before), unchanged=True)
        if expected not in (None, ABSENT if not before else str(before)):
            raise conflict(address, str(before), None) if before else absent(address)
        notes = []
        if before is None:
            self._declare(address)
            notes.append(f"declared in policy {self.settings.policy}")
        try:
            reply = self._ask("POST", self._path("secrets", address), content=value.reveal().encode())
            if reply.status not in (200, 201):
                raise self._refused(address, reply.status, "update")
        except StoreError as error:
            if before is not None:
                raise
            message = f"{error}; the variable was declared, and has no value yet"
            raise StoreError(error.trouble, message, hint=error.hint) from None
        after = self._version(address) or 0
        if after and after != (before or 0) + 1:
            notes.append(f"somebody else wrote at the same time: look at version {after - 1} as well")
        return Held(str(address), str(after or ""), notes=tuple(notes))

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Variables that you may see and whose ids begin with `prefix`."""
        head = f"{self._account}:variable:"
        for offset in range(0, LISTED, _PAGE):
            query = {"kind": "variable", "limit": str(_PAGE), "offset": str(offset)}
            reply = self._ask("GET", f"/resources/{_segment(self._account)}", params=query)
            if reply.status != 200:
                raise self._refused("the list", reply.status, "read")
            page = reply.json()
            if not isinstance(page, list):
                raise StoreError(Trouble.BROKEN, "Conjur gave an answer that is no list")
            for one in page:
                name = str(one.get("id", "")) if isinstance(one, dict) else ""
                if name.startswith(head + prefix):
                    yield Held(name, str(_newest(one) or ""))
            if len(page) < _PAGE:
                return

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Who this is for Conjur, and its privileges on the variable, or on the policy if there is none yet."""
        address = self.address(reference)
        yield "reachable and logged in", lambda: f"{self._place.shown} as {self._role}"
        yield "read", lambda: self._check_variable(address, "read", "execute")
        yield "write", lambda: self._check_variable(address, "write", "update")

    def close(self) -> None:
        """Close the connection; the access token ends by itself after eight minutes."""
        if "_http" in self.__dict__:
            self._http.close()

    @cached_property
    def _account(self) -> str:
        account = self.settings.account or os.environ.get("CONJUR_ACCOUNT", "")
        if not account:
            raise ConfigError("which Conjur account is not known", hint="set CONJUR_ACCOUNT, or store.conjur.account")
        if not account.isprintable() or set(account) & set("/:#"):
            raise ConfigError("the Conjur account's name has characters that no account has")
        return account

    @cached_property
    def _place(self) -> Place:
        url = self.settings.url or os.environ.get("CONJUR_APPLIANCE_URL", "")
        if not url:
            hint = "set CONJUR_APPLIANCE_URL, or store.conjur.url in your own stanch.toml"
            raise ConfigError("which Conjur is not known", hint=hint)
        return place(url, plain_http=self.settings.plain_http)

    @cached_property
    def _http(self) -> "httpx2.Client":
        import ssl

        import httpx2

        ca_file = self.settings.ca_file or os.environ.get("CONJUR_CERT_FILE", "")
        ca_text = "" if ca_file else os.environ.get("CONJUR_SSL_CERTIFICATE", "")
        verify: ssl.SSLContext | bool = True
        if ca_file or ca_text:
            try:
                path = str(Path(ca_file).expanduser()) if ca_file else None
                verify = ssl.create_default_context(cafile=path, cadata=ca_text or None)
            except (OSError, ValueError):
                where = ca_file or "CONJUR_SSL_CERTIFICATE"
                raise ConfigError(f"{where}: no CA certificates in PEM format can be read there") from None
        plain = {"Accept-Encoding": "identity"}
        return httpx2.Client(base_url=self._place.url, verify=verify, timeout=self.settings.timeout, headers=plain)

    @cached_property
    def _token(self) -> str:
        """An access token for the Authorization header, in base64; it holds for eight minutes."""
        if path := os.environ.get("CONJUR_AUTHN_TOKEN_FILE", ""):
            token = (read_text(Path(path), _LARGEST_FILE) or "").strip()
            if not token:
                raise StoreError(Trouble.EXPIRED, f"{path}: no access token is there")
            return base64.b64encode(token.encode()).decode() if token.startswith("{") else token
        login = self.settings.login or os.environ.get("CONJUR_AUTHN_LOGIN", "")
        key = os.environ.get("CONJUR_AUTHN_API_KEY", "")
        if not login or not key:
            hint = "set CONJUR_AUTHN_LOGIN and CONJUR_AUTHN_API_KEY, or CONJUR_AUTHN_TOKEN_FILE"
            raise StoreError(Trouble.EXPIRED, f"{self._place.shown}: nobody is logged in", hint=hint)
        path = f"/authn/{_segment(self._account)}/{_segment(login)}/authenticate"
        reply = self._send("POST", path, content=key.encode(), headers={"Accept-Encoding": "base64"})
        if reply.status == 401:
            hint = (
                "look at CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN and CONJUR_AUTHN_API_KEY; a host's login begins with host/"
            )
            raise StoreError(Trouble.EXPIRED, f"{self._place.shown}: does not accept login and API key", hint=hint)
        if reply.status != 200:
            raise self._refused("authenticate", reply.status, "authenticate")
        token = reply.body.decode("ascii", "replace").strip()
        return base64.b64encode(reply.body).decode() if token.startswith("{") else "".join(token.split())

    def _ask(self, method: str, path: str, **more: Any) -> _Reply:
        return self._send(method, path, headers={"Authorization": f'Token token="{self._token}"'}, **more)

    def _send(self, method: str, path: str, **more: Any) -> _Reply:
        with self._asking(), self._http.stream(method, path, **more) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise StoreError(Trouble.BROKEN, f"the answer is longer than {LARGEST_ANSWER} bytes")
            return _Reply(response.status_code, body)

    def _path(self, what: str, address: ConjurAddress) -> str:
        return f"/{what}/{_segment(address.account)}/variable/{_segment(address.variable)}"

    def _version(self, address: ConjurAddress) -> int | None:
        """The newest version's number, 0 for a variable without a value, nothing for one that is not to be seen."""
        reply = self._ask("GET", self._path("resources", address))
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._refused(address, reply.status, "read")
        return _newest(reply.json())

    def _value(self, address: ConjurAddress) -> str | None:
        reply = self._ask("GET", self._path("secrets", address))
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._refused(address, reply.status, "execute")
        try:
            return reply.body.decode()
        except UnicodeDecodeError:
            raise StoreError(Trouble.UNUSABLE, f"{address}: holds bytes, not text") from None

    def _holds(self, address: ConjurAddress, value: Secret) -> bool:
        """Whether it holds that value; who may not read it is told no."""
        try:
            held = self._value(address)
        except StoreError as error:
            if error.trouble not in (Trouble.DENIED, Trouble.UNUSABLE):
                raise
            return False
        return held is not None and same(held, value.reveal())

    def _declare(self, address: ConjurAddress) -> None:
        """Load a policy that declares the variable and changes nothing else."""
        branch = self.settings.policy.strip("/")
        inner = address.variable
        if branch != "root":
            if not inner.startswith(f"{branch}/"):
                hint = f"begin its path with {branch}/, or name another policy: store.conjur.policy"
                raise ConfigError(f"{address}: not below the policy {branch}, in which it would be declared", hint=hint)
            inner = inner.removeprefix(f"{branch}/")
        # A JSON string is a YAML string as well.
        policy = f"- !variable\n  id: {msgspec.json.encode(inner).decode()}\n".encode()
        path = f"/policies/{_segment(address.account)}/policy/{_segment(branch)}"
        for wait in (*_PATIENCE, None):
            reply = self._ask("POST", path, content=policy)
            if reply.status != _BUSY or wait is None:
                break
            time.sleep(wait)
        if reply.status == _BUSY:
            raise StoreError(Trouble.THROTTLED, f"{address}: another policy is being loaded; try again")
        if reply.status in (403, 404):
            hint = f"'create' on the policy {branch} is needed, or somebody else has to declare the variable"
            raise StoreError(Trouble.DENIED, f"{address}: not there, and not allowed to declare it", hint=hint)
        if reply.status not in (200, 201):
            raise self._refused(address, reply.status, "create")

    @cached_property
    def _role(self) -> str:
        """Who this is for Conjur, as an account's user or host."""
        reply = self._ask("GET", "/whoami")
        if reply.status != 200:
            raise self._refused("whoami", reply.status, "authenticate")
        told = reply.json()
        login = str(told.get("username", "")) if isinstance(told, dict) else ""
        kind, name = ("host", login.removeprefix("host/")) if login.startswith("host/") else ("user", login)
        return f"{self._account}:{kind}:{name}"

    def _check_variable(self, address: ConjurAddress, question: str, privilege: str) -> Answer:
        query = {"check": "true", "role": self._role, "privilege": privilege}
        reply = self._ask("GET", self._path("resources", address), params=query)
        if reply.status == 204:
            return Answer(question, True, f"{privilege} on {address}")
        if reply.status == 404 and self._version(address) is None:
            return Answer(question, None, f"{address} is not there yet, or not to be seen")
        if reply.status in (403, 404):
            return Answer(question, False, f"{address}: the privilege {privilege} is missing")
        raise self._refused(address, reply.status, privilege)

    def _refused(self, what: "Address | str", status: int, privilege: str) -> StoreError:
        """The documented meanings of a status; of the answer's words nothing is taken."""
        if status == 401:
            return StoreError(
                Trouble.EXPIRED, f"{self._place.shown}: the access token is not accepted, or not any more"
            )
        if status == 403:
            return StoreError(Trouble.DENIED, f"{what}: not allowed", hint=f"the privilege {privilege} is needed")
        if status == 404:
            return StoreError(Trouble.ABSENT, f"{what}: nothing is there, or you may not see it")
        if status == 422:
            return StoreError(Trouble.UNUSABLE, f"{what}: Conjur does not take this name or value")
        if status == 429:
            return StoreError(Trouble.THROTTLED, f"{self._place.shown}: too many requests; try again later")
        if 300 <= status < 400:
            hint = "if that is right, give the address that it sends on to"
            return StoreError(Trouble.UNREACHABLE, f"{self._place.shown}: sends on, which is not followed", hint=hint)
        return StoreError(Trouble.BROKEN, f"{what}: {self._place.shown} answered {status}")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn whatever the HTTP library raises into a StoreError of ours."""
        import ssl

        import httpx2

        try:
            with quiet():
                yield
        except httpx2.TimeoutException:
            raise StoreError(Trouble.UNREACHABLE, f"{self._place.shown}: no answer in time") from None
        except httpx2.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "give the CA certificate by CONJUR_CERT_FILE"
                raise StoreError(
                    Trouble.TLS, f"{self._place.shown}: its certificate is not trusted", hint=hint
                ) from None
            raise StoreError(Trouble.UNREACHABLE, f"{self._place.shown}: cannot be reached") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise StoreError(Trouble.BROKEN, f"{self._place.shown} gave no answer of Conjur's") from None


def _segment(text: str) -> str:
    """An identifier as one part of a path, as the API wants it."""
    return quote(text, safe="")


def _newest(resource: object) -> int:
    """The newest version's number of a variable as the API shows it, 0 for none."""
    secrets = resource.get("secrets") if isinstance(resource, dict) else None
    versions = [one.get("version") for one in secrets if isinstance(one, dict)] if isinstance(secrets, list) else []
    return max((number for number in versions if isinstance(number, int)), default=0)


STORE = Conjur
