"""From a pattern's match to a verdict: what was found, and why it is no finding if it is none."""

import re
from bisect import bisect_left

from stanch.catalog import checks
from stanch.detect import analysis, excerpt, texture
from stanch.detect.candidate import Candidate
from stanch.detect.rules import Rule
from stanch.detect.surroundings import Surroundings, surroundings

_PROOFS = ("crc32", "github-pat", "jwt", "macaroon", "pem", "bech32", "base64")


def _proven(rule: Rule) -> bool:
    """Whether the value has passed a check that no made-up value passes; chance may still write "aaaaaa" in it."""
    return any(check.startswith(_PROOFS) for check in rule.shape.checks)


def judged(data: bytes, rule: Rule, found: re.Match[bytes], distance: int = 0) -> Candidate:
    """Make a candidate of a pattern's match and run every analysis on it."""
    start, end = found.span("secret")
    parts = tuple(
        (role, value.decode("utf-8", "backslashreplace"))
        for role, value in found.groupdict().items()
        if value is not None
    )
    text = data[start:end].decode("utf-8", "backslashreplace")
    one = Candidate(rule, start, end, found.span(), text, parts, distance=distance)
    one.confidence = rule.shape.confidence
    near = surroundings(data, start) if _needs_surroundings(rule) else None
    one.reason = _reason(data, one, near)
    one.alone = rule.lonely and not (near is not None and near.above)
    if not one.reason and rule.shape.pairs:
        one.reason = _add_pairs(data, one)
    return one


def _reason(data: bytes, one: Candidate, near: Surroundings | None) -> str:
    """Why a candidate is no finding, or nothing."""
    rule = one.rule
    if near is not None and not rule.generic:
        one.named = bool(rule.names)
        if not rule.name_fits(near.name, near.callee):
            return "name"
    for check in rule.shape.checks:
        if not checks.passes(check, one.text):
            return check.partition(" ")[0]
    if rule.allow is not None and rule.allow(one.text, _slice(data, one.whole), excerpt.line_at(data, one.start)):
        return "allow-list"
    if rule.shape.analysis:
        assert near is not None  # what is analysed has its surroundings read
        reason, confidence = analysis.generic(data, one, near)
        if confidence is not None:
            one.confidence = confidence
        return reason
    if _proven(rule):
        return ""
    text = one.text
    for run in rule.spelt_runs:
        text = text.replace(run, "", 1)
    return texture.placeholder(text)


def _needs_surroundings(rule: Rule) -> bool:
    shape = rule.shape
    return bool(shape.words or shape.names or shape.not_names or shape.analysis)


def _slice(data: bytes, span: tuple[int, int]) -> str:
    return data[span[0] : span[1]].decode("utf-8", "backslashreplace")


def _add_pairs(data: bytes, one: Candidate) -> str:
    """Find the other parts of a credential around its main part; a reason if a required one is missing."""
    for pair, pattern, names in one.rule.pairs:
        if pair.role in dict(one.parts):
            continue
        low, high = _around(data, one.start, one.end, pair.lines)
        best: tuple[int, str] | None = None
        for found in pattern.finditer(data, low, high):
            start, end = found.span(pair.role)
            if start < one.end and end > one.start:
                continue
            if names is not None:
                near = surroundings(data, start)
                if not names.search(f"{near.name} {near.callee}"):
                    continue
            distance = start - one.end if start >= one.end else one.start - end
            if best is None or distance < best[0]:
                best = (distance, found.group(pair.role).decode("utf-8", "backslashreplace"))
        if best is not None:
            one.parts = (*one.parts, (pair.role, best[1]))
        elif pair.required:
            return f"no-{pair.role.replace('_', '-')}"
    return ""


def _around(data: bytes, start: int, end: int, lines: int) -> tuple[int, int]:
    """The span of `lines` lines before and after, at most 100 bytes a line."""
    low, floor = start, max(0, start - 100 * (lines + 1))
    for _ in range(lines + 1):
        low = data.rfind(b"\n", floor, low)
        if low < 0:
            low = floor
            break
    high, ceiling = end, min(len(data), end + 100 * (lines + 1))
    for _ in range(lines + 1):
        high = data.find(b"\n", high, ceiling) + 1
        if high == 0:
            high = ceiling
            break
    return low, high


def settle(found: list[Candidate]) -> None:
    """Where candidates overlap, the more specific wins; the same value seen twice at a place counts once."""
    accepted = [one for one in found if not one.reason]
    accepted.sort(
        key=lambda one: (
            one.rule.generic,
            not one.named,
            # A generic value that decodes to text is how the secret is written; a known shape is the secret.
            -len(one.decoded) if one.rule.generic and "percent" not in one.decoded else len(one.decoded),
            one.distance,
            -len(one.parts),
            one.rule.order,
            one.start,
        )
    )
    starts: list[int] = []
    taken: list[Candidate] = []
    for one in accepted:
        place = bisect_left(starts, one.end)
        # What is taken does not overlap, so only the last that starts before this one's end can reach into it.
        if place and taken[place - 1].end > one.start:
            one.reason = f"covered-by {taken[place - 1].rule.kind.id}"
        else:
            starts.insert(place, one.start)
            taken.insert(place, one)
    parts = {value: one for one in taken if one.rule.shape.pairs for role, value in one.parts if role != "secret"}
    for one in taken:
        whole = parts.get(one.text)
        if whole is not None and whole is not one:
            one.reason = f"part-of {whole.rule.kind.id}"
