"""A small leaky repository to look at: a bakery's web shop, whose people make all the usual mistakes.

Every secret in it is drawn at random when it is built. None was ever issued by anybody, and none stands in this file.
"""

import base64
import io
import os
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from stanch.catalog import drawing
from stanch.catalog.load import read_providers
from stanch.catalog.model import CredentialType
from stanch.errors import TargetError

MIA, TOM, OLU = "Mia Krume", "Tom Ofen", "Olu Teig"


class Leak(msgspec.Struct, frozen=True):
    """One secret that was put into the repository."""

    detector: str
    name: str
    """The credential type's name."""
    secret: str
    story: str
    """How it got there, in a few words."""


class Demo(msgspec.Struct):
    """The repository and what leaked in it."""

    folder: Path
    leaks: list[Leak]
    commits: int
    people: int
    days: int
    """From the first commit to today."""


def build(folder: Path, seed: int | None = None) -> Demo:
    """Make the repository in `folder`, which must be empty or not there yet; other secrets each time, or by `seed`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TargetError(f"{folder}: not an empty folder", hint="the demonstration never writes over anything")
    shop = _Shop(folder, random.Random(seed))
    shop.commit(MIA, 41, "Open the shop", {"README.md": _README, "shop/bread.py": _BREAD})

    postmark = shop.leak("postmark-server-token", "header or constructor", "in a settings file, still there today")
    shop.commit(TOM, 38, "Confirm orders by mail", {"config/environments/production.rb": _RAILS.format(postmark)})

    wepay = shop.leak("wepay-access-token", "production, beside the name", "in the till's code, still there today")
    shop.commit(MIA, 34, "Take cards", {"till/charge.php": _TILL.format(wepay)})

    intercom = shop.leak("intercom-access-token", "", "in a .env that was committed by mistake and deleted a day later")
    shop.commit(OLU, 30, "Chat with customers", {".env": f"PORT=8080\nINTERCOM_ACCESS_TOKEN={intercom}\n"})
    shop.commit(OLU, 29, "Nobody saw that", {".env": None, ".gitignore": ".env\n"})

    customerio, site = shop.pair(
        "customerio-track-api-key", "20 hexadecimal digits named a key", "with its site id, in a file renamed since"
    )
    shop.commit(TOM, 24, "Tell regulars about new bread", {"news.py": _NEWS.format(site, customerio)})
    shop.commit(TOM, 23, "Tidy up", {"news.py": None, "shop/news.py": _NEWS.format(site, customerio)})

    github = shop.leak("github-personal-access-token", "ghp_", "in a commit message")
    shop.commit(OLU, 17, f"Mend the deployment\n\nIt pulls again with {github}\n", {"deploy.sh": "git pull --rebase\n"})

    notion = shop.leak("notion-integration-token", "current (ntn_)", "in base64, in a Kubernetes Secret")
    encoded = base64.b64encode(notion.encode()).decode()
    shop.commit(MIA, 12, "Keep recipes in Notion", {"deploy/recipes.yaml": _KUBERNETES.format(encoded)})

    aws, key_id = shop.pair("aws-access-key", "secret with its id near", "in a zip of somebody's home folder")
    credentials = _AWS.format("AKIA" + key_id[4:], aws)  # of a person, as in such a file
    backup = _zip({"home/olu/.aws/credentials": credentials, "home/olu/todo.txt": "buy flour\n"})
    shop.commit(OLU, 8, "Backup, just in case", {"backup/old-laptop.zip": backup})

    shop.git("checkout", "--quiet", "-b", "faster-oven")
    key = shop.leak("privatekey-pem", "", "on a branch that nobody merged")
    shop.commit(TOM, 5, "Try TLS to the oven", {"oven/tls.key": key + "\n"})
    shop.git("checkout", "--quiet", "main")

    ssh = shop.leak("privatekey-openssh", "", "in the stash, never committed")
    shop.write("deploy/id_ed25519", ssh + "\n")
    shop.git("add", "--all")
    shop.git("stash", "--quiet", author=MIA, days=2)
    return Demo(folder, shop.leaks, shop.commits, 3, 41)


class _Shop:
    """The repository while it is being built."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._rng = rng
        self._types = {kind.id: kind for provider in read_providers() for kind in provider.types}
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.leaks: list[Leak] = []
        self.commits = 0
        self.git("init", "--quiet", "--template=")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def leak(self, detector: str, shape: str, story: str) -> str:
        """A new secret of a type and, where it matters, of one of its formats; it is noted as leaked."""
        return self.pair(detector, shape, story)[0]

    def pair(self, detector: str, shape: str, story: str) -> tuple[str, str]:
        """The same with the other part of the credential, if it has one."""
        kind = self._types[detector]
        secret, other = _draw(kind, shape, self._rng)
        self.leaks.append(Leak(detector, kind.name, secret, story))
        return secret, other

    def write(self, path: str, content: str | bytes | None) -> None:
        """Put a file into the work tree, or take it out."""
        file = self._folder / path
        if content is None:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, author: str, days: int, message: str, files: dict[str, str | bytes | None]) -> None:
        """Commit what `files` say, so many days ago."""
        for path, content in files.items():
            self.write(path, content)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--no-verify", "--message", message, author=author, days=days)
        self.commits += 1

    def git(self, *arguments: str, author: str = MIA, days: int = 0) -> None:
        """Run git with nobody's settings, hooks or signatures."""
        when = self._now - timedelta(days=days, minutes=self._rng.randrange(400))
        mail = f"{author.split()[0].lower()}@baeckerei.example"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        for role in ("AUTHOR", "COMMITTER"):
            environ[f"GIT_{role}_NAME"], environ[f"GIT_{role}_EMAIL"] = author, mail
            environ[f"GIT_{role}_DATE"] = when.isoformat()
        settings = ["commit.gpgsign=false", f"core.hooksPath={os.devnull}", "core.autocrlf=false", "gc.auto=0"]
        options = [part for setting in settings for part in ("-c", setting)]
        command = ["git", "-C", str(self._folder), *options, *arguments]
        try:
            subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        except FileNotFoundError:
            raise TargetError("git is not there", hint="install git; the demonstration is a git repository") from None
        except subprocess.CalledProcessError as error:
            words = error.stderr.decode("utf-8", "replace").strip()
            raise TargetError(f"{self._folder}: git {arguments[0]} failed: {words}") from None


