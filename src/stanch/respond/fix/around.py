"""The files around the code that a fix keeps in order: `.env.example`, `.gitignore`, and what changes ask to add."""

from collections.abc import Callable
from functools import partial

from stanch.errors import ConfigError
from stanch.respond.fix.dependencies import with_dependency
from stanch.respond.fix.dotenv import with_names
from stanch.respond.fix.model import FileChange, Plan, Refused
from stanch.respond.fix.project import Project

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist")
_IGNORING = frozenset({".env", "/.env", ".env*", "*.env", ".env.*", "**/.env"})


def around(project: Project, plan: Plan, store: str) -> list[FileChange]:
    """All changes of a plan, those to files around the code among them."""
    files = {change.path: change for change in plan.files}
    for path, pieces in sorted(plan.added.items()):
        for piece in pieces:
            _change(project, files, path, partial(_added, piece=piece))
    for path, name, version in plan.needed:
        try:
            _change(project, files, path, partial(with_dependency, path, name=name, version=version))
        except (Refused, ValueError):
            plan.steps.append(f"add {name} to {path}")
    if store == "env" and plan.names:
        example = next((name for name in _EXAMPLES if project.text(name) is not None), _EXAMPLES[0])
        _change(project, files, example, partial(with_names, names=sorted(plan.names)))
        if not _ignored(project):
            _change(project, files, ".gitignore", partial(_added, piece=".env\n"))
    return list(files.values())


def _change(project: Project, files: dict[str, FileChange], path: str, make: Callable[[str], str]) -> None:
    """Change one file's text, as it is planned so far; ConfigError where it is there and cannot be read."""
    known = files.get(path)
    try:
        before = known.before if known else project.read(path) if project.path(path).exists() else None
        text = (known.after if known else before or b"").decode()
    except (Refused, UnicodeDecodeError) as why:
        raise ConfigError(f"{path} has to be changed, too, and cannot be: {why}") from None
    after = make(text)
    if after != text:
        files[path] = FileChange(path, before, after.encode())


def _added(text: str, piece: str) -> str:
    """`text` with a piece at its end, unless all lines of that stand in it side by side."""
    newline = "\r\n" if "\r\n" in text else "\n"
    piece = piece.replace("\n", newline)
    if f"{newline}{piece.strip()}{newline}" in f"{newline}{text}{newline}":
        return text
    return text + ("" if not text or text.endswith("\n") else newline) + piece


def _ignored(project: Project) -> bool:
    """Whether git ignores `.env`; without git, whether `.gitignore` says so."""
    told = project.ignored(".env")
    if told is not None:
        return told
    return any(line.strip() in _IGNORING for line in (project.text(".gitignore") or "").splitlines())
