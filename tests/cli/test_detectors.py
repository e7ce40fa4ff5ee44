import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from stanch.catalog.load import FOLDER, read_provider

from .conftest import Call

ACME = """
[[detector]]
id = "acme-token"
provider = "Acme"
pattern = "acm_[0-9a-f]{24}"
"""


@pytest.fixture(autouse=True)
def here(folder: Path) -> Path:
    return folder


def test_list_for_machines_has_the_fixed_fields(call: Call) -> None:
    types = {one["id"]: one for one in json.loads(call("detectors", "list", "--format", "json"))}
    assert all({"id", "provider", "name", "verify", "revoke", "playbook"} <= set(one) for one in types.values())
    notion = types["notion-integration-token"]
    assert (notion["provider"], notion["verify"], notion["revoke"]) == ("notion", "read", "api")
    assert notion["playbook"] == "stanch playbook notion-integration-token"
    assert types["generic-password"]["verify"] is None


def test_list_for_people_can_be_narrowed(call: Call) -> None:
    lines = call("detectors", "list", "--provider", "notion").splitlines()
    assert lines[0].split() == ["notion-integration-token", "high", "Notion", "integration", "token"]
    assert all(line.startswith("notion-") for line in lines)
    assert "no provider is called 'nobody'" in call("detectors", "list", "--provider", "nobody", status=2)


def test_show_tells_everything(call: Call) -> None:
    told = call("detectors", "show", "notion-integration-token")
    assert "Format: current (ntn_)" in told
    assert "checks      entropy" in told
    assert "REVOKE AND ROTATE" in told
    facts = json.loads(call("detectors", "show", "notion-integration-token", "--format", "json"))["facts"]
    assert facts["format"][0]["name"] == "current (ntn_)"
    assert facts["verify"]["method"] == "GET"


def test_a_slip_of_the_pen_is_met_with_what_may_be_meant(call: Call) -> None:
    assert "Did you mean notion-integration-token" in call("detectors", "show", "notion-integration-tokn", status=2)


def test_detectors_of_the_repository_are_known_and_tested(here: Path, call: Call) -> None:
    (here / "stanch.toml").write_text(ACME)
    assert "acme-token" in call("detectors", "list", "--provider", "acme")
    first, last = call("detectors", "test", "acme-token", "--count", "20").splitlines()
    assert first.startswith("pass  acme-token: ")
    assert first.endswith(" near misses")
    assert last == "1 passed, 0 failed"


def test_a_detector_that_finds_nothing_fails(here: Path, call: Call) -> None:
    broken = ACME.replace('pattern = "acm_[0-9a-f]{24}"', '[[detector.format]]\npattern = "acm_[0-9a-f]{24}"\n')
    (here / "stanch.toml").write_text(broken + 'checks = ["entropy 9"]\n')
    told = call("detectors", "test", "acme-token", status=1)
    assert told.startswith("FAIL  acme-token: 0 examples")
    assert told.endswith("0 passed, 1 failed\n")


def test_what_a_repository_calls_its_detectors_cannot_play_with_the_terminal(here: Path, call: Call) -> None:
    (here / "stanch.toml").write_text(ACME + 'name = "\\u001b[2J\\u202e"\n')
    for arguments in (["detectors", "list", "--provider", "acme"], ["detectors", "show", "acme-token"]):
        told = call(*arguments)
        assert "\x1b" not in told
        assert "\u202e" not in told


def test_rules_of_gitleaks_are_known_as_well(here: Path, call: Call) -> None:
    (here / "rules.toml").write_text("[[rules]]\nid = \"acme\"\nregex = '''acm_([0-9a-f]{24})'''\n")
    (here / "stanch.toml").write_text('gitleaks = ["rules.toml"]\n')
    assert "acme" in call("detectors", "list", "--provider", "gitleaks")


def test_new_begins_a_file_that_loads_and_is_found(here: Path, call: Call) -> None:
    told = call("detectors", "new", "acme-api-key", "--pattern", "acm_[0-9a-z]{32}")
    assert told.startswith("acme.toml: ")
    provider = read_provider(here / "acme.toml")
    [kind] = provider.types
    assert (kind.id, kind.formats[0].pattern) == ("acme-api-key", "(?P<secret>acm_[0-9a-z]{32})")
    assert json.loads((here / "provider.schema.json").read_text())["title"] == "A provider of stanch"
    assert "acme.toml is there already" in call("detectors", "new", "acme-token", "--pattern", "acm_x{32}", status=2)


@pytest.mark.parametrize(
    ("name", "pattern", "reason"),
    [("acme", "acm_[0-9]{9}", "is no id"), ("acme-key", "acm_(", "acme-key"), ("../x-key", "acm_[0-9]{9}", "is no id")],
)
def test_new_leaves_no_file_that_does_not_load(here: Path, call: Call, name: str, pattern: str, reason: str) -> None:
    assert reason in call("detectors", "new", name, "--pattern", pattern, status=2)
    assert not list(here.glob("*.toml"))


def test_the_schema_takes_every_provider_file_and_refuses_a_slip(call: Call) -> None:
    schema = json.loads(call("detectors", "schema"))
    check = jsonschema.Draft202012Validator(schema)
    for path in FOLDER.glob("*.toml"):
        assert not list(check.iter_errors(tomllib.loads(path.read_text()))), path
    wrong = tomllib.loads((FOLDER / "notion.toml").read_text())
    wrong["type"][0]["severty"] = "high"
    assert list(check.iter_errors(wrong))
    assert "lines above" in schema["$defs"]["Format"]["properties"]["lines"]["description"]
    assert "Tried in order" in schema["$defs"]["Verify"]["properties"]["urls"]["description"]


def test_docs_has_a_page_for_each_type_and_one_that_leads_to_them(here: Path, call: Call) -> None:
    (here / "stanch.toml").write_text(ACME + 'name = "<b>bold</b>"\n')
    told = call("detectors", "docs", "--output", "pages")
    types = json.loads(call("detectors", "list", "--format", "json"))
    assert told.startswith(f"{len(types) + 1} pages; ")
    index = (here / "pages" / "index.html").read_text()
    assert set(re.findall(r'<a href="([a-z0-9-]+)\.html">', index)) == {one["id"] for one in types}
    assert "&lt;b&gt;bold&lt;/b&gt;" in index
    assert "<b>bold" not in index
    assert "Revoke and rotate" in (here / "pages" / "wepay-access-token.html").read_text()
