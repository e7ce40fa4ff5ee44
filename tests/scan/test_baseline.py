"""The baseline file: what it holds, how it changes, and that git merges it."""

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.errors import ConfigError
from stanch.model import Confidence, Coverage, Finding, Report, Secret, Severity, Suppression
from stanch.scan.baseline import Baseline, Change, audit, create, merge_by_union, read, update, write

RNG = random.Random(7)
PRINTS = [f"{RNG.getrandbits(128):032x}" for _ in range(40)]
ENTRIES = st.dictionaries(st.from_regex(r"[0-9a-f]{32}", fullmatch=True), st.sampled_from(["acme-token", "b.c_d-1"]))


def finding(fingerprint: str, path: str = "a.py", suppressed: Suppression | None = None) -> Finding:
    return Finding(
        detector="acme-token",
        provider="acme",
        name="Acme token",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        secret=Secret("correct horse battery staple"),
        fingerprint=fingerprint,
        target=".",
        path=path,
        line=7,
        column=1,
        end_line=7,
        end_column=6,
        commit="c" * 40,
        date="2030-01-01T00:00:00Z",
        suppressed=suppressed,
    )


def report(*prints: str, known: tuple[str, ...] = (), complete: bool = True) -> Report:
    return Report(
        ["."],
        [finding(one) for one in prints],
        [finding(one, suppressed=Suppression("baseline")) for one in known],
        coverage=Coverage(lost=not complete),
    )


