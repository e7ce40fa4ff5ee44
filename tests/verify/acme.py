"""A made-up issuer in the catalog's words, and how tests check its credentials."""

from collections.abc import Mapping

from stanch.catalog.model import CredentialType, Format, Provider, Verify
from stanch.model import Evidence, Severity
from stanch.verify import Credential, Limits, Options, Verifier
from stanch.verify.address import Resolver

PATTERN = r"(?P<secret>acm_[0-9a-f]{24})"
QUICK = Limits(connect=2, read=1, total=2, gap=0)
SECRET = "acm_" + "0123456789abcdef" + "01234567"


def provider(verify: Verify | None, pattern: str = PATTERN) -> Provider:
    """The issuer with one credential type, which is checked by `verify`."""
    kind = CredentialType(
        "acme-token", "Acme token", "A token.", Severity.HIGH, [Format("plain", pattern)], verify=verify
    )
    return Provider("acme", "Acme", [kind])


def call(**fields: object) -> Verify:
    """The issuer's usual call, with `fields` replaced."""
    usual: dict[str, object] = {
        "method": "GET",
        "urls": ["https://{host}/me"],
        "headers": {"Authorization": "Bearer {secret}"},
    }
    return Verify(**{**usual, **fields})  # type: ignore[arg-type]


def credential(secret: str = SECRET, **parts: str) -> Credential:
    return Credential("acme-token", tuple(sorted({**parts, "secret": secret}.items())))


def verifier(verify: Verify | None, *hosts: str, limits: Limits = QUICK, resolver: Resolver | None = None) -> Verifier:
    """A verifier that may ask loopback servers, by HTTP, in the issuer's place."""
    own = {"acme": [host if "://" in host else f"http://{host}" for host in hosts]} if hosts else {}
    options = Options(allow=("127.0.0.0/8", "::1"), hosts=own, limits=limits)
    return Verifier([provider(verify)], options, resolver=resolver)


def checked(
    verify: Verify | None, *hosts: str, parts: Mapping[str, str] | None = None, limits: Limits = QUICK
) -> Evidence:
    """What checking one credential with `verify` at `hosts` comes to."""
    one = credential(**(parts or {}))
    return verifier(verify, *hosts, limits=limits).check([one])[one]
