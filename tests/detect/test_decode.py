"""Encoded secrets are found where they stand, whatever the encoding; hostile input costs linear time and no error."""

import base64
import gzip
import random
import string
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.detect import decode
from stanch.detect.engine import Engine
from stanch.detect.rules import MAX_DEPTH

from .samples import NOTION, found, password, secret_of

SECRET = secret_of(NOTION, 1)


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def percent(text: str) -> str:
    return "".join(f"%{ord(char):02X}" for char in text)


def escaped(text: str) -> str:
    return "".join(f"\\x{ord(char):02x}" for char in text)


def unicode_escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04X}" for char in text)


ENCODED: dict[str, tuple[str, tuple[str, ...]]] = {
    "base64": (b64(f"token={SECRET}\n"), ("base64",)),
    "base64 without padding": (b64(f"token={SECRET}").rstrip("="), ("base64",)),
    "base64 of the value alone": (b64(SECRET), ("base64",)),
    "URL-safe base64": (base64.urlsafe_b64encode(f"??>>~~~ {SECRET} ~~~".encode()).decode(), ("base64",)),
    "base64 in base64": (b64(b64(SECRET)), ("base64", "base64")),
    "base64 three times": (b64(b64(b64(SECRET))), ("base64",) * 3),
    "hex": (SECRET.encode().hex(), ("hex",)),
    "hex in capitals": (SECRET.encode().hex().upper(), ("hex",)),
    "percent": (percent(SECRET), ("percent",)),
    "percent in part": (SECRET[:9] + percent(SECRET[9:13]) + SECRET[13:], ("percent",)),
    "percent of base64": (b64(f"a {SECRET}").replace("=", "%3D"), ("base64",)),
    "x escapes": (escaped(SECRET), ("escape",)),
    "u escapes": (unicode_escaped(SECRET), ("escape",)),
    "u escapes in part": (SECRET[:6] + unicode_escaped(SECRET[6:8]) + SECRET[8:], ("escape",)),
    "u escapes in braces": ("".join(f"\\u{{{ord(char):x}}}" for char in SECRET), ("escape",)),
    "decimal entities": ("".join(f"&#{ord(char)};" for char in SECRET), ("entity",)),
    "hexadecimal entities": ("".join(f"&#x{ord(char):X};" for char in SECRET), ("entity",)),
    "entities in part": (SECRET.replace("_", "&#95;"), ("entity",)),
    "percent in base64": (b64("v=" + percent(SECRET)), ("base64", "percent")),
    "hex in base64": (b64(SECRET.encode().hex()), ("base64", "hex")),
    "base64 in hex": (b64(SECRET).encode().hex(), ("hex", "base64")),
    "gzip in base64": (b64(gzip.compress(f"token = {SECRET}\n".encode() * 3, mtime=0)), ("base64",)),
    "zlib in base64": (b64(zlib.compress(f"token = {SECRET}\n".encode() * 3)), ("base64",)),
    "UTF-16 in base64": (b64(f"$t = '{SECRET}'".encode("utf-16-le")), ("base64", "utf-16")),
}
PLACES = {
    "alone": ("", ""),
    "in quotes": ('x = "', '"\n'),
    "bare": ("first line\nvalue: ", "\r\nlast line\n"),
    "behind other characters": ("wört: 'ab'\n\t\tdäta('", "', 7)"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ENCODED)
def test_an_encoded_secret_is_found_at_the_place_of_its_encoding(engine: Engine, name: str, place: str) -> None:
    text, chain = ENCODED[name]
    before, after = PLACES[place]
    data = (before + text + after).encode()
    [match] = found(engine, data, NOTION)
    assert match.secret == SECRET
    assert match.decoded == chain
    start, end = len(before.encode()), len((before + text).encode())
    assert start <= match.start < match.end <= end
    if "part" not in name and not name.startswith("percent of"):
        assert (match.start, match.end) == (start, end)
    line = before[before.rfind("\n") + 1 :]
    assert match.line == match.end_line == before.count("\n") + 1
    assert match.column == len(line) + 1 + match.start - start
    assert match.end_column == len(line) + 1 + match.end - start


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be", "utf-32"])
def test_text_in_wide_characters_is_found(engine: Engine, encoding: str) -> None:
    data = f"first\r\ntoken = {SECRET}\r\nlast\r\n".encode(encoding)
    [match] = found(engine, data, NOTION)
    assert match.secret == SECRET
    assert match.decoded == ("utf-16" if "16" in encoding else "utf-32",)
    assert match.line == 2


def test_wide_strings_inside_a_binary_are_found(engine: Engine) -> None:
    noise = random.Random(5).randbytes(999)
    data = noise + f"key={SECRET}".encode("utf-16-le") + noise
    [match] = found(engine, data, NOTION)
    assert match.secret == SECRET
    assert len(noise) <= match.start < match.end <= len(noise) + 2 * len(f"key={SECRET}")


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n      ", "\\\n"])
def test_wrapped_base64_is_joined(engine: Engine, width: int, end: str) -> None:
    text = b64(f"A letter before it, long enough to fill a line and more. token={SECRET} And a letter behind it.")
    wrapped = end.join(text[place : place + width] for place in range(0, len(text), width))
    data = f"Content-Transfer-Encoding: base64\n\n{wrapped}\n\n--\n".encode()
    [match] = found(engine, data, NOTION)
    assert match.secret == SECRET
    assert match.line == 3
    assert match.end_line == 3 + wrapped.count("\n")
    assert data[match.start : match.end].decode() == wrapped


def test_the_line_below_base64_is_no_part_of_it(engine: Engine) -> None:
    data = f"{b64(SECRET + '!!')}\nSomeOtherWordsWithoutSpaces\n".encode()
    [match] = found(engine, data, NOTION)
    assert match.end_line == 1


SEAMS = {
    "plus": '"{}" + "{}"',
    "plus without spaces": '"{}"+"{}"',
    "plus at the line's end": '"{}" +\n        "{}"',
    "plus at the line's begin": '"{}"\n        + "{}"',
    "plus, CRLF": "'{}' +\r\n\t'{}'",
    "dot": "'{}' . '{}'",
    "dot at the line's begin": "'{}'\n    . '{}'",
    "two dots": '"{}" .. "{}"',
    "ampersand": '"{}" & "{}"',
    "ampersand with continuation": '"{}" &\n   "{}"',
    "backslash": '"{}" \\\n    "{}"',
    "adjacent": '"{}" "{}"',
    "adjacent on lines": '("{}"\n "{}")',
    "adjacent on lines, CRLF": '("{}"\r\n    "{}")',
    "backquotes": "`{}` + `{}`",
    "angles": '"{}" <> "{}"',
}


@pytest.mark.parametrize("seam", SEAMS)
@pytest.mark.parametrize("cut", [6, 20, 40])
def test_adjacent_literals_are_joined(engine: Engine, seam: str, cut: int) -> None:
    text = SEAMS[seam].format(SECRET[:cut], SECRET[cut:])
    data = f"first\nx = {text};\n".encode()
    [match] = found(engine, data, NOTION)
    assert match.secret == SECRET
    assert match.decoded == ("joined",)
    assert data[match.start : match.end].decode() == text[text.index("n") : text.rindex(SECRET[-1]) + 1]
    assert (match.line, match.end_line) == (2, 2 + text.count("\n"))


def test_many_literals_are_joined(engine: Engine) -> None:
    text = '" +\n    "'.join(SECRET[place : place + 10] for place in range(0, len(SECRET), 10))
    [match] = found(engine, f'token = "{text}"'.encode(), NOTION)
    assert match.secret == SECRET
    assert match.end_line == 5


@pytest.mark.parametrize(("size", "expected"), [(5, True), (3, False)])
def test_pieces_of_a_token_are_not_too_short(engine: Engine, size: int, expected: bool) -> None:
    text = '" + "'.join(SECRET[place : place + size] for place in range(0, len(SECRET), size))
    assert bool(found(engine, f'x = "{text}"'.encode(), NOTION)) is expected


@pytest.mark.parametrize(("between", "expected"), [(" " * 300, True), (" " * 700, False)])
def test_entities_count_near_those_that_tell_of_a_value(engine: Engine, between: str, expected: bool) -> None:
    """A page's prose is full of "&lt;" and "&amp;"."""
    address = "postgres://app:{}@db.acme.io/main".format(b64(password(3, 14)).rstrip("=") + "&amp;Q7x")
    data = f"&#97;{between}{address}\n".encode()
    matches = [one for one in engine.scan(data).matches if one.decoded == ("entity",)]
    assert bool(matches) is expected


def test_joined_literals_may_hold_base64(engine: Engine) -> None:
    text = b64(f"token={SECRET}")
    [match] = found(engine, f'x = "{text[:40]}" +\n  "{text[40:]}"'.encode(), NOTION)
    assert match.secret == SECRET
    assert match.decoded == ("joined", "base64")


def test_literals_of_different_quotes_are_not_joined(engine: Engine) -> None:
    assert not found(engine, f"x = \"{SECRET[:20]}\" + '{SECRET[20:]}'".encode(), NOTION)


def test_a_value_of_a_kubernetes_secret_is_read_with_its_name(engine: Engine) -> None:
    value = password(3, 12)
    lines = ["apiVersion: v1", "kind: Secret", "data:", f"  db-password: {b64(value)}", "  user: cm9vdA=="]
    [match] = found(engine, "\n".join(lines).encode(), "generic-password")
    assert match.secret == value
    assert (match.line, match.column) == (4, 16)
    assert match.decoded == ("base64",)


def test_a_basic_header_is_found(engine: Engine) -> None:
    value = password(4, 18)
    data = f"GET / HTTP/1.1\nAuthorization: Basic {b64('svc_reader:' + value)}\n".encode()
    matches = engine.scan(data).matches
    assert [(match.detector, match.line) for match in matches] == [("http-basic-auth-header", 2)]


def test_powershell_is_decoded(engine: Engine) -> None:
    script = f"$env:TOKEN = '{SECRET}'; Invoke-Thing"
    [match] = found(engine, f"powershell -enc {b64(script.encode('utf-16-le'))}".encode(), NOTION)
    assert match.secret == SECRET
    assert match.column == 17


def test_json_escapes_of_slashes_are_read(engine: Engine) -> None:
    secret = secret_of("slack-webhook-url")
    assert "/" in secret
    [plain] = engine.scan(secret.encode()).matches
    [match] = engine.scan(f'{{"hook": "{secret.replace("/", chr(92) + "/")}"}}'.encode()).matches
    assert (match.detector, match.secret) == (plain.detector, plain.secret)


def test_percent_inside_an_address_is_read(engine: Engine) -> None:
    value = password(5, 18)[:-1]
    [match] = engine.scan(f"{'postgres'}://svc:{value}%24%21@db-1.firma.net/shop".encode()).matches
    assert value in match.secret


@pytest.mark.parametrize("encode", [b64, lambda text: text.encode().hex(), percent], ids=["base64", "hex", "percent"])
def test_nesting_is_followed_to_its_limit_and_no_further(engine: Engine, encode: Callable[[str], str]) -> None:
    text = SECRET
    for depth in range(1, MAX_DEPTH + 2):
        text = encode(text)
        matches = found(engine, f"x = '{text}'".encode(), NOTION)
        assert [len(match.decoded) for match in matches] == ([depth] if depth <= MAX_DEPTH else [])


def test_a_bomb_is_cut_off(engine: Engine) -> None:
    bomb = base64.b64encode(zlib.compress(b" " * (64 << 20), 9))
    began = time.perf_counter()
    engine.scan(bomb)
    assert time.perf_counter() - began < 5


# --- properties ----------------------------------------------------------------------------------------------

FRAGMENTS = [
    *(text.encode() for text, _ in ENCODED.values()),
    *(seam.format(SECRET[:9], SECRET[9:]).encode() for seam in SEAMS.values()),
    b"%41", b"%", b"\\x41", b"\\u0041", b"\\u{41}", b"\\", b"\\/", b"&#65;", b"&#x41;", b"&quot;", b"&", b"&#9999999;",
    b"&#xD800;", b"&#0;", b'"', b"'", b"`", b" + ", b"\n", b"\r\n", b"\0", b"a\0", b"\xff\xfe", b"=", b"==",
    b"password: ", b"Basic ", b"H4sIAAAAAAAA", b"eJw" + b"A" * 24, b"QUJD" * 8, b"414243" * 8, b"\xc3\xa4", b"\x80",
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=12).map(b"".join)


def ends_of(data: bytes) -> dict[str, list[int]]:
    """Every place as every decoder's trigger."""
    return {name: list(range(1, len(data) + 1)) for name in (*decode._DECODERS, *decode._WIDTHS)}


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_no_input_is_an_error(engine: Engine, data: bytes) -> None:
    for match in engine.scan(data).matches:
        assert 0 <= match.start < match.end <= len(data)
        assert (match.line, match.column) <= (match.end_line, match.end_column)


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_what_a_layer_says_of_its_origin_lies_in_the_data_and_in_order(data: bytes) -> None:
    if not data:
        return
    for layer in decode.layers(data, ends_of(data)):
        before = 0
        for place in range(len(layer.data)):
            low, high, decoded = layer.origin(place, place + 1)
            assert 0 <= low <= high <= len(data)
            assert low >= before
            before = low
            if not decoded:
                assert data[low:high] == layer.data[place : place + 1]


PLAIN = st.text(string.ascii_letters + string.digits + " .:;!-_(){}[]", min_size=30, max_size=200)


WRAPS: list[tuple[str, Callable[[str], str]]] = [
    ("base64", b64),
    ("hex", lambda text: text.encode().hex()),
    ("percent", percent),
    ("escape", escaped),
    ("escape", unicode_escaped),
]


@settings(max_examples=100, deadline=None)
@given(text=PLAIN, wrap=st.sampled_from(WRAPS))
def test_decoding_gives_back_what_was_encoded(text: str, wrap: tuple[str, Callable[[str], str]]) -> None:
    decoder, encode = wrap
    data = f"x = '{encode(text)}'\n".encode()
    place = {"hex": len(data) - 1, "base64": 21}.get(decoder, 8)
    [layer] = decode.layers(data, {decoder: [place]})
    assert layer.data.decode() == f"x = '{text}'\n"
    assert layer.origin(5, 5 + len(text)) == (5, len(data) - 2, True)


@settings(max_examples=60, deadline=None)
@given(
    chain=st.lists(st.sampled_from([encode for _, encode in WRAPS]), min_size=1, max_size=3),
    before=st.text(string.ascii_lowercase + "ä€ \n", max_size=80),
    after=st.text(string.ascii_lowercase + " \n", max_size=80),
    seed=st.integers(0, 50),
)
def test_an_encoded_secret_is_given_back_at_its_place(
    engine: Engine, chain: list[Callable[[str], str]], before: str, after: str, seed: int
) -> None:
    secret = text = secret_of(NOTION, seed)
    for encode in chain:
        text = encode(text)
    data = f'{before}("{text}"){after}'.encode()
    [match] = found(engine, data, NOTION)
    assert match.secret == secret
    assert data[match.start : match.end].decode() == text
    assert len(match.decoded) == len(chain)
