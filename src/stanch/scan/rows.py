"""From hits to findings: one row for a secret at a path, however many versions of the file hold it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.detect.identity import STRONG_BITS, fingerprint, strength
from stanch.model import Coverage, Finding, Match, Occurrence, Secret
from stanch.scan.work import Hit
from stanch.sources.git.headers import Person

MESSAGE = "(commit message)"
TAG_MESSAGE = "(tag message)"
"""In the place of a path."""
NEWEST = 1 << 62
"""The order of what is in the files now: after every commit."""
STAGED = NEWEST - 1
"""The order of what is in the index, which the files follow."""


class Place(NamedTuple):
    """One place of one match: where a version of a file, a message or a file holds it."""

    path: str
    match: Match
    ordinal: int
    """The how-manieth of this secret in its file: a second one in the same file is another row."""
    order: int
    commit: str | None = None
    in_head: bool | None = None
    refs: tuple[str, ...] = ()
    """The refs that hold it other than by a commit."""
    tagger: Person | None = None
    """Who brought it, where that is not the commit's author."""


Key = tuple[str, str, str, int]


def key(place: Place) -> Key:
    """What makes two places versions of the same row."""
    return (place.match.detector, place.match.secret, place.path, place.ordinal)


def numbered(hits: Iterable[Hit]) -> list[tuple[Hit, int]]:
    """Each hit with its ordinal among those of the same secret in the same content, in order of place."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    found = []
    for hit in sorted(hits, key=lambda hit: (hit.place, hit.match.inner, hit.match.start, hit.match.detector)):
        same = (hit.place, hit.match.inner, hit.match.detector, hit.match.secret)
        found.append((hit, counts[same]))
        counts[same] += 1
    return found


class Rows:
    """Collects the places of one target and turns them into findings."""

    def __init__(self, target: str, identity: bytes) -> None:
        self._target = target
        self._identity = identity
        self._types: dict[str, tuple[Provider, CredentialType]] = {}
        self._places: dict[Key, list[Place]] = {}
        self.people: dict[str, Person] = {}
        """Who made each commit that is mentioned."""
        self.refs: dict[frozenset[str], tuple[str, ...]] = {}
        """For the commits of each row, the refs that hold one of them."""

    def add(self, place: Place) -> None:
        """Take in one place."""
        self._places.setdefault(key(place), []).append(place)

    def mentioned(self) -> set[str]:
        """Every commit of every place."""
        return {place.commit for places in self._places.values() for place in places if place.commit}

    def bringers(self) -> set[frozenset[str]]:
        """For each row the commits that brought it."""
        return {_commits(places) for places in self._places.values()} - {frozenset()}

    def findings(self, providers: Iterable[Provider], *, occurrences: bool) -> list[tuple[Finding, str]]:
        """One finding a row, with the inline comment at its newest place, sorted by path, line and detector."""
        self._types = {kind.id: (provider, kind) for provider in providers for kind in provider.types}
        prints = self._fingerprints()
        found = []
        for row, places in self._places.items():
            finding = self._finding(_versions(places), prints[row[0], row[1]], occurrences=occurrences)
            found.append((finding, _comment(places)))
        found.sort(key=lambda one: (one[0].path, one[0].line, one[0].column, one[0].detector, one[0].fingerprint))
        return found

    def _fingerprints(self) -> Mapping[tuple[str, str], str]:
        """The fingerprint of each (detector, secret); the weak ones, which are slow on purpose, side by side."""
        wanted = list(dict.fromkeys((detector, secret) for detector, secret, _, _ in self._places))
        weak = [one for one in wanted if strength(one[1]) < STRONG_BITS]
        if len(weak) > 3:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor() as pool:
                prints = dict(
                    zip(weak, pool.map(lambda one: fingerprint(one[0], one[1], self._identity), weak), strict=True)
                )
        else:
            prints = {}
        return {one: prints.get(one) or fingerprint(one[0], one[1], self._identity) for one in wanted}

    def _finding(self, places: list[Place], identity: str, *, occurrences: bool) -> Finding:
        first, last = places[0], places[-1]
        provider, kind = self._types[first.match.detector]
        person = self._person(first)
        known = [place.in_head for place in places if place.in_head is not None]
        return Finding(
            detector=kind.id,
            provider=provider.id,
            name=kind.name,
            severity=first.match.severity or kind.severity,
            confidence=first.match.confidence,
            secret=Secret(first.match.secret),
            parts={role: Secret(value) for role, value in first.match.parts},
            fingerprint=identity,
            target=self._target,
            path=first.path,
            line=first.match.line,
            column=first.match.column,
            end_line=first.match.end_line,
            end_column=first.match.end_column,
            excerpt=first.match.excerpt,
            commit=first.commit,
            author=person.name if person else None,
            email=person.email if person else None,
            date=person.date if person else None,
            in_head=any(known) if known else None,
            refs=self._refs(places),
            decoded=first.match.decoded,
            playbook=f"stanch playbook {kind.id}",
            advice=kind.advice,
            count=len(places),
            last=self._occurrence(last) if last is not first else None,
            occurrences=tuple(self._occurrence(place) for place in places) if occurrences else (),
        )

    def _occurrence(self, place: Place) -> Occurrence:
        person = self._person(place)
        return Occurrence(
            path=place.path,
            line=place.match.line,
            column=place.match.column,
            end_line=place.match.end_line,
            end_column=place.match.end_column,
            commit=place.commit,
            author=person.name if person else None,
            date=person.date if person else None,
        )

    def _refs(self, places: list[Place]) -> tuple[str, ...]:
        alone = (name for place in places for name in place.refs)
        return tuple(sorted({*self.refs.get(_commits(places), ()), *alone}))

    def _person(self, place: Place) -> Person | None:
        return place.tagger or self.people.get(place.commit or "")


def _comment(places: list[Place]) -> str:
    """The inline comment that speaks for a row: that of its newest place, of those that still are if there are any."""
    living = [place for place in places if place.order >= STAGED or place.in_head] or places
    return max(living, key=lambda place: (place.order, place.match.start)).match.inline


def _commits(places: Iterable[Place]) -> frozenset[str]:
    """The commits that brought a row; a tag's message did not come with the commit that it stands for."""
    return frozenset(place.commit for place in places if place.commit and place.tagger is None)


