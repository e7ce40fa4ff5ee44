"""Rules from gitleaks configurations, put to work beside the catalog's own."""

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from stanch.catalog.model import Provider
from stanch.config.model import RuleFile
from stanch.detect import Engine
from stanch.model import Finding, Match, Suppression

if TYPE_CHECKING:
    from stanch.catalog.gitleaks import GitleaksImport, ImportedRule


class Imported:
    """What the configuration's gitleaks files gave; empty, and free of cost, if there are none."""

    def __init__(self, files: list[RuleFile]) -> None:
        self._imports: list[GitleaksImport] = []
        if files:
            from stanch.catalog.gitleaks import read_gitleaks

            self._imports = [read_gitleaks(file.path, within=file.within) for file in files]
        self._rules: dict[str, ImportedRule] = {rule.type.id: rule for one in self._imports for rule in one.rules}
        self.warnings = [warning for one in self._imports for warning in one.warnings]

    def __bool__(self) -> bool:
        return bool(self._imports)

    @property
    def content(self) -> bytes:
        """All that the files say, in a form that changes when it does."""
        return msgspec.json.encode(self._imports, enc_hook=attrgetter("listed"))

    @property
    def providers(self) -> list[Provider]:
        """The rules as credential types, under one provider."""
        types = [rule.type for rule in self._rules.values()]
        return [Provider(id="gitleaks", name="gitleaks rules", types=types)] if types else []

    def attach(self, engine: Engine) -> None:
        """Let the rules' allow lists speak as soon as the secret, its match and its line are known."""
        for rule in engine.rules:
            own = self._rules.get(rule.kind.id)
            if own is not None and own.allow:
                rule.allow = partial(_allows, own)

    def wants(self, match: Match, content: bytes) -> bool:
        """Whether a match counts in this content: some rules ask for a keyword anywhere in it."""
        rule = self._rules.get(match.detector)
        return rule is None or not rule.keywords or msgspec.structs.replace(rule, path="").applies("", content)

    def concerns(self, finding: Finding) -> bool:
        """Whether a rule is for this path at all."""
        rule = self._rules.get(finding.detector)
        return rule is None or not rule.path or msgspec.structs.replace(rule, keywords=()).applies(finding.path, b"")

    def suppression(self, finding: Finding) -> Suppression | None:
        """Why an allow list takes out a finding, now that path and commit are known; or nothing."""
        secret, path, commit = finding.secret.reveal(), finding.path, finding.commit or ""
        rule = self._rules.get(finding.detector)
        lists = [rule] if rule is not None else self._imports
        if any(each.allows(secret, path=path, commit=commit) for each in lists):
            return Suppression("allow-list", "an allow list of an imported gitleaks configuration")
        return None


def _allows(rule: "ImportedRule", secret: str, match_text: str, line: str) -> bool:
    return rule.allows(secret, match_text, line)
