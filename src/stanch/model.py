"""The words of the field as types, shared by every layer: secret, match, occurrence, finding, coverage, report.

Nothing in here knows how secrets are found, where bytes come from or how results are shown.
Lines and columns are counted from 1; columns count Unicode code points; ends are exclusive
(the column after the last character), as SARIF counts them.
"""

from enum import StrEnum
from typing import Any

import msgspec


class Severity(StrEnum):
    """How bad a leak of this type is, before anything is known of the single case."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(StrEnum):
    """How sure the analysis is that a finding is a real credential of that type."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


RANK: dict[str, int] = {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}
"""Orders severities and confidences: the larger, the graver or surer."""


class Validity(StrEnum):
    """Whether the provider still accepts the credential."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    NOT_CHECKABLE = "not_checkable"
    NOT_CHECKED = "not_checked"


class Secret:
    """A secret value that does not show itself: `str`, `repr`, format and JSON give the masked form or fail.

    >>> print(Secret("correct horse battery staple"))
    corr********aple
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the few places where the user asked for it."""
        return self._value

    def __str__(self) -> str:
        return mask(self._value)

    def __repr__(self) -> str:
        return f"Secret({mask(self._value)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def mask(value: str) -> str:
    """A form of `value` that its owner recognises and nobody else can use.

    Long values keep four characters at each end, middling ones two at the start, short ones nothing;
    what is hidden always has the same width, so that the length does not show.
    """
    if value.startswith("-----BEGIN"):
        return value[: value.find("-----", 10) + 5] + "********"
    if len(value) >= 24:
        return f"{value[:4]}********{value[-4:]}"
    if len(value) >= 12:
        return f"{value[:2]}********"
    return "********"


class Match(msgspec.Struct, frozen=True, gc=False):
    """What the engine found in one blob: one secret at one span of bytes, before anybody knows whose it is."""

    detector: str
    secret: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    confidence: Confidence
    severity: Severity | None = None
    """Where the format's differs from its type's, such as for keys of a test mode."""
    parts: tuple[tuple[str, str], ...] = ()
    """Every part of the credential by its role, the secret among them."""
    decoded: tuple[str, ...] = ()
    """The chain of decodings that led to the value, outermost first: ("base64", "hex")."""
    inner: str = ""
    """Path within a container (archive, document), outermost first, joined with "!"; empty if there is none."""
    excerpt: str = ""
    """The line it stands in, secrets masked, shortened."""
    inline: str = ""
    """The inline comment that asks to ignore it, as written, or nothing."""


class Rejected(msgspec.Struct, frozen=True):
    """A span that a pattern hit and analysis turned down, with the reason's name."""

    detector: str
    reason: str
    path: str
    line: int
    secret: str
    """Masked."""


class Occurrence(msgspec.Struct, frozen=True):
    """One place of one secret."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    commit: str | None = None
    author: str | None = None
    date: str | None = None
    """Author date, ISO 8601 with zone."""


class Suppression(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a finding is not counted: which rule asked for it, and who answers for that rule."""

    kind: str
    """fingerprint, path, detector, inline or baseline."""
    reason: str = ""
    owner: str = ""
    expires: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One call to an issuer, and what it answered; nothing of the credential is in it."""

    call: str
    """Method, host and path, with the names of the credential's parts in place of their values."""
    status: int | None
    """The answer's HTTP status; nothing where no answer came."""
    outcome: str
    """What that means, in words."""


class Evidence(msgspec.Struct, frozen=True):
    """What a check of a credential came to: enough to show somebody else, and nothing to use it by."""

    validity: Validity
    reason: str = ""
    """Why it is not known, or what the answer says besides."""
    identity: dict[str, str] = {}
    """Whose it is, as the issuer says: label -> value."""
    can: tuple[str, ...] = ()
    """What it lets its holder do, as far as the issuer says, in words that go after "can"."""
    attempts: tuple[Attempt, ...] = ()
    moment: str = ""
    """When the last answer came: ISO 8601, UTC."""


