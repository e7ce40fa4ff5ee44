import re

import pytest

from stanch.patterns import lazy


def test_lazy_is_what_re_compile_gives() -> None:
    pattern = lazy(r"(?P<letter>[a-c])\d", re.IGNORECASE)
    assert [found["letter"] for found in pattern.finditer("a1 x2 B3")] == ["a", "B"]
    assert pattern.fullmatch("c4")
    assert pattern.sub("-", "a1b2") == "--"
    assert pattern.pattern == r"(?P<letter>[a-c])\d"
    assert pattern.flags & re.IGNORECASE
    assert lazy(rb"\d+").search(b"a12") is not None


def test_lazy_compiles_only_when_used() -> None:
    pattern = lazy("(")
    with pytest.raises(re.error):
        pattern.search("")
