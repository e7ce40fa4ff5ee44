"""Whether the hooks really run: what is installed where, what stands in the way, and what to do about it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from stanch.guard import script
from stanch.guard.everywhere import is_own, setting
from stanch.guard.install import TAKEN_OVER, folders, is_global_folder, lefthook_runs, read, target
from stanch.guard.place import PRE_COMMIT_MARK, Place, locate, settings

CLIENT = ("pre-commit", "pre-push")
"""What a work tree should have; a bare repository should have pre-receive."""

OFF = {"husky": ("HUSKY", "0"), "lefthook": ("LEFTHOOK", "0")}
"""The variable that turns all hooks of a manager off, and its value."""


class Hook(msgspec.Struct, frozen=True):
    """One hook of a repository and what stanch has to do with it."""

    name: str
    runs: bool = False
    """Whether git, as things stand, comes to run stanch."""
    through: str = ""
    """What starts stanch: git, global, husky, lefthook, pre-commit, hand for a hook that somebody wrote, or nothing."""
    path: str = ""
    """The file that has the call."""
    version: int | None = None
    """Of the installed script."""
    command: tuple[str, ...] = ()
    """The absolute command in it; empty where stanch is taken from PATH."""
    previous: str = ""
    """The hook that was there before and runs first."""


class Problem(msgspec.Struct, frozen=True):
    """Something that keeps a hook from doing its work, and one line of what to do."""

    hook: str
    what: str
    todo: str


class Status(msgspec.Struct, frozen=True):
    """What is installed in a repository."""

    repository: str
    bare: bool
    hooks_path: str
    """The folder that git runs hooks from."""
    set_by: str
    """The file that sets `core.hooksPath`, if any does."""
    hooks: list[Hook]
    problems: list[Problem]


def status(repository: Path) -> Status:
    """What is installed in the repository that a folder lies in, and the problems that can be seen in its files."""
    place = locate(repository)
    names = ["pre-receive"] if place.bare else list(CLIENT)
    if not place.bare and read(target(place, "pre-receive")[0]) is not None:
        names.append("pre-receive")
    hooks = [_look(place, name) for name in names]
    return Status(
        repository=str(place.root),
        bare=place.bare,
        hooks_path=str(place.hooks),
        set_by=place.setting.origin if place.setting else "",
        hooks=hooks,
        problems=list(_problems(place, hooks)),
    )


def doctor(repository: Path, environ: Mapping[str, str] = os.environ) -> list[Problem]:
    """All problems of a repository's hooks: those of `status`, and those that show when the commands are run."""
    found = status(repository)
    problems = list(found.problems)
    tried: dict[tuple[str, ...], str] = {}
    for hook in found.hooks:
        if not hook.runs or (hook.command and not _is_there(hook.command)):
            continue
        command = hook.command or (shutil.which("stanch") or "",)
        if command[0]:
            trouble = tried[command] if command in tried else tried.setdefault(command, _try(command))
            if trouble:
                todo = "install stanch again, then run `stanch hook install`"
                problems.append(Problem(hook.name, f"{command[0]} does not work: {trouble}", todo))
        problems += _switched_off(hook, environ)
    if any(hook.name == "pre-receive" for hook in found.hooks):
        problems += _server_settings(Path(found.repository))
    return problems


