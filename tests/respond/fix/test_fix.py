"""`stanch fix` as a whole: what it changes, shows, asks and refuses."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stanch.errors import ConfigError
from stanch.respond.fix import write as writing
from stanch.respond.fix.dotenv import read
from stanch.respond.fix.model import FileChange
from stanch.respond.fix.project import Project

from .conftest import Folder


def files(folder: Folder) -> dict[str, bytes]:
    return {
        one.relative_to(folder.path).as_posix(): one.read_bytes()
        for one in folder.path.rglob("*")
        if one.is_file() and ".git/" not in one.as_posix()
    }


def test_nothing_to_fix(folder: Folder) -> None:
    folder.file("a.py", "print(1)\n")
    assert folder.fix() == "nothing to fix\n"


def test_a_dry_run_shows_the_change_and_makes_none(folder: Folder) -> None:
    folder.file("a.py", 'token = "@A@"\n')
    before = files(folder)
    told = folder.fix("--dry-run")
    assert '-token = "ntn_********' in told
    assert '+token = os.environ["NOTION_TOKEN"]' in told
    assert files(folder) == before


def test_nobody_to_ask_is_wrong_usage(folder: Folder) -> None:
    folder.file("a.py", 'token = "@A@"\n')
    before = files(folder)
    assert "--yes" in folder.fix("--put", status=2)
    assert "--put goes with writing" in folder.fix("--put", "--dry-run", status=2)
    assert files(folder) == before


def test_it_asks_before_it_writes(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.file("a.py", 'token = "@A@"\n')
    before = files(folder)
    answers = iter([False, True])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda _: next(answers))
    folder.fix("a.py", status=1)
    assert files(folder) == before
    folder.fix("a.py")
    assert 'os.environ["NOTION_TOKEN"]' in folder.read("a.py")


def test_a_patch_that_git_takes(folder: Folder) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=folder.path, check=True)
    names = ["ä b.py", 'q"x.py', "crlf.py", "no end.js"]
    folder.file(names[0], '\ttoken = "@A@"\n'.lstrip() + "# é\n")
    folder.file(names[1], "x = '@B@'\n")
    folder.file(names[2], "x = '@C@'\r\ny = 1\r\n")
    folder.file(names[3], "let x = '@A@'")
    before = files(folder)
    patch = folder.path.parent / "fix.patch"
    patch.write_text("old")
    folder.fix("--patch", str(patch))
    assert stat.S_IMODE(patch.stat().st_mode) == 0o600
    assert files(folder) == before
    subprocess.run(["git", "apply", str(patch)], cwd=folder.path, check=True)
    applied = files(folder)
    for name, data in before.items():
        (folder.path / name).write_bytes(data)
    for name in applied.keys() - before.keys():
        (folder.path / name).unlink()
    folder.fix()
    assert files(folder) == applied
    assert re.fullmatch(rb"import os\r\n\r\nx = os\.environ\['NOTION_\w+'\]\r\ny = 1\r\n", applied["crlf.py"])
    assert re.fullmatch(rb"let x = process\.env\.NOTION_\w+", applied["no end.js"])


def test_values_go_to_the_environment_file_that_only_the_user_reads(folder: Folder) -> None:
    (folder.path / ".env").write_text("PORT=80\nNOTION_TOKEN=\n")
    (folder.path / ".env").chmod(0o600)
    (folder.path / ".gitignore").write_text("*.pyc\n.env.local")
    folder.file("a.py", 'token = "@A@"\n')
    folder.fix("--yes", "--put")
    assert read(folder.read(".env")) == {"PORT": "80", "NOTION_TOKEN": folder.secrets[0]}
    assert stat.S_IMODE((folder.path / ".env").stat().st_mode) == 0o600
    assert folder.read(".gitignore") == "*.pyc\n.env.local\n/.env\n"
    assert folder.read(".env.example") == "NOTION_TOKEN=\n"


def test_without_being_asked_no_value_is_written_anywhere(folder: Folder) -> None:
    folder.file("a.py", 'token = "@A@"\n')
    told = folder.fix()
    assert "NOTION_TOKEN must be in the environment" in told
    assert not any(folder.secrets[0].encode() in data for data in files(folder).values())


def test_an_environment_file_is_left_unless_git_has_it(folder: Folder) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=folder.path, check=True)
    folder.file(".env", "NOTION_TOKEN=@A@\n")
    assert "kept: .env:1" in folder.fix()
    subprocess.run(["git", "add", ".env"], cwd=folder.path, check=True)
    assert "git rm --cached .env" in folder.fix(status=1)


def test_a_name_that_the_project_has_for_the_value_is_used(folder: Folder) -> None:
    folder.file(".env", "SHOP_NOTION=@A@\n")
    assert folder.fixed("a.rb", 'x = "@A@"\n') == 'x = ENV.fetch("SHOP_NOTION")\n'


def test_one_name_for_each_secret_and_one_secret_for_each_name(folder: Folder) -> None:
    folder.file(".env", "NOTION_TOKEN=something-else\n")
    folder.file("a.py", 'NOTION_TOKEN = "@A@"\n')
    folder.file("b/a.py", 'NOTION_TOKEN = "@B@"\nagain = "@A@"\n')
    folder.fix()
    one = folder.read("a.py").rpartition('"')[0].rpartition('"')[2]
    assert one != "NOTION_TOKEN"
    assert f'again = os.environ["{one}"]' in folder.read("b/a.py")
    assert folder.read("b/a.py").count(one) == 1


def test_a_variable_with_two_values_is_not_read_for_both(folder: Folder) -> None:
    folder.file("a.py", 'import os\nx = os.getenv("NOTION", "@A@")\ny = os.getenv("NOTION", "@B@")\n')
    told = folder.fix(status=1)
    assert "the variable NOTION stands for another value already" in told
    assert folder.read("a.py").startswith('import os\nx = os.environ["NOTION"]\ny = os.getenv("NOTION", "ntn')


def test_what_the_environment_file_says_already_stays(folder: Folder) -> None:
    (folder.path / ".env").write_text("NOTION=mine\n")
    folder.file("a.py", 'import os\nx = os.getenv("NOTION", "@A@")\n')
    told = folder.fix("--yes", "--put")
    assert "kept .env#NOTION: another value is there already, and stays" in told
    assert folder.read(".env") == "NOTION=mine\n"


def test_a_pair_of_keys_is_fixed_in_one_go(folder: Folder) -> None:
    import random

    from stanch.catalog import drawing
    from stanch.catalog.load import read_providers

    kind = next(kind for one in read_providers() for kind in one.types if kind.id == "datadog-application-key")
    rng = random.Random(3)
    drawn = drawing.draw(kind.formats[0], rng)
    ((_, other), *_) = drawing.pairs(kind, kind.formats[0], rng)
    assert drawn is not None
    (folder.path / "a.py").write_text(f'DD_API_KEY = "{other}"\nDD_APP_KEY = "{drawn.secret}"\n')
    folder.fix("--yes", "--put")
    assert folder.read("a.py").splitlines()[2:] == [
        'DD_API_KEY = os.environ["DD_API_KEY"]',
        'DD_APP_KEY = os.environ["DD_APP_KEY"]',
    ]
    assert read(folder.read(".env")) == {"DD_API_KEY": other, "DD_APP_KEY": drawn.secret}
    assert "nothing to fix" in folder.fix()


def test_a_value_that_was_recognised_in_part_is_left(folder: Folder) -> None:
    word = "".join(reversed("kA9xLq3vRt8ZmW2p"))
    (folder.path / "a.py").write_text(f'db_password = "{word}\\"more"\n')
    assert "only a part of the value was recognised" in folder.fix(status=1)


def test_no_secret_beside_a_change_is_shown(folder: Folder) -> None:
    folder.file("a.py", 'token = "@A@"\n')
    folder.file("package.json", '{\n  "name": "x",\n  "notion_token": "@B@"\n}\n')
    folder.file("b.js", 'const x = "@C@";\n')
    told = folder.fix("--yes", status=1, store="aws")
    assert '"notion_token": "ntn_********' in told


@pytest.mark.parametrize("name", [".gitignore", ".env.example", ".env"])
def test_a_link_in_the_place_of_a_file_around_the_code(name: str, folder: Folder) -> None:
    target = folder.path.parent / "target"
    target.write_text("x\n")
    (folder.path / name).symlink_to(target)
    folder.file("a.py", 'token = "@A@"\n')
    assert "link" in folder.fix("--yes", "--put", status=2)
    assert target.read_text() == "x\n"
    assert folder.secrets[0] in folder.read("a.py")


def test_a_grammar_that_is_not_there_is_one_clear_line(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from stanch.respond.fix.grammars import parser

    parser.cache_clear()
    monkeypatch.setitem(sys.modules, "tree_sitter_ruby", None)
    folder.file("a.rb", 'x = "@A@"\n')
    told = folder.fix(status=2)
    assert told.startswith("stanch: to fix ruby code the package tree-sitter-ruby is needed\n")
    assert "pip install 'stanch[fix]'" in told


def test_a_scan_loads_nothing_of_it() -> None:
    program = "import sys; from stanch.cli import run; run(['scan', '--no-history', sys.argv[1]]); "
    program += "assert not [one for one in sys.modules if 'respond' in one or 'tree_sitter' in one]"
    subprocess.run([sys.executable, "-c", program, __file__], check=True, capture_output=True)


@pytest.mark.parametrize("wanted", ["fingerprint", "a.py", "sub", "notion-integration-token", "./sub/../a.py"])
def test_only_what_is_meant(folder: Folder, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from stanch.cli import run

    folder.file("a.py", 'x = "@A@"\n')
    folder.file("sub/b.py", 'x = "@A@"\n')
    folder.file("sub/c.py", 'x = "@B@"\n')
    before = files(folder)
    run(["scan", "--no-history", "--format", "jsonl", "."])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    meant = found[0]["fingerprint"] if wanted == "fingerprint" else wanted
    folder.fix("--yes", meant)
    changed = {name for name, data in before.items() if files(folder)[name] != data}
    expected = {
        "fingerprint": {"a.py", "sub/b.py"},
        "sub": {"sub/b.py", "sub/c.py"},
        "notion-integration-token": set(before),
    }
    assert changed == expected.get(wanted, {"a.py"})


def test_a_word_that_means_nothing(folder: Folder) -> None:
    folder.file("a.py", 'x = "@A@"\n')
    assert "no finding in the files is meant by 'b.py'" in folder.fix("--yes", "b.py", status=2)


def test_only_below_a_folder(folder: Folder) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=folder.path, check=True)
    folder.file("a.py", 'x = "@A@"\n')
    folder.file("sub/b.py", 'x = "@A@"\n')
    folder.fix("--yes", "--in", "sub")
    assert folder.secrets[0] in folder.read("a.py")
    assert folder.secrets[0] not in folder.read("sub/b.py")


def test_links_are_left(folder: Folder) -> None:
    outside = folder.path.parent / "outside.py"
    folder.file("real.py", 'x = "@A@"\n')
    outside.write_text(folder.read("real.py"))
    (folder.path / "link.py").symlink_to("real.py")
    project = Project(folder.path)
    with pytest.raises(Exception, match="symbolic link"):
        project.read("link.py")
    for bad in ("../outside.py", "/etc/passwd", "a//b", "", "."):
        with pytest.raises(Exception, match="leads out"):
            project.read(bad)
    folder.fix()
    assert (folder.path / "link.py").is_symlink()
    assert folder.secrets[0] in outside.read_text()


def test_mode_mark_tabs_and_foreign_letters_are_kept(folder: Folder) -> None:
    path = folder.file("a.py", "\ufeff# gr\u00fc\u00df\nif 1:\n\tt\u00f6ken = '\u20ac', '@A@' # \u00e9")
    path.chmod(0o711)
    folder.fix()
    assert folder.read("a.py") == (
        "\ufeff# gr\u00fc\u00df\nimport os\n\nif 1:\n\tt\u00f6ken = '\u20ac', os.environ['NOTION_TOKEN'] # \u00e9"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o711


def test_several_secrets_in_one_literal(folder: Folder) -> None:
    after = folder.fixed("a.py", 'x = "one @A@ two @B@ three @A@"\n')
    assert after == (
        "import os\n\nx = f\"one {os.environ['NOTION_TOKEN']} two {os.environ['NOTION_API_KEY']}"
        " three {os.environ['NOTION_TOKEN']}\"\n"
    )


def test_a_password_in_an_address(folder: Folder) -> None:
    word = "".join(reversed("kA9xLq3vRt8ZmW2p"))
    (folder.path / "a.py").write_text(f'DATABASE_URL = "postgres://app:{word}@db-17.firma.net/shop?x=1"\n')
    told = folder.fix("--yes", "--put")
    assert word not in told
    assert folder.read("a.py") == (
        "import os\n\nDATABASE_URL = f\"postgres://app:{os.environ['DATABASE_PASSWORD']}@db-17.firma.net/shop?x=1\"\n"
    )
    assert read(folder.read(".env")) == {"DATABASE_PASSWORD": word}


def test_what_is_in_the_way_is_told_and_the_rest_is_fixed(folder: Folder) -> None:
    folder.file("A.java", 'class A {\n    String x = "@A@";\n    @Named("@B@") int y;\n}\n')
    told = folder.fix(status=1)
    assert "left: A.java:3: Notion integration token: an annotation takes constants only" in told
    assert 'String x = System.getenv("NOTION_TOKEN");' in folder.read("A.java")
    assert folder.secrets[1] in folder.read("A.java")


def test_a_file_that_did_not_parse_before_is_fixed_where_it_can_be(folder: Folder) -> None:
    folder.file("a.py", 'def f(:\n    pass\n\n\nx = "@A@"\n')
    told = folder.fix(status=0)
    assert 'x = os.environ["NOTION_TOKEN"]' in folder.read("a.py"), told


def test_latin_1_is_left(folder: Folder) -> None:
    path = folder.file("a.py", 'x = "@A@"\n')
    path.write_bytes(path.read_bytes() + "# \u00e9\n".encode("latin-1"))
    before = path.read_bytes()
    assert "not UTF-8" in folder.fix(status=1)
    assert path.read_bytes() == before


def test_a_key_of_several_lines(folder: Folder) -> None:
    from stanch.catalog.examples import examples
    from stanch.catalog.load import read_providers

    kind = next(kind for one in read_providers() for kind in one.types if kind.id == "privatekey-pem")
    secret = next(one.secret for one in examples(kind, count=4) if one.secret.count("\n") > 3)
    (folder.path / "a.py").write_text(f'KEY = """{secret}"""\nprint(KEY)\n')
    expected = subprocess.run(["python3", "a.py"], cwd=folder.path, capture_output=True, check=True).stdout
    told = folder.fix("--yes", "--put")
    assert not any(line in told for line in secret.splitlines()[1:-1])
    values = read(folder.read(".env"))
    assert secret not in folder.read("a.py")
    environment = {**os.environ, **values}
    done = subprocess.run(["python3", "a.py"], cwd=folder.path, capture_output=True, check=True, env=environment)
    assert done.stdout == expected


class TestWriting:
    """All or none."""

    def changes(self, folder: Path) -> list[FileChange]:
        for name in "abc":
            (folder / name).write_text(f"old {name}")
        return [FileChange(name, f"old {name}".encode(), f"new {name}".encode()) for name in "abc"] + [
            FileChange("d/e", None, b"new")
        ]

    def test_all(self, tmp_path: Path) -> None:
        changes = self.changes(tmp_path)
        writing.write(Project(tmp_path), changes)
        assert [(tmp_path / name).read_text() for name in ("a", "b", "c", "d/e")] == ["new a", "new b", "new c", "new"]
        assert sorted(one.name for one in tmp_path.rglob("*")) == ["a", "b", "c", "d", "e"]

    def test_none_where_one_has_changed(self, tmp_path: Path) -> None:
        changes = self.changes(tmp_path)
        (tmp_path / "c").write_text("mine")
        with pytest.raises(ConfigError, match="c: changed meanwhile"):
            writing.write(Project(tmp_path), changes)
        assert [(tmp_path / name).read_text() for name in "abc"] == ["old a", "old b", "mine"]
        assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b", "c"]

    def test_none_where_one_became_a_link(self, tmp_path: Path) -> None:
        changes = self.changes(tmp_path)
        (tmp_path / "c").rename(tmp_path / "x")
        (tmp_path / "c").symlink_to("x")
        with pytest.raises(ConfigError, match="symbolic link"):
            writing.write(Project(tmp_path), changes)
        assert (tmp_path / "x").read_text() == "old c"
        assert (tmp_path / "a").read_text() == "old a"

    def test_none_where_a_rename_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        changes = self.changes(tmp_path)
        rename, count = Path.replace, iter(range(9))

        def failing(self: Path, target: Path) -> Path:
            if next(count) == 2:
                raise OSError(5, "Input/output error", str(target))
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", failing)
        with pytest.raises(ConfigError, match="Input/output error; nothing was changed"):
            writing.write(Project(tmp_path), changes)
        assert [(tmp_path / name).read_text() for name in "abc"] == ["old a", "old b", "old c"]
        assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["a", "b", "c"]
