"""Excerpts and places: columns as people count them, every secret masked."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.detect.engine import Engine
from stanch.model import mask

from .samples import NOTION, found, password, secret_of

SECRET = secret_of(NOTION, 2)


def test_every_secret_of_a_line_is_masked(engine: Engine) -> None:
    other = secret_of(NOTION, 3)
    first, second = found(engine, f'a = "{SECRET}"; b = "{other}"\n'.encode(), NOTION)
    assert first.excerpt == second.excerpt == f'a = "{mask(SECRET)}"; b = "{mask(other)}"'


def test_a_secret_that_is_repeated_in_a_remark_is_masked(engine: Engine) -> None:
    value = password(8)
    for match in engine.scan(f'db_password = "{value}"  # it is {value}, really\n'.encode()).matches:
        assert value not in match.excerpt


def test_columns_count_characters(engine: Engine) -> None:
    [match] = found(engine, f"eins\r\n\tschlüßel = '€ {SECRET}'\r\nzwei\r\n".encode(), NOTION)
    assert (match.line, match.column) == (2, 16)
    assert (match.end_line, match.end_column) == (2, 16 + len(SECRET))
    assert match.excerpt == f"\tschlüßel = '€ {mask(SECRET)}'"


def test_long_lines_are_cut_around_the_match(engine: Engine) -> None:
    data = ("x = 1; " * 9000 + f"t='{SECRET}';" + " y = 2;" * 9000).encode()
    [match] = found(engine, data, NOTION)
    assert match.excerpt.startswith("...")
    assert mask(SECRET) in match.excerpt
    assert len(match.excerpt) < 300
    assert match.column == 7 * 9000 + 4


def test_a_secret_of_several_lines_shows_none_of_them(engine: Engine) -> None:
    data = f'x = "{SECRET[:20]}" +\n    "{SECRET[20:]}" # end\n'.encode()
    [match] = found(engine, data, NOTION)
    assert (match.line, match.end_line) == (1, 2)
    assert SECRET[:20] not in match.excerpt
    assert SECRET[20:] not in match.excerpt


PROSE = st.text(string.ascii_lowercase + " \t\n\r=äö€'\"", max_size=150)


@settings(max_examples=80, deadline=None)
@given(pieces=st.lists(st.tuples(PROSE, st.integers(0, 20)), min_size=1, max_size=5), tail=PROSE)
def test_no_secret_is_ever_read_in_an_excerpt_and_places_are_right(
    engine: Engine, pieces: list[tuple[str, int]], tail: str
) -> None:
    secrets = [secret_of(NOTION, seed) for _, seed in pieces]
    text = "".join(f"{before} {secret} " for (before, _), secret in zip(pieces, secrets, strict=True)) + tail
    data = text.encode()
    for match in found(engine, data, NOTION):
        assert not any(secret in match.excerpt for secret in secrets)
        before = data[: match.start].decode()
        assert match.line == before.count("\n") + 1
        assert match.column == len(before) - before.rfind("\n")
