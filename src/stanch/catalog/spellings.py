"""The ways in which a name and a value are written in code, configuration, shells, documents and requests.

`SPELLINGS` is a table: to add a way of writing, add a line. `{name}` and `{value}` stand for the two, `{section}` for
the heading that a nested form puts above them; credentials of several parts repeat `line`.
"""

import re
from dataclasses import dataclass
from typing import Literal

Case = Literal["SCREAMING", "snake", "camel", "Pascal", "kebab", "Train", "dotted"]
Safe = Literal["bare", "quoted", "url", "xml"]

_SAFE: dict[Safe, re.Pattern[str]] = {
    "bare": re.compile(r"[A-Za-z0-9_./+=@~:-]+"),
    "quoted": re.compile(r"[^\"'`\\$\r\n{}]+"),
    "url": re.compile(r"[A-Za-z0-9_.~-]+"),
    "xml": re.compile(r"[^\"'`\\$\r\n{}<>&]+"),
}
_CAMEL = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")


@dataclass(frozen=True)
class Spelling:
    """One way of writing."""

    name: str
    path: str
    """A file in which it is usual."""
    case: Case
    line: str
    head: str = ""
    tail: str = ""
    join: str = "\n"
    """Between the lines of a credential of several parts."""
    remark: str = "# {word}\n"
    """How a word of context is put above it; empty where that form has no remarks."""
    safe: Safe = "quoted"
    """Which values can be written so without an escape."""

    @property
    def nested(self) -> bool:
        """Whether a heading carries the provider's name."""
        return "{section}" in self.head

    @property
    def plain(self) -> bool:
        """Whether the value stands there as it is, whatever is in it."""
        return self.line == "{value}"

    def takes(self, value: str) -> bool:
        """Whether `value` needs no escape in this form."""
        return bool(_SAFE[self.safe].fullmatch(value))

    def write(self, fields: list[tuple[str, str]], *, section: str = "", word: str = "") -> str:
        """The text for (name, value) pairs, names as words in any case; `word` is put above where it is given."""
        lines = [_fill(self.line, name=cased(name, self.case), value=value) for name, value in fields]
        body = _fill(self.head, section=section) + self.join.join(lines) + self.tail
        return _fill(self.remark, word=word) + body if word else body


def _fill(template: str, **parts: str) -> str:
    for key, part in parts.items():
        template = template.replace("{" + key + "}", part)
    return template


def cased(name: str, case: Case) -> str:
    """`name` (SCREAMING_SNAKE or any other case) in the given case."""
    parts: list[str] = re.findall(r"[A-Za-z0-9]+", name)
    words: list[str] = []
    for part in parts or [""]:
        words += [part.lower()] if part.isupper() or not part else [word.lower() for word in _CAMEL.findall(part)]
    if case == "SCREAMING":
        return "_".join(words).upper()
    if case == "camel":
        return words[0] + "".join(word.title() for word in words[1:])
    if case == "Pascal":
        return "".join(word.title() for word in words)
    if case == "Train":
        return "-".join(word.title() for word in words)
    separator = "_" if case == "snake" else "-" if case == "kebab" else "."
    return separator.join(words)


_SLASHES = "// {word}\n"
_MARKUP = "<!-- {word} -->\n"

