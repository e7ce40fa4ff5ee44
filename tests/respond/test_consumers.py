import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.respond import consumers
from stanch.respond.consumers import Use, search, telling


def test_whole_words_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('import os\ntoken = os.environ["API_TOKEN"]\nMY_API_TOKEN = API_TOKENS = 1\n')
    (tmp_path / "ci.yml").write_text("env:\n  T: ${{ secrets.API_TOKEN }}\n")
    (tmp_path / "README.md").write_text("Set API_TOKEN first.\n")
    assert search(tmp_path, ["API_TOKEN"]).uses == (
        Use("README.md", 1, "API_TOKEN", False),
        Use("app.py", 2, "API_TOKEN", True),
        Use("ci.yml", 2, "API_TOKEN", True),
    )


def test_the_finding_itself_is_no_consumer(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("TOKEN = 1\nprint(TOKEN)\n")
    assert search(tmp_path, ["TOKEN"], without=[("a.py", 1)]).uses == (Use("a.py", 2, "TOKEN", False),)


def test_what_others_wrote_and_what_is_no_text_is_left_out(tmp_path: Path) -> None:
    for folder in (".git", "node_modules/x", "a/.venv/lib", "vendor"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.py").write_text("TOKEN")
    (tmp_path / "image.bin").write_bytes(b"\0\1TOKEN")
    (tmp_path / "link.py").symlink_to(tmp_path / "vendor" / "x.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    assert search(tmp_path, ["TOKEN"]).uses == ()


def test_bare_words_are_not_worth_a_search() -> None:
    bare = [
        "auth",
        "token",
        "password",
        "API",
        "_____",
        "apiKey",
        "client_secret",
        "db2",
        "x_1",
        "myToken",
        "",
    ]
    assert telling(
        [*bare, "NOTION_TOKEN", "notionToken", "AWSSecretKey", "NOTION_TOKEN", "s3_key", "DATABASE_URL"]
    ) == (
        "NOTION_TOKEN",
        "notionToken",
        "AWSSecretKey",
        "DATABASE_URL",
    )


def test_no_name_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    assert search(tmp_path, []) == search(tmp_path, [""])
    assert search(tmp_path, []).uses == ()


def test_bounds_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        (tmp_path / f"{number}.py").write_text("TOKEN\n" * 3)
    monkeypatch.setattr(consumers, "_FILES", 2)
    assert search(tmp_path, ["TOKEN"]).limited == "only 2 files were searched"
    monkeypatch.setattr(consumers, "_FILES", 100)
    monkeypatch.setattr(consumers, "_USES", 4)
    found = search(tmp_path, ["TOKEN"])
    assert len(found.uses) == 4
    assert found.limited == "only the first 4 places are listed"
    monkeypatch.setattr(consumers, "_USES", 400)
    monkeypatch.setattr(consumers, "_FILE", 5)
    assert "were left out" in search(tmp_path, ["TOKEN"]).limited
    monkeypatch.setattr(consumers, "_SECONDS", -1.0)
    assert "ended after" in search(tmp_path, ["TOKEN"]).limited


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("TOKEN")
    (tmp_path / "b.py").write_text("TOKEN")
    (tmp_path / "a.py").chmod(0)
    found = {use.path for use in search(tmp_path, ["TOKEN"]).uses}
    assert "b.py" in found


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=12), st.text(max_size=60))
def test_any_name_in_any_text(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "a.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        wanted = name.encode()
    except UnicodeEncodeError:
        return
    for use in search(root, [name]).uses:
        assert wanted in text.encode("utf-8", "surrogatepass").split(b"\n")[use.line - 1]
