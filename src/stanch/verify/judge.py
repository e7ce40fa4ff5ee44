"""What an answer means. Only what the catalog says of it counts; everything else is not known, with its reason."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from stanch.catalog.model import Call
from stanch.model import Validity
from stanch.verify.requests import Parts
from stanch.verify.wire import Answer

_LIMITED = "live, but without the right to this call"
_VALUE, _VALUES = 200, 20
"""Characters of what an issuer says that are kept, and how many items of a list."""
_LARGEST = 1 << 64
_CONDITION = 4096
"""Characters of an answer's text that a condition looks at."""


class Verdict(NamedTuple):
    """What one answer says of the credential."""

    validity: Validity
    reason: str = ""
    identity: Mapping[str, str] = MappingProxyType({})
    can: tuple[str, ...] = ()


def needs_body(call: Call) -> bool:
    """Whether more than the status and the headers of an answer has to be read."""
    paths = [*call.valid_if, *call.limited_if, *call.invalid_if, *call.identity.values(), *call.can]
    return any(not path.startswith("header:") for path in paths)


def statuses(call: Call) -> set[int]:
    """The statuses that the catalog knows a meaning of."""
    return {*call.valid, *call.limited, *call.invalid}


def judge(call: Call, answer: Answer, parts: Parts) -> Verdict:
    """What `answer` to `call` says; what is kept of it holds no part of the credential."""
    if rate_limited(answer) is not None:
        return Verdict(Validity.UNKNOWN, f"the rate is limited ({answer.status})")
    content = _Content(answer)
    if content.says(call.valid, call.valid_if):
        if _tells(call) and not content.readable:
            return Verdict(Validity.UNKNOWN, f"answered {answer.status}, but not in the documented form")
        return Verdict(Validity.VALID, call.says, _identity(call, content, parts), _can(call, content))
    if content.says(call.limited, call.limited_if):
        return Verdict(Validity.VALID, _LIMITED)
    if content.says(call.invalid, call.invalid_if):
        return Verdict(Validity.INVALID)
    if answer.status >= 500:
        return Verdict(Validity.UNKNOWN, f"the issuer has trouble ({answer.status})")
    known = " with what is not documented for that" if answer.status in statuses(call) else ", which says neither"
    return Verdict(Validity.UNKNOWN, f"answered {answer.status}{known}")


def rate_limited(answer: Answer) -> float | None:
    """The seconds that an issuer asks to wait, or nothing where the answer is not about the rate of calls."""
    after = answer.headers.get("retry-after", "")
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if answer.status == 429 or (answer.status in (403, 503) and (after or spent)):
        return float(after) if after.isascii() and after.isdigit() and len(after) < 7 else 60.0
    return None


def _tells(call: Call) -> bool:
    return any(not path.startswith("header:") for path in (*call.identity.values(), *call.can))


class _Content:
    """An answer to look things up in."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._value: object = None
        with suppress(msgspec.DecodeError, RecursionError, ValueError):
            self._value = msgspec.json.decode(answer.body or b"")

    @property
    def readable(self) -> bool:
        """Whether it is a JSON object or list."""
        return isinstance(self._value, dict | list)

    def at(self, path: str) -> object:
        """What is at a path, or nothing."""
        if not path:
            return (self._answer.body or b"").decode("utf-8", "replace").strip()
        if path.startswith("header:"):
            return self._answer.headers.get(path.removeprefix("header:").lower())
        return _inside(self._value, path.split("."))

    def says(self, statuses: Iterable[int], conditions: dict[str, str]) -> bool:
        """Whether the answer has one of the statuses, and all of what the paths of the conditions lead to matches.

        Where there are no conditions a web page is not believed: it comes from somebody between, such as a firewall.
        Only with 401 do some issuers send one themselves.
        """
        answer = self._answer
        if answer.status not in statuses:
            return False
        if not conditions:
            return answer.status == 401 or "html" not in answer.headers.get("content-type", "").lower()
        return all(
            (text := _scalar(self.at(path))) is not None
            and len(text) <= _CONDITION
            and re.fullmatch(pattern, text, re.DOTALL)
            for path, pattern in conditions.items()
        )


def _inside(value: object, keys: list[str]) -> object:
    for number, key in enumerate(keys):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key == "*":
            return [found for one in value if (found := _inside(one, keys[number + 1 :])) is not None]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _scalar(value: object) -> str | None:
    """A value of JSON as text; nothing for null, lists and objects."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return None
    return str(value) if isinstance(value, str | int | float) else None


def _words(value: object) -> Iterator[str]:
    """The items of a list, or of a text that is one."""
    if isinstance(value, list):
        yield from (text for one in value if (text := _scalar(one)) is not None)
    elif (text := _scalar(value)) is not None:
        yield from filter(None, re.split(r"[\s,]+", text))


def _identity(call: Call, content: _Content, parts: Parts) -> dict[str, str]:
    found = {}
    for label, path in call.identity.items():
        value = content.at(path)
        if isinstance(value, list):
            items = [text for one in value if (text := _scalar(one)) is not None]
            more = f" and {len(items) - _VALUES} more" if len(items) > _VALUES else ""
            value = ", ".join(items[:_VALUES]) + more
        text = _redacted(_scalar(value) or "", parts.values()).strip()
        if text:
            found[label] = text if len(text) <= _VALUE else text[: _VALUE - 3] + "..."
    return found


def _redacted(text: str, values: Iterable[str]) -> str:
    """`text` without any part of the credential, whatever an issuer, or somebody in its place, sends back."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= 4:
            text = text.replace(value, "********")
    return text


def _can(call: Call, content: _Content) -> tuple[str, ...]:
    granted = {
        meaning
        for path, meanings in call.can.items()
        for word in _words(content.at(path))
        if (meaning := meanings.get(word)) is not None
    }
    return tuple(meaning for meanings in call.can.values() for meaning in meanings.values() if meaning in granted)
