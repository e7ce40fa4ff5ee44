"""From hits to findings: what is one row, and what a row tells."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from repositories import Secrets
from stanch.catalog.model import CredentialType, Format, Provider
from stanch.model import Confidence, Finding, Match, Severity
from stanch.scan.rows import NEWEST, STAGED, Place, Rows, numbered
from stanch.scan.work import Hit
from stanch.sources.git.headers import Person

TYPE = CredentialType(
    id="acme-key",
    name="Acme key",
    summary="",
    severity=Severity.HIGH,
    formats=[Format(name="one", pattern="(?P<secret>x)")],
    advice="Revoke it.",
)
ACME = Provider(id="acme", name="Acme", types=[TYPE])
SECRET = Secrets(7).notion()


def match(line: int = 1, *, secret: str = SECRET, start: int = 0, inner: str = "", inline: str = "") -> Match:
    return Match(
        detector="acme-key",
        secret=secret,
        start=start,
        end=start + len(secret),
        line=line,
        column=1,
        end_line=line,
        end_column=51,
        confidence=Confidence.HIGH,
        inner=inner,
        inline=inline,
    )


@dataclass
class Made:
    finding: Finding
    comment: str


def rows(places: Iterable[Place], *, occurrences: bool = True) -> list[Made]:
    made = Rows("target", b"key")
    for place in places:
        made.add(place)
    made.people = {"c1": Person("Ann", "ann@example.com", "2024-01-01T00:00:00+00:00")}
    made.refs = dict.fromkeys(made.bringers(), ("refs/heads/main",))
    return [Made(finding, comment) for finding, comment in made.findings([ACME], occurrences=occurrences)]


def test_versions_of_a_path_are_one_row() -> None:
    [row] = rows([Place("a", match(3), 0, 2, "c2"), Place("a", match(1), 0, 1, "c1"), Place("a", match(9), 0, 3, "c3")])
    finding = row.finding
    assert (finding.count, finding.line, finding.commit, finding.author) == (3, 1, "c1", "Ann")
    assert finding.last is not None
    assert (finding.last.line, finding.last.commit, finding.last.author) == (9, "c3", None)
    assert [one.line for one in finding.occurrences] == [1, 3, 9]
    assert finding.refs == ("refs/heads/main",)


def test_another_path_ordinal_secret_or_member_is_another_row() -> None:
    places = [
        Place("a", match(), 0, 1, "c1"),
        Place("b", match(), 0, 1, "c1"),
        Place("a", match(2), 1, 1, "c1"),
        Place("a", match(secret=Secrets(8).notion()), 0, 1, "c1"),
        Place("a!x", match(inner="x"), 0, 1, "c1"),
    ]
    found = rows(places)
    assert len(found) == 5
    assert len({one.finding.fingerprint for one in found}) == 2
    assert [one.finding.path for one in found] == sorted(one.finding.path for one in found)


def test_one_version_has_no_last_and_no_occurrences_unless_asked() -> None:
    [row] = rows([Place("a", match(), 0, 1, "c1")], occurrences=False)
    assert (row.finding.count, row.finding.last, row.finding.occurrences) == (1, None, ())


def test_files_and_index_that_are_as_committed_are_no_versions() -> None:
    committed = Place("a", match(3, start=20), 0, 1, "c1", in_head=True)
    file = Place("a", match(3, start=22), 0, NEWEST, in_head=False)
    staged = Place("a", match(3), 0, STAGED, in_head=False)
    assert [row.finding.count for row in rows([committed, file])] == [1]
    assert [row.finding.count for row in rows([staged, file, committed])] == [1]
    assert [row.finding.count for row in rows([staged, file])] == [1]
    moved = file._replace(match=match(4))
    assert [row.finding.count for row in rows([committed, moved])] == [2]
    gone = committed._replace(in_head=False)
    [row] = rows([gone, file])
    assert (row.finding.count, row.finding.in_head) == (2, False)


def test_in_head_if_any_place_is() -> None:
    old, new = Place("a", match(1), 0, 1, "c1", in_head=False), Place("a", match(2), 0, 2, "c2", in_head=True)
    assert rows([old, new])[0].finding.in_head is True
    assert rows([old])[0].finding.in_head is False
    assert rows([Place("a", match(), 0, NEWEST)])[0].finding.in_head is None


def test_the_comment_is_that_of_what_is_there_now() -> None:
    old = Place("a", match(inline="old"), 0, 1, "c1", in_head=False)
    head = Place("a", match(2, inline="head"), 0, 2, "c2", in_head=True)
    side = Place("a", match(3, inline="side"), 0, 3, "c3", in_head=False)
    file = Place("a", match(4, inline="file"), 0, NEWEST)
    assert [row.comment for row in rows([old, side])] == ["side"]
    assert [row.comment for row in rows([old, head, side])] == ["head"]
    assert [row.comment for row in rows([old, head, side, file])] == ["file"]
    same = file._replace(match=msgspec.structs.replace(head.match, start=7))
    assert [row.comment for row in rows([old, head, side, same])] == ["head"]


def test_a_tagger_goes_before_the_commit_and_its_refs() -> None:
    place = Place("t", match(), 0, 1, "c1", False, ("refs/tags/v1",), Person("Tess", "t@example.com", "2025"))
    [row] = rows([place])
    assert (row.finding.commit, row.finding.author, row.finding.email) == ("c1", "Tess", "t@example.com")
    assert row.finding.refs == ("refs/tags/v1",)


def test_hits_are_numbered_by_secret_and_content_in_order_of_place() -> None:
    hits = [
        Hit("b", "blob", match(9, start=90)),
        Hit("b", "blob", match(1, start=10)),
        Hit("a", "blob", match(1, start=10)),
        Hit("b", "blob", match(2, start=20, inner="x")),
    ]
    expected = [("a", 1, "", 0), ("b", 1, "", 0), ("b", 9, "", 1), ("b", 2, "x", 0)]
    for order in (hits, hits[::-1]):
        assert [(hit.place, hit.match.line, hit.match.inner, number) for hit, number in numbered(order)] == expected


def test_many_weak_secrets_keep_their_own_fingerprints() -> None:
    weak = [f"password{number}" for number in range(6)]
    found = rows(Place("a", match(number, secret=value), 0, 1, "c1") for number, value in enumerate(weak))
    alone = [rows([Place("a", match(secret=value), 0, 1, "c1")])[0].finding.fingerprint for value in weak]
    assert [one.finding.fingerprint for one in found] == alone
    assert len(set(alone)) == 6
