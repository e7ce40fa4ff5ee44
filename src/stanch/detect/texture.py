"""What the characters of a value tell: that it is made up, that it reads like words, that it was made to be safe."""

from binascii import a2b_base64
from itertools import pairwise
from pathlib import Path

from stanch.patterns import lazy

# --- placeholders -----------------------------------------------------------------------------------------------------

_SEQUENCES = ("0123456789", "1234567890", "9876543210", "abcdefghij", "qwertyuiop", "zyxwvutsrq", "0a1b2c3d")
_SAMPLE = lazy(
    r"example|placeholder|changeme|change[_-]me|your[_-]|redacted|insert[_-]|replace[_-]?me|not[_-]?a?[_-]?real|xxxx|"
    r"\*\*\*|\.\.\.|deadbeef|(?<![a-z0-9])(?:tbd|todo|dummy|sample|fake|foobar|lorem|dont[_-]?use|aaaaa+)(?![a-z0-9])"
)
_RUN = lazy(r"(.)\1{7,}")
_SEPARATORS = str.maketrans("", "", "-_. :")


def placeholder(text: str) -> str:
    """Why a value of a specific format is plainly no real one: "placeholder", or nothing."""
    body = text if len(text) < 512 else text[:512]
    if len(set(body)) < min(6, len(body)):
        return "placeholder"
    lower = body.lower()
    if _RUN.search(body) or _SAMPLE.search(lower):
        return "placeholder"
    plain = lower.translate(_SEPARATORS)
    if any(sequence in plain for sequence in _SEQUENCES):
        return "placeholder"
    # A short unit over and over: abcd1234abcd1234abcd1234.
    period = (body + body).find(body, 1)
    return "placeholder" if period <= len(body) // 2 else ""


_WEAK = frozenset((Path(__file__).parent / "weak.txt").read_text().split())
"""What everybody writes where a password stands in an example."""
_WEAK_HEADS = frozenset(word for word in _WEAK if len(word) > 3)
_TRIM = "_-.!@#$%*0123456789"
_LEET = str.maketrans("4@31!0$57", "aaeiiosst")
_SELF = lazy(r"passw|secret|pass(?:phrase|code)|token|sample|example|test|demo|dummy|changeme|geheim")
"""Words by which a password speaks of itself: most such values were made up for a page or a test."""


def is_weak(value: str) -> bool:
    """Whether a value is one that everybody writes: password, p@ssw0rd, secret1."""
    lower = value.lower()
    plain = lower.translate(_LEET)
    return bool({lower.strip(_TRIM), plain.strip(_TRIM), plain} & _WEAK) or _weak_and_a_bit(lower, plain)


def _weak_and_a_bit(lower: str, plain: str) -> bool:
    """Whether such a word has up to four characters behind it, too simple to count: password1234."""
    if variety(lower) > 2:
        return False
    return any(text[: len(text) - more] in _WEAK_HEADS for text in (lower, plain) for more in range(5))


def speaks_of_itself(value: str) -> bool:
    """Whether a password speaks of itself, in letters or what looks like them."""
    return bool(_SELF.search(value.lower().translate(_LEET)))


# --- words and kinds of characters ------------------------------------------------------------------------------------

DIGIT = lazy(r"[0-9]")
_SMALL, _CAPITAL, _MARK = lazy(r"[a-z]"), lazy(r"[A-Z]"), lazy(r"[^A-Za-z0-9_\-./:]")
_UUID = lazy(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUNS = lazy(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_COMMON = frozenset(
    group[0] + second
    for group in [
        "aabcdgiklmnprstuvyz",
        "baeiloru",
        "caehiklortu",
        "daeiorsu",
        "eabcdefgiklmnprstvxz",
        "faefio",
        "gaeioru",
        "haeio",
        "iabcdefgklmnoprstvz",
        "jae",
        "kaeiostu",
        "ladeilotuy",
        "mabeimopu",
        "nacdefginostuvy",
        "oabcdgiklmnoprstuvw",
        "paeiloprtu",
        "qu",
        "racdegikmnorstuy",
        "sacehikopstuw",
        "taehiorstuy",
        "uabceilmnprst",
        "vaeio",
        "waeio",
        "zaei",
    ]
    for second in group[1:]
)
"""The 220 pairs of letters that make up nine tenths of all words; of random letters they make up a third."""


def worded(value: str) -> float:
    """Which part of a value's characters reads like words: runs of letters whose pairs are those of words."""
    count = 0
    for found in _RUNS.finditer(value):
        word = found.group().lower()
        if len(word) >= 4:
            pairs = len(word) - 1
            if sum(word[at : at + 2] in _COMMON for at in range(pairs)) >= 0.75 * pairs:
                count += len(word)
    return count / len(value) if value else 0.0


def variety(value: str) -> int:
    """How many kinds of characters a value has: small letters, capitals, digits, marks."""
    if value.isascii():
        return sum(kind.search(value) is not None for kind in (_SMALL, _CAPITAL, DIGIT, _MARK))
    return (
        any(char.islower() for char in value)
        + any(char.isupper() for char in value)
        + any(char.isdigit() for char in value)
        + any(not char.isalnum() and char not in "_-./:" for char in value)
    )


def is_uuid(text: str) -> bool:
    """Whether a value is a UUID and nothing else."""
    return len(text) == 36 and bool(_UUID.fullmatch(text))


# --- passwords --------------------------------------------------------------------------------------------------------


def is_strong(value: str) -> bool:
    """Whether a password is one that was made to be safe, by a machine or by a person who had to."""
    kinds, words, digits = variety(value), worded(value), sum(char.isdigit() for char in value)
    if is_weak(value) or len(value) < 8:
        return False
    if speaks_of_itself(value) or _SELF.search(value.lower()):
        return kinds == 4 and digits >= 2 and len(value) >= 12
    if kinds >= 3 and (words <= 0.7 or (kinds == 4 and len(value) >= 12)):
        return True
    if len(value) >= 12:
        return words <= 0.34 and digits > 0
    turns = sum(first.isdigit() != second.isdigit() for first, second in pairwise(value))
    return words == 0 and turns >= 4


def inside(text: str) -> str:
    """What a value says in base64, as manifests and registries hold passwords; nothing if that is no text."""
    if len(text) % 4 or len(text) > 64 or "-" in text or "_" in text:
        return ""
    try:
        inner = a2b_base64(text, strict_mode=True).decode("ascii").replace("\0", "")
    except ValueError:
        return ""
    return inner.strip() if inner.strip().isprintable() else ""
