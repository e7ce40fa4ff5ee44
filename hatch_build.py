"""Compiles the modules that loop over every byte, where a C compiler is at hand; without one they run as they are.

Such a module has a `.pxd` file beside it. STANCH_PURE=1 leaves all of them uncompiled.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = "src"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled modules to a wheel; for an editable install they lie beside their sources."""

    made: Path | None = None
    """A folder of ours with what was made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and tell hatchling what to pack."""
        if os.environ.get("STANCH_PURE"):
            return
        root = Path(self.root, SOURCES)
        modules = sources(root)
        if version != "editable":
            self.made = Path(tempfile.mkdtemp(prefix="stanch-build-"))
        target = self.made or root
        try:
            made = compiled(root, modules, target)
        except (Exception, SystemExit) as error:  # whatever a compiler comes to: it only costs time
            print(f"stanch: not compiled, and slower for it: {error}", file=sys.stderr)
            return
        if self.made:
            build_data["force_include"].update({str(target / one): str(one) for one in made})
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Take away what lies in the wheel now."""
        if self.made:
            shutil.rmtree(self.made)


def sources(root: Path) -> list[Path]:
    """The modules below `root` that are compiled, as seen from there."""
    return sorted(path.with_suffix(".py").relative_to(root) for path in root.rglob("*.pxd"))


def compiled(root: Path, modules: list[Path], target: Path) -> list[Path]:
    """Compile modules below `root` into `target`; the paths of what was made, in there."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="stanch-build-") as scratch:
        os.chdir(root)
        try:
            flags = [] if os.name == "nt" else ["-g0"]
            extensions = [
                Extension(".".join(one.with_suffix("").parts), [str(one)], extra_compile_args=flags) for one in modules
            ]
            made = cythonize(extensions, build_dir=scratch, quiet=True, force=True)  # type: ignore[no-untyped-call]
            command = build_ext(Distribution({"ext_modules": made}))
            command.build_temp, command.build_lib, command.force = scratch, str(target), True
            command.ensure_finalized()
            command.run()
        finally:
            os.chdir(before)
        return [Path(command.get_ext_filename(each.name)) for each in extensions]


if __name__ == "__main__":
    # Compiles what is in a folder in its place; CFLAGS and LDFLAGS say how.
    folder = Path(sys.argv[1]).resolve()
    compiled(folder, sources(folder), folder)
