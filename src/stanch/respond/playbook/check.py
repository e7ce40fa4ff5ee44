"""The catalog's harmless calls in words, and as a command that keeps the secret off the command line."""

import re
from collections.abc import Iterable

from stanch.catalog.model import Call, CredentialType
from stanch.report.summary import listed
from stanch.respond.playbook.guide import Item

_ROLE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"([\\\"])")


def call(kind: CredentialType) -> list[Item]:
    """Where to send what: method, address and headers, with the credential's parts named and not shown."""
    verify = kind.verify
    if verify is None:
        return []
    effect = "" if verify.effect == "read" else " It tries a change that is bound to fail."
    told = [f"{one.method} {' or '.join(map(_named, one.urls))}{_with(one)}.{_remarks(one)}" for one in verify.calls]
    if verify.elsewhere:
        told.append("Where you run the server yourself, ask that one: others do not know the credential.")
    return [Item(f"{text}{effect}", verify.source) for text in told]


def _with(one: Call) -> str:
    """What is sent besides the address."""
    parts = [f"{name}: {_named(value)}" for name, value in one.headers.items()]
    if one.basic:
        user, _, password = one.basic.partition(":")
        parts.append(
            f"Basic authentication, user {_named(user) or '(empty)'}, password {_named(password) or '(empty)'}"
        )
    if one.aws:
        parts.append(f"a signature (version 4) for {one.aws.service} in {one.aws.region}")
    parts += [f"{name}={_named(value)} in the body" for name, value in one.form.items()]
    parts += [f"the body {one.body}"] if one.body else []
    return " with " + "; ".join(parts) if parts else ""


def _remarks(one: Call) -> str:
    regions = " One address for each region or host: try them all." if len(one.urls) > 1 else ""
    if not any("{host}" in url for url in one.urls):
        return regions
    return f"{regions} HOST is {listed([*one.hosts, 'the server that issued it']).replace(' and ', ' or ')}."


def answers(kind: CredentialType) -> list[Item]:
    """What the answers mean."""
    verify = kind.verify
    if verify is None:
        return []
    meant = []
    for one in verify.calls:
        dead = "dead, which is the proof" if len(verify.calls) == 1 else "dead, which is the proof if all calls say so"
        told = [
            (one.invalid, one.invalid_if, dead),
            (one.valid, one.valid_if, "still live"),
            (one.limited, one.limited_if, "still live, without the right to this call"),
        ]
        text = "; ".join(f"{_answer(codes, if_)} says {meaning}" for codes, if_, meaning in told if codes)
        meant.append(text if one.invalid else f"{text}; no answer is documented that says dead")
    lines = [
        f"{text[:1].upper()}{text[1:]}. Anything else decides nothing: try again." for text in dict.fromkeys(meant)
    ]
    return [Item(line, verify.source) for line in lines]


def _answer(codes: Iterable[int], conditions: dict[str, str]) -> str:
    where = listed([f"{path or 'the text'} like {pattern}" for path, pattern in conditions.items()])
    return " or ".join(map(str, codes)) + (f" with {where}" if where else "")


def command(kind: CredentialType) -> list[Item]:
    """Lines for a shell that print nothing but the status, or nothing where that would not tell enough.

    `printf` is built into the shell and curl reads its standard input, so that no list of processes shows the value.
    """
    verify = kind.verify
    if verify is None or verify.body or verify.form or verify.aws or set(verify.valid) & set(verify.invalid):
        return []
    host = next((host for host in verify.hosts if "*" not in host), "{host}")
    lines = [f'url = "{_config(verify.urls[0].replace("{host}", host))}"']
    lines += [f'header = "{_config(f"{name}: {value}")}"' for name, value in verify.headers.items()]
    lines += [f'user = "{_config(verify.basic)}"'] if verify.basic else []
    roles = [role for line in lines for role in _ROLE.findall(line)]
    if "secret" not in roles:
        return []
    names = {role: _variable(kind, role) for role in roles}
    asked = "; ".join(f"read -r{'s' if role == 'secret' else ''} {name}" for role, name in names.items())
    text = "\\n".join(_ROLE.sub("%s", line.replace("%", "%%")) for line in lines)
    values = " ".join(f'"${names[role]}"' for role in roles)
    method = "" if verify.method == "GET" else " --head" if verify.method == "HEAD" else f" --request {verify.method}"
    return [
        Item(
            f"{asked}    # in bash or zsh: paste the old value, it is not shown\n"
            f"printf '{text}\\n' {values} |\n"
            f"  curl --silent --output /dev/null --write-out '%{{http_code}}\\n'{method} --config -"
        )
    ]


def _variable(kind: CredentialType, role: str) -> str:
    """A name for a part of the credential: the usual one, if there is one that says so."""
    if role == "secret":
        return kind.env[0] if kind.env else kind.id.upper().replace("-", "_")
    wanted = role.upper()
    return next((name for name in kind.env if name.endswith(wanted)), wanted)


def _config(text: str) -> str:
    """`text` within the quotes of curl's configuration, of printf's format and of the shell's."""
    return _QUOTED.sub(r"\\\1", text).replace("\\", "\\\\").replace("'", "'\\''")


def _named(text: str) -> str:
    return _ROLE.sub(lambda role: role[1].upper(), text)
