"""One fix from the findings on: plan, show, write."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from stanch.config import Config
from stanch.detect import Engine
from stanch.errors import ConfigError
from stanch.model import Finding
from stanch.respond.fix import diff
from stanch.respond.fix.around import around
from stanch.respond.fix.model import FileChange, Plan
from stanch.respond.fix.plan import Planner
from stanch.respond.fix.project import Project
from stanch.respond.fix.target import Target
from stanch.respond.fix.write import write
from stanch.scan.imported import Imported


class Fixing:
    """The fix of the files below one folder."""

    def __init__(self, root: Path, config: Config, store: str) -> None:
        self._root = root
        self._store = store
        self._config = config
        self._target = Target(store, config, root)
        self._project = Project(root, self._target)
        self._plan = Plan()
        self._code: list[FileChange] = []

    def plan(self, findings: Sequence[Finding]) -> Plan:
        """What would change for some of the findings, and in the files around the code."""
        engine = Engine([*self._config.providers, *Imported(self._config.gitleaks).providers])
        self._plan = Planner(self._project, engine, self._store, self._config.scan.confidence).plan(findings)
        self._code = self._plan.files
        if self._code:
            self._plan.files = around(self._project, self._plan, self._store)
        for change in self._plan.files:
            before = change.before or b""
            texts = (before[match.start : match.end] for match in engine.scan(before).matches)
            self._plan.secrets |= {text.decode("utf-8", "replace") for text in texts}
        return self._plan

    def shown(self) -> Iterator[str]:
        """The change as lines for a terminal, every secret masked."""
        secrets = {one.value for one in self._plan.fixed}
        secrets |= {one.finding.secret.reveal() for one in self._plan.fixed}
        secrets |= {one.finding.secret.reveal() for one in self._plan.left}
        return diff.shown(self._plan.files, secrets | self._plan.secrets)

    def save(self, file: Path) -> None:
        """Write the change as a patch that nobody else may read; ConfigError where that cannot be done."""
        try:
            file.unlink(missing_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(diff.patch(self._plan.files))
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from None

    def write(self, *, put_values: bool) -> Iterator[str]:
        """Put the values into the store if asked, then change the files; says what is left to do."""
        if put_values:
            values = {one.name: one.value for one in self._plan.fixed}
            yield from self._target.put(values)
            # A store may have seen to the files around the code already.
            self._plan.files = self._code
            self._plan.files = around(Project(self._root, self._target), self._plan, self._store)
        write(self._project, self._plan.files)
        count = len(self._plan.files)
        yield f"changed {count} file{'s' * (count != 1)}: {', '.join(change.path for change in self._plan.files)}"
        yield from (f"next: {step}" for step in self.steps(put_values=put_values))

    def steps(self, *, put_values: bool) -> Iterator[str]:
        """What is left to do by hand."""
        names = sorted({one.name for one in self._plan.fixed} if self._store != "env" else self._plan.names)
        if names and not put_values:
            where = "the environment" if self._store == "env" else self._store
            places = ", ".join(map(self._target.place, names))
            yield f"{places} must be in {where} before the program runs ('--put' does that)"
        if names and put_values and self._store == "env":
            yield "have .env loaded when the program starts: by its framework, or with 'set -a; . ./.env; set +a'"
        yield from self._plan.steps
        if self._plan.fixed:
            yield "whoever had the old values has them still, and so has the history: revoke and replace them"
