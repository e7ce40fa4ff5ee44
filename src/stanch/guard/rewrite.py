"""How to take a secret out of commits that have not been pushed yet, told as the commands to type."""

import subprocess
from collections.abc import Sequence

from stanch.guard.message import plain


def steps(commits: Sequence[str]) -> list[str]:
    """The commands that rewrite these commits of the current branch; empty if there is nothing to rewrite."""
    if not commits:
        return []
    head = _git("rev-parse", "-q", "--verify", "HEAD")
    lines = []
    foreign = [commit for commit in commits if _git("merge-base", "--is-ancestor", commit, "HEAD") is None]
    if foreign:
        lines.append("  switch to the branch that you push first:  git switch BRANCH")
    elif list(commits) == [head]:
        return ["  take it out of the file, then:  git add -u && git commit --amend --no-edit"]
    oldest = (_git("rev-list", "--no-walk=sorted", *commits) or commits[0]).split("\n")[-1]
    # A root commit has no parent to start from.
    base = f"{oldest[:10]}^" if _git("rev-parse", "-q", "--verify", f"{oldest}^") else "--root"
    names = ", ".join(plain(commit[:10]) for commit in commits[:10])
    more = " ..." if len(commits) > 10 else ""
    return [
        *lines,
        f'  git rebase -i {base}   and mark as "edit": {names}{more}',
        "  at each stop take it out of the file, then:  git add -u && git commit --amend --no-edit",
        "  and go on:  git rebase --continue",
    ]


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    return None if done.returncode else done.stdout.decode(errors="replace").strip()
