"""Makes one file of two: the imports of both on top, each once, in the order that the language is used to."""

import re
from itertools import takewhile

from stanch.respond.snippets.model import Imports, Language


def merge(texts: list[str], language: Language) -> str:
    """One program from the texts of its parts, which come in the order in which they are given."""
    heads, bodies = zip(*(_split(text, language) for text in texts), strict=True)
    apart = "\n" * (language.blank + 1)
    body = apart.join(bodies)
    rules = language.imports
    lines = dict.fromkeys(line for head in heads for line in head)
    groups = _grouped([line for line in lines if _used(line, body, rules)], rules)
    if not groups:
        return body
    return rules.before + "\n\n".join("\n".join(group) for group in groups) + rules.after + apart + body


def _split(text: str, language: Language) -> tuple[list[str], str]:
    """The lines that import, and what follows them. The file's own frame around the imports is in neither."""
    rules = language.imports
    frame = {"", *"\n".join((language.head, rules.before, rules.after)).split("\n")}
    lines = text.splitlines()
    head = list(takewhile(lambda line: line in frame or re.search(rules.line, line), lines))
    return [line for line in head if re.search(rules.line, line)], "\n".join(lines[len(head) :])


def _used(line: str, body: str, rules: Imports) -> bool:
    name = re.search(rules.name, line) if rules.name else None
    return name is None or re.search(rf"\b{re.escape(name[name.lastindex or 0])}\b", body) is not None


def _grouped(lines: list[str], rules: Imports) -> list[list[str]]:
    """Lines that stand together, sorted; groups in the order of their patterns."""
    groups: list[list[str]] = [[] for _ in range(len(rules.groups) + 1)]
    for line in sorted(lines, key=lambda line: _order(line, rules)):
        place = next((number for number, rule in enumerate(rules.groups) if re.search(rule, line)), len(rules.groups))
        groups[place].append(line)
    return [group for group in groups if group]


def _order(line: str, rules: Imports) -> tuple[bool, str]:
    """By what is imported, which stands in quotes where a name of one's own may precede it."""
    quoted = re.search('"([^"]+)"', line)
    return not (rules.first and re.search(rules.first, line)), quoted[1] if quoted else line
