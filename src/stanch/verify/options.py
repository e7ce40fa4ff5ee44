"""What a verification may do, and within which limits."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """How long and how much; times are in seconds."""

    connect: float = 5.0
    """For looking up the host, and again for connecting and the TLS handshake."""
    read: float = 10.0
    """Between two pieces of an answer."""
    total: float = 20.0
    """For a whole call with its redirects, and for waiting where the issuer asks for it."""
    size: int = 1 << 20
    """Bytes of an answer that are read; nothing is where the status says all."""
    redirects: int = 3
    workers: int = 8
    """Credentials that are checked side by side."""
    at_once: int = 2
    """Calls to one host side by side."""
    gap: float = 0.2
    """Between the beginnings of two calls to one host."""


class Options(msgspec.Struct, frozen=True):
    """One verification's choices."""

    probe: bool = False
    """Also run checks that try a change which is bound to fail."""
    allow: tuple[str, ...] = ()
    """Networks and hosts that may be asked though they are private: "10.0.0.0/8", "gitlab.example.com"."""
    hosts: dict[str, list[str]] = {}
    """Provider -> the hosts of its own that you run: "gitlab.example.com:8443", "http://localhost:3000"."""
    limits: Limits = Limits()
