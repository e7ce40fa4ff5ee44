"""Where configuration is looked for."""

import os
import sys
from pathlib import Path


def find_root(target: Path) -> Path | None:
    """The root that configuration and baseline belong to: the repository around `target`, or else `target` itself.

    A file that is in no repository has none: what lies beside it is not known to belong to it. Nor has a folder that
    may not be entered, for nothing in it can be read.
    """
    target = target.resolve()
    for folder in (target, *target.parents):
        if _is_repository(folder):
            return folder
    return target if _is_folder(f"{target}/.") else None


def prefix(root: Path, target: Path) -> str:
    """The folder of `target` as seen from `root`, with "/" at the end; empty for the root itself."""
    # Asked of the target as it was given: "." can be looked at even where the way to it may not be gone.
    folder = target.resolve() if _is_folder(target) else target.resolve().parent
    return "".join(f"{name}/" for name in folder.relative_to(root).parts)


def _is_repository(folder: Path) -> bool:
    """Whether `folder` holds a work tree's `.git`, be it a folder or a file, or is a bare repository."""
    git = folder / ".git"
    if _is_file(git) or _is_file(git / "HEAD"):
        return True
    bare = _is_file(folder / "HEAD") and _is_folder(folder / "objects") and _is_folder(folder / "refs")
    return bare and folder.name != ".git"


# The methods of Path end with an error, in Pythons before 3.14, where a folder on the way may not be entered.


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113


def _is_folder(path: Path | str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def user_file(name: str) -> Path | None:
    """The user's own configuration file, whether it is there or not; nothing for a user without a home."""
    for variable in ("XDG_CONFIG_HOME", "APPDATA") if sys.platform == "win32" else ("XDG_CONFIG_HOME",):
        folder = Path(os.environ.get(variable, ""))
        if folder.is_absolute():
            return folder / "stanch" / name
    try:
        home = Path.home()
    except RuntimeError:
        return None
    parts = ("Library", "Application Support") if sys.platform == "darwin" else (".config",)
    return home.joinpath(*parts, "stanch", name)
