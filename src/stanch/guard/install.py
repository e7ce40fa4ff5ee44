"""Puts hooks into a repository and takes them away again, leaving what was there before as it was."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from stanch.errors import ConfigError
from stanch.guard import script
from stanch.guard.place import PRE_COMMIT_MARK, Place, locate

NEW_SHARED = b"#!/bin/sh\n# Added by `stanch hook install`.\n"
"""The beginning of a shared hook that was not there before."""

TAKEN_OVER = (".legacy", ".old")
"""What the pre-commit framework and lefthook add to the name of a hook that they put themselves before."""


class Change(msgspec.Struct, frozen=True):
    """What was done to one hook file."""

    hook: str
    path: str
    action: str
    """installed, renewed, unchanged, removed or restored."""
    note: str = ""


def install(
    repository: Path, hooks: Sequence[str] = (), *, beside: bool = False, run: Sequence[str] = ()
) -> list[Change]:
    """Install hooks in a repository: without names pre-commit and pre-push, pre-receive in a bare one.

    A hook that is there already is kept and runs first. `run` is the command that the hooks call, found by
    itself if it is not given. Where lefthook manages the hooks, ConfigError says what to add to its
    configuration; `beside` puts stanch's hooks before lefthook's all the same.
    """
    place = locate(repository)
    names = hooks or (("pre-receive",) if place.bare else ("pre-commit", "pre-push"))
    check_names(names)
    for name in names:
        _refuse(place, name, beside=beside)
    run = run or own_command()
    return [_install(place, name, run) for name in names]


def uninstall(repository: Path, hooks: Sequence[str] = ()) -> list[Change]:
    """Take hooks out of a repository, all of stanch's if none is named, and put back what was there before."""
    place = locate(repository)
    check_names(hooks)
    changes = []
    for folder in folders(place):
        for name in hooks or script.GUARDED:
            for ending in ("", *TAKEN_OVER):
                changes += take_away(folder / (name + ending), name)
    return changes


def own_command() -> list[str]:
    """The absolute command that runs this stanch: its script, else the interpreter with its module."""
    called = shutil.which(sys.argv[0]) if Path(sys.argv[0]).stem == "stanch" else None
    if called:
        return [Path(called).absolute().as_posix()]
    # -P: without it a stanch.py in the repository would be run in stanch's place.
    return [Path(sys.executable).as_posix(), "-P", "-m", "stanch"]


def check_names(names: Sequence[str]) -> None:
    """ConfigError if a name is not that of a hook which stanch guards."""
    for name in names:
        if name not in script.GUARDED:
            raise ConfigError(f"{name}: not a hook that stanch guards", hint=", ".join(script.GUARDED))


def folders(place: Place) -> list[Path]:
    """Every folder of a repository in which a hook of stanch's may be, each once."""
    found = [place.own_hooks]
    if place.setting is None or place.setting.scope not in ("global", "system"):
        found.append(place.hooks)
    found.append(place.husky or place.root / ".husky")
    return list({folder.resolve(): folder for folder in found if folder.is_dir()}.values())


def target(place: Place, name: str) -> tuple[Path, bool]:
    """Where a hook of this repository belongs, and whether that file is shared by a team."""
    if place.husky:
        return place.husky / name, True
    if is_global_folder(place.hooks):
        return place.own_hooks / name, False
    return place.hooks / name, place.shared


def is_global_folder(folder: Path) -> bool:
    """Whether a hooks folder is the one that `stanch hook install --global` makes."""
    content = read(folder / "post-index-change")
    return content is not None and script.is_whole(content)


def put_hook(path: Path, text: str) -> Change:
    """Write a hook of stanch's own, keeping another one that is there under its name and `script.PREVIOUS`."""
    name = path.name
    previous = path.with_name(name + script.PREVIOUS)
    content = read(path)
    legacy = path.with_name(f"{name}.legacy")
    if PRE_COMMIT_MARK in (content or b"") and script.is_whole(read(legacy) or b""):
        path, content = legacy, read(legacy)  # the framework went before stanch and calls it
    if content is not None and script.is_whole(content):
        action = "unchanged" if content == text.encode() and os.access(path, os.X_OK) else "renewed"
        write(path, text.encode())
        return Change(name, str(path), action)
    if content is not None and f"stanch hook run {name}".encode() in content:
        return Change(name, str(path), "unchanged", "the hook that is there runs stanch already")
    if not os.path.lexists(path):
        write(path, text.encode())
        return Change(name, str(path), "installed")
    if os.path.lexists(previous):
        raise ConfigError(f"{previous}: there already, though {name} is not stanch's", hint="move one of the two away")
    _move(path, previous)
    try:
        write(path, text.encode())
    except ConfigError:
        _move(previous, path)
        raise
    runs = "runs first" if os.access(previous, os.X_OK) else "is not executable and did not run before either"
    return Change(name, str(path), "installed", f"the hook that was there {runs} ({previous.name})")


