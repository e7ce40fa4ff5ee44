"""The `.env` file on disk, and git around it."""

import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import Repo
from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import Reference, Trouble

from .asking import VALUE, trouble
from .conftest import Open

TOKEN = Reference("SHOP_TOKEN")


@pytest.fixture
def shop(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is the current folder."""
    monkeypatch.chdir(repo.path)
    return repo.path


def test_the_file_is_for_its_owner_alone_and_git_ignores_it(shop: Path, open_: Open) -> None:
    held = open_("env").put(TOKEN, Secret(VALUE))
    assert (shop / ".env").read_text() == f"SHOP_TOKEN={VALUE}\n"
    assert stat.S_IMODE((shop / ".env").stat().st_mode) == 0o600
    assert (shop / ".gitignore").read_text() == "/.env\n"
    assert (shop / ".env.example").read_text() == "SHOP_TOKEN=\n"
    assert held.notes == (".gitignore now names .env", ".env.example now names SHOP_TOKEN, without its value")
    assert held.address == ".env#SHOP_TOKEN"


def test_a_second_time_nothing_is_added(shop: Path, open_: Open) -> None:
    open_("env").put(TOKEN, Secret(VALUE))
    before = {path.name: path.read_bytes() for path in shop.iterdir() if path.is_file()}
    assert open_("env").put(TOKEN, Secret(VALUE)).unchanged
    assert open_("env").put(TOKEN, Secret("other"), replace=True).notes == ()
    before[".env"] = b"SHOP_TOKEN=other\n"
    assert {path.name: path.read_bytes() for path in shop.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("rule", [".env", "*.env", ".env*\n!.env.example", "/.env # not a comment\n.e?v"])
def test_what_is_ignored_already_needs_no_rule(shop: Path, open_: Open, rule: str) -> None:
    (shop / ".gitignore").write_text(rule)
    open_("env").put(TOKEN, Secret(VALUE))
    assert (shop / ".gitignore").read_text() == rule


def test_a_rule_that_takes_it_in_again_is_overruled(shop: Path, open_: Open) -> None:
    (shop / ".gitignore").write_bytes(b".env\r\n!.env")
    open_("env").put(TOKEN, Secret(VALUE))
    assert (shop / ".gitignore").read_bytes() == b".env\r\n!.env\r\n/.env\r\n"
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=shop, check=False).returncode == 0


def test_what_only_this_machine_ignores_does_not_count(shop: Path, open_: Open, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text(".env\n")
    subprocess.run(["git", "config", "--global", "core.excludesFile", str(tmp_path / "mine")], check=True)
    open_("env").put(TOKEN, Secret(VALUE))
    assert (shop / ".gitignore").read_text() == "/.env\n"


def test_a_file_that_git_tracks_is_not_written(repo: Repo, shop: Path, open_: Open) -> None:
    repo.commit("oops", {".env": "PORT=1\n"})
    with pytest.raises(ConfigError, match="git tracks this file") as caught:
        open_("env").put(TOKEN, Secret(VALUE))
    assert "git rm --cached .env" in caught.value.hint
    assert (shop / ".env").read_text() == "PORT=1\n"
    assert not (shop / ".gitignore").exists()
    assert [a.good for a in open_("env").check(TOKEN)] == [True, False]


def test_a_file_in_a_folder_of_the_repository(shop: Path, open_: Open) -> None:
    (shop / "web").mkdir()
    open_("env", file="web/.env").put(TOKEN, Secret(VALUE))
    assert (shop / "web" / ".gitignore").read_text() == "/.env\n"
    assert (shop / "web" / ".env.example").exists()
    assert subprocess.run(["git", "check-ignore", "-q", "web/.env"], cwd=shop, check=False).returncode == 0


def test_a_name_that_looks_like_a_pattern(shop: Path, open_: Open) -> None:
    (shop / "[a]*.env").write_text("")
    open_("env", file="[a]*.env").put(TOKEN, Secret(VALUE))
    listed = subprocess.run(
        ["git", "check-ignore", "[a]*.env", "a1.env"], cwd=shop, capture_output=True, text=True, check=False
    )
    assert listed.stdout == "[a]*.env\n"


def test_from_a_folder_within_the_repository_it_is_the_same_file(
    shop: Path, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "web").mkdir()
    monkeypatch.chdir(shop / "web")
    open_("env").put(TOKEN, Secret(VALUE))
    assert (shop / ".env").exists()


def test_without_a_repository(project: Path, open_: Open) -> None:
    open_("env").put(TOKEN, Secret(VALUE))
    assert (project / ".gitignore").read_text() == "/.env\n"
    assert open_("env").put(Reference("OTHER"), Secret(VALUE)).notes == (
        ".env.example now names OTHER, without its value",
    )


def test_comments_order_and_mode_stay(shop: Path, open_: Open) -> None:
    (shop / ".env").write_text("# first\nB='2' # two\n\nSHOP_TOKEN=\"old\" # the till's\nA=1")
    (shop / ".env").chmod(0o640)
    open_("env").put(TOKEN, Secret("new"), replace=True)
    open_("env").put(Reference("C"), Secret("3"))
    assert (shop / ".env").read_text() == "# first\nB='2' # two\n\nSHOP_TOKEN=\"new\" # the till's\nA=1\nC=3\n"
    assert stat.S_IMODE((shop / ".env").stat().st_mode) == 0o640
    answers = {answer.question: answer for answer in open_("env").check(TOKEN)}
    assert answers["private"].good is False
    assert "0640" in answers["private"].text


def test_the_example_keeps_what_it_says(shop: Path, open_: Open) -> None:
    (shop / ".env.example").write_text("# how to\nSHOP_TOKEN=ask-jo\n")
    open_("env").put(TOKEN, Secret(VALUE))
    open_("env").put(Reference("C"), Secret(VALUE))
    assert (shop / ".env.example").read_text() == "# how to\nSHOP_TOKEN=ask-jo\nC=\n"


def test_no_example_where_none_is_wanted(shop: Path, open_: Open) -> None:
    open_("env", example="").put(TOKEN, Secret(VALUE))
    assert not (shop / ".env.example").exists()
    with pytest.raises(ConfigError, match="a file beside"):
        open_("env", example="../x")


def test_a_placeholder_is_filled_in(shop: Path, open_: Open) -> None:
    (shop / ".env").write_text("SHOP_TOKEN=\n")
    open_("env").put(TOKEN, Secret(VALUE), expected="absent")
    assert (shop / ".env").read_text() == f"SHOP_TOKEN={VALUE}\n"


def test_a_value_that_readers_differ_on_is_told(shop: Path, open_: Open) -> None:
    assert "readers of .env files differ" in open_("env").put(TOKEN, Secret("it's $5")).notes[-1]


def test_what_no_variable_can_hold(shop: Path, open_: Open) -> None:
    assert trouble(lambda: open_("env").put(TOKEN, Secret(f"{VALUE}\0"))).trouble == Trouble.UNUSABLE
    assert not (shop / ".env").exists()


@pytest.mark.parametrize("name", [".env", ".gitignore"])
def test_links_are_not_followed(shop: Path, open_: Open, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("X=1\n")
    (shop / name).symlink_to(outside)
    with pytest.raises(ConfigError, match="symbolic link"):
        open_("env").put(TOKEN, Secret(VALUE))
    assert outside.read_text() == "X=1\n"
    assert (shop / ".env").is_symlink() == (name == ".env")


def test_an_example_that_cannot_be_written_is_told_once_the_value_is_kept(shop: Path, open_: Open) -> None:
    (shop / ".env.example").mkdir()
    held = open_("env").put(TOKEN, Secret(VALUE))
    assert "not a regular file" in held.notes[-1]
    assert open_("env").get(TOKEN).value == Secret(VALUE)


def test_what_git_cannot_be_made_to_ignore_is_not_written(shop: Path, open_: Open) -> None:
    (shop / ".gitignore").mkdir()
    with pytest.raises(ConfigError, match="not a regular file"):
        open_("env").put(TOKEN, Secret(VALUE))
    assert not (shop / ".env").exists()


@pytest.mark.parametrize(("content", "words"), [(b"\xff\n", "not UTF-8"), (b"A='x\n", "no end")])
def test_a_file_that_cannot_be_understood_is_left_alone(shop: Path, open_: Open, content: bytes, words: str) -> None:
    (shop / ".env").write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        open_("env").put(TOKEN, Secret('it\'s "x"'))
    assert ".env" in str(caught.value)
    assert (shop / ".env").read_bytes() == content


def test_a_folder_that_is_not_there(shop: Path, open_: Open) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        open_("env", file="nowhere/.env").put(TOKEN, Secret(VALUE))
    assert [a.good for a in open_("env", file="nowhere/.env").check(TOKEN)] == [True, False]


def test_an_interrupted_put_leaves_the_old_file_or_the_new_one(shop: Path, open_: Open) -> None:
    old = "A=" + "a" * 200_000 + "\n"
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from stanch.config import load\n"
        "from stanch.model import Secret\n"
        "from stanch.respond.stores import Reference, open_store\n"
        "store = open_store('env', load(Path()))\n"
        "print('ready', flush=True)\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    store.put(Reference('SHOP_TOKEN'), Secret(str(number) * 1000), replace=True)\n"
    )
    for wait in (0.0, 0.003, 0.01, 0.02, 0.035):
        (shop / ".env").write_text(old)
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        text = (shop / ".env").read_text()
        assert text.startswith(old)
        rest = text.removeprefix(old)
        assert rest == "" or (rest.startswith("SHOP_TOKEN=") and rest.endswith("\n") and len(set(rest[11:-1])) <= 10)


def test_two_at_the_same_time_lose_nothing(shop: Path, command: Callable[..., object]) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "stanch", "store", "put", f"NAME_{number}"], stdin=subprocess.PIPE, cwd=shop
        )
        for number in range(6)
    ]
    for process in started:
        process.communicate(b"x\n")
        assert process.returncode == 0
    assert (shop / ".env").read_text().count("\n") == 6
    assert (shop / ".env.example").read_text().count("\n") == 6
