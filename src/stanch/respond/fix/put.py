"""The one seam to where secrets live: `put` brings a value into a store."""

from pathlib import Path

from stanch.errors import ConfigError
from stanch.respond.fix.dotenv import quoted, read, with_values
from stanch.respond.fix.model import FileChange, Refused
from stanch.respond.fix.project import Project
from stanch.respond.fix.write import write

TAKES = frozenset({"env"})
"""The stores that `put` can bring a value into."""


def put(store: str, root: Path, values: dict[str, str]) -> list[str]:
    """Bring values into a store under their names; gives where each group went, in words, for the user.

    ConfigError, with nothing changed, where the store does not take them.
    """
    if store == "env":
        return _env(root, values)
    raise ConfigError(
        f"values cannot be put into {store} from here yet", hint="put them there first, then run it without --put"
    )


def _env(root: Path, values: dict[str, str]) -> list[str]:
    """Into `.env`, which only the user may read."""
    project = Project(root)
    before = _present(project)
    text = (before or b"").decode()
    known, lines, kept = read(text), {}, []
    for name, value in values.items():
        if known.get(name) not in (None, "", value):
            kept.append(f"nothing: {name} has another value in .env already, which stays")
            continue
        line = quoted(value)
        if line is None:
            raise ConfigError(f"{name}: loaders of .env do not agree on how such a value is written; put it in by hand")
        lines[name] = line
    after = with_values(text, lines).encode()
    write(project, [FileChange(".env", before, after)], private=frozenset({".env"}))
    return [*([f".env: {', '.join(lines)}"] if lines else []), *kept]


def _present(project: Project) -> bytes | None:
    try:
        if not project.path(".env").exists():
            return None
        data = project.read(".env")
        data.decode()
    except (Refused, UnicodeDecodeError) as why:
        raise ConfigError(f".env: {why}") from None
    return data