def take_away(path: Path, name: str) -> list[Change]:
    """Undo `put_hook` or the block in a shared hook; nothing if the file is not stanch's."""
    content = read(path)
    if content is None or script.version(content) is None:
        return []
    if not script.is_whole(content):
        rest = script.remove_block(content)
        if rest == NEW_SHARED:
            _remove(path)
            return [Change(name, str(path), "removed")]
        write(path, rest, mode=path.stat().st_mode & 0o777)
        return [Change(name, str(path), "restored")]
    previous = path.with_name(name + script.PREVIOUS)
    if not os.path.lexists(previous):
        _remove(path)
        return [Change(name, str(path), "removed")]
    if path.name != name and generated(read(previous)) and generated(read(path.with_name(name))):
        # The tool is back in front with its own hook; a second one behind would run twice or in a circle.
        _remove(path)
        _remove(previous)
        return [Change(name, str(path), "removed")]
    _move(previous, path)
    return [Change(name, str(path), "restored", "the hook that was there before is back")]


def generated(content: bytes | None) -> bool:
    """Whether a hook file is one that the pre-commit framework or lefthook writes, and can write again."""
    return content is not None and (PRE_COMMIT_MARK in content or b"call_lefthook" in content)


def read(path: Path) -> bytes | None:
    """A hook file's content, or None if there is no such file."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write(path: Path, content: bytes, mode: int = 0o755) -> None:
    """Write a hook file at once or not at all; ConfigError if that is not possible."""
    beside = path.with_name(f".{path.name}.stanch-new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.chmod(mode)
        # A shared hook may be a link to where a team keeps it: the link stays.
        beside.replace(path.resolve() if path.is_symlink() else path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{path}: {error.strerror}") from None


def _refuse(place: Place, name: str, *, beside: bool) -> None:
    """ConfigError, before anything is changed, where a hook would not be run or would be in somebody's way."""
    if name == "pre-commit" and place.bare:
        raise ConfigError(f"{place.root}: a bare repository has no commits to stop", hint="pre-receive")
    setting = place.setting
    if place.off and setting is not None:
        raise ConfigError(
            f"{place.root}: hooks are turned off by core.hooksPath={setting.value!r} in {setting.origin}",
            hint="git config --unset core.hooksPath",
        )
    if setting and setting.scope in ("global", "system") and not is_global_folder(place.hooks):
        raise ConfigError(
            f"{place.root}: {setting.origin} sends the hooks of all repositories to {place.hooks}",
            hint="`stanch hook install --global` installs there, for all of them",
        )
    path, shared = target(place, name)
    if path.is_dir():
        raise ConfigError(f"{path}: a folder, where git expects a hook")
    content = read(path)
    if shared and content is not None and not script.takes_block(content):
        raise ConfigError(
            f"{path}: shared by the repository and not a shell script",
            hint=f"call `stanch hook run {name}` from it, with its arguments and standard input",
        )
    if place.lefthook and name != "pre-receive" and not beside and not lefthook_runs(place, name):
        raise ConfigError(
            f"{place.root}: lefthook manages the hooks here",
            hint=f"add to {place.lefthook[0].name}:\n{LEFTHOOK[name]}\n"
            "or `stanch hook install --beside` to put stanch before lefthook in this clone only",
        )


LEFTHOOK = {
    "pre-commit": "pre-commit:\n  commands:\n    stanch:\n      run: stanch hook run pre-commit",
    "pre-push": "pre-push:\n  commands:\n    stanch:\n      run: stanch hook run pre-push {0}\n      use_stdin: true",
}
"""What runs stanch from lefthook's configuration."""


def lefthook_runs(place: Place, name: str) -> bool:
    """Whether lefthook's configuration calls stanch for a hook."""
    return any(f"stanch hook run {name}".encode() in (read(path) or b"") for path in place.lefthook)


def _install(place: Place, name: str, run: Sequence[str]) -> Change:
    path, shared = target(place, name)
    if shared:
        return _put_block(path, name)
    if place.lefthook and name != "pre-receive":
        if lefthook_runs(place, name):
            return Change(name, str(place.lefthook[0]), "unchanged", "lefthook runs stanch already")
        change = put_hook(path, script.hook(name, run))
        warning = "lefthook puts its own hook back whenever its configuration changes; `stanch hook doctor` tells"
        return msgspec.structs.replace(change, note=warning)
    return put_hook(path, script.hook(name, run))


def _put_block(path: Path, name: str) -> Change:
    content = read(path)
    wanted = script.add_block(NEW_SHARED if content is None else content, name)
    note = "part of the repository: commit it, and everybody who has stanch is guarded"
    if content is None:
        write(path, wanted)
        return Change(name, str(path), "installed", note)
    action = "renewed" if script.version(content) else "installed"
    if content != wanted:
        write(path, wanted, mode=path.stat().st_mode & 0o777)
        return Change(name, str(path), action, note)
    return Change(name, str(path), "unchanged")


def _move(path: Path, to: Path) -> None:
    try:
        path.replace(to)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
