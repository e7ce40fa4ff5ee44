import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.examples import commands
from stanch.catalog.model import Fact, Revoke, Verify
from stanch.model import Attempt, Evidence, Validity
from stanch.respond.case import Place
from stanch.respond.playbook.advice import _read, holds
from stanch.respond.playbook.traits import KNOWN, place_of, since, words

from ..samples import NOW, PROGRAMS, TYPES, acme, case, find, guide, said, titles


def test_conditions() -> None:
    held = frozenset({"token", "issuer"})
    assert holds("", held)
    assert holds("token issuer", held)
    assert holds("session|token", held)
    assert not holds("session|join-key", held)
    assert holds("!session", held)
    assert not holds("token !issuer", held)


@given(st.frozensets(st.sampled_from(sorted(KNOWN))), st.sampled_from(sorted(KNOWN)))
def test_a_word_and_its_contrary_never_hold_together(held: frozenset[str], word: str) -> None:
    assert holds(word, held) != holds(f"!{word}", held)


def test_whatever_advice_names_is_known() -> None:
    for provider, kind in TYPES[:3]:
        for one in (None, case()):
            known = words(provider, kind, one, NOW)
            named = {
                word
                for section in _read().sections
                for block in section.blocks
                for line in block.lines
                for word in re.findall(r"\{(\w+)\}", line.text)
            }
            assert named <= set(known)


def test_nothing_is_left_unfilled() -> None:
    for name in ("notion-integration-token", "generic-secret", "privatekey-pem", "aws-access-key-id"):
        for one in (None, case(detector=name)):
            for section in guide(name, one).sections:
                for item in (item for block in section.blocks if block.style != "code" for item in block.items):
                    if not item.source:
                        assert not re.search(r"\{\w+\}|  |\( ?\)", item.text.replace("\n", " ")), item.text


def test_overlap_decides_the_order_of_the_rotation() -> None:
    step = [Fact("Press the button.", "https://acme.example/keys")]
    side_by_side = said(acme(revoke=Revoke(step, overlap="yes", overlap_note="Up to five keys.")), "rotate")
    assert "create the new one, move everything to it, and only then end the old one" in side_by_side
    assert "Up to five keys." in side_by_side
    cut = acme(revoke=Revoke(step, overlap="no"))
    assert "Choose the minute" in said(cut, "rotate")
    assert "Choose the minute" not in side_by_side
    assert "There is no way back to the old value" in said(cut, "impact")
    assert "Plan as if they could not" in said(acme(), "rotate")


def test_families_are_told_different_things() -> None:
    told = {family: said(acme(family=family), "code") for family in ("token", "private-key", "webhook-url", "database")}
    assert len(set(told.values())) == 4
    assert "ACME_TOKEN" in told["token"]
    assert "mode 0600" in told["private-key"]


def test_without_a_log_it_says_so() -> None:
    assert "knows of no log of Acme's" in said(acme(family="token"), "misuse")
    assert "knows of no log" not in said(guide(), "misuse")
    assert "Notion audit log" in said(guide(), "practice")


def test_the_check_is_told_in_words_and_as_a_command() -> None:
    verify = Verify(
        "GET", ["https://api.acme.example/me"], {"X-Key": "{secret}"}, limited=(403,), source="https://acme.example/api"
    )
    proof = said(acme(verify=verify, env=["ACME_KEY"]), "proof")
    assert "GET https://api.acme.example/me with X-Key: SECRET." in proof
    assert "stanch verify --type acme-token" in proof
    assert "401 says dead, which is the proof; 200 says still live; 403 says still live, without the right" in proof
    assert "read -rs ACME_KEY" in proof


def test_programs_are_shown_where_there_are_any() -> None:
    assert "In your language, from your store" in titles(guide(), "code")
    assert "In your language, from your store" not in titles(guide(programs={}), "code")
    tabs = [item.tab for section in guide().sections for item in section.items() if item.tab != ("", "")]
    assert tabs == list(PROGRAMS)
    mine = guide(case=case(places=(Place("src/Main.java", 3),)))
    tabs = [item.tab for section in mine.sections for item in section.items() if item.tab != ("", "")]
    assert [language for language, _ in tabs] == ["Java", "Java", "Python", "Python", "Go", "Go"]


def test_a_finding_fills_itself_in() -> None:
    mine = guide(case=case())
    assert mine.sections[0].id == "finding"
    told = said(mine, "finding")
    assert "shop/settings.py:12:17" in told
    assert "Since 2026-05-10 (200 days ago) First place old.py:3 First commit b2b2" in told
    assert "Since 2026-11-06 (20 days ago) Commit a1a1" in said(guide(case=case(places=case().places[:1])), "finding")
    assert "old.py:3 (commit b2b2b2b2 by Olu Teig on 2026-05-10, no longer in HEAD)" in told
    assert "It is in HEAD" in told
    assert "begins on 2026-05-10 (200 days ago), when commit b2b2b2b2 brought it" in said(mine, "misuse")
    impact = said(mine, "impact")
    assert "shop/pages.py, line 4" in impact
    assert "README.md, line 9 (names it)" in impact
    assert "Subject: Notion integration token leaked in shop/settings.py" in impact
    assert "Hello Olu Teig," in impact
    rotate = said(mine, "rotate")
    assert "These places in the code base read it: shop/pages.py." in rotate
    assert "in the code itself" in said(mine, "leaked")


