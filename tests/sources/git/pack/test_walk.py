"""Walking packs: every object of every kind of store with the bytes that git gives, whatever else is in there."""

import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import packs
from packs import BLOB, OFFSET, REFERENCE, Entry
from repositories import Repo
from stanch.detect.hits import REACH
from stanch.detect.rules import SPREAD
from stanch.sources.git.pack import store, walk
from stanch.sources.git.pack.store import Pack
from stanch.version import Version

pytestmark = pytest.mark.usefixtures("isolated")

PLAIN = packs.interpreted(walk)
FORMS = [pytest.param(PLAIN, id="interpreted"), pytest.param(walk, id="as it is")]
Objects = dict[str, tuple[str, bytes]]
"""For each object its kind and content."""


def walked(pack: Pack, form: ModuleType = walk) -> tuple[Objects, set[str]]:
    """What a walk over all of a pack gives, and what it leaves to git; each object is one or the other, once."""
    failed: list[int] = []
    found: Objects = {}
    for batch in batches(pack, [root for root, _ in packs.trees(pack)], failed.append, form):
        # All of a batch is there at once, and so is all that its versions were made from, before them.
        for version in batch:
            base = version.base
            assert base is None or pack.name(base.number).hex() in found
            name = pack.name(version.number).hex()
            assert name not in found
            found[name] = (pack.kind(version.number), version.data)
            assert (base is None) == (pack.kinds[version.number] < OFFSET)
    left = [*failed, *pack.orphans()]
    assert len(found) + len(left) == pack.count
    assert len(set(left)) == len(left)
    names = {pack.name(number).hex() for number in left}
    assert names.isdisjoint(found)
    return found, names


def batches(
    pack: Pack, roots: list[int], failed: Callable[[int], None], form: ModuleType = walk
) -> Iterator[list[Version]]:
    """The batches of a walk, which ends once."""
    walker = form.Walk(pack, roots, failed, margin=SPREAD, reach=REACH)
    while batch := walker.batch():
        yield batch
    assert walker.batch() == []


def everything(repo: Repo, width: int = 20) -> list[tuple[Objects, set[str]]]:
    """The same for all packs of a repository."""
    return [walked(Pack(path, width)) for path in packs.paths(repo)]


# --- what git writes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "width"), [("sha1", 20), ("sha256", 32)])
@pytest.mark.parametrize("offsets", ["true", "false"])
def test_every_object_of_a_pack(make_repo: Callable[..., Repo], form: str, width: int, offsets: str) -> None:
    repo = packs.grow(make_repo("repo", f"--object-format={form}"))
    repo.git("-c", f"repack.useDeltaBaseOffset={offsets}", "repack", "-adf", "--depth=50", "--window=50")
    [(found, left)] = everything(repo, width)
    assert (found, left) == (packs.stored(repo), set())


def test_several_packs_that_hold_the_same(repo: Repo) -> None:
    packs.grow(repo, 1).git("repack", "-ad")
    packs.grow(repo, 2).git("repack", "-d")
    inside = "".join(f"{oid}\n" for oid in packs.stored(repo)).encode()
    repo.git("pack-objects", "-q", ".git/objects/pack/pack", stdin=inside)
    found = everything(repo)
    assert len(found) > 2
    assert sum(len(objects) for objects, _ in found) > len(packs.stored(repo))
    assert {oid: one for objects, _ in found for oid, one in objects.items()} == packs.stored(repo)
    assert not any(left for _, left in found)


def test_beside_what_is_loose(repo: Repo) -> None:
    packs.grow(repo).git("repack", "-ad")
    packed = packs.stored(repo)
    oid = repo.blob("loose\n")
    [(found, _)] = everything(repo)
    assert found == packed
    assert packs.stored(repo).keys() - found.keys() == {oid}


def test_with_an_index_over_all_packs(repo: Repo) -> None:
    packs.grow(repo, 1).git("repack", "-ad")
    packs.grow(repo, 2).git("repack", "-d")
    repo.git("multi-pack-index", "write")
    assert (repo.path / ".git/objects/pack/multi-pack-index").exists()
    found = everything(repo)
    assert {oid: one for objects, _ in found for oid, one in objects.items()} == packs.stored(repo)


