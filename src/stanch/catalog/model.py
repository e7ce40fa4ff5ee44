"""What is known of each provider and credential type, as typed data. One TOML file per provider holds it.

Read a file in `providers/` beside this page: each key there is a field here. Unknown keys are refused, so
that a slip of the pen is an error with its place and not a fact lost.
"""

from typing import Literal

import msgspec

from stanch.model import Confidence, Severity

Family = Literal[
    "token",
    "session",
    "refresh-token",
    "key-pair",
    "private-key",
    "client-secret",
    "signing-secret",
    "webhook-url",
    "password",
    "database",
    "join-key",
    "identifier",
    "unknown",
]
"""What a credential does, whoever issued it; advice that holds for all of a family is written once.

token: long-lived, whoever bears it is let in. session: the same for hours, got by signing in. refresh-token: gets
sessions. key-pair: an id and a secret that signs requests. private-key: half of an asymmetric pair. client-secret: an
application's password when people sign in to it. signing-secret: makes messages look genuine. webhook-url: an address
that is its own key. password: of an account at some host. database: everything that is needed to connect to a server.
join-key: lets a machine into a cluster or opens a sealed one. identifier: opens nothing by itself.
"""


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement about a provider, with where it is to be read (an address, or an SDK's file)."""

    text: str
    source: str


class Trail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One record in which the use of credentials shows: a provider's log, or a list that can be compared."""

    id: str
    """By which credential types name it."""
    name: str
    where: str
    """How to get to it: the page, the call or the command, and who may."""
    fields: list[str]
    """Names of those of its fields that tell who did what from where."""
    suspicious: str
    """What to look for, as sentences."""
    blind: str
    """What it does not show, as sentences."""
    source: str


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other part of a credential that comes in several parts, looked for around the main one."""

    role: str
    """Name of the group in `pattern` that is the part, such as "site_id"."""
    pattern: str
    names: str = ""
    """Pattern that the name to which the part is assigned must match, case ignored."""
    lines: int = 8
    """How many lines away it may stand, before or after."""
    required: bool = False
    """Without it there is no finding."""


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One shape of a credential: one generation, or one way of writing it."""

    name: str
    pattern: str
    """In the common subset of Hyperscan and `re`; the group `secret` is the secret, other groups are other parts."""
    source: str = ""
    words: list[str] = []
    """Patterns of which one must stand near, case ignored. Empty: the shape alone is distinctive."""
    names: str = ""
    """Pattern that the name of the value (variable, key, header, function) must match, case ignored."""
    not_names: str = ""
    """Pattern that this name must not match."""
    lines: int = 6
    """How many lines above the value a context word may stand (a section's head); below it, a third of that."""
    checks: list[str] = []
    """Offline checks that the value must pass: "name argument", see `stanch.detect.checks`."""
    pairs: list[Pair] = []
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    """Where it differs from the type's, such as for keys of a test mode."""
    boundary: bool = True
    """Whether letters, digits and "_" may not touch the value on either side."""
    analysis: Literal["", "assignment", "password", "url"] = ""
    """The generic analysis that decides whether the value is a secret at all; empty for specific formats."""


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that tells whether a credential is live and changes nothing."""

    method: Literal["GET", "HEAD", "POST"]
    urls: list[str]
    """Tried in order (regions); `{role}` stands for a part of the credential."""
    headers: dict[str, str] = {}
    body: str = ""
    effect: Literal["read", "write-probe"] = "read"
    valid: tuple[int, ...] = (200,)
    limited: tuple[int, ...] = ()
    """Answers that mean: live, but without the right that this call needs."""
    invalid: tuple[int, ...] = (401,)
    """Only the documented answers to a bad credential."""
    identity: dict[str, str] = {}
    """Label -> path in the JSON answer, such as "workspace" -> "bot.workspace_name"."""
    source: str = ""


class Revoke(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a leaked credential is made worthless, and replaced."""

    steps: list[Fact]
    overlap: Literal["yes", "no", "unknown"] = "unknown"
    """Whether the old and the new one can be valid side by side."""
    overlap_note: str = ""
    api: Fact | None = None
    """The provider's own call, where there is one."""


class CredentialType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One kind of secret that a provider issues, and everything that is known of it."""

    id: str
    name: str
    summary: str
    """What it is, in a sentence or two."""
    severity: Severity
    formats: list[Format] = msgspec.field(name="format")
    family: Family = "unknown"
    aliases: list[str] = []
    advice: str = ""
    """The first thing to do about a leak, in one sentence."""
    env: list[str] = []
    """Environment variables that usually hold it, the usual one first."""
    sdks: list[str] = []
    """Client libraries that take it, such as "npm:@notionhq/client"."""
    uses: list[str] = []
    create: list[Fact] = []
    reach: list[Fact] = []
    """What it lets its holder do."""
    risks: list[Fact] = []
    logs: list[Fact] = []
    """What else tells whether it was used, or that nothing does; besides `trails`."""
    trails: list[str] = []
    """Those of the provider's trails in which the use of this type shows, by their ids."""
    consumers: list[Fact] = []
    """How to find what uses it, in the provider's own pages and where it is usually configured."""
    verify: Verify | None = None
    revoke: Revoke | None = None
    notes: list[Fact] = []
    examples: list[str] = []
    """Patterns of further text that must be found, besides what the formats give."""
    near_misses: list[str] = []
    """Patterns of further text that must not be found."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A company or system that issues credentials."""

    id: str
    name: str
    types: list[CredentialType] = msgspec.field(name="type")
    trails: list[Trail] = msgspec.field(name="trail", default_factory=list)
    website: str = ""
    """Empty where the provider stands for a form that many issuers use."""
    generic: bool = False
    """True for what is no provider's own: passwords, keys, tokens of unknown issuers."""