def test_what_was_never_committed_needs_no_history_cleaned() -> None:
    place = Place(".env", 2, in_head=False)
    mine = guide(case=case(places=(place,), uses=()))
    assert "was never committed" in said(mine, "history")
    assert titles(mine, "history") == ["When it helps", "When it does not"]
    assert ".gitignore" in said(mine, "leaked")
    assert "No other place in the work tree names NOTION_TOKEN and NOTION_API_KEY." in said(mine, "impact")


def test_the_variable_is_the_findings_own_if_it_looks_like_one() -> None:
    assert "under the name that is there already (SHOP_NOTION)" in said(
        guide(case=case(names=("SHOP_NOTION",))), "rotate"
    )
    for names in (("token",), ("notionToken",), ()):
        assert "there already (NOTION_TOKEN)" in said(guide(case=case(names=names)), "rotate")


def test_what_only_this_clone_holds() -> None:
    place = Place("a.py", 1, 1, "c" * 40, "Mia", "2026-11-06T10:00:00+01:00", False)
    for refs, loose in ((("refs/stash",), True), ((), True), (("refs/heads/main", "refs/stash"), False)):
        told = said(guide(case=case(places=(place,), refs=refs)), "finding")
        assert ("in this clone only" in told) == loose
        assert ("Everybody who has a clone can read it" in told) != loose


def test_a_message_cannot_be_taken_back() -> None:
    place = Place("(commit message)", 3, 1, "c" * 40, "Mia", "2026-11-06T10:00:00+01:00", True)
    mine = guide(case=case(places=(place,)))
    assert "which no later commit changes" in said(mine, "finding")
    assert "Take it out of the code" not in said(mine, "finding")
    assert "in a message to a commit or tag" in said(mine, "leaked")


def test_a_finding_outside_any_repository() -> None:
    mine = guide(case=case(places=(Place("notes.md", 2),), sought=(), uses=(), refs=()))
    assert "When it came here is not recorded" in said(mine, "misuse")
    assert "In HEAD" not in said(mine, "finding")
    assert "No other place in the work tree" not in said(mine, "impact")


def test_what_the_issuer_said_is_told() -> None:
    attempt = Attempt("GET https://api.notion.com/v1/users/me", 200, "live")
    evidence = Evidence(
        Validity.VALID, "", {"workspace": "Bakery"}, ("read pages",), (attempt,), "2026-11-26T11:00:00Z"
    )
    mine = guide(case=case(validity=Validity.VALID, evidence=evidence))
    assert "Issuer says workspace Bakery; can read pages" in said(mine, "finding")
    assert "Checked at 2026-11-26T11:00:00Z. GET https://api.notion.com/v1/users/me: 200, live" in said(mine, "proof")
    assert "What the last check came to" not in titles(guide(case=case()), "proof")


def test_what_was_checked_already() -> None:
    assert "treat it as in use by others" in said(guide(case=case(validity=Validity.VALID)), "finding")
    dead = guide(case=case(validity=Validity.INVALID))
    assert "The provider refused it" in said(dead, "finding")
    assert "does not end it" not in said(dead, "first")


@pytest.mark.parametrize(
    ("path", "trait"),
    [
        ("src/app.py", "path-code"),
        (".env.production", "path-dotenv"),
        (".github/workflows/ci.yml", "path-ci"),
        ("azure-pipelines.yml", "path-ci"),
        ("a/Untitled.ipynb", "path-notebook"),
        ("docker-compose.yml", "path-container"),
        ("web/Dockerfile", "path-container"),
        ("tests/test_api.py", "path-test"),
        ("src/api.spec.ts", "path-test"),
        ("docs/guide.md", "path-docs"),
        ("old.zip!.env", "path-archive"),
        ("run.log", "path-log"),
        ("config/app.yaml", "path-config"),
        (".npmrc", "path-config"),
        ("", "path-code"),
        ("(commit message)", "path-message"),
        ("a/(commit message)", "path-code"),
    ],
)
def test_what_a_path_tells(path: str, trait: str) -> None:
    assert place_of(path) == trait
    assert trait in KNOWN


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2026-11-26T11:00:00+00:00", "2026-11-26 (today)"),
        ("2026-11-25T11:00:00+00:00", "2026-11-25 (yesterday)"),
        ("2020-01-01T00:00:00+14:00", "2020-01-01 (2,522 days ago)"),
        ("2030-01-01T00:00:00Z", "2030-01-01 (in the future)"),
        ("2026-11-06", "2026-11-06 (20 days ago)"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01 (739,946 days ago)"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31 (in the future)"),
        ("not a date", "a day that is not known"),
        (None, "a day that is not known"),
    ],
)
def test_how_long_ago(date: str | None, told: str) -> None:
    assert since(date, NOW) == told


def test_articles() -> None:
    known = words(*find("aws-access-key"), None, NOW)
    assert known["a_kind"] == "an AWS access key"
    assert words(*find("privatekey-openssh"), None, NOW)["a_kind"] == "an SSH private key"
    assert words(*find("generic-password"), None, NOW)["a_kind"] == "a password"


def test_every_command_that_advice_names_is_there() -> None:
    known = set(commands())
    groups = {path[:1] for path in known if len(path) == 2}
    lines = [line.text for section in _read().sections for block in section.blocks for line in block.lines]
    named = re.findall(r"\bstanch ([a-z]+)(?: ([a-z]+))?", "\n".join(lines))
    assert {name for name, _ in named} >= {"hook", "ignore", "scan", "verify", "playbook"}
    for name, under in named:
        assert (name,) in known, name
        assert (name,) not in groups or (name, under) in known, under
