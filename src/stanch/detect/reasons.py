"""Reasons against a value: tests on the syntax around it, on its name's meaning and on its own texture."""

from collections.abc import Callable

import msgspec

from stanch.catalog.checks import entropy
from stanch.detect.surroundings import Surroundings
from stanch.detect.texture import DIGIT, inside, is_uuid, is_weak, placeholder, variety, worded
from stanch.patterns import lazy


class Value(msgspec.Struct, frozen=True):
    """A candidate's value with all that the tests below look at."""

    text: str
    bare: str
    """Without what closes an expression behind it."""
    before: bytes
    """The byte before the value, or its quote."""
    after: bytes
    near: Surroundings

    @property
    def closed(self) -> bool:
        """Whether quotes or tags enclose the value, so that what is in it is data and no code."""
        if self.near.quote:
            return self.after.lstrip(b"\\")[:1] in (b'"', b"'", b"`") or self.after.startswith(b"&quot;")
        return self.near.operator == ">" and self.after.startswith((b"</", b"<\\/"))

    @property
    def environment(self) -> bool:
        """Whether it is given as shells and environment files do: NAME=value, no blank, nothing to evaluate."""
        return self.before == b"=" and not self.near.quote and self.near.operator == "="


Test = Callable[[Value], bool]


# --- the syntax around the value --------------------------------------------------------------------------------------

TEMPLATE = lazy(
    r"\$\{|\$\(|\{\{|\}\}|<%|%>|%\(|%[sdv](?![0-9a-fA-F])|\{[\w.:]*\}|^\$[A-Za-z_]|^%[A-Za-z_]+%$|^<[^>]*>?$|^\[.*\]$|^@[\w.]+$"
    r"|#\{|^!|^&|^\*+$|^env[.:]|^vault:|^ssm:|^arn:|^secret[sm]?[.:/]|^op://|^sops|ENC\[|^https?:|^file:|^\(|__[A-Z_]+__$"
)
_CODE = lazy(
    r"(?i)^(?:self|this|os|process|config|settings|options|request|params|args|ctx|data|props|env|env\[|my|app|cls|user)\."
    r"|\bgetenv|environ|\.get$|::|->|\(|\)|\[\w*\]|;$|^(?:new|await|null|none|true|false|nil|undefined|function|lambda)\b"
)
_CALL = lazy(r"^[\w.]+\(")
_DOTTED = lazy(r"[A-Za-z_$][\w$\-]*(?:\??\.[A-Za-z_$][\w$\-]*)+")
_NAME_ONLY = lazy(r"[A-Za-z_$][A-Za-z_$]*")
_HASH = lazy(
    r"\$(?:2[abxy]?|1|5|6|y|argon2\w{0,2}|pbkdf2[\w-]*|scrypt|apr1|P|H|S)\$|\{(?:SSHA|SHA|MD5|CRYPT|BCRYPT)\d*\}|pbkdf2_sha"
)
_ENCRYPTED = lazy(r"\{[A-Za-z0-9+/]{20,}={0,2}\}|ENC\(|\{cipher\}|vault:v\d+:")
"""What Maven, Jenkins, Jasypt, Spring and Vault write: worth nothing without a key that is elsewhere."""
_SENTENCE = lazy(r"[^\W\d_]+[\u2019'.,:;!?\u2026-]*")
_GLUE = "+.,;)=&|?:"
_BETWEEN = lazy(r"[)\]},;+?:&|]+[A-Za-z_$][\w$]*(?:[.][\w$]+)*[(=]")
"""Code between two literals, in a line where the quote before it closes one."""
_CONTROL = lazy(r"[\x00-\x08\x0e-\x1f]")
"""What stands between strings in compiled code, and nobody types."""
_ACCENTED = lazy(r"\\(?:u00|x)[c-fC-F][0-9a-fA-F]")
"""A letter with an accent, as translations for Java write it, or as it looks where it is no UTF-8."""


def _is_hash(value: Value) -> bool:
    return value.text.startswith(("$", "{", "p")) and bool(_HASH.match(value.text))


def _is_encrypted(value: Value) -> bool:
    return value.text.startswith(("{", "E", "v")) and bool(_ENCRYPTED.match(value.text))


