r"""Path patterns, much as in .gitignore, and patterns for names such as detector ids.

A path pattern is compared with a path relative to the target's root, case respected:

- `*` stands for any characters within one name, `?` for one, `[a-z]` and `[!a-z]` for one of a set; a backslash
  takes the next character as it is.
- `**` as a whole name stands for any number of folders, none included; elsewhere it means the same as `*`.
- A pattern with "/" in front begins at the root. Any other may begin in every folder: `fixtures/*.pem` matches
  `fixtures/a.pem` and `tests/fixtures/a.pem`.
- A pattern that matches a folder takes everything in it. With "/" at the end it matches folders only.
- Archives count as folders: in `dist/app.zip!conf/key.pem` the "!" separates names as "/" does, in the path and in
  the pattern, so that a path may be pasted from a report.

There is no "!" in front for exceptions. Matching takes time proportional to the pattern times the path at most,
for patterns can come from a repository that nobody has vetted.
"""

import re
from collections.abc import Iterable

from stanch.errors import ConfigError
from stanch.patterns import lazy

_SEPARATORS = lazy(r"[/!]+")
_PATTERN_SEPARATORS = lazy(r"/|(?<!\[)!")
_LONGEST = 4096


class Glob:
    """One compiled path pattern; ConfigError where it is none."""

    __slots__ = ("_folders_only", "_names", "pattern")

    def __init__(self, pattern: str) -> None:
        if pattern.startswith("!"):
            hint = "for a name that begins with '!', leave it out"
            raise ConfigError(f"glob {pattern!r}: there are no exceptions with '!' in front", hint=hint)
        if len(pattern) > _LONGEST:
            raise ConfigError(f"glob of {len(pattern)} characters; at most {_LONGEST} are taken")
        names = [name for name in _PATTERN_SEPARATORS.split(pattern) if name]
        if not names:
            raise ConfigError(f"glob {pattern!r} names nothing")
        inside = pattern.endswith("/")
        while len(names) > 1 and names[-1] == "**":
            names.pop()
            inside = True
        if not pattern.startswith("/"):
            names.insert(0, "**")
        self.pattern = pattern
        self._folders_only = inside
        self._names = [None if name == "**" else compile_name(name).fullmatch for name in names]

    def match(self, path: str) -> bool:
        """Whether `path` itself or a folder that it is in matches."""
        return self.match_parts(split(path))

    def match_parts(self, parts: list[str]) -> bool:
        """`match` for a path that `split` has taken apart."""
        at = part = 0
        restart: tuple[int, int] | None = None
        while at < len(self._names):
            name = self._names[at]
            if name is None:
                at += 1
                restart = (at, part)
            elif part < len(parts) and name(parts[part]):
                at, part = at + 1, part + 1
            elif restart is not None and restart[1] < len(parts):
                # Going back to the last `**` alone is enough: the names before it matched as early as they can.
                restart = at, part = restart[0], restart[1] + 1
            else:
                return False
        return part < len(parts) or not self._folders_only


class Globs:
    """Several path patterns of which one has to match.

    `prefix` is what stands between the root and the paths that are asked for, such as "src/".
    """

    __slots__ = ("_globs", "_prefix")

    def __init__(self, patterns: Iterable[str], prefix: str = "") -> None:
        self._globs = [Glob(pattern) for pattern in patterns]
        self._prefix = prefix

    def __bool__(self) -> bool:
        return bool(self._globs)

    def match(self, path: str) -> str:
        """The first pattern that matches `path`, or nothing."""
        if not self._globs:
            return ""
        parts = split(self._prefix + path)
        return next((glob.pattern for glob in self._globs if glob.match_parts(parts)), "")


def split(path: str) -> list[str]:
    """The names that a path consists of, those within archives included."""
    return [part for part in _SEPARATORS.split(path) if part]


def compile_name(glob: str) -> re.Pattern[str]:
    """The regular expression of a pattern for one name; linear in the name's length times the pattern's.

    What stands between two stars is found as early as possible and never tried again: each piece has a fixed
    length, so a later place cannot match where the first does not.
    """
    pieces = [""]
    at = 0
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += "."
        elif char == "\\" and at < len(glob):
            pieces[-1] += re.escape(glob[at])
            at += 1
        elif char == "[" and (end := glob.find("]", at + (2 if glob[at : at + 1] in ("!", "^") else 1))) > 0:
            pieces[-1] += _set(glob[at:end], glob)
            at = end + 1
        else:
            pieces[-1] += re.escape(char)
    first, *middle, last = pieces if len(pieces) > 1 else (pieces[0], "")
    joined = first + "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(joined + (f".*{last}" if len(pieces) > 1 else ""), re.DOTALL)


def _set(members: str, glob: str) -> str:
    negated = members[0] in "!^"
    escaped = re.sub(r"[\\\[\]^&~|]", r"\\\g<0>", members[1:] if negated else members)
    text = f"[{'^' if negated else ''}{escaped}]"
    try:
        re.compile(text)
    except re.error as error:
        raise ConfigError(f"glob {glob!r}: {error.msg}") from None
    return text
