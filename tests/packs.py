"""Packs and their indexes: written byte by byte, for what git would never write, and read as git reads them."""

import hashlib
import os
import random
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from repositories import START, Content, Repo
from stanch.sources.git.pack.store import Pack

COMMIT, TREE, BLOB, TAG, OFFSET, REFERENCE = 1, 2, 3, 4, 6, 7
KINDS = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}


class Entry(NamedTuple):
    """One entry of a pack: an object, or a delta of the entry with the number `base`, or of the object so called."""

    name: bytes
    content: bytes
    kind: int = BLOB
    base: int | bytes = 0
    size: int | None = None
    """What it says to inflate to, where that is a lie."""
    compressed: bytes | None = None
    """What stands there in the place of the compressed content."""


def name(content: bytes, kind: str = "blob") -> bytes:
    """The name of an object."""
    return hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(content), content)).digest()


def blob(content: bytes) -> Entry:
    """A whole blob."""
    return Entry(name(content), content)


def number(value: int) -> bytes:
    """A size as deltas write it."""
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def packed(entries: Sequence[Entry]) -> tuple[bytes, list[int]]:
    """A pack's bytes, and where in them each entry begins."""
    made = bytearray(b"PACK" + (2).to_bytes(4) + len(entries).to_bytes(4))
    offsets: list[int] = []
    for entry in entries:
        offsets.append(len(made))
        size = len(entry.content) if entry.size is None else entry.size
        head = [entry.kind << 4 | size & 15]
        size >>= 4
        while size:
            head[-1] |= 128
            head.append(size & 127)
            size >>= 7
        made += bytes(head)
        if entry.kind == OFFSET:
            assert isinstance(entry.base, int)
            made += _back(offsets[-1] - offsets[entry.base])
        elif entry.kind == REFERENCE:
            assert isinstance(entry.base, bytes)
            made += entry.base
        made += zlib.compress(entry.content) if entry.compressed is None else entry.compressed
    return bytes(made) + hashlib.sha1(made).digest(), offsets


def _back(distance: int) -> bytes:
    found = bytes([distance & 127])
    distance >>= 7
    while distance:
        distance -= 1
        found = bytes([distance & 127 | 128]) + found
        distance >>= 7
    return found


def indexed(names: Sequence[bytes], offsets: Sequence[int], pack: bytes, far: Sequence[int] = ()) -> bytes:
    """An index of version 2. An offset with its highest bit set is a place in `far`."""
    rows = sorted(zip(names, offsets, strict=True))
    made = b"\xfftOc" + (2).to_bytes(4)
    made += b"".join(sum(row[0][0] <= first for row in rows).to_bytes(4) for first in range(256))
    made += b"".join(row[0] for row in rows) + bytes(4 * len(rows))
    made += b"".join(row[1].to_bytes(4) for row in rows) + b"".join(each.to_bytes(8) for each in far)
    made += pack[-20:]
    return made + hashlib.sha1(made).digest()


def write(folder: Path, entries: Sequence[Entry]) -> Path:
    """Write a pack and its index; gives the pack's path."""
    data, offsets = packed(entries)
    path = folder / f"pack-{data[-20:].hex()}.pack"
    path.write_bytes(data)
    path.with_suffix(".idx").write_bytes(indexed([entry.name for entry in entries], offsets, data))
    return path


def stored(repo: Repo) -> dict[str, tuple[str, bytes]]:
    """What git says there is: for each object its kind and content."""
    # The last line's end is left out, and a line's end is all that it can be.
    data = os.fsencode(repo.git("cat-file", "--batch-all-objects", "--batch", "--unordered")) + b"\n"
    found = {}
    at = 0
    while at + 1 < len(data):
        end = data.index(b"\n", at)
        oid, kind, size = data[at:end].split()
        found[oid.decode()] = (kind.decode(), data[end + 1 : end + 1 + int(size)])
        at = end + int(size) + 2
    return found


def paths(repo: Repo) -> list[Path]:
    """The packs of a repository."""
    common = repo.git("rev-parse", "--path-format=absolute", "--git-common-dir")
    return sorted(Path(common, "objects", "pack").glob("*.pack"))


def trees(pack: Pack, kinds: Collection[str] = tuple(KINDS.values())) -> list[tuple[int, int]]:
    """The roots of all trees of some kinds in a pack, each with the tree's weight."""
    return [(root, weight) for [root], weight in pack.batches(kinds, 0)]


def commit_all(repo: Repo, versions: Sequence[Mapping[str, Content]], messages: Sequence[str] = ()) -> None:
    """Commit on main one tree of files after the other."""
    stream = b""
    for place, files in enumerate(versions):
        message = (messages[place] if place < len(messages) else f"version {place}\n").encode()
        stream += b"commit refs/heads/main\ncommitter Jo <jo@example.com> %d +0000\n" % (START + place)
        stream += b"data %d\n%s\ndeleteall\n" % (len(message), message)
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    repo.git("fast-import", "--quiet", "--force", stdin=stream)


def grow(repo: Repo, seed: int = 0, count: int = 30) -> Repo:
    """Give a repository some files in many versions, and a tag; some are large or binary, some alike."""
    rng = random.Random(seed)
    files = {
        "a.txt": [f"line {number} {rng.random()}" for number in range(300)],
        "b.txt": [f"other {number} {rng.random()}" for number in range(40)],
        "dir/c.bin": [rng.randbytes(30).hex() for _ in range(200)],
    }
    versions = []
    for _ in range(count):
        for lines in files.values():
            for _ in range(rng.randint(0, 3)):
                at = rng.randrange(len(lines))
                lines[at : at + rng.choice([0, 1, 5])] = [f"new {rng.random()}" for _ in range(rng.choice([0, 1, 3]))]
        versions.append(
            {path: "".join(f"{line}\n" for line in lines) for path, lines in files.items()} | {"empty": "", "one": "1"}
        )
    commit_all(repo, versions)
    repo.git("tag", "-a", f"v{seed}", "-m", "release", "refs/heads/main~3")
    return repo


def interpreted(module: ModuleType, **imported: ModuleType) -> ModuleType:
    """The same module from its source, whether or not the one at hand is compiled.

    `imported` stand in it for modules that it imports, by the names that these have there.
    """
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    assert module.__file__ is not None
    stem = module.__name__.rpartition(".")[2]
    loader = SourceFileLoader(f"interpreted_{stem}", str(Path(module.__file__).with_name(f"{stem}.py")))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    made = module_from_spec(spec)
    loader.exec_module(made)
    assert imported.keys() <= vars(made).keys()
    vars(made).update(imported)
    return made
