"""Running git on repositories that nobody vouches for."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO

import msgspec

from stanch.errors import TargetError

_SAFE = (
    # A repository's own configuration may name programs to run, and its owner may be somebody else.
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.quotePath=false",
    "-c", "safe.directory=*",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
)  # fmt: skip
PLACES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_INDEX_FILE", "GIT_SHALLOW_FILE",
)  # fmt: skip
"""Variables by which git tells a hook, or anybody tells git, which repository is meant."""
_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")


class Bounds(msgspec.Struct, frozen=True):
    """What a command may take for itself, in bytes, where the system can hold it to that."""

    memory: int
    output: int
    """In a file."""

    def apply(self, pid: int) -> None:
        """Set the bounds of a process that has just been started."""
        if sys.platform == "linux":
            import resource

            try:
                resource.prlimit(pid, resource.RLIMIT_DATA, (self.memory, self.memory))
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (self.output, self.output))
            except OSError:
                return


class Git:
    """Runs git commands in one repository, without its hooks, helpers, pagers, lazy fetches, replacements or locale."""

    def __init__(self, folder: str, *, inside_hook: bool = False) -> None:
        """`folder` is the repository itself, bare or with a `.git`: none around it is looked for.

        `inside_hook` takes the repository that git finds from there, in the environment that git gave to a
        hook: its index and quarantined objects.
        """
        self.folder = folder
        self.environ = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("GIT_TRACE") and (inside_hook or key not in (*PLACES, *_QUARANTINE))
        }
        self.environ.pop("GIT_EXTERNAL_DIFF", None)
        self.environ.update(
            GIT_OPTIONAL_LOCKS="0",
            GIT_TERMINAL_PROMPT="0",
            # Nothing is ever fetched. Older gits know only the second, and no configuration overrules it.
            GIT_NO_LAZY_FETCH="1",
            GIT_ALLOW_PROTOCOL="none",
            # What the commits themselves say counts, not what somebody put in their or their parents' place.
            GIT_NO_REPLACE_OBJECTS="1",
            GIT_GRAFT_FILE=os.devnull,
            LC_ALL="C",
        )
        if not inside_hook:
            nested = os.path.lexists(os.path.join(folder, ".git"))  # noqa: PTH118 - a folder's name may be any bytes
            self.environ["GIT_DIR"] = ".git" if nested else "."
            # The configuration may name another work tree, and that one need not exist.
            self.environ["GIT_WORK_TREE"] = "."

    def without_index(self) -> "Git":
        """The same for commands that read the index though they have no use for it: it may be large, or damaged."""
        return self._with(GIT_INDEX_FILE="/nonexistent/index")

    def with_store(self, store: str, borrowed: "str | os.PathLike[str]" = "") -> "Git":
        """The same with one more object store to read from; or, with `borrowed`, to write to instead of that one."""
        other = self._with(GIT_ALTERNATE_OBJECT_DIRECTORIES=f'"{borrowed or store}"')
        return other._with(GIT_OBJECT_DIRECTORY=store) if borrowed else other

    def _with(self, **environ: str) -> "Git":
        other = Git.__new__(Git)
        other.folder, other.environ = self.folder, {**self.environ, **environ}
        return other

    def store(self) -> str:
        """The folder of the object store, where a look tells which that is; nothing where git has to find it."""
        # Plain strings: a folder's name may be any bytes.
        join = os.path.join
        if "GIT_OBJECT_DIRECTORY" in self.environ:
            return join(self.folder, self.environ["GIT_OBJECT_DIRECTORY"])
        place = join(self.folder, self.environ.get("GIT_DIR", ".git"))
        shared = "GIT_COMMON_DIR" in self.environ or os.path.lexists(join(place, "commondir"))
        return "" if shared else join(place, "objects")

    def command(self, *arguments: str) -> list[str]:
        """The full argument list of a git command in this repository."""
        return ["git", "-C", self.folder, *_SAFE, *arguments]

    def run(self, *arguments: str, check: bool = True) -> bytes:
        """A command's output; TargetError with git's own words where it fails and `check` is set."""
        return self.begin(*arguments, check=check)()

    def begin(self, *arguments: str, check: bool = True) -> Callable[[], bytes]:
        """Start a command; what comes back waits for its end, and then is what `run` is."""
        process = subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ,
        )

        def output() -> bytes:
            with process:
                try:
                    out, said = process.communicate()
                except BaseException:
                    process.kill()
                    raise
            if check and process.returncode:
                raise TargetError(f"{self.folder}: git {arguments[0]}: {last_words(said)}")
            return out

        return output

    def line(self, *arguments: str) -> str:
        """The one line that a command answers, or nothing where it fails."""
        return self.run(*arguments, check=False).decode("utf-8", "backslashreplace").removesuffix("\n")

    def start(
        self,
        *arguments: str,
        lines: Iterable[str] = (),
        output: IO[bytes] | int = subprocess.PIPE,
        errors: IO[bytes] | int = subprocess.DEVNULL,
        bounds: Bounds | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a command that reads `lines`; its answer is to be read from its output."""
        # The lines go through a file: two processes that write to each other's pipes may wait for ever.
        with scratch() as source:
            source.writelines(f"{line}\n".encode() for line in lines)
            source.seek(0)
            process = subprocess.Popen(
                self.command(*arguments), stdin=source, stdout=output, stderr=errors, env=self.environ, bufsize=1 << 18
            )
        _widen(process)
        if bounds is not None:
            bounds.apply(process.pid)
        return process

    def records(self, *arguments: str, lines: Iterable[str] = (), bounds: Bounds | None = None) -> Iterator[bytes]:
        """A command's output by NUL-ended records, while it runs."""
        process = self.start(*arguments, lines=lines, bounds=bounds)
        assert process.stdout is not None
        try:
            yield from records(process.stdout)
        finally:
            process.kill()
            process.communicate()


def records(stream: IO[bytes]) -> Iterator[bytes]:
    """The NUL-ended records of a stream."""
    rest = b""
    while chunk := stream.read(1 << 16):
        whole = (rest + chunk).split(b"\0")
        rest = whole.pop()
        yield from whole
    if rest:
        yield rest


def scratch() -> IO[bytes]:
    """A file without a name, for little: in memory where the system can, which spares a hook a slow import."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("stanch"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def last_words(stderr: bytes) -> str:
    """The telling line of what git wrote to its error output, printable."""
    lines = [line for line in stderr.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["failed without a word"]
    return "".join(c if c.isprintable() else "?" for c in telling[0].removeprefix("fatal: "))[:300]


def _widen(process: "subprocess.Popen[bytes]") -> None:
    """Let more than 64 kB wait in the pipe, where the system can: fewer changes between the two processes."""
    if sys.platform == "linux" and process.stdout is not None:
        import fcntl

        try:
            fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:
            return