def test_one_sorted_line_a_secret_and_nothing_that_changes(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    found = report(*PRINTS[:5], *PRINTS[:3])
    assert create(path, found, tmp_path) == 5
    text = path.read_bytes().decode()
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    assert lines == [f"{one} acme-token" for one in sorted(PRINTS[:5])]
    assert "\r" not in text
    for absent in ("2030", "a.py", "c" * 40, "horse", " 7"):
        assert absent not in text
    again = tmp_path / "again"
    create(again, report(*reversed(PRINTS[:5])), tmp_path)
    assert again.read_bytes() == path.read_bytes()


def test_a_baseline_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    create(path, report(PRINTS[0]), tmp_path)
    with pytest.raises(ConfigError, match="already"):
        create(path, report(), tmp_path)
    assert list(read(path).entries) == [PRINTS[0]]


def test_matching_is_by_secret_wherever_it_is() -> None:
    baseline = Baseline({PRINTS[0]: "acme-token"})
    assert baseline.match(finding(PRINTS[0], "elsewhere.py")) == Suppression("baseline", "in the baseline")
    assert baseline.match(finding(PRINTS[1])) is None


def test_an_update_adds_and_keeps(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    create(path, report(*PRINTS[:3]), tmp_path)
    assert update(path, report(PRINTS[5], known=(PRINTS[0], PRINTS[1]))) == Change(added=1, kept=3, gone=1)
    assert set(read(path).entries) == {*PRINTS[:3], PRINTS[5]}
    assert update(path, report(known=(PRINTS[0], PRINTS[5])), prune=True) == Change(added=0, kept=2, gone=2)
    assert set(read(path).entries) == {PRINTS[0], PRINTS[5]}


def test_an_update_without_news_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    create(path, report(*PRINTS[:3]), tmp_path)
    before = path.read_bytes()
    update(path, report(known=tuple(PRINTS[:3])), prune=True)
    assert path.read_bytes() == before


def test_what_was_not_scanned_is_not_pruned(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    create(path, report(*PRINTS[:3]), tmp_path)
    with pytest.raises(ConfigError, match="incomplete"):
        update(path, report(complete=False), prune=True)
    update(path, report(PRINTS[4], complete=False))
    assert len(read(path).entries) == 4


def test_an_audit_tells_present_and_stale() -> None:
    baseline = Baseline(dict.fromkeys(PRINTS[:2], "acme-token"))
    result = audit(report(PRINTS[7], known=(PRINTS[0],)), baseline, whole=True)
    assert [one.fingerprint for one in result.present] == [PRINTS[0]]
    assert result.stale == {PRINTS[1]: "acme-token"}
    assert audit(report(known=(PRINTS[0],)), baseline, whole=False).stale == {}
    assert audit(report(complete=False), baseline, whole=True).stale == {}


def test_a_baseline_of_another_identity_key_is_told() -> None:
    baseline = Baseline(dict.fromkeys(PRINTS[:2], "acme-token"))
    assert audit(report(PRINTS[7]), baseline, whole=True).foreign
    assert not audit(report(PRINTS[7]), baseline, whole=False).foreign
    assert not audit(report(), baseline, whole=True).foreign
    assert not audit(report(known=(PRINTS[0],)), baseline, whole=True).foreign
    assert not audit(report(PRINTS[7]), Baseline(), whole=True).foreign


def test_a_missing_baseline_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / ".stanch-baseline") == Baseline()


def test_what_merges_leave_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    path.write_bytes(
        f"# ours\r\n{PRINTS[1]} b\r\n\r\n{PRINTS[0]} a\r\n{PRINTS[1]} b\r\n# theirs\r\n  {PRINTS[2]} c".encode()
    )
    assert read(path).entries == {PRINTS[0]: "a", PRINTS[1]: "b", PRINTS[2]: "c"}


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> branch", "||||||| 1234567"])
def test_a_conflict_that_was_left_is_named(marker: str, tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    path.write_text(f"{PRINTS[0]} a\n{marker}\n{PRINTS[1]} b\n")
    with pytest.raises(ConfigError, match=r"\.stanch-baseline:2: a merge conflict"):
        read(path)


@pytest.mark.parametrize("line", ["nonsense", f"{PRINTS[0]}", f"{PRINTS[0]} a b", "\x1b[2J x", "short a"])
def test_a_line_that_is_no_entry_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    path.write_text(f"{PRINTS[0]} a\n\n{line}\n")
    with pytest.raises(ConfigError, match=r"\.stanch-baseline:3: ") as caught:
        read(path)
    assert str(caught.value).isprintable()


def test_comments_at_the_head_are_kept(tmp_path: Path) -> None:
    path = tmp_path / ".stanch-baseline"
    path.write_text(f"# Agreed with the security team.\n\n{PRINTS[0]} a\n")
    update(path, report(PRINTS[1]))
    assert path.read_text().startswith("# Agreed with the security team.\n\n")
    assert len(read(path).entries) == 2


@given(
    st.dictionaries(st.from_regex(r"[0-9a-f]{32}", fullmatch=True), st.from_regex(r"[a-z]{3}-[a-z]{3}", fullmatch=True))
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "file"
    write(path, entries)
    assert read(path).entries == entries


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("baseline") / "file"
    path.write_bytes(data)
    try:
        read(path)
    except ConfigError as error:
        assert "\n" not in str(error)  # noqa: PT017


class TestGit:
    """A real git merges it."""

    @pytest.fixture
    def root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        for name in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{name}_NAME", "a")
            monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.org")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        self.git(tmp_path, "init", "-q", "-b", "main")
        return tmp_path

    @staticmethod
    def git(root: Path, *arguments: str) -> str:
        return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout

    def commit(self, root: Path) -> None:
        self.git(root, "add", "-A")
        self.git(root, "commit", "-q", "-m", "a change")

    @pytest.mark.parametrize("name", [".stanch-baseline", "ci/a known [list].txt"])
    def test_branches_that_each_add_secrets_merge(self, name: str, root: Path) -> None:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        create(path, report(*PRINTS[:4]), root)
        self.commit(root)
        self.git(root, "switch", "-q", "-c", "theirs")
        update(path, report(*PRINTS[4:20], known=tuple(PRINTS[:4])))
        self.commit(root)
        self.git(root, "switch", "-q", "main")
        update(path, report(*PRINTS[16:40], known=tuple(PRINTS[:4])))
        self.commit(root)
        self.git(root, "merge", "-q", "theirs", "-m", "merge")
        assert set(read(path).entries) == set(PRINTS)
        update(path, report(known=tuple(PRINTS)), prune=True)
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert lines == sorted(set(lines))
        assert len(lines) == len(PRINTS)

    def test_most_additions_merge_without_the_attribute_too(self, root: Path) -> None:
        path = root / ".stanch-baseline"
        write(path, dict.fromkeys(PRINTS[:30], "acme-token"))
        self.commit(root)
        self.git(root, "switch", "-q", "-c", "theirs")
        low, high = "0" * 32, "f" * 32
        update(path, report(low))
        self.commit(root)
        self.git(root, "switch", "-q", "main")
        update(path, report(high))
        self.commit(root)
        self.git(root, "merge", "-q", "theirs", "-m", "merge")
        assert {low, high} <= set(read(path).entries)

    def test_the_attribute_is_written_once_and_the_rest_stays(self, root: Path) -> None:
        attributes = root / ".gitattributes"
        attributes.write_text("*.png binary")
        assert merge_by_union(root / ".stanch-baseline", root)
        assert attributes.read_text() == "*.png binary\n/.stanch-baseline merge=union\n"
        assert not merge_by_union(root / ".stanch-baseline", root)
        assert self.git(root, "check-attr", "merge", ".stanch-baseline") == ".stanch-baseline: merge: union\n"

    def test_a_baseline_elsewhere_and_linked_attributes_are_left_alone(self, root: Path, tmp_path: Path) -> None:
        assert not merge_by_union(root.parent / "elsewhere", root)
        (root / ".gitattributes").symlink_to(root / "target")
        assert not merge_by_union(root / ".stanch-baseline", root)
        assert not (root / "target").exists()
