"""Scanning by what deltas change: whatever the texts and the edits, the same as scanning each version whole."""

import gzip
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deltas import WORDS, edited, fragments, written
from repositories import Repo, Secrets
from stanch.catalog.examples import examples
from stanch.catalog.load import read_providers
from stanch.detect import Engine
from stanch.detect.hits import REACH, Hits
from stanch.detect.rules import SPREAD
from stanch.model import Coverage, Match, Rejected
from stanch.scan import Options, scan, versions
from stanch.scan.content import Reader
from stanch.sources.git.pack import inner
from stanch.sources.git.pack.walk import Version
from stanch.unpack import Limits

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


class Alone:
    """A version scanned alone and whole: what scanning it by its delta must give."""

    def __init__(self, engine: Engine, data: bytes, *, explain: bool = False) -> None:
        reader = Reader(engine, Limits(), explain=explain)
        self.matches: list[Match] = list(reader.scan(io.BytesIO(data), "", label="x"))
        self.coverage: Coverage = reader.coverage
        self.rejected: list[Rejected] = reader.rejected


class Followed:
    """A version scanned by what its delta changes; `after` is one that was."""

    version: Version

    def __init__(self, engine: Engine, delta: Delta, after: "Followed | None" = None, *, explain: bool = False) -> None:
        data, change = delta
        self.version = version = Version(0, after.version if after else None)
        version.data = data
        if after:
            assert after.version.data is not None
            made, version.regions, version.zones = inner.apply(after.version.data, change, SPREAD, REACH)
            assert made == data
        reader = Reader(engine, Limits(), explain=explain)
        self.matches: list[Match] = list(versions.blob(version, reader, "x"))
        self.coverage: Coverage = reader.coverage
        self.rejected: list[Rejected] = reader.rejected

    @property
    def hits(self) -> Hits | None:
        """The hits that its deltas will go by, if they will."""
        return self.version.state.hits if self.version.state is not None else None


def chain(seed: int, pool: list[bytes], sizes: list[int], length: int = 6) -> Iterator[Delta]:
    rng = random.Random(seed)
    data = b"".join(rng.choices(pool, k=rng.choice(sizes)))
    yield data, b""
    for _ in range(length):
        data, delta = edited(data, rng, pool)
        yield data, delta


def same_hits(engine: Engine, found: Hits, data: bytes) -> None:
    """What was carried over and found anew is what there is; of some things one place stands for all."""
    whole = engine.hits(data)
    several, others = (
        Counter(pair for pair in zip(hits.triggers, hits.ends, strict=True) if pair[0] not in hits.once)
        for hits in (found, whole)
    )
    assert several == others
    assert (found.once, found.open, found.far) == (whole.once, whole.open, whole.far)
    assert found.ends == sorted(found.ends)


def agree(engine: Engine, deltas: Iterator[Delta], *, explain: bool = False) -> list[Followed]:
    """Scan a chain of versions in both ways."""
    made: list[Followed] = []
    for delta in deltas:
        made.append(Followed(engine, delta, made[-1] if made else None, explain=explain))
        alone = Alone(engine, delta[0], explain=explain)
        assert made[-1].matches == alone.matches
        assert made[-1].coverage == alone.coverage
        assert made[-1].rejected == alone.rejected
        hits = made[-1].hits
        if hits is not None:
            same_hits(engine, hits, delta[0])
    return made


# --- any text, any edit ----------------------------------------------------------------------------------------------


@CHAINS
@given(st.integers(0, 1 << 32))
def test_texts_full_of_secrets(engine: Engine, dense: list[bytes], seed: int) -> None:
    agree(engine, chain(seed, dense, [3, 10, 60]))


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 1 << 32))
def test_texts_with_hardly_a_secret(engine: Engine, sparse: list[bytes], seed: int) -> None:
    agree(engine, chain(seed, sparse, [1, 10, 60], 10))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 32))
def test_what_was_turned_down_is_told_alike(engine: Engine, dense: list[bytes], sparse: list[bytes], seed: int) -> None:
    agree(engine, chain(seed, dense if seed % 2 else sparse, [3, 10, 30]), explain=True)


