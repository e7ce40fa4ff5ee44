"""Manifests get one package more, and stay what they are."""

import json
import tomllib
from xml.etree import ElementTree

import pytest

from stanch.respond.fix.dependencies import with_dependency
from stanch.respond.fix.model import Refused

from .conftest import Folder

CASES = {
    "requirements": ("requirements.txt", "requests==2.0\n", "boto3", "", "requests==2.0\nboto3\n"),
    "pyproject": (
        "pyproject.toml",
        '[project]\nname = "a"\ndependencies = [\n    "requests",\n]\n\n[tool.x]\ndependencies = []\n',
        "boto3",
        "",
        '[project]\nname = "a"\ndependencies = [\n    "boto3",\n    "requests",\n]\n\n[tool.x]\ndependencies = []\n',
    ),
    "pyproject, on one line": (
        "pyproject.toml",
        '[project]\ndependencies = ["requests"]\n',
        "boto3",
        "",
        '[project]\ndependencies = ["boto3", "requests"]\n',
    ),
    "pyproject, empty": (
        "pyproject.toml",
        "[project]\ndependencies = []\n",
        "boto3",
        "",
        '[project]\ndependencies = ["boto3"]\n',
    ),
    "poetry": (
        "pyproject.toml",
        '[tool.poetry.dependencies]\npython = "^3.11"\n',
        "boto3",
        "",
        '[tool.poetry.dependencies]\nboto3 = "*"\npython = "^3.11"\n',
    ),
    "package.json": (
        "package.json",
        '{\n  "name": "a",\n  "dependencies": {\n    "b": "1"\n  }\n}\n',
        "@aws-sdk/client-secrets-manager",
        "^3",
        '{\n  "name": "a",\n  "dependencies": {\n    "@aws-sdk/client-secrets-manager": "^3",\n    "b": "1"\n  }\n}\n',
    ),
    "package.json, empty": (
        "package.json",
        '{\n  "dependencies": {}\n}\n',
        "@aws-sdk/client-secrets-manager",
        "^3",
        '{\n  "dependencies": {\n    "@aws-sdk/client-secrets-manager": "^3"\n  }\n}\n',
    ),
    "package.json, without": (
        "package.json",
        '{\n  "name": "a"\n}\n',
        "x",
        "1",
        '{\n  "dependencies": { "x": "1" },\n  "name": "a"\n}\n',
    ),
    "pom": (
        "pom.xml",
        "<project>\n    <dependencyManagement>\n        <dependencies>\n        </dependencies>\n"
        "    </dependencyManagement>\n    <dependencies>\n    </dependencies>\n</project>\n",
        "a.b:c",
        "1",
        "<project>\n    <dependencyManagement>\n        <dependencies>\n        </dependencies>\n"
        "    </dependencyManagement>\n    <dependencies>\n        <dependency>\n            <groupId>a.b</groupId>\n"
        "            <artifactId>c</artifactId>\n            <version>1</version>\n        </dependency>\n"
        "    </dependencies>\n</project>\n",
    ),
    "Gradle": (
        "build.gradle.kts",
        'plugins {\n}\n\ndependencies {\n    implementation("x:y:1")\n}\n',
        "a.b:c",
        "1",
        'plugins {\n}\n\ndependencies {\n    implementation("a.b:c:1")\n    implementation("x:y:1")\n}\n',
    ),
    "go.mod": ("go.mod", "module a\n\ngo 1.22\n", "x.y/z", "v1.0.0", "module a\n\ngo 1.22\n\nrequire x.y/z v1.0.0\n"),
    "Gemfile": ("Gemfile", 'gem "rails"\n', "aws", "", 'gem "rails"\ngem "aws"\n'),
    "composer": (
        "composer.json",
        '{\n    "require": {\n        "php": "^8"\n    }\n}\n',
        "aws/aws-sdk-php",
        "^3.0",
        '{\n    "require": {\n        "aws/aws-sdk-php": "^3.0",\n        "php": "^8"\n    }\n}\n',
    ),
    "csproj": (
        "A.csproj",
        '<Project>\n  <ItemGroup>\n    <PackageReference Include="X" Version="1" />\n  </ItemGroup>\n</Project>\n',
        "Y",
        "2",
        '<Project>\n  <ItemGroup>\n    <PackageReference Include="Y" Version="2" />\n'
        '    <PackageReference Include="X" Version="1" />\n  </ItemGroup>\n</Project>\n',
    ),
    "csproj, without": (
        "A.csproj",
        "<Project>\n</Project>\n",
        "Y",
        "2",
        '<Project>\n  <ItemGroup>\n    <PackageReference Include="Y" Version="2" />\n  </ItemGroup>\n\n</Project>\n',
    ),
    "Cargo": (
        "Cargo.toml",
        '[package]\nname = "a"\n\n[dependencies]\nb = "1"\n',
        "ureq",
        '{ version = "3", features = ["json"] }',
        '[package]\nname = "a"\n\n[dependencies]\nureq = { version = "3", features = ["json"] }\nb = "1"\n',
    ),
    "Cargo, without": (
        "Cargo.toml",
        '[package]\nname = "a"\n',
        "c",
        "1",
        '[package]\nname = "a"\n\n[dependencies]\nc = "1"\n',
    ),
}


@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", CASES)
def test_the_package_comes_in_once(name: str, crlf: bool) -> None:
    path, before, package, version, after = CASES[name]
    if crlf:
        before, after = before.replace("\n", "\r\n"), after.replace("\n", "\r\n")
    made = with_dependency(path, before, package, version)
    assert made == after
    assert with_dependency(path, made, package, version) == made
    if path.endswith(".json"):
        json.loads(made)
    elif path.endswith(".toml"):
        tomllib.loads(made)
    elif path.endswith(("xml", "csproj")):
        ElementTree.fromstring(made)


@pytest.mark.parametrize(
    ("path", "text"),
    [("pom.xml", "<project/>"), ("build.gradle", "x"), ("pyproject.toml", "[tool.x]\n"), ("A.csproj", "<Project />")],
)
def test_what_is_laid_out_in_another_way_is_left(path: str, text: str) -> None:
    with pytest.raises(Refused, match=r"add a\.b:c to"):
        with_dependency(path, text, "a.b:c", "1")


def test_the_manifest_next_to_the_code_gets_it(folder: Folder) -> None:
    folder.file("package.json", '{"name": "outer"}\n')
    folder.file("shop/package.json", '{"name": "inner"}\n')
    folder.file("shop/src/a.js", 'module.exports = "@A@";\n')
    folder.fix("--yes", store="aws")
    assert folder.read("package.json") == '{"name": "outer"}\n'
    assert "client-secrets-manager" in folder.read("shop/package.json")
    assert 'require("../secret-store.js")' in folder.read("shop/src/a.js")


def test_without_a_manifest_the_user_is_told(folder: Folder) -> None:
    folder.file("a.py", 'x = "@A@"\n')
    assert "next: add boto3 to the project's dependencies" in folder.fix("--yes", store="aws")
