"""A certificate authority of the tests' own."""

import ssl
from collections.abc import Callable

import pytest
import trustme


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs certificates; made anew for each run."""
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """What a client that trusts the authority checks certificates with."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def certified(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """Gives what a server with a certificate for some hosts serves with."""

    def make(*hosts: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(context)
        return context

    return make
