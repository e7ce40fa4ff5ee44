"""What the documentation says is so: the help, commands, targets, files and settings that it names."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from cli.examples import commands, parse, shown
from stanch.config.model import Identity, IgnoreEntry, Limits, Scan, Verify
from stanch.report import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_readme_shows_the_real_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = subprocess.run([sys.executable, "-m", "stanch", "--help"], capture_output=True, text=True, check=True)
    assert f"```\n{done.stdout}```\n" in README


def test_readme_opens_with_two_sentences_and_two_commands() -> None:
    opening = README.split("\n\n")[1]
    assert len(re.findall(r"\.(?:\s|$)", opening)) == 2
    assert [line.split("#")[0].strip() for line in README.split("\n\n")[2].splitlines()] == ["make scan", "make test"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_is_taken(page: Path) -> None:
    blocks = re.findall(r"(?m)(?:^    .*\n)+|^```(?:sh|console|text)?\n(?:.*\n)*?```$", page.read_text())
    for call in shown("".join(blocks)):
        if not call.startswith("stanch stopped "):  # what a hook says
            parse(call)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_is_there(page: Path) -> None:
    known = set(commands())
    groups = {path[:1] for path in known if len(path) == 2}
    for name, under in re.findall(r"`stanch ([a-z]+)(?: ([a-z]+))?[^`]*`", page.read_text()):
        assert (name,) in known, name
        assert not under or (name, under) in known or (name,) not in groups, under


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_fingerprint_that_is_shown_is_whole(page: Path) -> None:
    shortened = re.findall(r"(?:ignore (?:add|remove) |\"fingerprints\": \[\")([0-9a-f]{1,31})\b", page.read_text())
    assert shortened == []


def test_the_scan_package_names_its_modules() -> None:
    folder = ROOT / "src" / "stanch" / "scan"
    named = set(re.findall(r"`([a-z]+)`", (folder / "__init__.py").read_text().split('"""')[1]))
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} <= named


def test_every_target_that_is_named_is_there() -> None:
    rules = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    named = {name for page in PAGES for name in re.findall(r"(?:`|^    )make ([a-z]+)", page.read_text(), re.MULTILINE)}
    assert {"scan", "test"} <= named
    assert named <= rules
    phony = re.search(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text())
    assert phony is not None
    assert set(phony[1].split()) == rules


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), target


def test_the_tree_of_the_architecture_is_the_real_one() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    places: dict[int, str] = {}
    named = []
    for line in page.partition("## The house\n")[2].partition("##")[0].splitlines():
        entry = re.match(r"( +)((?:[\w/]+(?:\.py)?\s\s?)+)", line + "  ")
        if entry:
            depth = len(entry[1])
            for name in entry[2].split():
                above = "".join(part for level, part in sorted(places.items()) if level < depth)
                named.append(above + name)
            places = {level: part for level, part in places.items() if level < depth} | {depth: name}
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []
    folders = {
        f"src/stanch/{path.name}/" for path in (ROOT / "src" / "stanch").iterdir() if (path / "__init__.py").exists()
    }
    assert folders <= set(named)


def test_the_import_rule_is_the_one_that_is_enforced() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text().partition("## What may import what")[2]
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    told = [line.strip() for line in re.findall(r"(?m)^    .*$", page)]
    assert told == [layer.replace(" |", ",") for layer in layers if layer != "__main__"]


def test_every_output_format_has_its_line() -> None:
    assert set(re.findall(r"(?m)^\| `([a-z]+)` \| ", (ROOT / "docs" / "outputs.md").read_text())) >= set(FORMATS)


def test_every_setting_has_its_line() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    tables: dict[str, type[msgspec.Struct]] = {
        "scan": Scan,
        "limits": Limits,
        "identity": Identity,
        "verify": Verify,
        "ignore": IgnoreEntry,
    }
    for table, fields in tables.items():
        for field in fields.__struct_fields__:
            assert f"`{table}.{field}`" in page


def test_the_example_of_the_python_interface_runs(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    (tmp_path / "a.txt").write_text("nothing to see\n")
    program = code[1].replace('"path/to/clone"', repr(str(tmp_path)))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
