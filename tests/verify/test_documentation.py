"""docs/verify.md says what is so."""

import re
from pathlib import Path

from stanch.config.detectors import read_detectors
from stanch.config.load import parse
from stanch.verify import Limits

from .table import KINDS, page, table

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()


def test_every_type_that_is_checked_has_its_line() -> None:
    assert page() == PAGE, "python -m verify.table in tests/ writes it anew"
    assert table().count("\n") == len(KINDS) > 100


def test_the_limits_are_those_of_the_code() -> None:
    limits = Limits()
    assert f"| credentials side by side | {limits.workers} |" in PAGE
    assert f"| {limits.at_once}, begun at least {limits.gap:g} s apart |" in PAGE
    assert f"with TLS | {limits.connect:g} s each |" in PAGE
    assert f"of an answer | {limits.read:g} s |" in PAGE
    assert f"redirects | {limits.total:g} s |" in PAGE
    assert f"that is read | {limits.size >> 20} MiB |" in PAGE
    assert limits.redirects == 3
    assert "three at most" in PAGE


def test_the_examples_are_valid() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    settings = [parse(example, Path("stanch.toml")) for example in examples]
    detectors = [kind for one in settings for _, kind in read_detectors(one.detector, trusted=True)]
    assert [kind.verify.identity for kind in detectors if kind.verify] == [{"user": "login", "team": "team.name"}]
    assert [one.verify.allow for one in settings if one.verify.hosts] == [["10.20.0.0/16"]]
