"""The lock files: complete, pinned with hashes, and silent about where and by whom they were made."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NAME = re.compile(r"[A-Za-z0-9._-]+")


def pinned(file: str) -> dict[str, str]:
    """Names and versions in a lock file."""
    text = (ROOT / "requirements" / file).read_text()
    return dict(re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", text))


def normal(requirement: object) -> str:
    """The name in a requirement, as lock files spell it."""
    found = NAME.match(str(requirement))
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.parametrize("file", ["run.txt", "dev.txt", "bench.txt"])
def test_every_line_is_a_pin_with_hashes_and_nothing_names_a_place(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text()
    assert not re.search(r"https?:|--index|--find-links|--extra-index|file:|/home|/root|/tmp", text)
    entries = re.split(r"(?m)^(?=[a-z0-9])", text.partition("\n")[2])[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==[^ ]+( ; [^\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", entry), entry


def test_all_that_the_project_names_is_pinned_and_the_files_agree() -> None:
    run, dev = pinned("run.txt"), pinned("dev.txt")
    groups = PROJECT["dependency-groups"]
    assert {normal(one) for one in [*PROJECT["project"]["dependencies"], *groups["build"]]} <= set(run)
    assert {normal(one) for one in groups["dev"] if isinstance(one, str)} <= set(dev)
    assert run.items() <= dev.items()
    bench = pinned("bench.txt")
    assert {normal(one) for one in groups["bench"]} <= set(bench)
    assert all(run.get(name, version) == version for name, version in bench.items())


def test_the_build_uses_what_is_pinned() -> None:
    run = pinned("run.txt")
    names = ["hatchling", "cython", "setuptools"]
    assert PROJECT["build-system"]["requires"] == [f"{name}=={run[name]}" for name in names]