def _versions(places: Iterable[Place]) -> list[Place]:
    """A row's places, oldest first, without those files that are no other version than what is committed or staged."""
    kept: list[Place] = []
    known = set()
    for place in sorted(places, key=lambda place: (place.order, place.match.start)):
        look = msgspec.structs.replace(place.match, start=0, end=0)
        if place.order >= STAGED and look in known:
            continue
        if place.in_head or place.order >= STAGED:
            known.add(look)
        kept.append(place)
    return kept


def within(prefix: str, path: str, inner: str = "") -> str:
    """A path in a repository or folder as seen from the target's root, with the path in a container after "!"."""
    whole = f"{prefix}/{path}" if prefix else path
    return f"{whole}!{inner}" if inner else whole


def skipped_objects(coverage: Coverage, prefix: str) -> set[str]:
    """The objects of the repository at `prefix` that coverage names."""
    begin = within(prefix, "object ")
    paths = (skip.path for skip in coverage.skipped if skip.path.startswith(begin))
    return {path.removeprefix(begin).partition("!")[0] for path in paths}


def name_objects(coverage: Coverage, prefix: str, paths: Mapping[str, str]) -> None:
    """Let coverage name such objects by a path that they had (object -> path), which tells people more."""
    begin = within(prefix, "object ")
    for number, skip in enumerate(coverage.skipped):
        oid, mark, inner = skip.path.removeprefix(begin).partition("!")
        if skip.path.startswith(begin) and paths.get(oid):
            path = within(prefix, f"{paths[oid]} (object {oid[:12]})") + mark + inner
            coverage.skipped[number] = msgspec.structs.replace(skip, path=path)


def in_message(hit: Hit) -> Match:
    """A match in a commit or tag object, with its line counted from the message's first where it is in there."""
    match = hit.match
    if match.line < hit.message_line:
        return match
    before = hit.message_line - 1
    return msgspec.structs.replace(match, line=match.line - before, end_line=match.end_line - before)
