"""The line in a project's manifest that brings in what a helper needs.

Each manifest is changed in the one place where its form has room for it, and read again afterwards by a parser of that
form where Python has one. Where there is no manifest, or it is laid out in another way, the user is told what to add.
"""

import json
import re
import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from stanch.respond.fix.model import Refused

if TYPE_CHECKING:
    from stanch.respond.fix.project import Project
    from stanch.respond.fix.rewrite import Work


class Package(NamedTuple):
    """A package of some registry, and which versions will do, as its manifest writes that."""

    name: str
    version: str = ""


_AWS_JAVA = [Package("software.amazon.awssdk:secretsmanager", "2.31.0")]
_PACKAGES = {
    ("python", "aws"): [Package("boto3")],
    ("javascript", "aws"): [Package("@aws-sdk/client-secrets-manager", "^3")],
    ("typescript", "aws"): [Package("@aws-sdk/client-secrets-manager", "^3")],
    ("tsx", "aws"): [Package("@aws-sdk/client-secrets-manager", "^3")],
    ("java", "aws"): _AWS_JAVA,
    ("kotlin", "aws"): _AWS_JAVA,
    ("go", "aws"): [
        Package("github.com/aws/aws-sdk-go-v2/config", "v1.33.18"),
        Package("github.com/aws/aws-sdk-go-v2/service/secretsmanager", "v1.50.12"),
    ],
    ("ruby", "aws"): [Package("aws-sdk-secretsmanager")],
    ("php", "aws"): [Package("aws/aws-sdk-php", "^3.0")],
    ("c_sharp", "aws"): [Package("AWSSDK.SecretsManager", "4.*")],
    ("rust", "aws"): [
        Package("aws-config", "1"),
        Package("aws-sdk-secretsmanager", "1"),
        Package("tokio", '{ version = "1", features = ["rt-multi-thread"] }'),
    ],
    ("rust", "vault"): [Package("serde_json", "1"), Package("ureq", '{ version = "3", features = ["json"] }')],
    ("rust", "conjur"): [Package("base64", "0.22"), Package("ureq", "3")],
}
_MANIFESTS = {
    "python": ("requirements.txt", "pyproject.toml"),
    "javascript": ("package.json",),
    "typescript": ("package.json",),
    "tsx": ("package.json",),
    "java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "kotlin": ("build.gradle.kts", "build.gradle", "pom.xml"),
    "go": ("go.mod",),
    "ruby": ("Gemfile",),
    "php": ("composer.json",),
    "c_sharp": ("*.csproj",),
    "rust": ("Cargo.toml",),
}
_AFTERWARDS = {"go": "run 'go mod tidy'", "php": "run 'composer update'", "ruby": "run 'bundle install'"}
_AFTERWARDS |= dict.fromkeys(("javascript", "typescript", "tsx"), "run 'npm install'")


def dependency(project: "Project", work: "Work") -> None:
    """Note which manifest needs which packages for the helper of a work's language and store."""
    grammar = work.source.grammar
    for package in _PACKAGES.get((grammar, work.store), []):
        path = _manifest(project, work.source.path, _MANIFESTS[grammar])
        if path is None:
            work.change.steps.append(f"add {package.name} to the project's dependencies")
            continue
        work.change.needed.append((path, package.name, package.version))
        if grammar in _AFTERWARDS:
            work.change.steps.append(_AFTERWARDS[grammar])


def _manifest(project: "Project", path: str, names: tuple[str, ...]) -> str | None:
    """The nearest manifest in the folders around a file."""
    folder = path
    while True:
        folder = folder.rpartition("/")[0]
        for name in names:
            for file in sorted((project.root / folder).glob(name)):
                found = f"{folder}/{file.name}" if folder else file.name
                if project.text(found) is not None:
                    return found
        if not folder:
            return None


def with_dependency(path: str, text: str, name: str, version: str) -> str:
    """A manifest's text with a package in it; Refused where it is laid out in a way that is not understood."""
    file = path.rpartition("/")[2]
    if re.search(rf"(?<![\w@/.-]){re.escape(name.rpartition(':')[2])}(?![\w/-])", text):
        return text
    form = next(form for pattern, form in _FORMS if re.fullmatch(pattern, file))
    newline = "\r\n" if "\r\n" in text else "\n"
    after = form(text.replace("\r\n", "\n"), Package(name, version)).replace("\n", newline)
    if after.replace(newline, "\n") == text.replace("\r\n", "\n"):
        raise Refused(f"add {name} to {path}")
    return after


def _requirements(text: str, package: Package) -> str:
    return text + ("" if not text or text.endswith("\n") else "\n") + f"{package.name}\n"


