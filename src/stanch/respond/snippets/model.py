"""What `language.toml` and the tables of stores and calls hold, as typed data. Unknown keys are refused."""

import msgspec


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A library that a part needs: the version that the tests run, and where its facts are to be read."""

    source: str
    version: str = ""
    """Empty where no release was at hand to look at."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a language: how it fetches from a store, or how it uses a secret."""

    file: str = ""
    """Name without ending, where it is not the table's."""
    types: list[str] = []
    """Of a use: the credential types that it serves."""
    packages: list[str] = []
    environment: list[str] = []
    """Configuration, as "NAME what it is": of a use besides the secret, of a store instead of what all others read."""
    sources: list[str] = []
    """Where the library's calls are documented."""
    note: str = ""
    """What somebody should know who runs it."""


class Imports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the imports of two files become those of one."""

    line: str
    """Pattern of a line that imports."""
    groups: list[str] = []
    """Patterns of lines that stand together, in this order; those that match none come last."""
    first: str = ""
    """Pattern of lines that come first in their group."""
    name: str = ""
    """Pattern whose group is the name that a line brings; a line whose name is not used is left out."""
    before: str = ""
    after: str = ""
    """What stands around them; its lines, and those of the language's `head`, are the frame of every part."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a string that holds variables is spelt."""

    open: str = ""
    close: str = '"'
    variable: str = ""
    plus: str = ""
    """What joins the pieces where strings with variables are sums; `open` and `variable` are not used then."""
    escape: str = '\\"'
    """Characters that get a backslash in every string."""
    double: str = ""
    """Characters that are doubled in a string with variables."""
    camel: bool = False
    """Whether a variable of two words is called twoWords rather than two_words."""
    alone: str = "{}"
    """A string that is nothing but one variable."""
    basic: str = ""
    """Value of a header for Basic authentication; `{}` is the string "user:password"."""


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A programming language: how its programs are put together, built and run."""

    id: str
    name: str
    file: str
    """Name of the program's file."""
    comment: str
    """What begins a comment of one line."""
    install: str
    """Command that installs `{packages}`; empty where the manifest is all there is."""
    run: str
    imports: Imports
    text: Text
    rank: int
    """Place in lists."""
    aliases: list[str] = []
    package: str = "{name}"
    """One package in `install`."""
    manifest: str = ""
    """Name of the file that lists dependencies."""
    dependency: str = ""
    """One package in that file."""
    head: str = ""
    """First lines of every program, before the comment that explains it."""
    blank: int = 1
    """Empty lines between parts."""
    packages: dict[str, Package] = {}
    stores: dict[str, Part] = {}
    uses: dict[str, Part] = {}


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somewhere a secret may live."""

    name: str
    rank: int
    place: str
    """Where the secret is, in words, with the placeholders of `stanch.respond.snippets.compose`."""
    environment: list[str] = []
    """Configuration, as "NAME what it is"."""
    aliases: list[str] = []
    sources: list[str] = []


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A documented call that changes nothing, for types for which the catalog declares none."""

    method: str
    url: str
    headers: dict[str, str]
    source: str
