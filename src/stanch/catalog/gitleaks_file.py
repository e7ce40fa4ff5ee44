"""A gitleaks configuration as it is written: its keys, and how one configuration extends another."""

from pathlib import Path

import msgspec

from stanch.errors import ConfigError
from stanch.textfile import inside, printable, read_text

_LARGEST = 8 << 20
_DEEPEST = 2
"""How many configurations may extend each other, as in gitleaks."""
_UNUSED = frozenset(
    [
        "title",
        "description",
        "minversion",
        "betterleaksminversion",
        "validate",
        "specificity",
        "tokenefficiency",
    ]
)
"""Keys that need no warning: they say nothing of what is found."""


class Allowlist(msgspec.Struct, frozen=True):
    """An allow list as it is written. Keys are in small letters, for gitleaks does not tell them apart by case."""

    condition: str = ""
    commits: list[str] = []
    paths: list[str] = []
    regexes: list[str] = []
    regextarget: str = ""
    stopwords: list[str] = []
    targetrules: list[str] = []


class Required(msgspec.Struct, frozen=True):
    """Another rule of which a match must be near."""

    id: str
    withinlines: int | None = None
    withincolumns: int | None = None


class Rule(msgspec.Struct, frozen=True):
    """A rule as it is written."""

    id: str = ""
    description: str = ""
    path: str = ""
    regex: str = ""
    secretgroup: int = 0
    entropy: float = 0
    keywords: list[str] = []
    tags: list[str] = []
    allowlist: Allowlist | None = None
    allowlists: list[Allowlist] = []
    required: list[Required] = []
    skipreport: bool = False
    filter: str = ""


class Extend(msgspec.Struct, frozen=True):
    """What a configuration builds upon."""

    path: str = ""
    url: str = ""
    usedefault: bool = False
    disabledrules: list[str] = []


class File(msgspec.Struct, frozen=True):
    """A configuration as it is written."""

    extend: Extend = Extend()
    rules: list[Rule] = []
    allowlist: Allowlist | None = None
    allowlists: list[Allowlist] = []
    prefilter: str = ""
    filter: str = ""


def read(source: Path | bytes, within: Path | None, warnings: list[str]) -> tuple[str, File]:
    """A configuration's name, and its content together with what it extends; `warnings` gets what was passed over.

    Extended files must lie in `within`, if that is given. ConfigError for a file that is missing or no configuration.
    """
    if isinstance(source, bytes):
        name, folder, text = "gitleaks configuration", None, source.decode(errors="replace")
    else:
        name, folder, text = source.name, source.parent, _text(source)
    return name, _extended(_parse(text, name, warnings), folder, within, warnings)


def lists(owner: File | Rule) -> list[Allowlist]:
    """The allow lists of a rule or configuration, under the present key and the old one."""
    return [*owner.allowlists, *([owner.allowlist] if owner.allowlist else [])]


def _text(path: Path) -> str:
    text = read_text(path, _LARGEST)
    if text is None:
        raise ConfigError(f"{path}: no such file")
    return text


def _parse(text: str, name: str, warnings: list[str]) -> File:
    import tomllib

    try:
        table = _lowered(tomllib.loads(text))
        file = msgspec.convert(table, File, strict=False)
    except (ValueError, RecursionError) as error:
        raise ConfigError(printable(f"{name}: {error}")) from None
    unknown = sorted(_unknown(table))
    if unknown:
        warnings.append(printable(f"{name}: not understood: {', '.join(unknown)}"))
    return file


def _lowered(value: object) -> object:
    """The same with all keys in small letters."""
    if isinstance(value, dict):
        return {str(key).lower(): _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def _unknown(table: object) -> set[str]:
    """Keys of the configuration and its rules that mean nothing here and would mean something elsewhere."""
    if not isinstance(table, dict):
        return set()
    rules = [rule for rule in table.get("rules", []) if isinstance(rule, dict)]
    unknown = set(table) - set(File.__struct_fields__)
    unknown |= {f"rules.{key}" for rule in rules for key in set(rule) - set(Rule.__struct_fields__)}
    return {key for key in unknown if key.removeprefix("rules.") not in _UNUSED}


def _extended(file: File, folder: Path | None, within: Path | None, warnings: list[str], depth: int = 0) -> File:
    """The configuration together with what it extends."""
    if file.extend.url:
        warnings.append("extend.url is not followed")
    if not file.extend.path:
        return file
    if file.extend.usedefault:
        raise ConfigError("extend.path and extend.useDefault exclude each other")
    if folder is None or depth >= _DEEPEST:
        warnings.append(printable(f"extend.path is not followed: {file.extend.path}"))
        return file
    path = inside(within, folder, file.extend.path) if within else folder / file.extend.path
    base = _parse(_text(path), path.name, warnings)
    return _over(_extended(base, path.parent, within, warnings, depth + 1), file)


def _over(base: File, file: File) -> File:
    """`file` on top of the configuration that it extends: its rules add to those of the same id."""
    rules = {rule.id: rule for rule in base.rules if rule.id not in file.extend.disabledrules}
    for rule in file.rules:
        rules[rule.id] = _over_rule(rules[rule.id], rule) if rule.id in rules else rule
    return File(
        extend=base.extend,
        rules=list(rules.values()),
        allowlists=[*lists(file), *lists(base)],
        prefilter=file.prefilter or base.prefilter,
        filter=file.filter or base.filter,
    )


def _over_rule(base: Rule, rule: Rule) -> Rule:
    return msgspec.structs.replace(
        base,
        description=rule.description or base.description,
        entropy=rule.entropy or base.entropy,
        secretgroup=rule.secretgroup or base.secretgroup,
        regex=rule.regex or base.regex,
        path=rule.path or base.path,
        tags=[*base.tags, *rule.tags],
        keywords=[*base.keywords, *rule.keywords],
        allowlist=None,
        allowlists=[*lists(base), *lists(rule)],
        filter=rule.filter or base.filter,
    )