def _look(place: Place, name: str) -> Hook:
    """What stanch has to do with one hook: the first of all ways in which git may come to run it."""
    path, shared = target(place, name)
    content = read(path) or b""
    in_front = read(place.hooks / name) or b""
    call = f"stanch hook run {name}".encode()
    if script.version(content) is not None:
        through = "husky" if place.husky else "global" if _is_global(place) else "git"
        return _described(name, path, content, through, runs=_is_run(place, path), shared=shared)
    if call in content:
        return Hook(name, runs=_is_run(place, path), through="hand", path=str(path))
    if lefthook_runs(place, name):
        return Hook(name, runs=b"lefthook" in in_front, through="lefthook", path=str(place.lefthook[0]))
    if place.framework and b"stanch" in (read(place.framework) or b"") and PRE_COMMIT_MARK in in_front:
        return Hook(name, runs=True, through="pre-commit", path=str(place.framework))
    legacy = path.with_name(name + TAKEN_OVER[0])
    if PRE_COMMIT_MARK in in_front and script.version(read(legacy) or b"") is not None:
        return _described(name, legacy, read(legacy) or b"", "pre-commit", runs=os.access(legacy, os.X_OK))
    if is_global_folder(place.hooks) and b" hook run " in in_front:
        return _described(name, place.hooks / name, in_front, "global", runs=_is_run(place, place.hooks / name))
    lost = _elsewhere(place, name)
    return _described(name, lost[0], read(lost[0]) or b"", "", runs=False) if lost else Hook(name)


def _described(name: str, path: Path, content: bytes, through: str, *, runs: bool, shared: bool = False) -> Hook:
    # What a repository brings along must not choose the command that `doctor` tries.
    command = () if shared else tuple(script.command(content))
    previous = path.with_name(name + script.PREVIOUS)
    return Hook(
        name=name,
        runs=runs,
        through=through,
        path=str(path),
        version=script.version(content),
        command=command,
        previous=str(previous) if os.path.lexists(previous) else "",
    )


def _is_global(place: Place) -> bool:
    own = is_global_folder(place.hooks)  # which runs the hooks of the repository itself
    return not own and place.setting is not None and place.setting.scope in ("global", "system")


def _is_run(place: Place, path: Path) -> bool:
    """Whether git runs a hook file, given that it looks in the file's folder or a manager does."""
    if place.off:
        return False
    if place.husky and place.husky != place.hooks:
        # husky 9 runs the file with sh, from an executable file of its own.
        return os.access(place.hooks / path.name, os.X_OK)
    return os.access(path, os.X_OK)


def _problems(place: Place, hooks: Sequence[Hook]) -> Iterator[Problem]:
    if place.off and place.setting:
        what = f"hooks are turned off by core.hooksPath={place.setting.value!r} in {place.setting.origin}"
        yield Problem("", what, "git config --unset core.hooksPath, then run `stanch hook doctor` again")
        return
    for hook in hooks:
        yield from _file_problems(hook)
        if not hook.runs:
            yield from _absent(place, hook)
    if is_global_folder(place.hooks):
        missing = [name for name in script.ALL_HOOKS if not os.access(place.hooks / name, os.X_OK)]
        if missing:
            what = f"{place.hooks} does not pass on {', '.join(missing)}, so repositories lose theirs"
            yield Problem("", what, "stanch hook install --global")


def _file_problems(hook: Hook) -> Iterator[Problem]:
    """What is wrong with the file of a hook that stanch wrote."""
    again = "stanch hook install" + (" --global" if hook.through == "global" else "")
    if hook.version is not None and hook.version < script.VERSION:
        yield Problem(hook.name, f"{hook.path} was written by an older stanch", again)
    on_path = shutil.which("stanch")
    if hook.command and not _is_there(hook.command):
        gone = f"{hook.command[0]}, which {hook.path} calls, is no longer there"
        if on_path:
            yield Problem(hook.name, f"{gone}; {on_path} is taken from PATH instead", again)
        else:
            yield Problem(hook.name, f"{gone}, nor is stanch on PATH", f"install stanch again, then {again}")
    elif hook.runs and not hook.command and hook.through != "pre-commit" and not on_path:
        yield Problem(hook.name, f"{hook.path} calls stanch, which is not on PATH", "put stanch on PATH")