def _draw(kind: CredentialType, shape: str, rng: random.Random) -> tuple[str, str]:
    """A secret of this format, or of the first one, and its other part or nothing."""
    chosen = next((one for one in kind.formats if one.name == shape), kind.formats[0])
    for _ in range(100):
        drawn = drawing.draw(chosen, rng)
        others = drawing.pairs(kind, chosen, rng)
        if drawn is not None and (others or not chosen.pairs):
            return drawn.secret, others[0][1] if others else ""
    raise TargetError(f"no {kind.name} could be made")


def _zip(files: dict[str, str]) -> bytes:
    from zipfile import ZIP_DEFLATED, ZipFile

    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


_README = """\
# Krume & Co.

Orders in by ten at night, bread out by six in the morning.
"""
_BREAD = """\
BREADS = {"rye": 4.20, "spelt": 4.80, "yesterday's": 1.00}


def price(order):
    return sum(BREADS[bread] * count for bread, count in order.items())
"""
_RAILS = """\
Rails.application.configure do
  config.action_mailer.delivery_method = :postmark
  config.action_mailer.postmark_settings = {{ api_token: "{}" }}
end
"""
_TILL = """\
<?php
// TODO: Tom says this belongs somewhere else
$wepay_access_token = "{}";
$wepay = new WePay($wepay_access_token);
"""
_NEWS = """\
from customerio import CustomerIO

cio = CustomerIO(site_id="{}", api_key="{}")
"""
_KUBERNETES = """\
apiVersion: v1
kind: Secret
metadata:
  name: recipes
data:
  notion-token: {}
"""
_AWS = """\
[default]
aws_access_key_id = {}
aws_secret_access_key = {}
"""
