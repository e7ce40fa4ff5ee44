"""References, settings, and who may set what."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from stanch.config.model import Stores
from stanch.errors import ConfigError
from stanch.model import Secret
from stanch.respond.stores import Held, Reference, names
from stanch.respond.stores.model import size
from stanch.respond.stores.network import needed

from .conftest import Open


def test_where_a_name_is_kept() -> None:
    settings = Stores(prefix="shop/prod/", names={"STRIPE_KEY": "billing/stripe#key"})
    assert Reference.resolve("NOTION_TOKEN", Stores()) == Reference("NOTION_TOKEN", "NOTION_TOKEN")
    assert Reference.resolve("NOTION_TOKEN", settings) == Reference("NOTION_TOKEN", "shop/prod/NOTION_TOKEN")
    assert Reference.resolve("STRIPE_KEY", settings) == Reference("STRIPE_KEY", "billing/stripe", "key")
    assert Reference.resolve("STRIPE_KEY", settings, "a/b#c#d") == Reference("STRIPE_KEY", "a/b", "c#d")


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A\n", "ü", "A" * 256])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a secret's name"):
        Reference(name)


@pytest.mark.parametrize("path", ["a//b", "../a", "a/../b", "a/.", "a\nb", "a\x1b[31m", "x" * 1025, " a", "/", "a/"])
def test_places_that_are_none(path: str) -> None:
    with pytest.raises(ConfigError, match="no place"):
        Reference.resolve("A", Stores(), path)


def test_one_reference_has_an_address_in_each_store(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking anybody, and without the stores' libraries."""
    monkeypatch.setenv("CONJUR_ACCOUNT", "shop")
    reference = Reference.resolve("NOTION_TOKEN", Stores(prefix="prod"))
    addresses = {name: open_(name).address(reference) for name in ("env", "aws", "vault", "conjur")}
    assert {name: str(address) for name, address in addresses.items()} == {
        "env": ".env#NOTION_TOKEN",
        "aws": "prod/NOTION_TOKEN",
        "vault": "secret/prod/NOTION_TOKEN#value",
        "conjur": "shop:variable:prod/NOTION_TOKEN",
    }
    assert msgspec.structs.asdict(addresses["vault"]) == {
        "mount": "secret",
        "path": "prod/NOTION_TOKEN",
        "field": "value",
    }


def test_an_address_can_be_told_before_anybody_has_said_whose_store(open_: Open) -> None:
    reference = Reference("NOTION_TOKEN", "prod/NOTION_TOKEN")
    addresses = {name: str(open_(name).address(reference)) for name in names()}
    assert addresses == {
        "aws": "prod/NOTION_TOKEN",
        "azure": "prod-NOTION-TOKEN",
        "conjur": "prod/NOTION_TOKEN",
        "doppler": "NOTION_TOKEN",
        "env": ".env#NOTION_TOKEN",
        "gcp": "prod-NOTION_TOKEN",
        "kubernetes": "prod#NOTION_TOKEN",
        "vault": "secret/prod/NOTION_TOKEN#value",
    }


def test_no_library_is_imported_for_an_address() -> None:
    script = (
        "import sys\n"
        "from stanch.config import Config\n"
        "from stanch.respond.stores import Reference, open_store\n"
        "for name in ('aws', 'vault'):\n"
        "    print(open_store(name, Config()).address(Reference('A')))\n"
        "print(sorted({'boto3', 'botocore', 'hvac', 'requests', 'httpx2'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["A", "secret/A#value", "[]"]


def test_settings_of_the_own_file_and_of_the_repository(project: Path, open_: Open, tmp_path: Path) -> None:
    own = tmp_path / "home" / ".config" / "stanch" / "stanch.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[store]\nuse = "vault"\n[store.vault]\naddress = "https://vault.example"\nmount = "mine"\n')
    (project / "stanch.toml").write_text('[store]\nprefix = "shop"\n[store.vault]\nmount = "kv"\n')
    store = open_("")
    assert store.name == "vault"
    assert str(store.address(Reference("A"))) == "kv/A#value"
    assert str(open_("", mount="third").address(Reference("A"))) == "third/A#value"


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("vault", 'address = "https://evil.example"'),
        ("vault", "plain_http = true"),
        ("vault", 'token_file = "/etc/passwd"'),
        ("aws", 'endpoint = "https://evil.example"'),
        ("aws", 'profile = "root"'),
        ("conjur", 'url = "https://evil.example"'),
        ("conjur", 'ca_file = "ca.pem"'),
    ],
)
def test_a_repository_does_not_say_where_secrets_go(project: Path, open_: Open, kind: str, setting: str) -> None:
    (project / "stanch.toml").write_text(f"[store.{kind}]\n{setting}\n")
    with pytest.raises(ConfigError, match="may not say where secrets go"):
        open_(kind)


@pytest.mark.parametrize("name", ["../outside/.env", "/etc/cron.d/x"])
def test_a_repository_does_not_name_files_outside(project: Path, open_: Open, name: str) -> None:
    (project / "stanch.toml").write_text(f'[store.env]\nfile = "{name}"\n')
    with pytest.raises(ConfigError, match="within the repository"):
        open_("env")
    assert open_("env", file=".env.local").put(Reference("A"), Secret("x")).address == ".env.local#A"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[store]\nuse = "safe"\n', "no store is called 'safe'"),
        ('[store]\nprefx = "a"\n', "store: object contains unknown field `prefx`"),
        ("[store.env]\nfiel = 'x'\n", "store.env: object contains unknown field `fiel`"),
        ('[store]\nuse = "vault"\n[store.vault]\ntimeout = 0\n', "timeout"),
        ('[store]\nnames = ["A"]\n', "store.names"),
    ],
)
def test_settings_that_there_are_not(project: Path, open_: Open, text: str, words: str) -> None:
    (project / "stanch.toml").write_text(text)
    with pytest.raises(ConfigError, match=words):
        open_("")


def test_a_missing_library_is_told_with_the_way_to_get_it() -> None:
    with pytest.raises(ConfigError, match=r"pip install 'stanch\[stores\]'"):
        needed("no_such_library")


@pytest.mark.parametrize(
    ("length", "words"),
    [(0, "empty"), (15, "under 16"), (16, "16 to 63"), (63, "16 to 63"), (64, "64 to 255"), (9999, "4096 or more")],
)
def test_lengths_are_told_in_classes(length: int, words: str) -> None:
    assert words in size(Secret("x" * length))


def test_what_is_held_does_not_show_itself() -> None:
    held = Held("a", value=Secret("correct horse battery staple"))
    assert "horse" not in f"{held!r} {held}"
