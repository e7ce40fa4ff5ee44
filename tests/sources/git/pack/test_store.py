"""Packs: what is in them by git's own account, what is left to git, and what is no pack at all."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packs
from packs import OFFSET, REFERENCE, Entry
from repositories import Repo
from stanch.sources.git.pack import store
from stanch.sources.git.pack.store import Pack

pytestmark = pytest.mark.usefixtures("isolated")

REPACKED = [
    ("repack", "-adf", "--depth=50", "--window=50"),
    ("-c", "repack.useDeltaBaseOffset=false", "repack", "-adf", "--depth=50", "--window=50"),
]


def one(repo: Repo, width: int = 20) -> Pack:
    [path] = packs.paths(repo)
    return Pack(path, width)


# --- what git writes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "width"), [("sha1", 20), ("sha256", 32)])
@pytest.mark.parametrize("repacked", REPACKED, ids=["offsets", "references"])
def test_git_says_the_same_of_every_entry(
    make_repo: Callable[..., Repo], form: str, width: int, repacked: tuple[str, ...]
) -> None:
    repo = packs.grow(make_repo("repo", f"--object-format={form}"))
    repo.git(*repacked)
    pack = one(repo, width)
    rows = [line.split() for line in repo.git("verify-pack", "-v", str(pack.path)).splitlines()]
    told = {row[0]: row[1:] for row in rows if len(row) in (5, 7)}
    depths = []
    for number in range(pack.count):
        kind, size, _, offset, *base = told.pop(pack.name(number).hex())
        above = [number]
        while (parent := pack.parents[above[-1]]) >= 0:
            above.append(parent)
        depths.append(len(above) - 1)
        assert pack.kind(number) == kind
        assert (pack.sizes[number], pack.offsets[number]) == (int(size), int(offset))
        assert [str(depths[-1]), pack.name(above[1]).hex()] == base if base else depths[-1] == 0
    assert not told
    assert max(depths) > 5
    assert (OFFSET in pack.kinds, REFERENCE in pack.kinds) == (repacked[0] == "repack", repacked[0] != "repack")


@pytest.fixture
def grown(repo: Repo) -> Repo:
    """A repository in one pack."""
    packs.grow(repo).git("repack", "-adf")
    return repo


def test_every_entry_is_in_one_tree(grown: Repo) -> None:
    pack = one(grown)
    roots = [root for root, _ in packs.trees(pack)]
    below = [number for root in roots for number in pack.below(root)]
    assert sorted(below) == list(range(pack.count))
    assert roots == sorted(roots)
    assert {kind for kind, _ in pack.by_kind(roots)} == {"commit", "tree", "blob", "tag"}
    for kind, its in pack.by_kind(roots):
        assert all(pack.kind(number) == kind for root in its for number in pack.below(root))
        assert set(its) <= {root for root, _ in packs.trees(pack, [kind])} <= set(roots)
    assert not list(pack.orphans())


def test_a_tree_weighs_what_is_in_it(grown: Repo) -> None:
    pack = one(grown)
    trees = [(weight, list(pack.below(root))) for root, weight in packs.trees(pack)]
    heaviest, members = max(trees)
    assert heaviest > sum(pack.sizes[number] for number in members)
    over = [(weight - sum(pack.sizes[number] for number in members)) / len(members) for weight, members in trees]
    assert len(set(over)) == 1


def test_objects_by_kind_and_by_name(grown: Repo) -> None:
    pack = one(grown)
    known = packs.stored(grown)
    for kind in ("commit", "tree", "blob", "tag"):
        assert {pack.name(number).hex() for number in pack.of(kind)} == {
            oid for oid, (its, _) in known.items() if its == kind
        }
    assert pack.absent([bytes.fromhex(oid) for oid in known]) == []
    near = [bytes.fromhex(oid)[:-1] + bytes([int(oid[-2:], 16) ^ 1]) for oid in known]
    away = [bytes(20), *near, b"\xff" * 20]
    assert pack.absent([bytes.fromhex(next(iter(known))), *away]) == away
    assert pack.shared([pack]) == set(range(pack.count))
    assert pack.shared([]) == set()


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="looks for memory in /proc")
def test_what_was_read_is_let_go(repo: Repo) -> None:
    repo.commit("root", {"a.bin": random.Random(1).randbytes(4 << 20)})
    repo.git("gc", "-q")
    pack = one(repo)

    def held() -> int:
        """How much of the pack's file is in memory, in kilobytes."""
        maps = Path("/proc/self/smaps").read_text().split(str(pack.path))
        return sum(int(part.partition("Rss:")[2].split()[0]) for part in maps[1:])

    assert held() == 0
    assert sum(len(bytes(pack.raw(number))) for number in range(pack.count)) > 4 << 20
    assert held() >= 4 << 10
    pack.forget()
    assert held() == 0


