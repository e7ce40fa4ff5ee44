"""The project's own function that asks a secret manager, and the import that code needs to call it.

A helper is a small file in the project's language, made from `templates/LANGUAGE-STORE.txt` where the project has none
yet. It stands where code of the language finds it, and from then on belongs to the project.
"""

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stanch.respond.fix.dependencies import dependency
from stanch.respond.fix.model import Refused
from stanch.respond.fix.source import walk

if TYPE_CHECKING:
    from stanch.respond.fix.project import Project
    from stanch.respond.fix.rewrite import Work

_TEMPLATES = Path(__file__).parent / "templates"
_TITLES = {
    "aws": "Secrets from AWS Secrets Manager. Region and credentials are those that the SDK finds.",
    "vault": 'Secrets from HashiCorp Vault, at secret/NAME (KV 2) in the key "value", by VAULT_ADDR and VAULT_TOKEN.',
    "conjur": "Secrets from CyberArk Conjur, by CONJUR_APPLIANCE_URL, _ACCOUNT, _AUTHN_LOGIN and _AUTHN_API_KEY.",
}


class Helper(NamedTuple):
    """How code calls it."""

    call: str


def helper(project: "Project", work: "Work") -> Helper:
    """The helper for the work's store and language; adds the file, the import and the dependency to the work."""
    found = _PLACES[work.source.grammar](project, work)
    dependency(project, work)
    return found


