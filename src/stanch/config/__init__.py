"""Configuration: `stanch.toml` in layers, the user's and the repository's, read into one typed `Config`.

`load` is the way in. `model` names every setting, `globs` says how paths are matched, `edit` changes a file
and leaves the rest of it as it is. To add a setting: a field in `model`, a line in docs/configuration.md.
"""

from stanch.config.load import load
from stanch.config.model import Config, IgnoreEntry

__all__ = ["Config", "IgnoreEntry", "load"]
