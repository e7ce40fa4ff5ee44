"""Names of environment variables: what the code calls a value, or what its type is usually called."""

import re
from collections.abc import Iterable, Mapping

from stanch.catalog.model import CredentialType, Provider
from stanch.catalog.spellings import cased
from stanch.detect.surroundings import surroundings

_VAGUE = frozenset({
    "ACCESS_KEY", "ACCESS_TOKEN", "API_KEY", "API_TOKEN", "AUTH", "AUTHORIZATION", "AUTH_TOKEN", "BEARER", "CONFIG",
    "CREDENTIAL", "CREDENTIALS", "DATA", "DEFAULT", "ENV", "HEADER", "HEADERS", "KEY", "OPTIONS", "PASS", "PASSWD",
    "PASSWORD", "PRIVATE_KEY", "PWD", "SECRET", "SECRET_KEY", "STRING", "TEXT", "TOKEN", "URL", "USER", "USERNAME",
    "VALUE", "X_API_KEY",
})  # fmt: skip
"""Names that say too little to stand in an environment that many programs share."""
_TAKEN = frozenset({
    "PATH", "HOME", "USER", "PWD", "OLDPWD", "SHELL", "LANG", "TERM", "TZ", "HOSTNAME", "LOGNAME", "MAIL", "EDITOR",
    "PS1", "IFS", "UID", "EUID", "PPID", "RANDOM", "SECONDS", "TMP", "TMPDIR", "TEMP", "DISPLAY", "PYTHONPATH",
    "NODE_ENV", "NODE_OPTIONS", "CLASSPATH", "GOPATH", "GOROOT", "LD_PRELOAD", "LD_LIBRARY_PATH", "CI",
})  # fmt: skip
"""Names that mean something to systems, shells and runtimes."""
_CREDENTIAL = re.compile(r"TOKEN|SECRET|KEY|PASS|PWD|CRED|AUTH|DSN|WEBHOOK|COOKIE|SALT|CERT|URL|URI")
_PARTS = re.compile(r"[.\[\]()\"'`\s$:>]+")
_CONTAINERS = frozenset({
    "process", "env", "environ", "os", "self", "this", "cls", "config", "conf", "settings", "headers", "options",
    "secrets", "data",
})  # fmt: skip
"""What values are kept in, which says nothing of the single one."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,30})://[^\s\"'`<>]{0,200}\Z")
LONGEST = 64
"""So many characters a name has at most."""


def candidates(text: bytes, place: int, provider: Provider, kind: CredentialType) -> list[str]:
    """Names for the value at a place in a text, the best one first: by what the code calls it, then by its type."""
    before = text[max(0, place - 300) : place].decode("utf-8", "replace")
    address = _ADDRESS.search(before)
    if address and any(shape.analysis == "url" for shape in kind.formats):
        start = place - len(before[address.start() :].encode())
        own = re.sub(r"_?(?:URL|URI|DSN|CONNECTION|ADDRESS)$", "", _own(surroundings(text, start).name))
        scheme = cased(address[1].partition("+")[0], "SCREAMING")
        return [f"{name}_PASSWORD" for name in (own, scheme) if name and _usable(f"{name}_PASSWORD")]
    own = _own(surroundings(text, place).name)
    usual = [name for name in kind.env if _usable(name)]
    kinship = [cased(one, "SCREAMING") for one in (provider.id, provider.name)]
    if own in usual:
        return [own]
    found = []
    telling = own and own not in _VAGUE and _CREDENTIAL.search(own)
    if telling and (provider.generic or not usual or any(one in own for one in kinship)):
        found.append(own)
    found += usual
    if own in _VAGUE and provider.generic and _CREDENTIAL.search(own):
        found.append(f"APP_{own}")
    return [*found, cased(kind.id, "SCREAMING")]


def _own(called: str) -> str:
    """What the code calls a value as the name of a variable, or nothing where that makes none."""
    parts = [part for part in _PARTS.split(called) if part and part.lower() not in _CONTAINERS]
    name = ""
    for part in reversed(parts[-4:]):
        name = cased(f"{part}_{name}", "SCREAMING").strip("_")
        if name not in _VAGUE:
            break
    return name if _usable(name) else ""


def _usable(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][A-Z0-9_]*", name)) and 2 < len(name) <= LONGEST and name not in _TAKEN


class Names:
    """One name for each secret, and one secret for each name."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` are the variables that the project has already, with their values."""
        self._values = dict(known)
        self._names = {value: name for name, value in reversed(list(known.items())) if value}

    def choose(self, value: str, wanted: Iterable[str]) -> str:
        """The name for a value: the one that it has, the first that is free, or that with a number."""
        if value in self._names:
            return self._names[value]
        wanted = list(wanted)
        free = [name for name in wanted if self._values.get(name, "") in ("", value)]
        name: str = free[0] if free else self._numbered(wanted[0])
        self._names[value] = name
        self._values[name] = value
        return name

    def _numbered(self, name: str) -> str:
        number = 2
        while self._values.get(f"{name}_{number}"):
            number += 1
        return f"{name}_{number}"


def camel(name: str) -> str:
    """`notionToken` for `NOTION_TOKEN`."""
    return cased(name, "camel")