def _pyproject(text: str, package: Package) -> str:
    known = tomllib.loads(text)
    if "poetry" in known.get("tool", {}) and "dependencies" not in known.get("project", {}):
        after = re.sub(r"(?m)^(\[tool\.poetry\.dependencies\]\n)", rf'\g<1>{package.name} = "*"\n', text, count=1)
    else:
        after = re.sub(
            r"(?ms)(^\[project\]\n(?:(?!^\[).)*?^dependencies\s*=\s*\[)(\s*)(\]?)",
            lambda one: f'{one[1]}{one[2]}"{package.name}"' + ("]" if one[3] else f",{one[2] or ' '}"),
            text,
            count=1,
        )
    tomllib.loads(after)
    return after


def _json(key: str) -> Callable[[str, Package], str]:
    def form(text: str, package: Package) -> str:
        json.loads(text)
        entry = f'"{package.name}": "{package.version}"'
        found = re.search(rf'(?m)^([ \t]*)"{key}"[ \t]*:[ \t]*\{{', text)
        if found:
            empty = re.match(r"\s*\}", text[found.end() :])
            unit = found[1] or "  "
            gap = f"\n{found[1]}" if empty else ""
            rest = text[found.end() + (empty.end() - 1 if empty else 0) :]
            after = f"{text[: found.end()]}\n{found[1]}{unit}{entry}{'' if empty else ','}{gap}{rest}"
        else:
            after = re.sub(r"\A(\s*\{)(\s*)", rf'\g<1>\g<2>"{key}": {{ {entry} }},\g<2>', text, count=1)
        json.loads(after)
        return after

    return form


def _pom(text: str, package: Package) -> str:
    group, _, artifact = package.name.partition(":")
    lines = (
        f"<groupId>{group}</groupId>",
        f"<artifactId>{artifact}</artifactId>",
        f"<version>{package.version}</version>",
    )
    outer = re.sub(r"(?s)<dependencyManagement>.*?</dependencyManagement>|<build>.*?</build>|<!--.*?-->", _blank, text)
    found = re.search(r"(?m)^([ \t]*)</dependencies>", outer)
    if found is None:
        return text
    unit = "\t" if found[1].startswith("\t") else "    "
    inner = "".join(f"{found[1]}{unit}{unit}{line}\n" for line in lines)
    piece = f"{found[1]}{unit}<dependency>\n{inner}{found[1]}{unit}</dependency>\n"
    return text[: found.start()] + piece + text[found.start() :]


def _blank(found: re.Match[str]) -> str:
    """What must not be looked at, in the same length."""
    return re.sub(r"[^\n]", " ", found[0])


def _gradle(text: str, package: Package) -> str:
    quoted = f'"{package.name}:{package.version}"'
    return re.sub(r"(?m)^(dependencies[ \t]*\{[ \t]*\n)", rf"\g<1>    implementation({quoted})\n", text, count=1)


def _go(text: str, package: Package) -> str:
    return text + ("" if text.endswith("\n") else "\n") + f"\nrequire {package.name} {package.version}\n"


def _gemfile(text: str, package: Package) -> str:
    return text + ("" if not text or text.endswith("\n") else "\n") + f'gem "{package.name}"\n'


def _csproj(text: str, package: Package) -> str:
    entry = f'<PackageReference Include="{package.name}" Version="{package.version}" />'
    found = re.search(r"(?m)^([ \t]*)<PackageReference ", text)
    if found:
        return f"{text[: found.start()]}{found[1]}{entry}\n{text[found.start() :]}"
    group = f"  <ItemGroup>\n    {entry}\n  </ItemGroup>\n\n"
    return re.sub(r"(?m)^(</Project>)", lambda one: group + one[1], text, count=1)


def _cargo(text: str, package: Package) -> str:
    tomllib.loads(text)
    version = package.version if package.version.startswith("{") else f'"{package.version}"'
    line = f"{package.name} = {version}\n"
    after = re.sub(r"(?m)^(\[dependencies\][ \t]*\n)", lambda one: one[1] + line, text, count=1)
    if after == text:
        after = text + ("" if text.endswith("\n") else "\n") + f"\n[dependencies]\n{line}"
    tomllib.loads(after)
    return after


_FORMS: tuple[tuple[str, Callable[[str, Package], str]], ...] = (
    (r"requirements\.txt", _requirements),
    (r"pyproject\.toml", _pyproject),
    (r"package\.json", _json("dependencies")),
    (r"composer\.json", _json("require")),
    (r"pom\.xml", _pom),
    (r"build\.gradle(?:\.kts)?", _gradle),
    (r"go\.mod", _go),
    (r"Gemfile", _gemfile),
    (r".*\.csproj", _csproj),
    (r"Cargo\.toml", _cargo),
)