def _absent(place: Place, hook: Hook) -> Iterator[Problem]:
    """Why a hook does not run: it is there and something stands in the way, or it is nowhere."""
    name = hook.name
    if hook.through == "lefthook":
        yield Problem(name, f"{hook.path} calls stanch, but lefthook is not installed here", "lefthook install")
        return
    lost = _elsewhere(place, name)
    if hook.path and hook.path not in map(str, lost):
        yield Problem(name, f"{hook.path} is not executable, so git passes it over", f"chmod +x {hook.path}")
        return
    if place.framework and f"stanch hook run {name}".encode() in (read(place.framework) or b""):
        todo = f"pre-commit install --hook-type {name}"
        yield Problem(name, "the pre-commit framework is set up but not installed here", todo)
        return
    for path in lost:
        yield _shadowed(place, name, path)
    if lost:
        return
    found = setting()
    if is_own(found) and place.setting and place.setting.scope not in ("global", "system"):
        what = f"core.hooksPath in {place.setting.origin} hides the global hooks of stanch"
        yield Problem(name, what, "stanch hook install")
        return
    yield Problem(name, "not installed", f"stanch hook install --hook {name}")


def _elsewhere(place: Place, name: str) -> list[Path]:
    """The files of stanch's for a hook that lie where git does not look."""
    wanted, _ = target(place, name)
    paths = (folder / (name + ending) for folder in folders(place) for ending in ("", *TAKEN_OVER))
    return [path for path in paths if path != wanted and script.version(read(path) or b"") is not None]


def _shadowed(place: Place, name: str, path: Path) -> Problem:
    """A hook of stanch's that is there, in a place where git does not look."""
    if path.parent.name == ".husky" and not place.husky:
        return Problem(name, f"{path} calls stanch, but husky is not installed here", "npm install, or npx husky")
    if path.name != name:
        what = f"another tool has put its own hook before stanch's, which is now {path}"
        return Problem(name, what, "stanch hook uninstall, then stanch hook install")
    where = f" ({place.setting.origin})" if place.setting else ""
    what = f"git looks for hooks in {place.hooks}{where} and not at {path}"
    return Problem(name, what, "stanch hook install")


def _switched_off(hook: Hook, environ: Mapping[str, str]) -> Iterator[Problem]:
    variable, value = OFF.get(hook.through, ("", ""))
    if variable and environ.get(variable) == value:
        yield Problem(hook.name, f"{variable}={value} turns all hooks of {hook.through} off", f"unset {variable}")
    if hook.through == "pre-commit" and "stanch" in environ.get("SKIP", ""):
        yield Problem(hook.name, f"SKIP={environ['SKIP']} turns stanch off in pre-commit", "unset SKIP")


def _server_settings(repository: Path) -> Iterator[Problem]:
    """Settings of a receiving repository that cannot be used, or do nothing."""
    from stanch.guard.receive import IGNORES
    from stanch.guard.settings import budget, is_true

    found = settings(repository, r"^(stanch|receive)\.")
    seconds = found.get("stanch.budget")
    if seconds and budget(seconds) is None:
        todo = "git config stanch.budget 30"
        yield Problem("pre-receive", f"stanch.budget is {seconds!r}, not a number of seconds", todo)
    for name in ("stanch.onTimeout", "stanch.onIncomplete"):
        value = found.get(name.lower(), "allow")
        if value not in ("allow", "reject"):
            what = f"{name} is {value!r}, which counts as reject"
            yield Problem("pre-receive", what, f"git config {name} allow or reject")
    ignores = found.get("stanch.ignores", IGNORES[0])
    if ignores not in IGNORES:
        what = f"stanch.ignores is {ignores!r}, which counts as none"
        yield Problem("pre-receive", what, f"git config stanch.ignores {', '.join(IGNORES[:-1])} or none")
    allowed, offered = (
        name in found and is_true(found[name] or "true")
        for name in ("stanch.allowskip", "receive.advertisepushoptions")
    )
    if allowed and not offered:
        what = "stanch.allowSkip is on, but git refuses push options here"
        yield Problem("pre-receive", what, "git config receive.advertisePushOptions true")


def _is_there(command: Sequence[str]) -> bool:
    return os.access(command[0], os.X_OK)


def _try(command: Sequence[str]) -> str:
    """Run a command's `--version`; what went wrong, in a few words, or nothing."""
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return words[-1] if words else f"exit status {done.returncode}"
