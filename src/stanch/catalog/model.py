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


class AwsSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Signature Version 4 of Amazon Web Services, by which a key pair proves itself without being sent."""

    service: str
    region: str
    key_id: str
    """Where `{role}` stands for a part of the credential, here and below."""
    secret: str
    token: str = ""
    """Of temporary credentials, which come in three parts."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One HTTP call by which an issuer tells whether a credential is live, and what its answers mean.

    In addresses, headers, `basic` and `form`, `{role}` stands for a part of the credential. A path into an answer is
    the keys with "." between them, where a number is an item of a list and "*" all of them ("errors.0.code"); or
    "header:NAME" for a header, or nothing for the whole answer as text.
    """

    method: Literal["GET", "HEAD", "POST"]
    urls: list[str]
    """Tried in order (regions), https only: the credential is dead if each of them says so."""
    headers: dict[str, str] = {}
    body: str = ""
    """Sent as it is."""
    basic: str = ""
    """"user:password" for Basic authentication."""
    form: dict[str, str] = {}
    """Sent as the body, in the form of HTML forms."""
    aws: AwsSignature | None = None
    hosts: list[str] = []
    """Where a part decides on the host: the issuer's hosts, by name or with "*" ("*.cloud.databricks.com").

    `{host}` stands for one host of many: those that the configuration names for the provider, or else the
    credential's part of that name if it is among these, or else each of these that is a name.
    """
    only: dict[str, str] = {}
    """Role -> pattern that the whole part must match for this call to be the right one, such as of a test mode."""
    valid: tuple[int, ...] = (200,)
    limited: tuple[int, ...] = ()
    """Answers that mean: live, but without the right that this call needs."""
    invalid: tuple[int, ...] = (401,)
    """Only the documented answers to a bad credential."""
    valid_if: dict[str, str] = {}
    """Path in the answer -> pattern that all of what is there must match; else the status alone says nothing."""
    limited_if: dict[str, str] = {}
    invalid_if: dict[str, str] = {}
    identity: dict[str, str] = {}
    """Label -> path in the answer, such as "workspace" -> "bot.workspace_name"."""
    can: dict[str, dict[str, str]] = {}
    """Path of a list of scopes -> what each of them lets its holder do, in words that go after "can"."""
    says: str = ""
    """What it says besides that this call is answered, such as which kind of token it must be."""


class Verify(Call, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to find out whether a credential is live without changing anything."""

    effect: Literal["read", "write-probe"] = "read"
    """What the call and all further ones do: they only read, or try a change that is bound to fail."""
    elsewhere: bool = False
    """Whether many run servers of their own that issue the same: that those in the catalog do not know a credential
    proves nothing then, until the configuration names the hosts."""
    also: list[Call] = []
    """Further calls, for kinds that share the shape: all of them must say that the credential is dead."""
    source: str = ""

    @property
    def calls(self) -> list[Call]:
        """All calls, in the order in which they are tried."""
        return [self, *self.also]


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
