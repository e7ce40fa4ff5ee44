"""One scan from beginning to end."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from stanch import unpack
from stanch.catalog.model import Provider
from stanch.config import Config, load
from stanch.config.globs import Globs
from stanch.detect import Engine
from stanch.detect.identity import identity_key
from stanch.errors import TargetError
from stanch.model import RANK, Confidence, Coverage, Finding, Report, Suppression
from stanch.scan import baseline, inline, work
from stanch.scan.changes import Changes
from stanch.scan.content import Reader
from stanch.scan.ignore import IgnoreRules, is_whole
from stanch.scan.imported import Imported
from stanch.scan.options import Options
from stanch.scan.rows import NEWEST, Place, Rows, numbered, within
from stanch.scan.work import Hit, Setup, Task, Worker
from stanch.sources import remote
from stanch.sources.files import File, Repository, local, single, walk, why

if TYPE_CHECKING:
    from stanch.scan.repository import History

Progress = Callable[[int, int], None]
"""Hears of the weight that is done and of all that there is."""


def scan(*targets: str | Path, options: Options | None = None, progress: Progress = lambda *_: None) -> Report:
    """See `stanch.scan.scan`; `progress` hears of the work that is done."""
    options = options or Options()
    report = Report(targets=[remote.without_credentials(str(target)) for target in targets])
    failed: dict[str, TargetError] = {}
    for target, name in zip(targets, report.targets, strict=True):
        try:
            _Scan(str(target), name, options, report, progress).run()
        except TargetError as error:
            failed[name] = error
    if failed.keys() >= set(report.targets) and failed:
        raise TargetError("; ".join(map(str, failed.values())), hint=next(iter(failed.values())).hint)
    for name, reason in failed.items():
        report.coverage.skip(name, str(reason).removeprefix(f"{name}: "))
    report.findings.sort(key=_order)
    report.suppressed.sort(key=_order)
    return report


def _silent(done: int, total: int) -> None:
    """For work that is small beside the scan."""


def _order(finding: Finding) -> tuple[str, str, int, int, str]:
    return (finding.target, finding.path, finding.line, finding.column, finding.detector)


class _Scan:
    """The scan of one target."""

    def __init__(self, target: str, name: str, options: Options, report: Report, progress: Progress) -> None:
        """`name` is the target as it may be shown."""
        self._target = target
        self._name = name
        self._options = options
        self._report = report
        self._progress = progress
        self._coverage = Coverage()
        self._hidden: set[bytes] = set()

    def run(self) -> None:
        """Scan the target and add what comes of it to the report."""
        if self._target == "-":
            self._prepare(None)
            self._standard_input()
        elif remote.is_address(self._target):
            if not self._options.history:
                raise TargetError(f"{self._name}: a repository at an address has no files beside its history")
            if self._options.staged:
                raise TargetError(f"{self._name}: a repository at an address has no index in which anything is staged")
            self._address()
        else:
            path = local(self._target)
            # Begun before the engine is loaded: git works beside that.
            changes = self._changes(path)
            self._prepare(path)
            self._path(path, changes, files=self._options.files)
        # What was skipped stands in the same order whatever was scanned first.
        self._coverage.skipped.sort(key=lambda skip: (skip.path, skip.reason))
        self._report.coverage.add(self._coverage)
        self._judge()

    def _address(self) -> None:
        with remote.cloned(self._target) as folder:
            self._prepare(None)
            try:
                self._path(folder, self._changes(folder), files=False)
            except TargetError as error:
                # Where the clone was for the time being says nothing to anybody.
                raise TargetError(str(error).replace(str(folder), self._name), hint=error.hint) from None

    def _prepare(self, path: Path | None) -> None:
        options = self._options
        config = load(path, options.config, honour_ignores=options.honour_ignores)
        self._config = config
        for note in config.notes:
            self._coverage.note(note)
        self._imported = Imported(config.gitleaks)
        self._report.warnings.extend(self._imported.warnings)
        extra = [*config.providers, *self._imported.providers]
        self._confidence = options.confidence or config.scan.confidence
        self._engine = Engine(extra)
        self._imported.attach(self._engine)
        self._exclude = Globs(config.scan.exclude, config.prefix)
        self._engine.only = _only(self._engine.bundle.providers, config)
        self._setup = Setup(
            extra=extra,
            only=self._engine.only,
            gitleaks=config.gitleaks,
            limits=_limits(config),
            # What an ignore entry takes out must be seen here, however unsure, or the entry would look stale.
            confidence=Confidence.LOW if config.ignore else self._confidence,
            explain=options.explain,
            deadline=time.monotonic() + options.seconds if options.seconds is not None else None,
        )
        self._rows = Rows(self._name, identity_key(config.identity.key))

    def _standard_input(self) -> None:
        import sys

        if sys.stdin is None:
            raise TargetError("-: standard input is closed")
        setup = self._setup
        reader = Reader(self._engine, setup.limits, self._imported, explain=setup.explain, deadline=setup.deadline)
        hits = []
        try:
            for match in reader.scan(sys.stdin.buffer, "(stdin)"):
                hits.append(Hit("(stdin)", "file", match))
            reader.coverage.files += 1
        except OSError as error:
            reader.coverage.skip("(stdin)", why(error))
        self._coverage.add(reader.coverage)
        self._report.rejected.extend(reader.rejected)
        self._files(self._kept(hits), [])

    def _changes(self, path: Path) -> Changes | None:
        """What is staged or what revisions bring, where the scan is narrowed to that."""
        options = self._options
        if not (options.staged or options.revs):
            return None
        return Changes(str(path if path.is_dir() else path.parent), options, self._coverage)

    def _path(self, path: Path, changes: Changes | None, *, files: bool) -> None:
        if changes is not None:
            changes.place(self._run(changes.tasks()), self._rows, Worker(self._setup, self._engine))
            return
        histories: dict[str, History] = {}
        try:
            hits = self._run(self._tasks(path, histories, files=files), histories)
            self._files([hit for hit in hits if hit.kind == "file"], histories.values())
            self._ask(hits, histories.values())
            for history in histories.values():
                history.place(hits, self._rows, deadline=self._setup.deadline)
        finally:
            for history in histories.values():
                history.close()

    def _tasks(self, path: Path, histories: dict[str, "History"], *, files: bool) -> Iterator[Task]:
        """The files as they are met, then what the histories hold, which come into `histories` by their folder."""
        repositories: list[Repository] = []

        def met() -> Iterator[File]:
            found: Iterable[File | Repository] = [single(path)]
            if path.is_dir():
                found = walk(path, self._coverage, excluded=lambda name: bool(self._exclude.match(name)))
            if files and (self._options.skip_ignored or self._config.scan.skip_ignored):
                from stanch.sources.git import ignored

                found = ignored.without(list(found), self._coverage)
            for one in found:
                if isinstance(one, Repository):
                    repositories.append(one)
                elif files:
                    yield one

        items = ((file.path, file.full, file.size + 512) for file in met())
        yield from work.split(items, count=work.FILES_A_TASK, weight=work.BYTES_A_TASK)
        if not files and not repositories:
            raise TargetError(f"{self._name}: no git repository, so it has no history")
        if self._options.history:
            histories.update((one.where.full, one) for one in self._histories(repositories))
        for history in histories.values():
            yield from history.tasks()

    def _ask(self, hits: list[Hit], histories: Iterable["History"]) -> None:
        """Have git's trees read for the places of what the histories hold."""
        asked = [(history, task) for history in histories for task in history.questions(hits)]
        answers = work.run(
            [task for _, task in asked], self._setup, self._engine, workers=self._options.workers, progress=_silent
        )
        for (history, _), (_, answer) in zip(asked, answers, strict=True):
            history.take(answer.held)

    def _histories(self, repositories: Iterable[Repository]) -> list["History"]:
        """The histories of the repositories that were met, each object store once."""
        # Imported when there is one to read: a commit waits for every import.
        from stanch.scan.repository import History

        memory = None
        # The clone of an address is not there the next time.
        if self._options.cache and not self._options.explain and not remote.is_address(self._target):
            from stanch.scan.memory import Memory

            memory = Memory(self._setup, self._engine, self._imported.content)
        stores: dict[str, History] = {}
        # A submodule's store is met twice: where it is checked out, and inside the git folder around it.
        for one in sorted(repositories, key=lambda one: (".git/" in one.path, one.path)):
            try:
                history = History(one, self._coverage, memory)
            except TargetError as error:
                reason = str(error).removeprefix(f"{one.full}: ")
                self._coverage.skip(within(one.path, ".git"), f"not a repository that git can read: {reason}")
                continue
            stores.setdefault(history.common, history)
        return list(stores.values())

    def _run(self, tasks: Iterable[Task], histories: Mapping[str, "History"] = MappingProxyType({})) -> list[Hit]:
        hits: list[Hit] = []
        results = work.run(tasks, self._setup, self._engine, workers=self._options.workers, progress=self._progress)
        for task, result in results:
            if history := histories.get(task.repository):
                history.told.take(task, result)
            hits.extend(result.hits)
            self._coverage.add(result.coverage)
            self._report.rejected.extend(result.rejected)
            self._hidden |= result.hidden
        return hits

    def _kept(self, hits: list[Hit]) -> list[Hit]:
        return [hit for hit in hits if RANK[hit.match.confidence] >= RANK[self._setup.confidence]]

    def _files(self, hits: Iterable[Hit], histories: Iterable["History"]) -> None:
        """Add what files hold. Where a history is at hand it tells whether HEAD has it; without it does not."""
        inside = tuple(within(history.where.path, "") for history in histories)
        for hit, ordinal in numbered(hits):
            in_head = False if hit.place.startswith(inside) else None
            path = within("", hit.place, hit.match.inner)
            self._rows.add(Place(path, hit.match, ordinal, NEWEST, in_head=in_head))

    def _judge(self) -> None:
        """Sort the findings into those that count and those that somebody has judged before."""
        options, config, report = self._options, self._config, self._report
        today = date.today()
        rules = IgnoreRules(config.ignore, today, config.prefix)
        known = baseline.Baseline()
        path = options.baseline or config.baseline
        if path is not None and options.honour_ignores:
            known = baseline.read(path)
        bundle = self._engine.bundle
        report.catalog = bundle.catalog
        for finding, comment in self._rows.findings(bundle.providers, occurrences=options.occurrences):
            if not self._imported.concerns(finding) or self._exclude.match(finding.path):
                continue
            reason = self._suppression(finding, comment, rules, known, today) if options.honour_ignores else None
            if reason is not None:
                finding.suppressed = reason
                report.suppressed.append(finding)
            elif RANK[finding.confidence] < RANK[self._confidence]:
                report.hidden += 1
            else:
                report.findings.append(finding)
        report.hidden += len(self._hidden)
        whole = is_whole(options, config.prefix) and self._coverage.complete
        report.warnings.extend(rules.warnings(whole=whole))

    def _suppression(
        self, finding: Finding, comment: str, rules: IgnoreRules, known: baseline.Baseline, today: date
    ) -> Suppression | None:
        listed = rules.match(finding) or known.match(finding)
        for late in inline.expired(comment, finding.detector, finding.fingerprint, today):
            self._report.warnings.append(f"{finding.path}:{finding.line}: the comment {late.text} has expired")
        return (
            listed
            or inline.applies(comment, finding.detector, finding.fingerprint, today)
            or self._imported.suppression(finding)
        )


def _only(providers: Iterable[Provider], config: Config) -> frozenset[str] | None:
    """The detectors that run, where the configuration turns some on or off."""
    if not (config.scan.enable or config.scan.disable):
        return None
    enable, disable = config.scan.enable or ["*"], config.scan.disable
    return frozenset(
        kind.id
        for provider in providers
        for kind in provider.types
        if any(fnmatchcase(kind.id, glob) for glob in enable)
        and not any(fnmatchcase(kind.id, glob) for glob in disable)
    )


def _limits(config: Config) -> unpack.Limits:
    return unpack.Limits(**msgspec.structs.asdict(config.limits))
