"""How programs of each language are built and run here: one project a language, with everything in it at once.

A toolchain says which packages it has; those programs that need no other can run. It raises `Missing` where the
language itself is not on this machine, or the registry gives no packages.
"""

import json
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from stanch.respond.snippets.compose import Snippet

HERE = Path(__file__).parent


class Missing(Exception):
    """What is not there, in words."""


@dataclass
class Project:
    """Programs that were built: how each is started."""

    commands: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By credential type and store."""


def call(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """Runs a step of a build; gives what it wrote."""
    done = subprocess.run(
        ["nice", "-n", "19", *map(str, command)] if shutil.which("nice") else list(map(str, command)),
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def need(*programs: str) -> None:
    """Missing where one of them is not on this machine."""
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")


def fetch(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """A step that asks a registry; Missing where that does not answer."""
    try:
        return call(command, folder, **environment)
    except AssertionError as error:
        raise Missing(f"{command[0]} could not fetch the packages: {str(error)[-400:]}") from None


class Toolchain(ABC):
    """One language."""

    proof: str = "runs"
    """What is done with a program whose packages are all here."""

    @abstractmethod
    def packages(self) -> dict[str, str]:
        """The packages that are here, with their versions: what the lock file says."""

    def has(self, snippet: Snippet) -> bool:
        """Whether every package of the program is here."""
        return set(snippet.packages) <= set(self.packages())

    @abstractmethod
    def check(self, snippets: list[Snippet], folder: Path) -> None:
        """Parses programs, whatever packages they need; fails with what the language's parser says."""

    @abstractmethod
    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        """Builds programs whose packages are all here."""


def write(snippets: list[Snippet], folder: Path) -> dict[tuple[str, str], Path]:
    """Each program in a folder of its own."""
    files = {}
    for one in snippets:
        file = folder / f"{one.id}_{one.store}".replace("-", "_") / one.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(one.code, encoding="utf-8")
        files[one.id, one.store] = file
    return files


