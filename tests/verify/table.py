"""The table of docs/verify.md: which types can be checked, where they are asked about, and what the answers tell.

python -m verify.table      in tests/: writes the page anew
"""

from collections.abc import Iterator
from pathlib import Path

from stanch.catalog.load import read_providers
from stanch.catalog.model import CredentialType

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
BEGIN = "| type | asked at | tells |\n| --- | --- | --- |\n"
KINDS = [kind for provider in read_providers() for kind in provider.types if kind.verify]


def table() -> str:
    """Its rows, in the order of the catalog."""
    return "".join(f"| `{kind.id}` | {', '.join(_hosts(kind)) or 'your own'} | {_tells(kind)} |\n" for kind in KINDS)


def _hosts(kind: CredentialType) -> Iterator[str]:
    assert kind.verify is not None
    found: dict[str, None] = {}
    for call in kind.verify.calls:
        found |= dict.fromkeys(url.split("/")[2] for url in call.urls if "://" in url and "{host}" not in url)
        found |= dict.fromkeys(call.hosts)
    for host in found:
        yield f"`{host}`" if "*" in host or "{" in host else host


def _tells(kind: CredentialType) -> str:
    check = kind.verify
    assert check is not None
    told = "live or dead" if any(call.invalid for call in check.calls) else "live only"
    if check.elsewhere and told == "live or dead":
        told += ", of hosts that you name"
    return told + (", with `--probe`" if check.effect != "read" else "")


def page() -> str:
    """The page with the table as it should be."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest[rest.index("\n\n") + 1 :] if "\n\n" in rest else ""
    return f"{before}{BEGIN}{table()}{after}"


if __name__ == "__main__":
    PAGE.write_text(page())