SPELLINGS = (
    # Shells and environment files
    Spelling("env file", ".env", "SCREAMING", "{name}={value}", safe="bare"),
    Spelling("env file, quoted", ".env.production", "SCREAMING", '{name}="{value}"'),
    Spelling("env file, single quotes", ".env.local", "SCREAMING", "{name}='{value}'"),
    Spelling("export", "deploy.sh", "SCREAMING", "export {name}={value}", safe="bare"),
    Spelling("export, quoted", "setup.sh", "SCREAMING", 'export {name}="{value}"'),
    Spelling("shell variable", "run.sh", "snake", "{name}='{value}'"),
    Spelling("fish", "config.fish", "SCREAMING", "set -x {name} {value}", safe="bare"),
    Spelling("PowerShell", "deploy.ps1", "SCREAMING", '$env:{name} = "{value}"'),
    Spelling("batch file", "start.bat", "SCREAMING", "set {name}={value}", remark="REM {word}\r\n", safe="bare"),
    Spelling("docker run", "run.sh", "SCREAMING", "-e {name}={value}", "docker run ", " web", " ", safe="bare"),
    Spelling("option", "job.sh", "kebab", "--{name}={value}", "./job ", "", " ", safe="bare"),
    Spelling("option with a space", "job.sh", "kebab", "--{name} {value}", "./job ", " --quiet", " ", safe="bare"),
    Spelling("Dockerfile ENV", "Dockerfile", "SCREAMING", "ENV {name}={value}", safe="bare"),
    Spelling("Dockerfile ENV, old", "Dockerfile", "SCREAMING", "ENV {name} {value}", safe="bare"),
    Spelling("Dockerfile ARG", "Dockerfile", "SCREAMING", "ARG {name}={value}", safe="bare"),
    # Configuration
    Spelling("YAML", "config.yml", "snake", "{name}: {value}", safe="bare"),
    Spelling("YAML, quoted", "values.yaml", "camel", '{name}: "{value}"'),
    Spelling("YAML section", "settings.yml", "snake", "  {name}: {value}", "{section}:\n", safe="bare"),
    Spelling("YAML section, kebab", "application.yml", "kebab", "    {name}: '{value}'", "app:\n  {section}:\n"),
    Spelling("compose list", "compose.yml", "SCREAMING", "      - {name}={value}", "    environment:\n", safe="bare"),
    Spelling("compose map", "compose.yml", "SCREAMING", '      {name}: "{value}"', "    environment:\n"),
    Spelling("Kubernetes", "deploy.yaml", "SCREAMING", '- name: {name}\n  value: "{value}"'),
    Spelling("workflow", ".github/workflows/ci.yml", "SCREAMING", "  {name}: {value}", "env:\n", safe="bare"),
    Spelling("JSON", "config.json", "camel", '  "{name}": "{value}"', "{\n", "\n}\n", ",\n", remark=""),
    Spelling("JSON on one line", "settings.json", "snake", '"{name}":"{value}"', "{", "}", ",", remark=""),
    Spelling(
        "JSON section", "app.json", "Pascal", '    "{name}": "{value}"', '{\n  "{section}": {\n', "\n  }\n}", ",\n"
    ),
    Spelling("TOML", "config.toml", "snake", '{name} = "{value}"'),
    Spelling("TOML section", "secrets.toml", "snake", '{name} = "{value}"', "[{section}]\n"),
    Spelling("INI section", "app.ini", "snake", "{name} = {value}", "[{section}]\n", remark="; {word}\n", safe="bare"),
    Spelling("properties", "application.properties", "dotted", "{name}={value}", safe="bare"),
    Spelling(
        "XML attribute", "web.config", "Pascal", '<add key="{name}" value="{value}" />', remark=_MARKUP, safe="xml"
    ),
    Spelling("XML element", "settings.xml", "camel", "  <{name}>{value}</{name}>", remark=_MARKUP, safe="xml"),
    Spelling("Android", "strings.xml", "snake", '<string name="{name}">{value}</string>', remark=_MARKUP, safe="xml"),
    Spelling(
        "property list",
        "Info.plist",
        "Pascal",
        "<key>{name}</key>\n<string>{value}</string>",
        remark=_MARKUP,
        safe="xml",
    ),
    Spelling("Terraform variables", "prod.tfvars", "snake", '{name} = "{value}"'),
    Spelling("Terraform default", "variables.tf", "snake", 'variable "{name}" {\n  default = "{value}"\n}'),
    # Languages
    Spelling("Python", "app.py", "snake", '{name} = "{value}"'),
    Spelling("Python, constant", "settings.py", "SCREAMING", "{name}: Final = '{value}'"),
    Spelling("Python argument", "client.py", "snake", '{name}="{value}"', "client = connect(", ")", ", "),
    Spelling("Python dict", "conf.py", "snake", "    '{name}': '{value}',", "CONF = {\n", "\n}"),
    Spelling("Python environ", "conftest.py", "SCREAMING", 'os.environ["{name}"] = "{value}"'),
    Spelling("Python getenv", "main.py", "SCREAMING", 'os.getenv("{name}", "{value}")'),
    Spelling("Python environ.get", "jobs.py", "SCREAMING", "os.environ.get('{name}', '{value}')"),
    Spelling("JavaScript", "index.js", "camel", "const {name} = '{value}';", remark=_SLASHES),
    Spelling("TypeScript", "config.ts", "camel", 'export const {name}: string = "{value}";', remark=_SLASHES),
    Spelling(
        "JavaScript object", "env.js", "camel", "  {name}: '{value}',", "module.exports = {\n", "\n};", remark=_SLASHES
    ),
    Spelling("JavaScript fallback", "app.js", "SCREAMING", 'process.env.{name} || "{value}"', remark=_SLASHES),
    Spelling("JavaScript fallback, ??", "app.ts", "SCREAMING", "process.env.{name} ?? '{value}'", remark=_SLASHES),
    Spelling("Java", "Config.java", "SCREAMING", 'private static final String {name} = "{value}";', remark=_SLASHES),
    Spelling("Java setter", "Main.java", "Pascal", 'config.set{name}("{value}");', remark=_SLASHES),
    Spelling("Kotlin", "Config.kt", "camel", 'val {name} = "{value}"', remark=_SLASHES),
    Spelling("C#", "Config.cs", "Pascal", 'public const string {name} = "{value}";', remark=_SLASHES),
    Spelling("Go", "main.go", "camel", '{name} := "{value}"', remark=_SLASHES),
    Spelling("Go constant", "config.go", "Pascal", 'const {name} = "{value}"', remark=_SLASHES),
    Spelling("Go Setenv", "main_test.go", "SCREAMING", 'os.Setenv("{name}", "{value}")', remark=_SLASHES),
    Spelling("Rust", "config.rs", "SCREAMING", 'const {name}: &str = "{value}";', remark=_SLASHES),
    Spelling("Ruby", "setup.rb", "snake", "{name} = '{value}'"),
    Spelling("Ruby hash", "config.rb", "snake", '{ {name}: "{value}" }', join=", "),
    Spelling("Ruby rocket", "init.rb", "snake", ":{name} => '{value}'", join=", "),
    Spelling("Ruby ENV", "env.rb", "SCREAMING", "ENV['{name}'] ||= '{value}'"),
    Spelling("PHP", "config.php", "snake", "${name} = '{value}';", remark=_SLASHES),
    Spelling("PHP array", "services.php", "snake", "'{name}' => '{value}',", "return [\n", "\n];", remark=_SLASHES),
    Spelling("PHP define", "wp-config.php", "SCREAMING", "define('{name}', '{value}');", remark=_SLASHES),
    Spelling("PHP env", "app.php", "SCREAMING", "env('{name}', '{value}')", remark=_SLASHES),
    Spelling("Elixir", "config.exs", "snake", '  {name}: "{value}"', "config :app,\n", "", ",\n"),
    Spelling("Swift", "Keys.swift", "camel", 'static let {name} = "{value}"', remark=_SLASHES),
    Spelling("Dart", "keys.dart", "camel", "const String {name} = '{value}';", remark=_SLASHES),
    Spelling("C", "config.h", "SCREAMING", '#define {name} "{value}"', remark=_SLASHES),
    # Requests, documents, data
    Spelling("header", "request.http", "Train", "{name}: {value}", safe="bare"),
    Spelling("header with an X", "request.http", "Train", "X-{name}: {value}", safe="bare"),
    Spelling("curl header", "call.sh", "Train", '-H "{name}: {value}"', "curl -s ", " https://intern.firma.net/", " "),
    Spelling("query", "links.txt", "snake", "{name}={value}", "https://intern.firma.net/v1?", "", "&", safe="url"),
    Spelling("SQL", "seed.sql", "snake", "INSERT INTO settings VALUES ('{name}', '{value}');", remark="-- {word}\n"),
    Spelling("Markdown", "README.md", "SCREAMING", "- `{name}`: `{value}`", remark="## {word}\n\n"),
    Spelling("log line", "app.log", "snake", "{name}={value}", "2031-04-05 06:07:08 INFO start ", "", " ", safe="bare"),
)
"""With a name to the value."""