class Python(Toolchain):
    """The interpreter that runs the tests, with the packages beside them."""

    def packages(self) -> dict[str, str]:
        return _installed()

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        ruff = [
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--line-length=120",
            "--select=E,F,W,I,UP,B,SIM,RUF",
            "--ignore=E501,SIM112",
        ]
        files = write(snippets, folder).values()
        call([sys.executable, *ruff, folder], folder)
        # A long name of a provider or a variable may make a line too long; all else is laid out as it should be.
        laid_out = [one for one in files if max(map(len, one.read_text().splitlines())) <= 120]
        assert len(laid_out) > len(files) * 0.9
        call([sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=120", "--check", *laid_out], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        files = write(snippets, folder)
        return Project({key: [sys.executable, "-P", str(file)] for key, file in files.items()})


@cache
def _installed() -> dict[str, str]:
    """What lies beside the interpreter."""
    return {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions()}


class JavaScript(Toolchain):
    """Node.js, with packages that npm puts beside the programs."""

    def packages(self) -> dict[str, str]:
        return dict(json.loads((HERE / "node/package.json").read_text())["dependencies"])

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("node")
        files = write(snippets, folder).values()
        call(["node", "--experimental-vm-modules", "--no-warnings", HERE / "node/parse.mjs", *files], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("node", "npm")
        install(folder)
        hook = str(HERE / "node/intercept.cjs")
        files = write(snippets, folder)
        return Project({key: ["node", "--require", hook, str(file)] for key, file in files.items()})


def install(folder: Path) -> None:
    """What the lock file says, as npm puts it into `node_modules`; once a session."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "node" / name, folder)
    if not _INSTALLED:
        fetch(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], folder)
        _INSTALLED.append(folder / "node_modules")
    else:
        (folder / "node_modules").symlink_to(_INSTALLED[0])


_INSTALLED: list[Path] = []


class Go(Toolchain):
    """One module, a command for each program."""

    def packages(self) -> dict[str, str]:
        lines = [line.split() for line in (HERE / "go/go.mod").read_text().splitlines() if "/" in line]
        return {name: version.lstrip("v") for name, version, *_ in lines if version.startswith("v")}

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("gofmt")
        files = write(snippets, folder)
        assert call(["gofmt", "-d", "-e", *files.values()], folder) == ""

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("go")
        for name in ("go.mod", "go.sum"):
            shutil.copy(HERE / "go" / name, folder)
        write(snippets, folder)
        fetch(["go", "mod", "download"], folder, GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
        (folder / "bin").mkdir()
        call(["go", "vet", "./..."], folder, GOTOOLCHAIN="local")
        call(["go", "build", "-ldflags=-s -w", "-o", folder / "bin", "./..."], folder, GOTOOLCHAIN="local")
        return Project(
            {(s.id, s.store): [str(folder / "bin" / f"{s.id}_{s.store}".replace("-", "_"))] for s in snippets}
        )


class Java(Toolchain):
    """The compiler in one process over all programs, with the packages that Maven resolves."""

    def packages(self) -> dict[str, str]:
        import xml.etree.ElementTree as ET

        space = {"m": "http://maven.apache.org/POM/4.0.0"}
        found = {}
        for one in ET.parse(HERE / "java/pom.xml").getroot().iterfind(".//m:dependency", space):
            group, artifact, version = (
                one.findtext(f"m:{tag}", "", space) for tag in ("groupId", "artifactId", "version")
            )
            found[f"{group}:{artifact}"] = version
        return found

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("java", "javac")
        write(snippets, folder)
        call(["java", HERE / "java/Parse.java", folder], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("java", "javac", "mvn")
        path = classpath(folder, HERE / "java/pom.xml")
        files = write(snippets, folder)
        call(["java", HERE / "java/Compile.java", path, folder], folder)
        return Project(
            {key: ["java", *QUICK, "@JVM@", "-cp", f"{file.parent}:{path}", "Main"] for key, file in files.items()}
        )


QUICK = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
"""A program that makes two calls is not worth optimising."""


def classpath(folder: Path, pom: Path) -> str:
    """What Maven resolves for the dependencies of a project."""
    shutil.copy(pom, folder / "pom.xml")
    fetch(["mvn", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={folder / 'classpath'}"], folder)
    return (folder / "classpath").read_text()


class Ruby(Toolchain):
    """The interpreter with Debian's gems. The other gems come from a registry that is out of reach: only parsed."""

    def packages(self) -> dict[str, str]:
        return {"postmark": ""}

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("ruby")
        each = "ARGV.each { |file| RubyVM::InstructionSequence.compile_file(file) }"
        call(["ruby", "-w", "-e", each, *write(snippets, folder).values()], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("ruby")
        call(["ruby", "-e", 'require "postmark"'], folder)
        return Project({key: ["ruby", str(file)] for key, file in write(snippets, folder).items()})


class TypeScript(Toolchain):
    """The compiler, whose output Node.js runs."""

    def packages(self) -> dict[str, str]:
        return ALL["javascript"].packages()

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("node", "npm")
        self._compile(snippets, folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("node", "npm")
        hook = str(HERE / "node/intercept.cjs")
        files = self._compile(snippets, folder)
        return Project({key: ["node", "--require", hook, str(file.with_suffix(".js"))] for key, file in files.items()})

    def _compile(self, snippets: list[Snippet], folder: Path) -> dict[tuple[str, str], Path]:
        install(folder)
        files = write(snippets, folder)
        strict = ["--strict", "--module", "nodenext", "--target", "es2022", "--moduleDetection", "force"]
        call(["node_modules/.bin/tsc", *strict, "--types", "node", "--skipLibCheck", *files.values()], folder)
        return files


class Php(Toolchain):
    """The interpreter. Its packages come from a registry that is out of reach: what needs one is only parsed."""

    def packages(self) -> dict[str, str]:
        return {}

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("php")
        each = "foreach (array_slice($argv, 1) as $f) token_get_all(file_get_contents($f), TOKEN_PARSE);"
        call(["php", "-r", each, "--", *write(snippets, folder).values()], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("php")
        if "curl" not in call(["php", "-m"], folder):
            raise Missing("PHP has no curl")
        files = write(snippets, folder)
        trust = "@PHP@"
        return Project({key: ["php", trust, str(file)] for key, file in files.items()})


class Shell(Toolchain):
    """The system's shell, with curl. What needs a store's own command is only parsed."""

    def packages(self) -> dict[str, str]:
        return {}

    def has(self, snippet: Snippet) -> bool:
        return snippet.store in ("env", "conjur")

    def check(self, snippets: list[Snippet], folder: Path) -> None:
        need("sh")
        for file in write(snippets, folder).values():
            call(["sh", "-n", file], folder)

    def build(self, snippets: list[Snippet], folder: Path) -> Project:
        need("sh", "curl", "base64", "sed")
        return Project({key: ["sh", str(file)] for key, file in write(snippets, folder).items()})


ALL: dict[str, Toolchain] = {
    "python": Python(),
    "javascript": JavaScript(),
    "go": Go(),
    "java": Java(),
    "ruby": Ruby(),
    "typescript": TypeScript(),
    "php": Php(),
    "shell": Shell(),
}
