"""What the catalog and the finding know, as items; advice.toml names these collections where they are to stand."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from stanch.catalog.model import CredentialType, Fact, Provider, Trail
from stanch.report.summary import told
from stanch.respond.case import Case, Place
from stanch.respond.playbook import check
from stanch.respond.playbook.guide import Item
from stanch.respond.playbook.traits import since

_LANGUAGES = {
    **dict.fromkeys(("py", "ipynb", "pyi"), "Python"),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), "JavaScript"),
    **dict.fromkeys(("ts", "tsx", "mts"), "TypeScript"),
    **dict.fromkeys(("rb", "erb", "rake"), "Ruby"),
    **dict.fromkeys(("kt", "kts"), "Kotlin"),
    **dict.fromkeys(("sh", "bash"), "Shell"),
    **{"go": "Go", "java": "Java", "php": "PHP", "cs": "C#", "rs": "Rust"},
}
"""Which language a file's name tells of."""


_PLACES = 50
"""How many further places of one secret are listed."""


class Subject(msgspec.Struct, frozen=True):
    """What a playbook is about."""

    provider: Provider
    kind: CredentialType
    case: Case | None
    programs: Mapping[tuple[str, str], str]
    """Programs that read the value at run time, by language and store."""
    now: datetime


def collection(name: str, subject: Subject) -> list[Item]:
    """The items of the collection `name`, which may be none."""
    return _COLLECTIONS[name](subject)


def _facts(facts: Iterable[Fact]) -> list[Item]:
    return [Item(fact.text, fact.source) for fact in facts]


def _plain(texts: Iterable[str]) -> list[Item]:
    return [Item(text) for text in texts if text]


def _steps(subject: Subject) -> list[Item]:
    revoke = subject.kind.revoke
    return _facts(revoke.steps) if revoke else []


def _api(subject: Subject) -> list[Item]:
    revoke = subject.kind.revoke
    return _facts([revoke.api]) if revoke and revoke.api else []


def _overlap(subject: Subject) -> list[Item]:
    """The note on overlap; it is to be read where the steps are."""
    revoke = subject.kind.revoke
    if not revoke or not revoke.overlap_note:
        return []
    return [Item(revoke.overlap_note, revoke.steps[0].source if revoke.steps else "")]


def _trails(subject: Subject) -> list[Item]:
    known = {trail.id: trail for trail in subject.provider.trails}
    return [_trail(known[name]) for name in subject.kind.trails]


def _trail(trail: Trail) -> Item:
    rows = [
        ("Where", trail.where),
        ("Fields", ", ".join(trail.fields)),
        ("Suspicious", trail.suspicious),
        ("Does not show", trail.blind),
    ]
    return Item(trail.name, trail.source, tuple((label, text) for label, text in rows if text))


def _case(subject: Subject) -> list[Item]:
    case = subject.case
    if case is None:
        return []
    place, oldest = case.first, case.oldest() or case.first
    moved = oldest != place
    rows = [
        ("Secret", case.secret),
        ("Place", f"{place.path}:{place.line}:{place.column}"),
        ("Called", ", ".join(case.names)),
        ("Since", since(oldest.date, subject.now) if oldest.date else ""),
        ("First place", f"{oldest.path}:{oldest.line}" if moved else ""),
        ("First commit" if moved else "Commit", oldest.commit or ""),
        ("First author" if moved else "Author", oldest.author or ""),
        ("In HEAD", {True: "yes", False: "no", None: ""}[_in_head(case)]),
        ("Refs", _some(case.refs, 5)),
        ("Encoded", " in ".join(case.decoded)),
        ("Severity", str(case.severity or "")),
        ("Validity", case.validity.replace("_", " ")),
        ("Issuer says", told(case.evidence)),
        ("Fingerprint", case.fingerprint),
    ]
    return [Item("", rows=tuple((label, text) for label, text in rows if text))]


def _in_head(case: Case) -> bool | None:
    known = [place.in_head for place in case.places if place.in_head is not None]
    return any(known) if known else None


def _some(texts: tuple[str, ...], count: int) -> str:
    more = len(texts) - count
    return ", ".join(texts[:count]) + (f" and {more} more" if more > 0 else "")


def _places(subject: Subject) -> list[Item]:
    places = subject.case.places[1:] if subject.case else ()
    more = [Item(f"and {len(places) - _PLACES:,} more")] if len(places) > _PLACES else []
    return [*(Item(_place(place)) for place in places[:_PLACES]), *more]


def _place(place: Place) -> str:
    commit = f"commit {place.commit[:8]}" if place.commit else "never committed" if place.in_head is not None else ""
    by = f"by {place.author}" if place.author else ""
    on = f"on {place.date[:10]}" if place.date else ""
    head = {True: "in HEAD", False: "no longer in HEAD", None: ""}[place.in_head]
    about = ", ".join(filter(None, [" ".join(filter(None, [commit, by, on])), head if place.commit else ""]))
    return f"{place.path}:{place.line}" + (f" ({about})" if about else "")


def _readers(subject: Subject) -> list[Item]:
    case = subject.case
    if case is None or not case.uses:
        return []
    by_path: dict[str, list[str]] = {}
    for use in case.uses:
        by_path.setdefault(use.path, []).append(f"{use.line}{'' if use.reads else ' (names it)'}")
    names = ", ".join(case.sought)
    items = [Item(f"{path}, line {_some(tuple(lines), 8)}") for path, lines in by_path.items()]
    limited = f"; {case.limited}" if case.limited else ""
    return [*items, Item(f"Searched for in the work tree: {names}{limited}.")]


def _checked(subject: Subject) -> list[Item]:
    """What each call to the issuer came to, with the time of the last."""
    evidence = subject.case.evidence if subject.case else None
    if evidence is None:
        return []
    when = [Item(f"Checked at {evidence.moment}.")] if evidence.moment else []
    return [*when, *(Item(f"{one.call}: {one.status or 'no answer'}, {one.outcome}") for one in evidence.attempts)]


def _programs(subject: Subject) -> list[Item]:
    """Programs, those in the language of the finding's file first."""
    path = subject.case.first.path.lower() if subject.case else ""
    wanted = _LANGUAGES.get(path.rpartition(".")[2], "")
    items = [Item(text.rstrip("\n"), tab=tab) for tab, text in subject.programs.items()]
    return sorted(items, key=lambda item: item.tab[0].partition(" (")[0] != wanted)


_COLLECTIONS: dict[str, Callable[[Subject], list[Item]]] = {
    "summary": lambda subject: _plain([subject.kind.summary]),
    "advice": lambda subject: _plain([subject.kind.advice]),
    "uses": lambda subject: _plain(subject.kind.uses),
    "env": lambda subject: _plain(subject.kind.env),
    "sdks": lambda subject: _plain(subject.kind.sdks),
    "create": lambda subject: _facts(subject.kind.create),
    "reach": lambda subject: _facts(subject.kind.reach),
    "risks": lambda subject: _facts(subject.kind.risks),
    "logs": lambda subject: _facts(subject.kind.logs),
    "notes": lambda subject: _facts(subject.kind.notes),
    "consumers": lambda subject: _facts(subject.kind.consumers),
    "steps": _steps,
    "api": _api,
    "overlap": _overlap,
    "trails": _trails,
    "call": lambda subject: check.call(subject.kind),
    "answers": lambda subject: check.answers(subject.kind),
    "command": lambda subject: check.command(subject.kind),
    "case": _case,
    "places": _places,
    "readers": _readers,
    "checked": _checked,
    "snippets": _programs,
}
NAMES = frozenset(_COLLECTIONS)
"""All collections."""
