"""Rules of an existing gitleaks configuration (or betterleaks', which extends it) as credential types.

What the catalog's model has no word for stays beside the type in an `ImportedRule`: the rule's path, its keywords and
its allow lists. A rule that cannot be taken over is left out with a warning; nothing is left out in silence.
"""

import re
from functools import cached_property
from pathlib import Path

import msgspec

from stanch.catalog import gitleaks_file, re2, regex
from stanch.catalog.gitleaks_file import Allowlist, File, Required, Rule
from stanch.catalog.load import validate
from stanch.catalog.model import CredentialType, Format, Pair, Provider
from stanch.errors import ConfigError
from stanch.model import Confidence, Severity
from stanch.textfile import printable

_FAR = 100
"""Lines within which a required part is looked for where gitleaks would look through the whole file."""
_ENTROPY = re.compile(r'(?:filter\.)?entropy\(finding\["secret"\]\) <=? ([0-9]+(?:\.[0-9]+)?)')
"""The one betterleaks filter that has a check of the same meaning."""


class Allow:
    """One allow list: what it names is no finding. Something that is not known, given as "", never allows."""

    def __init__(self, listed: Allowlist) -> None:
        self.listed = listed
        self._every = listed.condition.upper() in ("AND", "&&")
        self._target = listed.regextarget
        self._commits = frozenset(commit.strip().lower() for commit in listed.commits)
        self._paths = listed.paths
        self._regexes = listed.regexes
        self._stopwords = [word.lower() for word in listed.stopwords]

    @cached_property
    def _path_pattern(self) -> re.Pattern[bytes]:
        return _either(self._paths)

    @cached_property
    def _regex_pattern(self) -> re.Pattern[bytes]:
        return _either(self._regexes)

    def holds(self, secret: str, match_text: str, line: str, path: str, commit: str) -> bool:
        """Whether the list takes this match out."""
        target = {"match": match_text, "line": line}.get(self._target, secret)
        lowered = secret.lower()
        checks = []
        if self._commits:
            checks.append(commit.lower() in self._commits)
        if self._paths:
            checks.append(bool(path and self._path_pattern.search(_encode(path))))
        if self._regexes:
            checks.append(bool(target and self._regex_pattern.search(_encode(target))))
        if self._stopwords:
            checks.append(any(word in lowered for word in self._stopwords))
        return all(checks) if self._every else any(checks)


class ImportedRule(msgspec.Struct, frozen=True):
    """A rule as a credential type, with what the type cannot say."""

    type: CredentialType
    secret_group: int = 0
    """As the rule has it; the type's patterns name the group already."""
    path: str = ""
    """A pattern (Python's, over bytes) that the path must match; empty for any."""
    keywords: tuple[str, ...] = ()
    """Words, in small letters, of which the content must hold one somewhere; none means any content."""
    tags: tuple[str, ...] = ()
    allow: tuple[Allow, ...] = ()
    """The rule's own lists and the configuration's."""

    def allows(self, secret: str, match_text: str = "", line: str = "", path: str = "", commit: str = "") -> bool:
        """Whether an allow list takes a match out. Ask as often as more is known: what is not known never allows."""
        return any(allow.holds(secret, match_text, line, path, commit) for allow in self.allow)

    def applies(self, path: str, content: bytes) -> bool:
        """Whether the rule is for this file at all: by its path, and by a keyword anywhere in it."""
        if self.path and not re.search(self.path.encode(), _encode(path)):
            return False
        if not self.keywords:
            return True
        lowered = content.lower()
        return any(_encode(word) in lowered for word in self.keywords)


