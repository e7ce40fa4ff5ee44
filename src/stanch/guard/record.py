"""The server's record of pushes that it took unscanned or in spite of a secret: one JSON object a line.

It lies in the repository's own git folder and is only ever appended to. It names secrets by fingerprint.
"""

import contextlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from stanch.errors import StanchError
from stanch.guard.pushes import Update

USERS = (
    "GL_USERNAME",
    "GITEA_PUSHER_NAME",
    "GITHUB_USER_LOGIN",
    "GL_USER",
    "REMOTE_USER",
    "LOGNAME",
    "USER",
)
"""Where servers say who pushes, the surest first: GitLab, Gitea, GitHub Enterprise, gitolite, HTTP, the system."""

REASON = 500
"""How much of a reason is kept."""

FINGERPRINTS = 1000
"""How many secrets one event names."""


def record_file(environ: Mapping[str, str]) -> Path:
    """The record of the repository that a hook runs in."""
    return git_folder(environ) / "stanch" / "record.jsonl"


def git_folder(environ: Mapping[str, str]) -> Path:
    """The git folder that all work trees of the repository share."""
    folder = Path(environ.get("GIT_DIR") or ".")
    with contextlib.suppress(OSError):  # there is such a file in a linked work tree only
        folder = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
    return folder


def record(
    environ: Mapping[str, str],
    event: str,
    updates: Sequence[Update],
    *,
    reason: str = "",
    fingerprints: Sequence[str] = (),
) -> None:
    """Append one event ("skip", "ignored" or "unscanned"); StanchError if it cannot be written."""
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "event": event,
        "user": next((environ[name] for name in USERS if environ.get(name)), ""),
        "refs": [{"ref": update.ref, "old": update.old, "new": update.new} for update in updates],
        "reason": reason[:REASON],
        "fingerprints": sorted(set(fingerprints))[:FINGERPRINTS],
    }
    path = record_file(environ)
    try:
        path.parent.mkdir(exist_ok=True)
        # One write in append mode: two pushes at once give two whole lines.
        handle = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o666)
        try:
            os.write(handle, json.dumps(entry).encode() + b"\n")
        finally:
            os.close(handle)
    except OSError as error:
        raise StanchError(f"cannot write the record: {error.strerror}") from None
