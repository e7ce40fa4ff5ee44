import json
from pathlib import Path

from .conftest import Call


def test_a_program_says_what_to_install_and_configure(folder: Path, call: Call) -> None:
    told = call("snippet", "notion-integration-token", "--language", "python", "--store", "vault")
    assert "# Install:    pip install hvac requests notion-client\n" in told
    assert "VAULT_ADDR" in told
    assert 'path="NOTION_TOKEN"' in told
    compile(told, "main.py", "exec")


def test_names_of_ones_own_and_aliases(folder: Path, call: Call) -> None:
    told = call("snippet", "stripe-secret-key", "-l", "golang", "-s", "aws", "--path", "shop/SHOP_KEY")
    assert 'id := "shop/SHOP_KEY"' in told


def test_the_place_is_that_of_the_settings(folder: Path, call: Call) -> None:
    (folder / "stanch.toml").write_text('[store]\nprefix = "shop/prod"\n')
    told = call("snippet", "notion-integration-token", "-l", "go", "-s", "vault")
    assert '"shop/prod/NOTION_TOKEN"' in told


def test_json_has_the_parts(folder: Path, call: Call) -> None:
    made = json.loads(call("snippet", "intercom-access-token", "-l", "java", "-s", "aws", "--format", "json"))
    assert made["file"] == "Main.java"
    assert made["packages"]["software.amazon.awssdk:secretsmanager"]["source"].startswith("https://")
    assert made["sources"]
    assert made["code"].endswith("}\n")


def test_without_options_it_lists(folder: Path, call: Call) -> None:
    told = call("snippet")
    assert "  ruby" in told
    assert "CyberArk Conjur" in told
    assert "stanch snippet notion-integration-token --language" in call("snippet", "notion-integration-token")
    there = json.loads(call("snippet", "--format", "json"))
    assert "aws" in there["languages"][0]["stores"]


def test_what_is_not_there(folder: Path, call: Call) -> None:
    assert "no language is called 'cobol'" in call("snippet", "x", "-l", "cobol", "-s", "env", status=2)
    assert "no store is called 'wallet'" in call("snippet", "x", "-l", "go", "-s", "wallet", status=2)
    assert "no credential type is called 'x'" in call("snippet", "x", "-l", "go", "-s", "env", status=2)
    assert "no credential type is called 'x'" in call("snippet", "x", status=2)
    assert "--store is missing" in call("snippet", "notion-integration-token", "-l", "go", status=2)


def test_names_that_could_break_out_of_a_string_are_refused(folder: Path, call: Call) -> None:
    good = ("snippet", "notion-integration-token", "-l", "python", "-s", "aws")
    for bad in ('X"', "a b", "1X", "", "X\n", "é"):
        assert "cannot be a secret's name" in call(*good, "--name", bad or " ", status=2)
    for bad in ("../x", 'x"', "x\n"):
        assert "x" in call(*good, f"--path={bad}", status=2)
