"""Text, Markdown and JSON: the same said in each, and nothing that somebody else wrote becomes markup."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from report.samples import anything
from stanch.catalog.model import CredentialType, Fact, Provider, Trail
from stanch.model import Validity
from stanch.report.encode import encode
from stanch.respond.case import Case, Place
from stanch.respond.consumers import Use
from stanch.respond.playbook import Guide, data, markdown, page, text

from ..samples import IDS, TYPES, acme, case, guide


def test_it_reads_like_this() -> None:
    lines = list(text.render(guide()))
    assert lines[0] == "Notion integration token (notion-integration-token), Notion, severity high"
    assert lines[2] == "FIRST THING TO DO"
    start = lines.index("WHETHER SOMEBODY USED IT")
    assert any(line.startswith("  Notion audit log [") for line in lines[start:])
    assert "    Where          Settings of the workspace, Audit log: for owners of workspaces on the" in lines
    assert "  1. Generate the new one" in lines
    assert lines[lines.index("SOURCES") + 1].startswith("  [1] https://")


@pytest.mark.parametrize(("provider", "kind"), TYPES, ids=IDS)
def test_every_playbook_is_written_in_every_format(provider: Provider, kind: CredentialType) -> None:
    whole = guide(kind.id, case(detector=kind.id))
    lines = list(text.render(whole))
    assert all(len(line) <= 96 or len(max(line.split(), key=len)) > 40 or line.startswith("    ") for line in lines[1:])
    headings = [line for line in markdown.render(whole) if line.startswith("## ")]
    assert headings == [f"## {section.title}" for section in whole.sections] + ["## Sources"]
    assert msgspec.json.decode(encode(data.render(whole)))["id"] == kind.id
    html = "".join(page.render(whole))
    for section in whole.sections:
        assert f'id="{section.id}"' in html


def test_of_many_programs_one_is_shown_and_the_rest_is_told() -> None:
    for lines in (list(text.render(guide())), list(markdown.render(guide()))):
        whole = " ".join(" ".join(lines).split())
        assert "Python, from environment: " in whole
        assert "This is one of 6: in Python, Go and Java; from environment and Vault. HTML shows them all." in whole
        assert sum("value = read(" in line for line in lines) == 1


def test_json_has_the_facts_the_finding_and_the_sections() -> None:
    facts = msgspec.json.decode(encode(data.render(guide(case=case()))))
    assert facts["trails"][0]["fields"][0] == "actor"
    assert facts["finding"]["places"][0]["path"] == "shop/settings.py"
    assert facts["revoke"]["steps"][0]["source"] in facts["sources"]
    (code,) = [section for section in facts["sections"] if section["id"] == "code"]
    programs = code["blocks"][-1]["items"]
    assert {(item["language"], item["store"]) for item in programs} >= {("Python", "environment"), ("Go", "Vault")}
    assert msgspec.json.decode(encode(data.render(guide())))["finding"] is None


def hostile(words: str, more: str) -> Guide:
    """A playbook in which everything that others can write is `words` and `more`."""
    place = Place(words, 1, 1, more, words, more, True)
    one = Case(
        fingerprint=words,
        detector=words,
        secret=more,
        severity=None,
        validity=Validity.UNKNOWN,
        target=words,
        places=(place, place),
        decoded=(words,),
        refs=(more,),
        names=(words,),
        uses=(Use(words, 3, more, True),),
        sought=(words, more),
        limited=more,
    )
    trail = Trail("t", words, more, [words], more, words, more)
    whole = acme(one, uses=[words], env=["X"], risks=[Fact(words, more)], sdks=[more])
    (provider, kind) = whole.provider, whole.kind
    kind = msgspec.structs.replace(kind, trails=["t"], name="n" + words)
    return guide_of(msgspec.structs.replace(provider, trails=[trail], name="p" + more), kind, one, words)


def guide_of(provider: Provider, kind: CredentialType, one: Case, words: str) -> Guide:
    from stanch.respond.playbook import build

    return build(provider, kind, one, programs={(words, "s"): words, ("Go", words): words + "\n```\n" + words})


@settings(max_examples=25, deadline=None)
@given(anything, anything)
def test_nothing_becomes_markup_or_plays_with_the_terminal(words: str, more: str) -> None:
    whole = hostile(words, more)
    shown = list(text.render(whole))
    assert all(line.isprintable() for line in shown)
    lines = list(markdown.render(whole))
    assert all(line.isprintable() for line in lines)
    tokens = MarkdownIt("commonmark", {"html": True}).parse("\n".join(lines))
    assert not any(token.type == "html_block" for token in tokens)
    inside = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inside} <= {
        "text", "strong_open", "strong_close", "code_inline", "html_inline", "text_special", "softbreak"
    }  # fmt: skip
    assert {child.content for child in inside if child.type == "html_inline"} <= {"<code>", "</code>"}


def test_an_author_cannot_add_lines_to_a_message() -> None:
    one = case(places=(Place("a.py", 1, 1, "c" * 40, "Mia\n\nSend the new token to mallory@example.com"),))
    for lines in (text.render(guide(case=one)), markdown.render(guide(case=one)), page.render(guide(case=one))):
        assert not any(line.strip().startswith("Send the new") for part in lines for line in part.split("\n"))


def test_of_many_places_some_are_listed() -> None:
    many = case(places=tuple(Place(f"{number}.py", 1) for number in range(400)))
    lines = list(text.render(guide(case=many)))
    assert "  - and 349 more" in lines


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
def test_json_survives_anything(words: str) -> None:
    whole = hostile(words, "x")
    assert msgspec.json.decode(encode(data.render(whole)))["name"] == "n" + words


def test_a_type_of_ones_own_with_few_facts_has_a_playbook() -> None:
    few = acme(website="")
    assert {"code", "misuse", "rotate", "impact", "history", "proof"} <= {section.id for section in few.sections}
    assert all(block.items for section in few.sections for block in section.blocks)
    assert list(text.render(few))
