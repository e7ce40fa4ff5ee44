"""Where configuration is looked for."""

import os
import sys
from pathlib import Path


def find_root(target: Path) -> Path | None:
    """The root that configuration and baseline belong to: the repository around `target`, or else `target` itself.

    A file that is in no repository has none: what lies beside it is not known to belong to it.
    """
    target = target.resolve()
    for folder in (target, *target.parents):
        if _is_repository(folder):
            return folder
    return target if target.is_dir() else None


def prefix(root: Path, target: Path) -> str:
    """The folder of `target` as seen from `root`, with "/" at the end; empty for the root itself."""
    target = target.resolve()
    folder = target if target.is_dir() else target.parent
    return "".join(f"{name}/" for name in folder.relative_to(root).parts)


def _is_repository(folder: Path) -> bool:
    """Whether `folder` holds a work tree's `.git`, be it a folder or a file, or is a bare repository."""
    git = folder / ".git"
    if git.is_file() or (git / "HEAD").is_file():
        return True
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return bare and folder.name != ".git"


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
