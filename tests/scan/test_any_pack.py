"""Any packed history: reading the packs ourselves, by what each delta changes, gives what git's own reading gives."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packs
from deltas import edited, fragments
from repositories import Repo, Secrets
from stanch.model import Report
from stanch.scan import Options, scan, versions, work
from stanch.sources.git.pack import store, walk
from stanch.version import Version

pytestmark = pytest.mark.usefixtures("isolated")

POOL = [text for text in fragments() if len(text) < 4000]
NAMES = ["a.txt", "b.py", "dir/c.env", "dir/deep/d.yaml", "e"]
Files = dict[str, bytes]


def written(rng: random.Random, secrets: Secrets) -> bytes:
    """A file: much plain text, some secrets, encoded ones, things that only look like some."""
    lines = [b"line %d %f\n" % (number, rng.random()) for number in range(rng.choice([0, 20, 300]))]
    for _ in range(rng.choice([0, 0, 1, 3])):
        lines.insert(rng.randint(0, len(lines)), b"key = '%s'\n" % secrets.notion().encode())
    for _ in range(rng.choice([0, 0, 0, 2])):
        lines.insert(rng.randint(0, len(lines)), rng.choice(POOL) + b"\n")
    return b"".join(lines)


def changed(files: Files, rng: random.Random, secrets: Secrets, torn: list[bytes]) -> Files:
    """The files after some edits; `torn` are halves of secrets that were taken apart."""
    files = dict(files)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(sorted(files) or NAMES)
        data = files.get(name, b"")
        at = rng.randint(0, len(data))
        match rng.choice(["edit", "edit", "insert", "tear", "join", "rename", "copy", "ends", "binary", "wide", "new"]):
            case "edit":
                data, _ = edited(data, rng, POOL)
            case "insert":
                data = data[:at] + b"key = '%s'\n" % secrets.notion().encode() + data[at:]
            case "tear":
                whole = secrets.notion().encode()
                half = rng.randint(1, len(whole) - 1)
                data = data[:at] + b"x " + whole[:half] + b"\n" + data[at:]
                torn += [whole[:half], whole[half:]]
            case "join" if torn:
                half = torn.index(torn[-2])
                at = data.find(torn[half])
                if at >= 0:
                    at += len(torn[half])
                    data = data[:at] + torn[half + 1] + data[at:]
            case "rename" if name in files:
                del files[name]
                name = rng.choice(NAMES)
            case "copy":
                files[rng.choice(NAMES)] = data
            case "ends":
                data = data.replace(b"\r\n", b"\n") if b"\r" in data else data.replace(b"\n", b"\r\n")
            case "binary" if rng.random() < 0.3:
                data = data[:at] + b"\0" + rng.randbytes(200) + data[at:]
            case "wide" if rng.random() < 0.3:
                data = data[:2000].decode("latin-1").encode("utf-16")
            case "new":
                data = written(rng, secrets)
        files[name] = data
    return files


def history(repo: Repo, seed: int, count: int) -> None:
    """A packed history of `count` versions that all come of `seed`, and what is in no commit."""
    rng, secrets = random.Random(seed), Secrets(seed)
    files: Files = {name: written(rng, secrets) for name in NAMES[:3]}
    versions, messages, torn = [], [], [b"", b""]
    for number in range(count):
        files = changed(files, rng, secrets, torn)
        versions.append(files)
        messages.append(f"version {number}\n" + rng.choice(["", "", f"\nwith {secrets.notion()}\n", "\na\n" * 9]))
    packs.commit_all(repo, versions, messages)
    repo.git("tag", "-a", "v1", "-m", f"release\n\n{secrets.notion()}", "refs/heads/main")
    repo.git("-c", f"repack.useDeltaBaseOffset={rng.choice(['true', 'false'])}", "repack", "-adfq", "--depth=50")
    repo.blob(f"loose {secrets.notion()}")


def compared(report: Report, other: Report) -> None:
    assert report.findings == other.findings
    assert (report.suppressed, report.hidden, report.warnings) == (other.suppressed, other.hidden, other.warnings)
    one, two = report.coverage.as_dict(), other.coverage.as_dict()
    for each in (one, two):
        each["skipped"].sort(key=lambda skip: sorted(skip.items()))
    assert one == two
    order = [
        sorted(each.rejected, key=lambda one: (one.path, one.line, one.detector, one.reason, one.secret))
        for each in (report, other)
    ]
    assert order[0] == order[1]


def by_git(path: Path, options: Options) -> Report:
    """The scan without a reader of packs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "packs", lambda *_, **__: [])
        return scan(path, options=options)


