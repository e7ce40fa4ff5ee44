r"""Go's regular expressions (RE2) in terms of Python's `re` over bytes, and which part of them is the secret.

Go's syntax is smaller than Python's, so that a small parser can hold all of it. What differs is written out: flags in
mid-pattern become groups with flags, `\z` and a bare `$` become `\Z`, POSIX and Unicode classes become sets, `\Q..\E`
and `\x{..}` become what they stand for. Over bytes a character beyond ASCII is its UTF-8; of classes beyond ASCII only
"some character beyond ASCII" is kept, which matches more; `.` and classes in the negative count bytes.
"""

from stanch.catalog.re2.parser import parse
from stanch.catalog.re2.tree import Node, patterns_of_secret, write

__all__ = ["Node", "parse", "patterns_of_secret", "translate"]


def translate(pattern: str) -> str:
    """`pattern` for Python's `re` over bytes, without capturing groups; ConfigError where Go would not take it."""
    return write(parse(pattern), 0)
