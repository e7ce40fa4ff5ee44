"""What a history costs that grows by small changes to one large file: as many bytes as the pack has, not as its files.

    python benchmarks/growth.py [--size BYTES] [--commits N] [--runs N]

Makes repositories with one text file of 2 MB in which every commit changes a line, and scans the history of a
half, a quarter and an eighth as many commits too. Prints for each the bytes of all versions, those of the pack, and
the median time; the last column is the time beyond that of the shortest history for each thousand commits beyond it.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LINE = 64
DEPTH = 1000
"""How many deltas make a chain, at most: one version in so many is whole."""


def stream(size: int, commits: int) -> Iterator[bytes]:
    """A history for git fast-import."""
    rng = random.Random(commits)
    lines = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz     ", k=LINE - 1)) + b"\n" for _ in range(size // LINE)]
    token = bytes(rng.choices(b"0123456789", k=11) + rng.choices(b"aBcDeF", k=35))
    lines[len(lines) // 2] = b'token = "ntn_%s"\n' % token
    for number in range(commits):
        lines[rng.randrange(len(lines) // 3)] = b"line of commit %d\n" % number
        text = b"".join(lines)
        yield b"commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 2\nx\n" % (1_700_000_000 + number)
        yield b"M 100644 inline large.txt\ndata %d\n%s\n" % (len(text), text)


def made(folder: Path, size: int, commits: int) -> Path:
    """A bare repository with such a history in one pack."""
    path = folder / f"{commits}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    with subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet", f"--depth={DEPTH}"], stdin=subprocess.PIPE
    ) as importer:
        assert importer.stdin is not None
        for part in stream(size, commits):
            importer.stdin.write(part)
        importer.stdin.close()
    if importer.returncode:
        raise subprocess.CalledProcessError(importer.returncode, "git fast-import")
    return path


def seconds(path: Path, runs: int) -> float:
    """The median time of a scan."""
    stanch = str(Path(sys.executable).parent / "stanch")
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run([stanch, "scan", "--no-cache", str(path)], stdout=subprocess.DEVNULL, check=False)
        found.append(time.perf_counter() - began)
        if done.returncode != 1:
            sys.exit(f"{path.name}: status {done.returncode} where a secret is to be found")
    return statistics.median(found)


def main() -> None:
    """Make the repositories and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2_000_000)
    parser.add_argument("--commits", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print("| commits | bytes of all versions | bytes of the pack | median s | s for each thousand more |")
    print("|---|---|---|---|---|")
    first: tuple[int, float] | None = None
    with tempfile.TemporaryDirectory() as scratch:
        for share in (8, 4, 2, 1):
            commits = asked.commits // share
            path = made(Path(scratch), asked.size, commits)
            pack = sum(file.stat().st_size for file in path.glob("objects/pack/*.pack"))
            median = seconds(path, asked.runs)
            more = f"{(median - first[1]) / (commits - first[0]) * 1000:.3f}" if first else ""
            first = first or (commits, median)
            print(f"| {commits} | {commits * asked.size:,} | {pack:,} | {median:.3f} | {more} |", flush=True)


if __name__ == "__main__":
    main()
