"""How programs of each language are run here, with the settings of whoever runs the tests, not those of a test."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ENVIRONMENT = {name: value for name, value in os.environ.items() if "NOTION" not in name}
"""Taken before any test changes it: toolchains have their caches in the home folder."""


def run(language: str, path: Path, values: dict[str, str]) -> str:
    """What a program prints, with some variables in its environment; skips where its toolchain is not there."""
    command = _COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    environment = {**ENVIRONMENT, **values}
    if language == "rust":
        _call(["rustc", "--edition=2021", "-o", "../program", path.name], path.parent, environment)
        return _call(["../program"], path.parent, environment)
    if language == "typescript":
        options = ["--strict", "--target", "es2020", "--module", "commonjs", "--outDir", "../out"]
        _call(["tsc", *options, path.name], path.parent, environment)
        return _call(["node", f"../out/{path.stem}.js"], path.parent, environment)
    if language == "java":
        _call(
            ["javac", "-d", "../classes", *(one.name for one in path.parent.glob("*.java"))], path.parent, environment
        )
        return _call(["java", "-cp", "../classes", path.stem], path.parent, environment)
    if language == "go" and (path.parent / "go.mod").exists():
        return _call(["go", "run", "."], path.parent, environment)
    return _call([*command, path.name], path.parent, environment)


_COMMANDS = {
    "python": ["python3"],
    "javascript": ["node"],
    "typescript": ["tsc"],
    "java": ["javac"],
    "go": ["go", "run"],
    "ruby": ["ruby"],
    "php": ["php"],
    "rust": ["rustc"],
    "shell": ["bash"],
}


def _call(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
