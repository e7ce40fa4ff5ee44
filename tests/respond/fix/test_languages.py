"""Where a lookup cannot stand, what is there already, and what of it holds whatever is around the secret."""

import ast
import re
import string

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from repositories import Secrets
from stanch.respond.fix.languages import language, rewriter
from stanch.respond.fix.model import Hole
from stanch.respond.fix.project import Project
from stanch.respond.fix.source import Source

from .conftest import Folder

pytest.importorskip("tree_sitter", reason="the extra 'fix' is not installed")

LEFT = {
    "Python pattern": ("a.py", 'match x:\n    case "@A@":\n        pass\n', "a pattern of a match"),
    "Python type": ("a.py", 'from typing import Literal\nx: Literal["@A@"] = y\n', "a type takes no call"),
    "Python bytes side by side": ("a.py", 'x = (b"@A@" b"more")\n', "join them first"),
    "Python nested f-string": ("a.py", "x = f\"{f'y @A@'}\"\n", "an f-string within an f-string"),
    "Python raw bytes": ("a.py", 'x = rb"\\@A@"\n', "no longer parse"),
    "Python os taken": ("a.py", 'os = 1\nx = "@A@"\n', "means something else"),
    "JavaScript import": ("a.mjs", 'import x from "@A@";\n', "the name of a module"),
    "JavaScript require is a call": ("a.js", "`@A@`;\ntag`x @A@`;\n", "a tagged template"),
    "JavaScript directive": ("a.js", '"@A@";\n', "a statement of a string alone"),
    "TypeScript enum": ("a.ts", 'enum E { A = "@A@" }\n', "a member of an enum"),
    "TypeScript type": ("a.ts", 'type T = "@A@";\n', "a type takes no call"),
    "Java annotation": ("A.java", 'class A { @Value("@A@") String x; }\n', "an annotation takes constants"),
    "Java label": ("A.java", 'class A { void f(String s) { switch (s) { case "@A@": } } }\n', "a case label"),
    "Java constant in a label": (
        "A.java",
        'class A {\n    static final String T = "@A@";\n    void f(String s) { switch (s) { case T: } }\n}\n',
        "T must stay a constant for A.java:3",
    ),
    "Go tag": ("a.go", 'package a\n\ntype T struct {\n\tA string `x:"@A@"`\n}\n', "the tag of a field"),
    "Go import": ("a.go", 'package a\n\nimport "@A@"\n', "the path of an import"),
    "Go type": ("a.go", 'package a\n\ntype T string\n\nconst x T = "@A@"\n', "a constant of type T"),
    "Go iota": ("a.go", 'package a\n\nconst (\n\tx = iota\n\ty = "@A@"\n)\n', "counts with iota"),
    "Go repeated": ("a.go", 'package a\n\nconst (\n\tn = 1\n\tx = "@A@"\n\ty\n)\n', "repeats this one's value"),
    "Go constant of a constant": (
        "a.go",
        'package a\n\nconst x = "@A@"\nconst y = "b " + x\n',
        "a constant takes no call",
    ),
    "Go unused": ("a.go", 'package a\n\nfunc f() {\n\tconst x = "@A@"\n}\n', "nothing uses the constant x"),
    "Ruby symbol": ("a.rb", 'x = :"@A@"\n', "no string literal"),
    "Ruby words": ("a.rb", "x = %w[@A@ b]\n", "no string literal"),
    "Ruby quoted document": ("a.rb", "x = <<~'T'\n  @A@ x\nT\n", "a quoted tag"),
    "PHP nowdoc": ("a.php", "<?php\n$x = <<<'T'\n@A@ x\nT;\n", "a nowdoc"),
    "PHP outside": ("a.php", "<p>@A@</p>\n<?php echo 1;\n", "no string literal"),
    "C# attribute": ("A.cs", '[Key("@A@")] class A { }\n', "an attribute takes constants"),
    "C# label": (
        "A.cs",
        'class A { void F(string s) { switch (s) { case "@A@": break; } } }\n',
        "must be a constant",
    ),
    "C# default": ("A.cs", 'class A { void F(string x = "@A@") { } }\n', "a default value"),
    "C# constant in a label": (
        "A.cs",
        'class A { const string T = "@A@"; void F(string s) { switch (s) { case T: break; } } }\n',
        "T must stay a constant",
    ),
    "Kotlin annotation": ("A.kt", '@Named("@A@")\nclass A\n', ""),
    "Rust pattern": (
        "a.rs",
        'fn f(x: &str) {\n    match x {\n        "@A@" => {}\n        _ => {}\n    }\n}\n',
        "a pattern",
    ),
    "Rust attribute": ("a.rs", '#[doc = "@A@"]\nfn f() {}\n', "an attribute"),
    "Rust format": ("a.rs", 'fn f() {\n    println!("@A@ {}", 1);\n}\n', "must be a literal"),
    "Rust macro": ("a.rs", 'fn f() {\n    mine!("@A@");\n}\n', "what the macro mine! takes"),
    "Rust const fn": ("a.rs", 'const fn f() -> &\'static str {\n    "@A@"\n}\n', "a const function"),
    "Rust array": ("a.rs", 'const X: [&str; 2] = ["@A@", "b"];\n', "several values"),
    "Rust constant of a type": ("a.rs", 'struct A;\nimpl A {\n    const T: &str = "@A@";\n}\n', "make it a function"),
    "Rust by name": ("a.rs", 'const T: &str = "@A@";\nfn f() {\n    println!("{T}");\n}\n', "by name"),
    "shell quoted document": ("a.sh", "cat <<'T'\n@A@\nT\n", "a quoted tag"),
}