def test_a_store_that_others_borrow_from(repo: Repo, tmp_path: Path) -> None:
    packs.grow(repo, 1).git("repack", "-ad")
    repo.git("clone", "-q", "--shared", "--bare", ".", str(tmp_path / "other"))
    other = Repo(tmp_path / "other", "--bare")
    packs.commit_all(other, [{"more.txt": f"more {number}\n" * 50} for number in range(5)])
    other.git("repack", "-adl")
    found = [*everything(repo), *everything(other)]
    assert {oid: one for objects, _ in found for oid, one in objects.items()} == packs.stored(other)


def test_objects_that_nothing_leads_to(repo: Repo) -> None:
    packs.grow(repo).git("update-ref", "-d", "refs/heads/main")
    repo.git("tag", "-d", "v0")
    inside = "".join(f"{oid}\n" for oid in packs.stored(repo)).encode()
    repo.git("pack-objects", "-q", ".git/objects/pack/pack", stdin=inside)
    repo.git("prune-packed")
    assert packs.stored(repo).keys() == {oid for objects, _ in everything(repo) for oid in objects}


def failing(number: int) -> None:
    """Nothing may fail."""
    raise AssertionError(number)


# --- memory --------------------------------------------------------------------------------------------------------


Seen = list[tuple[int, int, bytes, list[int], list[int]]]
"""Versions: number, that of the base, content, what is new and what is not."""


def told(pack: Pack, form: ModuleType) -> tuple[Seen, list[int]]:
    """All that a walk says of the versions in a pack, in its order, and how many each of its batches has."""
    seen: Seen = []
    sizes = []
    for batch in batches(pack, [root for root, _ in packs.trees(pack)], failing, form):
        sizes.append(len(batch))
        for one in batch:
            seen.append((one.number, one.base.number if one.base else -1, one.data, one.regions, one.zones))
    return seen, sizes


@pytest.fixture
def pack(repo: Repo) -> Pack:
    """A pack of long chains."""
    packs.grow(repo).git("repack", "-adf", "--depth=50", "--window=50")
    [path] = packs.paths(repo)
    return Pack(path, 20)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("held", [0, 1, 20_000, 100_000])
def test_bases_are_let_go_and_made_anew(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, held: int, form: ModuleType
) -> None:
    expected, _ = told(pack, form)
    monkeypatch.setattr(form, "HELD", held)
    seen, sizes = told(pack, form)
    assert seen == expected
    assert len(sizes) > 3 or held > 20_000


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("many", "together", "held"),
    [
        (1, 1 << 20, 1 << 20),
        (7, 1 << 20, 1 << 20),
        (1000, 1, 1 << 20),
        (1000, 20_000, 1 << 20),
        (3, 5000, 30_000),
        (1, 1, 0),
    ],
)
def test_the_same_in_batches_of_any_size(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, many: int, together: int, held: int, form: ModuleType
) -> None:
    expected, _ = told(pack, form)
    assert sorted(number for number, *_ in expected) == list(range(pack.count))
    monkeypatch.setattr(form, "MANY", many)
    monkeypatch.setattr(form, "TOGETHER", together)
    monkeypatch.setattr(form, "HELD", held)
    seen, sizes = told(pack, form)
    assert seen == expected
    assert max(sizes) <= many
    assert sum(sizes) == pack.count
    at = 0
    for size in sizes:
        # Without its last a batch is within its bounds.
        assert sum(len(one[2]) for one in seen[at : at + size - 1]) < together
        at += size


def test_both_forms_walk_alike(pack: Pack) -> None:
    assert told(pack, walk) == told(pack, PLAIN)


@pytest.mark.parametrize("form", FORMS)
def test_contents_are_there_until_the_next_batch(pack: Pack, monkeypatch: pytest.MonkeyPatch, form: ModuleType) -> None:
    monkeypatch.setattr(form, "MANY", 5)
    last: list[Version] = []
    for batch in batches(pack, [root for root, _ in packs.trees(pack)], failing, form):
        for version in batch:
            assert packs.name(version.data, pack.kind(version.number)) == pack.name(version.number)
        assert all(version.data == b"" for version in last if pack.child[version.number] < 0)
        last = batch
    assert len(last) <= 5


