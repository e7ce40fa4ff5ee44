"""What every page in HTML has in common: it is one file, loads nothing, and runs only the style and script in it.

A Content-Security-Policy allows these two by their hashes. Everything that somebody else may have written goes through
`text`.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from stanch.report.plain import printable

LOGO = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1.5C8 7 4.5 10.6 4.5 15a7.5 7.5 0 0 0 15 0'
    'C19.5 10.6 16 7 12 1.5z"/><rect x="7" y="13.2" width="10" height="3.2" rx="1.6"/></svg>'
)


def text(content: str) -> str:
    """Text for an element or an attribute, whatever it holds."""
    return escape(printable(content))


def verbatim(content: str) -> str:
    """The same for text of several lines."""
    return "\n".join(text(line) for line in content.split("\n"))


def asset(package: str, name: str) -> str:
    """A file that belongs to a package: a style or a script."""
    return files(package).joinpath(name).read_text("utf-8")


def opening(title: str, style: str, script: str, skip: str) -> Iterator[str]:
    """From the beginning to the first element of the body, a link to `#main` that is called `skip`."""
    style = asset("stanch.report", "page.css") + style
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
    yield f"<title>{text(title)} - stanch</title>\n<style>{style}</style>\n</head>\n<body>\n"
    yield f'<a class="skip" href="#main">{text(skip)}</a>\n'


def closing(script: str) -> str:
    """What follows the last element."""
    return f"<script>{script}</script>\n</body>\n</html>\n"


def _hash(content: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(content.encode()).digest()).decode()
