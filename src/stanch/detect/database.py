"""The Hyperscan database over all patterns: compiled once, kept in the user's cache folder, loaded in milliseconds."""

import os
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import hyperscan
import msgspec

import stanch
from stanch import patterns
from stanch.catalog.model import Provider
from stanch.detect.rules import Known, Rule, Trigger, build, facts, triggers
from stanch.detect.says import Say, says
from stanch.errors import ConfigError

FOLDER = Path(stanch.__file__).parent / "catalog" / "providers"
_LAYOUT = "17"
"""Changes whenever the bundle's layout or the meaning of a trigger does."""


class Bundle(msgspec.Struct, array_like=True):
    """What goes with the compiled patterns: everything else that scanning needs, ready to use."""

    signature: str
    """What it was made from, see `_signature`."""
    catalog: str
    """Hash of the provider files' content."""
    providers: list[Provider]
    """Without the response facts, which detecting has no use for."""
    triggers: list[Trigger]
    run_triggers: list[Trigger]
    """Of the second database, see `stanch.detect.decode.RUNS`."""
    known: list[Known]
    """Of the rules that `build` makes of the providers."""
    says: list[Say]
    """Of all triggers, see `stanch.detect.says`."""
    patterns: list[patterns.Kept]
    """Those of the modules that judge what is found."""
    facts: bytes
    """The providers with all that is known of them, packed and compressed: it is seldom asked for, and always read."""

    def everything(self) -> list[Provider]:
        """The providers with their response facts too."""
        return msgspec.msgpack.decode(zlib.decompress(self.facts), type=list[Provider])


def _catalog(folder: Path) -> list[Provider]:
    # Imported only to compile: with a cache at hand nobody needs what reads and checks the files.
    from stanch.catalog.load import read_providers

    return read_providers(folder)


class Databases(NamedTuple):
    """The databases, ready to scan. `runs` is asked where there is a run of letters and digits."""

    first: hyperscan.Database
    runs: hyperscan.Database
    every: hyperscan.Database
    """The first once more, for many texts in one: it tells every place, also where one place a text would do."""


