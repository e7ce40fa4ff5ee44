"""What a stopped commit or push says: where the secret is, what to do, and how to allow a justified exception.

Everything that comes from the scanned content or the repository passes `plain`: a file must not be able to
steer the terminal of whoever tried to commit it.
"""

from collections.abc import Iterable, Sequence

from stanch.model import Coverage, Finding

SECRETS = 10
"""How many secrets are told in full."""

PLACES = 5
"""How many places of one secret are told."""

SKIPS = 5
"""How many unscanned things are told."""

OUT_OF_TIME = "the time budget ran out"
"""The reason that a scan gives for what its time budget left."""

WIDTH = 120
"""How much of a line is shown."""

_VERBS = {
    "pre-commit": "stopped this commit",
    "pre-push": "stopped this push",
    "pre-receive": "refused this push",
}


def plain(text: str) -> str:
    """Text in one line, with whatever could steer a terminal or reorder letters shown as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def stopped(
    hook: str,
    findings: Sequence[Finding],
    coverage: Coverage,
    *,
    rewrite: Sequence[str] = (),
    allow: bool = True,
    color: bool = False,
) -> list[str]:
    """The lines for findings that stop a hook: one paragraph for each secret, then what to do.

    `rewrite` are the lines of `rewrite.steps`, where the hook could work them out; without `allow` the command
    for an exception is left out, since it would not count.
    """
    groups = _by_secret(findings)
    files = len({finding.path for finding in findings})
    scanned = max(coverage.files, coverage.blobs, files)
    where = f"{_count(files, 'file')}" if scanned <= files else f"{files} of {scanned} files"
    verb = _VERBS.get(hook, "found secrets")
    lines = [_bold(f"stanch {verb}: {_count(len(groups), 'secret')} in {where}", color), ""]
    for group in groups[:SECRETS]:
        lines += [*_paragraph(group, allow, color), ""]
    if len(groups) > SECRETS:
        again = {"pre-commit": "`stanch scan --staged .` shows all"}.get(hook, "they show when these are gone")
        lines += [f"  and {_count(len(groups) - SECRETS, 'more secret')}: {again}", ""]
    lines += _next(hook, findings, rewrite)
    return lines


def incomplete(coverage: Coverage, *, seconds: float | None) -> list[str]:
    """The lines for a scan that did not read everything: never to be taken for a clean one.

    `seconds` is the time budget, if it was that which ended the scan.
    """
    skips = [skip for skip in coverage.skipped if not skip.harmless]
    if seconds is not None:
        late = sum(skip.reason == OUT_OF_TIME for skip in skips) + coverage.skipped_more
        skips = [skip for skip in skips if skip.reason != OUT_OF_TIME]
        left = _count(late, "file or commit", "files or commits")
        lines = [f"stanch: NOT fully scanned: the time budget of {seconds:g} s ran out, with {left} left"]
    else:
        total = len(skips) + coverage.skipped_more
        lines = [f"stanch: NOT fully scanned: {_count(total, 'thing')} could not be read"]
    lines += [f"  {plain(skip.path)}: {plain(skip.reason)}" for skip in skips[:SKIPS]]
    if len(skips) > SKIPS:
        lines.append(f"  and {len(skips) - SKIPS} more")
    return lines


def out_of_time(coverage: Coverage) -> bool:
    """Whether it was the time budget that ended a scan."""
    return any(skip.reason == OUT_OF_TIME for skip in coverage.skipped)


def _by_secret(findings: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.fingerprint, []).append(finding)
    return list(groups.values())


def _paragraph(group: Sequence[Finding], allow: bool, color: bool) -> list[str]:
    first = group[0]
    lines = [f"  {_bold(_place(finding), color)}" for finding in group[:PLACES]]
    lines[0] += f"  {plain(first.name)}{_commit(first)}"
    if len(group) > PLACES:
        lines.append(f"  and {len(group) - PLACES} more places")
    decoded = f"  (found behind {plain(' > '.join(first.decoded))})" if first.decoded else ""
    shown = plain(first.excerpt.strip().replace("\t", " "))[:WIDTH]
    masked = plain(str(first.secret).split("\n")[0])
    # An excerpt may be cut off before the secret, or be one line of several.
    lines.append(f"      {shown}{decoded}" if masked in shown else f"      {masked}{decoded}")
    if first.advice:
        lines.append(f"      {plain(first.advice)}")
    if first.playbook:
        lines.append(f"      step by step:  {plain(first.playbook)}")
    if allow:
        lines.append(f'      to allow it:  stanch ignore add {plain(first.fingerprint)} --reason "WHY"')
    return lines


def _place(finding: Finding) -> str:
    return f"{plain(finding.path)}:{finding.line}"


def _commit(finding: Finding) -> str:
    if not finding.commit:
        return ""
    who = f" by {plain(finding.author)}" if finding.author else ""
    return f", commit {plain(finding.commit[:10])}{who}"


def _next(hook: str, findings: Sequence[Finding], rewrite: Sequence[str]) -> list[str]:
    if hook == "pre-commit":
        paths = list(dict.fromkeys(finding.path for finding in findings))
        lines = [
            "What to do: take the value out and read it from the environment or a secret manager,",
            "then `git add` the file and commit again.",
        ]
        if len(paths) == 1 and paths[0].isprintable() and "!" not in paths[0]:
            lines.append(f"To leave the file out of this commit:  git reset -q -- {_quote(paths[0])}")
        return [*lines, "If it was ever pushed or shared before, rotate it: the old value stays leaked."]
    commits = list(dict.fromkeys(finding.commit for finding in findings if finding.commit))
    lines = [
        "What to do: a later commit does not take a value out of history, so rewrite the commit that has it"
        if commits
        else "What to do: take the value out of what is pushed, then push again.",
    ]
    lines += rewrite or _rewrite(commits)
    return [*lines, "If it was ever pushed or shared before, rotate it: the old value stays leaked."]


def _rewrite(commits: Sequence[str]) -> list[str]:
    """How to rewrite commits where nothing is known of the clone that they come from."""
    if not commits:
        return []
    first = plain(commits[0][:10])
    return [
        "  if it is your newest:  git commit --amend   after you took the value out and ran `git add`",
        f'  otherwise:             git rebase -i {first}^   and mark it "edit"',
    ]


def _quote(path: str) -> str:
    from shlex import quote

    return quote(path)


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _bold(text: str, color: bool) -> str:
    return f"\033[1;31m{text}\033[0m" if color else text


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as Python carries it in paths
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
