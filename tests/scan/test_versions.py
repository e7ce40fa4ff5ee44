"""Scanning by what deltas change: whatever the texts and the edits, the same as scanning each version whole."""

import base64
import gzip
import io
import random
import re
import string
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import packs
from deltas import WORDS, edited, fragments, written
from repositories import Repo, Secrets
from stanch.catalog import regex
from stanch.catalog.examples import examples
from stanch.catalog.load import read_providers
from stanch.detect import Engine, carry, concern, gather, hits
from stanch.detect.carry import Hits
from stanch.detect.hits import REACH
from stanch.detect.rules import FAR, SPREAD
from stanch.model import Coverage, Match, Rejected
from stanch.scan import Options, scan, versions
from stanch.scan.content import Reader
from stanch.sources.git.pack import inner
from stanch.unpack import Limits
from stanch.version import Version

GATHER = packs.interpreted(gather)
CARRY = packs.interpreted(carry, gather=GATHER, concern=packs.interpreted(concern))
Delta = tuple[bytes, bytes]
"""A version and the delta that makes it."""
CHAINS = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def engine(compiled: object) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCH_CACHE_DIR", str(compiled))
        yield Engine()


@pytest.fixture(scope="module")
def dense() -> list[bytes]:
    """Of what texts are made: secrets everywhere."""
    return fragments()


@pytest.fixture(scope="module")
def sparse(engine: Engine, dense: list[bytes]) -> list[bytes]:
    """The same with a secret here and there, so that most versions hold none and most changes bring none."""
    rng = random.Random(1)
    plain = [("\n".join(rng.choices(WORDS, k=rng.randint(1, 60))) + "\n").encode() for _ in range(60)]
    plain += [b"".join(b"%d %f\n" % (line, rng.random()) for line in range(rng.randint(1, 80))) for _ in range(60)]
    plain += [b"https://example.com/a%20b%2Fc\n", b"&quot;a&quot;: &quot;b&quot;\n", rng.randbytes(40).hex().encode()]
    plain += [
        b'name = "first" +\n    "second"\n',
        b"x = '\\x41\\u0042'\n",
        b"checksum: " + b"0123456789abcdef" * 4 + b"\n",
    ]
    told = [text for text in rng.sample(dense, 400) if engine.scan(text).matches]
    return plain * 2 + told[:50]


Texts = Sequence[tuple[bytes, int, bytes]]
"""Each a text, the number of the one before it that it was made from, or -1, and the delta by which it was."""


class Seen:
    """What came of some texts: for each its matches, all coverage, and what was turned down."""

    def __init__(self, reader: Reader) -> None:
        self.coverage: Coverage = reader.coverage
        self.rejected: list[Rejected] = reader.rejected
        self.matches: dict[int, list[Match]] = {}
        self.versions: list[Version] = []


def alone(engine: Engine, texts: Texts, *, explain: bool = False) -> Seen:
    """Each scanned alone and whole: what scanning by deltas, and together, must give."""
    seen = Seen(reader := Reader(engine, Limits(), explain=explain))
    for number, (data, _, _) in enumerate(texts):
        if found := list(reader.scan(io.BytesIO(data), "", label=f"text {number}")):
            seen.matches[number] = found
    return seen


def together(engine: Engine, texts: Texts, sizes: Sequence[int] = (), *, explain: bool = False) -> Seen:
    """Scanned by what their deltas change, in batches of these sizes one after the other, and then the rest."""
    seen = Seen(reader := Reader(engine, Limits(), explain=explain))
    for number, (data, base, delta) in enumerate(texts):
        version = Version(number, seen.versions[base] if base >= 0 else None, data)
        if base >= 0:
            made, version.regions, version.zones = inner.apply(texts[base][0], delta, SPREAD, REACH)
            assert made == data
        seen.versions.append(version)
    scanner = versions.Texts(
        reader,
        lambda version: f"text {version.number}",
        lambda version, match: seen.matches.setdefault(version.number, []).append(match),
    )
    waiting = list(seen.versions)
    for size in sizes:
        scanner.scan(waiting[:size])
        # Of those that were looked at, what is known of them is enough: the contents of some are gone.
        for version in waiting[:size]:
            if version.number % 2:
                version.data, version.held = b"", False
        waiting = waiting[size:]
    scanner.scan(waiting)
    return seen