class Finding(msgspec.Struct):
    """One secret at one place (a path), however many commits hold it there."""

    detector: str
    provider: str
    name: str
    severity: Severity
    confidence: Confidence
    secret: Secret
    fingerprint: str
    target: str
    path: str
    """Relative to the target's root, with "/"; a path inside a container follows after "!"."""
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: str = ""
    parts: dict[str, Secret] = {}
    commit: str | None = None
    """The commit that brought it here, or nothing for a file that was never committed."""
    author: str | None = None
    email: str | None = None
    date: str | None = None
    in_head: bool | None = None
    """Whether HEAD still has it at this path; nothing where there is no repository."""
    refs: tuple[str, ...] = ()
    """The refs whose history holds it."""
    validity: Validity = Validity.NOT_CHECKED
    evidence: Evidence | None = None
    """What the check came to, if there was one."""
    decoded: tuple[str, ...] = ()
    playbook: str = ""
    advice: str = ""
    """What to do next, in one sentence."""
    count: int = 1
    """How many versions of this path hold the secret."""
    last: Occurrence | None = None
    """The newest place where it was seen; the finding's own place is the first."""
    occurrences: tuple[Occurrence, ...] = ()
    """All of them, when asked for."""
    suppressed: Suppression | None = None


class Skip(msgspec.Struct, frozen=True):
    """Something that was not scanned, and why."""

    path: str
    reason: str
    harmless: bool = False
    """True where nothing was lost: a directory loop, a socket, content scanned elsewhere."""


class Coverage(msgspec.Struct):
    """What a scan has read and what it has not. A scan is complete if nothing was lost."""

    files: int = 0
    bytes: int = 0
    blobs: int = 0
    commits: int = 0
    tags: int = 0
    entries: int = 0
    """Members of archives and documents."""
    skipped: list[Skip] = []
    skipped_more: int = 0
    """Skips beyond those that are listed."""
    notes: list[str] = []
    lost: bool = False

    LISTED = 1000

    @property
    def complete(self) -> bool:
        """Whether everything that the target holds was scanned."""
        return not self.lost

    def skip(self, path: str, reason: str, *, harmless: bool = False) -> None:
        """Record something that was not scanned; past `LISTED` of them only their number is kept."""
        self.lost = self.lost or not harmless
        if len(self.skipped) < self.LISTED:
            self.skipped.append(Skip(path, reason, harmless))
        else:
            self.skipped_more += 1

    def note(self, text: str) -> None:
        """Record something that a reader of the result should know and that lost nothing."""
        if text not in self.notes:
            self.notes.append(text)

    def add(self, other: "Coverage") -> None:
        """Take over another part's counts and skips."""
        self.files += other.files
        self.bytes += other.bytes
        self.blobs += other.blobs
        self.commits += other.commits
        self.tags += other.tags
        self.entries += other.entries
        self.lost = self.lost or other.lost
        for skip in other.skipped:
            self.skip(skip.path, skip.reason, harmless=skip.harmless)
        self.skipped_more += other.skipped_more
        for note in other.notes:
            self.note(note)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON report: the counts, whether the scan is complete, and what was skipped."""
        return {
            "complete": self.complete,
            "files": self.files,
            "bytes": self.bytes,
            "blobs": self.blobs,
            "commits": self.commits,
            "tags": self.tags,
            "entries": self.entries,
            "skipped": [msgspec.structs.asdict(skip) for skip in self.skipped],
            "skipped_more": self.skipped_more,
            "notes": list(self.notes),
        }


class Report(msgspec.Struct):
    """The result of a scan."""

    targets: list[str]
    findings: list[Finding] = []
    """Those that count, sorted by target, path, line and detector."""
    suppressed: list[Finding] = []
    """Those that a baseline, an ignore rule or an inline comment took out, with the reason."""
    hidden: int = 0
    """Findings below the confidence that was asked for."""
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    rejected: list[Rejected] = []
    """With `explain`: what analysis turned down."""
    warnings: list[str] = []
    """Stale or expired ignores and the like: one line each."""
    catalog: str = ""
    """Hash of the catalog that was used."""
