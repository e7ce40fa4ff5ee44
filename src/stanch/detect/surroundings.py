"""What stands around a value: the name that it is given, the operator, the quotes, the line.

A light lexer for every language at once: it reads backwards from the value on its line, and a little above where
the line says too little. It knows assignments, mappings, arguments, headers, attributes, tags, shell and prose.
"""

import msgspec

from stanch.patterns import lazy

REACH = 240
"""How many bytes of the line before a value are read."""

_SCHEME = lazy(rb"(?i)(?<![\w-])(?:bearer|basic|token|apikey|api-key|digest|key)[ \t]+\Z")
_PREFIX = lazy(rb"(?<!\w)(?:[bBrRfFuULcC$@]|[bBrRfF]{2}|%[qQ])\Z")
_OPERATOR = lazy(rb"(===|!==|:=|=>|->|==|!=|\?\?=?|\|\|=?|\?=|\+=|<-|=|:|,|\(|>|\||\bor|\belse)\Z")
# Begun only where a name may begin, and never given back: text without end is full of names that lead nowhere.
_IDENTIFIER = lazy(rb"""(?<![\w$@%.\-])[\w$@%.\-]++(?:\[[\w"'.:\-$]{1,60}+\][\w.\-]*+)*+\Z""")
_ANNOTATED = lazy(rb"(?<![\w$\-])(?!\$env:)([\w$\-]+)['\"]?\??[ \t]*:[ \t]*[&A-Za-z_'][\w.\[\], |<>?*&']{0,60}\Z")
_TYPED = lazy(rb"(?<![\w$])([\w$]++)[ \t]++(?:String|string|str|text|varchar(?:\(\d+\))?|\[\]byte)\Z")
_LAST_LITERAL = lazy(rb"""["'`]([^"'`\r\n]{1,80})["'`][ \t]*,\Z""")
_CALLEE = lazy(rb"(?<![A-Za-z_$])([A-Za-z_$][\w$.:]*+(?:->[\w$]++)*+)[ \t]*+(?:<[^<>()]{0,40}>)?\(([^()]*)\Z")
_TAG = lazy(rb"<([\w:.\-]{1,60})(?:[ \t][^<>]{0,160})?>\Z")
_LABEL = lazy(
    rb"""(?i)(?:\b(?:name|key|id|variable)["']?[ \t]*[=:][ \t]*|\bvariable[ \t]+|<key>)["']?([\w.:\-]{2,80})["']?"""
)
_OPTION = lazy(rb"(?<![^ \t])-{1,2}[A-Za-z][\w.\-]*\Z")
_PROSE = lazy(rb"[\w./'\- ]{1,48}\Z")
_NAMELESS = frozenset({"value", "val", "default", "string", "content", "data", "text", "v", "defaultvalue"})
_QUOTES = b"\"'`"


class Surroundings(msgspec.Struct, frozen=True):
    """The neighbourhood of one value."""

    name: str
    """Variable, key, header, parameter, attribute or tag that takes the value; the words before it in prose."""
    callee: str
    """The function that it is an argument of, or nothing."""
    operator: str
    """How it is given: "=", ":", "=>", ",", "(", ">", "==", " " (an option or a word before it), or nothing."""
    quote: str
    """The quote before it, or nothing."""
    above: bool = False
    """Whether lines above its own were read."""


def surroundings(data: bytes, start: int) -> Surroundings:
    """Read what stands before the value at `data[start:]`."""
    line = max(data.rfind(b"\n", 0, start) + 1, start - REACH)
    left = data[line:start]
    # The patterns below are anchored at the end: each is given no more than it can take, for they are tried everywhere.
    scheme = _SCHEME.search(left, max(0, len(left) - 16)) if left[-1:] in b" \t" else None
    if scheme:
        left = left[: scheme.start()]
    bare = left.rstrip(b"\"'`\\")
    quote = left[len(bare) :].lstrip(b"\\")[:1].decode()
    if quote:
        prefix = _PREFIX.search(bare, max(0, len(bare) - 3))
        bare = bare[: prefix.start()] if prefix else bare
    left = bare.rstrip(b" \t")
    spaced = len(left) < len(bare)
    if not left.strip(b" \t-[{(|>*"):
        return _from_above(data, line, left, quote)
    return _read(data, line, left, quote, spaced)


def _read(data: bytes, line: int, left: bytes, quote: str, spaced: bool) -> Surroundings:
    """Find operator and name in what is left of the value on its line."""
    found = _OPERATOR.search(left, max(0, len(left) - 6))
    if not found:
        return Surroundings(_word_before(left), _callee(left), " " if spaced else "", quote)
    operator = found.group(1).decode()
    before = left[: found.start()].rstrip(b" \t")
    name = ""
    if operator == ",":
        literal = _LAST_LITERAL.search(left)
        name = literal.group(1).decode(errors="replace") if literal else ""
    elif operator == "(":
        pass
    elif operator == ">":
        tag = _TAG.search(left)
        name = tag.group(1).decode() if tag else ""
    else:
        name = _name(before, operator)
    above = False
    if name.lower() in _NAMELESS or (operator == ">" and name.lower() in ("string", "td", "value")):
        labels = _LABEL.findall(before)
        if not labels:
            above = True
            labels = _LABEL.findall(data[max(0, line - 160) : line])
        # The name that stands beside a value called "value": `name="X" value="..."`, or `name: X` on the line above.
        name = labels[-1].decode(errors="replace") if labels else name
    return Surroundings(name, _callee(left), operator, quote, above)


def _name(before: bytes, operator: str) -> str:
    """The identifier, quoted key or annotated name at the end of `before`."""
    if operator.startswith(("=", ":=")):
        annotated = (b":" in before and _ANNOTATED.search(before[-120:])) or _TYPED.search(before[-80:])
        if annotated:
            return annotated.group(1).decode()
    bare = before.rstrip(b"\"'`\\ \t)")
    bare = bare[-120:]
    found = _IDENTIFIER.search(bare)
    name = found.group(0).decode(errors="replace") if found else ""
    if operator == ":" and found and bare[: found.start()].endswith(b" "):
        prose = _PROSE.search(bare, max(0, len(bare) - 48))
        name = prose.group(0).decode(errors="replace").strip() if prose else name
    return name


def _word_before(left: bytes) -> str:
    """For options (`--token VALUE`), `ENV NAME VALUE`, netrc and prose: the words just before the value."""
    found = _OPTION.search(left, max(0, len(left) - 80)) or _PROSE.search(left, max(0, len(left) - 48))
    return found.group(0).decode(errors="replace").strip() if found else ""


def _callee(left: bytes) -> str:
    """The function whose argument list is open at the end of `left`."""
    if b"(" not in left:
        return ""
    found = _CALLEE.search(left)
    return found.group(1).decode(errors="replace") if found else ""


def _from_above(data: bytes, line: int, left: bytes, quote: str) -> Surroundings:
    """A value at the start of its line: the line above may end with an operator, or open a list or block."""
    end = line - 1
    for _ in range(3):
        if end <= 0:
            break
        start = max(data.rfind(b"\n", 0, end) + 1, end - REACH)
        above = data[start:end].rstrip()
        if above:
            above = above.rstrip(b"|>-+ \t\\").rstrip(b"[{\"'").rstrip(b" \t") or above
            read = _read(data, start, above, quote, False)
            if read.operator and read.operator != " ":
                return msgspec.structs.replace(read, above=True)
            break
        end = start - 1
    return Surroundings("", _callee(left), "", quote, above=True)