class GitleaksImport(msgspec.Struct, frozen=True):
    """What a configuration gave."""

    rules: list[ImportedRule] = []
    allow: tuple[Allow, ...] = ()
    """The configuration's own allow lists; each rule has them too."""
    extends_default: bool = False
    """Whether it builds upon gitleaks' default rules, in whose place stanch's own detectors stand."""
    warnings: list[str] = []
    """One line for each thing that was not taken over."""

    @property
    def provider(self) -> Provider:
        """All types, under one provider, for the engine."""
        return Provider(id="gitleaks", name="gitleaks rules", types=[rule.type for rule in self.rules])

    def allows(self, secret: str, match_text: str = "", line: str = "", path: str = "", commit: str = "") -> bool:
        """Whether the configuration takes out what one of stanch's own detectors found.

        It does only where it builds upon gitleaks' defaults: then its lists were written for all that is found.
        """
        return self.extends_default and any(allow.holds(secret, match_text, line, path, commit) for allow in self.allow)


def read_gitleaks(source: Path | bytes, *, within: Path | None = None) -> GitleaksImport:
    """The rules of a gitleaks configuration, and of those that it extends.

    `within` is the folder that extended files must lie in, for configurations from a repository. ConfigError where
    a file is missing or is no such configuration; single rules that do not fit give a warning and are left out.
    """
    warnings: list[str] = []
    name, file = gitleaks_file.read(source, within, warnings)
    return _Importer(file, name, warnings).result()


