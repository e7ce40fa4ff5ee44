"""Stanch finds leaked secrets in files, git history and archives, and says how to stop the leak.

>>> from stanch import scan
>>> scan("path/to/clone").findings  # doctest: +SKIP
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # `typing` itself, a large module, can wait until the command has set up the garbage collector
if TYPE_CHECKING:
    # At run time `stanch.scan` is the package, which can be called: see there.
    from stanch.scan import Options as Options
    from stanch.scan import scan as scan


def __getattr__(name: str) -> object:
    if name == "Options":
        from stanch.scan.options import Options

        return Options
    raise AttributeError(f"module 'stanch' has no attribute {name!r}")
