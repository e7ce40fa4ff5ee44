"""What would change: findings and files in, new files and reasons out. Writes nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from stanch.catalog.model import CredentialType, Provider
from stanch.detect import Engine
from stanch.model import RANK, Confidence, Finding, Match, Secret
from stanch.respond.fix.languages import language, rewriter
from stanch.respond.fix.model import FileChange, Fixed, Hole, Left, Plan, Refused
from stanch.respond.fix.names import Names, candidates
from stanch.respond.fix.project import Project
from stanch.respond.fix.rewrite import Work
from stanch.respond.fix.source import BOM, Source

ROUNDS = 3
"""How often a file is looked through again for what was hidden by what has gone."""
Kinds = dict[str, tuple[Provider, CredentialType]]


class _Place(NamedTuple):
    """A finding, and where in its file's bytes (byte order mark not counted) it is."""

    finding: Finding
    start: int
    end: int


class Planner:
    """Plans the fix of the findings in one folder."""

    def __init__(
        self, project: Project, engine: Engine, store: str, confidence: Confidence = Confidence.MEDIUM
    ) -> None:
        """`confidence` is the least that counts."""
        self._project = project
        self._confidence = confidence
        self._engine = engine
        self._store = store
        self._kinds: Kinds = {
            kind.id: (provider, kind) for provider in engine.bundle.everything() for kind in provider.types
        }
        self._plan = Plan()
        self._known = Names(project.variables())
        self._values: dict[str, str] = {}
        """The secret of each name that is in use."""

    def plan(self, findings: Iterable[Finding]) -> Plan:
        """What would change for these findings, whose paths are relative to the root."""
        files: dict[str, bytes] = {}
        places: dict[str, list[_Place]] = defaultdict(list)
        for finding in findings:
            try:
                if finding.path not in files:
                    files[finding.path] = self._read(finding)
                places[finding.path].append(_place(files[finding.path], finding))
            except Refused as why:
                self._leave(finding, str(why))
        names = self._names(files, places)
        for path, some in sorted(places.items()):
            self._file(path, files[path], some, names)
        return self._plan

    def _read(self, finding: Finding) -> bytes:
        try:
            return self._project.read(finding.path)
        except Refused:
            if "!" in finding.path:
                raise Refused("it is within an archive, a notebook or a document: take it out there by hand") from None
            raise

    def _leave(self, finding: Finding, reason: str) -> None:
        self._plan.left.append(Left(finding, reason))

    def _names(self, files: dict[str, bytes], places: dict[str, list[_Place]]) -> dict[str, str]:
        """The name for each secret: by what the code that names it best calls it."""
        wanted: dict[str, list[list[str]]] = defaultdict(list)
        for path, some in sorted(places.items()):
            text = files[path].removeprefix(BOM)
            for place in some:
                kind = self._kinds[place.finding.detector]
                wanted[place.finding.secret.reveal()].append(candidates(text, place.start, *kind))
        # Each place's first choice before anybody's second.
        return {
            value: self._known.choose(value, [name for level in zip_longest(*some) for name in level if name])
            for value, some in wanted.items()
        }

    def _file(self, path: str, data: bytes, places: list[_Place], names: dict[str, str]) -> None:
        """Plan one file, and what only shows once its other half is gone, such as the second of a pair of keys."""
        before = data
        for _ in range(ROUNDS):
            after = self._pass(path, data, places, names)
            if after is None:
                break
            places = [_place(after, one) for one in self._revealed(path, data, after)]
            names = self._names({path: after}, {path: places})
            data = after
            if not places:
                break
        if data != before:
            self._plan.files.append(FileChange(path, before, data))

    def _revealed(self, path: str, before: bytes, after: bytes) -> list[Finding]:
        """Findings in the new text which the old one did not give, though it held the same secrets."""
        known = Counter((one.detector, one.secret) for one in self._engine.scan(before).matches)
        found = []
        for match in self._engine.scan(after).matches:
            if known[match.detector, match.secret] <= 0 and RANK[match.confidence] >= RANK[self._confidence]:
                found.append(_finding(path, match, *self._kinds[match.detector]))
            known[match.detector, match.secret] -= 1
        return found

    def _pass(self, path: str, data: bytes, places: list[_Place], names: dict[str, str]) -> bytes | None:
        """The file with these places looked up: all at once, or where that does not hold, literal by literal.

        Nothing where none is. What is fixed and what is left is noted in the plan.
        """
        try:
            name = language(path, data)
            if name == "environment" and self._store == "env" and not self._project.tracked(path):
                self._plan.kept += [place.finding for place in places]
                return None
            if name is None:
                raise Refused("how to look a value up in a file of this kind is not known: take it out by hand")
            rewrite = rewriter(name)
            source = Source(path, data, rewrite.grammar)
            holes, sharers = _holes(places, names)
            works = rewrite.rewrite(source, self._project, self._store, list(holes))
        except Refused as why:
            for place in places:
                self._leave(place.finding, str(why))
            return None
        good: list[Work] = []
        for work, reason in works:
            if found := reason or self._wrong(work, sharers):
                self._refuse(work, sharers, found)
            else:
                good.append(work)
        if good and self._check(source, good):
            good = self._one_by_one(source, good, sharers)
        return self._take(source, good, sharers) if good else None

    def _one_by_one(self, source: Source, works: list[Work], sharers: dict[int, list[Finding]]) -> list[Work]:
        """Those that are right together with those before them; the others are left."""
        good: list[Work] = []
        for work in works:
            if found := self._check(source, [*good, work]):
                self._refuse(work, sharers, found)
            else:
                good.append(work)
        return good

    def _wrong(self, work: Work, sharers: dict[int, list[Finding]]) -> str:
        """Why what stands in a literal is not what was found, or nothing."""
        for hole in work.holes:
            finding = sharers[hole.start][0]
            value = work.values.get(hole.start)
            secret = finding.secret.reveal()
            if finding.decoded and value != secret:
                chain = ", ".join(finding.decoded)
                return f"the value is encoded ({chain}): put the decoded one where it is looked up, by hand"
            rest = work.source.data[hole.end : hole.end + 2]
            if self._kinds[finding.detector][0].generic and rest[:1] == b"\\" and rest[1:] not in b"nrt\r\n":
                return "only a part of the value was recognised: take it out by hand"
            if self._values.setdefault(hole.name, secret) != secret:
                return f"the variable {hole.name} stands for another value already: give one of them another name"
        return ""

    def _refuse(self, work: Work, sharers: dict[int, list[Finding]], reason: str) -> None:
        for hole in work.holes:
            for finding in sharers[hole.start]:
                self._leave(finding, reason)

    def _check(self, source: Source, works: Sequence[Work]) -> str:
        """Why the file with these changes would not do, or nothing."""
        try:
            data = source.edited([edit for work in works for edit in work.change.edits])
            new = Source(source.path, data, source.grammar)
        except Refused as why:
            return str(why)
        if new.faults() > source.faults():
            return "the file would no longer parse"
        for text, count in Counter(source.data[hole.start : hole.end] for work in works for hole in work.holes).items():
            if new.data.count(text) > source.data.count(text) - count:
                return "the value would still be there"
        before = Counter((one.detector, one.secret) for one in self._engine.scan(source.data).matches)
        after = Counter((one.detector, one.secret) for one in self._engine.scan(new.data).matches)
        if any(secret.encode() not in source.data for _, secret in after - before):
            return "the new text would be reported as a secret itself"
        return ""

    def _take(self, source: Source, works: list[Work], sharers: dict[int, list[Finding]]) -> bytes:
        """Note what these works do; gives the new file."""
        for work in works:
            for hole in work.holes:
                for finding in sharers[hole.start]:
                    value = work.values.get(hole.start, finding.secret.reveal())
                    self._plan.fixed.append(Fixed(finding, hole.name, value))
            self._plan.names |= work.change.names
            for path, pieces in work.change.added.items():
                known = self._plan.added.setdefault(path, [])
                known += [piece for piece in pieces if piece not in known]
            self._plan.needed += [one for one in work.change.needed if one not in self._plan.needed]
            self._plan.steps += [step for step in dict.fromkeys(work.change.steps) if step not in self._plan.steps]
        return source.edited([edit for work in works for edit in work.change.edits])


