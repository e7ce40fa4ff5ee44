"""The catalog through the engine: every type's examples are found as that type, and none of its near misses is."""

import pytest

from stanch.catalog.examples import examples, near_misses
from stanch.detect.engine import Engine

from .samples import KINDS


@pytest.mark.parametrize("detector", KINDS)
def test_every_example_is_found_with_exactly_its_secret(engine: Engine, detector: str) -> None:
    made = examples(KINDS[detector], count=30)
    assert made
    for one in made:
        data = one.text.encode()
        matches = engine.scan(data).matches
        assert (detector, one.secret) in {(match.detector, match.secret) for match in matches}, one
        match = next(match for match in matches if (match.detector, match.secret) == (detector, one.secret))
        assert data[match.start : match.end] == one.secret.encode(), one


@pytest.mark.parametrize("detector", KINDS)
def test_no_near_miss_is_reported_as_the_type(engine: Engine, detector: str) -> None:
    for one in near_misses(KINDS[detector], count=30):
        assert detector not in {match.detector for match in engine.scan(one.text.encode()).matches}, one