PLACEMENTS = (
    Spelling("plain", "note.txt", "snake", "{value}"),
    Spelling("in a sentence", "note.md", "snake", "Please use {value} for now.", remark="{word}:\n"),
    Spelling("in quotes", "note.py", "snake", '"{value}"'),
    Spelling("in backquotes", "note.md", "snake", "`{value}`", remark="{word}\n\n"),
    Spelling("remark", "app.js", "snake", "// {value}", remark=_SLASHES),
    Spelling("argument", "app.rb", "snake", "connect('{value}')"),
    Spelling("list", "list.yml", "snake", "- {value}", safe="bare"),
    Spelling("query", "links.txt", "snake", "https://intern.firma.net/?v={value}&page=2", safe="url"),
    Spelling("path of an address", "links.txt", "snake", "https://intern.firma.net/hook/{value}/send", safe="url"),
    Spelling("user part of an address", ".gitconfig", "snake", "https://{value}@intern.firma.net/a.git", safe="url"),
    Spelling("element", "page.html", "snake", "<code>{value}</code>", remark=_MARKUP, safe="xml"),
    Spelling("column", "data.csv", "snake", "17,{value},2031-04-05", safe="bare"),
    Spelling("table", "README.md", "snake", "| token | {value} |", remark="{word}\n\n", safe="bare"),
)
"""Without a name, for values that speak for themselves and for matches that hold their own context."""