def cache_folder() -> Path:
    """The user's cache folder for stanch: STANCH_CACHE_DIR, else the platform's usual place."""
    if chosen := os.environ.get("STANCH_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "stanch"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "stanch" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stanch"


def open_bundle(extra: Iterable[Provider] = (), folder: Path = FOLDER) -> tuple[Bundle, Databases]:
    """The bundle for the catalog in `folder` plus `extra` providers, from the cache if it is there.

    A cache that cannot be read, does not fit or cannot be written is passed over: it only costs time.
    """
    extra = list(extra)
    signature = _signature(extra, folder)
    name = f"engine-{zlib.crc32(signature.encode()):08x}.bin"
    path = cache_folder() / name
    # What set-up compiled lies beside the interpreter, and serves those who run that one with another cache folder.
    for place in (path, Path(sys.prefix) / "cache" / name):
        found = _stored(place, signature)
        if found is not None:
            return found
    bundle, databases = compile_bundle([*_catalog(folder), *extra], signature)
    store(path, _packed(bundle, databases))
    _drop_old(path.parent)
    return bundle, databases


def _packed(bundle: Bundle, databases: Databases) -> bytes:
    """A cache file's content: the bundle's checksum, the size of each part, then the bundle and the databases."""
    parts = [msgspec.msgpack.encode(bundle), *(hyperscan.dumpb(each) for each in databases)]
    numbers = (zlib.crc32(parts[0]), *map(len, parts))
    return b"".join([*(number.to_bytes(4, "big") for number in numbers), *parts])


def _stored(path: Path, signature: str) -> tuple[Bundle, Databases] | None:
    """What a cache file holds, if it is whole and made from what `signature` says.

    Every commit waits for this: each part is read into its place at once, and Hyperscan checks its own.
    """
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(20)
            checksum, *sizes = (int.from_bytes(head[at : at + 4], "big") for at in range(0, 20, 4))
            if len(head) + sum(sizes) != os.fstat(file.fileno()).st_size:
                return None
            packed, *databases = (file.read(size) for size in sizes)
        if zlib.crc32(packed) != checksum:
            return None
        bundle = msgspec.msgpack.decode(packed, type=Bundle)
        if bundle.signature != signature:
            return None
        patterns.keep(bundle.patterns)
        return bundle, Databases(*(hyperscan.loadb(each, hyperscan.HS_MODE_BLOCK) for each in databases))
    except (OSError, msgspec.DecodeError, hyperscan.error):
        return None


def compile_bundle(providers: list[Provider], signature: str = "") -> tuple[Bundle, Databases]:
    """Compile every trigger of `providers` and of the decoders."""
    from hashlib import sha256

    from stanch.detect import decode, verdict  # noqa: F401 - for the patterns in it

    rules = build(providers)
    table = [*triggers(rules), *decode.TRIGGERS]
    try:
        databases = Databases(_compile(table), _compile(decode.RUNS), _compile(table, every=True))
    except hyperscan.error as error:
        raise ConfigError(_culprit(providers, table) or f"the patterns do not compile: {error}") from None
    whole = msgspec.msgpack.encode(providers)
    slim = [_slim(each) for each in providers]
    return Bundle(
        signature=signature,
        catalog=sha256(whole).hexdigest()[:16],
        providers=slim,
        triggers=table,
        run_triggers=decode.RUNS,
        known=facts(rules),
        says=says([*table, *decode.RUNS], rules),
        patterns=patterns.to_keep(),
        facts=zlib.compress(whole),
    ), databases


def _slim(provider: Provider) -> Provider:
    """What a scan needs of a provider: it is decoded whenever one begins."""
    names = ("uses", "create", "reach", "risks", "logs", "trails", "consumers", "notes", "examples", "near_misses")
    facts: dict[str, Any] = {name: [] for name in (*names, "env", "sdks", "aliases")}
    types = [
        msgspec.structs.replace(
            kind,
            formats=[msgspec.structs.replace(shape, source="") for shape in kind.formats],
            verify=None,
            revoke=None,
            **facts,
        )
        for kind in provider.types
    ]
    return msgspec.structs.replace(provider, types=types, trails=[], website="")


def _compile(table: list[Trigger], *, every: bool = False) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[trigger.expression for trigger in table],
        ids=list(range(len(table))),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH if trigger.once and not every else 0 for trigger in table],
    )
    return database


def _culprit(providers: list[Provider], table: list[Trigger]) -> str:
    """Which format's pattern Hyperscan refuses, compiled by itself."""
    built: list[Rule] = build(providers)
    for trigger in table:
        try:
            _compile([trigger])
        except hyperscan.error as error:
            owner = built[trigger.rules[0]].kind.id if trigger.rules else f"decoder {trigger.decoder}"
            return f"{owner}: the engine does not take this pattern: {error}"
    return ""


def _signature(extra: list[Provider], folder: Path) -> str:
    """What a bundle is made from, by versions, sizes and times: no provider file is read for it."""
    matcher = Path(hyperscan.__file__ or sys.executable).stat()
    parts = [_LAYOUT, stanch.__version__, str(matcher.st_mtime_ns), sys.version, sys.platform]
    parts += stamps((folder, Path(__file__).parent, FOLDER.parent, FOLDER.parent / "checks"))
    return "\n".join(parts) + msgspec.json.encode(extra).decode()


def stamps(folders: Iterable[Path]) -> list[str]:
    """Names, sizes and times of the files in `folders` that decide what is found: where one changes, so does this."""
    found = []
    for folder in folders:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith((".toml", ".py")):
                status = entry.stat()
                found.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return found


def store(path: Path, content: bytes) -> None:
    """Write a cache file so that a reader sees all of it or none; where that cannot be done, it is not."""
    import tempfile

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        return


def _drop_old(folder: Path) -> None:
    """Drop the cache files of earlier catalogs."""
    try:
        for each in sorted(folder.glob("engine-*.bin"), key=lambda file: file.stat().st_mtime)[:-8]:
            each.unlink(missing_ok=True)
    except OSError:
        return
