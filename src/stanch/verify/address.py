"""Where a call may go: names become addresses here, and addresses that are nobody's business outside are refused.

The connection is made to the very address that was looked at, so that a name which answers differently the next time
(DNS rebinding) gains nothing.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from stanch.errors import ConfigError
from stanch.verify.trouble import NoAnswer

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Endpoint(NamedTuple):
    """An address and a port to connect to."""

    address: Address
    port: int


Resolver = Callable[[str, int], list[Endpoint]]
"""Gives the addresses of a host; raises OSError where there are none."""

_METADATA = ipaddress.ip_address("168.63.129.16")
"""What serves Azure's virtual machines has a public address (learn.microsoft.com/azure/virtual-network/
what-is-ip-address-168-63-129-16); other clouds' metadata services are link-local, shared or private."""
_SPECIAL = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("192.88.99.0/24"))
"""RFC 6890; not every Python knows all of them."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: an IPv4 address stands in the last 32 bits."""
_LIFTED = ("loopback", "private", "not public")
"""What the name of a host that is allowed may lead to."""


class Allowed:
    """What the user allows beyond public addresses."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Each entry is an address, a network in CIDR notation or a host's name; ConfigError for anything else."""
        self._networks: list[Network] = []
        self._hosts: set[str] = set()
        for entry in entries:
            text = entry.strip().strip("[]")
            try:
                self._networks.append(ipaddress.ip_network(text, strict=False))
            except ValueError:
                if not _is_name(text):
                    raise ConfigError(
                        f"{entry!r} is neither a network (10.0.0.0/8), an address nor a host's name"
                    ) from None
                self._hosts.add(text.lower().rstrip("."))

    def permits(self, host: str, address: Address) -> bool:
        """Whether `address`, which `host` was found to have, may be asked.

        A name that is allowed may be private, but a metadata service has to be allowed by its address.
        """
        why = refusal(address)
        if not why or (why in _LIFTED and host.lower().rstrip(".") in self._hosts):
            return True
        return any(one in network for one in _forms(address) for network in self._networks)


def _is_name(text: str) -> bool:
    labels = text.rstrip(".").split(".")
    known = all(label and label.isascii() and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    return known and len(text) <= 253 and not labels[-1].isdigit()


def refusal(address: Address) -> str:
    """Why an address is refused, in a word or two; nothing for a public one."""
    for one in _forms(address):
        if one == _METADATA:
            return "metadata service"
        for name in ("loopback", "link_local", "multicast", "unspecified", "private", "reserved"):
            if getattr(one, f"is_{name}"):
                return name.replace("_", "-")
        special = any(one in network for network in _SPECIAL)
        if special or not one.is_global or getattr(one, "is_site_local", False):
            return "not public"
    return ""


def _forms(address: Address) -> list[Address]:
    """An address and the IPv4 addresses that stand in it, by mapping or for a tunnel; they lead to the same place."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *(one for one in (address.sixtofour, *(address.teredo or ())) if one)]


def resolve(host: str, port: int) -> list[Endpoint]:
    """The addresses of a host as the system knows them, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    endpoints = [Endpoint(ipaddress.ip_address(str(place[0]).partition("%")[0]), int(place[1])) for *_, place in found]
    return list(dict.fromkeys(endpoints))


def permitted(host: str, port: int, allowed: Allowed, resolver: Resolver, seconds: float) -> list[Endpoint]:
    """The addresses of `host` that may be asked; NoAnswer where there are none, or none within the time."""
    found = _in_time(host, port, resolver, seconds)
    good = [one for one in found if allowed.permits(host, one.address)]
    if not good:
        why = ", ".join(dict.fromkeys(f"{one.address} ({refusal(one.address)})" for one in found[:4]))
        raise NoAnswer(f"refused to ask {host}, which is at {why}; --allow-address would let it")
    return good


def _in_time(host: str, port: int, resolver: Resolver, seconds: float) -> list[Endpoint]:
    """Look a host up; the system's resolver takes no time limit, so it is left behind where it takes too long."""
    answers: queue.SimpleQueue[list[Endpoint] | None] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, ValueError):  # ValueError: a name that cannot be encoded, an address that is none
            answers.put(None)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=max(seconds, 0))
    except queue.Empty:
        raise NoAnswer(f"looking up {host} took too long") from None
    if not found:
        raise NoAnswer(f"{host} cannot be looked up: no network, or no such name")
    return found
