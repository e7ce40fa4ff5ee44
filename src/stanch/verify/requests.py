"""From a call of the catalog and the parts of a credential to requests, one for each place that is to be asked."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import quote, urlencode

from stanch import __version__
from stanch.catalog.model import Call
from stanch.verify.sigv4 import signed
from stanch.verify.trouble import NoAnswer
from stanch.verify.wire import Request

Parts = Mapping[str, str]
"""The parts of a credential by their roles, "secret" among them."""

_ROLE = re.compile(r"\{(\w+)\}")
_URL = re.compile(r"(?P<scheme>[a-z]+)://(?P<authority>[^/?#]*)(?P<path>[^#]*)(?:#.*)?", re.DOTALL)
_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_LONGEST = 16 << 10
"""Characters of an address or a header."""


class Ready(NamedTuple):
    """A request, or why there is none, and how it may be shown."""

    shown: str
    """Method, host and path, with the names of the credential's parts in place of their values."""
    request: Request | None
    host: str = ""
    reason: str = ""


def concerns(call: Call, parts: Parts) -> bool:
    """Whether a call is one for this credential, by what the catalog says of its parts."""
    return all(re.fullmatch(pattern, parts.get(role, "")) for role, pattern in call.only.items())


def requests(call: Call, parts: Parts, own: list[str]) -> Iterator[Ready]:
    """A request for each place; `own` are the provider's hosts that the configuration names, as `base` gives them."""
    for url in call.urls:
        for place in _places(call, url, parts, own):
            shown = f"{call.method} {url}"
            try:
                target = _target(call, url, place, parts)
                shown = f"{call.method} {target.base}{target.shown}"
                host = target.base.partition("://")[2].partition("/")[0]
                yield Ready(shown, _request(call, target.base + target.path, parts), host)
            except NoAnswer as error:
                yield Ready(shown, None, reason=str(error))


def base(host: str) -> str:
    """A host of the user's own as the beginning of addresses; ValueError for what is none.

    >>> base("gitlab.example.com:8443")
    'https://gitlab.example.com:8443'
    """
    address = (host if "://" in host else f"https://{host}").rstrip("/")
    found = _URL.fullmatch(address)
    if not found or found["scheme"] not in ("https", "http") or not re.fullmatch(r"[\w./:~%-]+", address, re.ASCII):
        raise ValueError(host)
    name, colon, port = found["authority"].partition(":")
    if not _NAME.fullmatch(name) or (colon and not (port.isdigit() and 0 < int(port) < 65536)):
        raise ValueError(host)
    return address


def _places(call: Call, url: str, parts: Parts, own: list[str]) -> list[str]:
    """What `{host}` stands for in an address, one after the other; nothing in an address without it."""
    if "://{host}" not in url:
        return [""]
    if own:
        return own
    if part := parts.get("host"):
        return [part]
    return [host for host in call.hosts if "*" not in host] or [""]


class _Target(NamedTuple):
    base: str
    """Scheme and host, for a host of the user's own with the path that all addresses there begin with."""
    path: str
    shown: str
    """The path as it may be shown."""


def _target(call: Call, url: str, place: str, parts: Parts) -> _Target:
    """Where to ask; NoAnswer where a part of the credential leads to a host that is not the issuer's."""
    whole = _ROLE.fullmatch(url)
    found = _URL.fullmatch(_filled(url, parts, str) if whole else url)
    if found is None:
        raise NoAnswer("the credential is not the address that it should be")
    path = found["path"] if whole else _filled(found["path"], parts, _quoted)
    shown = f"/{url}" if whole else found["path"]
    if "://" in place:
        return _Target(place, path, shown)
    template = found["authority"]
    if "{host}" in template:
        if not place:
            raise NoAnswer("its host is not known: name it in [verify.hosts] or with --host")
        template = template.replace("{host}", place)
    authority = _filled(template, parts, str).lower()
    if found["scheme"] != "https" or not _NAME.fullmatch(authority):
        raise NoAnswer("the part of the credential that decides on the host is no host's name")
    if authority != found["authority"] and not any(fnmatchcase(authority, glob) for glob in call.hosts):
        raise NoAnswer(f"{authority} is not known to be the issuer's: name it in [verify.hosts] or with --host")
    return _Target(f"https://{authority}", path, shown)


def _request(call: Call, url: str, parts: Parts) -> Request:
    headers = {"User-Agent": f"stanch/{__version__}", "Accept": "application/json"}
    headers |= {name: _filled(value, parts, str) for name, value in call.headers.items()}
    content = call.body.encode()
    if call.basic:
        pair = _filled(call.basic, parts, str)
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    if call.form:
        fields = {name: _filled(value, parts, str) for name, value in call.form.items()}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        content = urlencode(fields).encode()
    request = Request(call.method, url, headers, content)
    if (aws := call.aws) is not None:
        key_id, secret, token = (_filled(text, parts, str) for text in (aws.key_id, aws.secret, aws.token))
        request = signed(request, aws.service, aws.region, key_id, secret, token)
    if any(len(text) > _LONGEST or not _SENDABLE.fullmatch(text) for text in (url, *request.headers.values())):
        raise NoAnswer("the value cannot be sent: it is too long, or holds characters that do not belong there")
    return request


def _filled(template: str, parts: Parts, spelling: Callable[[str], str]) -> str:
    """A template with the credential's parts in their places; NoAnswer if one is missing."""

    def part(match: re.Match[str]) -> str:
        value = parts.get(match[1], "")
        if not value:
            raise NoAnswer(f"the other part of the credential ({match[1].replace('_', ' ')}) is not known")
        return spelling(value)

    return _ROLE.sub(part, template)


def _quoted(value: str) -> str:
    return quote(value, safe=":")
