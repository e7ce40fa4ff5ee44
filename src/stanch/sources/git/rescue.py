"""What can still be had from an object store of which git reads only a part.

A pack that was cut off, or whose index is lost or damaged, ends git's own listing of the store. Here the rest of
the store is listed without it, and what the pack itself still gives is unpacked into a folder of ours.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Container, Iterator
from pathlib import Path
from typing import IO

from stanch.sources.git.command import Git

LARGEST = 256 << 20
"""Packs up to this size are unpacked; their objects become a file each."""
ROOM = 4 << 30
"""How much of the disk may be taken for that."""
_FOLDER = re.compile(r"[0-9a-f]{2}")
_LOOSE = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")
_PACK = re.compile(r"pack-[0-9a-f]+\.pack")
_BESIDE = re.compile(r"pack-[0-9a-f]+\.(?:idx|rev|bitmap|keep|promisor|mtimes)|multi-pack-index[-.\w]*")


def stores(folder: str) -> list[str]:
    """An object store's folder, and those of the stores that it borrows from."""
    found: list[str] = []
    pending = [folder]
    while pending and len(found) < 50:
        one = pending.pop()
        if one in found:
            continue
        found.append(one)
        try:
            borrowed = Path(one, "info", "alternates").read_bytes().splitlines()
        except OSError:
            continue
        pending += [str(Path(one, os.fsdecode(line))) for line in borrowed if line and not line.startswith(b"#")]
    return found


def broken(folder: str, width: int) -> Iterator[tuple[Path, str]]:
    """The packs of one object store that git refuses or passes over, and why; object names have `width` bytes."""
    try:
        paths = sorted(Path(folder, "pack").iterdir())
    except OSError:
        return
    for path in paths:
        if _PACK.fullmatch(path.name):
            reason = _flaw(path, path.with_suffix(".idx"), width)
            if reason:
                yield path, reason
        elif path.is_file() and not _BESIDE.fullmatch(path.name):
            yield path, "no pack that git reads: perhaps what was fetched before something went wrong"


def _flaw(pack: Path, index: Path, width: int) -> str:
    """Why git refuses a pack: the same tests as its own, which read a few bytes."""
    try:
        with index.open("rb") as file:
            head, tail = _ends(file, 2 * width)
            if head[:4] == b"\xfftOc" and head[4:8] != b"\0\0\0\2":
                return "its index is of an unknown version"
            count = _count(file, head)
        with pack.open("rb") as file:
            start, end = _ends(file, width)
    except FileNotFoundError:
        return "it has no index"
    except OSError:
        return "it cannot be read"
    if len(tail) < 2 * width or count < 0:
        return "its index is damaged"
    if start[:4] != b"PACK" or int.from_bytes(start[8:12]) != count or end != tail[:width]:
        return "it is damaged, or not the one that its index is for"
    return ""


def _ends(file: IO[bytes], size: int) -> tuple[bytes, bytes]:
    head = file.read(12)
    length = file.seek(0, os.SEEK_END)
    file.seek(max(length - size, 0))
    return head, file.read()


def _count(file: IO[bytes], head: bytes) -> int:
    """How many objects an index lists; -1 if it is too short to be one."""
    begin = 8 if head[:4] == b"\xfftOc" else 0
    file.seek(begin + 255 * 4)
    last = file.read(4)
    return int.from_bytes(last) if len(last) == 4 else -1


def listed(git: Git, folder: str, *, without: Container[Path] = ()) -> set[str]:
    """The names of all objects in one store, loose or in the indexes of its packs, whether they can be read or not.

    Of the packs `without` none are told.
    """
    names: set[str] = set()
    for entry in os.scandir(folder):
        if _FOLDER.fullmatch(entry.name) and entry.is_dir():
            names.update(entry.name + one.name for one in os.scandir(entry.path) if _LOOSE.fullmatch(one.name))
    for index in sorted(Path(folder, "pack").glob("pack-*.idx")):
        if index.with_suffix(".pack") in without:
            continue
        with index.open("rb") as file:
            shown = subprocess.run(
                git.command("show-index"), stdin=file, capture_output=True, env=git.environ, check=False
            ).stdout
        names.update(line.split()[1].decode() for line in shown.splitlines() if len(line.split()) > 1)
    return names


def unpack(git: Git, pack: Path, store: str) -> tuple[int, bool]:
    """Unpack into the new object store at `store` what a broken pack still gives.

    Says how many objects were in it that are nowhere else, and whether that was all of it.
    """
    if pack.stat().st_size > LARGEST:
        return 0, False
    before = _loose(store)
    room = shutil.disk_usage(store).free - ROOM
    other = git.with_store(store, pack.parent.parent)
    with (
        pack.open("rb") as file,
        subprocess.Popen(
            other.command("unpack-objects", "-q", "-r"),
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=other.environ,
        ) as process,
    ):
        try:
            while process.poll() is None:
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    if shutil.disk_usage(store).free < room:
                        process.kill()
        finally:
            process.kill()  # if this was interrupted: nobody waits for the rest
    return _loose(store) - before, process.returncode == 0


def _loose(store: str) -> int:
    return sum(len(files) for _, _, files in os.walk(store))
