"""Commits and pushes with real git and a real bare repository, from the hook to git's own verdict."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stanch.guard.install import install, uninstall

from .conftest import Git, add, make_secret, write_script

Clone = Callable[[str], Path]


@pytest.fixture
def guarded(repository: Path, stanch: str) -> Path:
    """The repository with pre-commit and pre-push."""
    install(repository, run=[stanch])
    return repository


@pytest.fixture
def guarded_server(server: Path, stanch: str) -> Path:
    """The bare repository with pre-receive."""
    install(server, run=[stanch])
    return server


def unguarded_commit(git: Git, repository: Path, name: str, text: str) -> str:
    """A commit that the hook did not see, as `--no-verify` makes it; gives its id."""
    add(git, repository, name, text)
    git(repository, "commit", "-q", "--no-verify", "-m", f"add {name}")
    return git(repository, "rev-parse", "HEAD").stdout.strip()


# --- pre-commit ---------------------------------------------------------------------------------------------


def test_clean_commit_passes_without_a_word(guarded: Path, git: Git) -> None:
    add(git, guarded, "a.py", "x = 1\n")
    assert git(guarded, "commit", "-q", "-m", "clean").stdout == ""


def test_commit_with_a_secret_is_stopped(guarded: Path, git: Git, secret: str) -> None:
    add(git, guarded, "src/conf ig.py", f'\n\nNOTION = "{secret}"\n')
    done = git(guarded, "commit", "-m", "leak", check=False)
    assert done.returncode == 1
    assert "src/conf ig.py:3" in done.stdout
    assert "Notion integration token" in done.stdout
    assert "stanch ignore add " in done.stdout
    assert "git reset -q -- 'src/conf ig.py'" in done.stdout
    assert secret not in done.stdout
    assert git(guarded, "rev-list", "--count", "HEAD").stdout.strip() == "1"


def test_first_commit_of_a_repository(tmp_path: Path, git: Git, stanch: str, secret: str) -> None:
    repository = tmp_path / "new"
    git(tmp_path, "init", "-q", "new")
    install(repository, run=[stanch])
    add(git, repository, "a.py", f'T = "{secret}"\n')
    assert git(repository, "commit", "-m", "first", check=False).returncode == 1
    # The command that the message gives works before there is a HEAD as well.
    git(repository, "reset", "-q", "--", "a.py")
    add(git, repository, "b.py", "x = 1\n")
    git(repository, "commit", "-q", "-m", "first")


def test_only_what_is_staged_counts(guarded: Path, git: Git, secret: str) -> None:
    add(git, guarded, "a.py", "x = 1\n")
    (guarded / "a.py").write_text(f'x = "{secret}"\n')
    git(guarded, "commit", "-q", "-m", "clean")
    add(git, guarded, "a.py", f'x = "{secret}"\n')
    (guarded / "a.py").write_text("x = 1\n")
    assert git(guarded, "commit", "-q", "-m", "leak", check=False).returncode == 1


@pytest.mark.parametrize("arguments", [("-a",), ("a.py",), ("--include", "a.py"), ("--amend", "-a")])
def test_every_way_to_commit(guarded: Path, git: Git, secret: str, arguments: tuple[str, ...]) -> None:
    add(git, guarded, "a.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "clean")
    (guarded / "a.py").write_text(f'x = "{secret}"\n')
    assert git(guarded, "commit", "-q", "-m", "leak", *arguments, check=False).returncode == 1


def test_partial_commit_leaves_the_rest_of_the_index_alone(guarded: Path, git: Git, secret: str) -> None:
    add(git, guarded, "leak.py", f'x = "{secret}"\n')
    add(git, guarded, "a.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "only a", "a.py")


def test_commit_from_a_subfolder(guarded: Path, git: Git, secret: str) -> None:
    add(git, guarded, "deep/er/a.py", f'x = "{secret}"\n')
    done = git(guarded / "deep" / "er", "commit", "-m", "leak", check=False)
    assert done.returncode == 1
    assert "deep/er/a.py:1" in done.stdout


def test_hook_run_by_hand_in_a_subfolder(guarded: Path, git: Git, stanch: str, secret: str) -> None:
    add(git, guarded, "deep/a.py", f'x = "{secret}"\n')
    done = subprocess.run([stanch, "hook", "run", "pre-commit"], cwd=guarded / "deep", capture_output=True, text=True)
    assert done.returncode == 1
    assert "deep/a.py:1" in done.stderr


def test_commit_in_a_linked_work_tree(guarded: Path, tmp_path: Path, git: Git, secret: str) -> None:
    tree = tmp_path / "tree"
    git(guarded, "worktree", "add", "-q", str(tree))
    add(git, tree, "a.py", f'x = "{secret}"\n')
    assert git(tree, "commit", "-q", "-m", "leak", check=False).returncode == 1
    add(git, tree, "a.py", "x = 1\n")
    git(tree, "commit", "-q", "-m", "clean")


def test_commit_in_a_submodule(repository: Path, tmp_path: Path, git: Git, stanch: str, secret: str) -> None:
    git(tmp_path, "init", "-q", "outer")
    git(tmp_path / "outer", "submodule", "add", "-q", str(repository), "inner")
    inner = tmp_path / "outer" / "inner"
    assert (inner / ".git").is_file()
    install(inner, run=[stanch])
    add(git, inner, "a.py", f'x = "{secret}"\n')
    assert git(inner, "commit", "-q", "-m", "leak", check=False).returncode == 1
    assert "stanch" not in git(repository, "commit", "--allow-empty", "-m", "x").stdout


def test_commit_with_git_dir_and_work_tree_apart(tmp_path: Path, git: Git, stanch: str, secret: str) -> None:
    work, store = tmp_path / "work", tmp_path / "store"
    work.mkdir()
    git(tmp_path, "init", "-q", "--bare", str(store))
    apart = (f"--git-dir={store}", f"--work-tree={work}")
    install(store, ["pre-receive"], run=[stanch])
    shutil.copy(store / "hooks" / "pre-receive", store / "hooks" / "pre-commit")
    hook = store / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace("hook=pre-receive", "hook=pre-commit"))
    git(store, "config", "core.bare", "false")
    (work / "a.py").write_text(f'x = "{secret}"\n')
    git(work, *apart, "add", "a.py")
    assert git(work, *apart, "commit", "-q", "-m", "leak", check=False).returncode == 1


def test_one_bad_file_among_many_is_named(guarded: Path, git: Git, secret: str) -> None:
    for number in range(200):
        (guarded / f"good{number}.py").write_text(f"x = {number}\n")
    (guarded / "bad.py").write_text(f'x = "{secret}"\n')
    git(guarded, "add", ".")
    done = git(guarded, "commit", "-m", "many", check=False)
    assert "1 secret in 1 of 201 files" in done.stdout
    assert "bad.py:1" in done.stdout
    assert "good" not in done.stdout


def test_a_name_cannot_steer_the_terminal(guarded: Path, git: Git, secret: str) -> None:
    add(git, guarded, "a\x1b[2J‮b.py", f'x = "{secret}"\n')
    done = git(guarded, "commit", "-m", "leak", check=False)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "‮" not in done.stdout
    assert "a\\x1b[2J\\u202eb.py:1" in done.stdout


# --- pre-push -----------------------------------------------------------------------------------------------


@pytest.fixture
def origin(guarded: Path, server: Path, git: Git) -> Path:
    """The guarded repository's empty remote, without a hook of its own."""
    git(guarded, "remote", "add", "origin", str(server))
    return server


