"""One module per language or format, and the table that says which file is written in which.

A new one: a module with a `Language` (or anything that has its `grammar` and `rewrite`), and lines in the tables.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stanch.respond.fix.model import Hole
    from stanch.respond.fix.project import Project
    from stanch.respond.fix.rewrite import Work
    from stanch.respond.fix.source import Source

_CLASSES = {
    "python": ("python", "Python"),
    "javascript": ("javascript", "JavaScript"),
    "typescript": ("javascript", "TypeScript"),
    "tsx": ("javascript", "Tsx"),
    "java": ("java", "Java"),
    "go": ("go", "Go"),
    "ruby": ("ruby", "Ruby"),
    "php": ("php", "Php"),
    "csharp": ("csharp", "CSharp"),
    "kotlin": ("kotlin", "Kotlin"),
    "rust": ("rust", "Rust"),
    "shell": ("shell", "Shell"),
    "dockerfile": ("dockerfile", "Dockerfile"),
    "terraform": ("terraform", "Terraform"),
    "tfvars": ("terraform", "TerraformValues"),
    "actions": ("yaml", "Actions"),
    "compose": ("yaml", "Compose"),
    "kubernetes": ("yaml", "Kubernetes"),
    "pipelines": ("yaml", "Pipelines"),
    "rails": ("yaml", "Rails"),
    "serverless": ("yaml", "Serverless"),
    "spring": ("yaml", "Spring"),
    "symfony": ("yaml", "Symfony"),
    "yaml": ("yaml", "Yaml"),
    "environment": ("lines", "Environment"),
    "environment example": ("lines", "EnvironmentExample"),
    "npmrc": ("lines", "Npmrc"),
    "spring properties": ("lines", "SpringProperties"),
    "gradle properties": ("lines", "GradleProperties"),
    "properties": ("lines", "Properties"),
    "appsettings": ("data", "AppSettings"),
    "json": ("data", "Json"),
    "toml": ("data", "Toml"),
    "wrangler": ("data", "Wrangler"),
}
_SUFFIXES = {
    "python": "py pyw", "javascript": "js mjs cjs jsx", "typescript": "ts mts cts", "tsx": "tsx", "java": "java",
    "go": "go", "ruby": "rb rake gemspec ru", "php": "php phtml", "csharp": "cs", "kotlin": "kt kts", "rust": "rs",
    "shell": "sh bash zsh ksh", "dockerfile": "dockerfile", "terraform": "tf", "tfvars": "tfvars", "yaml": "yaml yml",
    "properties": "properties ini cfg conf", "json": "json", "toml": "toml",
}  # fmt: skip
_NAMES = (
    ("ruby", r"(?:.*/)?(?:Rakefile|Gemfile|Capfile|Vagrantfile|Guardfile|Fastfile|Podfile)"),
    ("environment example", r"(?:.*/)?\.env\.(?:.*\.)?(?:example|sample|template|dist)"),
    ("environment", r"(?:.*/)?\.env(?:rc|\.[\w.-]+)?"),
    ("dockerfile", r"(?:.*/)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?"),
    ("compose", r"(?:.*/)?(?:docker-)?compose[\w.-]*\.ya?ml"),
    ("actions", r"(?:.*/)?\.github/workflows/[^/]+\.ya?ml"),
    ("pipelines", r"(?:.*/)?azure-pipelines[\w.-]*\.ya?ml"),
    ("serverless", r"(?:.*/)?serverless\.ya?ml"),
    ("spring", r"(?:.*/)?(?:application|bootstrap)(?:-[\w.-]+)?\.ya?ml"),
    ("spring properties", r"(?:.*/)?(?:application|bootstrap)(?:-[\w.-]+)?\.properties"),
    ("rails", r"(?:.*/)?config/(?:database|secrets|storage|cable|cache|queue)\.yml"),
    ("symfony", r"(?:.*/)?config/(?:packages|services)(?:/.*|_[\w-]+)?\.yaml"),
    ("npmrc", r"(?:.*/)?\.npmrc"),
    ("gradle properties", r"(?:.*/)?gradle\.properties"),
    ("appsettings", r"(?:.*/)?appsettings(?:\.[\w-]+)?\.json"),
    ("wrangler", r"(?:.*/)?wrangler\.toml"),
    ("shell", r"(?:.*/)?\.(?:bashrc|bash_profile|profile|zshrc|zshenv)"),
)
"""Patterns of whole paths, looked at before suffixes."""
_INTERPRETERS = {"python": "python", "node": "javascript", "ruby": "ruby", "php": "php", "bash": "shell", "sh": "shell"}
_INTERPRETERS |= {"zsh": "shell", "ksh": "shell", "dash": "shell"}
_BY_SUFFIX = {suffix: name for name, some in _SUFFIXES.items() for suffix in some.split()}
_MANIFEST = re.compile(rb"(?m)^apiVersion:[ ]*\S[^{]*?^kind:[ ]*[A-Z]\w+[ \t]*\r?$", re.DOTALL)
_SHEBANG = re.compile(rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S*/)?([a-z]+)")


class Rewriter(Protocol):
    """What every language and format offers."""

    grammar: str

    def rewrite(
        self, source: "Source", project: "Project", store: str, holes: "list[Hole]"
    ) -> "Sequence[tuple[Work, str]]":
        """The work on each literal that holds some of the holes, and why nothing came of it, or nothing."""
        ...


def language(path: str, data: bytes) -> str | None:
    """Which language a file is written in, by its path or its first line; nothing if it is none of these."""
    for name, pattern in _NAMES:
        if re.fullmatch(pattern, path):
            return name
    if path.endswith((".yaml", ".yml")) and _MANIFEST.search(data):
        return "kubernetes"
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    if dot and suffix.lower() in _BY_SUFFIX:
        return _BY_SUFFIX[suffix.lower()]
    found = _SHEBANG.match(data)
    return _INTERPRETERS.get(found[1].decode()) if found else None


@cache
def rewriter(name: str) -> Rewriter:
    """The one for a language."""
    module, kind = _CLASSES[name]
    made: Rewriter = getattr(import_module(f"{__name__}.{module}"), kind)()
    return made
