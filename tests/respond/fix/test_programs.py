"""Programs print the same before and after their secrets were taken out of them."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from repositories import Secrets
from stanch.respond.fix.dotenv import read

from . import programs
from .programs import Program, filled
from .toolchains import run

pytest.importorskip("tree_sitter", reason="the extra 'fix' is not installed")

ALL = [
    pytest.param(language, program, crlf, id=f"{language}: {program.name}, {'CRLF' if crlf else 'LF'}")
    for language, some in (
        ("python", programs.PYTHON),
        ("javascript", programs.JAVASCRIPT),
        ("typescript", programs.TYPESCRIPT),
        ("java", programs.JAVA),
        ("go", programs.GO),
        ("ruby", programs.RUBY),
        ("php", programs.PHP),
        ("rust", programs.RUST),
        ("shell", programs.SHELL),
    )
    for number, program in enumerate(some)
    for crlf in ((False,) if language == "shell" or number else (False, True))  # shells take no CRLF
]
Command = Callable[..., "CompletedProcess[str]"]


@pytest.mark.parametrize(("language", "program", "crlf"), ALL)
def test_it_prints_the_same(
    language: str, program: Program, crlf: bool, command: Command, secrets: Secrets, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    path = folder / program.path
    text, made = filled(program.text, secrets)
    path.write_bytes((text.replace("\n", "\r\n") if crlf else text).encode())
    path.chmod(0o754)
    before = run(language, path, {})
    assert any(value in before for value in made)

    done = command("fix", "--store", "env", "--put", "--yes", cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert all(value not in done.stdout for value in made)
    after = path.read_bytes()
    assert all(value.encode() not in after for value in made)
    assert after.count(b"\r\n") == (after.count(b"\n") if crlf else 0)
    assert path.stat().st_mode & 0o777 == 0o754
    values = read((folder / ".env").read_text())
    assert set(values.values()) <= set(made)
    assert run(language, path, values) == before

    again = command("fix", "--store", "env", "--yes", cwd=folder)
    assert (again.returncode, "nothing to fix" in again.stdout) == (0, True), again.stdout + again.stderr
    assert path.read_bytes() == after