def test_the_texts_themselves(
    engine: Engine, dense: list[bytes], sparse: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those tests are worth something only if there is something to find and most of it is not looked at."""
    quiet: list[bool] = []
    followed: list[bool] = []
    real, follow = Engine.quiet, Engine.follow

    def count(self: Engine, data: bytes, hits: Hits, regions: list[int]) -> bool:
        quiet.append(real(self, data, hits, regions))
        return quiet[-1]

    def carried(self: Engine, before: Hits, data: bytes, regions: list[int], zones: list[int]) -> Hits | None:
        found = follow(self, before, data, regions, zones)
        followed.append(found is not None)
        return found

    monkeypatch.setattr(Engine, "quiet", count)
    monkeypatch.setattr(Engine, "follow", carried)
    many = [one for seed in range(20) for one in agree(engine, chain(seed, dense, [3, 10]))]
    assert sum(bool(one.matches) for one in many) > len(many) // 2
    assert sum(followed) > len(many) // 4
    quiet.clear()
    few = [one for seed in range(40) for one in agree(engine, chain(seed, sparse, [1, 3], 10))]
    assert len(few) // 20 < sum(bool(one.matches) for one in few) < len(few) * 2 // 3
    assert len(quiet) > len(few) // 4
    assert quiet.count(True) > quiet.count(False) > 5


# --- cases of their own ----------------------------------------------------------------------------------------------

FILLER = b"".join(b"line %d of plain text\n" % number for number in range(400))


@pytest.fixture
def both(engine: Engine) -> Callable[..., list[str]]:
    """Scans what operations make of a base, and of that, and so on, in both ways; the last version's detectors."""

    def run(base: bytes, *changes: list[tuple[int, int] | bytes]) -> list[str]:
        deltas = [(base, b"")]
        for change in changes:
            deltas.append(written(deltas[-1][0], change))
        return [match.detector for match in agree(engine, iter(deltas))[-1].matches]

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


def test_a_key_that_grows_by_lines(both: Callable[..., list[str]]) -> None:
    """Of all types whose secrets take several lines."""
    kinds = [kind for provider in read_providers() for kind in provider.types]
    long = [kind for kind in kinds if kind.id.startswith(("privatekey-", "netrc-", "google-service-account"))]
    texts = [one.text.encode() for kind in long for one in examples(kind, count=1)]
    assert len(texts) > 6
    for text in texts:
        lines = (FILLER + text + b"\n" + FILLER).splitlines(keepends=True)
        at = FILLER.count(b"\n")
        for gap in range(at, at + text.count(b"\n") + 1, 4):
            without = b"".join(lines[:gap] + lines[gap + 1 :])
            place = sum(map(len, lines[:gap]))
            both(without, [(0, place), lines[gap], (place, len(without) - place)])


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


# --- messages --------------------------------------------------------------------------------------------------------


def messages(texts: list[bytes], engine: Engine, *, explain: bool = False) -> tuple[list[tuple[str, Match]], Reader]:
    reader = Reader(engine, Limits(), explain=explain)
    together = versions.Messages(reader)
    found = []
    for number, text in enumerate(texts):
        found += list(together.add(versions.Message(str(number), "commit", text, 1, str(number))))
    found += list(together.rest())
    assert not list(together.rest())
    return [(message.oid, match) for message, match in found], reader


def alone(texts: list[bytes], engine: Engine, *, explain: bool = False) -> tuple[list[tuple[str, Match]], Reader]:
    reader = Reader(engine, Limits(), explain=explain)
    found = []
    for number, text in enumerate(texts):
        found += [(str(number), match) for match in reader.scan(io.BytesIO(text), "", label=str(number))]
    return found, reader


@CHAINS
@given(
    seed=st.integers(0, 1 << 32),
    rich=st.booleans(),
    explain=st.booleans(),
    together=st.sampled_from([1, 3000, 1 << 16]),
)
def test_messages_give_what_each_gives_alone(
    engine: Engine, dense: list[bytes], sparse: list[bytes], seed: int, rich: bool, explain: bool, together: int
) -> None:
    rng = random.Random(seed)
    pool = [text for text in (dense if rich else sparse) if len(text) < 2000]
    texts = [b"".join(rng.choices(pool, k=rng.choice([0, 1, 1, 3]))) for _ in range(rng.choice([0, 1, 2, 30]))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "_TOGETHER", together)
        (found, one), (expected, other) = (
            messages(texts, engine, explain=explain),
            alone(texts, engine, explain=explain),
        )
    assert found == expected
    assert one.coverage == other.coverage
    assert one.rejected == other.rejected


def test_a_secret_is_not_put_together_from_two_messages(engine: Engine, secret: str) -> None:
    halves = [b"a " + secret[:30].encode(), secret[30:].encode()]
    assert messages(halves, engine)[0] == []
    assert [oid for oid, _ in messages([*halves, secret.encode()], engine)[0]] == ["2"]


def test_messages_that_are_containers_or_wide(engine: Engine, secret: str) -> None:
    texts = [b"plain\n"] * 5 + [gzip.compress(secret.encode()), secret.encode("utf-16"), b"plain\n"]
    found, reader = messages(texts, engine)
    assert [oid for oid, _ in found] == ["5", "6"]
    assert reader.coverage == alone(texts, engine)[1].coverage


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
