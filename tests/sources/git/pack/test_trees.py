"""Trees of packs: what sound ones and hostile ones hold of what is looked for, and the same from both forms."""

import random
from array import array
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from deltas import edited
from stanch.sources.git.pack import commits, holdings, table, trees

SEEDS = settings(max_examples=150, deadline=None)
PLAIN = packs.interpreted(trees)
FORMS = [trees, PLAIN] if trees.COMPILED else [trees]
TABLES = {trees: table, PLAIN: packs.interpreted(table)}
"""For each form the same one of the module that it looks objects up with."""
BLOBS = sorted(packs.name(b"%d" % number) for number in range(300))
WANTED, LOST = BLOBS[::7], BLOBS[1]
AWAY = b"\x77" * 20
Held = dict[bytes, bytes]
"""By name what a tree holds that is looked for."""


def entry(name: bytes, oid: bytes, mode: bytes = b"100644") -> bytes:
    """One entry of a tree."""
    return mode + b" " + name + b"\0" + oid


def reader(form: ModuleType) -> Any:
    """A reader that looks for some blobs."""
    blobs = TABLES[form].Table(b"".join(BLOBS), 20, 100)
    for name in WANTED:
        blobs.mark(name, table.WANTED)
    blobs.mark(LOST, table.LOST)
    return form.Reader([blobs], 20)


def told(one: Any) -> list[tuple[int, int, list[int], list[tuple[int, int]]]]:
    """The records of a reader: tree, base, the names that are gone, and what is new."""
    numbers = array("i", one.records())
    found = []
    at = 0
    while at < len(numbers):
        tree, base, gone, new = numbers[at : at + 4]
        at += 4
        names = list(numbers[at : at + gone])
        at += gone
        rest = numbers[at : at + 2 * new]
        found.append((tree, base, names, list(zip(rest[::2], rest[1::2], strict=True))))
        at += 2 * new
    return found


@pytest.mark.parametrize("form", FORMS)
def test_what_is_told_of_a_tree(form: ModuleType) -> None:
    one = reader(form)
    lines = [
        entry(b"a", WANTED[0]),
        entry(b"b", BLOBS[2]),
        entry(b"c", LOST),
        entry(b"d", BLOBS[3], b"40000"),
        entry(b"e", AWAY, b"40000"),
        entry(b"f", AWAY, b"160000"),
        entry(b"g", AWAY, b"120000"),
    ]
    one.whole(7, b"".join(lines))
    assert list(one.names) == [b"a", b"c", b"d/", b"e/", b"g"]
    assert list(one.missing) == [LOST, AWAY]
    new = [(0, 100 + BLOBS.index(WANTED[0])), (1, -1), (2, 103), (3, form.NOWHERE), (4, -2)]
    assert told(one) == [(7, form.WHOLE, [], new)]


HOSTILE = {
    "cut off": entry(b"a", BLOBS[0])[:-1],
    "no end of the name": b"100644 abc",
    "no mode": b" a\0" + BLOBS[0],
    "a mode and nothing else": b"100644",
    "no number": b"10x644 a\0" + BLOBS[0],
    "a mode out of all bounds": b"1" * 9 + b" a\0" + BLOBS[0],
    "no name": entry(b"", BLOBS[0]),
    "a slash": entry(b"a/b", BLOBS[0]),
    "not sorted": entry(b"b", BLOBS[0]) + entry(b"a", BLOBS[0]),
    "twice": entry(b"a", BLOBS[0]) + entry(b"a", BLOBS[2]),
    "sorted as if a folder were a file": entry(b"a", BLOBS[0], b"40000") + entry(b"a.b", BLOBS[0]),
    "rubbish": b"\xff" * 100,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_tree_that_is_not_in_order_is_left_to_git(form: ModuleType, text: bytes) -> None:
    one = reader(form)
    sound = entry(b"0", WANTED[0])
    base = one.whole(1, sound + text)
    assert told(one) == [(1, form.ODD, [], [])]
    one.change(base, packs.number(len(sound + text)) + packs.number(len(sound)) + b"\x90" + bytes([len(sound)]), 2)
    assert told(one)[1:] == [(2, form.WHOLE, [], [(0, 100 + BLOBS.index(WANTED[0]))])]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"\x80",
        b"\5\5\x90\5",
        b"\x1c\5\x90\6",
        b"\x1c\5\x91",
        b"\x1c\5\5abc",
        b"\x1c\5\x90\1",
        b"\x1c\5\x98\xff\5",
        b"\x1c\5\xb8\x80\5\0",
    ],
)
def test_what_is_no_delta(form: ModuleType, delta: bytes) -> None:
    one = reader(form)
    base = one.whole(1, entry(b"a", WANTED[0]))
    before = one.records()
    with pytest.raises((ValueError, IndexError)):
        one.change(base, delta, 2)
    assert one.records() == before


def grown(rng: random.Random) -> Held:
    """The entries of a tree."""
    names = [b"%s%d" % (rng.choice([b"", b"a", b"a.", b"long-name-"]), rng.randint(0, 60)) for _ in range(40)]
    return {name: rng.choice(BLOBS) for name in names[: rng.randint(0, 40)]}