def chain(seed: int, pool: list[bytes], sizes: list[int], length: int = 6) -> Iterator[Delta]:
    rng = random.Random(seed)
    data = b"".join(rng.choices(pool, k=rng.choice(sizes)))
    yield data, b""
    for _ in range(length):
        data, delta = edited(data, rng, pool)
        yield data, delta


def chained(deltas: Iterator[Delta]) -> Texts:
    """A chain, each version made from the one before."""
    return [(data, number - 1, delta) for number, (data, delta) in enumerate(deltas)]


def woven(chains: Sequence[Texts], rng: random.Random) -> Texts:
    """Several chains as one, their texts in any order in which bases come before what is made of them."""
    places: list[list[int]] = [[] for _ in chains]
    found: list[tuple[bytes, int, bytes]] = []
    while left := [number for number, one in enumerate(chains) if len(places[number]) < len(one)]:
        which = rng.choice(left)
        data, base, delta = chains[which][len(places[which])]
        places[which].append(len(found))
        found.append((data, places[which][base] if base >= 0 else -1, delta))
    return found


@cache
def inexact(engine: Engine) -> set[int]:
    """Triggers of which the places need not be all: of some one stands for all, and how those with a guard go on is
    looked at only where something is new within their reach."""
    table = [*engine.bundle.triggers, *engine.bundle.run_triggers]
    return {
        number
        for number, one in enumerate(table)
        if one.once or one.decoder == FAR or (one.rules and regex.spread(one.expression) > SPREAD)
    }


def same_hits(engine: Engine, found: Hits, data: bytes) -> None:
    """What was carried over and found anew is what there is."""
    whole = engine.hits(data)
    passed = inexact(engine)
    several, others = (
        Counter(pair for pair in zip(hits.triggers, hits.ends, strict=True) if pair[0] not in passed)
        for hits in (found, whole)
    )
    assert (several - others, others - several) == (Counter(), Counter())
    assert sorted(found.once) == whole.once
    assert found.ends == sorted(found.ends)
    assert all(0 < end <= len(data) for end in found.ends)


def agree(
    engine: Engine, texts: Texts | Iterator[Delta], *orders: Sequence[int], explain: bool = False
) -> tuple[Seen, Seen]:
    """Scan texts in both ways: alone, and together, in batches of each of these sizes."""
    texts = texts if isinstance(texts, Sequence) else chained(texts)
    expected = alone(engine, texts, explain=explain)
    for sizes in orders or ((),):
        seen = together(engine, texts, sizes, explain=explain)
        for number in range(len(texts)):
            assert seen.matches.get(number) == expected.matches.get(number)
        assert seen.coverage == expected.coverage
        assert told(seen.rejected) == told(expected.rejected)
        for version, (data, _, _) in zip(seen.versions, texts, strict=True):
            if version.hits is not None:
                same_hits(engine, version.hits, data)
    return seen, expected


def told(rejected: list[Rejected]) -> list[bytes]:
    """What was turned down in texts, those that are none, which are looked at behind the others, in their place."""
    return sorted(msgspec.json.encode(one) for one in rejected)


# --- any text, any edit ----------------------------------------------------------------------------------------------


@CHAINS
@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 3), max_size=7))
def test_texts_full_of_secrets(engine: Engine, dense: list[bytes], seed: int, sizes: list[int]) -> None:
    agree(engine, chain(seed, dense, [3, 10, 60]), sizes)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 3), max_size=11))
def test_texts_with_hardly_a_secret(engine: Engine, sparse: list[bytes], seed: int, sizes: list[int]) -> None:
    agree(engine, chain(seed, sparse, [1, 10, 60], 10), sizes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 32))
def test_what_was_turned_down_is_told_alike(engine: Engine, dense: list[bytes], sparse: list[bytes], seed: int) -> None:
    agree(engine, chain(seed, dense if seed % 2 else sparse, [3, 10, 30]), explain=True)


@CHAINS
@given(
    st.integers(0, 1 << 32), st.integers(1, 6), st.sampled_from([0, 1, 4]), st.booleans(), st.lists(st.integers(0, 9))
)
def test_chains_in_one_batch_and_over_several(
    engine: Engine,
    dense: list[bytes],
    sparse: list[bytes],
    seed: int,
    count: int,
    length: int,
    rich: bool,
    sizes: list[int],
) -> None:
    """Their texts by turns; some are empty, and some too large to be searched together with others."""
    rng = random.Random(seed)
    chains = [
        chained(chain(rng.random(), dense if rich else sparse, [0, 1, 1, 3, 30], rng.randint(0, length)))  # type: ignore[arg-type]
        for _ in range(count)
    ]
    agree(engine, woven(chains, rng), sizes, explain=rng.random() < 0.2)


