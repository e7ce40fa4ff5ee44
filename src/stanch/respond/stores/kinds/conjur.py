"""CyberArk Conjur, through its REST API: https://docs.conjur.org/Latest/en/Content/Developer/Conjur_Auth_REST_APIs.htm."""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

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
from stanch.respond.stores.network import NetworkSettings, Place, place
from stanch.respond.stores.rest import Reply, Rest, certificates, objects, segment
from stanch.textfile import read_text

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
    """A variable of an account, which is empty as long as nobody has said which."""

    account: str
    variable: str

    def __str__(self) -> str:
        return f"{self.account}:variable:{self.variable}" if self.account else self.variable


class Conjur(Store[ConjurSettings]):
    """Conjur. It keeps the last twenty versions, and has no way to write only over the one that was read."""

    name = "conjur"
    settings_type = ConjurSettings

    def address(self, reference: Reference) -> ConjurAddress:
        """A variable holds one value, so that there are no fields."""
        if reference.field:
            raise ConfigError(f"{reference.path}#{reference.field}: a Conjur variable has no keys")
        account = self.settings.account or os.environ.get("CONJUR_ACCOUNT", "")
        return ConjurAddress(account, reference.path.strip("/"))

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
                raise self._rest.refused(address, reply.status, "the privilege update")
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
            reply = self._ask("GET", f"/resources/{segment(self._account)}", params=query)
            if reply.status != 200:
                raise self._rest.refused("the list", reply.status, "the privilege read")
            page = reply.json_list()
            for one in objects(page):
                if (name := str(one.get("id", ""))).startswith(head + prefix):
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
        if "_rest" in self.__dict__:
            self._rest.close()

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
    def _rest(self) -> Rest:
        ca_file = self.settings.ca_file or os.environ.get("CONJUR_CERT_FILE", "")
        trusted = certificates(ca_file, "" if ca_file else os.environ.get("CONJUR_SSL_CERTIFICATE", ""))
        hint = "give the CA certificate by CONJUR_CERT_FILE"
        return Rest(self._place, timeout=self.settings.timeout, verify=trusted, ca_hint=hint)

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
        path = f"/authn/{segment(self._account)}/{segment(login)}/authenticate"
        reply = self._rest.send("POST", path, content=key.encode(), headers={"Accept-Encoding": "base64"})
        if reply.status == 401:
            hint = (
                "look at CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN and CONJUR_AUTHN_API_KEY; a host's login begins with host/"
            )
            raise StoreError(Trouble.EXPIRED, f"{self._place.shown}: does not accept login and API key", hint=hint)
        if reply.status != 200:
            raise self._rest.refused("authenticate", reply.status, "the privilege authenticate")
        token = reply.body.decode("ascii", "replace").strip()
        return base64.b64encode(reply.body).decode() if token.startswith("{") else "".join(token.split())

    def _ask(self, method: str, path: str, **more: Any) -> Reply:
        return self._rest.send(method, path, headers={"Authorization": f'Token token="{self._token}"'}, **more)

    def _path(self, what: str, address: ConjurAddress) -> str:
        return f"/{what}/{segment(self._account)}/variable/{segment(address.variable)}"

    def _version(self, address: ConjurAddress) -> int | None:
        """The newest version's number, 0 for a variable without a value, nothing for one that is not to be seen."""
        reply = self._ask("GET", self._path("resources", address))
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "the privilege read")
        return _newest(reply.json())

    def _value(self, address: ConjurAddress) -> str | None:
        reply = self._ask("GET", self._path("secrets", address))
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise self._rest.refused(address, reply.status, "the privilege execute")
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
        path = f"/policies/{segment(self._account)}/policy/{segment(branch)}"
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
            raise self._rest.refused(address, reply.status, "the privilege create")

    @cached_property
    def _role(self) -> str:
        """Who this is for Conjur, as an account's user or host."""
        reply = self._ask("GET", "/whoami")
        if reply.status != 200:
            raise self._rest.refused("whoami", reply.status, "the privilege authenticate")
        login = str(reply.json().get("username", ""))
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
        raise self._rest.refused(address, reply.status, f"the privilege {privilege}")


def _newest(resource: dict[str, Any]) -> int:
    """The newest version's number of a variable as the API shows it, 0 for none."""
    versions = [one.get("version") for one in objects(resource.get("secrets"))]
    return max((number for number in versions if isinstance(number, int)), default=0)


STORE = Conjur
