from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.guard.message import PLACES, SECRETS, incomplete, out_of_time, plain, stopped
from stanch.model import Confidence, Coverage, Finding, Secret, Severity

VALUE = "not" + "-really-a-secret-value"


def found(path: str = "a.py", line: int = 1, fingerprint: str = "f1", **more: object) -> Finding:
    fields: dict[str, object] = {
        "detector": "acme-key",
        "provider": "acme",
        "name": "Acme key",
        "severity": Severity.HIGH,
        "confidence": Confidence.HIGH,
        "secret": Secret(VALUE),
        "fingerprint": fingerprint,
        "target": ".",
        "path": path,
        "line": line,
        "column": 1,
        "end_line": line,
        "end_column": 9,
        **more,
    }
    return Finding(**fields)  # type: ignore[arg-type]


def test_stopped_commit_word_for_word() -> None:
    finding = found(
        "conf ig.py",
        12,
        excerpt=f"\tKEY = '{Secret(VALUE)}'",
        advice="Create a new key.",
        playbook="stanch playbook acme-key",
    )
    assert stopped("pre-commit", [finding], Coverage(files=901)) == [
        "stanch stopped this commit: 1 secret in 1 of 901 files",
        "",
        "  conf ig.py:12  Acme key",
        "      KEY = 'not-********alue'",
        "      Create a new key.",
        "      step by step:  stanch playbook acme-key",
        '      to allow it:  stanch ignore add f1 --reason "WHY"',
        "",
        "What to do: take the value out and read it from the environment or a secret manager,",
        "then `git add` the file and commit again.",
        "To leave the file out of this commit:  git reset -q -- 'conf ig.py'",
        "If it was ever pushed or shared before, rotate it: the old value stays leaked.",
    ]


def test_refused_push_names_the_commit() -> None:
    lines = stopped("pre-receive", [found(commit="a" * 40, author="Jo\x1b[31m")], Coverage(blobs=3))
    assert "  a.py:1  Acme key, commit aaaaaaaaaa by Jo\\x1b[31m" in lines
    assert '  otherwise:             git rebase -i aaaaaaaaaa^   and mark it "edit"' in lines


def test_one_paragraph_a_secret_however_many_places() -> None:
    findings = [found(f"{number}.py") for number in range(PLACES + 3)] + [found("b.py", fingerprint="f2")]
    lines = stopped("pre-push", findings, Coverage())
    assert lines[0] == f"stanch stopped this push: 2 secrets in {PLACES + 4} files"
    assert "  and 3 more places" in lines
    assert sum("stanch ignore add" in line for line in lines) == 2


def test_more_secrets_than_one_wants_to_read() -> None:
    lines = stopped("pre-commit", [found(fingerprint=str(number)) for number in range(SECRETS + 5)], Coverage())
    assert "  and 5 more secrets: `stanch scan --staged .` shows all" in lines


def test_secret_beyond_the_end_of_the_excerpt_is_shown_masked() -> None:
    lines = stopped(
        "pre-commit", [found(excerpt="x" * 500 + str(Secret(VALUE)), decoded=("base64", "hex"))], Coverage()
    )
    assert "      not-********alue  (found behind base64 > hex)" in lines


def test_no_command_for_a_path_that_cannot_be_typed() -> None:
    text = "\n".join(stopped("pre-commit", [found("a\nb.py")], Coverage()))
    assert "a\\nb.py:1" in text
    assert "git reset" not in text


def test_color_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in "".join(stopped("pre-commit", [found()], Coverage()))
    assert "\x1b[1;31m" in stopped("pre-commit", [found()], Coverage(), color=True)[0]


def test_incomplete_says_what_is_missing() -> None:
    coverage = Coverage()
    coverage.skip("socket", "a socket", harmless=True)
    for number in range(7):
        coverage.skip(f"{number}\x07.zip", "encrypted")
    lines = incomplete(coverage, seconds=None)
    assert lines[0] == "stanch: NOT fully scanned: 7 things could not be read"
    assert lines[1] == "  0\\x07.zip: encrypted"
    assert lines[-1] == "  and 2 more"
    assert not out_of_time(coverage)


def test_incomplete_for_want_of_time() -> None:
    coverage = Coverage()
    for number in range(Coverage.LISTED + 10):
        coverage.skip(f"object {number}", "the time budget ran out")
    assert out_of_time(coverage)
    assert incomplete(coverage, seconds=4.5) == [
        "stanch: NOT fully scanned: the time budget of 4.5 s ran out, with 1010 files or commits left"
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters()))
def test_plain_text_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(text) == text or not text.isprintable()


@settings(deadline=None, max_examples=60)
@given(st.binary())
def test_plain_paths_show_their_bytes(path: bytes) -> None:
    assert plain(path.decode(errors="surrogateescape")).isprintable()


@settings(deadline=None, max_examples=60)
@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_steers_the_terminal(path: str, excerpt: str, author: str, advice: str) -> None:
    finding = found(path, excerpt=excerpt, author=author, advice=advice, name=author, commit=path, decoded=(path,))
    for hook in ("pre-commit", "pre-push", "pre-receive"):
        assert all(line.isprintable() for line in stopped(hook, [finding], Coverage()))
        assert VALUE not in "\n".join(stopped(hook, [finding], Coverage()))
