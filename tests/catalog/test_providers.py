"""The provider files as a whole: they load, hold together, compile, and each format takes what is drawn from it."""

import random
import re
from collections import defaultdict

import hyperscan
import msgspec
import pytest

from stanch.catalog import checks, regex
from stanch.catalog.load import FOLDER, read_providers, validate
from stanch.catalog.model import CredentialType, Fact, Format, Provider
from stanch.errors import ConfigError

PROVIDERS = read_providers()
TYPES = [(provider, kind) for provider in PROVIDERS for kind in provider.types]
FORMATS = [(kind, shape) for _, kind in TYPES for shape in kind.formats]
FORMAT_IDS = [f"{kind.id}: {shape.name}" for kind, shape in FORMATS]
DRAWS = 60


def facts(kind: CredentialType) -> list[Fact]:
    """Every fact that a type states, its revocation's among them."""
    found = [*kind.create, *kind.reach, *kind.risks, *kind.logs, *kind.notes]
    if kind.revoke:
        found += kind.revoke.steps
        found += [kind.revoke.api] if kind.revoke.api else []
    return found


def test_the_folder_holds_the_providers_that_leak_most() -> None:
    wanted = (
        "age airtable anthropic aws azure cloudflare databricks datadog digitalocean discord docker dockerhub doppler "
        "facebook figma generic github gitlab google grafana hashicorp heroku http huggingface jwt linear mailchimp "
        "mailgun newrelic npm openai postman privatekey pypi sendgrid sentry shopify slack square stripe telegram "
        "twilio url"
    )
    assert set(wanted.split()) <= {path.stem for path in FOLDER.glob("*.toml")}


def test_ids_and_aliases_are_unique() -> None:
    names = [name for _, kind in TYPES for name in (kind.id, *kind.aliases)]
    assert sorted(names) == sorted(set(names))


def test_ids_are_kebab_case() -> None:
    for provider, kind in TYPES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", kind.id)
        assert re.fullmatch(r"[a-z0-9]+", provider.id)


def test_format_names_tell_the_formats_of_a_type_apart() -> None:
    for _, kind in TYPES:
        names = [shape.name for shape in kind.formats]
        assert len(names) == len(set(names)), kind.id


@pytest.mark.parametrize(("provider", "kind"), TYPES, ids=[kind.id for _, kind in TYPES])
def test_a_type_says_what_it_is_and_what_to_do(provider: Provider, kind: CredentialType) -> None:
    assert kind.summary.endswith(".")
    assert kind.advice.endswith(".")
    if provider.id != "generic":
        assert facts(kind) or all(shape.source for shape in kind.formats)
    for fact in facts(kind):
        assert fact.source.startswith("https://"), fact
        assert fact.text.rstrip().endswith((".", ")")), fact
    for name in kind.env:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)


CALLS = [(kind, call) for _, kind in TYPES if kind.verify for call in kind.verify.calls]


def test_verification_names_its_source_and_declares_its_effect() -> None:
    for _, kind in TYPES:
        if kind.verify is not None:
            assert kind.verify.source.startswith("https://"), kind.id
            assert kind.verify.effect == "read" or kind.id == "slack-webhook-url"


def test_verification_tells_answers_apart() -> None:
    """A status that means two things needs a condition for each but one, and 403 is no answer of a proxy's."""
    for kind, call in CALLS:
        meanings = [(call.valid, call.valid_if), (call.limited, call.limited_if), (call.invalid, call.invalid_if)]
        for number, (statuses, conditions) in enumerate(meanings):
            assert all(100 <= status < 600 for status in statuses), kind.id
            for others, other_conditions in meanings[:number]:
                assert not set(statuses) & set(others) or (conditions and other_conditions), kind.id


def test_verification_sends_no_secret_in_the_address_where_a_header_would_do() -> None:
    in_address = {kind.id for kind, call in CALLS for url in call.urls if "{secret}" in url}
    assert in_address == {"discord-webhook-url", "google-oauth-access-token", "slack-webhook-url", "telegram-bot-token"}


