"""Tree-sitter grammars, loaded when a file of their language is met. They come with the extra `fix`."""

import warnings
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from stanch.errors import ConfigError

if TYPE_CHECKING:
    from tree_sitter import Parser

_FUNCTIONS = {
    "php": ("tree_sitter_php", "language_php"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
}
"""Modules that hold more than one grammar; elsewhere the module `tree_sitter_NAME` has one function `language`."""


@cache
def parser(grammar: str) -> "Parser":
    """The parser for a grammar; ConfigError where the extra is not installed."""
    module, function = _FUNCTIONS.get(grammar, (f"tree_sitter_{grammar}", "language"))
    try:
        from tree_sitter import Language, Parser

        with warnings.catch_warnings():
            # Some grammars still give a number where the library would rather have a capsule.
            warnings.simplefilter("ignore", DeprecationWarning)
            return Parser(Language(getattr(import_module(module), function)()))
    except ImportError as error:
        raise ConfigError(
            f"to fix {grammar} code the package {(error.name or module).replace('_', '-')} is needed",
            hint="pip install 'stanch[fix]'",
        ) from None