def test_an_empty_pack(tmp_path: Path) -> None:
    pack = Pack(packs.write(tmp_path, []), 20)
    assert (pack.count, packs.trees(pack), list(pack.orphans())) == (0, [], [])
    assert pack.absent([bytes(20)]) == [bytes(20)]


def test_all_packs_of_a_store_but_those_that_only_git_can_judge(grown: Repo, tmp_path: Path) -> None:
    [good] = packs.paths(grown)
    folder = good.parent
    other = packs.write(folder, [packs.blob(b"another")])
    packs.write(folder, [packs.blob(b"without an index")]).with_suffix(".idx").unlink()
    (folder / "pack-1234.pack").write_bytes(b"")
    (folder / "pack-1234.idx").write_bytes(good.with_suffix(".idx").read_bytes())
    (folder / "pack-5678.pack").write_bytes(good.read_bytes())
    (folder / "pack-5678.idx").write_bytes(b"garbage")
    (folder / "tmp_pack_1").write_bytes(b"PACK")
    found = store.packs(str(folder.parent), 20)
    assert {pack.path for pack in found} == {good, other}
    assert store.packs(str(tmp_path / "nowhere"), 20) == []
    assert store.opened(good, 20) is next(pack for pack in found if pack.path == good)
    for pack in found:
        store.close(pack)
    assert store.opened(good, 20) not in found


# --- deltas by name ------------------------------------------------------------------------------------------------

GROWING = packs.number(4) + packs.number(6) + b"\x90\x04" + b"\2!\n"
"""A delta that appends "!\\n" to any four bytes."""


def reference(name: bytes, base: bytes) -> Entry:
    return Entry(name, GROWING, REFERENCE, base)


def test_a_base_may_come_after_its_delta(tmp_path: Path) -> None:
    base = packs.blob(b"abc\n")
    pack = Pack(packs.write(tmp_path, [reference(packs.name(b"abc\n!\n"), base.name), base]), 20)
    assert list(pack.parents) == [1, -1]
    assert [list(pack.below(root)) for root, _ in packs.trees(pack)] == [[1, 0]]


def test_a_delta_without_its_base_is_left_to_git_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    orphan = reference(b"o" * 20, b"n" * 20)
    below = Entry(b"p" * 20, GROWING, OFFSET, 0)
    pack = Pack(packs.write(tmp_path, [orphan, below, packs.blob(b"abc\n")]), 20)
    assert list(pack.orphans()) == [0, 1]
    assert [pack.kind(number) for number in range(3)] == ["", "", "blob"]
    assert [root for root, _ in packs.trees(pack)] == [2]
    assert list(pack.of("blob")) == [2]


def test_deltas_of_one_another_are_left_to_git(tmp_path: Path) -> None:
    first, second, itself = (name * 20 for name in (b"1", b"2", b"3"))
    entries = [reference(first, second), packs.blob(b"abc\n"), reference(second, first), reference(itself, itself)]
    pack = Pack(packs.write(tmp_path, entries), 20)
    assert list(pack.orphans()) == [0, 2, 3]
    assert [list(pack.below(root)) for root, _ in packs.trees(pack)] == [[1]]


# --- hostile packs ---------------------------------------------------------------------------------------------------


def broken(folder: Path, data: bytes, names: list[bytes], offsets: list[int], far: tuple[int, ...] = ()) -> Path:
    path = folder / "pack-0.pack"
    path.write_bytes(data)
    path.with_suffix(".idx").write_bytes(packs.indexed(names, offsets, data, far))
    return path


