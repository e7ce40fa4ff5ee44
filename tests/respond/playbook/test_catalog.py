"""Every type's playbook is whole, every fact has its source, and no two types are told the same of what differs."""

from collections import defaultdict
from itertools import chain

import pytest

from stanch.catalog.model import CredentialType, Fact, Provider
from stanch.respond.playbook.facts import NAMES

from ..samples import IDS, TYPES, guide, said, titles

SECTIONS = ["first", "what", "code", "generate", "leaked", "risk", "practice", "misuse", "rotate", "impact", "history"]
SECTIONS += ["proof"]
BLOCKS = {
    "what": ["What it is used for", "What its holder can do"],
    "rotate": [
        *("Old and new side by side", "1. Generate the new one", "2. Update the services", "3. Test in staging"),
        *("4. Deactivate the old one", "5. Monitor"),
    ],
    "impact": [
        *("What to expect", "Message to the owner", "Message to the team"),
        "Message to customers, if they are concerned",
    ],
    "history": ["When it helps", "When it does not", "How, if you decide to"],
}


def _silent(kind: CredentialType, section: str) -> bool:
    """Of an id that opens nothing no customer needs to be told."""
    return kind.family == "identifier" and section == "impact"


each = pytest.mark.parametrize(("provider", "kind"), TYPES, ids=IDS)


@each
def test_no_section_is_empty(provider: Provider, kind: CredentialType) -> None:
    whole = guide(kind.id)
    assert [section.id for section in whole.sections] == SECTIONS
    for section in whole.sections:
        assert section.blocks, section.id
        for block in section.blocks:
            assert block.items, (section.id, block.title)
            assert all(item.text or item.rows for item in block.items)
    for section_id, wanted in BLOCKS.items():
        missing = [title for title in wanted if title not in titles(whole, section_id)]
        assert missing == (["Message to customers, if they are concerned"] if _silent(kind, section_id) else [])


@each
def test_the_catalog_has_facts_of_its_own_for_every_question(provider: Provider, kind: CredentialType) -> None:
    assert kind.family != "unknown" or kind.id == "generic-secret"
    assert kind.uses
    assert kind.create
    assert kind.reach
    assert kind.risks
    assert kind.revoke is not None
    assert kind.revoke.steps
    if provider.id in ("notion", "intercom", "postmark", "customerio", "wepay") and kind.family == "token":
        assert kind.trails
    # A log, what else tells, or that the catalog knows of neither: said outright in any case.
    assert kind.trails or kind.logs or titles(guide(kind.id), "misuse").count("What else tells") == 1


@each
def test_every_fact_names_its_source(provider: Provider, kind: CredentialType) -> None:
    facts = [*kind.create, *kind.reach, *kind.risks, *kind.logs, *kind.consumers, *kind.notes]
    facts += kind.revoke.steps if kind.revoke else []
    for fact in facts:
        assert fact.source.startswith("https://"), fact
    trails = {trail.id: trail for trail in provider.trails}
    for name in kind.trails:
        trail = trails[name]
        assert trail.source.startswith("https://")
        assert trail.where.endswith(".")
        assert trail.suspicious.endswith(".")
        assert trail.blind.endswith("."), "what the log cannot show"
        assert len(trail.fields) >= 2


def test_every_trail_is_named_by_a_type() -> None:
    for provider in {id(provider): provider for provider, _ in TYPES}.values():
        used = set(chain.from_iterable(kind.trails for kind in provider.types))
        assert {trail.id for trail in provider.trails} == used, provider.id


def texts(kind: CredentialType, name: str) -> list[str]:
    values: list[Fact] | list[str] = getattr(kind, name)
    return [value if isinstance(value, str) else value.text for value in values]


@pytest.mark.parametrize("name", ["uses", "risks"])
def test_what_a_type_is_for_and_risks_is_said_of_no_other(name: str) -> None:
    owners = defaultdict(list)
    for _, kind in TYPES:
        for text in texts(kind, name):
            owners[text].append(kind.id)
    assert {text: kinds for text, kinds in owners.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("name", ["create", "reach", "logs", "consumers", "notes"])
def test_providers_share_no_facts(name: str) -> None:
    owners = defaultdict(set)
    for provider, kind in TYPES:
        for text in texts(kind, name):
            owners[text].add(provider.id)
    assert {text: found for text, found in owners.items() if len(found) > 1} == {}


def test_no_two_types_have_the_same_risk_section_or_rotation() -> None:
    for section in ("what", "risk", "rotate", "impact"):
        owners = defaultdict(list)
        for _, kind in TYPES:
            owners[said(guide(kind.id), section)].append(kind.id)
        assert [kinds for kinds in owners.values() if len(kinds) > 1] == []


def test_every_collection_of_facts_is_shown_somewhere() -> None:
    from stanch.respond.playbook.advice import _read

    used = {line.facts for section in _read().sections for block in section.blocks for line in block.lines}
    assert used >= NAMES
