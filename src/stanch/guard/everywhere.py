"""Hooks for every repository of a user, through `core.hooksPath` in the user's global git configuration.

With a global `core.hooksPath` git no longer looks into any `.git/hooks`. So the folder that stanch makes
holds a file for every hook that git knows, and each runs the repository's own.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from stanch.errors import ConfigError
from stanch.guard import script
from stanch.guard.install import Change, check_names, own_command, put_hook, read, take_away, write
from stanch.guard.place import HooksPath, git, hooks_path


def folder() -> Path:
    """Where stanch keeps its global hooks: in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("stanch", appauthor=False) / "hooks"


def setting() -> HooksPath | None:
    """The `core.hooksPath` of all repositories, the user's before the machine's."""
    found = hooks_path(Path.cwd(), "--global")
    if found is None and not os.environ.get("GIT_CONFIG_NOSYSTEM"):
        found = hooks_path(Path.cwd(), "--system")
    return found


def is_own(found: HooksPath | None) -> bool:
    """Whether a setting leads to the folder that stanch made."""
    return found is not None and bool(found.value) and Path(found.value) == folder()


def install_global(hooks: Sequence[str] = (), *, run: Sequence[str] = ()) -> list[Change]:
    """Install pre-commit and pre-push, or the hooks that are named, for every repository of the user.

    Where `core.hooksPath` is set for all repositories already, they go into that folder, before what is there.
    """
    check_names(hooks)
    names = hooks or ("pre-commit", "pre-push")
    run = run or own_command()
    found = setting()
    if found is None or is_own(found):
        changes = [_put(name, guarded=name in names or _guards(name), run=run) for name in script.ALL_HOOKS]
        if found is None:
            git(Path.cwd(), "config", "--global", "core.hooksPath", folder().as_posix())
        return [change for change in changes if change.hook in names]
    place = Path(found.value)
    if not place.is_absolute():
        raise ConfigError(
            f"core.hooksPath={found.value!r} in {found.origin} means another folder in each repository",
            hint="run `stanch hook install` in each repository",
        )
    if place.exists() and not place.is_dir():
        raise ConfigError(
            f"hooks are turned off by core.hooksPath={found.value!r} in {found.origin}",
            hint=f"git config --{found.scope} --unset core.hooksPath",
        )
    return [put_hook(place / name, script.hook(name, run)) for name in names]


def uninstall_global() -> list[Change]:
    """Undo `install_global`: the setting if it is stanch's, and every hook of stanch's in the folder."""
    changes = []
    found = setting()
    if is_own(found):
        git(Path.cwd(), "config", "--global", "--unset-all", "core.hooksPath")
    elif found is not None and Path(found.value).is_absolute():
        for name in script.GUARDED:
            changes += take_away(Path(found.value) / name, name)
    for name in script.ALL_HOOKS:
        removed = take_away(folder() / name, name)
        changes += [change for change in removed if name in script.GUARDED]
    if folder().is_dir() and not any(folder().iterdir()):
        folder().rmdir()
    return changes


def _guards(name: str) -> bool:
    """Whether the global file of a hook scans, and does not only pass on."""
    return name in script.GUARDED and b"hook run" in (read(folder() / name) or b"")


def _put(name: str, *, guarded: bool, run: Sequence[str]) -> Change:
    path = folder() / name
    text = script.global_hook(name, run, guarded=guarded).encode()
    before = read(path)
    write(path, text)
    return Change(name, str(path), "installed" if before is None else "renewed" if before != text else "unchanged")