@cache
def template(name: str) -> str:
    """The text of a template."""
    return (_TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")


def _add(project: "Project", work: "Work", path: str, text: str, mark: str) -> None:
    """Have a file made, unless one with `mark` in it is there; Refused where another file has its name."""
    mount = project.target.mount if project.target else ""
    if mount:
        text = text.replace("secret/data/", f"{mount}/data/").replace("secret/NAME", f"{mount}/NAME")
    known = project.text(path)
    if known is None:
        if os.path.lexists(project.path(path)):
            raise Refused(f"{path} is in the way of the helper")
        work.change.added.setdefault(path, []).append(text)
    elif mark not in known:
        raise Refused(f"{path} is in the way of the helper: it is another file of that name")


def _folder(path: str) -> str:
    """The folder of a file, with "/" at its end, or nothing for the root."""
    return path[: path.rfind("/") + 1]


def _python(project: "Project", work: "Work") -> Helper:
    """`secret_store.py`: in the outermost package around the file, or beside a file that is in none."""
    from stanch.respond.fix.languages.python import add_import

    if re.search(r"(?m)^from [\w.]+ import (?:.*\W)?get_secret\b(?! as)|^def get_secret\(", work.source.text):
        return Helper("get_secret")
    folder, package = _folder(work.source.path), ""
    while folder and project.text(f"{folder}__init__.py") is not None:
        parts = folder[:-1].rpartition("/")
        if not parts[2].isidentifier():
            break
        package = f"{parts[2]}."
        outermost = folder
        folder = f"{parts[0]}/" if parts[0] else ""
    where = outermost if package else folder
    _add(project, work, f"{where}secret_store.py", template(f"python-{work.store}"), "def get_secret(")
    add_import(work, f"from {package}secret_store import get_secret")
    return Helper("get_secret")


def _javascript(project: "Project", work: "Work") -> Helper:
    """`secret-store` beside the nearest package.json, in the file's own kind of module."""
    source, typed = work.source, work.source.grammar != "javascript"
    if re.search(r"\bgetSecret\b", source.text):
        if re.search(
            r"(?m)^(?:import|const) \{[^}]*\bgetSecret\b[^}]*\} (?:from|=)|^(?:export )?function getSecret\(",
            source.text,
        ):
            return Helper("getSecret")
        raise Refused("the name getSecret means something else in this file")
    folder = project.nearest(source.path, "package.json") or ""
    kinds = {child.type for child in source.root.children}
    modern = typed or bool(kinds & {"import_statement", "export_statement"}) or source.path.endswith(".mjs")
    declared = '"type": "module"' in re.sub(r"\s*:\s*", ": ", project.text(f"{folder}package.json") or "")
    modern = (modern or declared) and not source.path.endswith(".cjs")
    suffix = "ts" if typed else "js" if modern == declared else "mjs" if modern else "cjs"
    path = f"{folder}secret-store.{suffix}"
    _add(project, work, path, module(work.store, modern=modern, typed=typed), "function getSecret(")
    relative = os.path.relpath(path, _folder(source.path) or ".").replace(os.sep, "/")
    relative = relative if relative.startswith(".") else f"./{relative}"
    if typed:
        relative = re.sub(r"\.ts$", ".js" if re.search(r"from [\"']\.[^\"']*\.js[\"']", source.text) else "", relative)
    quote = "'" if source.text.count("'") > source.text.count('"') else '"'
    where = f"{quote}{relative}{quote}"
    line = f"import {{ getSecret }} from {where};\n" if modern else f"const {{ getSecret }} = require({where});\n"
    _at_the_top(work, line, ("import_statement",))
    return Helper("getSecret")


def module(store: str, *, modern: bool, typed: bool) -> str:
    """The helper in JavaScript, as a module of ECMAScript or CommonJS, or in TypeScript."""
    names = "MessageChannel, Worker, receiveMessageOnPort"
    text = template("javascript-frame")
    given = {
        "TITLE": _TITLES[store],
        "IMPORT": f'import {{ {names} }} from "node:worker_threads";'
        if modern
        else f'"use strict";\n\nconst {{ {names} }} = require("node:worker_threads");',
        "EXPORT": "export " if modern else "",
        "FETCH": template(f"javascript-{store}").strip(),
        "TAIL": "" if modern else "\nmodule.exports = { getSecret };\n",
        "SURE": "!" if typed else "",
        # Packages are looked for from the helper, and not from where the program was started.
        "FILE": f", file: {_where(modern=modern, typed=typed)}" if store == "aws" else "",
        "GIVEN": ", file" if store == "aws" else "",
    }
    if typed:
        text = text.replace("new Map()", "new Map<string, string>()").replace(
            "(name@TYPE@)@TYPE@", "(name: string): string"
        )
    for key, value in given.items():
        text = text.replace(f"@{key}@", value)
    return text.replace("@TYPE@", "").rstrip("\n") + "\n"


def _where(*, modern: bool, typed: bool) -> str:
    """How a module says where it is; one of TypeScript does not know what it is compiled to."""
    if typed:
        return 'process.cwd() + "/"'
    return "import.meta.url" if modern else "__filename"


def _at_the_top(work: "Work", line: str, kinds: tuple[str, ...]) -> None:
    """Put a line before the first import, or before the first statement that is no directive or comment."""
    source = work.source
    place = None
    for node in source.root.children:
        directive = node.type == "expression_statement" and node.named_child_count == 1
        directive = directive and node.named_children[0].type == "string"
        if node.type in ("comment", "hash_bang_line") or directive:
            continue
        place = node.start_byte if place is None else place
        if node.type in kinds:
            place = node.start_byte
            break
    work.insert(len(source.data) if place is None else place, line)


def _java(project: "Project", work: "Work") -> Helper:
    """A class of the same package, beside the file."""
    text = template(f"java-{work.store}").replace("@PACKAGE@", _package(work, "package_declaration", ";"))
    _add(project, work, f"{_folder(work.source.path)}SecretStore.java", text, "static String get(String name)")
    return Helper("SecretStore.get")


def _kotlin(project: "Project", work: "Work") -> Helper:
    """A function of the same package, beside the file."""
    text = template(f"kotlin-{work.store}").replace("@PACKAGE@", _package(work, "package_header", ""))
    _add(project, work, f"{_folder(work.source.path)}SecretStore.kt", text, "fun storedSecret(")
    return Helper("storedSecret")


def _package(work: "Work", kind: str, end: str) -> str:
    for node in work.source.root.children:
        if node.type == kind:
            return f"{work.source.of(node).rstrip(';').strip()}{end}\n\n"
    return ""


def _go(project: "Project", work: "Work") -> Helper:
    """A function of the same package, beside the file."""
    for node in walk(work.source.root):
        if node.type == "package_identifier":
            package = work.source.of(node)
            break
    else:
        raise Refused("the file has no package clause")
    folder = _folder(work.source.path)
    name = (
        "secret_store_test.go"
        if work.source.path.endswith("_test.go") and package.endswith("_test")
        else "secret_store.go"
    )
    text = template(f"go-{work.store}").replace("@PACKAGE@", package)
    _add(project, work, f"{folder}{name}", text, f"package {package}")
    return Helper("storedSecret")


def _ruby(project: "Project", work: "Work") -> Helper:
    """`secret_store.rb` at the root, or in `lib`."""
    folder = "lib/" if (project.root / "lib").is_dir() else ""
    path = f"{folder}secret_store.rb"
    _add(project, work, path, template(f"ruby-{work.store}"), "module SecretStore")
    relative = os.path.relpath(path, _folder(work.source.path) or ".").replace(os.sep, "/").removesuffix(".rb")
    line = f'require_relative "{relative}"\n'
    if line.strip() not in work.source.text:
        place = next((node.start_byte for node in work.source.root.children if node.type != "comment"), 0)
        last = 0
        for node in work.source.root.children:
            if node.type == "call" and re.match(r"require(?:_relative)?\b", work.source.of(node)):
                last = node.end_byte
        if last:
            work.insert(last, f"\n{line.rstrip()}")
        else:
            work.insert(place, f"{line}\n")
    return Helper("SecretStore.get")


def _php(project: "Project", work: "Work") -> Helper:
    """`secret_store.php` at the root."""
    from stanch.respond.fix.languages.php import add_statement

    _add(project, work, "secret_store.php", template(f"php-{work.store}"), "function stored_secret(")
    relative = os.path.relpath("secret_store.php", _folder(work.source.path) or ".").replace(os.sep, "/")
    add_statement(work, f"require_once __DIR__ . '/{relative}';", rank=-1)
    named = any(child.type == "namespace_definition" for child in work.source.root.children)
    return Helper("\\stored_secret" if named else "stored_secret")


def _csharp(project: "Project", work: "Work") -> Helper:
    """A class without a namespace, beside the file."""
    folder = _folder(work.source.path)
    while folder and not any(project.path(folder[:-1]).glob("*.csproj")):
        folder = _folder(folder[:-1])
    _add(project, work, f"{folder}SecretStore.cs", template(f"csharp-{work.store}"), "static class SecretStore")
    return Helper("SecretStore.Get")


def _rust(project: "Project", work: "Work") -> Helper:
    """A module of the crate."""
    folder = project.nearest(work.source.path, "Cargo.toml") or ""
    roots = [f"{folder}src/{name}" for name in ("main.rs", "lib.rs") if project.text(f"{folder}src/{name}") is not None]
    if len(roots) != 1 or not work.source.path.startswith(f"{folder}src/"):
        raise Refused("where the crate's modules are declared is not plain: write the helper by hand")
    _add(project, work, f"{folder}src/secret_store.rs", template(f"rust-{work.store}"), "pub fn get(")
    if not re.search(r"(?m)^\s*(?:pub )?mod secret_store;", project.text(roots[0]) or ""):
        if roots[0] == work.source.path:
            from stanch.respond.fix.languages.rust import add_item

            add_item(work, "mod secret_store;")
        else:
            work.change.added.setdefault(roots[0], []).append("\nmod secret_store;\n")
    return Helper("crate::secret_store::get")


_PLACES: "dict[str, Callable[[Project, Work], Helper]]" = {
    "python": _python,
    "javascript": _javascript,
    "typescript": _javascript,
    "tsx": _javascript,
    "java": _java,
    "kotlin": _kotlin,
    "go": _go,
    "ruby": _ruby,
    "php": _php,
    "c_sharp": _csharp,
    "rust": _rust,
}
