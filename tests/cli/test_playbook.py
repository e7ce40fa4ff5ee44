import json
from pathlib import Path

from .conftest import Call


def test_the_first_thing_to_do_comes_before_the_rest(folder: Path, call: Call) -> None:
    told = call("playbook", "notion-integration-token")
    titles = ["First thing to do", "What a leak risks", "Whether somebody used it", "Revoke and rotate", "Sources"]
    assert sorted(titles, key=told.index) == titles
    assert "\n  1. " in told


def test_markdown_and_json(folder: Path, call: Call) -> None:
    assert call("playbook", "notion-integration-token", "--format", "markdown").startswith(
        "# Notion integration token\n"
    )
    facts = json.loads(call("playbook", "notion-integration-token", "--format", "json"))
    assert facts["id"] == "notion-integration-token"
    assert facts["revoke"]["steps"][0]["source"] in facts["sources"]


def test_a_type_that_nobody_knows(folder: Path, call: Call) -> None:
    assert "no credential type is called 'x'" in call("playbook", "x", status=2)
    assert "html" in call("playbook", "notion-integration-token", "--format", "html", status=2)
