"""What decides which advice is for a case, and the words that fill it in."""

import re
from datetime import datetime
from typing import get_args

from stanch.catalog.model import CredentialType, Family, Provider
from stanch.report.plain import printable
from stanch.report.summary import listed
from stanch.respond.case import Case, when
from stanch.respond.consumers import telling

_PATHS = {
    "path-message": r"^\((commit|tag) message\)$",
    "path-archive": r"!|\.(zip|tar|t?gz|bak|old|orig|backup|7z|rar)$|(^|/)backups?/",
    "path-dotenv": r"(^|/)\.env(rc|\.[^/]*)?$|\.env$",
    "path-ci": r"(^|/)(\.(github/workflows|circleci|buildkite)/|\.(gitlab-ci|travis)\.yml|jenkinsfile|\w+-pipelines\.)",
    "path-notebook": r"\.ipynb$",
    "path-container": r"(^|/)(dockerfile|containerfile|[^/]*compose[^/]*\.ya?ml|chart/|helm/|charts/|k8s/|kubernetes/)",
    "path-test": r"(^|/)(tests?|specs?|__tests__|fixtures?|testdata)/|(^|/)(test_[^/]*|[^/]*[._-](test|spec))\.[a-z]+$",
    "path-docs": r"\.(md|rst|adoc|txt|html?)$|(^|/)(docs?|examples?)/",
    "path-log": r"\.(log|out|har|trace|dump|history)$|_history$|(^|/)logs?/",
    "path-config": r"\.(ya?ml|toml|ini|cfg|conf|properties|json|xml|plist|tfvars|tf)$|(^|/)\.[^/]+rc$",
}
"""What a path tells of how the secret came there, the first that fits; the rest is code."""


def traits(provider: Provider, kind: CredentialType, case: Case | None) -> frozenset[str]:
    """The words of `when` that hold."""
    revoke = kind.revoke
    held = {
        kind.family: True,
        f"overlap-{revoke.overlap if revoke else 'unknown'}": True,
        "revoke": revoke is not None,
        "verify": kind.verify is not None,
        "trails": bool(kind.trails),
        "issuer": bool(provider.website),
        "env": bool(kind.env),
        "sdks": bool(kind.sdks),
        "parts": any(shape.pairs for shape in kind.formats),
        str((case.severity if case else None) or kind.severity): True,
        "case": case is not None,
    }
    if case:
        held |= _of_case(case)
    return frozenset(name for name, holds in held.items() if holds)


def _of_case(case: Case) -> dict[str, bool]:
    committed = any(place.commit for place in case.places)
    in_head = any(place.in_head for place in case.places)
    return {
        "git": committed,
        "in-head": in_head,
        "loose": committed and not in_head and all(ref == "refs/stash" for ref in case.refs),
        "uncommitted": not committed and case.first.in_head is not None,
        "encoded": bool(case.decoded),
        "elsewhere": len(case.places) > 1,
        "live": case.validity == "valid",
        "dead": case.validity == "invalid",
        "read": any(use.reads for use in case.uses),
        "unread": bool(case.sought) and not case.uses,
        place_of(case.first.path): True,
    }


KNOWN = frozenset(
    (
        *get_args(Family),
        *_PATHS,
        "path-code",
        *(
            "overlap-yes",
            "overlap-no",
            "overlap-unknown",
            "revoke",
            "verify",
            "trails",
            "issuer",
            "env",
            "sdks",
            "parts",
        ),
        *("critical", "high", "medium", "low", "info"),
        *("case", "git", "in-head", "loose", "uncommitted", "encoded", "elsewhere", "live", "dead", "read", "unread"),
    )
)
"""All words that `when` may use."""


def place_of(path: str) -> str:
    """The trait that says what kind of file this is."""
    lowered = path.lower()
    return next((name for name, pattern in _PATHS.items() if re.search(pattern, lowered)), "path-code")


def words(provider: Provider, kind: CredentialType, case: Case | None, now: datetime) -> dict[str, str]:
    """What advice may name; a word whose subject is not there is an empty text."""
    name = kind.name if provider.website or kind.name[1:2].isupper() else kind.name[0].lower() + kind.name[1:]
    article = "an" if _AN.match(name) else "a"
    trails = {trail.id: trail.name for trail in provider.trails}
    known = {
        "kind": name,
        "a_kind": f"{article} {name}",
        "A_kind": f"{article.capitalize()} {name}",
        "Name": kind.name,
        "id": kind.id,
        "provider": provider.name,
        "env": _variable(kind, case),
        "envs": listed(kind.env[:3]),
        "log": listed([trails[one] for one in kind.trails]),
        "libraries": listed(kind.sdks[:4]),
        "affected": "; ".join(use[:1].lower() + use[1:] if use[1:2].islower() else use for use in kind.uses[:4]),
    }
    told = _words_of_case(case, now) if case else dict.fromkeys(_OF_CASE, "")
    return known | {word: printable(text) for word, text in told.items()}


_AN = re.compile(r"[aeioAEIO]|[FHLMNRSX][A-Z]")
"""Names that are spoken with a vowel first."""
_OF_CASE = ("secret", "path", "place", "commit", "author", "since", "decoded", "readers", "names")


def _words_of_case(case: Case, now: datetime) -> dict[str, str]:
    place = case.oldest() or case.first
    readers = list(dict.fromkeys(use.path for use in case.uses if use.reads))
    more = [f"{len(readers) - 5} more"] if len(readers) > 5 else []
    return {
        "secret": case.secret,
        "path": case.first.path,
        "place": f"{case.first.path}:{case.first.line}",
        "commit": (place.commit or "")[:8],
        "author": place.author or "",
        "since": since(place.date, now),
        "decoded": " in ".join(case.decoded),
        "readers": listed(readers[:5] + more),
        "names": listed(list(case.sought[:4])),
    }


def since(date: str | None, now: datetime) -> str:
    """A day and how long ago that is: `2026-01-31 (299 days ago)`."""
    moment = when(date)
    if moment is None:
        return "a day that is not known"
    days = (now - moment).days
    ago = "in the future" if days < 0 else "today" if days == 0 else "yesterday" if days == 1 else f"{days:,} days ago"
    return f"{moment.date().isoformat()} ({ago})"


def _variable(kind: CredentialType, case: Case | None) -> str:
    """The environment variable to speak of: the finding's own if it looks like one, or the usual one."""
    own = next((name for name in telling(case.names) if name.isupper()), "") if case else ""
    return own or (kind.env[0] if kind.env else kind.id.upper().replace("-", "_"))
