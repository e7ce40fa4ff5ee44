"""The beginning of a provider file: what must be in it, and a comment for each thing that should."""

import json

_OUTLINE = """\
#:schema ./{schema}
# What each key means: src/stanch/catalog/model.py. Leave out what is not known; every fact names its source.
id = {provider}
name = {title}
# website = "https://..."

[[type]]
id = {kind}
name = {name}
# What it does, whoever issued it: token, key-pair, webhook-url, password, ... (see Family).
family = "token"
summary = {summary}
severity = "high"
advice = "Make another one, bring it to all that use the leaked one, and revoke that."
env = [{variable}]
# create = [{{ text = "Where and how one is made.", source = "https://..." }}]
# reach = [{{ text = "What its holder can do.", source = "https://..." }}]
# risks = [{{ text = "What comes of a leak.", source = "https://..." }}]
# logs = [{{ text = "Where its use shows, or that it does not.", source = "https://..." }}]
# near_misses = ['Patterns of text that looks alike and is no secret']

# A call that only reads, and which answers mean what.
# [type.verify]
# method = "GET"
# urls = ["https://api.../me"]
# headers = {{ Authorization = "Bearer {{secret}}" }}
# invalid = [401]
# source = "https://..."

# [type.revoke]
# overlap = "yes"
# steps = [{{ text = "One step after the other.", source = "https://..." }}]

[[type.format]]
name = "current"
pattern = {pattern}
# Where the shape alone is not distinctive: one of these must stand near.
# words = [{word}]
# checks = ["entropy 3"]
# source = "https://..."
"""
SCHEMA = "provider.schema.json"
"""What the schema is called beside provider files."""


def outline(provider: str, kind: str, pattern: str) -> str:
    """A provider file, as TOML, of one type with the id `kind` and one format; it loads as it is.

    `pattern` gets the group `secret` around all of it where it has none.
    """
    if "(?P<secret>" not in pattern:
        pattern = f"(?P<secret>{pattern})"
    words = kind.split("-")
    name = " ".join([provider.capitalize(), *words[1:]])
    texts = {
        "provider": provider,
        "title": provider.capitalize(),
        "kind": kind,
        "name": name,
        "summary": f"{name}.",
        "variable": "_".join(words).upper(),
        "pattern": pattern,
        "word": provider,
    }
    return _OUTLINE.format(schema=SCHEMA, **{key: json.dumps(text) for key, text in texts.items()})
