"""Repositories at an address: cloned bare, with every ref, into a folder that is gone afterwards."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from stanch.errors import TargetError
from stanch.patterns import lazy
from stanch.sources.git.command import PLACES, last_words

_HOSTS = {"github": "https://github.com/", "gitlab": "https://gitlab.com/", "bitbucket": "https://bitbucket.org/"}
_SHORT = lazy(r"(github|gitlab|bitbucket):([\w.\-]+(?:/[\w.\-]+)+)")
_URL = lazy(r"(?:https?|ssh|git|file)://.+|[\w.\-]+@[\w.\-]+:.+")
_ANY_URL = lazy(r"[A-Za-z][A-Za-z0-9+.\-]*://.*")
_USER = lazy(r"(?<=://)[^/\s]*@")


def is_address(target: str) -> bool:
    """Whether a target is an address and not a path."""
    return bool(_URL.fullmatch(target) or _ANY_URL.fullmatch(target) or target.partition(":")[0] in (*_HOSTS, "image"))


@contextlib.contextmanager
def cloned(target: str) -> Iterator[Path]:
    """A bare clone of the repository at `target`, for as long as it is needed.

    TargetError, without the credentials that an address may hold, if it cannot be had.
    """
    import tempfile  # here, since it brings much along that no other target needs

    address = _address(target)
    with tempfile.TemporaryDirectory(prefix="stanch-") as folder:
        path = Path(folder) / "repository.git"
        with subprocess.Popen(
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
        ) as process:  # fmt: skip
            try:
                _, said = process.communicate()
            except BaseException:
                _end(process)
                raise
        if process.returncode:
            raise TargetError(f"{without_credentials(target)}: cannot be cloned: {_public(said, address)}")
        yield path


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End git, and wait a little for its helpers, which hold the other end of the pipe as well.

    They must not write into the folder while it is being removed.
    """
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=1)
    process.kill()


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