def written(held: Held) -> bytes:
    """A tree's text; what is called a-something is a folder."""
    rows = sorted((name + b"/" if name[:2] == b"a." else name, name) for name in held)
    return b"".join(entry(name, held[name], b"40000" if name[:2] == b"a." else b"100644") for _, name in rows)


def delta(base: bytes, made: bytes, rng: random.Random) -> bytes:
    """One of many deltas from one text to another: it copies whatever it finds, from wherever it finds it."""
    found = packs.number(len(base)) + packs.number(len(made))
    at = 0
    while at < len(made):
        size = rng.choice([5, 20, 33, 100])
        while size > 4 and (place := base.find(made[at : at + size])) < 0:
            size //= 2
        piece = made[at : at + size]
        if size > 4 and rng.random() < 0.9:
            place = base.find(piece)
            longer = len(piece) + 1
            while at + longer <= len(made) and base[place : place + longer] == made[at : at + longer]:
                piece = made[at : at + longer]
                longer += 1
            found += b"\xbf" + place.to_bytes(4, "little") + len(piece).to_bytes(2, "little")
        else:
            found += bytes([len(piece)]) + piece
        at += len(piece)
    return found


@pytest.mark.parametrize("form", FORMS)
@SEEDS
@given(seed=st.integers(0, 1 << 32))
def test_a_delta_tells_what_the_whole_tree_tells(form: ModuleType, seed: int) -> None:
    rng = random.Random(seed)
    held = grown(rng)
    one = reader(form)
    version = one.whole(0, written(held))
    now: dict[int, dict[int, int]] = {}
    for number in range(1, 6):
        base = version
        text = written(held)
        for name in rng.sample(sorted(held), min(len(held), rng.randint(0, 4))):
            held.pop(name)
        held |= dict(list(grown(rng).items())[:3])
        version = one.change(base, delta(text, written(held), rng), number)
        assert version.text == written(held)
    whole = reader(form)
    whole.whole(0, written(held))
    for tree, above, gone, new in told(one):
        rows = dict(now.get(above, {}))
        for number in gone:
            del rows[number]
        assert not rows.keys() & dict(new).keys()
        now[tree] = rows | dict(new)
    ((_, _, _, last),) = told(whole)
    assert named(one, now[5]) == named(whole, dict(last))


def named(one: Any, rows: dict[int, int]) -> dict[bytes, int | bytes]:
    """What a record says, without the numbers that are the reader's own."""
    names, missing = list(one.names), list(one.missing)
    return {names[name]: missing[-1 - child] if -1000 < child < 0 else child for name, child in rows.items()}


@SEEDS
@given(seed=st.integers(0, 1 << 32))
def test_both_forms_do_the_same_with_any_bytes(seed: int) -> None:
    if len(FORMS) < 2:
        pytest.skip("not compiled here: there is one form only")
    rng = random.Random(seed)
    text = written(grown(rng))
    changed, good = edited(text, rng, [b"\0", b"4", entry(b"m", BLOBS[5]), b"100644 ", b"/"])
    damaged = bytearray(good)
    for _ in range(rng.choice([0, 0, 1, 3])):
        if damaged:
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    answers: list[object] = []
    for form in FORMS:
        one = reader(form)
        try:
            one.whole(2, one.change(one.whole(0, text), bytes(damaged), 1).text)
            one.whole(3, changed)
        except (ValueError, IndexError) as error:
            answers.append((type(error), one.records()))
        else:
            answers.append((one.records(), list(one.names), list(one.missing)))
    assert answers[0] == answers[1]


# --- commits and holdings --------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.lists(st.integers(-1, 30), max_size=3), st.integers(0, 5)), max_size=40))
def test_any_graph_is_in_order(rows: list[tuple[list[int], int]]) -> None:
    count = len(rows)
    parents = [[one if one < count else -1 for one in above] for above, _ in rows]
    begins = array("i", [0])
    for above in parents:
        begins.append(begins[-1] + len(above))
    flat, seconds = array("i", [one for above in parents for one in above]), array("Q", [row[1] for row in rows])
    found = [list(form.order(begins, flat, seconds)) for form in (commits, packs.interpreted(commits))]
    assert found[0] == found[1]
    expected: list[int] = []
    while True:
        ready = [n for n in range(count) if n not in expected and all(p < 0 or p in expected for p in parents[n])]
        if not ready:
            break
        expected.append(min(ready, key=lambda n: (rows[n][1], n)))
    assert found[0] == expected + [n for n in range(count) if n not in expected]


@pytest.mark.parametrize("form", [holdings, packs.interpreted(holdings)])
def test_more_holdings_than_there_is_room_for(form: ModuleType) -> None:
    one = form.Holdings(3)
    one.put(2, -2)
    names = array("i", range(0, 2 * form.ROOM, 1 << 20))
    records = array("i", [0, -1, 0, len(names)])
    for name in range(len(names)):
        records.extend((name, 2))
    one.begin(records)
    assert one.join(records, names, array("i"))
    assert not one.join(records, names, array("i"))
    assert len(one.brought(1, [], [b"x"] * form.ROOM, 100)) == len(names)
    with pytest.raises(OverflowError):
        one.brought(1, [], [b"x"] * form.ROOM, 10)
