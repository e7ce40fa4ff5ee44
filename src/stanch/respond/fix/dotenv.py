"""`.env` files: names and values, read and written the way that all their loaders agree on."""

import re

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*"""
    r"""(?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^\r\n]*))[ \t]*(?:#[^\r\n]*)?\r?$""",
    re.MULTILINE | re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_./+=@:,%~-]+")


def read(text: str) -> dict[str, str]:
    """The variables that a file sets; what is no such line is passed over."""
    found = {}
    for line in _LINE.finditer(text):
        if line["double"] is not None:
            value = re.sub(r"\\(.)", lambda one: "\n" if one[1] == "n" else one[1], line["double"], flags=re.DOTALL)
        else:
            bare = re.split(r"(?:^|[ \t])#", line["bare"] or "", maxsplit=1)[0].strip()
            value = line["single"] if line["single"] is not None else bare
        found[line["name"]] = value
    return found


def quoted(value: str) -> str | None:
    """A value as such a file holds it; nothing where loaders would not agree on what it says."""
    if _BARE.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    if not re.search(r'["\\$`]', value):
        return f'"{value}"'
    return None


def with_values(text: str, values: dict[str, str]) -> str:
    """`text` with these variables set, as `quoted` gives them; those that have a line already keep its place."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for name, value in values.items():
        line = f"{name}={value}"
        pattern = re.compile(_LINE.pattern.replace(r"[A-Za-z_][\w.]*", re.escape(name)), re.MULTILINE | re.DOTALL)
        found = pattern.search(text)
        if found:
            text = f"{text[: found.start()]}{line}{text[found.end() :]}"
        else:
            text += ("" if not text or text.endswith("\n") else newline) + line + newline
    return text


def with_names(text: str, names: list[str]) -> str:
    """`text` with a line for each of the names that it does not mention yet, without values."""
    missing = [name for name in names if not re.search(rf"(?m)^[ \t#]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=", text)]
    return with_values(text, dict.fromkeys(missing, ""))
