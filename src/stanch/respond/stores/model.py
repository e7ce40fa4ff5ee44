"""What every store offers, in which words, and what can go wrong with it.

A *reference* is the name by which code asks for a secret; each store turns it into an *address* of its own. What lies
there is *held*. `Store` is what a module in `kinds` has to be.
"""

import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Generic, Self, TypeVar

import msgspec

from stanch.config.model import Stores
from stanch.errors import ConfigError, StanchError
from stanch.model import Secret

ABSENT = "absent"
"""As the expected version: nothing may be there yet."""
LISTED = 10_000
"""So many entries a store lists at most."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_LONGEST_PATH = 1024


class Trouble(StrEnum):
    """What is wrong, for whoever has to decide what to do about it."""

    ABSENT = "absent"
    CONFLICT = "conflict"
    DENIED = "denied"
    EXPIRED = "expired"
    """Nobody is logged in, or not any more: the token or key is not accepted."""
    SEALED = "sealed"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    THROTTLED = "throttled"
    UNUSABLE = "unusable"
    """What is there is no text value, or the store does not take this one."""
    BROKEN = "broken"
    """An answer that the store's documentation does not tell of."""


class StoreError(StanchError):
    """A store that does not do what it was asked: one line that says what and where, never anything of a value."""

    def __init__(self, trouble: Trouble, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.trouble = trouble


class Reference(msgspec.Struct, frozen=True):
    """The name by which code asks for a secret, and where a store keeps it; the same for every store.

    Each store has an address of its own for it (`Store.address`), which docs/stores.md lists: the environment has a
    variable called `name`, the others keep it at `path`, and in a secret of several values under `field`.

    ConfigError for what no store could take.
    """

    name: str
    """As an environment variable is called: NOTION_TOKEN."""
    path: str = ""
    """Parts joined with "/", such as "shop/prod/NOTION_TOKEN"; nothing stands for the name alone."""
    field: str = ""
    """The key in a secret that holds several values; nothing stands for a secret of its own."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            hint = "letters, digits and _, as environment variables are called, such as NOTION_TOKEN"
            shown = self.name.partition("=")[0][:64]  # a value may have slipped in
            raise ConfigError(f"{shown!r} cannot be a secret's name", hint=hint)
        if not self.path:
            msgspec.structs.force_setattr(self, "path", self.name)
        if not _is_path(self.path) or not (self.field + "x").isprintable() or len(self.field) > 255:
            hint = "parts joined with /, and a key after #: shop/prod#NOTION_TOKEN"
            raise ConfigError(f"{self.path}#{self.field}: no place that a store could have", hint=hint)

    @classmethod
    def resolve(cls, name: str, settings: Stores, place: str = "") -> Self:
        """The reference that `name` stands for: at `place` ("PATH" or "PATH#FIELD"), or else where the settings say:
        in `names`, or below `prefix`.
        """
        place = place or settings.names.get(name, "")
        if not place:
            place = "/".join(part for part in (settings.prefix.rstrip("/"), name) if part)
            return cls(name, place)
        path, _, field = place.partition("#")
        return cls(name, path, field)


def _is_path(path: str) -> bool:
    parts = path.removeprefix("/").split("/")
    odd = any(part in ("", ".", "..") or part != part.strip() for part in parts)
    return path.isprintable() and "#" not in path and len(path) <= _LONGEST_PATH and not odd


class Address(msgspec.Struct, frozen=True):
    """Where one store keeps one secret. Each store has its own, whose fields are what its clients ask for."""

    def __str__(self) -> str:
        raise NotImplementedError


class Held(msgspec.Struct, frozen=True):
    """What a store holds at one address."""

    address: str
    version: str = ""
    """Nothing for a store that keeps none."""
    changed: datetime | None = None
    value: Secret | None = None
    """Only where it was asked for."""
    unchanged: bool = False
    """After `put`: the same value was there already, and nothing was written."""
    notes: tuple[str, ...] = ()
    """What the user should know of it, one line each."""

    @property
    def size(self) -> str:
        """The value's length in words that say little of it."""
        return "" if self.value is None else size(self.value)


class Answer(msgspec.Struct, frozen=True):
    """One question of a check and its answer."""

    question: str
    good: bool | None
    """Nothing where it cannot be told without writing."""
    text: str = ""


Question = tuple[str, Callable[[], "str | Answer"]]
"""What is asked, and what asks it: it gives what to tell of a good answer, or raises StoreError or ConfigError."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a store's own table, `[store.NAME]`; none of them holds a secret."""

    OUTSIDE: ClassVar[tuple[str, ...]] = ()
    """Keys that a file inside the repository may not set: where secrets are sent, and as whom."""


S = TypeVar("S", bound=Settings)


class Store(ABC, Generic[S]):
    """One store, not connected to until it is asked something. Use it with `with`, so that it lets go at the end."""

    name: ClassVar[str]
    settings_type: ClassVar[type[Settings]]
    has_paths: ClassVar[bool] = True
    """Whether a reference's path and field mean anything here."""
    remembers: ClassVar[bool] = True
    """Whether a value that is written over can be had again."""

    def __init__(self, settings: S, root: Path, lent: frozenset[str]) -> None:
        """`root` is the project's folder, `lent` names the settings that a file inside the repository made."""
        self.settings = settings
        self.root = root
        self.lent = lent

    @abstractmethod
    def address(self, reference: Reference) -> Address:
        """Where this store keeps it; asks nobody. ConfigError where it cannot be kept here."""

    @abstractmethod
    def get(self, reference: Reference) -> Held:
        """What is there, with its value; StoreError says what is in the way."""

    @abstractmethod
    def put(self, reference: Reference, value: Secret, *, expected: str | None = None, replace: bool = False) -> Held:
        """Keep `value` there, and give what is there now, without the value.

        The same value again changes nothing. With `expected`, only if that version is the newest, or with ABSENT if
        nothing is there. A store that forgets a value once it is written over does that only with `replace`.
        StoreError says what is in the way, and then whatever was there is there still.
        """

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[Held]:
        """What is there below a path, or with names that begin so, in order, without values; at most LISTED."""

    @abstractmethod
    def questions(self, reference: Reference) -> Iterable[Question]:
        """What `check` asks, each of use only if those before it went well."""

    def check(self, reference: Reference) -> Iterator[Answer]:
        """Whether it can be reached, read and written where `reference` says; nothing is changed there."""
        for question, ask in self.questions(reference):
            try:
                answer = ask()
            except StanchError as error:
                yield Answer(question, False, f"{error}" + (f"; {error.hint}" if error.hint else ""))
                return
            yield answer if isinstance(answer, Answer) else Answer(question, True, answer)

    def close(self) -> None:
        """Let go of connections and of tokens that were taken out for this."""
        return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def settle(address: Address, current: Held | None, value: Secret, expected: str | None) -> Held | None:
    """What `put` gives without writing, since the same value is there; nothing where it has to write. StoreError where
    what is there is not what was expected.
    """
    if current and current.value and same(current.value.reveal(), value.reveal()):
        return Held(current.address, current.version, current.changed, unchanged=True)
    if expected is not None and current and expected != current.version:
        raise conflict(address, current.version, current.changed)
    if expected not in (None, ABSENT) and current is None:
        raise absent(address)
    return None


def settle_unseen(
    address: Address, look: Callable[[], Held | None], value: Secret, expected: str | None
) -> Held | None:
    """The same where `look` says what is there; who may not look there may write all the same, but for `expected`."""
    try:
        return settle(address, look(), value, expected)
    except StoreError as error:
        if error.trouble != Trouble.DENIED or expected is not None:
            raise
        return None


def present(address: Address, held: Held | None) -> Held:
    """What is there; StoreError where that is nothing."""
    if held is None:
        raise absent(address)
    return held


def same(one: str, other: str) -> bool:
    """Whether two values are equal; how long that takes tells nothing of where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def size(value: Secret) -> str:
    """The length class of a value, in words."""
    length = len(value.reveal())
    for least, words in ((4096, "4096 or more"), (256, "256 to 4095"), (64, "64 to 255"), (16, "16 to 63")):
        if length >= least:
            return f"{words} characters"
    return "under 16 characters" if length else "empty"


def conflict(address: Address, version: str, changed: datetime | None) -> StoreError:
    """The error for a version that is not the expected one: it says which is there."""
    there = f"version {version}" if version else "another value"
    when = f", of {changed:%Y-%m-%d %H:%M:%S %Z}".rstrip() if changed else ""
    message = f"{address}: {there}{when} is there, and not what was expected; nothing was changed"
    return StoreError(Trouble.CONFLICT, message, hint="look at it with 'stanch store get', then decide again")


def forgetful(address: Address) -> StoreError:
    """The error for a value that would be lost, since the store forgets what is written over."""
    message = f"{address}: another value is there, and no older ones are kept; nothing was changed"
    return StoreError(Trouble.CONFLICT, message, hint="--replace writes over it")


def absent(address: Address, what: str = "") -> StoreError:
    """The error for something that is not there, or that whoever asks may not know of."""
    return StoreError(Trouble.ABSENT, f"{address}: nothing is there" + (f" ({what})" if what else ""))