@pytest.mark.parametrize(
    ("offset", "far"),
    [(1000, ()), (1 << 31, (1 << 61,)), (1 << 31, (len(packs.packed([packs.blob(b"abc")])[0]),))],
    ids=["beyond", "far beyond", "the end"],
)
def test_an_offset_beyond_the_end_is_an_error(tmp_path: Path, offset: int, far: tuple[int, ...]) -> None:
    data, _ = packs.packed([packs.blob(b"abc")])
    with pytest.raises(ValueError, match="beyond the end"):
        Pack(broken(tmp_path, data, [b"n" * 20], [offset], far), 20)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"\x00", "no known kind"),
        (b"\x50", "no known kind"),
        (b"\xb0" + b"\xff" * 12, "out of all bounds"),
        (b"\x60" + b"\xff" * 12, "out of all bounds"),
        (b"\x60\x81\x00", "before the pack"),
        (b"\x60\x0c", "before the pack"),
        (b"\x60\x00", "no entry is where"),
        (b"\x60\x01", "no entry is where"),
        (b"\xe0", "beyond the end"),
        (b"\x60\xff", "beyond the end"),
    ],
)
def test_a_header_that_makes_no_sense_is_an_error(tmp_path: Path, head: bytes, message: str) -> None:
    data = b"PACK" + (2).to_bytes(4) + (1).to_bytes(4) + head + b"\0" * 20
    with pytest.raises(ValueError, match=message):
        Pack(broken(tmp_path, data, [b"n" * 20], [12]), 20)


@pytest.mark.parametrize("size", [0, 5, 19, 20, 25, 31])
@pytest.mark.parametrize("width", [20, 32])
def test_a_file_too_short_for_a_pack_is_an_error(tmp_path: Path, size: int, width: int) -> None:
    path = broken(tmp_path, bytes(size), [], [])
    path.with_suffix(".idx").write_bytes(
        b"\xfftOc\0\0\0\2" + bytes(1020) + (1).to_bytes(4) + bytes(width + 8 + 2 * width)
    )
    with pytest.raises(ValueError, match=r"beyond the end|empty file|no known kind"):
        Pack(path, width)


def test_sizes_that_add_up_to_more_than_fits(tmp_path: Path) -> None:
    """The root of all is a small one, and each of its deltas says to be as large as a size may be."""
    root = packs.blob(b"abc\n")
    huge = [Entry(bytes([at]) * 20, GROWING, OFFSET, 0, size=(1 << 60) - 1) for at in range(20)]
    pack = Pack(packs.write(tmp_path, [root, *huge]), 20)
    [(_, weight)] = packs.trees(pack)
    assert weight >= (1 << 60) - 1


def test_two_names_for_one_entry(tmp_path: Path) -> None:
    data, [offset] = packs.packed([packs.blob(b"abc")])
    pack = Pack(broken(tmp_path, data, [b"n" * 20, b"o" * 20], [offset, offset]), 20)
    assert [pack.kind(root) for root, _ in packs.trees(pack)] == ["blob", "blob"]
    assert {pack.name(0), pack.name(1)} == {b"n" * 20, b"o" * 20}


def test_a_delta_that_two_names_make_its_own_base_is_an_error(tmp_path: Path) -> None:
    data = b"PACK" + (2).to_bytes(4) + (1).to_bytes(4) + b"\x60\x00" + b"\0" * 20
    with pytest.raises(ValueError, match="no entry is where"):
        Pack(broken(tmp_path, data, [b"n" * 20, b"o" * 20], [12, 12]), 20)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), offsets=st.lists(st.integers(0, 210), max_size=6), width=st.sampled_from([20, 32]))
def test_any_bytes_are_a_pack_or_an_error(tmp_path: Path, data: bytes, offsets: list[int], width: int) -> None:
    names = [bytes([at]) * 20 for at in range(len(offsets))]
    path = broken(tmp_path, data, names, offsets)
    try:
        pack = Pack(path, width)
    except ValueError:
        return
    entries = [number for root, _ in packs.trees(pack) for number in pack.below(root)]
    assert sorted([*entries, *pack.orphans()]) == list(range(pack.count))


def test_flipped_bytes_make_a_pack_or_an_error(grown: Repo, tmp_path: Path) -> None:
    """In the pack, in the index and in both."""
    [path] = packs.paths(grown)
    rng = random.Random(1)
    made = 0
    for _ in range(100):
        for old, ending in ((path, ".pack"), (path.with_suffix(".idx"), ".idx")):
            data = bytearray(old.read_bytes())
            for _ in range(rng.choice([0, 1, 3])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            (tmp_path / f"pack-0{ending}").write_bytes(data)
        try:
            pack = Pack(tmp_path / "pack-0.pack", 20)
        except ValueError:
            continue
        made += 1
        entries = [number for root, _ in packs.trees(pack) for number in pack.below(root)]
        assert sorted([*entries, *pack.orphans()]) == list(range(pack.count))
    assert 10 < made < 100
