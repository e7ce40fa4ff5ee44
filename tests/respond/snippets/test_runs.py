"""Programs meet real servers: every language, every store, the five reference types, and every other type once.

One test a language, since a project is built once for all of its programs.
"""

from pathlib import Path

import pytest

from stanch.respond.snippets import load

from .answers import REFERENCE, TYPES
from .conftest import STORES, World
from .programs import judge, run, snippet
from .toolchains import ALL, Missing

QUICK = ("python", "javascript", "ruby")
"""Languages whose programs start at once: there every call to a provider is tried, elsewhere one of each shape."""
SHAPES = ["customerio-track-api-key", "telegram-bot-token", "discord-webhook-url", "twilio-auth-token", "jwt-token"]
NOBODY = ["database-url"]
"""What is called is not played: there it is only seen that the program fails well."""
"""Basic authentication with a part of its own, a secret in an address, one that is an address, parts in both, none."""


def others(language: str) -> list[str]:
    """The credential types besides the reference types that are tried in a language, with the secret at hand."""
    if language not in QUICK:
        return [*SHAPES, *NOBODY]
    calling = [kind for kind in TYPES if snippet(language, "env", kind).use != "plain"]
    return [kind for kind in dict.fromkeys([*SHAPES, *calling]) if kind not in REFERENCE]


@pytest.mark.toolchain
@pytest.mark.parametrize("language", ALL)
def test_programs_fetch_a_secret_and_use_it(language: str, world: World, tmp_path: Path) -> None:
    toolchain = ALL[language]
    wanted = [(store, kind) for store in STORES for kind in REFERENCE]
    wanted += [("env", kind) for kind in others(language)]
    snippets = [snippet(language, store, kind) for store, kind in wanted if store in load.languages()[language].stores]
    ready = [one for one in snippets if toolchain.has(one)]
    try:
        project = toolchain.build(ready, tmp_path)
    except Missing as error:
        pytest.skip(str(error))
    faults: list[str] = []
    for one in ready:
        command = project.commands[one.id, one.store]
        if one.id in NOBODY and one.use != "plain":
            faults += judge(one, run(command, one, world), world, good=False)
            continue
        world.providers.seen.clear()
        faults += judge(one, run(command, one, world), world, good=True)
        if one.use != "plain" and not world.providers.seen:
            faults.append(f"{language} {one.store} {one.id}: asked no provider")
        if one.id == REFERENCE[0]:
            faults += judge(one, run(command, one, world, astray=True), world, good=False)
        if one.store == "env" and one.id in REFERENCE:
            world.providers.refusing = True
            faults += judge(one, run(command, one, world), world, good=False)
            world.providers.refusing = False
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)
    assert ready