def test_verification_never_calls_what_is_known_to_do_harm() -> None:
    """Calls of other scanners that write into live accounts, move money or download people's data."""
    for kind, call in CALLS:
        for url in call.urls:
            assert not re.search(r"/payments|/events|/contacts|/customers|/oauth2?/token|/messages", url), kind.id


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"urls": []}, "no address"),
        ({"urls": ["http://api.example/"]}, "no https address"),
        ({"urls": ["https://user:{secret}@api.example/"]}, "no https address"),
        ({"urls": ["https://{shop}.example/"]}, "needs hosts"),
        ({"urls": ["{secret}"]}, "needs hosts"),
        ({"headers": {"X": "{other}"}}, "no part 'other'"),
        ({"only": {"other": ".*"}}, "no part 'other'"),
        ({"body": "{}"}, "only POST"),
        ({"invalid_if": {"code": "("}}, "missing )"),
    ],
)
def test_a_call_that_cannot_be_made_or_leads_elsewhere_is_refused(broken: dict[str, object], reason: str) -> None:
    call = {"method": "GET", "urls": ["https://api.example/me"], **broken}
    shape = {"name": "plain", "pattern": "(?P<secret>acm_[0-9]{24})(?P<shop>x)"}
    table = {"id": "acme-key", "name": "", "summary": "", "severity": "high", "format": [shape], "verify": call}
    with pytest.raises(ConfigError, match=re.escape(reason)):
        validate(msgspec.convert(table, CredentialType))


def fitting(shape: Format, rng: random.Random) -> str:
    """A text drawn from the format whose secret passes the checks, or nothing if none came."""
    compiled = re.compile(shape.pattern.encode())
    for _ in range(DRAWS):
        found = compiled.fullmatch(regex.draw(shape.pattern, rng).encode("latin-1"))
        if found is None:
            continue
        text, secret = found[0].decode("latin-1"), found["secret"].decode("latin-1")
        for check in shape.checks:
            secret = checks.forge(check, secret, rng)
        text = text.replace(found["secret"].decode("latin-1"), secret)
        again = compiled.fullmatch(text.encode("latin-1"))
        if again is None or again["secret"].decode("latin-1") != secret:
            continue
        if all(checks.passes(check, secret) for check in shape.checks):
            return text
    return ""


@pytest.mark.parametrize(("kind", "shape"), FORMATS, ids=FORMAT_IDS)
def test_a_format_takes_what_is_drawn_from_it(kind: CredentialType, shape: Format) -> None:
    assert fitting(shape, random.Random(f"{kind.id} {shape.name}"))


def test_all_triggers_compile_together_and_fire() -> None:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[regex.trigger(shape.pattern) for _, shape in FORMATS],
        ids=list(range(len(FORMATS))),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(FORMATS),
    )
    scratch = hyperscan.Scratch(database)
    for number, (kind, shape) in enumerate(FORMATS):
        text = fitting(shape, random.Random(f"{kind.id} {shape.name}"))
        fired: list[int] = []
        database.scan(
            text.encode("latin-1"), match_event_handler=lambda one, *_, fired=fired: fired.append(one), scratch=scratch
        )
        assert number in fired, f"{kind.id}: {shape.name}"


def longest_literal(pattern: str) -> int:
    """The length of the longest run of letters and digits that stands in a pattern as it is."""
    bare = re.sub(r"\\.|\[[^\]]*\]|\{[^}]*\}|\(\?P?[<!=:]*\w*>?", " ", pattern)
    return max(map(len, re.findall(r"[A-Za-z0-9]+", bare)), default=0)


def test_formats_without_context_are_distinctive() -> None:
    for kind, shape in FORMATS:
        if not shape.words and not shape.analysis:
            assert longest_literal(shape.pattern) >= 3 or shape.checks, f"{kind.id}: {shape.name}"


def test_no_two_providers_share_a_trigger() -> None:
    owners: dict[bytes, set[str]] = defaultdict(set)
    for provider, kind in TYPES:
        for shape in kind.formats:
            if not shape.words:
                owners[regex.trigger(shape.pattern)].add(provider.id)
    assert not [names for names in owners.values() if len(names) > 1]


def test_words_and_names_compile() -> None:
    for kind, shape in FORMATS:
        for pattern in (*shape.words, shape.names, shape.not_names):
            re.compile(pattern, re.IGNORECASE)
        for word in shape.words:
            assert regex.width(word)[0] >= 3, f"{kind.id}: the word {word!r} is too short to look for"


def test_no_provider_file_holds_a_secret() -> None:
    alone = [(kind, shape) for kind, shape in FORMATS if not shape.words and not shape.analysis]
    for path in FOLDER.glob("*.toml"):
        content = path.read_bytes()
        for kind, shape in alone:
            for found in re.finditer(shape.pattern.encode(), content):
                secret = found["secret"].decode()
                accepted = all(checks.passes(check, secret) for check in shape.checks)
                assert not accepted, f"{path.name} holds a {kind.id}"
