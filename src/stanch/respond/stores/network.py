"""Connections to stores: only where a value cannot be read on its way, and without a library's log telling it."""

import http.client
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from stanch.errors import ConfigError
from stanch.respond.stores.model import Settings, StoreError, Trouble

if TYPE_CHECKING:
    import requests
    import urllib3

LARGEST_ANSWER = 4 << 20
"""Bytes of an answer that are read before it is given up."""
_TALKATIVE = ("boto3", "botocore", "hvac", "requests", "urllib3", "httpx2", "httpcore2")


class NetworkSettings(Settings, frozen=True):
    """What all stores at an address have in common."""

    timeout: float = 15
    """Seconds that an answer may take."""
    plain_http: bool = False
    """Allow http to other machines. Values and tokens then travel readable."""

    def __post_init__(self) -> None:
        if not 0 < self.timeout <= 600:
            raise ValueError("timeout: seconds, 600 at most")


class Place(msgspec.Struct, frozen=True):
    """A server's address, checked."""

    url: str
    shown: str
    """For messages: scheme, host and port alone."""


def place(url: str, *, plain_http: bool) -> Place:
    """The checked address; ConfigError for what is none, names a password, or would send values readable."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ConfigError("the store's address is no http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError("the store's address must have no user, password, query or fragment")
    shown = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port else "")
    if parts.scheme == "http" and not plain_http and not _is_here(host):
        hint = (
            "use https; where the network itself is safe, set plain_http = true for the store in your own stanch.toml"
        )
        raise ConfigError(f"{shown}: values would travel readable", hint=hint)
    return Place(url.rstrip("/"), shown)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def needed(module: str) -> ModuleType:
    """A library of the extra `stores`; ConfigError with the way to get it where it is missing."""
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ConfigError(f"this needs {module.partition('.')[0]}: pip install 'stanch[stores]'") from None


@contextmanager
def quiet() -> Iterator[None]:
    """While values are on their way, no library logs: at debug level some write requests out in full."""
    known = {name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _TALKATIVE}
    loggers = [logging.getLogger(name) for name in {*_TALKATIVE, *known}]
    before = [(logger, logger.disabled, logger.level) for logger in loggers]
    printing, http.client.HTTPConnection.debuglevel = http.client.HTTPConnection.debuglevel, 0
    for logger in loggers:
        logger.disabled = True
        logger.setLevel(logging.CRITICAL + 1)  # loggers that a library makes meanwhile take it over
    try:
        yield
    finally:
        http.client.HTTPConnection.debuglevel = printing
        for logger, disabled, level in before:
            logger.disabled = disabled
            logger.setLevel(level)


def careful_session(place: Place) -> "requests.Session":
    """A session of requests that follows no redirects, which would take token and value along, and reads no answer
    without end.
    """
    session: requests.Session = needed("requests").Session()
    session.trust_env = place.url.startswith("https:")  # a proxy is fine for what is encrypted on its way
    session.hooks["response"].append(_look_at)
    return session


def _look_at(response: "requests.Response", *_: object, **__: object) -> None:
    if response.is_redirect:
        target = urlsplit(response.headers.get("location", "")).netloc.rpartition("@")[2] or "another place"
        hint = "if that is right, give that address instead"
        raise StoreError(Trouble.UNREACHABLE, f"the store sends on to {target}, which is not followed", hint=hint)
    response.raw = _Bounded(response.raw)


class _Bounded:
    """An answer's body, up to a size."""

    def __init__(self, raw: "urllib3.BaseHTTPResponse") -> None:
        self._raw = raw
        self._left = LARGEST_ANSWER

    def stream(self, size: int, *, decode_content: bool) -> Iterator[bytes]:
        """The body in pieces."""
        for chunk in self._raw.stream(size, decode_content=decode_content):
            self._left -= len(chunk)
            if self._left < 0:
                raise StoreError(Trouble.BROKEN, f"the store's answer is longer than {LARGEST_ANSWER} bytes")
            yield chunk

    def close(self) -> None:
        """Let go of the connection."""
        self._raw.close()

    def release_conn(self) -> None:
        """Let another request have the connection."""
        self._raw.release_conn()
