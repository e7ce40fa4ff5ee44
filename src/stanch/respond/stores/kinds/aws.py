"""AWS Secrets Manager, through boto3."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
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
    Store,
    StoreError,
    Trouble,
    absent,
    conflict,
    same,
)
from stanch.respond.stores.network import NetworkSettings, needed, place, quiet

LARGEST = 65_536
"""Bytes of a value; the service's own limit."""
_ID = re.compile(
    r"[A-Za-z0-9/_+=.@-]{1,512}|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+"
)
_CODE = re.compile(r"[A-Za-z.]{1,60}")
_NOT_LOGGED_IN = {
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidSignatureException", "RequestExpired",
    "SignatureDoesNotMatch", "UnrecognizedClientException", "AuthFailure", "InvalidAccessKeyId",
}  # fmt: skip
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}
_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
    "RequestThrottledException", "SlowDown", "LimitExceededException",
}  # fmt: skip
_Raw = dict[str, msgspec.Raw]


class AwsSettings(NetworkSettings, frozen=True):
    """`[store.aws]`. What is not set is what boto3 finds by itself."""

    OUTSIDE = ("profile", "endpoint", "plain_http")

    region: str = ""
    profile: str = ""
    endpoint: str = ""
    kms_key: str = ""
    """Encrypts secrets that are made anew; nothing stands for the account's own key."""
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    """For secrets that are made anew."""


class AwsAddress(Address, frozen=True):
    """A secret, and the key in it where it holds a JSON object."""

    secret_id: str
    json_key: str = ""

    def __str__(self) -> str:
        return f"{self.secret_id}#{self.json_key}" if self.json_key else self.secret_id


class _Current(msgspec.Struct, frozen=True):
    """The newest version of a secret."""

    text: str | None
    """Nothing for a secret that holds bytes."""
    version: str
    changed: datetime | None


