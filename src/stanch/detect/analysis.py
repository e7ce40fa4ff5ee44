"""Offline analysis: is a value that a pattern hit a secret at all? Every rejection has a name that `--explain` shows.

Specific formats need only `placeholder`: their shape has spoken already. Generic ones (a name and a value) go through
`generic`: a table of tests, the cheap ones first, on the syntax around the value, on the name's meaning and on the
value's own texture. The first that holds turns the value down. What is left gets a confidence by its texture.
"""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from stanch.detect import reasons
from stanch.detect.reasons import Value
from stanch.detect.surroundings import Surroundings
from stanch.detect.texture import DIGIT, inside, is_strong, is_uuid, is_weak, placeholder, speaks_of_itself, worded
from stanch.model import Confidence
from stanch.patterns import lazy

if TYPE_CHECKING:
    from stanch.detect.candidate import Candidate

Verdict = tuple[str, Confidence | None]


def generic(data: bytes, one: "Candidate", near: Surroundings) -> Verdict:
    """Why a generic candidate is no secret, or nothing; and the confidence that it deserves, if not its format's."""
    kind = one.rule.shape.analysis
    if kind == "url":
        return _url(one)
    value = Value(
        one.text, one.text.rstrip(",;)]}"), data[max(0, one.start - 1) : one.start], data[one.end : one.end + 12], near
    )
    tests = reasons.PASSWORD_TESTS if kind == "password" else reasons.TOKEN_TESTS
    for reason, holds in tests:
        if holds(value):
            return reason, None
    return "", _password_confidence(value) if kind == "password" else _token_confidence(value)


# --- confidence -------------------------------------------------------------------------------------------------------

_GIVEN = frozenset({"=", ":", "=>", ":=", ",", "(", ">", "||", "??", "||=", "?=", "??="})
_DECLARED = lazy(r"^-|^(?:ENV|ARG|define|set|setenv|export)\b|(?i:password|identified by)$")
"""What stands before a blank and a value where the blank is an operator: --option, ENV NAME, #define NAME."""
_KEY_NAME = lazy(r"(?i)(?:key|secret|token|password|credential)s?[\"'\])]*$")


def _is_given(near: Surroundings) -> bool:
    """Whether the syntax leaves no doubt that the name gets the value."""
    if near.operator == " ":
        return bool(_DECLARED.search(near.name))
    return near.operator in _GIVEN


def _token_confidence(value: Value) -> Confidence:
    text, near = value.text.strip("=._-~/"), value.near
    if not _is_given(near):
        return Confidence.LOW
    digits = sum(char.isdigit() for char in text)
    if len(text) < 20 or is_uuid(text):
        told = bool(_KEY_NAME.search(near.name)) and bool(near.quote or value.environment)
        return Confidence.MEDIUM if told and digits >= 3 and worded(text) == 0 else Confidence.LOW
    return Confidence.MEDIUM if digits >= 2 and worded(text) <= 0.3 else Confidence.LOW


def _password_confidence(value: Value) -> Confidence:
    given = _is_given(value.near)
    inner = inside(value.bare)
    said = inner if value.bare.endswith("=") or worded(inner) > 0.6 else value.bare
    return Confidence.MEDIUM if given and is_strong(said) else Confidence.LOW


# --- credentials in addresses -----------------------------------------------------------------------------------------

_LOCAL = lazy(
    r"(?i)^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host$|hostname|server$|db$|database$|redis$|postgres$|mysql$|mongo$|rabbitmq$|.*\.local$|.*\.internal$|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)"
)
_RESERVED = lazy(
    r"(?i)(?:^|\.)(?:example\.(?:com|org|net|edu)|example|test|invalid|domain\.com|host\.com|server\.com|foo\.com|bar\.com|company\.com|mydomain\.com|yourdomain\.com|acme\.com|test\.com|somewhere\.com|some\.host)(?:[:/].*)?$|^(?:foo|bar|host|hostname|ip|address|your|my|some|the|a|b|x|h)(?:[-_.:]?\w*)$"
)
_URL_TEMPLATE = lazy(r"[{}<>]|\*{3}|%[({s]|^\$[A-Z_]|^:|^\.\.\.")


def _url(one: "Candidate") -> Verdict:
    """For `scheme://user:password@host`: a literal password for a host that may exist."""
    parts = dict(one.parts)
    host = parts.get("host", "")
    password = unquote(one.text)
    if reasons.TEMPLATE.search(one.text) or reasons.TEMPLATE.search(host) or _URL_TEMPLATE.search(one.text):
        return "template", None
    if password.lower() == parts.get("user", "").lower() or is_weak(password):
        return "placeholder", None
    if len(password) > 5 and placeholder(password):
        return "placeholder", None
    if _RESERVED.search(host):
        return "example-host", None
    if len(password) < 6:
        return "short", None
    if host and _LOCAL.search(host):
        return "", Confidence.LOW
    if is_strong(password):
        return "", one.rule.shape.confidence if host else Confidence.MEDIUM
    weak = len(password) < 8 or not DIGIT.search(password) or speaks_of_itself(password)
    return "", Confidence.LOW if weak else Confidence.MEDIUM
