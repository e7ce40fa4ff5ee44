"""A scan that remembers an earlier one reports what a scan without memory does, whatever has happened in between."""

import base64
import contextlib
import hashlib
import io
import os
import random
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from repositories import Repo, Secrets
from stanch.model import Confidence, Report
from stanch.report import render
from stanch.scan import Options, scan
from stanch.scan.memory import Past
from stanch.scan.repository import History
from stanch.scan.work import Task
from stanch.sources.git.pack import store

FRESH = Options(occurrences=True)
CACHED = Options(occurrences=True, cache=True)
POOL = [Secrets(seed).notion() for seed in range(4)]
NAMES = ["a.txt", "b.txt", "dir/c.txt", "dir/deep/d.txt"]
WEAK = f"password = '{'-'.join(['hunter2', 'is', 'a', 'bird'])}'\n"


@pytest.fixture(autouse=True)
def memory(isolated: None, compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is remembered: a new one, beside what is compiled."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for each in compiled.glob("engine-*.bin"):
        (folder / each.name).symlink_to(each)
    monkeypatch.setenv("STANCH_CACHE_DIR", str(folder))
    return folder / "memory"


def written(report: Report) -> str:
    """All that is reported."""
    return "".join(render("json", report, show_secrets=True))


def same(*targets: Path, options: Options = CACHED) -> Report:
    """Scan with memory, and see that a scan without reports the same."""
    report = scan(*targets, options=options)
    assert written(report) == written(scan(*targets, options=msgspec.structs.replace(options, cache=False)))
    return report


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Compares two scans like `same`; gives how many objects the one with memory has read as new ones."""
    counts: list[int] = []
    tasks = History.tasks

    def spied(self: History) -> list[Task]:
        found = tasks(self)
        counts.append(self._count)
        return found

    monkeypatch.setattr(History, "tasks", spied)

    def compared(*targets: Path, options: Options = CACHED) -> int:
        counts.clear()
        same(*targets, options=options)
        return counts[0]

    return compared


New = Callable[..., int]

# --- what a scan costs, and that nothing is lost -------------------------------------------------------------


def test_only_what_came_in_is_read(repo: Repo, secrets: Secrets, new: New) -> None:
    repo.commit("one", {"a.txt": secrets.notion(), "b.txt": "plain\n"})
    assert new(repo.path) == 3
    assert new(repo.path) == 0
    repo.commit("two", {"c.txt": secrets.notion(), "d.txt": "other\n"})
    assert new(repo.path) == 3
    repo.git("gc", "--quiet")
    assert new(repo.path) == 0
    repo.commit("three", {"b.txt": secrets.notion()})
    repo.git("repack", "--quiet", "-d")
    assert new(repo.path) == 2
    assert new(repo.path) == 0


def test_a_pack_that_is_remembered_is_not_opened(repo: Repo, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", {"a.txt": secret})
    repo.git("gc", "--quiet")
    same(repo.path)
    repo.commit("two", {"b.txt": f"{secret}\n"})
    before = written(scan(repo.path, options=FRESH))
    monkeypatch.setattr(store, "Pack", None)
    assert written(scan(repo.path, options=CACHED)) == before


def test_a_pack_that_git_has_touched_is_the_same(
    repo: Repo, secret: str, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("one", {"a.txt": secret})
    repo.git("gc", "--quiet")
    new(repo.path)
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    os.utime(pack, (1, 1))
    assert new(repo.path) == 0
    with monkeypatch.context() as patch:
        patch.setattr("stanch.scan.memory._whole", None)  # once is enough
        assert new(repo.path) == 0
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    assert new(repo.path) == 2


def test_what_git_prunes_is_forgotten(repo: Repo, secrets: Secrets, new: New) -> None:
    repo.commit("one", {"a.txt": "plain\n"})
    repo.blob(secrets.notion())
    assert new(repo.path) == 3
    repo.git("gc", "--quiet", "--prune=now")
    assert new(repo.path) == 2


def test_more_new_commits_than_old_ones_are_a_new_history(repo: Repo, secrets: Secrets, new: New) -> None:
    repo.commit("one", {"a.txt": secrets.notion()})
    new(repo.path)
    repo.commit("two", {"a.txt": secrets.notion()})
    repo.commit("three", {"a.txt": secrets.notion()})
    assert new(repo.path) == 6


def test_an_old_blob_that_a_new_commit_brings_again(repo: Repo, secret: str, new: New) -> None:
    lonely = repo.blob(f"{secret}\n")
    repo.commit("one", {"a.txt": "plain\n"})
    repo.commit("two", {"a.txt": "plain again\n"})
    assert new(repo.path) == 5
    repo.commit("three", {"b.txt": f"{secret}\n"})
    assert repo.git("rev-parse", "HEAD:b.txt") == lonely
    assert new(repo.path) == 1
    repo.commit("four", {"b.txt": None})
    repo.commit("five", {"b.txt": f"{secret}\n"})
    assert new(repo.path) == 2
    (found,) = scan(repo.path, options=msgspec.structs.replace(CACHED, files=False)).findings
    assert (found.path, found.count) == ("b.txt", 2)


def test_another_confidence_needs_no_new_scan(repo: Repo, new: New) -> None:
    repo.commit("one", {"a.py": WEAK})
    assert new(repo.path, options=msgspec.structs.replace(CACHED, confidence=Confidence.HIGH)) == 2
    repo.commit("two", {"b.py": WEAK, "c.py": f"{WEAK}\n"})
    for confidence, count in ((Confidence.LOW, 2), (Confidence.MEDIUM, 0), (Confidence.HIGH, 0)):
        assert new(repo.path, options=msgspec.structs.replace(CACHED, confidence=confidence)) == count


@pytest.mark.parametrize(
    "setting",
    [
        "[scan]\ndisable = ['notion-*']\n",
        "[limits]\ndepth = 1\n",
        "gitleaks = ['rules.toml']\n",
        "[[detector]]\nid = 'acme-token'\npattern = 'acme_[0-9]{6}'\n",
    ],
)
def test_what_decides_what_is_found_may_change(setting: str, repo: Repo, secret: str, new: New) -> None:
    repo.commit("one", {"a.txt": f"{secret}\nacme_123456\n"})
    rules = repo.write("rules.toml", "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9]{6}'\n")
    new(repo.path)
    config = repo.write("stanch.toml", setting)
    assert new(repo.path) == 2
    assert new(repo.path) == 0
    rules.write_text(f"{rules.read_text()}[[rules.allowlists]]\nregexes = ['acme_1']\n")
    assert new(repo.path) == (2 if "gitleaks" in setting else 0)
    config.unlink()
    assert new(repo.path) == 2


def test_another_version_scans_everything_again(
    repo: Repo, secret: str, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("one", {"a.txt": secret})
    new(repo.path)
    monkeypatch.setattr("stanch.scan.memory._LAYOUT", "another")
    assert new(repo.path) == 2


def test_another_repository_in_its_place(make_repo: Callable[..., Repo], secrets: Secrets, new: New) -> None:
    repo = make_repo("repo")
    repo.commit("one", {"a.txt": secrets.notion()})
    new(repo.path)
    shutil.rmtree(repo.path)
    repo = make_repo("repo")
    repo.commit("other", {"b.txt": secrets.notion()})
    assert new(repo.path) == 2


def test_a_shallow_clone_is_not_remembered(
    repo: Repo, secrets: Secrets, tmp_path: Path, new: New, memory: Path
) -> None:
    for number in range(4):
        repo.commit(f"{number}", {"a.txt": f"{secrets.notion()}\n"})
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", str(clone))
    same(clone)
    assert not memory.exists()
    repo.git("-C", str(clone), "fetch", "--quiet", "--deepen=1")
    same(clone)
    assert not memory.exists()
    repo.git("-C", str(clone), "fetch", "--quiet", "--unshallow")
    assert new(clone) == 8
    assert new(clone) == 0
    repo.git("-C", str(clone), "fetch", "--quiet", "--depth=2")
    same(clone)


def test_work_trees_share_what_is_remembered(repo: Repo, secret: str, tmp_path: Path, new: New) -> None:
    repo.commit("one", {"a.txt": secret})
    new(repo.path)
    repo.git("worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "side")
    assert new(tmp_path / "other") == 0
    assert new(repo.path) == 0


def test_repositories_in_a_folder(make_repo: Callable[..., Repo], secrets: Secrets, tmp_path: Path) -> None:
    inner = make_repo("inner")
    inner.commit("one", {"a.txt": secrets.notion()})
    outer = make_repo("all/outer")
    outer.git("submodule", "add", "--quiet", str(inner.path), "sub")
    outer.commit("one", {"b.txt": secrets.notion()})
    make_repo("all/third").commit("one", {"c.txt": secrets.notion()})
    same(tmp_path / "all")
    same(outer.path)
    inner.commit("two", {"d.txt": secrets.notion()})
    outer.git("-C", "sub", "pull", "--quiet")
    same(tmp_path / "all")
    same(tmp_path / "all" / "third", outer.path / "sub")


def test_a_store_that_is_lent(make_repo: Callable[..., Repo], secrets: Secrets, tmp_path: Path, new: New) -> None:
    lender = make_repo("lender")
    lender.commit("one", {"a.txt": secrets.notion()})
    lender.git("gc", "--quiet")
    clone = tmp_path / "clone"
    lender.git("clone", "--quiet", "--shared", str(lender.path), str(clone))
    assert new(clone) == 2
    lender.commit("two", {"b.txt": secrets.notion()})
    assert new(clone) == 2
    (clone / ".git/objects/info/alternates").unlink()
    same(clone)


def test_what_cannot_be_read_to_the_end_is_told_each_time(repo: Repo, secret: str, new: New) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("inner.txt", secret * 50)
    whole = archive.getvalue()
    repo.commit("one", {"a.zip": whole, "b.zip": whole[: len(whole) // 2]})
    assert new(repo.path) == 3
    assert new(repo.path) == 0
    repo.commit("two", {"c.zip": whole[:-60], "dir/b.zip": whole[: len(whole) // 2], "b.zip": None})
    repo.git("repack", "--quiet", "-d")
    assert new(repo.path) == 2
    report = same(repo.path)
    skipped = {one.path.split()[0] for one in report.coverage.skipped if "(object" in one.path}
    assert skipped == {"c.zip", "dir/b.zip"}


def test_something_missing_is_not_remembered(repo: Repo, secret: str, new: New) -> None:
    repo.commit("one", {"a.txt": secret, "b.txt": "plain\n"})
    new(repo.path)
    kept = repo.loose(repo.git("rev-parse", "HEAD:b.txt"))
    content = kept.read_bytes()
    kept.unlink()
    assert not same(repo.path).coverage.complete
    kept.write_bytes(content)
    assert new(repo.path) == 0
    repo.commit("two", {"c.txt": "gone\n"})
    repo.loose(repo.git("rev-parse", "HEAD:c.txt")).unlink()
    assert new(repo.path) == 1
    assert new(repo.path) == 1
    assert not same(repo.path).coverage.complete


# --- the file ------------------------------------------------------------------------------------------------


def test_no_secret_is_written_down(repo: Repo, secrets: Secrets, memory: Path) -> None:
    known = [secrets.notion(), secrets.anthropic()]
    repo.commit(f"the key is {known[0]}", {"a.txt": "\n".join([*known, WEAK])})
    found = same(repo.path).findings
    assert found
    (file,) = memory.iterdir()
    content = file.read_bytes()
    for value in {one.secret.reveal() for one in found}.union(known):
        raw = value.encode()
        forms = [raw, raw[4:16], raw[::-1], raw.hex().encode(), base64.b64encode(raw)[:-4], value.encode("utf-16-le")]
        forms += [hashlib.new(name, raw).digest()[:8] for name in ("md5", "sha1", "sha256", "blake2b")]
        assert not any(form in content for form in forms)
    for one in found:
        prints = [one.fingerprint.encode(), bytes.fromhex(one.fingerprint)[:8]]
        assert not any(form in content for form in (*prints, one.excerpt.encode()))


def test_the_file_is_for_the_user_alone(repo: Repo, memory: Path) -> None:
    repo.commit("one", {"a.txt": "plain\n"})
    same(repo.path)
    (file,) = memory.iterdir()
    assert stat.S_IMODE(memory.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_being_asked_nothing_is_written(repo: Repo, memory: Path) -> None:
    repo.commit("one", {"a.txt": "plain\n"})
    scan(repo.path)
    scan(repo.path, options=Options(cache=True, explain=True))
    scan(repo.path, options=Options(cache=True, revs=("HEAD",)))
    scan(repo.path, options=Options(cache=True, staged=True))
    scan(f"file://{repo.path}", options=Options(cache=True))
    assert not memory.exists()


def test_a_damaged_file_costs_time_only(repo: Repo, secret: str, memory: Path, new: New) -> None:
    repo.commit("one", {"a.txt": secret})
    new(repo.path)
    (file,) = memory.iterdir()
    content = file.read_bytes()
    rng = random.Random(0)
    flipped = []
    for _ in range(5):
        other = bytearray(content)
        other[rng.randrange(len(other))] ^= 1 << rng.randrange(8)
        flipped.append(bytes(other))
    for damaged in (b"", content[:-1], content[:10], content + b"x", bytes(1000), *flipped):
        file.write_bytes(damaged)
        assert new(repo.path) == 2
    assert file.read_bytes() == content
    past = msgspec.msgpack.decode(content[18:], type=Past)
    changes: list[dict[str, Any]] = [{"names": b"x"}, {"seconds": b""}, {"width": 7}, {"signature": ""}]
    for change in (*changes, {"others": b"abc"}):
        packed = msgspec.msgpack.encode(msgspec.structs.replace(past, **change))
        file.write_bytes(content[:14] + zlib.crc32(packed).to_bytes(4) + packed)
        assert new(repo.path) == 2
    file.unlink()
    file.mkdir()
    assert new(repo.path) == 2
    assert new(repo.path) == 2


def test_a_folder_that_cannot_be_used_costs_time_only(repo: Repo, secret: str, memory: Path, new: New) -> None:
    repo.commit("one", {"a.txt": secret})
    memory.write_text("no folder")
    assert new(repo.path) == 2
    assert new(repo.path) == 2


def test_there_are_not_too_many_files(
    make_repo: Callable[..., Repo], memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stanch.scan.memory._FILES", 2)
    for number in range(4):
        repo = make_repo(f"{number}")
        repo.commit("one", {"a.txt": "plain\n"})
        same(repo.path)
        assert len(list(memory.iterdir())) == min(number + 1, 2)
    monkeypatch.setattr("stanch.scan.memory._ROOM", 1)
    repo.commit("two", {"a.txt": "other\n"})
    same(repo.path)
    assert not list(memory.iterdir())


# --- any history, changed in any way -------------------------------------------------------------------------


class Life:
    """A repository to which things happen at random."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.rng = rng
        self.sha = rng.choice(["sha1", "sha1", "sha1", "sha256"])
        self.repo = Repo(folder / "repo", f"--object-format={self.sha}")
        self.origin = Repo(folder / "origin", f"--object-format={self.sha}")
        self.repo.git("remote", "add", "origin", str(self.origin.path))
        self.repo.git("config", "fetch.unpackLimit", rng.choice(["1", "100"]))
        self.known: list[str] = []

    def text(self) -> str:
        """A few lines, perhaps with secrets, that may well have been in a file before."""
        line = [f"key = '{secret}'\n" for secret in POOL] + [WEAK, "plain\n", "more\n", "lines\n"]
        return "".join(self.rng.choices(line, k=self.rng.randint(0, 4))) + f"{self.rng.randint(0, 3)}\n" * 20

    def edit(self, repo: Repo) -> None:
        for _ in range(self.rng.randint(1, 3)):
            repo.add(self.rng.choice(NAMES), self.text())

    def commit(self) -> None:
        self.edit(self.repo)
        self.known.append(self.repo.commit(self.rng.choice(["x", "y", f"the key is {self.rng.choice(POOL)}"])))

    def amend(self) -> None:
        self.repo.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "amended", check=False)

    def branch(self) -> None:
        self.repo.git("checkout", "--quiet", "--force", "-B", f"b{self.rng.randint(0, 2)}", check=False)

    def move(self) -> None:
        if self.known:
            self.repo.git("reset", "--quiet", "--hard", self.rng.choice(self.known), check=False)

    def delete(self) -> None:
        self.repo.git("branch", "-D", f"b{self.rng.randint(0, 2)}", check=False)

    def merge(self) -> None:
        strategy = self.rng.choice(["ours", "theirs"])
        other = f"b{self.rng.randint(0, 2)}"
        self.repo.git("merge", "--quiet", "--allow-unrelated-histories", "-X", strategy, "-m", "m", other, check=False)
        self.repo.git("merge", "--abort", check=False)

    def tag(self) -> None:
        message = self.rng.choice(["release", f"with {self.rng.choice(POOL)}"])
        name = f"t{self.rng.randint(0, 3)}"
        self.repo.git("tag", "--force", "--annotate", "--message", message, name, check=False)

    def odd_refs(self) -> None:
        blob = self.repo.blob(self.text())
        self.repo.git(
            "update-ref", f"refs/odd/{self.rng.randint(0, 2)}", self.rng.choice([blob, "HEAD^{tree}"]), check=False
        )

    def lonely(self) -> None:
        self.repo.blob(self.text())

    def stage(self) -> None:
        self.edit(self.repo)

    def stash(self) -> None:
        self.edit(self.repo)
        self.repo.git("stash", check=False)

    def note(self) -> None:
        self.repo.git("notes", "add", "--force", "--message", self.text() or "empty", check=False)

    def fetch(self) -> None:
        if self.rng.random() < 0.5 and self.repo.git("rev-parse", "--verify", "HEAD", check=False):
            self.origin.git("fetch", "--quiet", str(self.repo.path), "HEAD", check=False)
            self.origin.git("reset", "--quiet", "--hard", "FETCH_HEAD", check=False)
        for _ in range(self.rng.randint(1, 3)):
            self.edit(self.origin)
            self.known.append(self.origin.commit("there"))
        self.repo.git("fetch", "--quiet", "--force", "origin", "+refs/heads/*:refs/remotes/origin/*")

    def repack(self) -> None:
        self.repo.git("repack", "--quiet", *self.rng.choice([("-d",), ("-ad",), ("-Ad",), ("-adk",), ()]))

    def collect(self) -> None:
        if self.rng.random() < 0.5:
            self.repo.git("reflog", "expire", "--expire=now", "--all")
        self.repo.git("gc", "--quiet", self.rng.choice(["--prune=now", "--prune=never", "--cruft"]))

    def unpack(self) -> None:
        folder = Path(self.repo.git("rev-parse", "--absolute-git-dir"), "objects", "pack")
        packs = sorted(folder.glob("*.pack"))
        if packs:
            content = self.rng.choice(packs).read_bytes()
            shutil.rmtree(folder)
            self.repo.git("unpack-objects", "-q", stdin=content)

    def damage(self) -> None:
        folder = Path(self.repo.git("rev-parse", "--absolute-git-dir"), "objects")
        loose = sorted(folder.glob("??/*"))
        if loose and self.rng.random() < 0.2:
            self.rng.choice(loose).unlink()

    def borrow(self) -> None:
        folder = Path(self.repo.git("rev-parse", "--absolute-git-dir"), "objects", "info")
        lender = self.origin.git("rev-parse", "--absolute-git-dir") + "/objects\n"
        if self.rng.random() < 0.2:
            (folder / "alternates").write_text(self.rng.choice([lender, "\n"]))

    def step(self) -> str:
        """Let something happen; gives what."""
        usual = [self.commit] * 6 + [self.fetch] * 3
        rare = [self.amend, self.branch, self.move, self.delete, self.merge, self.tag, self.odd_refs, self.lonely]
        rare += [self.stage, self.stash, self.note, self.repack, self.collect, self.unpack, self.damage, self.borrow]
        chosen = self.rng.choice([*usual, *rare])
        with contextlib.suppress(AssertionError):  # where something is missing, git may refuse
            chosen()
        return chosen.__name__


@settings(
    max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 1 << 32))
def test_whatever_happens(seed: int, tmp_path: Path, memory: Path) -> None:
    rng = random.Random(seed)
    shutil.rmtree(memory, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        life = Life(Path(folder), rng)
        happened: list[str] = []
        for _ in range(8):
            happened += [life.step() for _ in range(rng.randint(0, 3))]
            options = msgspec.structs.replace(CACHED, confidence=rng.choice([None, Confidence.LOW]))
            try:
                same(life.repo.path, options=options)
            except AssertionError as error:
                error.add_note(f"after {happened}")
                raise