@pytest.mark.parametrize("form", FORMS)
def test_what_is_held_stays_within_its_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: ModuleType
) -> None:
    """A chain of forty texts of a hundred kilobytes, each with a second delta."""
    monkeypatch.setattr(form, "HELD", 500_000)
    monkeypatch.setattr(form, "TOGETHER", 200_000)
    pack = Pack(packs.write(tmp_path, chain(40, 100_000)), 20)
    known: list[Version] = []
    names = set()
    most = 0
    for batch in batches(pack, [0], failing, form):
        for version in batch:
            assert packs.name(version.data) == pack.name(version.number)
            names.add(pack.name(version.number))
        known += batch
        most = max(most, sum(len(one.data) for one in known))
    assert names == {pack.name(number) for number in range(pack.count)}
    # Those that are held, the batch, and one that was made anew.
    assert 300_000 < most <= 900_000


@pytest.mark.parametrize("form", FORMS)
def test_what_fails_in_a_batch_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: ModuleType) -> None:
    """Half of all, at the end and the beginning of batches too: a batch of nothing but failures is no end."""
    good, bad = (
        [packs.blob(b"%d" % number) for number in range(10)],
        [packs.blob(b"bad %d" % number)._replace(compressed=b"") for number in range(10)],
    )
    for entries in ([*bad, *good], [*good, *bad], [one for pair in zip(good, bad, strict=True) for one in pair], bad):
        pack = Pack(packs.write(tmp_path, entries), 20)
        for many in (1, 2, 3, 20):
            monkeypatch.setattr(form, "MANY", many)
            found, left = walked(pack, form)
            assert found.keys() == {one.name.hex() for one in entries if one in good}
            assert left == {one.name.hex() for one in bad}


def chain(depth: int, size: int) -> list[Entry]:
    """A text and its versions, each a delta of the one before; each has another delta that is nobody's base."""
    text = random.Random(0).randbytes(size)
    entries = [packs.blob(text)]
    trunk = 0
    for at in range(depth):
        for mark in (b"leaf", b"step"):
            made = text[: -len(mark) - 1] + mark + bytes([at])
            delta = packs.number(len(text)) + packs.number(size)
            delta += (
                b"\xf0" + (size - len(mark) - 1).to_bytes(3, "little") + bytes([len(mark) + 1]) + made[-len(mark) - 1 :]
            )
            entries.append(Entry(packs.name(made), delta, OFFSET, trunk))
        trunk, text = len(entries) - 1, made
    return entries