def _is_template(value: Value) -> bool:
    return bool(TEMPLATE.search(value.text))


def _is_code(value: Value) -> bool:
    """An expression, a variable, a type: no literal."""
    text = value.text
    if _BETWEEN.match(text) or _CONTROL.search(text):
        return True
    if value.closed:
        return False
    if text[0] in _GLUE:
        return True
    if value.near.quote:
        return value.near.quote == "`"
    if value.after[:1] in (b"(", b"[", b"{", b"$"):
        return True
    if value.environment and value.near.name.isupper():
        return bool(_CALL.search(text))
    if _CODE.search(text):
        return True
    if _is_dotted(value.bare) and (worded(value.bare) > 0.5 or not DIGIT.search(value.bare)):
        return True
    return bool(value.bare != text or value.after[:1] == b"<") and bool(_NAME_ONLY.fullmatch(value.bare))


def _is_dotted(text: str) -> bool:
    """Whether a value is names with dots between them."""
    return "." in text and bool(_DOTTED.fullmatch(text))


def _is_prose(value: Value) -> bool:
    """A word of a sentence or of a translation: letters alone, or the first part of a quoted text."""
    followed = value.after[:1] in (b" ", b"\t")
    if followed and value.near.quote and not value.closed:
        return True
    text = _ACCENTED.sub("\u00e9", value.text)
    foreign = 0 if text.isascii() else sum(not char.isascii() and char.isalpha() for char in text)
    if foreign:
        return not DIGIT.search(text) or foreign * 3 > len(text)
    return followed and value.after[1:2].isalpha() and bool(_SENTENCE.fullmatch(value.text))


_EXPRESSION = lazy(r"[()\[\]{}|;,&]")


def _is_expression(value: Value) -> bool:
    """No quotes, and marks that code is full of."""
    if value.closed or value.near.quote:
        return False
    if value.near.operator not in ("=", ":", "=>", " ", ":="):
        return True
    return not (value.environment and value.near.name.isupper()) and bool(_EXPRESSION.search(value.bare))


def _is_comparison(value: Value) -> bool:
    """Something that is compared or written down, not given."""
    return value.near.operator in ("==", "!=", "===", "!==") and variety(value.bare) < 3


# --- the name's meaning -----------------------------------------------------------------------------------------------