@CHAINS
@given(st.integers(0, 1 << 32), st.lists(st.integers(0, 9)))
def test_texts_cut_anywhere(engine: Engine, dense: list[bytes], seed: int, sizes: list[int]) -> None:
    """One text in pieces, each a text of its own: what is found in them is what is in each."""
    rng = random.Random(seed)
    data = b"".join(rng.choices([text for text in dense if len(text) < 3000], k=rng.choice([3, 20])))
    cuts = sorted(rng.choices(range(len(data) + 1), k=rng.choice([1, 5, 50])))
    parts = [data[low:high] for low, high in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    agree(engine, [(part, -1, b"") for part in parts], sizes)


SEAMS = [
    b"\n", b" ", b"  ", b"abcd/efgh+ijkl/mnop", b"aGVsbG8sIHdvcmxk", b"/", b"+", b"=", b"-" * 40, b"0123456789abcdef",
    b"4142434445464748494a4b4c", b"x" * 23, b"k" * 24, b" " * 500, b"%41", b"\xe9", b"a\n" * 70, b'"abcd" +', b'"efgh"',
    b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"machine a.example.com login b\n", b"password: ", b"Basic ",
]  # fmt: skip
"""What decides, on either side of a change, whether something is a hit: runs, bounds, what is encoded, lines."""


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 5), max_size=9))
def test_texts_of_seams(engine: Engine, seed: int, sizes: list[int]) -> None:
    rng = random.Random(seed)
    chains = [chained(chain(rng.getrandbits(32), SEAMS, [0, 1, 5, 40], rng.randint(0, 5))) for _ in range(3)]
    agree(engine, woven(chains, rng), sizes)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1 << 32), st.booleans(), st.lists(st.integers(1, 9)))
def test_both_forms_find_alike(
    engine: Engine, dense: list[bytes], sparse: list[bytes], seed: int, rich: bool, sizes: list[int]
) -> None:
    if not carry.COMPILED:
        pytest.skip("not compiled here: there is one form only")
    rng = random.Random(seed)
    texts = woven([chained(chain(rng.getrandbits(32), dense if rich else sparse, [0, 1, 10])) for _ in range(3)], rng)
    one = together(engine, texts, sizes)
    with pytest.MonkeyPatch.context() as patch:
        interpreted(patch)
        other, _ = agree(engine, texts, sizes)
    assert (one.matches, one.coverage) == (other.matches, other.coverage)
    for version, same in zip(one.versions, other.versions, strict=True):
        assert (version.text, version.found, version.hits is None) == (same.text, same.found, same.hits is None)
        if version.hits is not None:
            assert version.hits.ends == same.hits.ends
            assert version.hits.triggers == same.hits.triggers
            assert version.hits.once == same.hits.once


def interpreted(patch: pytest.MonkeyPatch) -> None:
    """Have the engine carry hits over by the source of what is compiled."""
    patch.setattr(hits, "carry", CARRY)
    for module in (hits, versions):
        patch.setattr(module, "gather", GATHER)


@pytest.fixture(scope="module")
def spread(dense: list[bytes]) -> Callable[[int], Iterator[Delta]]:
    """Chains of long texts with secrets far apart, and mostly small changes, most of them far from all secrets."""

    def text(rng: random.Random, secrets: Secrets) -> bytes:
        parts = []
        for _ in range(rng.randint(1, 5)):
            parts += [b"%d %f\n" % (line, rng.random()) for line in range(rng.choice([5, 300, 700]))]
            parts += rng.choice([[], [b"key = '%s'\n" % secrets.notion().encode()], [rng.choice(dense), b"\n"]])
        return b"".join(parts)

    def made(seed: int) -> Iterator[Delta]:
        rng, secrets = random.Random(seed), Secrets(seed)
        data = text(rng, secrets)
        yield data, b""
        for _ in range(8):
            pool = [b"x", b"plain\n", b"\n", b"1 0.5\n" * 3, b"\r\n", b""]
            if rng.random() < 0.3:
                pool += [text(rng, secrets), rng.choice(dense)]
            if rng.random() < 0.5:
                data, delta = edited(data, rng, pool)
            else:
                at = rng.randint(0, len(data))
                end = min(len(data), at + rng.choice([0, 0, 1, 30]))
                data, delta = written(data, [(0, at), rng.choice(pool), (end, len(data) - end)])
            yield data, delta

    return made


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 3), max_size=9))
def test_long_texts_with_secrets_far_apart(
    engine: Engine, spread: Callable[[int], Iterator[Delta]], seed: int, sizes: list[int]
) -> None:
    agree(engine, spread(seed), sizes)


