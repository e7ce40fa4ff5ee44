"""Layers, the root that they belong to, and what a repository's own file may not do."""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.config import load
from stanch.config.load import parse
from stanch.config.model import Config, Identity, Limits
from stanch.errors import ConfigError
from stanch.model import Confidence

Write = Callable[[str], Path]


def test_without_any_file_the_defaults_hold(repository: Path) -> None:
    config = load(repository)
    assert config == Config(root=repository, baseline=repository / ".stanch-baseline")
    assert config.scan.confidence is Confidence.MEDIUM


def test_without_any_file_loading_takes_no_time(repository: Path) -> None:
    load(repository)
    began = time.process_time()
    for _ in range(20):
        load(repository / "src" / "deep")
    assert (time.process_time() - began) / 20 < 0.005


def test_standard_input_has_the_users_settings_alone(home: Path, write: Write) -> None:
    write("[scan]\nconfidence = 'high'\n")
    (home / "stanch.toml").write_text("[scan]\nconfidence = 'low'\n")
    config = load(None)
    assert (config.scan.confidence, config.root, config.baseline) == ("low", None, None)


@pytest.mark.parametrize(
    ("target", "prefix"),
    [(".", ""), ("src", "src/"), ("src/deep", "src/deep/"), ("src/deep/a.py", "src/deep/"), (".git", ".git/")],
)
def test_the_repositorys_file_is_found_from_every_target(
    target: str, prefix: str, repository: Path, write: Write
) -> None:
    (repository / "src/deep/a.py").write_text("")
    write("[scan]\nexclude = ['docs/']\n")
    config = load(repository / target)
    assert config.scan.exclude == ["docs/"]
    assert config.root == repository
    assert config.prefix == prefix
    assert config.files == (repository / "stanch.toml",)


def test_a_work_trees_git_file_marks_a_root(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "a").mkdir(parents=True)
    (tree / ".git").write_text("gitdir: elsewhere\n")
    assert load(tree / "a").root == tree


def test_a_bare_repository_is_its_own_root(repository: Path) -> None:
    bare = repository / "fixture.git"
    for name in ("objects", "refs"):
        (bare / name).mkdir(parents=True)
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    assert load(bare).root == bare


def test_outside_repositories_a_folder_has_its_own_file_and_a_single_file_none(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "stanch.toml").write_text("[scan]\nskip_ignored = true\n")
    (folder / "a.txt").write_text("")
    assert load(folder).scan.skip_ignored
    assert not load(folder / "a.txt").scan.skip_ignored
    assert load(folder / "a.txt").root is None


def test_layers_replace_single_values_and_add_up_lists(repository: Path, home: Path, write: Write) -> None:
    (home / "stanch.toml").write_text(
        "[scan]\nconfidence = 'low'\nskip_ignored = true\nexclude = ['a']\n[[ignore]]\npath = 'own/'\nreason = 'mine'\n"
    )
    write("[scan]\nconfidence = 'high'\nexclude = ['b']\n[[ignore]]\npath = 'ours/'\nreason = 'all of us'\n")
    config = load(repository)
    assert config.scan.confidence == "high"
    assert config.scan.skip_ignored
    assert config.scan.exclude == ["a", "b"]
    assert [entry.path for entry in config.ignore] == ["own/", "ours/"]


def test_an_explicit_file_replaces_the_repositorys(repository: Path, tmp_path: Path, write: Write) -> None:
    write("[scan]\nexclude = ['b']\n")
    other = tmp_path / "other.toml"
    other.write_text("[scan]\nexclude = ['c']\n[limits]\nratio = 5000\n")
    config = load(repository, other)
    assert config.scan.exclude == ["c"]
    assert config.limits.ratio == 5000
    with pytest.raises(ConfigError, match="no such file"):
        load(repository, tmp_path / "missing.toml")