@pytest.mark.parametrize("name", LEFT)
def test_where_no_lookup_can_stand(name: str, folder: Folder) -> None:
    path, before, reason = LEFT[name]
    after = folder.fixed(path, before, status=1)
    assert reason in folder.told
    assert folder.secrets[0] in after
    if "no" in folder.told and "changed" in folder.told and "JavaScript require" not in name:
        assert after == before.replace("@A@", folder.secrets[0])


CHANGED = {
    "decouple": (
        "a.py",
        'from decouple import config\n\nx = "@A@"\n',
        'from decouple import config\n\nx = config("NOTION_TOKEN")\n',
    ),
    "django-environ": ("a.py", 'env = environ.Env()\nx = "@A@"\n', 'env = environ.Env()\nx = env("NOTION_TOKEN")\n'),
    "__future__": (
        "a.py",
        '"""Text."""\nfrom __future__ import annotations\nx = "@A@"\n',
        '"""Text."""\nfrom __future__ import annotations\nimport os\nx = os.environ["NOTION_TOKEN"]\n',
    ),
    "import further down": (
        "a.py",
        'import sys\nx = "@A@"\nimport os\n',
        'import os\nimport sys\nx = os.environ["NOTION_TOKEN"]\nimport os\n',
    ),
    "JSX": (
        "a.jsx",
        'const a = <B c="@A@" d={"@B@"}>@C@</B>;\n',
        "const a = <B c={process.env.NOTION_TOKEN} d={process.env.NOTION_API_KEY}>"
        "{process.env.NOTION_ACCESS_TOKEN}</B>;\n",
    ),
    "TSX": ("a.tsx", 'const a = <B c="x @A@" />;\n', "const a = <B c={`x ${process.env.NOTION_TOKEN}`} />;\n"),
    "export": ("a.mjs", 'export default "@A@";\n', "export default process.env.NOTION_TOKEN;\n"),
    "raw f-string": ("a.py", 'import os\nx = r"\\@A@"\n', "import os\nx = rf\"\\{os.environ['NOTION_TOKEN']}\"\n"),
    "Laravel": (
        "config/a.php",
        "<?php\nreturn ['a' => env('A'), 'notion_token' => '@A@', 'b' => env('B_TOKEN', '@B@')];\n",
        "<?php\nreturn ['a' => env('A'), 'notion_token' => env('NOTION_TOKEN'), 'b' => env('B_TOKEN')];\n",
    ),
    "Go group of texts": (
        "a.go",
        'package a\n\nimport "os"\n\nconst (\n\tx = "@A@"\n\ty = "b"\n)\n\nvar _ = os.Args\n',
        'package a\n\nimport "os"\n\nvar (\n\tx = os.Getenv("NOTION_TOKEN")\n\ty = "b"\n)\n\nvar _ = os.Args\n',
    ),
    "script without a suffix": (
        "run",
        "#!/usr/bin/env bash\necho @A@\n",
        '#!/usr/bin/env bash\necho "${NOTION_TOKEN:?}"\n',
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_there_is_used(name: str, folder: Folder) -> None:
    path, before, after = CHANGED[name]
    assert folder.fixed(path, before) == after, folder.told


def test_settings_of_django(folder: Folder) -> None:
    folder.file("shop/settings.py", 'NOTION_TOKEN = "@A@"\n')
    after = folder.fixed("shop/views.py", 'from django.conf import settings\n\nx = f"Bearer @A@"\n')
    assert after == 'from django.conf import settings\n\nx = f"Bearer {settings.NOTION_TOKEN}"\n'
    assert folder.read("shop/settings.py") == 'import os\n\nNOTION_TOKEN = os.environ["NOTION_TOKEN"]\n'


def test_a_constant_that_another_file_needs_stays(folder: Folder) -> None:
    folder.file("B.java", "class B { void f(String s) { switch (s) { case A.T: } } }\n")
    folder.fixed("A.java", 'class A { static final String T = "@A@"; }\n', status=1)
    assert "T must stay a constant for B.java:1" in folder.told


def test_a_constant_of_rust_that_another_file_uses_stays(folder: Folder) -> None:
    folder.file("b.rs", "fn f() -> &'static str { crate::a::T }\n")
    folder.fixed("a.rs", 'pub const T: &str = "@A@";\n', status=1)
    assert "b.rs uses T, too" in folder.told


def test_code_for_browsers_keeps_no_secret(folder: Folder) -> None:
    folder.file("package.json", '{"dependencies": {"react-scripts": "5"}}')
    folder.fixed("src/a.js", 'const x = "@A@";\n', status=1)
    assert "have a server of yours use it" in folder.told


def test_every_table_of_languages_leads_somewhere() -> None:
    from stanch.respond.fix import languages

    for name in languages._CLASSES:
        assert rewriter(name).grammar is not None
    assert {name for name, _ in languages._NAMES} | set(languages._SUFFIXES) <= set(languages._CLASSES)


# --- whatever is around it ------------------------------------------------------------------------------------

TEXT = st.text(st.sampled_from(string.ascii_letters + " {}[]()<>%$#:;,./_-+*=!?é€ß\t"), max_size=30)
PREFIXES = st.sampled_from(["", "f", "r", "b", "rb", "u", "F", "Rb", "fr"])
QUOTES = st.sampled_from(['"', "'", '"""', "'''"])


def rewritten(name: str, text: str, secret: str, tmp: Project) -> str | None:
    """The text with every place of a secret looked up; nothing where a place is left."""
    made = rewriter(name)
    source = Source(f"a.{name}", text.encode(), made.grammar)
    raw, value = text.encode(), secret.encode()
    holes = [Hole(one.start(), one.end(), "NAME") for one in re.finditer(re.escape(value), raw)]
    works = made.rewrite(source, tmp, "env", holes)
    if any(reason for _, reason in works):
        return None
    return source.edited([edit for work, _ in works for edit in work.change.edits]).decode()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=TEXT, after=TEXT, prefix=PREFIXES, quotes=QUOTES, twice=st.booleans())
def test_python_says_the_same_whatever_is_around_it(
    before: str, after: str, prefix: str, quotes: str, twice: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = Secrets().notion()
    program = f"x = [{prefix}{quotes}{before}{secret}{after}{secret if twice else ''}{quotes}, 1][0]\n"
    try:
        ast.parse(program)
        said: dict[str, object] = {}
        exec(program, said)
    except (SyntaxError, NameError, ValueError, TypeError, AttributeError):
        assume(False)
    changed = rewritten("python", program, secret, Project(tmp_path_factory.getbasetemp()))
    assert changed is not None
    assert secret not in changed
    again: dict[str, object] = {"known": {"NAME": secret}}
    exec(changed.replace("os.environ", "known"), again)
    assert again["x"] == said["x"]


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=20), max_size=5)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(
        ["javascript", "typescript", "java", "go", "ruby", "php", "csharp", "kotlin", "rust", "shell"]
    ),
    above=LINES,
    below=LINES,
)
def test_all_else_stays_as_it_is(
    name: str, above: list[str], below: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = Secrets().notion()
    mark = {"ruby": "#", "shell": "#"}.get(name, "//")
    head, line = STATEMENTS[name]
    first = head + "".join(f"{mark} {_flat(one)}\n" for one in above)
    last = "".join(f"{mark} {_flat(one)}\n" for one in below)
    text = f"{first}{line.replace('@', secret)}\n{last}"
    source = Source("a", text.encode(), rewriter(name).grammar)
    assume(not source.faults())
    changed = rewritten(name, text, secret, Project(tmp_path_factory.getbasetemp()))
    assert changed is not None
    assert secret not in changed
    assert changed.endswith(f"\n{last}" if last else "\n")
    assert [one for one in first.splitlines() if one not in changed.splitlines()] == []
    assert Source("a", changed.encode(), rewriter(name).grammar).faults() == 0
    assert rewritten(name, changed, secret, Project(tmp_path_factory.getbasetemp())) == changed


STATEMENTS = {
    "javascript": ("", 'const x = ["@", `y @`];'),
    "typescript": ("", 'const x: string[] = ["@", `y @`];'),
    "java": ("", 'class A { String x = "@", y = "z @"; }'),
    "go": ("package a\n", 'var x, y = "@", "z @"'),
    "ruby": ("", "x = ['@', \"y @\"]"),
    "php": ("<?php\n", "$x = ['@', \"y @\"];"),
    "csharp": ("", 'class A { string x = "@", y = $"z @"; }'),
    "kotlin": ("", 'val x = listOf("@", "y @")'),
    "rust": ("", 'fn f() -> [&\'static str; 2] { ["@", "y @"] }'),
    "shell": ("", "x=@ y=\"z @\" z='@ @'"),
}


def _flat(text: str) -> str:
    """One line of a comment, which no language takes for the end of it or for another kind."""
    return re.sub(r"[^\w äö€.,;!-]|^!", " ", " ".join(text.split()))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.PY", "python"),
        ("Rakefile", "ruby"),
        ("x/Dockerfile.prod", "dockerfile"),
        ("docker-compose.override.yml", "compose"),
        (".github/workflows/a.yaml", "actions"),
        ("a.yaml", "yaml"),
        (".env.production", "environment"),
        (".env.prod.example", "environment example"),
        ("a.unknown", None),
        ("README", None),
    ],
)
def test_which_language(path: str, expected: str | None) -> None:
    assert language(path, b"") == expected