def test_what_was_found_far_from_a_change_is_not_looked_for_again(
    engine: Engine, spread: Callable[[int], Iterator[Delta]], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[bool] = []
    real = versions.moved

    def count(*given: object) -> list[Match] | None:
        result = real(*given)  # type: ignore[arg-type]
        moved.append(bool(result))
        return result

    monkeypatch.setattr(versions, "moved", count)
    for seed in range(20):
        agree(engine, spread(seed))
    assert moved.count(True) > 20
    assert moved.count(False) > 20


def test_the_texts_themselves(
    engine: Engine, dense: list[bytes], sparse: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those tests are worth something only if there is something to find and most of it is not looked at."""
    quiet: list[bool] = []
    judged: list[bool] = []
    real, judge = Engine.quiet, versions.Texts._judge

    def count(self: Engine, version: Version, *rest: object) -> bool:
        result = real(self, version, *rest)  # type: ignore[arg-type]
        if not (version.base and version.base.found):
            quiet.append(result)
        return result

    def asked(self: versions.Texts, version: Version, hits: Hits | None, *rest: object) -> bool:
        judged.append(hits is not None)
        return judge(self, version, hits, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "quiet", count)
    monkeypatch.setattr(versions.Texts, "_judge", asked)
    many = [agree(engine, chain(seed, dense, [3, 10])) for seed in range(20)]
    total = sum(len(one.versions) for one, _ in many)
    assert sum(len(one.matches) for one, _ in many) > total // 2
    assert judged.count(True) > total // 4
    quiet.clear()
    judged.clear()
    few = [agree(engine, chain(seed, sparse, [1, 3], 10)) for seed in range(40)]
    total = sum(len(one.versions) for one, _ in few)
    assert total // 20 < sum(len(one.matches) for one, _ in few) < total * 2 // 3
    assert total - len(judged) > total // 4
    assert quiet.count(True) > quiet.count(False) > 5
    assert judged.count(False) < total // 4


# --- cases of their own ----------------------------------------------------------------------------------------------

FILLER = b"".join(b"line %d of plain text\n" % number for number in range(400))


@pytest.fixture
def both(engine: Engine) -> Callable[..., list[str]]:
    """Scans what operations make of a base, and of that, and so on, in both ways, in one batch and one by one; the last
    version's detectors."""

    def run(base: bytes, *changes: list[tuple[int, int] | bytes]) -> list[str]:
        deltas = [(base, b"")]
        for change in changes:
            deltas.append(written(deltas[-1][0], change))
        seen, _ = agree(engine, iter(deltas), [1] * len(deltas), [])
        return [match.detector for match in seen.matches.get(len(changes), [])]

    return run


NOTION = ["notion-integration-token"]


def test_one_more_character_makes_a_secret(both: Callable[..., list[str]], secret: str) -> None:
    base = FILLER + f"key = '{secret[:20]}{secret[21:]}'\n".encode() + FILLER
    at = len(FILLER) + 27
    assert both(base) == []
    assert both(base, [(0, at), secret[20:21].encode(), (at, len(base) - at)]) == NOTION


def test_one_less_character_makes_none(both: Callable[..., list[str]], secret: str) -> None:
    base = FILLER + f"key = '{secret}'\n".encode() + FILLER
    at = len(FILLER) + 27
    assert both(base, [(0, at), (at + 1, len(base) - at - 1)]) == []


@pytest.mark.parametrize("cut", [4, 20, 49])
def test_halves_that_come_together(both: Callable[..., list[str]], secret: str, cut: int) -> None:
    one, two = secret[:cut].encode(), secret[cut:].encode()
    base = FILLER + b"a " + one + b"\n" + FILLER + two + b"\n"
    first, second = len(FILLER) + 2 + cut, 2 * len(FILLER) + 3 + cut
    assert both(base) == []
    assert both(base, [(0, first), (second, len(base) - second)]) == NOTION
    # And apart again.
    assert both(base, [(0, first), (second, len(base) - second)], [(0, first), FILLER, (first, len(two) + 1)]) == []


def test_a_name_that_comes_above_a_value(both: Callable[..., list[str]]) -> None:
    value = random.Random(3).randbytes(16).hex().encode()
    base = FILLER + b"account:\n  id = 1\n  region = 2\n  value: '" + value + b"'\n" + FILLER
    at = len(FILLER)
    renamed = both(base, [(0, at), b"datadog_api_key", (at + 7, len(base) - at - 7)])
    assert both(base) == []
    assert renamed == both(base[:at] + b"datadog_api_key" + base[at + 7 :])


def test_a_secret_far_from_another_change(both: Callable[..., list[str]], secret: str) -> None:
    """What may be encoded, at the end, is near every change, and hides none of them."""
    base = FILLER + b"blob: bm90aGluZyBidXQgc29tZSBwbGFpbiB3b3JkcyBpbiBoZXJlLCByZWFsbHk=\n"
    key = f"key = '{secret}'\n".encode()
    assert both(base, [b"first\n", (0, 4000), key, (4000, len(base) - 4000)]) == NOTION


def test_a_secret_that_moves(both: Callable[..., list[str]], secret: str) -> None:
    base = f"key = '{secret}'\n".encode() + FILLER
    assert both(base, [(60, len(base) - 60), (0, 60)]) == NOTION


def test_a_secret_with_other_line_ends(both: Callable[..., list[str]], secret: str) -> None:
    base = FILLER + f"key = '{secret}'\n".encode()
    assert both(base, [base.replace(b"\n", b"\r\n")]) == NOTION


def test_text_that_becomes_a_container_and_text_again(
    both: Callable[..., list[str]], secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", secret)
    everything = (0, len(FILLER))
    assert both(FILLER, [packed.getvalue()]) == NOTION
    assert both(FILLER, [packed.getvalue(), everything], [FILLER]) == []
    assert both(FILLER, [packed.getvalue()], [FILLER, secret.encode()]) == NOTION


def test_text_that_becomes_wide_and_text_again(both: Callable[..., list[str]], secret: str) -> None:
    wide = secret.encode("utf-16")
    assert both(FILLER, [FILLER.decode().encode("utf-16") + wide[2:]]) == NOTION
    assert both(FILLER, [(0, len(FILLER)), b"\0" + secret.encode()], [(0, len(FILLER)), secret.encode()]) == NOTION


def long_texts() -> list[bytes]:
    """One of each type whose secrets take several lines."""
    kinds = [kind for provider in read_providers() for kind in provider.types]
    long = [kind for kind in kinds if kind.id.startswith(("privatekey-", "netrc-", "google-service-account"))]
    texts = [one.text.encode() for kind in long for one in examples(kind, count=1)]
    assert len(texts) > 6
    return texts


def test_a_key_that_grows_by_lines(engine: Engine) -> None:
    """By each of its lines, after that was taken out."""
    for text in long_texts():
        whole = FILLER + text + b"\n" + FILLER
        lines = whole.splitlines(keepends=True)
        at = FILLER.count(b"\n")
        texts: list[tuple[bytes, int, bytes]] = [(whole, -1, b"")]
        for gap in range(at, at + text.count(b"\n") + 1, 4):
            place, rest = sum(map(len, lines[:gap])), sum(map(len, lines[gap + 1 :]))
            texts.append(version(whole, 0, [(0, place), (len(whole) - rest, rest)]))
            texts.append(version(texts[-1][0], len(texts) - 1, [(0, place), lines[gap], (place, rest)]))
            assert texts[-1][0] == whole
        agree(engine, texts, [1, 2, 1, 2], [])


def version(base: bytes, number: int, operations: list[tuple[int, int] | bytes]) -> tuple[bytes, int, bytes]:
    """What operations make of the text with this number."""
    made, delta = written(base, operations)
    return made, number, delta


def test_a_key_appears_moves_and_goes(engine: Engine) -> None:
    """Near another change and far from it."""
    for text in long_texts():
        key = text + b"\n"
        there = FILLER + key + FILLER
        begin, end, size = len(FILLER), len(FILLER) + len(key), len(there)
        gone = FILLER * 2
        texts = [
            (there, -1, b""),
            (gone, -1, b""),
            version(gone, 1, [(0, begin), key, (begin, begin)]),
            version(gone, 1, [key, (0, 2 * begin)]),
            version(gone, 1, [(0, 2 * begin), text]),
            # It moves, alone and with other text.
            version(there, 0, [(0, begin), (end, size - end), (begin, end - begin)]),
            version(there, 0, [(begin, size - begin), (0, begin)]),
            version(there, 0, [b"new\n", (0, size)]),
            # It stays, and what is around it changes.
            *(version(there, 0, [(0, at), b"x\n", (at, size - at)]) for at in (20, begin - 200, begin, end, size - 20)),
        ]
        without = len(texts)
        texts.append(version(there, 0, [(0, begin), (end, size - end)]))
        texts.append((there + key, -1, b""))
        # Of two of it one goes, and then the other.
        texts.append(version(there + key, without + 1, [(0, begin), (end, size - end + len(key))]))
        texts.append(version(texts[-1][0], without + 2, [(0, 2 * begin)]))
        seen, _ = agree(engine, texts, [2, 1, 5], [])
        assert set(seen.matches) == set(range(len(texts))) - {1, without, without + 3}


def test_what_two_changes_seem_to_make_together_hides_nothing(both: Callable[..., list[str]]) -> None:
    """A line that ends in "default" close to one change, one that begins with "login" close to the next: that is how a
    netrc file begins, and of all such beginnings one place is told. Another begins in the second change."""
    before = FILLER + b"x" * 140 + b"\na\n"
    between = b"b\n" + b"c" * 124 + b" default\n" + FILLER + b"login " + b"x" * 130 + b"\n"
    base = before + between + FILLER
    entry = b"machine db-75.firma.net\n          login " + b"abcdefghij" * 11 + b"\n"
    at = len(before) + 2 + len(between) + len(entry)
    password = b"password " + random.Random(5).randbytes(8).hex().encode() + b"\n"
    found = both(
        base,
        [(0, len(before)), b"n\n", (len(before), len(between)), entry, (len(before) + len(between), len(FILLER))],
        [(0, at), password, (at, len(FILLER))],
    )
    assert found == ["netrc-password"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 1000))
@example([20] * 3, 0)
def test_many_small_changes(engine: Engine, gaps: list[int], seed: int) -> None:
    """A secret at each of many places, some of them new."""
    rng, secrets = random.Random(seed), Secrets(seed)
    operations: list[tuple[int, int] | bytes] = []
    lines = FILLER.splitlines(keepends=True)
    at = line = 0
    for gap in gaps:
        size = sum(map(len, lines[line : line + gap]))
        operations += [(at, size), rng.choice([b"key = '%s'\n" % secrets.notion().encode(), b"plain\n", b"x"])]
        at, line = at + size, line + gap
    operations.append((at, len(FILLER) - at))
    agree(engine, iter([(FILLER, b""), written(FILLER, operations)]))


# --- many at a time --------------------------------------------------------------------------------------------------


def found(engine: Engine, texts: Sequence[bytes]) -> list[int]:
    """In which of some texts, all of their own, something is found."""
    return sorted(agree(engine, [(text, -1, b"") for text in texts])[0].matches)


@CHAINS
@given(seed=st.integers(0, 1 << 32), rich=st.booleans(), explain=st.booleans(), sizes=st.lists(st.integers(1, 20)))
def test_messages_give_what_each_gives_alone(
    engine: Engine, dense: list[bytes], sparse: list[bytes], seed: int, rich: bool, explain: bool, sizes: list[int]
) -> None:
    rng = random.Random(seed)
    pool = [text for text in (dense if rich else sparse) if len(text) < 2000]
    texts = [b"".join(rng.choices(pool, k=rng.choice([0, 1, 1, 3]))) for _ in range(rng.choice([0, 1, 2, 30]))]
    agree(engine, [(text, -1, b"") for text in texts], sizes, explain=explain)


def test_a_secret_is_not_put_together_from_two_texts(engine: Engine, secret: str) -> None:
    whole = secret.encode()
    for cut in range(1, len(whole), 3):
        halves = [b"a " + whole[:cut], whole[cut:]]
        assert found(engine, halves) == []
        assert found(engine, [*halves, whole, *halves, b"", whole[cut:]]) == [2]


def test_secrets_at_the_very_ends_of_texts(engine: Engine, secrets: Secrets) -> None:
    texts = [secrets.notion().encode() for _ in range(9)]
    assert found(engine, texts) == list(range(9))
    assert found(engine, [b"", *texts, b"", b""]) == list(range(1, 10))
    assert found(engine, [text + b"\n" for text in texts]) == list(range(9))
    # What goes on behind it makes it none, in its own text only.
    assert found(engine, [texts[0] + b"a", b"a" + texts[1], texts[2], b"a", texts[3]]) == [2, 4]


def test_what_spans_lines_is_not_put_together_from_two_texts(engine: Engine) -> None:
    """Of all types whose secrets take several lines, cut at each of some line's ends, and with it left out."""
    for text in long_texts():
        assert found(engine, [text]) == [0]
        lines = text.splitlines(keepends=True)
        for cut in range(1, len(lines), max(1, len(lines) // 5)):
            above, below = b"".join(lines[:cut]), b"".join(lines[cut:])
            for parts in ([above, below], [above.rstrip(b"\n"), below], [above, b"", below]):
                found(engine, parts)


def test_nothing_leaks_from_one_text_into_the_next(engine: Engine) -> None:
    """Hits that want two lines: what one text ends with and the next begins with."""
    for one, two in (
        (b'x = "abcdefgh"', b'"ijklmnop"\n'),
        (b'x = "abcdefgh" +', b'    "ijklmnop"\n'),
        (b"machine a.example.com login b", b"password c1d2e3f4g5\n"),
        (b"machine a.example.com", b"login b password c1d2e3f4g5\n"),
        (b"a" * 40, b" aGVsbG8sIHdvcmxk"),
        (b"YWJj/GVs+GVs/GVs ", b"a" * 40),
        (b"a" * 23, b"a"),
        (b"a" * 12, b"a" * 12 + b" YWJj/GVs+GVs/GVs "),
        (b"4142434445464748494a4b4c", b"41"),
        (b"414243444546", b"4748494a4b4c4d4e "),
    ):
        agree(engine, [(text, -1, b"") for text in (one, two)])
        agree(engine, [(text, -1, b"") for text in (one, b"", two, one + b"\n", two)])
        # In versions of texts too, of which the first is looked at to its end and the second from its beginning.
        first, second = FILLER + b"x", b"y" + FILLER
        size = len(FILLER)
        changes = [written(first, [(0, size), one]), written(second, [two, (1, size)])]
        agree(
            engine,
            [(first, -1, b""), (second, -1, b""), (changes[0][0], 0, changes[0][1]), (changes[1][0], 1, changes[1][1])],
        )


RUN = b"a" * 24


@pytest.fixture(scope="module")
def scattered(engine: Engine) -> bytes:
    """An encoded password without so many letters and digits in a row as make it worth a look: those must be near."""
    rng = random.Random(1)
    while True:
        value = "".join(rng.choices(string.ascii_letters + string.digits + "~?", k=12))
        encoded = base64.b64encode(f'?~password = "{value}"~~ '.encode())
        if max(map(len, re.findall(rb"[0-9A-Za-z]+", encoded))) < 24 and engine.scan(encoded + b" " + RUN).matches:
            return encoded


@pytest.mark.parametrize("gap", [b" ", b" " * 15, b" " * 16, b" " * 63, b" " * 984, b" " * 985, b"\n", b" \n "])
@pytest.mark.parametrize("behind", [False, True])
def test_what_makes_hits_count_may_come_and_go(
    both: Callable[..., list[str]], scattered: bytes, gap: bytes, behind: bool
) -> None:
    """A run of letters and digits behind encoded text or before it, on its line or not, close to it or far."""
    parts = (scattered, gap, RUN) if behind else (RUN, gap, scattered)
    base = FILLER + b"".join(parts) + b"\n" + FILLER
    size, at = len(base), len(FILLER) + behind * len(scattered + gap)
    # The first sixteen digits are what tells of encoded text: how far that is from the run counts.
    fits = b"\n" not in gap and len(gap) <= (39 - (len(scattered) - 16) if behind else 1000 - 16)
    expected = ["generic-password"] if fits else []
    assert both(base) == expected
    for place in (at, at + 1, at + 12, at + 23):
        less: list[tuple[int, int] | bytes] = [(0, place), (place + 1, size - place - 1)]
        more: list[tuple[int, int] | bytes] = [(0, place), b"a", (place, size - 1 - place)]
        broken: list[tuple[int, int] | bytes] = [(0, place), b".", (place + 1, size - place - 1)]
        assert both(base, less) == both(base, broken) == []
        assert (
            both(base, less, more) == both(base, broken, [(0, place), b"a", (place + 1, size - place - 1)]) == expected
        )
        # It is as long as before, or longer.
        longer: list[tuple[int, int] | bytes] = [(0, place), b"bb", (place, size - place)]
        assert both(base, [(0, place), b"b", (place + 1, size - place - 1)]) == expected
        assert both(base, longer) == expected or len(gap) in (15, 984)


def test_texts_that_are_containers_or_wide(engine: Engine, secret: str) -> None:
    texts = [b"plain\n"] * 5 + [gzip.compress(secret.encode()), secret.encode("utf-16"), b"plain\n"]
    assert found(engine, texts) == [5, 6]


@pytest.mark.parametrize("by", [0, 1])
def test_a_large_text_is_found_and_followed_as_small_ones_are(engine: Engine, secret: str, by: int) -> None:
    """Those that stand for themselves are searched together up to a size, and alone beyond."""
    size = GATHER.SMALL + by
    key = secret.encode() + b"\n"
    plain = (FILLER * 2)[: size - len(key) - 1] + b"\n"
    large = plain + key
    less = written(large, [(0, len(plain)), b"x" * len(key)])
    more = written(less[0], [key, (0, size)])
    texts: Texts = [(b"a", -1, b""), (large, -1, b""), (key, -1, b""), (less[0], 1, less[1]), (more[0], 3, more[1])]
    seen, _ = agree(engine, texts, [], [2], [1, 1, 1, 1])
    assert sorted(seen.matches) == [1, 2, 4]


def test_a_text_in_a_batch_is_judged_if_its_base_held_something(engine: Engine, secret: str) -> None:
    """Far from the change, and again when that is gone."""
    base = f"key = '{secret}'\n".encode() + FILLER
    steps = [written(base, [(0, len(base)), b"more\n"])]
    steps.append(written(steps[0][0], [(0, 2), b"x", (2, len(steps[0][0]) - 2)]))
    steps.append(written(steps[1][0], [(70, len(steps[1][0]) - 70)]))
    steps.append(written(steps[2][0], [(0, len(steps[2][0])), b"end\n"]))
    texts = chained(iter([(base, b""), *steps]))
    seen, _ = agree(engine, texts, [], [1, 1, 1, 1], [2, 1])
    assert sorted(seen.matches) == [0, 1, 2]
    assert [one.found for one in seen.versions] == [True, True, True, False, False]


def test_one_base_of_many(engine: Engine, secrets: Secrets) -> None:
    """Each of thirty versions of one text has a secret of its own, or none."""
    texts: list[tuple[bytes, int, bytes]] = [(FILLER, -1, b"")]
    for number in range(30):
        at = FILLER.index(b"line %d " % (9 * number))
        key = f"key = '{secrets.notion()}'\n".encode() if number % 3 else b"plain\n"
        data, delta = written(FILLER, [(0, at), key, (at, len(FILLER) - at)])
        texts.append((data, 0, delta))
    seen, _ = agree(engine, texts, [], [1], [15])
    assert sorted(seen.matches) == [number + 1 for number in range(30) if number % 3]


def test_messages_of_commits_and_tags_in_a_pack(repo: Repo, secrets: Secrets) -> None:
    values = [secrets.notion() for _ in range(3)]
    repo.commit(f"one\n\nbody\n{values[0]}")
    repo.commit("two")
    repo.commit(f"three {values[1]}")
    repo.git("tag", "-a", "v1", "-m", f"release\n\n{values[2]}")
    loose = scan(repo.path, options=Options(files=False))
    repo.git("repack", "-adf")
    report = scan(repo.path, options=Options(files=False))
    assert report.findings == loose.findings
    assert [(one.path, one.line, one.secret.reveal()) for one in report.findings] == [
        ("(commit message)", 1, values[1]),
        ("(commit message)", 4, values[0]),
        ("(tag message)", 3, values[2]),
    ]
    assert (report.coverage.commits, report.coverage.tags, report.coverage.bytes) == (3, 1, loose.coverage.bytes)
