"""A store's REST API: requests that are careful and quiet, answers up to a size, errors in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from stanch.errors import ConfigError
from stanch.respond.stores.model import StoreError, Trouble
from stanch.respond.stores.network import LARGEST_ANSWER, Place, quiet

if TYPE_CHECKING:
    import ssl


class Reply(msgspec.Struct, frozen=True):
    """A status and a body."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object; StoreError where it is none."""
        found: dict[str, Any] = self._decoded(dict)
        return found

    def json_list(self) -> list[Any]:
        """The body, which must be a JSON array; StoreError where it is none."""
        found: list[Any] = self._decoded(list)
        return found

    def _decoded(self, kind: type) -> Any:
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise StoreError(Trouble.BROKEN, "the store gave an answer that is not what it documents") from None


class Rest:
    """One server. Redirects are not followed: they would take value and token along."""

    def __init__(
        self, place: Place, *, timeout: float, verify: "ssl.SSLContext | bool" = True, ca_hint: str = ""
    ) -> None:
        """`ca_hint` says how to give a CA certificate where the server's own is not trusted."""
        import httpx2

        self.shown = place.shown
        self._ca_hint = ca_hint
        try:
            self._http = httpx2.Client(
                base_url=place.url,
                verify=verify,
                timeout=timeout,
                headers={"Accept-Encoding": "identity"},
                # A proxy is fine for what is encrypted on its way.
                trust_env=place.url.startswith("https:"),
            )
        except (ImportError, ValueError, httpx2.InvalidURL):
            hint = "look at HTTPS_PROXY and ALL_PROXY"
            raise ConfigError("the proxy that the environment names cannot be used", hint=hint) from None

    def send(self, method: str, path: str, **more: Any) -> Reply:
        """What the server answers; StoreError where it cannot be reached, or sends on to another address."""
        with self._asking(), self._http.stream(method, path, **more) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise StoreError(Trouble.BROKEN, f"{self.shown}: the answer is longer than {LARGEST_ANSWER} bytes")
        if 300 <= response.status_code < 400:
            hint = "if that is right, give the address that it sends on to"
            raise StoreError(Trouble.UNREACHABLE, f"{self.shown}: sends on, which is not followed", hint=hint)
        return Reply(response.status_code, body)

    def refused(self, what: object, status: int, right: str = "") -> StoreError:
        """The error for a status, by the usual meaning; of the answer's words nothing is taken, for they may quote
        what was sent. `right` says what has to be allowed.
        """
        if status == 401:
            return StoreError(Trouble.EXPIRED, f"{self.shown}: does not accept the token, or not any more")
        if status == 403:
            return StoreError(Trouble.DENIED, f"{what}: not allowed", hint=f"{right} is needed" if right else "")
        if status == 404:
            return StoreError(Trouble.ABSENT, f"{what}: nothing is there, or you may not see it")
        if status in (400, 422):
            return StoreError(Trouble.UNUSABLE, f"{what}: {self.shown} does not take this name or value ({status})")
        if status == 429:
            return StoreError(Trouble.THROTTLED, f"{self.shown}: too many requests; try again later")
        return StoreError(Trouble.BROKEN, f"{what}: {self.shown} answered {status}")

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn whatever the HTTP library raises into a StoreError."""
        import ssl

        import httpx2

        try:
            with quiet():
                yield
        except httpx2.TimeoutException:
            raise StoreError(Trouble.UNREACHABLE, f"{self.shown}: no answer in time") from None
        except httpx2.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
                message = f"{self.shown}: its certificate is not trusted"
                raise StoreError(Trouble.TLS, message, hint=self._ca_hint) from None
            raise StoreError(Trouble.UNREACHABLE, f"{self.shown}: cannot be reached") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise StoreError(Trouble.BROKEN, f"{self.shown}: gave no answer that can be read") from None


def certificates(path: str, text: str = "") -> "ssl.SSLContext | bool":
    """What trusts the CA certificates of a file or of a text in PEM format, or what the system trusts where both are
    empty; ConfigError where there are none.
    """
    if not path and not text:
        return True
    import ssl

    try:
        return ssl.create_default_context(cafile=str(Path(path).expanduser()) if path else None, cadata=text or None)
    except (OSError, ValueError):
        raise ConfigError(f"{path or 'the text given'}: no CA certificates in PEM format can be read there") from None


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a JSON array; what is no array has none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def segment(text: str) -> str:
    """A name as one part of a path."""
    return quote(text, safe="")
