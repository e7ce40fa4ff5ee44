"""Finds and joins the layers of configuration: defaults, the user's file, then the repository's or the one asked for.

A later layer's single values replace, its lists add up. What stands inside the repository may come from anybody, so
that it is held to less than the user's own file: it names no files outside the repository, raises no limit, and
says of no secret where to send it.
"""

import os
import re
from datetime import date
from pathlib import Path

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.config.model import BASELINE, Config, Identity, IgnoreEntry, Limits, RuleFile, Settings
from stanch.config.places import find_root, prefix, user_file
from stanch.errors import ConfigError
from stanch.model import RANK, Confidence
from stanch.textfile import inside, printable, read_text

NAME = "stanch.toml"
KEY_VARIABLE = "STANCH_IDENTITY_KEY"
_LARGEST = 1 << 20
_LENT = ("detector", "gitleaks", "identity")
"""What a file in the repository still decides where it must not hide anything."""

Table = dict[str, object]


class _Layer(msgspec.Struct):
    """One file that was read, and the repository that it stands in, if it is not the user's own."""

    path: Path
    within: Path | None
    table: Table
    settings: Settings

    def error(self, text: str, hint: str = "") -> ConfigError:
        return ConfigError(printable(f"{self.path}: {text}"), hint=hint)


def load(
    target: Path | None,
    explicit: Path | None = None,
    *,
    honour_ignores: bool = True,
    repository_file: bool = True,
) -> Config:
    """What holds for `target`, a file or folder; nothing stands for standard input and remote targets.

    `explicit` replaces the repository's own file. Without `honour_ignores` nothing that hides findings is taken
    over: no ignore entries, no baseline, and from a file in the repository only detectors and the identity key.
    Without `repository_file` a file found in the repository is not read at all, for repositories nobody trusts.
    """
    root = find_root(target) if target is not None else None
    merged: Table = {}
    types: list[tuple[str, CredentialType]] = []
    rules: list[RuleFile] = []
    found = root / NAME if root and repository_file else None
    layers = _layers(root, explicit or found, honour_ignores=honour_ignores, required=explicit is not None)
    for layer in layers:
        if layer.within is not None:
            _refuse_higher(layer, _convert(merged).limits)
            _refuse_addresses(layer)
        types += _detectors(layer)
        rules += _rules(layer)
        merged = _merge(merged, layer.table)
    joined = _convert(merged)
    return Config(
        scan=joined.scan,
        limits=joined.limits,
        identity=Identity(os.environ.get(KEY_VARIABLE) or joined.identity.key),
        verify=joined.verify,
        store=joined.store,
        lent_stores=next((layer.settings.store.tables for layer in layers if layer.within), {}),
        ignore=joined.ignore if honour_ignores else [],
        providers=_group(types, layers),
        gitleaks=rules,
        root=root,
        prefix=prefix(root, target) if root and target else "",
        baseline=_baseline(root, layers) if root and honour_ignores else None,
        files=tuple(layer.path for layer in layers),
        notes=tuple(note for layer in layers if layer.within for note in _notes(layer)),
    )


def parse(text: str, path: Path) -> Settings:
    """The settings of one file's text, checked as far as that goes without its surroundings."""
    return _layer(text, path, None).settings


def _layers(root: Path | None, path: Path | None, *, honour_ignores: bool, required: bool) -> list[_Layer]:
    """The user's file and the one at `path`, as far as they are there, weakest first."""
    found = []
    own = user_file(NAME)
    if own is not None and (text := read_text(own, _LARGEST)) is not None:
        found.append(_layer(text, own, None))
    if path is None:
        return found
    within = root if root and path.absolute().parent.resolve().is_relative_to(root) else None
    if within is not None and path.is_symlink():
        inside(within, path.parent, path.name)
    text = read_text(path, _LARGEST)
    if text is not None:
        found.append(_layer(text, path, within, only=() if honour_ignores else _LENT))
    elif required:
        raise ConfigError(f"{path}: no such file")
    return found


def _layer(text: str, path: Path, within: Path | None, only: tuple[str, ...] = ()) -> _Layer:
    import tomllib

    layer = _Layer(path, within, {}, Settings())
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise layer.error(str(error)) from None
    if only and within is not None:
        table = {key: value for key, value in table.items() if key in only}
    _spell_dates(table)
    layer.table = table
    try:
        layer.settings = _convert(table)
        _check(layer.settings)
    except ConfigError as error:
        raise layer.error(str(error), error.hint) from None
    return layer


def _spell_dates(table: Table) -> None:
    """Allow `expires = 2026-12-31` with and without quotes: TOML's own dates become text here."""
    entries = table.get("ignore")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and type(expires := entry.get("expires")) is date:
            entry["expires"] = expires.isoformat()


