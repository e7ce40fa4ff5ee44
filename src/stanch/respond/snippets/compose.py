"""Puts a program together: the file that fetches from a store, the file that uses the secret, and what differs.

Words in capitals in those files stand for what differs:

    SECRET_NAME  SECRET_PATH                                   where the secret is, see `Reference`
    PROVIDER_NAME                                              whose secret it is
    CALL_METHOD  CALL_URL                                      the call, as far as it is plain HTTP
    HEADER_NAME  HEADER_VALUE                                  a header; its line is written once for each
    PART_NAME  PART_VARIABLE                                   another part of the credential; likewise its lines
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from stanch.catalog.model import CredentialType, Provider
from stanch.errors import ConfigError
from stanch.respond.snippets import load
from stanch.respond.snippets.imports import merge
from stanch.respond.snippets.model import Language, Package, Part
from stanch.respond.snippets.spell import holes, string
from stanch.respond.stores.model import Reference

_WORD = re.compile(r"\b(?:SECRET|PROVIDER|CALL|HEADER|PART)_[A-Z]+\b")
_PATH = re.compile(r"[A-Za-z0-9_./-]+")
_HEADER = re.compile(r"^.*\bHEADER_.*\n", re.MULTILINE)
# Lines that follow each other, and the bracket that ends them.
_PART = re.compile(r"^(?:.*\bPART_.*\n)+(?:\s*\}\n)?", re.MULTILINE)


class Snippet(msgspec.Struct, frozen=True):
    """A complete program that fetches a secret and uses it, and all that is needed to run it."""

    id: str
    """The credential type."""
    language: str
    store: str
    use: str
    """How the secret is used: the id of a provider's client, "http" or "plain"."""
    file: str
    code: str
    install: str
    manifest: str
    """Name of the file for `dependencies`; empty where `install` is all there is."""
    dependencies: list[str]
    run: str
    configuration: list[str]
    """Environment variables that it reads, as "NAME what it is"."""
    packages: dict[str, Package]
    sources: list[str]
    notes: list[str]


class _Call(msgspec.Struct, frozen=True):
    """A call that tells whether the provider takes the secret."""

    method: str
    url: str
    headers: dict[str, str]
    source: str
    basic: str = ""
    """ "user:password" where the call authenticates that way."""


def compose(
    provider: Provider, kind: CredentialType, language: Language, store: str, reference: Reference | None = None
) -> Snippet:
    """The program for one credential type, in one language, with the secret in one store.

    `store` is one of those that `language.stores` has. Without `reference` the secret is called as it usually is.
    """
    where = _plain(reference or Reference(usual_name(kind)))
    call = _call(kind)
    use = _use(kind, language, call)
    fetch, apply = language.stores[store], language.uses[use]
    roles = _roles(call) if use.startswith("http") and call else []
    texts = [
        load.source(language, "stores", fetch.file or store),
        load.source(language, "uses", apply.file or use),
    ]
    fill = _filler(provider, language, where, call, roles)
    body = merge([fill(text) for text in texts], language)
    names = list(dict.fromkeys([*fetch.packages, *apply.packages]))
    packages = {name: language.packages[name] for name in names}
    target = load.stores()[store]
    parts = [f"{_variable(provider, role)} the {role.replace('_', ' ')} that belongs to it" for role in roles]
    snippet = Snippet(
        id=kind.id,
        language=language.id,
        store=store,
        use=use,
        file=language.file,
        code="",
        install=_install(language, packages),
        manifest=language.manifest if packages else "",
        dependencies=[
            _package(language.dependency, name, one) for name, one in packages.items() if language.dependency
        ],
        run=language.run,
        configuration=[fill(line) for line in [*(fetch.environment or target.environment), *parts, *apply.environment]],
        packages=packages,
        sources=_sources(target.sources, fetch, apply, call if use.startswith("http") else None, packages),
        notes=[fill(part.note) for part in (fetch, apply) if part.note],
    )
    purpose = f"Reads {where.name} from {fill(target.name)} and {fill(_purpose(provider, use))}."
    comment = "".join(f"{language.comment} {line}".rstrip() + "\n" for line in _explained(snippet, purpose))
    head = f"{language.head}\n" if language.head else ""
    return msgspec.structs.replace(snippet, code=f"{head}{comment}\n{body}\n")


def _plain(reference: Reference) -> Reference:
    """The reference, if it can stand in the text of every language as it is."""
    if not _PATH.fullmatch(reference.path):
        raise ConfigError(
            f"{reference.path!r} cannot stand in a program", hint="Letters, digits, '/', '-', '_' and '.'."
        )
    if reference.field not in ("", "value"):
        raise ConfigError(f"{reference.path}#{reference.field}: programs read secrets that hold one value")
    return reference


def usual_name(kind: CredentialType) -> str:
    """What the secret is usually called: its first environment variable, or one made of the type's id."""
    return kind.env[0] if kind.env else kind.id.replace("-", "_").upper()


