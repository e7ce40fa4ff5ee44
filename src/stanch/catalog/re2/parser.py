"""Reads Go's syntax from left to right into a tree."""

import re

from stanch.catalog.re2 import classes
from stanch.catalog.re2.tree import Choice, Group, Node, Repeat, Sequence, Text
from stanch.errors import ConfigError

_CONTROL = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<(\w+)>")
_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}")
_ESCAPE = re.compile(r"\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})|(.))", re.DOTALL)
_DEEPEST = 100


def parse(pattern: str) -> Node:
    """The pattern as a tree; ConfigError where Go would not take it."""
    return _Parser(pattern).all()


class _Parser:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.groups = 0
        self.depth = 0

    def all(self) -> Node:
        """The whole pattern."""
        node = self._choice("")
        if self.at < len(self.text):
            raise self._error("a ')' without '('")
        return node

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"{text} at character {self.at + 1}")

    def _take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _choice(self, outside: str) -> Node:
        """Alternatives up to a ")" or the end. Flags set on the way hold to there, across "|" too."""
        flags = outside
        branches: list[Node] = []
        done: list[Node] = []
        run: list[Node] = []
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._error("nested too deep")
        while True:
            ended = self.at >= len(self.text) or self.text[self.at] == ")"
            change = None if ended else self._flag_change(flags)
            if ended or change is not None or self.text[self.at] == "|":
                if run:
                    done.append(Sequence(tuple(run), _difference(outside, flags)))
                    run = []
                if change is not None:
                    flags = change
                    continue
                branches.append(done[0] if len(done) == 1 else Sequence(tuple(done)))
                done = []
                if ended:
                    break
                self.at += 1
                continue
            run += self._element(flags)
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _flag_change(self, flags: str) -> str | None:
        """The new flags where a group that only sets flags stands."""
        found = _FLAGS.match(self.text, self.at)
        if not found or found[3] != ")":
            return None
        self.at = found.end()
        return _changed(flags, found)

    def _element(self, flags: str) -> list[Node]:
        """One element with its repeat sign, or the literal characters of a quotation."""
        if self._take(r"\Q"):
            quoted, _, _ = self.text[self.at :].partition(r"\E")
            self.at = min(self.at + len(quoted) + 2, len(self.text))
            literals: list[Node] = [classes.literal(char) for char in quoted]
            return [*literals[:-1], self._repeated(literals[-1], flags)] if literals else []
        if self.text.startswith(r"\E", self.at):
            self.at += 2
            return []
        return [self._repeated(self._atom(flags), flags)]

    def _atom(self, flags: str) -> Node:
        char = self.text[self.at]
        if char == "(":
            return self._group(flags)
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "*+?" or _REPEAT.match(self.text, self.at):
            raise self._error("nothing to repeat")
        self.at += 1
        if char == ".":
            return Text(".", varies=True)
        if char == "^":
            return Text("^", single=False)
        if char == "$":
            return Text("$" if "m" in flags else r"\Z", single=False)
        return classes.literal(char)

    def _group(self, flags: str) -> Node:
        number = 0
        inner = flags
        if found := _NAMED.match(self.text, self.at):
            self.at = found.end()
            self.groups = number = self.groups + 1
        elif found := _FLAGS.match(self.text, self.at):
            self.at = found.end()
            inner = _changed(flags, found)
        elif self.text.startswith("(?", self.at):
            raise self._error("a kind of group that Go does not have")
        else:
            self.at += 1
            self.groups = number = self.groups + 1
        body = self._choice(inner)
        if not self._take(")"):
            raise self._error("a '(' without ')'")
        if number:
            return Group(number, body)
        return Sequence((body,), _difference(flags, inner))

    def _repeated(self, node: Node, flags: str) -> Node:
        low, high = 0, None
        if found := _REPEAT.match(self.text, self.at):
            low = int(found[1])
            high = low if found[2] is None else int(found[3]) if found[3] else None
            self.at = found.end()
            if low > 1000 or (high is not None and not low <= high <= 1000):
                raise self._error("a repeat that Go does not take")
        elif self._take("*"):
            pass
        elif self._take("+"):
            low = 1
        elif self._take("?"):
            high = 1
        else:
            return node
        lazy = self._take("?") != ("U" in flags)
        if self.text[self.at : self.at + 1] in ("*", "+", "?") or _REPEAT.match(self.text, self.at):
            raise self._error("a repeat of a repeat")
        return Repeat(node, low, high, lazy)

    def _escape(self) -> Node:
        """An escape outside a class."""
        char = self.text[self.at + 1 : self.at + 2]
        if char in ("A", "b", "B"):
            self.at += 2
            return Text("\\" + char, single=False)
        if char == "z":
            self.at += 2
            return Text(r"\Z", single=False)
        if char and char in "dswDSW":
            self.at += 2
            return Text("\\" + char, varies=True)
        if char in ("p", "P"):
            named, self.at = classes.unicode_class(self.text, self.at)
            return classes.class_text(named.codes, "", beyond=True)
        return classes.literal(self._escaped_char())

    def _escaped_char(self) -> str:
        """The one character that the escape here stands for."""
        found = _ESCAPE.match(self.text, self.at)
        if not found:
            raise self._error("an escape without end")
        code = found[1] or found[2]
        if code or found[3]:
            value = int(code, 16) if code else int(found[3], 8)
            if value > 0x10FFFF or 0xD800 <= value < 0xE000:
                raise self._error("no character")
            char = chr(value)
        elif found[4] in _CONTROL:
            char = _CONTROL[found[4]]
        elif found[4].isalnum() or ord(found[4]) > 127:
            raise self._error("an escape that Go does not have")
        else:
            char = found[4]
        self.at = found.end()
        return char

    def _class(self) -> Node:
        """A class in brackets."""
        self.at += 1
        negated = self._take("^")
        codes: set[int] = set()
        chars: set[str] = set()
        beyond = everything = False
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            if found := classes.named(self.text, self.at):
                named, self.at = found
                codes |= named.codes
                beyond |= named.beyond
                everything |= named.everything
                continue
            low = high = self._class_char()
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self._class_char()
            if high < low:
                raise self._error("a range from high to low")
            codes.update(range(ord(low), min(ord(high), 127) + 1))
            if low == high and ord(low) > 127:
                chars.add(low)
            elif ord(high) > 127:
                beyond = True
        self.at += 1
        if negated:
            members = classes.ASCII - codes if everything else codes
            return Text(classes.char_set(members, negated=not everything), varies=True)
        return classes.class_text(codes, "" if beyond else "".join(sorted(chars)), beyond=beyond)

    def _class_char(self) -> str:
        """One character within brackets."""
        if self.text.startswith("\\", self.at):
            return self._escaped_char()
        if self.at >= len(self.text):
            raise self._error("a '[' without ']'")
        self.at += 1
        return self.text[self.at - 1]


def _changed(flags: str, found: re.Match[str]) -> str:
    """The flags after a group that switches some on and some off."""
    return "".join(flag for flag in "imsU" if (flag in flags or flag in found[1]) and flag not in (found[2] or ""))


def _difference(outside: str, inside: str) -> str:
    """What a Python group must say to go from one set of flags to the other; U is Go's own and already worked in."""
    on = "".join(flag for flag in "ims" if flag in inside and flag not in outside)
    off = "".join(flag for flag in "ims" if flag in outside and flag not in inside)
    return on + (f"-{off}" if off else "")
