"""The playbook of one credential type: what the catalog knows of it, in the order in which somebody needs it.

Nothing is made up. Where the catalog knows nothing, the playbook says so.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from stanch.catalog.model import CredentialType, Fact, Provider, Verify
from stanch.report.markdown import code
from stanch.report.plain import printable

_WIDTH = 96
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#]")
_OVERLAP = {
    "yes": "The old and the new one can be valid side by side: create the new one, move everything to it, then revoke.",
    "no": "The old one ends when the new one begins: plan for the moment in between.",
    "unknown": "Whether the old and the new one can be valid side by side is not known: plan as if they could not.",
}


class Section(msgspec.Struct, frozen=True):
    """One question and what is known of its answer."""

    title: str
    facts: list[Fact]
    """Statements in order; those that carry no source of their own have an empty one."""
    numbered: bool = False
    """Whether the order is that of doing."""
    names: bool = False
    """Whether these are names to copy rather than sentences."""


class Playbook:
    """What to do about a leaked credential of one type."""

    def __init__(self, provider: Provider, kind: CredentialType) -> None:
        self._provider = provider
        self._kind = kind

    @cached_property
    def sections(self) -> list[Section]:
        """Every question, answered or not, in the order in which they come up."""
        kind = self._kind
        return [
            Section("What it is", _plain(kind.summary)),
            Section("What it is used for", _plain(*kind.uses)),
            Section("First thing to do", _plain(kind.advice)),
            Section("What a leak risks", kind.risks),
            Section("What it reaches", kind.reach),
            Section("Whether it is still live", _verify(kind.verify) if kind.verify else []),
            Section("Whether somebody used it", kind.logs),
            Section("Revoke and rotate", kind.revoke.steps if kind.revoke else [], numbered=True),
            Section("Overlap of old and new", _overlap(kind)),
            Section("The provider's own call to revoke", [kind.revoke.api] if kind.revoke and kind.revoke.api else []),
            Section("Create a new one", kind.create),
            Section("Environment variables that usually hold it", _plain(*kind.env), names=True),
            Section("Client libraries that take it", _plain(*kind.sdks), names=True),
            Section("Notes", kind.notes),
        ]

    @cached_property
    def unknown(self) -> list[str]:
        """The questions that the catalog has no answer to. To have no call of one's own or no notes is an answer."""
        optional = ("The provider's own call to revoke", "Notes")
        return [one.title for one in self.sections if not one.facts and one.title not in optional]

    @cached_property
    def sources(self) -> list[str]:
        """Where the facts are to be read, each once, in order of use."""
        return list(dict.fromkeys(fact.source for one in self.sections for fact in one.facts if fact.source))

    def text(self) -> Iterator[str]:
        """For a terminal: lines without their ends."""
        kind = self._kind
        yield f"{printable(kind.name)} ({kind.id}), {printable(self._provider.name)}, severity {kind.severity}"
        for one in self.sections:
            if not one.facts:
                continue
            yield ""
            yield one.title
            for number, fact in enumerate(one.facts, 1):
                mark = f"{number}. " if one.numbered else "- " if len(one.facts) > 1 else ""
                yield from _wrapped(printable(fact.text) + self._reference(fact), "  " + mark)
        if self.unknown:
            yield ""
            yield from _wrapped(f"Not known to the catalog: {'; '.join(self.unknown)}.", "")
        if self.sources:
            yield ""
            yield "Sources"
            yield from (f"  [{number}] {printable(source)}" for number, source in enumerate(self.sources, 1))

    def markdown(self) -> Iterator[str]:
        """For a ticket or a wiki: lines without their ends."""
        kind = self._kind
        yield f"# {_escape(kind.name)}"
        yield ""
        yield f"{code(kind.id)}, {_escape(self._provider.name)}, severity **{kind.severity}**"
        for one in self.sections:
            if not one.facts:
                continue
            yield ""
            yield f"## {one.title}"
            yield ""
            for number, fact in enumerate(one.facts, 1):
                mark = f"{number}. " if one.numbered else "- "
                yield mark + (code(fact.text) if one.names else _escape(fact.text)) + _escape(self._reference(fact))
        if self.unknown:
            yield ""
            yield f"Not known to the catalog: {'; '.join(self.unknown)}."
        if self.sources:
            yield ""
            yield "## Sources"
            yield ""
            yield from (f"{number}. {_escape(source)}" for number, source in enumerate(self.sources, 1))

    def as_dict(self) -> dict[str, object]:
        """For machines: the catalog's facts by their names there, the sources, and what is not known."""
        kind = self._kind
        return {
            "id": kind.id,
            "provider": self._provider.id,
            "name": kind.name,
            "severity": str(kind.severity),
            "summary": kind.summary,
            "uses": kind.uses,
            "advice": kind.advice,
            "risks": msgspec.to_builtins(kind.risks),
            "reach": msgspec.to_builtins(kind.reach),
            "verify": _whole(kind.verify),
            "logs": msgspec.to_builtins(kind.logs),
            "revoke": _whole(kind.revoke),
            "create": msgspec.to_builtins(kind.create),
            "env": kind.env,
            "sdks": kind.sdks,
            "notes": msgspec.to_builtins(kind.notes),
            "sources": self.sources,
            "unknown": self.unknown,
        }

    def _reference(self, fact: Fact) -> str:
        return f" [{self.sources.index(fact.source) + 1}]" if fact.source else ""


def _plain(*texts: str) -> list[Fact]:
    return [Fact(text, "") for text in texts if text]


def _verify(verify: Verify) -> list[Fact]:
    """How to find out whether a credential is live, in words."""
    effect = "It changes nothing." if verify.effect == "read" else "It tries a change that is bound to fail."
    answers = [
        (verify.valid, verify.valid_if, "live"),
        (verify.limited, verify.limited_if, "live, without the right to this call"),
        (verify.invalid, verify.invalid_if, "dead"),
    ]
    told = "; ".join(f"{_answer(codes, conditions)} says {meaning}" for codes, conditions, meaning in answers if codes)
    calls = [Fact(f"{call.method} {url}", verify.source) for call in verify.calls for url in call.urls]
    return calls + _plain(f"{told}; anything else decides nothing. {effect}")


def _answer(codes: Iterable[int], conditions: dict[str, str]) -> str:
    """`200 or 201 with status active`."""
    statuses = " or ".join(str(status) for status in codes)
    found = " and ".join(f"{path or 'the text'} {pattern}" for path, pattern in conditions.items())
    return f"{statuses} with {found}" if found else statuses


def _overlap(kind: CredentialType) -> list[Fact]:
    if kind.revoke is None:
        return []
    return _plain(_OVERLAP[kind.revoke.overlap], kind.revoke.overlap_note)


def _whole(part: msgspec.Struct | None) -> dict[str, object] | None:
    """Every field of a part of the catalog, those that have their default as well."""
    if part is None:
        return None
    return {name: msgspec.to_builtins(getattr(part, name)) for name in part.__struct_fields__}


def _wrapped(text: str, start: str) -> list[str]:
    """`text` behind `start` in lines of bearable length; what is one word stays whole."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escape(text: str) -> str:
    """`text` with nothing in it that Markdown would take for markup; addresses stay readable."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))