class Aws(Store[AwsSettings]):
    """Secrets Manager. It keeps the version before the newest, and those that carry a label."""

    name = "aws"
    settings_type = AwsSettings

    def address(self, reference: Reference) -> AwsAddress:
        """A reference without a field is a secret of its own, whose text is the value."""
        if not _ID.fullmatch(reference.path):
            hint = "letters, digits and /_+=.@-, 512 at most, or an ARN"
            raise ConfigError(f"{reference.path}: no name of a secret that AWS takes", hint=hint)
        return AwsAddress(reference.path, reference.field)

    def get(self, reference: Reference) -> Held:
        """The version that is labelled AWSCURRENT."""
        address = self.address(reference)
        current = self._current(address)
        if current is None:
            raise absent(address)
        return Held(str(address), current.version, current.changed, Secret(_value(address, current)))

    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """In a JSON object the other keys stay as they are. Who may only write can put a secret of its own."""
        address = self.address(reference)
        try:
            current = self._current(address)
        except StoreError as error:
            if error.trouble != Trouble.DENIED or address.json_key or expected is not None:
                raise
            return self._write(address, _fitting(address, value.reveal()))
        old = _old(address, current, value.reveal(), replace=replace)
        if current and old is not None and same(old, value.reveal()):
            return Held(str(address), current.version, current.changed, unchanged=True)
        if expected == ABSENT and old is not None and current:
            raise conflict(address, current.version, current.changed)
        if expected not in (None, ABSENT, current.version if current else ""):
            raise conflict(address, current.version, current.changed) if current else absent(address)
        text = _fitting(address, _merged(address, current, value.reveal()))
        if current is None:
            return self._create(address, text)
        if expected is not None or address.json_key:
            return self._swap(address, text, current)
        return self._write(address, text)

    def list(self, prefix: str = "") -> Iterator[Held]:
        """Secrets whose names begin with `prefix`, without the keys in each."""
        with self._asking("the list", "ListSecrets"):
            filters = [{"Key": "name", "Values": [prefix]}] if prefix else []
            pages = self._client.get_paginator("list_secrets").paginate(
                Filters=filters, PaginationConfig={"MaxItems": LISTED}
            )
            found = sorted(
                (str(one["Name"]), one)
                for page in pages
                for one in page["SecretList"]
                if one["Name"].startswith(prefix)
            )
        for name, one in found:
            stages = one.get("SecretVersionsToStages") or {}
            version = next((key for key, labels in stages.items() if "AWSCURRENT" in labels), "")
            yield Held(name, version, _moment(one.get("LastChangedDate") or one.get("CreatedDate")))

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Rights are tried on a secret that is not there: who may is told so, and nothing is changed."""
        address = self.address(reference)
        folder = address.secret_id.rpartition("/")[0] if not address.secret_id.startswith("arn:") else ""
        probe = f"{folder}/stanch-check-{uuid.uuid4().hex}".lstrip("/")
        yield "logged in", self._check_credentials
        yield "reachable", lambda: self._check_server(probe)
        yield "read", lambda: self._check_right("read", "GetSecretValue", probe)
        yield "write", lambda: self._check_right("write", "PutSecretValue", probe, SecretString="-")
        yield "create", lambda: Answer("create", None, "CreateSecret cannot be tried without making one")

    @cached_property
    def _session(self) -> Any:
        boto3, exceptions = needed("boto3"), needed("botocore.exceptions")
        # AWS's other libraries read AWS_REGION; boto3 by itself reads AWS_DEFAULT_REGION and the profile.
        region = self.settings.region or os.environ.get("AWS_REGION") or None
        try:
            return boto3.session.Session(profile_name=self.settings.profile or None, region_name=region)
        except exceptions.ProfileNotFound:
            raise ConfigError(f"AWS has no profile {self.settings.profile!r} here") from None

    @cached_property
    def _client(self) -> Any:
        session = self._session
        options = needed("botocore.config").Config(
            connect_timeout=min(self.settings.timeout, 10),
            read_timeout=self.settings.timeout,
            retries={"total_max_attempts": 3, "mode": "standard"},
        )
        endpoint = self.settings.endpoint or None
        client = session.client("secretsmanager", endpoint_url=endpoint, config=options)
        found = place(client.meta.endpoint_url, plain_http=self.settings.plain_http)
        if found.url.startswith("http:"):  # a proxy is fine only for what is encrypted on its way
            options.proxies = {}
            client = session.client("secretsmanager", endpoint_url=endpoint, config=options)
        return client

    def _call(self, what: "Address | str", operation: str, *spare: str, **arguments: Any) -> Any:
        """The service's answer, or nothing where it is an error with one of the codes `spare`."""
        exceptions = needed("botocore.exceptions")
        with self._asking(what, operation):
            try:
                told = getattr(self._client, _method(operation))(**arguments)
                if operation.endswith("Value") or operation == "CreateSecret":
                    told["VersionId"].partition("-")  # what has none is no answer of this service
                return told
            except exceptions.ClientError as error:
                code = _code(error)
                if code in spare:
                    return None
                name = str(arguments.get("SecretId", arguments.get("Name", "")))
                if code == "InvalidRequestException" and self._is_deleted(name):
                    hint = f"aws secretsmanager restore-secret --secret-id {name}"
                    raise StoreError(Trouble.CONFLICT, f"{what}: marked for deletion", hint=hint) from None
                raise

    def _is_deleted(self, secret_id: str) -> bool:
        with suppress(Exception):
            return "DeletedDate" in self._client.describe_secret(SecretId=secret_id)
        return False

    def _current(self, address: AwsAddress) -> _Current | None:
        """The newest version, or nothing where there is none."""
        which = {"SecretId": address.secret_id, "VersionStage": "AWSCURRENT"}
        told = self._call(address, "GetSecretValue", "ResourceNotFoundException", **which)
        return told and _Current(told.get("SecretString"), told["VersionId"], _moment(told.get("CreatedDate")))

    def _create(self, address: AwsAddress, text: str) -> Held:
        """A secret that is not there yet, or that is there and has no value yet."""
        if address.secret_id.startswith("arn:"):
            raise absent(address, "a secret that is to be made is called by its name, not by an ARN")
        more: dict[str, Any] = {}
        if self.settings.tags:
            more["Tags"] = [{"Key": key, "Value": tag} for key, tag in self.settings.tags.items()]
        if self.settings.kms_key:
            more["KmsKeyId"] = self.settings.kms_key
        told = self._call(
            address, "CreateSecret", "ResourceExistsException", Name=address.secret_id, SecretString=text, **more
        )
        if told:
            return Held(str(address), told["VersionId"], notes=("made anew",))
        current = self._current(address)
        if current:  # made by somebody else just now
            raise conflict(address, current.version, current.changed)
        return self._write(address, text)

    def _write(self, address: AwsAddress, text: str) -> Held:
        """A new version, whatever the newest is."""
        missing = "ResourceNotFoundException"
        told = self._call(address, "PutSecretValue", missing, SecretId=address.secret_id, SecretString=text)
        return Held(str(address), told["VersionId"]) if told else self._create(address, text)

    def _swap(self, address: AwsAddress, text: str, current: _Current) -> Held:
        """Write a new version beside the newest, then make it the newest only if that is still the one that was
        read: the service refuses to move the label AWSCURRENT off any other.
        """
        version = str(uuid.uuid4())
        label = f"stanch-{version}"
        here = {"SecretId": address.secret_id}
        new = {"SecretString": text, "ClientRequestToken": version, "VersionStages": [label]}
        self._call(address, "PutSecretValue", **here, **new)
        move = {"VersionStage": "AWSCURRENT", "MoveToVersionId": version, "RemoveFromVersionId": current.version}
        try:
            moved = self._call(address, "UpdateSecretVersionStage", "InvalidParameterException", **here, **move)
        finally:
            with suppress(StoreError):  # a version without a label is one that the service forgets in time
                self._call(address, "UpdateSecretVersionStage", **here, VersionStage=label, RemoveFromVersionId=version)
        if not moved:
            now = self._current(address)
            raise conflict(address, now.version, now.changed) if now else absent(address)
        return Held(str(address), version)

    def _check_credentials(self) -> str:
        with self._asking("", "find credentials"):
            credentials = self._session.get_credentials()
            if credentials is None:
                raise needed("botocore.exceptions").NoCredentialsError
            return f"by {credentials.method}, in {self._client.meta.region_name}"

    def _check_server(self, probe: str) -> str:
        self._check_right("", "DescribeSecret", probe)  # whatever it may, it was answered
        return str(place(self._client.meta.endpoint_url, plain_http=True).shown)

    def _check_right(self, question: str, operation: str, probe: str, **arguments: str) -> Answer:
        try:
            self._call(probe, operation, "ResourceNotFoundException", SecretId=probe, **arguments)
        except StoreError as error:
            if error.trouble != Trouble.DENIED:
                raise
            return Answer(question, False, f"secretsmanager:{operation} is not allowed")
        return Answer(question, True, f"secretsmanager:{operation}")

    @contextmanager
    def _asking(self, what: "Address | str", operation: str) -> Iterator[None]:
        """Turn whatever boto3 raises into an error of ours, which has nothing of requests and answers in it."""
        exceptions = needed("botocore.exceptions")
        try:
            with quiet():
                yield
        except exceptions.NoRegionError:
            raise ConfigError("which AWS region is not known", hint="set AWS_REGION, or store.aws.region") from None
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
            hint = "set AWS_PROFILE, or run 'aws configure' or 'aws sso login'"
            raise StoreError(Trouble.EXPIRED, "no AWS credentials were found", hint=hint) from None
        except exceptions.ClientError as error:
            raise _refused(what, operation, _code(error)) from None
        except exceptions.SSLError:
            hint = "give the CA certificate by AWS_CA_BUNDLE"
            raise StoreError(Trouble.TLS, "the certificate of AWS's address is not trusted", hint=hint) from None
        except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
            raise StoreError(Trouble.UNREACHABLE, f"AWS cannot be reached ({type(error).__name__})") from None
        except exceptions.ParamValidationError:
            raise StoreError(Trouble.UNUSABLE, f"{what}: AWS takes no such name or value") from None
        except (exceptions.BotoCoreError, ValueError, KeyError, TypeError, AttributeError) as error:
            name = type(error).__name__
            if "Token" in name or "Credential" in name or "SSO" in name:
                hint = "log in again: aws sso login"
                raise StoreError(Trouble.EXPIRED, f"the AWS credentials are not usable ({name})", hint=hint) from None
            raise StoreError(Trouble.BROKEN, f"{what}: {operation} failed ({name})") from None