_TAILS = (
    "type|name|names|id|ids|uuid|url|uri|urls|path|paths|file|filename|dir|folder|header|headers|field|fields|param|params|"
    "method|class|prefix|suffix|length|len|size|count|counts|limit|max|min|ttl|expiry|expires|expiration|lifetime|timeout|"
    "format|regex|regexp|pattern|label|title|description|desc|placeholder|hint|help|helper|message|msg|error|errors|text|policy|"
    "policies|provider|endpoint|host|port|algorithm|alg|version|status|state|mode|enabled|disabled|required|hash|hashes|digest|"
    "checksum|sha|sha1|sha256|md5|fingerprint|arn|kid|scope|scopes|index|idx|position|pos|offset|line|column|kind|"
    "strategy|handler|callback|listener|validator|generator|manager|service|client|factory|store|storage|holder|"
    "backend|driver|plugin|module|package|ref|refs|reference|selector|template|variable|var|env|input|button|"
    "form|page|view|link|option|options|rule|rules|role|group|user|username|email|domain|realm|issuer|audience|component|control|"
    "date|time|at|by|on|stamp|timestamp|created|updated|changed|reset|confirmation|strength|attempts|history|resource|tag|tags|"
    "iv|salt|check|checks|test|tests|spec|verifier|challenge|responses|instruction"
)
_LAST_WORDS = frozenset(_TAILS.split("|"))
"""The last words of names of something that is about a secret, or that secrets are for."""
_LAST_HUMPS = frozenset(word.title() for word in _LAST_WORDS) - {"At", "By", "On"}
"""The same in camel case."""
_LAST_WORD = lazy(r"[^_\-.\s]*\Z")
_LAST_HUMP = lazy(r"(?<=[a-z])[A-Z][^A-Z]*\Z")
_OTHERS = (
    "public|pubkey|continuation|cursor|csrf|xsrf|nonce|authority|authenticity|_author|coauth|tokeniz|tokenis|secretar|keyboard|"
    "keyword|passive|passing|passenger|compass|bypass|passed|integrity|checksum|commit|revision|etag|md5|signature|certificate|"
    "fingerprint|digest|thumbprint|knownhosts|known_hosts|translation|i18n|locale|placeholder|tooltip|publishable|data-|aria-|"
    "sourcemap|accredit|monkey|turkey|token_uri|auth_uri|token_type|auth_type|encrypted|sealed|secure:"
)
_OTHER_WORDS = tuple(_OTHERS.split("|"))
"""What names of something else hold. Looked for one by one: one pattern of them all takes too long to compile."""
_OTHER = lazy(
    r"(?:next|page)[_-]?token|author(?!i)|token_?count|(?:num|max)_?tokens|pass_?(?:through|rate)|sha-?\d|cert(?:[_.-]|$)"
    r"|authorized_?keys|(?:primary|foreign|partition|sort|cache|site)_?key|oauth_?(?:callback|redirect)|credits?\b"
)
_PASS = lazy(
    r"(?i:passw|pwd|passphrase|identified)|(?:^|[^A-Za-z])(?i:pass|pw)(?:$|[^A-Za-z])|[a-z]P(?:ass|w)(?:$|[^a-z])"
    r"|(?:^|[^A-Z])PASS(?:$|[^A-Z])|^pass[A-Z]|^-p$"
)
_DEED = lazy(
    r"(?i)(?:reset|forgot|forgotten|forget|check|verify|validate|hash|encrypt|generate|compare|show|hide|toggle|get|has|is|"
    r"need|require|ask|prompt|missing|invalid|label|bad|incorrect|no)[_.\-]?pass"
)
"""Names of deeds and messages about passwords rather than of passwords."""
_GIVER = lazy(
    r"(?i)(?:^|[.:>])(?:set|with|add|use|set_|with_)?\w*(?:passw(?:or)?d|passphrase|secret|token|key|credentials?)$"
)
"""Functions that take a secret as their first argument: setPassword("..."), withToken("...")."""
_ASKER = lazy(
    r"(?i)(?:^|[.:>_])(?:get|has|is|find|hash|verify|check|read|load|decode|parse|validate|expect|describe|it|test)[A-Z_]?"
)


def _named_otherwise(value: Value) -> bool:
    """The name says that the value is something else: a type, an address, a count, a public key."""
    name = value.near.name
    if value.near.callee == "credentials":
        return True  # Jenkins looks one up by its name
    if not name:
        return not _given_to(value.near)
    lower = name.lower()
    if any(word in lower for word in _OTHER_WORDS) or _OTHER.search(lower):
        return True
    if lower.endswith("credentials") and is_uuid(value.bare):
        return True  # what Jenkins looks them up by
    word, hump = _LAST_WORD.search(lower), _LAST_HUMP.search(name)
    return (word is not None and word[0] in _LAST_WORDS) or (hump is not None and hump[0] in _LAST_HUMPS)


def _given_to(near: Surroundings) -> bool:
    """Whether a value without a name is an argument of a function that takes secrets."""
    if near.operator != "(":
        return near.operator != ","
    return bool(near.quote and _GIVER.search(near.callee) and not _ASKER.search(near.callee))


def _no_password_by_name(value: Value) -> bool:
    name = value.near.name
    return bool(name) and (not _PASS.search(name) or bool(_DEED.search(name)))


# --- the value's texture ----------------------------------------------------------------------------------------------

_HEX = lazy(r"[0-9a-f]+|[0-9A-F]+")
_VERSION = lazy(r"[~^<>=]{0,2}[vV]?\d+(?:\.\d+)+[\w.\-+]*|\d{4}-\d\d-\d\d[\w:.\-+]*|[\d.,:\-+/]+")
_JWT = lazy(r"eyJ[\w-]+\.e[wy]")
_FILE = lazy(
    r"\.(?:json|ya?ml|py|js|ts|rb|go|txt|pem|key|crt|cer|html?|css|xml|md|sh|toml|ini|cfg|conf|enc|com|org|net|io|dev)$"
)
_PUBLIC = (
    *("MII", "LS0tLS1", "data:", "AAAAB3", "AAAAC3", "ssh-", "md5="),
    *(f"sha{bits}{mark}" for bits in (1, 256, 384, 512) for mark in "-=:"),
)
_ROOTED = lazy(r"/(?:tmp|var|usr|etc|home|opt|run|dev|proc|mnt|Users)/")


