"""Any bytes whatever: no exception, no endless work, and the paths and reasons stay printable."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.unpack import Entry, Limits, unpack
from stanch.unpack.formats import FORMATS

from .samples import SAMPLES, line, noise, secret, sevenzipped, tarred

LIMITS = Limits(total_bytes=32 << 20, entry_bytes=8 << 20, ratio_floor=1 << 20)
CONTAINERS = {name: make(secret(5)) for name, make in SAMPLES.items()}
CONTAINERS["solid.7z"] = sevenzipped({"a": line(secret(1)), "b.tar": tarred({"x": b"y" * 2000}), "c": noise(3000)})


def drain(data: bytes, name: str) -> None:
    """Read everything, and see that it is in order."""
    for each in unpack(io.BytesIO(data), name, LIMITS):
        assert not each.path or each.path.isprintable()
        each.path.encode()
        if isinstance(each, Entry):
            while each.stream.read(1 << 16):
                pass
        else:
            assert each.reason
            assert each.reason.isprintable()
            assert len(each.reason) < 100


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good container with some harm done to it."""
    name = draw(st.sampled_from(sorted(CONTAINERS)))
    data = bytearray(CONTAINERS[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(("byte", "bit", "cut", "insert", "number", "copy")))
        if kind == "byte":
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif kind == "bit" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[at : at + draw(st.sampled_from((1, 4, 64, 5000)))]
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=20))
        elif kind == "number":
            data[at : at + 4] = draw(
                st.sampled_from((b"\xff\xff\xff\xff", bytes(4), b"\xff\xff\xff\x7f", b"\x80\0\0\0"))
            )
        else:
            other = draw(st.integers(0, max(len(data) - 1, 0)))
            data[at : at + 32] = data[other : other + 32]
    return name, bytes(data)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_containers_that_were_tampered_with(sample: tuple[str, bytes]) -> None:
    name, data = sample
    drain(data, name)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=2000))
def test_any_bytes_under_any_name(name: str, data: bytes) -> None:
    drain(data, name)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([each for kind in FORMATS.values() for each in kind.signatures]), st.binary(max_size=1000))
def test_any_bytes_after_a_signature(signature: bytes, data: bytes) -> None:
    drain(signature + data, "a")


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_containers_cut_off_anywhere(name: str) -> None:
    data = CONTAINERS[name]
    rng = random.Random(name)
    for size in sorted({*range(0, min(len(data), 40), 7), *(rng.randrange(len(data)) for _ in range(12))}):
        drain(data[:size], name)


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_containers_with_something_behind(name: str) -> None:
    data = CONTAINERS[name]
    drain(data + noise(500), name)
    drain(data + data, name)