def _finding(path: str, match: Match, provider: Provider, kind: CredentialType) -> Finding:
    """A match in a file that is not written yet."""
    return Finding(
        detector=kind.id,
        provider=provider.id,
        name=kind.name,
        severity=match.severity or kind.severity,
        confidence=match.confidence,
        secret=Secret(match.secret),
        fingerprint="",
        target="",
        path=path,
        line=match.line,
        column=match.column,
        end_line=match.end_line,
        end_column=match.end_column,
        decoded=match.decoded,
    )


def _place(data: bytes, finding: Finding) -> _Place:
    """Where a finding is; Refused where the file does not hold it there."""
    start = _offset(data, finding.line, finding.column)
    end = _offset(data, finding.end_line, finding.end_column)
    if start is None or end is None or start >= end:
        raise Refused("the file has changed since it was scanned")
    if not finding.decoded and data[start:end].decode("utf-8", "replace") != finding.secret.reveal():
        raise Refused("the file has changed since it was scanned")
    mark = len(BOM) if data.startswith(BOM) else 0
    return _Place(finding, start - mark, end - mark)


def _offset(data: bytes, line: int, column: int) -> int | None:
    """The byte at a line and a column, both counted from 1, columns in code points."""
    begin = 0
    for _ in range(line - 1):
        begin = data.find(b"\n", begin) + 1
        if not begin:
            return None
    end = data.find(b"\n", begin)
    text = data[begin : end if end >= 0 else len(data)]
    try:
        before = text.decode()[: column - 1]
    except UnicodeDecodeError:
        raise Refused("the file is not UTF-8 text") from None
    return begin + len(before.encode())


def _holes(places: list[_Place], names: dict[str, str]) -> tuple[list[Hole], dict[int, list[Finding]]]:
    """The bytes to replace, none twice, and the findings that each belongs to."""
    holes: list[Hole] = []
    sharers: dict[int, list[Finding]] = {}
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if holes and place.start < holes[-1].end:
            if place.end > holes[-1].end:
                raise Refused("two findings overlap")
            sharers[holes[-1].start].append(place.finding)
            continue
        holes.append(Hole(place.start, place.end, names[place.finding.secret.reveal()]))
        sharers[place.start] = [place.finding]
    return holes, sharers
