import re

import pytest

from stanch import patterns
from stanch.patterns import compiled, keep, lazy, restored, to_keep


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


@pytest.mark.parametrize(
    ("pattern", "flags"), [(rb"(?:(?P<secret>[a-z]{3,}+)\d|(x)(?=y))", re.IGNORECASE), (rb"a", 0), (rb"(?i:\xe9+)", 0)]
)
def test_what_was_compiled_before_is_the_same(pattern: bytes, flags: int) -> None:
    kept = compiled(pattern, flags)
    assert kept is not None
    assert restored(pattern, kept) == re.compile(pattern, flags)
    found = restored(pattern, kept).search(b"-- ABC1 xy a \xe9")
    assert found is not None
    assert found.groupdict() == re.compile(pattern, flags).search(b"-- ABC1 xy a \xe9").groupdict()  # type: ignore[union-attr]


def test_what_is_no_code_is_refused() -> None:
    kept = compiled(b"(a)b", 0)
    assert kept is not None
    for code in (b"", b"\xff" * 8, kept[1][:-4], kept[1][4:]):
        with pytest.raises((RuntimeError, ValueError)):
            restored(b"(a)b", (kept[0], code, *kept[2:]))


def test_a_library_that_we_do_not_know_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("re._compiler._code")
    assert compiled(b"a") is None


def test_lazy_takes_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_met", [])
    monkeypatch.setattr(patterns, "_kept", {})
    text, data, _ = lazy(r"(?P<letter>[a-c\u00e9])\d", re.IGNORECASE), lazy(rb"\d+x"), lazy("(")
    kept = to_keep()
    assert [(pattern, flags) for pattern, flags, _ in kept] == [(r"(?P<letter>[a-c\u00e9])\d", 2), (rb"\d+x", 0)]
    keep(kept)
    monkeypatch.setattr(re, "compile", None)
    assert text.fullmatch("\u00c91")
    assert data.search(b"a12x")


def test_what_was_kept_wrongly_is_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_kept", {})
    keep([(b"(a)b", 0, (0, b"\xff" * 8, 2, {}))])
    assert lazy(b"(a)b").fullmatch(b"ab")
