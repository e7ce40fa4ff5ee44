"""Repositories at an address: cloned bare, with every ref, into a folder that is gone afterwards."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stanch.errors import TargetError
from stanch.sources.git.command import PLACES, last_words

_HOSTS = {"github": "https://github.com/", "gitlab": "https://gitlab.com/", "bitbucket": "https://bitbucket.org/"}
_SHORT = re.compile(r"(github|gitlab|bitbucket):([\w.\-]+(?:/[\w.\-]+)+)")
_URL = re.compile(r"(?:https?|ssh|git|file)://.+|[\w.\-]+@[\w.\-]+:.+")
_ANY_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://.*")
_USER = re.compile(r"(?<=://)[^/\s]*@")


def is_address(target: str) -> bool:
    """Whether a target is an address and not a path."""
    return bool(_URL.fullmatch(target) or _ANY_URL.fullmatch(target) or target.partition(":")[0] in (*_HOSTS, "image"))


@contextlib.contextmanager
def cloned(target: str) -> Iterator[Path]:
    """A bare clone of the repository at `target`, for as long as it is needed.

    TargetError, without the credentials that an address may hold, if it cannot be had.
    """
    address = _address(target)
    with tempfile.TemporaryDirectory(prefix="stanch-") as folder:
        path = Path(folder) / "repository.git"
        done = subprocess.run(
            [
                "git", "-c", f"core.hooksPath={os.devnull}", "clone", "--mirror", "--quiet", "--no-hardlinks",
                "--template=", "--", address, str(path),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={
                **{key: value for key, value in os.environ.items() if key not in PLACES},
                "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C",
            },
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise TargetError(f"{without_credentials(target)}: cannot be cloned: {_public(done.stderr, address)}")
        yield path


def _address(target: str) -> str:
    short = _SHORT.fullmatch(target)
    if short:
        return f"{_HOSTS[short.group(1)]}{short.group(2)}.git"
    if _ANY_URL.fullmatch(target) and not _URL.fullmatch(target):
        raise TargetError(f"{without_credentials(target)}: not the address of a git repository")
    if not _URL.fullmatch(target):
        raise TargetError(f"{target}: needs a repository, such as github:OWNER/REPO")
    return target


def without_credentials(address: str) -> str:
    """An address as it may be shown: without user, password and query."""
    return _USER.sub("", address.partition("?")[0] if "://" in address else address)


def _public(stderr: bytes, address: str) -> str:
    """Git's last words without what is private in the address, in whatever form git repeats it."""
    said = last_words(stderr).replace(address, without_credentials(address))
    user = _USER.search(address)
    for private in (*(user[0].rstrip("@").split(":") if user else ()), address.partition("?")[2]):
        said = said.replace(private, "***") if len(private) > 3 else said
    return _USER.sub("", said)