def _convert(table: Table) -> Settings:
    try:
        return msgspec.convert(_gather_stores(table), Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(_locate(str(error))) from None


def _gather_stores(table: Table) -> Table:
    """Put the tables within `[store]`, one a store, where `Stores` has them; `names` is not a store's."""
    store = _subtable(table, "store")
    own = {key: value for key, value in store.items() if isinstance(value, dict) and key != "names"}
    if not own:
        return table
    return {**table, "store": {key: value for key, value in store.items() if key not in own} | {"tables": own}}


def _locate(message: str) -> str:
    """Put the place that msgspec ends its message with in front, in the words of the file: "ignore 1, expires"."""
    text, _, path = message.partition(" - at `$.")
    if not path:
        return text
    place = re.sub(r"\[(\d+)\]", lambda match: f" {int(match[1]) + 1}", path.rstrip("`"))
    return f"{place}: {text[:1].lower()}{text[1:]}"


def _check(settings: Settings) -> None:
    """What types cannot say: entries that match something, globs that are globs."""
    for number, entry in enumerate(settings.ignore, 1):
        try:
            check_entry(entry)
        except ConfigError as error:
            raise ConfigError(f"ignore {number}: {error}", hint=error.hint) from None
    for name, patterns in (("enable", settings.scan.enable), ("disable", settings.scan.disable)):
        for pattern in patterns:
            _check_name(pattern, f"scan.{name}")
    if settings.scan.exclude:
        from stanch.config.globs import Globs

        Globs(settings.scan.exclude)


def check_entry(entry: IgnoreEntry) -> None:
    """Raise ConfigError for an ignore entry without a reason, or that does not say what it ignores."""
    from stanch.config.globs import Glob

    if not entry.label:
        raise ConfigError("one of fingerprint, path and detector is needed")
    if not entry.reason.strip():
        raise ConfigError("the reason is empty")
    if entry.path:
        Glob(entry.path)
    if entry.detector:
        _check_name(entry.detector, "detector")


def _check_name(pattern: str, place: str) -> None:
    from stanch.config.globs import compile_name

    if not pattern.strip():
        raise ConfigError(f"{place}: an empty name")
    compile_name(pattern)


def _merge(base: Table, over: Table) -> Table:
    """`over` on top of `base`: tables join, lists add up, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            merged[key] = old + value
        else:
            merged[key] = value
    return merged


def _subtable(table: Table, name: str) -> Table:
    value = table.get(name)
    return value if isinstance(value, dict) else {}


def _refuse_higher(layer: _Layer, limits: Limits) -> None:
    """A repository must not be able to exhaust the machine that scans it."""
    for name in _subtable(layer.table, "limits"):
        if getattr(layer.settings.limits, name) > getattr(limits, name):
            hint = "raise it in your own file, or in one outside the repository that --config names"
            raise layer.error(f"limits.{name}: a file in the repository may lower limits, not raise them", hint)


def _refuse_addresses(layer: _Layer) -> None:
    """A repository must not be able to say where the secrets of its scanner are sent."""
    if "verify" in layer.table:
        hint = "put it in your own file, or in one outside the repository that --config names"
        raise layer.error("a file in the repository may not say 'verify'", hint)


def _detectors(layer: _Layer) -> list[tuple[str, CredentialType]]:
    if not layer.settings.detector:
        return []
    from stanch.config.detectors import read_detectors

    try:
        return read_detectors(layer.settings.detector, trusted=layer.within is None)
    except ConfigError as error:
        raise layer.error(str(error), error.hint) from None


def _group(types: list[tuple[str, CredentialType]], layers: list[_Layer]) -> list[Provider]:
    if not types:
        return []
    from stanch.config.detectors import group

    try:
        return group(types)
    except ConfigError as error:
        raise layers[-1].error(str(error)) from None


def _rules(layer: _Layer) -> list[RuleFile]:
    folder = layer.path.parent
    try:
        return [
            RuleFile(inside(layer.within, folder, name) if layer.within else folder / name, layer.within)
            for name in layer.settings.gitleaks
        ]
    except ConfigError as error:
        raise layer.error(f"gitleaks: {error}") from None


def _baseline(root: Path, layers: list[_Layer]) -> Path:
    """The baseline's place: within the root, unless the user's own file names a whole path."""
    named = [layer for layer in layers if "baseline" in _subtable(layer.table, "scan")]
    if not named:
        return inside(root, root, BASELINE)
    name = named[-1].settings.scan.baseline
    try:
        return Path(name) if named[-1].within is None and Path(name).is_absolute() else inside(root, root, name)
    except ConfigError as error:
        raise named[-1].error(f"scan.baseline: {error}") from None


def _notes(layer: _Layer) -> list[str]:
    """What a file in the repository takes away from the scan, for the report's reader, who may not know the file."""
    scan = layer.settings.scan
    notes = []
    if scan.exclude:
        notes.append(f"does not scan {', '.join(scan.exclude)}")
    if scan.enable:
        notes.append(f"runs only the detectors {', '.join(scan.enable)}")
    if scan.disable:
        notes.append(f"turns off the detectors {', '.join(scan.disable)}")
    if scan.skip_ignored:
        notes.append("skips what git ignores")
    if RANK[scan.confidence] > RANK[Confidence.MEDIUM]:
        notes.append(f"shows only findings of {scan.confidence} confidence")
    return [printable(f"{layer.path.name} {note}") for note in notes]
