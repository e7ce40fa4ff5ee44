"""Environment variables, kept for development in a `.env` file that git ignores."""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from stanch.config.places import find_root
from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores.dotenv import Entry, assign, entries, portable
from stanch.respond.stores.model import (
    ABSENT,
    LISTED,
    Address,
    Answer,
    Held,
    Question,
    Reference,
    Settings,
    Store,
    StoreError,
    Trouble,
    absent,
    conflict,
    forgetful,
    same,
)
from stanch.sources.git.command import Git
from stanch.textfile import inside, read_text, replace_text

_LARGEST = 4 << 20


class EnvSettings(Settings, frozen=True):
    """`[store.env]`."""

    file: str = ".env"
    """Relative to the repository's root."""
    example: str = ".env.example"
    """Beside it: the file that names the variables without their values; nothing for none."""


class EnvAddress(Address, frozen=True):
    """A variable, and the file that sets it."""

    variable: str
    file: str

    def __str__(self) -> str:
        return f"{self.file}#{self.variable}"


class Env(Store[EnvSettings]):
    """A `.env` file. It keeps no versions: a value that is written over is gone."""

    name = "env"
    settings_type = EnvSettings
    has_paths = False
    remembers = False

    def __init__(self, settings: EnvSettings, root: Path, lent: frozenset[str]) -> None:
        super().__init__(settings, root, lent)
        self._shown = settings.file
        self._file = inside(root, root, settings.file) if "file" in lent else root / settings.file
        self._example = settings.example
        if self._example and Path(self._example).name != self._example:
            raise ConfigError("store.env.example: the name of a file beside the .env file")

    def address(self, reference: Reference) -> EnvAddress:
        """The variable's name is the reference's; where other stores keep it means nothing here."""
        return EnvAddress(reference.name, self._shown)

    def get(self, reference: Reference) -> Held:
        """The last assignment counts, as for whoever reads the file."""
        address = self.address(reference)
        entry = _last(entries(self._read()), reference.name)
        if entry is None:
            raise absent(address)
        return Held(str(address), changed=self._changed(), value=Secret(entry.value))

    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """First the file is ignored by git, then it is written, then the example names the variable."""
        address = self.address(reference)
        self._refuse_nowhere()
        if expected not in (None, ABSENT):
            raise ConfigError(f"{self._shown} keeps no versions", hint=f"the version can only be {ABSENT!r}")
        if "\0" in value.reveal():
            raise StoreError(Trouble.UNUSABLE, f"{address}: no environment variable can hold a NUL character")
        self._refuse_tracked()
        with _locked(self._file.parent):
            text = self._read()
            entry = _last(entries(text), reference.name)
            unchanged = entry is not None and same(entry.value, value.reveal())
            if entry is not None and entry.value and not unchanged:
                if expected == ABSENT:
                    raise conflict(address, "", self._changed())
                if not replace:
                    raise forgetful(address)
            new = self._assign(text, reference.name, value.reveal())
            notes = list(self._ignore())
            if not unchanged:
                replace_text(self._file, new, new_mode=0o600)
            notes += self._name(reference)
        if not portable(value.reveal()):
            notes.append("readers of .env files differ on a value like this one; sh and stanch read it as it is")
        return Held(str(address), changed=self._changed(), unchanged=unchanged, notes=tuple(notes))

    def list(self, prefix: str = "") -> Iterator[Held]:
        """The variables whose names begin with `prefix`."""
        changed = self._changed()
        for name in sorted({entry.name for entry in entries(self._read())})[:LISTED]:
            if name.startswith(prefix):
                yield Held(f"{self._shown}#{name}", changed=changed)

    def questions(self, reference: Reference) -> Iterator[Question]:
        """Whether it can be read and written, and whether anybody else could."""
        yield "read", lambda: self._check_read(reference.name)
        yield "write", self._check_write
        yield "private", self._check_mode
        yield "kept out of git", self._check_git

    def _read(self) -> str:
        """The file's text, or nothing where there is none."""
        if self._file.is_symlink():
            raise ConfigError(f"{self._shown}: a symbolic link", hint="name the file that it leads to: store.env.file")
        return read_text(self._file, _LARGEST) or ""

    def _assign(self, text: str, name: str, value: str) -> str:
        try:
            return assign(text, name, value)
        except ConfigError as error:
            raise ConfigError(f"{self._shown}: {error}") from None

    def _changed(self) -> datetime | None:
        try:
            return datetime.fromtimestamp(int(self._file.stat().st_mtime), UTC)
        except OSError:
            return None

    def _refuse_nowhere(self) -> None:
        if not self._file.parent.is_dir():
            raise ConfigError(f"{self._file.parent}: no such folder")

    def _refuse_tracked(self) -> None:
        git = self._git()
        if git and git[0].line("--literal-pathspecs", "ls-files", "--", git[1]):
            hint = f"git rm --cached {git[1]}; it stays in the history, and so do the secrets that were in it"
            raise ConfigError(f"{self._shown}: git tracks this file, so that a secret in it would leak", hint=hint)

    def _git(self) -> tuple[Git, str] | None:
        """The repository that the file is in, and its path there; nothing outside of any, or without git."""
        root = find_root(self._file.parent)
        if root is None or not os.path.lexists(root / ".git") or shutil.which("git") is None:
            return None
        return Git(str(root)), (self._file.parent.resolve() / self._file.name).relative_to(root).as_posix()

    def _ignored(self) -> bool:
        git = self._git()
        if git:
            # What only this machine ignores does not help whoever clones it.
            return bool(git[0].line("-c", "core.excludesFile=", "check-ignore", "--no-index", "--", git[1]))
        rules = (read_text(self._file.parent / ".gitignore", _LARGEST) or "").splitlines()
        return bool({self._file.name, f"/{self._file.name}"} & {rule.strip() for rule in rules})

    def _ignore(self) -> Iterator[str]:
        """See that git ignores the file; gives what was done."""
        if self._ignored():
            return
        rules = self._file.parent / ".gitignore"
        _append(rules, "/" + re.sub(r"[\\*?\[!#]", r"\\\g<0>", self._file.name))
        yield f"{rules.name} now names {self._file.name}"
        if not self._ignored():
            yield f"git still does not ignore {self._file.name}: look for a rule that takes it in again"

    def _name(self, reference: Reference) -> Iterator[str]:
        """See that the example names the variable; gives what was done."""
        example = self._file.parent / self._example
        try:
            if not self._example or _last(entries(read_text(example, _LARGEST) or ""), reference.name):
                return
            _append(example, f"{reference.name}=")
        except ConfigError as error:  # the value is kept by now
            yield f"{self._example} does not name {reference.name}: {error}"
        else:
            yield f"{self._example} now names {reference.name}, without its value"

    def _check_read(self, name: str) -> str:
        if not self._file.exists():
            return f"{self._shown} is not there yet"
        found = entries(self._read())
        broken = [entry for entry in found if not entry.closed]
        if broken:
            raise ConfigError(f"{self._shown}:{broken[0].line}: a quote has no end")
        return f"{self._shown}, {'with' if _last(found, name) else 'without'} {name}"

    def _check_write(self) -> str:
        self._refuse_nowhere()
        self._refuse_tracked()
        if not os.access(self._file.parent, os.W_OK | os.X_OK):
            raise ConfigError(f"{self._file.parent}: no permission to write here")
        return ""

    def _check_mode(self) -> Answer | str:
        try:
            mode = stat.S_IMODE(self._file.stat().st_mode)
        except FileNotFoundError:
            return "it will be made for you alone"
        if os.name == "posix" and mode & 0o077:
            return Answer("private", False, f"mode {mode:04o}: others may read it; chmod 600 {self._shown}")
        return ""

    def _check_git(self) -> Answer | str:
        if self._ignored():
            return ""
        return Answer("kept out of git", None, "not ignored yet; 'put' sees to that")


def _last(found: list[Entry], name: str) -> Entry | None:
    return next((entry for entry in reversed(found) if entry.name == name), None)


def _append(path: Path, line: str) -> None:
    """One more line for a file that may not be there yet."""
    if path.is_symlink():
        raise ConfigError(f"{path}: a symbolic link", hint="edit the file that it leads to")
    text = read_text(path, _LARGEST) or ""
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    replace_text(path, f"{text}{gap}{line}{end}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other calls of stanch from changing files in a folder meanwhile, where the system can."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


STORE = Env
