"""Cases and types to write playbooks of; whatever looks like a secret is made up while the tests run."""

from collections.abc import Mapping
from datetime import UTC, datetime

from stanch.catalog.load import read_providers
from stanch.catalog.model import CredentialType, Format, Provider
from stanch.model import Severity, Validity
from stanch.respond.case import Case, Place
from stanch.respond.consumers import Use
from stanch.respond.playbook import Guide, build

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SHAPE = Format("plain", "(?P<secret>acm_[0-9a-f]{24})")
PROGRAMS = {
    (language, store): f"# {language} with {store}\nvalue = read({number})\n"
    for number, (language, store) in enumerate(
        (language, store) for language in ("Python", "Go", "Java") for store in ("environment", "Vault")
    )
}
TYPES = [(provider, kind) for provider in read_providers() for kind in provider.types]
IDS = [kind.id for _, kind in TYPES]


def find(name: str) -> tuple[Provider, CredentialType]:
    """A type of the catalog with its provider."""
    return next((provider, kind) for provider, kind in TYPES if kind.id == name)


def acme(case: Case | None = None, website: str = "https://acme.example", **facts: object) -> Guide:
    """The playbook of a made up type of which just `facts` are known."""
    kind = CredentialType("acme-token", "Acme token", "", Severity.HIGH, [SHAPE], **facts)  # type: ignore[arg-type]
    return build(Provider("acme", "Acme", [kind], website=website), kind, case, now=NOW)


def case(**changes: object) -> Case:
    """A secret at two places of a repository, which two lines elsewhere name."""
    fields: dict[str, object] = {
        "fingerprint": "172ffd2ff24e9a0931c1081efacf5412",
        "detector": "notion-integration-token",
        "secret": "ab" + "cd********wxyz",
        "severity": Severity.HIGH,
        "validity": Validity.NOT_CHECKED,
        "target": ".",
        "places": (
            Place("shop/settings.py", 12, 17, "a1" * 20, "Mia Krume", "2026-11-06T10:00:00+01:00", True),
            Place("old.py", 3, 1, "b2" * 20, "Olu Teig", "2026-05-10T10:00:00+00:00", False),
        ),
        "refs": ("refs/heads/main",),
        "names": ("NOTION_TOKEN",),
        "uses": (Use("shop/pages.py", 4, "NOTION_TOKEN", True), Use("README.md", 9, "NOTION_TOKEN", False)),
        "sought": ("NOTION_TOKEN", "NOTION_API_KEY"),
    }
    return Case(**{**fields, **changes})  # type: ignore[arg-type]


def guide(
    name: str = "notion-integration-token", case: Case | None = None, programs: Mapping[tuple[str, str], str] = PROGRAMS
) -> Guide:
    """The playbook of a type of the catalog."""
    return build(*find(name), case, programs=programs, now=NOW)


def said(guide: Guide, section: str) -> str:
    """All that one section says, on one line."""
    (one,) = [each for each in guide.sections if each.id == section]
    return " ".join([" ".join([item.text, *(" ".join(row) for row in item.rows)]) for item in one.items()])


def titles(guide: Guide, section: str) -> list[str]:
    """The titles of a section's blocks."""
    return [block.title for each in guide.sections if each.id == section for block in each.blocks]