def _use(kind: CredentialType, language: Language, call: _Call | None) -> str:
    """Which of the language's uses serves the type: the provider's client, else plain HTTP, else none at all."""
    for name, part in language.uses.items():
        if kind.id in part.types:
            return name
    if call is None:
        return "plain"
    return "http-basic" if call.basic and "http-basic" in language.uses else "http"


def _call(kind: CredentialType) -> _Call | None:
    """The documented call that changes nothing; None where there is none that plain HTTP can make."""
    if kind.id in load.calls():
        own = load.calls()[kind.id]
        return _Call(own.method, own.url, own.headers, own.source)
    check = kind.verify
    if check is None or check.effect != "read" or check.body or check.form or check.aws or "{host}" in check.urls[0]:
        return None
    headers = dict(check.headers)
    if check.basic:
        headers = {"Authorization": "", **headers}
    headers = headers or {"Accept": "application/json"}
    return _Call(check.method, check.urls[0], headers, check.source, check.basic)


def _roles(call: _Call) -> list[str]:
    """The other parts of the credential that the call needs."""
    texts = [call.url, call.basic, *call.headers.values()]
    return [role for role in dict.fromkeys(hole for text in texts for hole in holes(text)) if role != "secret"]


def _filler(
    provider: Provider, language: Language, where: Reference, call: _Call | None, roles: list[str]
) -> Callable[[str], str]:
    """A function that puts what differs into a text."""
    spelling = language.text
    variables = {"secret": "secret", **{role: _camel(role) if spelling.camel else role for role in roles}}
    words = {
        "SECRET_NAME": where.name,
        "SECRET_PATH": where.path,
        "PROVIDER_NAME": re.sub(r"[^\w .&-]", "", provider.name),
    }
    headers: list[dict[str, str]] = []
    if call:
        words |= {"CALL_METHOD": call.method, "CALL_URL": string(call.url, spelling, variables)}
        for name, value in call.headers.items():
            spelt = string(value, spelling, variables)
            if call.basic and name == "Authorization":
                spelt = spelling.basic.replace("{}", string(call.basic, spelling, variables))
            headers.append({"HEADER_NAME": re.sub(r"[^A-Za-z0-9-]", "", name), "HEADER_VALUE": spelt})
    parts = [{"PART_NAME": _variable(provider, role), "PART_VARIABLE": variables[role]} for role in roles]

    def fill(text: str) -> str:
        text = _PART.sub(lambda block: "".join(_written(block[0], words | row) for row in parts), text)
        text = _HEADER.sub(lambda line: "".join(_written(line[0], words | row) for row in headers), text)
        return _written(text, words)

    return fill


def _written(text: str, words: dict[str, str]) -> str:
    return _WORD.sub(lambda word: words.get(word[0], word[0]), text)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _variable(provider: Provider, role: str) -> str:
    """The environment variable that holds another part of a credential."""
    return re.sub(r"\W", "_", f"{provider.id}_{role}", flags=re.ASCII).upper()


def _package(form: str, name: str, package: Package) -> str:
    """One package in the language's spelling; `{group}` is what stands before a colon in its name."""
    group, _, artifact = name.rpartition(":")
    words = {"{name}": name, "{group}": group, "{artifact}": artifact, "{version}": package.version}
    for word, value in words.items():
        form = form.replace(word, value)
    return form


def _install(language: Language, packages: dict[str, Package]) -> str:
    if not packages:
        return ""
    return language.install.replace(
        "{packages}", " ".join(_package(language.package, name, one) for name, one in packages.items())
    )


def _sources(
    stores: list[str], fetch: Part, apply: Part, call: _Call | None, packages: dict[str, Package]
) -> list[str]:
    """Where the facts in it are to be read, each once."""
    made = [call.source] if call and call.source else []
    return list(
        dict.fromkeys([*stores, *fetch.sources, *apply.sources, *made, *(one.source for one in packages.values())])
    )


def _purpose(provider: Provider, use: str) -> str:
    if use == "plain":
        return "hands it over"
    if provider.generic:
        return "connects with it"
    return "calls PROVIDER_NAME with it"


def _explained(snippet: Snippet, purpose: str) -> Iterator[str]:
    """The comment on top, in lines."""
    yield purpose
    yield ""
    if snippet.dependencies:
        yield f"{snippet.manifest}:"
        yield from (f"  {line}" for one in snippet.dependencies for line in one.splitlines())
    if snippet.install:
        yield f"Install:    {snippet.install}"
    settings = [line.partition(" ") for line in snippet.configuration]
    width = max((len(name) for name, _, _ in settings), default=0)
    for number, (name, _, meaning) in enumerate(settings):
        yield f"{'' if number else 'Configure:':<12}{name:<{width}}  {meaning}"
    yield from (f"Note:       {note}" for note in snippet.notes)
    yield f"Run:        {snippet.run}"
