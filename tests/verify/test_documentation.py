"""docs/verify.md says what is so."""

import re
from pathlib import Path

from stanch.catalog.load import read_providers
from stanch.config.detectors import read_detectors
from stanch.config.load import parse
from stanch.verify import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
KINDS = [kind for provider in read_providers() for kind in provider.types if kind.verify]


def test_every_type_that_is_checked_has_its_line_with_all_hosts() -> None:
    rows = {row[1]: row for row in re.findall(r"(?m)^(\| `([a-z0-9-]+)` \| (.*) \| (.*) \|)$", PAGE)}
    assert {kind.id for kind in KINDS} == {name for name in rows if "-" in name}
    for kind in KINDS:
        assert kind.verify is not None
        _, _, hosts, tells = rows[kind.id]
        for call in kind.verify.calls:
            fixed = {url.split("/")[2] for url in call.urls if "://" in url}
            for host in {host for host in fixed if "{" not in host} | set(call.hosts):
                assert host in hosts.replace("`", "").split(", "), kind.id
        assert ("live only" in tells) == (not any(call.invalid for call in kind.verify.calls)), kind.id
        assert ("--probe" in tells) == (kind.verify.effect != "read"), kind.id


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