def test_the_environments_identity_key_goes_first(
    repository: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[identity]\nkey = 'from the file'\n")
    assert load(repository).identity.key == "from the file"
    monkeypatch.setenv("STANCH_IDENTITY_KEY", "from the environment")
    assert load(repository).identity.key == "from the environment"


def test_the_identity_key_does_not_show_itself() -> None:
    assert "open sesame" not in repr(Identity("open sesame"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[scan\n", r"stanch\.toml: .*at line 1"),
        ("[scna]\n", "unknown field `scna`"),
        ("[scan]\nconfidense = 'low'\n", "scan: object contains unknown field `confidense`"),
        ("[scan]\nconfidence = 'certain'\n", "scan.confidence: invalid enum value"),
        ("[limits]\ndepth = -1\n", "limits.depth: expected `int` >= 0"),
        ("[[ignore]]\npath = 'a'\n", "ignore 1: object missing required field `reason`"),
        ("[[ignore]]\npath = 'a'\nreason = ' '\n", "ignore 1: the reason is empty"),
        ("[[ignore]]\nreason = 'a'\n", "ignore 1: one of fingerprint, path and detector"),
        ("[[ignore]]\npath = '!a'\nreason = 'a'\n", "ignore 1: glob '!a'"),
        ("[[ignore]]\npath = 'a'\nreason = 'a'\nexpires = 'soon'\n", "ignore 1.expires: "),
        ("[scan]\nexclude = ['/']\n", "glob '/' names nothing"),
        ("[scan]\ndisable = ['']\n", "scan.disable: an empty name"),
        ("a = " + "[" * 5000, "stanch.toml: "),
        ("a = " + "9" * 5000, "stanch.toml: "),
        ("[[detector]]\nid = 'acme-token'\n", "detector 1 .acme-token.: .*format"),
        (
            "[[detector]]\nid = 'acme-token'\npattern = '('\n",
            "detector 1 .acme-token.: not a regular expression",
        ),
        ("[[detector]]\npattern = 'a'\n", "detector 1: .*`id`"),
        ("[[detector]]\nid = 'A b'\npattern = 'a'\n", "small letters"),
        ("gitleaks = ['../other/.gitleaks.toml']\n", "gitleaks: '../other/.gitleaks.toml' is no path within"),
        ("gitleaks = ['/etc/passwd']\n", "is no path within the repository"),
        ("[scan]\nbaseline = '../other'\n", "scan.baseline: '../other' is no path within"),
    ],
)
def test_errors_say_where(text: str, message: str, repository: Path, write: Write) -> None:
    write(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load(repository)
    assert "\n" not in str(caught.value)


def test_errors_bring_no_escape_sequences_to_the_terminal(repository: Path, write: Write) -> None:
    write('"\\u001b[2Jx" = 1\n')
    with pytest.raises(ConfigError) as caught:
        load(repository)
    assert "\x1b" not in str(caught.value)


def test_dates_may_be_quoted_or_not(repository: Path, write: Write) -> None:
    table = "[[ignore]]\npath = 'a'\nreason = 'r'\nexpires = {}\n"
    write(table.format("2031-01-02") + table.format("'2031-01-02'"))
    assert [entry.expires for entry in load(repository).ignore] == [date(2031, 1, 2)] * 2


def test_a_byte_order_mark_is_forgiven(repository: Path, write: Write) -> None:
    write("\ufeff[scan]\nskip_ignored = true\n")
    assert load(repository).scan.skip_ignored


class TestTheRepositorysFile:
    """It may come from anybody."""

    def test_it_may_lower_limits_and_not_raise_them(self, repository: Path, home: Path, write: Write) -> None:
        write("[limits]\ndepth = 2\n")
        assert load(repository).limits.depth == 2
        write(f"[limits]\ndepth = {Limits().depth + 1}\n")
        with pytest.raises(ConfigError, match=r"limits\.depth"):
            load(repository)
        (home / "stanch.toml").write_text("[limits]\ndepth = 20\n")
        assert load(repository).limits.depth == Limits().depth + 1

    @pytest.mark.parametrize("key", ["verify", "revoke"])
    def test_it_may_not_say_where_secrets_are_sent(self, key: str, repository: Path, home: Path, write: Write) -> None:
        table = {
            "verify": "method = 'GET'\nurls = ['https://attacker.example']\n",
            "revoke": "steps = [{text = 'run this', source = 'https://attacker.example'}]\n",
        }[key]
        text = f"[[detector]]\nid = 'acme-token'\npattern = 'acme_[0-9]{{9}}'\n[detector.{key}]\n{table}"
        write(text)
        with pytest.raises(ConfigError, match=f"may not say '{key}'"):
            load(repository)
        write("")
        (home / "stanch.toml").write_text(text)
        assert load(repository).providers[0].types[0].id == "acme-token"

    def test_it_may_not_name_hosts_to_verify_at(self, repository: Path, home: Path, write: Write) -> None:
        table = '[verify]\nallow = ["10.0.0.0/8"]\nhosts = { gitlab = ["gitlab.example.com"] }\n'
        write(table)
        with pytest.raises(ConfigError, match="may not say 'verify'"):
            load(repository)
        write("")
        (home / "stanch.toml").write_text(table)
        verify = load(repository).verify
        assert (verify.allow, verify.hosts) == (["10.0.0.0/8"], {"gitlab": ["gitlab.example.com"]})
        assert load(None).verify == verify

    def test_an_explicit_file_inside_the_repository_is_held_to_the_same(self, repository: Path) -> None:
        other = repository / "src" / "ci.toml"
        other.write_text("gitleaks = ['../../outside.toml']\n")
        with pytest.raises(ConfigError, match="no path within"):
            load(repository, other)

    @pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
    @pytest.mark.parametrize("name", ["stanch.toml", ".stanch-baseline", "rules.toml"])
    def test_links_out_of_the_repository_are_refused(self, name: str, repository: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("a private matter\n")
        (repository / name).symlink_to(tmp_path / "secret")
        if name == "rules.toml":
            (repository / "stanch.toml").write_text("gitleaks = ['rules.toml']\n")
        with pytest.raises(ConfigError, match="out of the repository") as caught:
            load(repository)
        assert "private" not in str(caught.value)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
    def test_a_pipe_is_not_waited_for(self, repository: Path) -> None:
        os.mkfifo(repository / "stanch.toml")
        with pytest.raises(ConfigError, match="not a regular file"):
            load(repository)

    def test_a_huge_file_is_not_read(self, repository: Path, write: Write) -> None:
        write("#" * (1 << 21))
        with pytest.raises(ConfigError, match="at most"):
            load(repository)

    def test_what_it_takes_away_is_noted(self, repository: Path, write: Write) -> None:
        write(
            "[scan]\nexclude = ['docs/']\ndisable = ['aws-*']\nenable = ['a-b']\n"
            "skip_ignored = true\nconfidence = 'high'\n"
        )
        assert load(repository).notes == (
            "stanch.toml does not scan docs/",
            "stanch.toml runs only the detectors a-b",
            "stanch.toml turns off the detectors aws-*",
            "stanch.toml skips what git ignores",
            "stanch.toml shows only findings of high confidence",
        )

    def test_it_hides_nothing_where_that_is_asked_for(self, repository: Path, home: Path, write: Write) -> None:
        (home / "stanch.toml").write_text("[scan]\nexclude = ['mine/']\n[[ignore]]\npath = 'a'\nreason = 'r'\n")
        write(
            "[scan]\nexclude = ['docs/']\n[limits]\ndepth = 0\n[[ignore]]\npath = '*'\nreason = 'r'\n"
            "[[detector]]\nid = 'acme-token'\npattern = 'acme_[0-9]{9}'\n"
        )
        config = load(repository, honour_ignores=False)
        assert config.scan.exclude == ["mine/"]
        assert config.limits == Limits()
        assert config.ignore == []
        assert config.baseline is None
        assert config.notes == ()
        assert [provider.types[0].id for provider in config.providers] == ["acme-token"]

    def test_it_can_be_left_unread(self, repository: Path, write: Write) -> None:
        write("no configuration at all")
        assert load(repository, repository_file=False).files == ()


def test_gitleaks_files_are_found_beside_the_file_that_names_them(repository: Path, home: Path, write: Write) -> None:
    (home / "stanch.toml").write_text("gitleaks = ['own.toml']\n")
    write("gitleaks = ['.gitleaks.toml']\n")
    own, ours = load(repository).gitleaks
    assert (own.path, own.within) == (home / "own.toml", None)
    assert (ours.path, ours.within) == (repository / ".gitleaks.toml", repository)


def test_the_baselines_place(repository: Path, home: Path, write: Write, tmp_path: Path) -> None:
    write("[scan]\nbaseline = 'ci/known'\n")
    assert load(repository).baseline == repository / "ci/known"
    write("")
    (home / "stanch.toml").write_text(f"[scan]\nbaseline = '{(tmp_path / 'mine').as_posix()}'\n")
    assert load(repository).baseline == tmp_path / "mine"


def test_the_users_folder_follows_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stanch.config.places import user_file

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/is/invalid")
    monkeypatch.setattr(sys, "platform", "linux")
    assert user_file("stanch.toml") == tmp_path / ".config/stanch/stanch.toml"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert user_file("stanch.toml") == tmp_path / "Library/Application Support/stanch/stanch.toml"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    assert user_file("stanch.toml") == tmp_path / "Roaming/stanch/stanch.toml"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_whatever_stands_in_the_file_is_an_error_at_most(text: str) -> None:
    try:
        parse(text, Path("stanch.toml"))
    except ConfigError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_limits_are_those_of_the_unpacker() -> None:
    unpack = pytest.importorskip("stanch.unpack.model")
    for name in Limits.__struct_fields__:
        assert getattr(Limits(), name) == getattr(unpack.Limits(), name), name