# --- hostile packs ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=["zlib", "isal.isal_zlib"])
def inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the modules that may be there to inflate with."""
    monkeypatch.setattr(walk, "inflater", pytest.importorskip(request.param))


BASE = b"abc\n"
DELTA = packs.number(4) + packs.number(6) + b"\x90\x04" + b"\2!\n"
MADE = b"abc\n!\n"


def of(folder: Path, *entries: Entry) -> tuple[set[bytes], set[bytes]]:
    """The names of what a pack of these entries gives, and of what it does not."""
    found, left = walked(Pack(packs.write(folder, entries), 20))
    assert all(packs.name(content) == bytes.fromhex(oid) for oid, (_, content) in found.items())
    return {bytes.fromhex(oid) for oid in found}, {bytes.fromhex(oid) for oid in left}


def test_a_delta_of_what_another_pack_holds_is_left_to_git(repo: Repo) -> None:
    """As in a thin pack, of which git completes those that it stores."""
    packs.commit_all(repo, [{"a": "".join(f"{number} {one}\n" for number in range(99))} for one in range(4)])
    thin = repo.path / "thin"
    repo.git("repack", "-ad")
    oids = [repo.git("rev-parse", f"main~{back}:a") for back in (0, 3)]
    base, content = (packs.stored(repo)[oid][1] for oid in oids)
    thin.mkdir()
    delta = (
        packs.number(len(base))
        + packs.number(len(content))
        + b"".join(bytes([len(content[at : at + 127])]) + content[at : at + 127] for at in range(0, len(content), 127))
    )
    pack = Pack(packs.write(thin, [Entry(bytes.fromhex(oids[1]), delta, REFERENCE, bytes.fromhex(oids[0]))]), 20)
    assert walked(pack) == ({}, {oids[1]})


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("size", [0, 1, 3, 5, 1 << 20, 1 << 40])
def test_a_size_that_is_a_lie_fails_with_all_that_hangs_on_it(tmp_path: Path, size: int) -> None:
    lie = packs.blob(BASE)._replace(size=size)
    below = Entry(packs.name(MADE), DELTA, OFFSET, 0)
    other = packs.blob(b"other")
    assert of(tmp_path, lie, below, other) == ({other.name}, {lie.name, below.name})


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("size", [0, 1, 12, 14, 1 << 40])
def test_a_delta_of_another_size_fails(tmp_path: Path, size: int) -> None:
    lie = Entry(packs.name(MADE), DELTA, OFFSET, 0, size=size)
    assert of(tmp_path, packs.blob(BASE), lie) == ({packs.name(BASE)}, {lie.name})


@pytest.mark.usefixtures("inflater")
def test_what_inflates_to_more_than_it_says_is_not_inflated(tmp_path: Path) -> None:
    """A bomb: 64 MB in some kilobytes, under the name of a small blob."""
    bomb = Entry(b"b" * 20, b"", BLOB, size=100, compressed=zlib.compress(bytes(64 << 20), 9))
    tracemalloc.start()
    try:
        assert of(tmp_path, bomb, packs.blob(BASE)) == ({packs.name(BASE)}, {bomb.name})
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("claim", [1 << 24, 1 << 40, (1 << 60) - 1, 1 << 60, 1 << 64])
def test_a_delta_that_claims_a_huge_result_fails(tmp_path: Path, claim: int) -> None:
    lie = Entry(b"l" * 20, packs.number(4) + packs.number(claim) + b"\x90\x04", OFFSET, 0)
    below = Entry(b"b" * 20, DELTA, OFFSET, 1)
    assert of(tmp_path, packs.blob(BASE), lie, below) == ({packs.name(BASE)}, {lie.name, below.name})


@pytest.mark.parametrize("before", [b"", b"\4"])
def test_a_delta_whose_sizes_never_end_fails_at_once(tmp_path: Path, before: bytes) -> None:
    """Six megabytes of digits that all say that more will come."""
    lie = Entry(b"l" * 20, before + b"\xff" * (6 << 20), OFFSET, 0)
    assert of(tmp_path, packs.blob(BASE), lie) == ({packs.name(BASE)}, {lie.name})


def test_a_large_object_is_left_to_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "LARGEST", 1000)
    inside, beyond = packs.blob(b"x" * 1000), packs.blob(b"x" * 1001)
    grown = b"x" * 1002
    delta = Entry(packs.name(grown), packs.number(1000) + packs.number(1002) + b"\xb0\xe8\x03\2xx", OFFSET, 0)
    assert of(tmp_path, inside, beyond, delta) == ({inside.name}, {beyond.name, delta.name})


DELTAS = {
    "nothing": b"",
    "half a size": b"\x84",
    "one size": b"\x04",
    "no operation": b"\4\1",
    "another base": b"\5\1\x90\1",
    "too little": b"\4\6\x90\4",
    "too much": b"\4\2\x90\4",
    "zero": b"\4\4\0\x90\4",
    "beyond the base": b"\4\4\x91\1\4",
    "far beyond the base": b"\4\4\x9f\xff\xff\xff\xff\4",
    "a copy that was cut off": b"\4\4\x90",
    "an insertion that was cut off": b"\4\4\4abc",
    "64 kB of four bytes": b"\4\x80\x80\4\x80",
}


@pytest.mark.parametrize("delta", DELTAS.values(), ids=DELTAS.keys())
def test_what_is_no_delta_fails_with_all_that_hangs_on_it(tmp_path: Path, delta: bytes) -> None:
    bad = Entry(b"l" * 20, delta, OFFSET, 0)
    good = Entry(packs.name(MADE), DELTA, OFFSET, 0)
    below = Entry(b"b" * 20, DELTA, OFFSET, 1)
    assert of(tmp_path, packs.blob(BASE), bad, good, below) == (
        {packs.name(BASE), good.name},
        {bad.name, below.name},
    )


WHOLE = zlib.compress(BASE)
COMPRESSED = {
    "nothing": b"",
    "garbage": b"garbage",
    "cut off": WHOLE[:-6],
    "without its checksum": WHOLE[:-4],
    "with half of its checksum": WHOLE[:-2],
    "with another checksum": WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
    "with a dictionary": bytes([0x78, 0xBB]) + WHOLE[2:],
}


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("compressed", COMPRESSED.values(), ids=COMPRESSED.keys())
def test_what_does_not_inflate_to_its_end_fails(tmp_path: Path, compressed: bytes) -> None:
    for entries in (
        [packs.blob(b"first"), packs.blob(BASE)._replace(compressed=compressed)],
        [packs.blob(b"first"), packs.blob(b"")._replace(compressed=compressed)],
    ):
        assert of(tmp_path, *entries) == ({entries[0].name}, {entries[1].name})


@pytest.mark.usefixtures("inflater")
def test_what_follows_an_entry_is_passed_over(tmp_path: Path) -> None:
    first = packs.blob(BASE)._replace(compressed=WHOLE + b"something else")
    second = packs.blob(b"second")
    assert of(tmp_path, first, second) == ({first.name, second.name}, set())


def test_two_names_for_one_entry_hide_nothing(tmp_path: Path) -> None:
    """The index says of two names that they are at one place, once of something and once of nothing."""
    for content in (BASE, b""):
        data, [offset, _] = packs.packed([packs.blob(content), packs.blob(b"x")])
        names = [b"1" * 20, b"2" * 20]
        path = tmp_path / f"pack-{len(content)}.pack"
        path.write_bytes(data)
        path.with_suffix(".idx").write_bytes(packs.indexed(names, [offset, offset], data))
        found, left = walked(Pack(path, 20))
        assert found.keys() | left == {name.hex() for name in names}
        assert {data for _, data in found.values()} == {content}


@pytest.mark.usefixtures("inflater")
def test_flipped_bytes_go_to_git_or_say_what_git_says(repo: Repo, tmp_path: Path) -> None:
    """Nothing is raised, and what is given in spite of the damage is what git gives for the same pack."""
    packs.grow(repo, count=6).git("repack", "-adf", "--depth=50", "--window=50")
    [path] = packs.paths(repo)
    whole = path.read_bytes()
    known = packs.stored(repo)
    other = Repo(tmp_path / "other", "--bare")
    copy = other.path / "objects" / "pack" / path.name
    copy.parent.mkdir(exist_ok=True)
    copy.with_suffix(".idx").write_bytes(path.with_suffix(".idx").read_bytes())
    rng = random.Random(3)
    judged = failed = 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 1, 1, 2, 20])):
            data[rng.randrange(12, len(data) - 20)] ^= 1 << rng.randrange(8)
        copy.unlink(missing_ok=True)
        copy.write_bytes(data)
        try:
            found, left = walked(Pack(copy, 20))
        except ValueError:
            failed += 1
            continue
        failed += bool(left)
        for oid, (kind, content) in found.items():
            if known[oid] != (kind, content):
                judged += 1
                assert other.git("cat-file", "-t", oid) == kind
                assert other.git("cat-file", kind, oid) == content.decode(errors="surrogateescape").removesuffix("\n")
    assert failed > 75
    assert judged < 25


def test_a_pack_is_opened_once(repo: Repo) -> None:
    packs.grow(repo, count=4).git("repack", "-ad")
    [path] = packs.paths(repo)
    assert store.opened(path, 20) is store.opened(path, 20)
    store.close(store.opened(path, 20))
