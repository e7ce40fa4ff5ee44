"""Checks of tokens that carry data of their own: JSON Web Tokens (RFC 7519) and macaroons (format 2)."""

import time
from typing import TYPE_CHECKING

import msgspec

from stanch.catalog.checks.encoding import decode, encode
from stanch.catalog.checks.model import Check

if TYPE_CHECKING:
    import random

_LONGEST = 16_384
_SIGNATURE_BYTES = {
    "HS256": 32,
    "HS384": 48,
    "HS512": 64,
    "ES256": 64,
    "ES256K": 64,
    "ES384": 96,
    "ES512": 132,
    "EdDSA": 64,
}
_LEAST_BYTES = {"RS256": 128, "RS384": 128, "RS512": 128, "PS256": 128, "PS384": 128, "PS512": 128}
_JWT_STATES = ("", "live", "expired")


def _json_object(part: str) -> dict[str, object] | None:
    """The JSON object that one part of a JWT holds, or nothing."""
    data = decode(part)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _is_sample(payload: dict[str, object]) -> bool:
    """Whether the payload is one that documentation prints: jwt.io's, RFC 7519's, PyJWT's, or Supabase's demo keys."""
    return (
        (payload.get("sub") == "1234567890" and payload.get("name", "John Doe") == "John Doe")
        or payload.get("iss") == "supabase-demo"
        or payload == {"some": "payload"}
        or "http://example.com/is_root" in payload
    )


def _signed(algorithm: str, signature: str) -> bool:
    """Whether the signature has the size that the algorithm gives; unknown algorithms get the benefit of the doubt."""
    data = decode(signature)
    if data is None or algorithm.lower() == "none":
        return False
    exact = _SIGNATURE_BYTES.get(algorithm)
    return len(data) == exact if exact else len(data) >= _LEAST_BYTES.get(algorithm, 16)


def _passes_jwt(value: str, argument: str) -> bool:
    """A signed JWT that is no documentation's sample; with "live" or "expired", on that side of its expiry.

    The one check that looks at the clock: a token past its `exp` is refused by whoever honours it.
    """
    parts = value.split(".")
    if len(parts) != 3 or len(value) > _LONGEST:
        return False
    header, payload = _json_object(parts[0]), _json_object(parts[1])
    if header is None or payload is None or _is_sample(payload):
        return False
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or not _signed(algorithm, parts[2]):
        return False
    expiry = payload.get("exp")
    expired = isinstance(expiry, int | float) and expiry < time.time()
    return not argument or expired == (argument == "expired")


def _forge_jwt(value: str, argument: str, rng: "random.Random") -> str:
    del value
    header = {"alg": "HS256", "typ": "JWT"}
    payload: dict[str, object] = {"sub": f"user-{rng.randrange(10**6)}", "iat": 1_500_000_000 + rng.randrange(10**6)}
    if argument == "expired":
        payload["exp"] = 1_510_000_000
    parts = (msgspec.json.encode(header), msgspec.json.encode(payload), rng.randbytes(32))
    return ".".join(encode(part) for part in parts)


def _jwt_state(argument: str) -> None:
    if argument not in _JWT_STATES:
        raise ValueError('takes "live", "expired" or nothing')


_LOCATION, _IDENTIFIER, _VERIFICATION, _SIGNATURE = 1, 2, 4, 6


class _Fields:
    """Reads the fields of a binary macaroon one by one; ValueError where it is none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 1
        if data[:1] != b"\x02":
            raise ValueError("not format 2")

    def next(self) -> tuple[int, bytes]:
        """The kind and content of the next field; kind 0 ends a section and has no content."""
        kind = self._varint()
        if kind == 0:
            return kind, b""
        size = self._varint()
        content = self.data[self.at : self.at + size]
        if len(content) != size:
            raise ValueError("cut short")
        self.at += size
        return kind, content

    def _varint(self) -> int:
        number = shift = 0
        while shift < 64:
            if self.at >= len(self.data):
                raise ValueError("cut short")
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
        raise ValueError("no such number")


def _macaroon_location(data: bytes) -> str:
    """The location in a macaroon whose sections and signature are as they should be; ValueError otherwise."""
    fields = _Fields(data)
    kind, content = fields.next()
    location = content if kind == _LOCATION else b""
    sections = 0
    kinds = [kind]
    while True:
        kind, content = fields.next()
        if kind == 0 and kinds in ([], [_LOCATION]):
            break
        if kind == 0:
            sections += 1
        elif kind not in (_LOCATION, _IDENTIFIER, _VERIFICATION):
            raise ValueError("no such field")
        kinds = [] if kind == 0 else [*kinds, kind]
    kind, content = fields.next()
    if kind != _SIGNATURE or len(content) != 32 or fields.at != len(data) or not sections:
        raise ValueError("no signature")
    return location.decode("ascii", "replace")


def _passes_macaroon(value: str, argument: str) -> bool:
    data = decode(value.partition("-")[2])
    try:
        return data is not None and _macaroon_location(data) == argument
    except ValueError:
        return False


def _forge_macaroon(value: str, argument: str, rng: "random.Random") -> str:
    def field(kind: int, content: bytes) -> bytes:
        return bytes((kind, len(content))) + content

    user = "-".join(rng.randbytes(size).hex() for size in (4, 2, 2, 2, 6)).encode()
    data = b"\x02" + field(_LOCATION, argument.encode()) + field(_IDENTIFIER, user) + b"\0"
    data += (
        field(_IDENTIFIER, b'{"version": 1, "permissions": "user"}') + b"\0\0" + field(_SIGNATURE, rng.randbytes(32))
    )
    return value.partition("-")[0] + "-" + encode(data)


def _macaroon_argument(argument: str) -> None:
    if not argument or not argument.isascii():
        raise ValueError("takes the location of the macaroon")


CHECKS: dict[str, Check] = {
    "jwt": Check(_passes_jwt, _forge_jwt, _jwt_state),
    "macaroon": Check(_passes_macaroon, _forge_macaroon, _macaroon_argument),
}
