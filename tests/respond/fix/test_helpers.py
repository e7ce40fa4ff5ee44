"""Programs that ask a secret manager print the same as they did with the secrets in them."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from repositories import Secrets
from stanch.respond.fix.helpers import template
from stanch.respond.fix.source import Source

from . import toolchains
from .programs import filled
from .servers import server

pytest.importorskip("tree_sitter", reason="the extra 'fix' is not installed")
Command = Callable[..., "CompletedProcess[str]"]

PROGRAMS = {
    "python": ("shop/app.py", 'print("@A@", f"x @B@", b"@A@")\n'),
    "javascript": ("app.js", '"use strict";\n// first\nconsole.log("@A@", "x @B@");\n'),
    "modern javascript": ("src/app.mjs", 'import { EOL } from "node:os";\nconsole.log("@A@", "x @B@", EOL.length);\n'),
    "java": (
        "Main.java",
        'public class Main {\n    static final String NOTION_TOKEN = "@A@";\n\n'
        '    public static void main(String[] x) {\n        System.out.println(NOTION_TOKEN + " x @B@");\n    }\n}\n',
    ),
    "go": (
        "main.go",
        'package main\n\nimport "fmt"\n\nconst notionToken = "@A@"\n\n'
        'func main() {\n\tfmt.Println(notionToken, "x @B@")\n}\n',
    ),
    "ruby": ("bin/app.rb", 'require "json"\n\nputs ["@A@", "x @B@"].to_json\n'),
    "php": (
        "app.php",
        "<?php\nnamespace Shop;\n\nclass A\n{\n    const TOKEN = '@A@';\n}\n\necho A::TOKEN, \"x @B@\\n\";\n",
    ),
}
FILES = {"go": {"go.mod": "module shop\n\ngo 1.21\n"}}


@pytest.mark.parametrize(
    ("language", "store"),
    [(language, store) for language in PROGRAMS for store in ("vault", "conjur")] + [("python", "aws")],
)
def test_it_prints_the_same(language: str, store: str, command: Command, secrets: Secrets, tmp_path: Path) -> None:
    name, program = PROGRAMS[language]
    language = language.removeprefix("modern ")
    folder = tmp_path / "project"
    path = folder / name
    path.parent.mkdir(parents=True)
    text, made = filled(program, secrets)
    path.write_text(text)
    for other, content in FILES.get(language, {}).items():
        (folder / other).write_text(content)
    before = toolchains.run(language, path, {})
    assert made[0] in before
    done = command("fix", "--store", store, "--yes", cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert not any(value in path.read_text() for value in made)
    assert not (folder / ".env.example").exists()
    with server(store, tmp_path) as manager:
        for number, variable in enumerate(("NOTION_TOKEN", "NOTION_API_KEY")):
            if variable in path.read_text():
                manager.put(variable, made[number])
        assert toolchains.run(language, path, manager.environment) == before
    after = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    assert command("fix", "--store", store, "--yes", cwd=folder).returncode == 0
    assert after == {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("store", ["aws", "vault", "conjur"])
@pytest.mark.parametrize(
    ("language", "grammar"),
    [
        ("python", "python"),
        ("java", "java"),
        ("go", "go"),
        ("ruby", "ruby"),
        ("php", "php"),
        ("csharp", "c_sharp"),
        ("kotlin", "kotlin"),
        ("rust", "rust"),
        ("javascript", "javascript"),
    ],
)
def test_every_helper_parses(language: str, grammar: str, store: str) -> None:
    text = template(f"{language}-{store}").replace("@PACKAGE@", "shop" if language == "go" else "")
    assert Source("x", text.encode(), grammar).faults() == 0


@pytest.mark.parametrize("store", ["aws", "vault", "conjur"])
@pytest.mark.parametrize("modern", [False, True])
@pytest.mark.parametrize("typed", [False, True])
def test_every_module_of_javascript_parses(store: str, modern: bool, typed: bool) -> None:
    from stanch.respond.fix.helpers import module

    text = module(store, modern=modern, typed=typed)
    assert "@" not in text.replace("@aws-sdk", "")
    assert Source("x", text.encode(), "typescript" if typed else "javascript").faults() == 0
