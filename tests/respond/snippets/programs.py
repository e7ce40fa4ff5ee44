"""Runs programs in the world that the tests make for them, and judges what they say."""

import os
import subprocess
from dataclasses import dataclass

from stanch.respond.snippets import load
from stanch.respond.snippets.compose import Snippet, compose

from .answers import ROLES, TYPES
from .conftest import World

TESTS_OWN = {
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_EC2_METADATA_DISABLED",
    "CONJUR_CERT_FILE",
}
"""What the tests set besides the configuration that a program says it needs: servers and keys that are not real."""


def snippet(language: str, store: str, kind: str) -> Snippet:
    """The program for a credential type."""
    return compose(*TYPES[kind], load.languages()[language], store)


@dataclass
class Outcome:
    """What came of one run."""

    status: int
    said: str


def run(command: list[str], one: Snippet, world: World, *, astray: bool = False) -> Outcome:
    """Runs a program; `astray`: with a store that does not give the secret."""
    issuer, _ = TYPES[one.id]
    asked = {line.split()[0] for line in one.configuration} | TESTS_OWN
    settings = {name: value for name, value in world.settings[one.store].items() if name in asked}
    if astray:
        settings = _astray(one.store, settings)
    parts = {f"{issuer.id}_{role}".upper(): value for role, value in ROLES.items()}
    home = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "JAVA_HOME") if name in os.environ}
    environment = {**home, "HOME": "/nonexistent", **world.around, **parts, **settings}
    words = [word for part in command for word in world.words.get(part, [part])]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return Outcome(done.returncode, done.stdout + done.stderr)


def _astray(store: str, settings: dict[str, str]) -> dict[str, str]:
    """The same store without the secret, or without the right to read it."""
    match store:
        case "env":
            return {}
        case "aws":
            return {name: "us-west-1" if name.endswith("REGION") else value for name, value in settings.items()}
        case "vault":
            return {**settings, "VAULT_TOKEN": "nobody"}
        case _:
            return {**settings, "CONJUR_AUTHN_API_KEY": "wrong"}


def judge(one: Snippet, outcome: Outcome, world: World, *, good: bool) -> list[str]:
    """What is wrong with an outcome."""
    faults = []
    if good != (outcome.status == 0):
        faults.append(f"ended with {outcome.status}")
    for name, secret in {"the secret": world.secrets[one.id], **world.keys}.items():
        if secret in outcome.said:
            faults.append(f"told {name}")
    if not outcome.said.strip():
        faults.append("said nothing")
    if not good and any(word in outcome.said for word in ("Traceback", "goroutine", "Exception in thread", "    at ")):
        faults.append("ended in a trace")
    where = f"{one.language} {one.store} {one.id} ({'good' if good else 'bad'})"
    return [f"{where}: {fault}\n{outcome.said}" for fault in faults]