def test_first_push_to_an_empty_remote(guarded: Path, origin: Path, git: Git) -> None:
    assert "stanch" not in git(guarded, "push", "origin", "main").stdout
    assert git(origin, "rev-parse", "main").stdout == git(guarded, "rev-parse", "main").stdout


def test_push_of_a_secret_in_the_newest_commit(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    git(guarded, "push", "-q", "origin", "main")
    commit = unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    done = git(guarded, "push", "origin", "main", check=False)
    assert done.returncode == 1
    assert f"a.py:1  Notion integration token, commit {commit[:10]}" in done.stdout
    assert "git commit --amend" in done.stdout
    assert secret not in done.stdout
    # What it says helps.
    add(git, guarded, "a.py", "x = 1\n")
    git(guarded, "commit", "-q", "--amend", "--no-edit")
    git(guarded, "push", "-q", "origin", "main")


def test_push_of_a_secret_that_a_later_commit_takes_out(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    git(guarded, "push", "-q", "origin", "main")
    commit = unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    add(git, guarded, "a.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "take it out")
    done = git(guarded, "push", "origin", "main", check=False)
    assert done.returncode == 1
    assert f"git rebase -i {commit[:10]}^" in done.stdout


def test_push_of_a_secret_in_the_root_commit(tmp_path: Path, server: Path, git: Git, stanch: str, secret: str) -> None:
    git(tmp_path, "init", "-q", "new")
    new = tmp_path / "new"
    install(new, run=[stanch])
    unguarded_commit(git, new, "a.py", f'x = "{secret}"\n')
    add(git, new, "a.py", "x = 1\n")
    git(new, "commit", "-q", "-m", "take it out")
    git(new, "remote", "add", "origin", str(server))
    done = git(new, "push", "origin", "main", check=False)
    assert done.returncode == 1
    assert "git rebase -i --root" in done.stdout


def test_what_the_remote_has_is_not_scanned_again(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    unguarded_commit(git, guarded, "old.py", f'x = "{secret}"\n')
    git(guarded, "push", "-q", "--no-verify", "origin", "main")
    add(git, guarded, "b.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "clean")
    git(guarded, "push", "-q", "origin", "main")
    git(guarded, "push", "-q", "origin", "main:new-branch")


def test_push_to_an_address_uses_what_the_remote_names(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    unguarded_commit(git, guarded, "old.py", f'x = "{secret}"\n')
    git(guarded, "push", "-q", "--no-verify", "origin", "main")
    add(git, guarded, "b.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "clean")
    git(guarded, "push", "-q", str(origin), "main")


def test_another_remote_is_another_matter(guarded: Path, origin: Path, tmp_path: Path, git: Git, secret: str) -> None:
    unguarded_commit(git, guarded, "old.py", f'x = "{secret}"\n')
    git(guarded, "push", "-q", "--no-verify", "origin", "main")
    git(tmp_path, "init", "-q", "--bare", "public.git")
    git(guarded, "remote", "add", "public", str(tmp_path / "public.git"))
    assert git(guarded, "push", "public", "main", check=False).returncode == 1


def test_new_branch_force_push_tag_and_deletion(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    git(guarded, "push", "-q", "origin", "main")
    git(guarded, "switch", "-q", "-c", "topic")
    unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    assert git(guarded, "push", "origin", "topic", check=False).returncode == 1
    git(guarded, "tag", "-a", "-m", "v1", "v1")
    assert git(guarded, "push", "origin", "v1", check=False).returncode == 1
    git(guarded, "push", "-q", "--no-verify", "origin", "topic")
    git(guarded, "push", "-q", "origin", ":topic")
    git(guarded, "switch", "-q", "main")
    git(guarded, "commit", "-q", "--amend", "-m", "other first")
    git(guarded, "push", "-q", "--force", "origin", "main")
    unguarded_commit(git, guarded, "b.py", f'x = "{secret}"\n')
    assert git(guarded, "push", "--force", "origin", "main", check=False).returncode == 1


def test_one_bad_ref_among_several_stops_the_push(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    git(guarded, "branch", "good")
    git(guarded, "switch", "-q", "-c", "bad")
    unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    done = git(guarded, "push", "origin", "main", "good", "bad", "main:also", check=False)
    assert done.returncode == 1
    assert git(origin, "for-each-ref").stdout == ""


def test_remote_id_that_is_not_here(guarded: Path, origin: Path, tmp_path: Path, git: Git, secret: str) -> None:
    git(guarded, "push", "-q", "origin", "main")
    git(tmp_path, "clone", "-q", str(origin), "other")
    add(git, tmp_path / "other", "o.py", "x = 1\n")
    git(tmp_path / "other", "commit", "-q", "-m", "other")
    git(tmp_path / "other", "push", "-q")
    add(git, guarded, "b.py", "x = 1\n")
    git(guarded, "commit", "-q", "-m", "clean")
    git(guarded, "push", "-q", "--force", "origin", "main")
    unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    assert git(guarded, "push", "--force", "origin", "main", check=False).returncode == 1


def test_push_of_an_expression(guarded: Path, origin: Path, git: Git, secret: str) -> None:
    unguarded_commit(git, guarded, "a.py", f'x = "{secret}"\n')
    done = git(guarded, "push", "origin", "HEAD^{/add a.py}:refs/heads/x", check=False)
    assert "stanch stopped this push" in done.stdout
    git(guarded, "push", "-q", "origin", "HEAD^{/first}:refs/heads/y")


# --- pre-receive --------------------------------------------------------------------------------------------


@pytest.fixture
def client(repository: Path, guarded_server: Path, git: Git) -> Path:
    """A clone without hooks that pushes to the guarded server."""
    git(repository, "remote", "add", "origin", str(guarded_server))
    return repository


def test_server_takes_a_clean_push(client: Path, guarded_server: Path, git: Git) -> None:
    assert "stanch" not in git(client, "push", "origin", "main").stdout
    assert git(guarded_server, "rev-parse", "main").stdout == git(client, "rev-parse", "main").stdout


def test_server_refuses_a_secret(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    git(client, "push", "-q", "origin", "main")
    commit = unguarded_commit(git, client, "a b.py", f'x = "{secret}"\n')
    done = git(client, "push", "origin", "main", check=False)
    assert done.returncode == 1
    assert "pre-receive hook declined" in done.stdout
    assert "remote: stanch refused this push: 1 secret in " in done.stdout
    assert f"a b.py:1  Notion integration token, commit {commit[:10]}" in done.stdout
    assert secret not in done.stdout
    # Nothing of it stays behind.
    assert git(guarded_server, "cat-file", "-e", commit, check=False).returncode != 0


def test_server_takes_deletions_and_several_refs(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    git(client, "push", "-q", "origin", "main", "main:a", "main:b")
    git(client, "push", "-q", "origin", ":a", ":b")
    git(client, "switch", "-q", "-c", "bad")
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    git(client, "branch", "good", "main")
    assert git(client, "push", "origin", "good", "bad", check=False).returncode == 1
    assert "good" not in git(guarded_server, "for-each-ref").stdout
    git(client, "push", "-q", "origin", "good")


def test_server_does_not_judge_what_it_has(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    hook = guarded_server / "hooks" / "pre-receive"
    hook.chmod(0o644)
    unguarded_commit(git, client, "old.py", f'x = "{secret}"\n')
    git(client, "push", "-q", "origin", "main")
    hook.chmod(0o755)
    git(client, "push", "-q", "origin", "main:again")
    add(git, client, "b.py", "x = 1\n")
    git(client, "commit", "-q", "-m", "clean")
    git(client, "push", "-q", "origin", "main")


def test_server_with_a_work_tree(tmp_path: Path, repository: Path, git: Git, stanch: str, secret: str) -> None:
    git(tmp_path, "init", "-q", "with tree")
    receiving = tmp_path / "with tree"
    install(receiving, ["pre-receive"], run=[stanch])
    git(repository, "push", "-q", str(receiving), "main:incoming")
    unguarded_commit(git, repository, "a.py", f'x = "{secret}"\n')
    assert git(repository, "push", str(receiving), "main:incoming", check=False).returncode == 1


def test_sha256_repositories(tmp_path: Path, git: Git, stanch: str, secret: str) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "new")
    git(tmp_path, "init", "-q", "--object-format=sha256", "--bare", "new.git")
    new, bare = tmp_path / "new", tmp_path / "new.git"
    install(new, run=[stanch])
    install(bare, run=[stanch])
    git(new, "remote", "add", "origin", str(bare))
    add(git, new, "a.py", "x = 1\n")
    git(new, "commit", "-q", "-m", "clean")
    git(new, "push", "-q", "origin", "main")
    git(new, "push", "-q", "origin", "main:topic")
    git(new, "push", "-q", "origin", ":topic")
    add(git, new, "a.py", f'x = "{secret}"\n')
    assert git(new, "commit", "-q", "-m", "leak", check=False).returncode == 1
    git(new, "commit", "-q", "--no-verify", "-m", "leak")
    assert "stanch stopped this push" in git(new, "push", "origin", "main", check=False).stdout
    assert "stanch refused this push" in git(new, "push", "--no-verify", "origin", "main", check=False).stdout


def test_push_options_where_the_server_takes_them(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    git(guarded_server, "config", "receive.advertisePushOptions", "true")
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    done = git(client, "push", "-o", "stanch.skip=test data", "origin", "main", check=False)
    assert done.returncode == 1
    assert "this server does not take stanch.skip" in done.stdout
    git(guarded_server, "config", "stanch.allowSkip", "true")
    done = git(client, "push", "-o", "stanch.skip=", "origin", "main", check=False)
    assert done.returncode == 1
    assert "needs a reason" in done.stdout
    assert not (guarded_server / "stanch" / "record.jsonl").exists()
    done = git(
        client,
        "push",
        "-o",
        "other",
        "-o",
        "stanch.skip=test data",
        "origin",
        "main",
        env={"GL_USERNAME": "jo"},
    )
    assert "let in all the same, and recorded" in done.stdout
    lines = (guarded_server / "stanch" / "record.jsonl").read_text().splitlines()
    entry = json.loads(lines[0])
    assert (len(lines), entry["event"], entry["user"], entry["reason"]) == (1, "skip", "jo", "test data")
    assert entry["refs"][0]["ref"] == "refs/heads/main"
    assert entry["refs"][0]["new"] == git(client, "rev-parse", "HEAD").stdout.strip()
    assert len(entry["fingerprints"]) == 1
    assert secret not in lines[0]


def test_a_clean_push_needs_no_exception(client: Path, guarded_server: Path, git: Git) -> None:
    git(guarded_server, "config", "receive.advertisePushOptions", "true")
    git(guarded_server, "config", "stanch.allowSkip", "true")
    git(client, "push", "-q", "-o", "stanch.skip=hurry", "origin", "main")
    assert not (guarded_server / "stanch" / "record.jsonl").exists()


def test_no_record_no_exception(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    git(guarded_server, "config", "receive.advertisePushOptions", "true")
    git(guarded_server, "config", "stanch.allowSkip", "true")
    (guarded_server / "stanch").write_text("in the way")
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    done = git(client, "push", "-o", "stanch.skip=test data", "origin", "main", check=False)
    assert done.returncode == 1
    assert "cannot write the record" in done.stdout


def test_time_budget_that_runs_out(client: Path, guarded_server: Path, git: Git) -> None:
    git(guarded_server, "config", "stanch.budget", "0.000001")
    done = git(client, "push", "origin", "main")
    assert "NOT fully scanned: the time budget of 1e-06 s ran out" in done.stdout
    assert "let through all the same" in done.stdout
    entry = json.loads((guarded_server / "stanch" / "record.jsonl").read_text())
    assert entry["event"] == "unscanned"
    git(guarded_server, "config", "stanch.onTimeout", "reject")
    done = git(client, "push", "origin", "main:other", check=False)
    assert done.returncode == 0  # nothing new in it
    add(git, client, "b.py", "x = 1\n")
    git(client, "commit", "-q", "-m", "clean")
    done = git(client, "push", "origin", "main", check=False)
    assert done.returncode == 1
    assert "since stanch.onTimeout is reject" in done.stdout
    git(guarded_server, "config", "stanch.budget", "soon")
    done = git(client, "push", "origin", "main")
    assert "'soon' is not a number of seconds" in done.stdout


# --- chains -------------------------------------------------------------------------------------------------


def test_earlier_pre_commit_runs_first_and_is_obeyed(repository: Path, git: Git, stanch: str, secret: str) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    write_script(hook, "echo earlier; [ ! -e stop ] || exit 7")
    install(repository, run=[stanch])
    add(git, repository, "a.py", "x = 1\n")
    assert "earlier" in git(repository, "commit", "-m", "clean").stdout
    add(git, repository, "a.py", f'x = "{secret}"\n')
    done = git(repository, "commit", "-m", "leak", check=False)
    assert done.stdout.index("earlier") < done.stdout.index("stanch stopped this commit")
    (repository / "stop").touch()
    done = git(repository, "commit", "-m", "leak", check=False)
    assert done.returncode == 1
    assert "stanch stopped" not in done.stdout


@pytest.mark.parametrize("reads", ["cat > got", "head -n 1 > got", ": > got"])
def test_earlier_pre_push_gets_arguments_and_lines(
    repository: Path, server: Path, git: Git, stanch: str, secret: str, reads: str
) -> None:
    hook = repository / ".git" / "hooks" / "pre-push"
    write_script(hook, f'echo "earlier $1"; {reads}')
    install(repository, run=[stanch])
    git(repository, "remote", "add", "origin", str(server))
    done = git(repository, "push", "origin", "main", "main:other")
    assert "earlier origin" in done.stdout
    assert "error" not in done.stdout.lower()
    wanted = {"cat > got": 2, "head -n 1 > got": 1, ": > got": 0}[reads]
    assert len((repository / "got").read_text().splitlines()) == wanted
    unguarded_commit(git, repository, "a.py", f'x = "{secret}"\n')
    assert git(repository, "push", "origin", "main", check=False).returncode == 1


def test_earlier_pre_receive_is_obeyed(client: Path, server: Path, git: Git, stanch: str) -> None:
    uninstall(server)
    write_script(
        server / "hooks" / "pre-receive",
        "while read old new ref; do [ $ref != refs/heads/no ] || exit 1; done",
    )
    install(server, run=[stanch])
    git(client, "push", "-q", "origin", "main")
    assert git(client, "push", "origin", "main:no", check=False).returncode == 1


def test_hook_that_is_not_executable_stays_off(repository: Path, git: Git, stanch: str) -> None:
    write_script(repository / ".git" / "hooks" / "pre-commit", "exit 9", executable=False)
    changes = install(repository, run=[stanch])
    assert "did not run before" in changes[0].note
    git(repository, "commit", "-q", "--allow-empty", "-m", "clean")


@pytest.mark.parametrize("name", ["pre-commit", "pre-push", "pre-receive"])
def test_hook_without_stanch_stops_and_says_so(
    repository: Path, server: Path, git: Git, stanch: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(server if name == "pre-receive" else repository, [name], run=[stanch])
    Path(stanch).unlink()
    git(repository, "remote", "add", "origin", str(server))
    done = (
        git(repository, "commit", "--allow-empty", "-m", "x", check=False)
        if name == "pre-commit"
        else git(repository, "push", "origin", "main", check=False)
    )
    assert done.returncode == 1
    assert "cannot" in done.stdout
    assert "stanch" in done.stdout


def test_hook_falls_back_to_path(repository: Path, git: Git, stanch: str, secret: str) -> None:
    install(repository, run=[os.fspath(repository / "gone")])
    add(git, repository, "a.py", f'x = "{secret}"\n')
    done = git(repository, "commit", "-m", "x", check=False)
    assert "stanch stopped this commit" in done.stdout


def test_many_refs_in_one_push(client: Path, guarded_server: Path, git: Git) -> None:
    head = git(client, "rev-parse", "HEAD").stdout.strip()
    lines = "".join(f"create refs/heads/many/{number} {head}\n" for number in range(2000))
    subprocess.run(["git", "update-ref", "--stdin"], cwd=client, input=lines, text=True, check=True)
    git(client, "push", "-q", "origin", "refs/heads/*:refs/heads/*")


def test_several_secrets_give_one_command_each(guarded: Path, git: Git) -> None:
    text = "".join(f'k{number} = "{make_secret(number)}"\n' for number in range(12))
    add(git, guarded, "a.py", text + f'again = "{make_secret(0)}"\n')
    done = git(guarded, "commit", "-m", "leak", check=False)
    assert "12 secrets in 1 file" in done.stdout
    assert done.stdout.count("stanch ignore add ") == 10
    assert "and 2 more secrets" in done.stdout


def test_the_command_that_allows_it_does(guarded: Path, origin: Path, git: Git, stanch: str, secret: str) -> None:
    add(git, guarded, "a.py", f'x = "{secret}"\n')
    said = git(guarded, "commit", "-m", "leak", check=False).stdout
    command = next(line for line in said.splitlines() if "to allow it:" in line).partition(":")[2]
    subprocess.run(shlex.split(command), cwd=guarded, check=True, capture_output=True)
    git(guarded, "add", ".")
    git(guarded, "commit", "-q", "-m", "allowed")
    git(guarded, "push", "-q", "origin", "main")


# --- exceptions on the server -------------------------------------------------------------------------------


def ignore(repository: Path, fingerprint: str) -> None:
    with (repository / "stanch.toml").open("a") as file:
        file.write(f'[[ignore]]\nfingerprint = "{fingerprint}"\nreason = "test data"\n')


def refused(git: Git, client: Path, *refs: str) -> str:
    """The fingerprint that a refused push names."""
    done = git(client, "push", "origin", *refs, check=False)
    assert done.returncode == 1, done.stdout
    return done.stdout.partition("stanch ignore add ")[2].split(" ")[0]


def test_an_exception_that_is_pushed_along_counts_and_is_recorded(
    client: Path, guarded_server: Path, git: Git, secret: str
) -> None:
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    fingerprint = refused(git, client, "main")
    ignore(client, fingerprint)
    git(client, "add", ".")
    git(client, "commit", "-q", "-m", "test data")
    git(client, "push", "-q", "origin", "main")
    entry = json.loads((guarded_server / "stanch" / "record.jsonl").read_text())
    assert (entry["event"], entry["fingerprints"]) == ("ignored", [fingerprint])
    assert [path.name for path in (guarded_server / "stanch").iterdir()] == ["record.jsonl"]


def test_only_what_was_accepted_before_counts_where_the_server_says_so(
    client: Path, guarded_server: Path, git: Git, secret: str
) -> None:
    git(guarded_server, "config", "stanch.ignores", "head")
    git(guarded_server, "symbolic-ref", "HEAD", "refs/heads/main")
    git(client, "push", "-q", "origin", "main")
    git(client, "switch", "-q", "-c", "topic")
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    fingerprint = refused(git, client, "topic")
    ignore(client, fingerprint)
    git(client, "add", ".")
    git(client, "commit", "-q", "-m", "test data")
    assert refused(git, client, "topic") == fingerprint
    git(client, "switch", "-q", "main")
    git(client, "checkout", "-q", "topic", "--", "stanch.toml")
    git(client, "commit", "-q", "-m", "accepted")
    git(client, "push", "-q", "origin", "main")
    git(client, "push", "-q", "origin", "topic")


def test_no_exception_counts_where_the_server_says_so(
    client: Path, guarded_server: Path, git: Git, secret: str
) -> None:
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    ignore(client, refused(git, client, "main"))
    git(client, "add", ".")
    git(client, "commit", "-q", "-m", "test data")
    for word in ("none", "nnoe"):
        git(guarded_server, "config", "stanch.ignores", word)
        done = git(client, "push", "origin", "main", check=False)
        assert done.returncode == 1
        assert "stanch ignore add" not in done.stdout


def test_a_faulty_configuration_locks_nobody_out(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    add(git, client, "stanch.toml", "this is [no TOML\n")
    git(client, "commit", "-q", "-m", "faulty")
    done = git(client, "push", "origin", "main")
    assert "the repository's own configuration is not used" in done.stdout
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    assert git(client, "push", "origin", "main", check=False).returncode == 1


def test_refs_with_different_configurations(client: Path, guarded_server: Path, git: Git, secret: str) -> None:
    """That of the default branch counts: nobody slips a secret through beside a branch that allows it."""
    git(guarded_server, "symbolic-ref", "HEAD", "refs/heads/main")
    git(client, "switch", "-q", "-c", "topic")
    unguarded_commit(git, client, "a.py", f'x = "{secret}"\n')
    fingerprint = refused(git, client, "topic")
    ignore(client, fingerprint)
    git(client, "add", ".")
    git(client, "commit", "-q", "-m", "test data")
    assert refused(git, client, "main", "topic") == fingerprint
    git(client, "push", "-q", "origin", "topic")
