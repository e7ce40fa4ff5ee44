"""The playbook tells what the catalog knows, in order, with sources, and owns up to the rest."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from stanch.catalog.load import read_providers
from stanch.catalog.model import Call, CredentialType, Fact, Format, Provider, Revoke, Verify
from stanch.model import Severity
from stanch.respond.playbook import Playbook

SHAPE = Format("plain", "(?P<secret>acm_[0-9a-f]{24})")


def acme(**facts: object) -> Playbook:
    """A playbook for a made up type of which just `facts` are known."""
    kind = CredentialType("acme-token", "Acme token", "", Severity.HIGH, [SHAPE], **facts)  # type: ignore[arg-type]
    return Playbook(Provider("acme", "Acme", [kind]), kind)


def test_what_is_known_is_told_and_what_is_not_is_owned_up_to() -> None:
    known = acme(
        advice="Revoke it.",
        risks=[Fact("Orders can be read.", "https://acme.example/a")],
        verify=Verify("GET", ["https://api.acme.example/me"], limited=(403,), source="https://acme.example/b"),
        revoke=Revoke([Fact("Log in.", "https://acme.example/b"), Fact("Press the button.", "")], overlap="yes"),
    )
    assert "\n".join(known.text()) == (
        """\
Acme token (acme-token), Acme, severity high

First thing to do
  Revoke it.

What a leak risks
  Orders can be read. [1]

Whether it is still live
  - GET https://api.acme.example/me [2]
  - 200 says live; 403 says live, without the right to this call; 401 says dead; anything else
    decides nothing. It changes nothing.

Revoke and rotate
  1. Log in. [2]
  2. Press the button.

Overlap of old and new
  The old and the new one can be valid side by side: create the new one, move everything to it,
  then revoke.

Not known to the catalog: What it is; What it is used for; What it reaches; Whether somebody
used it; Create a new one; Environment variables that usually hold it; Client libraries that
take it.

Sources
  [1] https://acme.example/a
  [2] https://acme.example/b"""
    )


def test_how_to_check_it_says_all_calls_and_conditions() -> None:
    other = Call("POST", ["https://eu.acme.example/me"])
    verify = Verify(
        "GET",
        ["https://acme.example/me"],
        valid_if={"ok": "true"},
        invalid=(200,),
        invalid_if={"error": "revoked"},
        also=[other],
    )
    assert "\n".join(acme(verify=verify).text()).count("acme.example/me") == 2
    assert "200 with ok true says live; 200 with error revoked says dead" in "\n".join(acme(verify=verify).text())


def test_every_type_of_the_catalog_has_a_playbook() -> None:
    for provider in read_providers():
        for kind in provider.types:
            guide = Playbook(provider, kind)
            assert len(list(guide.text())) > 3
            assert msgspec.json.decode(msgspec.json.encode(guide.as_dict()))["id"] == kind.id


@given(st.text(max_size=200))
def test_no_text_becomes_markup_or_plays_with_the_terminal(text: str) -> None:
    guide = acme(advice="x " + text, env=["E" + text])
    assert not any("\x1b" in line or "\n" in line for line in guide.text())
    tokens = MarkdownIt("commonmark", {"html": True}).parse("\n".join(guide.markdown()))
    inside = {child.type for token in tokens for child in token.children or []}
    assert inside <= {"text", "strong_open", "strong_close", "code_inline", "html_inline", "text_special", "softbreak"}
    written = {child.content for token in tokens for child in token.children or [] if child.type == "html_inline"}
    assert written <= {"<code>", "</code>"}
