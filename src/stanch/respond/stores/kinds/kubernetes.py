"""Kubernetes secrets, through kubectl, which finds cluster and credentials as its user is used to.

It is given raw requests of the API: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/.
"""

import base64
import binascii
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
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
    Settings,
    Store,
    StoreError,
    Trouble,
    absent,
    conflict,
    forgetful,
    same,
)

LARGEST = 1_000_000
"""Bytes of a value; a secret as a whole has at most 1 MiB."""
_OBJECT = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_REASON = re.compile(rb"\((\w+)\)")


class KubernetesSettings(Settings, frozen=True):
    """`[store.kubernetes]`. What is not set is what kubectl takes by itself."""

    OUTSIDE = ("context", "kubeconfig")

    namespace: str = ""
    context: str = ""
    kubeconfig: str = ""
    timeout: int = 30
    """Seconds that kubectl may take."""


class KubernetesAddress(Address, frozen=True):
    """A key of a secret in a namespace; nothing stands for the namespace of kubectl's context."""

    namespace: str
    secret: str
    key: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.secret}#{self.key}".lstrip("/")


class Kubernetes(Store[KubernetesSettings]):
    """A cluster. It keeps no older versions, but writes only over the one that was read."""

    name = "kubernetes"
    settings_type = KubernetesSettings
    remembers = False

    def address(self, reference: Reference) -> KubernetesAddress:
        """Without a field the last part of the path is the key, so that a secret can be a container's environment."""
        path, key = reference.path.strip("/"), reference.field
        if not key:
            path, _, key = path.rpartition("/")
        name = _plain(path or reference.name)
        if not _OBJECT.fullmatch(name) or not _KEY.fullmatch(key):
            hint = "names are small letters, digits, - and .; keys are letters, digits, -, _ and ."
            raise ConfigError(f"{name}#{key}: no place that Kubernetes takes", hint=hint)
        return KubernetesAddress(self.settings.namespace, name, key)

    def get(self, reference: Reference) -> Held:
        """What the key holds."""
        address = self.address(reference)
        found = self._read(address)
        value = _value(address, found)
        if value is None:
            raise absent(address, f"the secret has other keys: {len(_data(found))}" if found else "")
        return Held(str(address), _version(found), _moment(found), Secret(value))

    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """The secret's other keys stay as they are. The API refuses to replace another version than was read."""
        address = self.address(reference)
        if len(value.reveal().encode()) > LARGEST:
            raise StoreError(Trouble.UNUSABLE, f"{address}: Kubernetes takes {LARGEST} bytes at most")
        found = self._read(address)
        old = _value(address, found)
        version = _version(found)
        if old is not None and same(old, value.reveal()):
            return Held(str(address), version, _moment(found), unchanged=True)
        if expected is not None and expected != (ABSENT if old is None else version):
            raise conflict(address, version, _moment(found)) if found else absent(address)
        if old is not None and not (replace or expected):
            raise forgetful(address)
        encoded = base64.b64encode(value.reveal().encode()).decode()
        if found is None:
            meta = {"name": address.secret, "namespace": self._namespace}
            body = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque"}
            told = self._ask(address, "create", self._path(), {**body, "data": {address.key: encoded}})
        else:
            body = {**found, "data": {**_data(found), address.key: encoded}}
            told = self._ask(address, "replace", self._path(address.secret), body)
        return Held(str(address), _version(told))

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Keys of secrets whose names begin with `prefix`, "/" and "_" read as hyphens. The API gives no list without
        values; they are dropped at once.
        """
        start = _plain(prefix.lstrip("/"))
        told = self._ask("the list", "get", f"{self._path()}?limit={LISTED}") or {}
        left = LISTED
        for one in sorted(told.get("items") or (), key=lambda one: str(one["metadata"]["name"])):
            name = str(one["metadata"]["name"])
            for key in sorted(_data(one)):
                if left and _plain(f"{name}/{key}").startswith(start):
                    left -= 1
                    address = KubernetesAddress(self.settings.namespace, name, key)
                    yield Held(str(address), _version(one), _moment(one))

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Rights are asked for as the API offers it, which changes nothing."""
        address = self.address(reference)
        yield "reachable", lambda: str((self._ask("", "get", "/version") or {}).get("gitVersion", ""))
        yield "read", lambda: self._check(address, "read", ("get",))
        yield "write", lambda: self._check(address, "write", ("create", "update"))

    @cached_property
    def _namespace(self) -> str:
        """The one that was set, or else that of kubectl's context."""
        if self.settings.namespace:
            name = self.settings.namespace
        else:
            name = self._run(["config", "view", "--minify", "--output", "jsonpath={..namespace}"]).decode() or "default"
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
            raise ConfigError(f"{name}: no namespace of Kubernetes")
        return name

    def _path(self, name: str = "") -> str:
        return f"/api/v1/namespaces/{self._namespace}/secrets" + (f"/{name}" if name else "")

    def _read(self, address: KubernetesAddress) -> dict[str, Any] | None:
        try:
            return self._ask(address, "get", self._path(address.secret))
        except StoreError as error:
            if error.trouble != Trouble.ABSENT:
                raise
            return None

    def _ask(self, what: object, verb: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """The API's answer. What is sent goes through standard input: others see a command line."""
        arguments = [verb, "--raw", path, *(["--filename", "-"] if body is not None else [])]
        out = self._run(arguments, msgspec.json.encode(body) if body is not None else b"", what)
        try:
            return msgspec.json.decode(out, type=dict[str, Any])
        except msgspec.MsgspecError:
            raise StoreError(Trouble.BROKEN, f"{what}: kubectl gave no answer that can be read") from None

    def _run(self, arguments: Sequence[str], body: bytes = b"", what: object = "") -> bytes:
        program = shutil.which("kubectl")
        if program is None:
            raise ConfigError("this needs kubectl", hint="https://kubernetes.io/docs/tasks/tools/")
        options = [f"--{name}={value}" for name in ("context", "kubeconfig") if (value := getattr(self.settings, name))]
        seconds = self.settings.timeout
        command = [program, *options, f"--request-timeout={seconds}s", *arguments]
        try:
            done = subprocess.run(command, input=body, capture_output=True, timeout=seconds + 5, check=False)
        except subprocess.TimeoutExpired:
            raise StoreError(Trouble.UNREACHABLE, "the cluster gives no answer in time") from None
        except OSError as error:
            raise ConfigError(f"kubectl: {error.strerror}") from None
        if done.returncode:
            raise _failed(what, done.stderr)
        return done.stdout

    def _check(self, address: KubernetesAddress, question: str, verbs: tuple[str, ...]) -> Answer:
        """By https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access."""
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        missing = []
        for verb in verbs:
            asked = {"namespace": self._namespace, "verb": verb, "resource": "secrets"}
            body = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1"}
            told = self._ask(address, "create", path, {**body, "spec": {"resourceAttributes": asked}}) or {}
            if not (told.get("status") or {}).get("allowed"):
                missing.append(verb)
        if missing:
            return Answer(question, False, f"{', '.join(missing)} secrets in {self._namespace} is not allowed")
        return Answer(question, True, f"{', '.join(verbs)} secrets in {self._namespace}")


def _plain(path: str) -> str:
    """A path as the name of an object, which has neither "/" nor "_" nor capital letters."""
    return re.sub(r"[/_]", "-", path).lower()


def _failed(what: object, said: bytes) -> StoreError:
    """The error for what kubectl said, by the API's reason; of its words nothing is taken."""
    reasons = {reason.decode() for reason in _REASON.findall(said)}
    if "NotFound" in reasons:
        return StoreError(Trouble.ABSENT, f"{what}: nothing is there")
    if reasons & {"AlreadyExists", "Conflict"}:
        message = f"{what}: somebody else wrote at the same time; nothing was changed"
        return StoreError(Trouble.CONFLICT, message, hint="look at it with 'stanch store get', then decide again")
    if "Forbidden" in reasons:
        return StoreError(
            Trouble.DENIED, f"{what}: not allowed", hint="a role must allow get, create and update of secrets"
        )
    if "Unauthorized" in reasons or b"must be logged in" in said:
        return StoreError(Trouble.EXPIRED, "the cluster does not accept the credentials, or not any more")
    if "TooManyRequests" in reasons:
        return StoreError(Trouble.THROTTLED, f"{what}: too many requests; try again later")
    if "Invalid" in reasons:
        return StoreError(Trouble.UNUSABLE, f"{what}: the cluster does not take this name or value")
    if b"x509" in said or b"certificate" in said:
        return StoreError(Trouble.TLS, "the cluster's certificate is not trusted")
    if b"onnect" in said or b"i/o timeout" in said or b"no such host" in said:
        return StoreError(Trouble.UNREACHABLE, "the cluster cannot be reached", hint="kubectl cluster-info")
    return StoreError(Trouble.BROKEN, f"{what}: kubectl failed", hint="kubectl get secrets says why")


def _data(found: dict[str, Any] | None) -> dict[str, Any]:
    data = (found or {}).get("data")
    return data if isinstance(data, dict) else {}


def _value(address: KubernetesAddress, found: dict[str, Any] | None) -> str | None:
    """The text that a key holds, or nothing without the key."""
    data = _data(found)
    if address.key not in data:
        return None
    try:
        return base64.b64decode(str(data[address.key]), validate=True).decode()
    except (UnicodeDecodeError, binascii.Error):
        raise StoreError(Trouble.UNUSABLE, f"{address}: holds bytes, not text") from None


def _meta(found: dict[str, Any] | None) -> dict[str, Any]:
    meta = (found or {}).get("metadata")
    return meta if isinstance(meta, dict) else {}


def _version(found: dict[str, Any] | None) -> str:
    return str(_meta(found).get("resourceVersion", ""))


def _moment(found: dict[str, Any] | None) -> datetime | None:
    """When the secret was made; the API does not tell of changes."""
    try:
        return datetime.fromisoformat(str(_meta(found).get("creationTimestamp", ""))[:19] + "+00:00")
    except ValueError:
        return None


STORE = Kubernetes
