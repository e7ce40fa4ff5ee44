"""The catalog's harmless call in words, and as a command that keeps the secret off the command line."""

import re
from collections.abc import Iterable

from stanch.catalog.model import CredentialType, Verify
from stanch.respond.playbook.guide import Item

_ROLE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"([\\\"])")


def call(kind: CredentialType) -> list[Item]:
    """Where to send what: method, address and headers, with the credential's parts named and not shown."""
    verify = kind.verify
    if verify is None:
        return []
    headers = "; ".join(f"{name}: {_named(value)}" for name, value in verify.headers.items())
    regions = " One address for each region: try them all." if len(verify.urls) > 1 else ""
    effect = "" if verify.effect == "read" else " It tries a change that is bound to fail."
    where = " or ".join(_named(url) for url in verify.urls)
    return [
        Item(f"{verify.method} {where}" + (f" with {headers}." if headers else ".") + regions + effect, verify.source)
    ]


def answers(kind: CredentialType) -> list[Item]:
    """What the answers mean."""
    verify = kind.verify
    if verify is None:
        return []
    told = [
        (verify.invalid, "dead, which is the proof"),
        (verify.valid, "still live"),
        (verify.limited, "still live, without the right to this call"),
    ]
    meant = "; ".join(f"{_statuses(codes)} says {meaning}" for codes, meaning in told if codes)
    dead = "Its documentation gives no status that means dead. " if not verify.invalid else ""
    return [Item(f"{dead}{meant[:1].upper()}{meant[1:]}. Anything else decides nothing: try again.", verify.source)]


def command(kind: CredentialType) -> list[Item]:
    """Lines for a shell that prints nothing but the status, or nothing where the call does not fit in one.

    `printf` is built into the shell and curl reads its standard input, so that no list of processes shows the value.
    """
    verify = kind.verify
    if verify is None or verify.body or "{secret}" not in _everything(verify):
        return []
    variable = kind.env[0] if kind.env else kind.id.upper().replace("-", "_")
    lines = [f'url = "{_config(verify.urls[0])}"']
    for name, value in verify.headers.items():
        user = re.fullmatch(r"Basic (\{\w+\}:\{\w+\})", value)
        lines.append(f'user = "{user[1]}"' if user else f'header = "{_config(f"{name}: {value}")}"')
    roles = dict.fromkeys(role for line in lines for role in _ROLE.findall(line))
    names = {role: variable if role == "secret" else _part(kind, role) for role in roles}
    asked = ["read -rs " + name for name in names.values()]
    values = " ".join(f'"${names[role]}"' for line in lines for role in _ROLE.findall(line))
    text = "\\n".join(_ROLE.sub("%s", line.replace("%", "%%")) for line in lines)
    method = "" if verify.method == "GET" else f" --request {verify.method}"
    return [
        Item(
            "\n".join(
                [
                    f"{'; '.join(asked)}    # in bash or zsh: paste the old value, it is not shown",
                    f"printf '{text}\\n' {values} |",
                    f"  curl --silent --output /dev/null --write-out '%{{http_code}}\\n'{method} --config -",
                ]
            )
        )
    ]


def _part(kind: CredentialType, role: str) -> str:
    """A variable for another part of the credential: the usual one, if its name says so."""
    wanted = role.upper()
    return next((name for name in kind.env if name.endswith(wanted)), wanted)


def _everything(verify: Verify) -> str:
    return "".join((verify.urls[0], *verify.headers.values()))


def _config(text: str) -> str:
    """`text` within the quotes of curl's configuration and of the shell's."""
    return _QUOTED.sub(r"\\\1", text).replace("\\", "\\\\").replace("'", "'\\''")


def _named(text: str) -> str:
    return _ROLE.sub(lambda role: "SECRET" if role[1] == "secret" else role[1].upper(), text)


def _statuses(codes: Iterable[int]) -> str:
    return " or ".join(str(status) for status in codes)