def _is_placeholder(value: Value) -> bool:
    return bool(placeholder(value.bare)) or is_weak(value.bare)


def _holds_a_sample(value: Value) -> bool:
    """Base64 of a sample: dXNlcjpwYXNz is user:pass."""
    inner = inside(value.text)
    return bool(inner) and is_weak(inner.rpartition(":")[2])


def _is_path(value: Value) -> bool:
    """A path, a file's name, a host or a MIME type."""
    text = value.bare
    if "." in text and _FILE.search(text):
        return True
    pieces = [piece for piece in text.split("/") if piece]
    if text.startswith(("/", "./", "../", "~/")) and len(pieces) > 1 and (worded(text) > 0.3 or _ROOTED.match(text)):
        return True
    if len(pieces) > 1 and sum(worded(piece) > 0.6 for piece in pieces) * 2 >= len(pieces):
        return True
    return _is_dotted(text) and not DIGIT.search(text.partition(".")[0])


def _is_version(value: Value) -> bool:
    return bool(_VERSION.fullmatch(value.bare))


def _is_public_uuid(value: Value) -> bool:
    return is_uuid(value.bare) and not (value.near.quote or value.near.operator == "=")


def _is_public(value: Value) -> bool:
    return value.text.startswith(_PUBLIC)


def _is_jwt(value: Value) -> bool:
    """A JSON Web Token: the detector of that name judges it better."""
    return value.text.startswith("eyJ") and bool(_JWT.match(value.text))


def _is_short_token(value: Value) -> bool:
    return len(value.text.strip("=._-~/")) < 16


def _is_number(value: Value) -> bool:
    return not any(char.isalpha() for char in value.text)


def _is_wordy_token(value: Value) -> bool:
    if not DIGIT.search(value.text):
        return len(value.text) < 24 or worded(value.text) > 0.25 or variety(value.text) < 2
    return worded(value.text) > 0.5


def _is_even(value: Value) -> bool:
    """Less random than a random value of its length and alphabet nearly always is; a UUID's dashes do not count."""
    text = value.text.strip("=._-~/")
    if is_uuid(text):
        return False
    ideal = min(16 if _HEX.fullmatch(text) else 64, len(text))
    whole = ideal.bit_length() - 1
    return entropy(text) < 0.82 * (whole + ideal / (1 << whole) - 1)


def _is_short_password(value: Value) -> bool:
    return len(value.bare) < 6


def _is_one_kind(value: Value) -> bool:
    if variety(value.bare) >= 2:
        return False
    return len(value.bare) < 12 or worded(value.bare) > 0.3 or not value.bare.isalpha()


# --- all of them ------------------------------------------------------------------------------------------------------

_ANYWHERE: tuple[tuple[str, Test], ...] = (
    ("hash", _is_hash),
    ("encrypted", _is_encrypted),
    ("template", _is_template),
    ("code", _is_code),
    ("name", _named_otherwise),
    ("prose", _is_prose),
)
TOKEN_TESTS: tuple[tuple[str, Test], ...] = (
    *_ANYWHERE,
    ("placeholder", _is_placeholder),
    ("short", _is_short_token),
    ("uuid", _is_public_uuid),
    ("version", _is_version),
    ("public", _is_public),
    ("jwt", _is_jwt),
    ("number", _is_number),
    ("path", _is_path),
    ("words", _is_wordy_token),
    ("entropy", _is_even),
    ("placeholder", _holds_a_sample),
)
PASSWORD_TESTS: tuple[tuple[str, Test], ...] = (
    *_ANYWHERE,
    ("name", _no_password_by_name),
    ("short", _is_short_password),
    ("placeholder", _is_placeholder),
    ("version", _is_version),
    ("path", _is_path),
    ("words", _is_one_kind),
    ("comparison", _is_comparison),
    ("placeholder", _holds_a_sample),
    ("code", _is_expression),
)
"""Every reason against a value, in the order in which they are tried."""