class _Importer:
    """Turns one configuration's rules into types, with a warning for each that does not fit."""

    def __init__(self, file: File, name: str, warnings: list[str]) -> None:
        self.file = file
        self.name = name
        self.warnings = warnings
        self.rules = {rule.id: rule for rule in file.rules}

    def result(self) -> GitleaksImport:
        """Everything that could be taken over."""
        if len(self.rules) < len(self.file.rules):
            self._warn("of rules with the same id the last one counts")
        if self.file.prefilter or self.file.filter:
            self._warn("the filter expressions for all rules are not taken over")
        if self.file.extend.usedefault and self.file.extend.disabledrules:
            names = ", ".join(self.file.extend.disabledrules)
            self._warn(f"disabledRules: turn off stanch's own detectors in their place with [scan] disable: {names}")
        listed = gitleaks_file.lists(self.file)
        everywhere = tuple(self._allow([one for one in listed if not one.targetrules], "allowlist"))
        rules: list[ImportedRule] = []
        taken: set[str] = set()
        for rule in self.rules.values():
            targeted = [one for one in listed if rule.id in one.targetrules]
            imported = self._rule(rule, everywhere, targeted, taken)
            if imported is not None:
                rules.append(imported)
        return GitleaksImport(rules, everywhere, self.file.extend.usedefault, self.warnings)

    def _warn(self, text: str) -> None:
        self.warnings.append(printable(f"{self.name}: {text}"))

    def _rule(
        self, rule: Rule, everywhere: tuple[Allow, ...], targeted: list[Allowlist], taken: set[str]
    ) -> ImportedRule | None:
        place = f"rule {rule.id!r}"
        reason = self._unfit(rule)
        if reason:
            self._warn(f"{place}: {reason}")
        if reason or rule.skipreport:
            return None
        try:
            kind = self._type(rule, _free(f"gitleaks-{_slug(rule.id)}", taken))
            path = _checked(rule.path)
        except ConfigError as error:
            self._warn(f"{place}: not taken over: {error}")
            return None
        taken.add(kind.id)
        allow = (*self._allow([*gitleaks_file.lists(rule), *targeted], place), *everywhere)
        keywords = tuple(dict.fromkeys(word.lower() for word in rule.keywords))
        return ImportedRule(kind, rule.secretgroup, path, keywords, tuple(rule.tags), allow)

    def _unfit(self, rule: Rule) -> str:
        """Why a rule cannot be a credential type at all, or nothing."""
        if not rule.id.strip():
            return "not taken over: it has no id"
        if rule.regex:
            return ""
        if rule.path:
            return "not taken over: it looks at paths alone"
        if self.file.extend.usedefault:
            return "not taken over: it changes a default rule of gitleaks, for which stanch has detectors of its own"
        return "not taken over: it has neither regex nor path"

    def _type(self, rule: Rule, name: str) -> CredentialType:
        pairs = [self._pair(required, rule) for required in rule.required]
        entropy = max(rule.entropy, self._filtered(rule))
        patterns = _patterns(rule)
        kind = CredentialType(
            id=name,
            name=rule.id,
            summary=rule.description,
            severity=Severity.HIGH,
            formats=[
                Format(
                    name=f"gitleaks {number}",
                    pattern=pattern,
                    checks=[f"entropy {entropy:g}"] if entropy else [],
                    pairs=pairs,
                    confidence=Confidence.MEDIUM,
                    boundary=False,
                )
                for number, pattern in enumerate(patterns, 1)
            ],
        )
        for pattern in patterns:
            if regex.width(pattern)[0] == 0:
                raise ConfigError("its regex matches the empty text")
        validate(kind)
        return kind

    def _pair(self, required: Required, rule: Rule) -> Pair:
        """What a rule requires nearby, as the other part of a credential."""
        part = self.rules.get(required.id)
        if part is None or not part.regex:
            raise ConfigError(f"it requires rule {required.id!r}, which has no regex")
        if required.withinlines is None:
            self._warn(f"rule {rule.id!r}: {required.id!r} is looked for within {_FAR} lines, not the whole file")
        if required.withincolumns is not None:
            self._warn(f"rule {rule.id!r}: withinColumns is not taken over")
        role = "part_" + re.sub(r"\W", "_", required.id, flags=re.ASCII)
        patterns = _patterns(part)
        if len(patterns) > 1:
            patterns = [f"(?P<secret>{re2.translate(part.regex)})"]
        lines = _FAR if required.withinlines is None else max(required.withinlines, 0)
        return Pair(role, patterns[0].replace("(?P<secret>", f"(?P<{role}>"), lines=lines, required=True)

    def _filtered(self, rule: Rule) -> float:
        """The entropy that betterleaks' filter expression asks for; a warning for all else that it says."""
        if not rule.filter.strip():
            return 0
        terms = [] if "&&" in rule.filter else re.split(r"\s+\|\|\s+", rule.filter.strip())
        found = [match for term in terms if (match := _ENTROPY.fullmatch(term))]
        if len(found) != len(terms) or not terms:
            self._warn(f"rule {rule.id!r}: its filter expression is taken over {'in part' if found else 'not at all'}")
        return max((float(match[1]) for match in found), default=0)

    def _allow(self, lists: list[Allowlist], place: str) -> list[Allow]:
        """Allow lists in working order; what is wrong in one costs only that one."""
        made = []
        for listed in lists:
            try:
                made.append(_allow(listed))
            except ConfigError as error:
                self._warn(f"{place}: an allow list is not taken over: {error}")
        return made


def _allow(listed: Allowlist) -> Allow:
    if listed.condition.upper() not in ("", "OR", "||", "AND", "&&"):
        raise ConfigError(f"condition {listed.condition!r}")
    if listed.regextarget not in ("", "secret", "match", "line"):
        raise ConfigError(f"regexTarget {listed.regextarget!r}")
    if not (listed.commits or listed.paths or listed.regexes or listed.stopwords):
        raise ConfigError("it allows nothing")
    paths, regexes = ([_checked(one) for one in patterns] for patterns in (listed.paths, listed.regexes))
    return Allow(msgspec.structs.replace(listed, paths=paths, regexes=regexes))


def _checked(pattern: str) -> str:
    """A pattern of Go's as one of Python's; compiled only when it is needed."""
    translated = re2.translate(pattern)
    regex.parse(translated)
    return translated


def _patterns(rule: Rule) -> list[str]:
    return re2.patterns_of_secret(re2.parse(rule.regex), rule.secretgroup)


def _either(patterns: list[str]) -> re.Pattern[bytes]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns).encode())


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:80].strip("-") or "rule"


def _free(name: str, taken: set[str]) -> str:
    """`name`, with a number behind it if it is taken."""
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