def _refused(what: "Address | str", operation: str, code: str) -> StoreError:
    if code in _DENIED:
        hint = f"the policies must allow secretsmanager:{operation} there"
        return StoreError(Trouble.DENIED, f"{what}: not allowed", hint=hint)
    if code in _NOT_LOGGED_IN:
        hint = "log in again: aws sso login, or renew the keys"
        return StoreError(Trouble.EXPIRED, f"AWS does not accept the credentials, or not any more ({code})", hint=hint)
    if code in _THROTTLED:
        return StoreError(Trouble.THROTTLED, f"{what}: AWS answers {code}; try again later")
    if code == "ResourceNotFoundException":
        return StoreError(Trouble.ABSENT, f"{what}: nothing is there")
    if code in ("DecryptionFailure", "EncryptionFailure"):
        hint = "the policies must allow kms:Decrypt and kms:GenerateDataKey with the secret's key"
        return StoreError(Trouble.DENIED, f"{what}: its KMS key cannot be used", hint=hint)
    return StoreError(Trouble.BROKEN, f"{what}: {operation} failed ({code})")


def _method(operation: str) -> str:
    """What boto3 calls an operation: PutSecretValue is put_secret_value."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def _code(error: Any) -> str:
    """The service's code for an error; of its words nothing is taken, for they may quote what was sent."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return code if _CODE.fullmatch(code) else "an unknown error"


