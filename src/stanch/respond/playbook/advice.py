"""Reads advice.toml, and makes a playbook of it for one credential type or one finding."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.respond.case import Case
from stanch.respond.playbook.facts import NAMES, Subject, collection
from stanch.respond.playbook.guide import Block, Guide, Item, Section, Style
from stanch.respond.playbook.traits import KNOWN, traits, words

_WORD = re.compile(r"\{(\w+)\}")


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str = ""
    facts: str = ""
    when: str = ""
    source: str = ""


class _Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    style: Style
    lines: list[_Line]
    title: str = ""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    blocks: list[_Block] = msgspec.field(name="block")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sections: list[_Section] = msgspec.field(name="section")


def build(
    provider: Provider,
    kind: CredentialType,
    case: Case | None = None,
    *,
    programs: Mapping[tuple[str, str], str] | None = None,
    now: datetime | None = None,
) -> Guide:
    """The playbook of a credential type, or of one finding of it; `programs` are texts by language and store."""
    now = now or datetime.now(UTC)
    subject = Subject(provider, kind, case, programs or {}, now)
    held, known = traits(provider, kind, case), words(provider, kind, case, now)
    sections = []
    for section in _read().sections:
        blocks = [
            Block(block.title, block.style, items)
            for block in section.blocks
            if (items := list(_items(block, subject, held, known)))
        ]
        if blocks:
            sections.append(Section(section.id, section.title, blocks))
    return Guide(provider, kind, case, sections)


def _items(block: _Block, subject: Subject, held: frozenset[str], known: Mapping[str, str]) -> Iterator[Item]:
    for line in block.lines:
        if not holds(line.when, held):
            continue
        if line.facts:
            yield from collection(line.facts, subject)
        else:
            yield Item(_WORD.sub(lambda word: known[word[1]], line.text), line.source)


def holds(when: str, held: frozenset[str]) -> bool:
    """Whether a condition is met: all of its words hold, "a|b" is either, "!a" is not."""
    return all(
        word[1:] not in held if word.startswith("!") else any(one in held for one in word.split("|"))
        for word in when.split()
    )


@cache
def _read() -> _File:
    file = msgspec.toml.decode(files(__package__).joinpath("advice.toml").read_bytes(), type=_File)
    for section in file.sections:
        for line in (line for block in section.blocks for line in block.lines):
            unknown = set(re.split(r"[ |]", line.when.replace("!", ""))) - KNOWN - {""}
            assert not unknown, f"{section.id}: nothing says when {unknown} holds"
            assert bool(line.text) != bool(line.facts), f"{section.id}: {line}"
            assert not line.facts or line.facts in NAMES, f"{section.id}: no collection {line.facts}"
    return file