ALL = Options(files=False, occurrences=True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 40))
def test_any_packed_history(seed: int, count: int, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        repo = Repo(Path(folder, "repo.git"), "--bare")
        history(repo, seed, count)
        for options in (ALL, Options(files=False, explain=True)):
            compared(scan(repo.path, options=options), by_git(repo.path, options))


@pytest.fixture
def packed(repo: Repo) -> Repo:
    """A history of many versions in one pack: how many deltas git makes of them, depends on what the catalog holds."""
    history(repo, 7, 150)
    return repo


def test_the_histories_themselves(packed: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those tests are worth something only if there is something to find, and deltas by which it is found."""
    seen: list[tuple[bool, bool]] = []
    real = versions.Texts.scan

    def count(self: versions.Texts, batch: list[Version]) -> None:
        real(self, batch)
        seen.extend((one.base is not None and one.base.text, one.text) for one in batch)

    monkeypatch.setattr(versions.Texts, "scan", count)
    report = scan(packed.path, options=ALL)
    assert len(report.findings) > 20
    assert len({one.path for one in report.findings}) > 5
    assert any(not one.in_head for one in report.findings)
    assert len(seen) > 60
    assert sum(followed for followed, _ in seen) > 10
    assert not all(plain for _, plain in seen)


@pytest.mark.parametrize("workers", [1, 2])
def test_over_several_processes(packed: Repo, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(work, "TREES_A_TASK", 200_000)
    options = Options(files=False, occurrences=True, workers=workers)
    compared(scan(packed.path, options=options), by_git(packed.path, ALL))


def test_objects_in_several_packs_count_once(packed: Repo) -> None:
    expected = by_git(packed.path, ALL)
    names = sorted(packs.stored(packed))
    for start in range(3):
        inside = "".join(f"{oid}\n" for oid in names[start::2]).encode()
        packed.git("pack-objects", "-q", ".git/objects/pack/pack", stdin=inside)
    packed.git("multi-pack-index", "write")
    assert len(packs.paths(packed)) > 2
    compared(scan(packed.path, options=ALL), expected)


@pytest.mark.parametrize("earlier", [False, True])
def test_a_delta_whose_base_is_in_another_pack(packed: Repo, earlier: bool) -> None:
    """Such as are fetched, which git completes before it stores them: it reads none, and that is told."""
    objects = packs.stored(packed)
    secret = Secrets(99).notion()
    base, content = next(
        (oid, data) for oid, (kind, data) in objects.items() if kind == "blob" and 1000 < len(data) < 60_000
    )
    made = content + secret.encode()
    delta = packs.number(len(content)) + packs.number(len(made))
    delta += b"\xf0" + len(content).to_bytes(3, "little") + bytes([len(secret)]) + secret.encode()
    entry = packs.Entry(packs.name(made), delta, packs.REFERENCE, bytes.fromhex(base))
    [path] = packs.paths(packed)
    thin = packs.write(path.parent, [packs.blob(b"plain\n"), entry])
    report = scan(packed.path, options=ALL)
    assert [skip.path for skip in report.coverage.skipped if not skip.harmless] == [f"object {entry.name.hex()}"]
    compared(report, by_git(packed.path, ALL))
    # Where it is whole in a further pack, it is read, and read once, whichever of them comes first.
    for number in range(99):
        whole = packs.write(path.parent, [packs.blob(made), packs.blob(b"%d" % number)])
        if (whole < thin) == earlier:
            break
        whole.unlink()
        whole.with_suffix(".idx").unlink()
    report = scan(packed.path, options=ALL)
    assert report.coverage.complete
    found = [one for one in report.findings if one.secret.reveal() == secret]
    assert [(one.path, one.count) for one in found] == [(f"(unreachable blob {entry.name.hex()[:12]})", 1)]
    compared(report, by_git(packed.path, ALL))


def test_what_we_cannot_read_git_reads(packed: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = by_git(packed.path, ALL)
    monkeypatch.setattr(walk, "LARGEST", 3000)
    monkeypatch.setattr(walk, "HELD", 1000)
    compared(scan(packed.path, options=ALL), expected)


def test_a_damaged_entry_is_told_as_git_tells_it(packed: Repo) -> None:
    [path] = packs.paths(packed)
    pack = store.Pack(path, 20)
    data = bytearray(path.read_bytes())
    roots = [root for root, _ in packs.trees(pack, ["blob"]) if pack.child[root] >= 0]
    lost = {pack.name(number).hex() for number in pack.below(roots[0])}
    data[pack.offsets[roots[0] + 1] - 3] ^= 0xFF
    path.chmod(0o644)
    path.unlink()
    path.write_bytes(data)
    report, other = scan(packed.path, options=ALL), by_git(packed.path, ALL)
    assert not report.coverage.complete
    assert len([skip for skip in report.coverage.skipped if "object " in skip.path]) == len(lost)
    compared(report, other)