def _object(address: AwsAddress, current: _Current) -> _Raw:
    """The JSON object that a secret holds, its values as they are written; StoreError where it is none."""
    try:
        return msgspec.json.decode(current.text or "", type=_Raw)
    except msgspec.MsgspecError:
        message = f"{address.secret_id}: holds no JSON object, so that it has no key {address.json_key!r}"
        raise StoreError(Trouble.UNUSABLE, message, hint="without #KEY its whole text is meant") from None


def _value(address: AwsAddress, current: _Current) -> str:
    """The text at an address; StoreError where it is none."""
    if current.text is None:
        raise StoreError(Trouble.UNUSABLE, f"{address}: holds bytes, not text")
    if not address.json_key:
        return current.text
    found = _object(address, current)
    if address.json_key not in found:
        raise absent(address, f"the secret has other keys: {len(found)}")
    try:
        return msgspec.json.decode(found[address.json_key], type=str)
    except msgspec.MsgspecError:
        raise StoreError(Trouble.UNUSABLE, f"{address}: what is there is no text") from None


def _old(address: AwsAddress, current: _Current | None, new: str, *, replace: bool) -> str | None:
    """What is there now, or nothing; StoreError where programs would no longer understand what they find there."""
    if current is None:
        return None
    if address.json_key:
        try:
            return _value(address, current)
        except StoreError as error:
            if error.trouble == Trouble.ABSENT:
                return None
            raise
    whole = current.text
    if whole is not None and whole.lstrip().startswith("{") and not replace and not same(whole, new):
        with suppress(msgspec.MsgspecError):
            keys = len(msgspec.json.decode(whole, type=_Raw))
            hint = f"name a key: --path {address.secret_id}#KEY; --replace writes over all of it"
            raise StoreError(Trouble.CONFLICT, f"{address}: a JSON object is there, with keys: {keys}", hint=hint)
    return whole if whole is not None else ""


def _merged(address: AwsAddress, current: _Current | None, value: str) -> str:
    """The whole secret's new text. Of other keys not a character changes."""
    if not address.json_key:
        return value
    found = {
        **(_object(address, current) if current else {}),
        address.json_key: msgspec.Raw(msgspec.json.encode(value)),
    }
    return msgspec.json.encode(found).decode()


def _fitting(address: AwsAddress, text: str) -> str:
    if not text or len(text.encode()) > LARGEST:
        raise StoreError(Trouble.UNUSABLE, f"{address}: AWS takes from 1 to {LARGEST} bytes")
    return text


def _moment(value: object) -> datetime | None:
    return value.astimezone(UTC).replace(microsecond=0) if isinstance(value, datetime) else None


STORE = Aws
