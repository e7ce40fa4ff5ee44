"""Issuers as they document themselves: the catalog's calls go by their real names, over TLS, to a loopback server."""

import ipaddress
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from stanch.catalog.load import read_providers
from stanch.model import Evidence, Validity
from stanch.verify import Credential, Limits, Options, Verifier
from stanch.verify.address import Endpoint

from .servers import Reply, Seen, issuer, reply

PROVIDERS = read_providers()
OWN = ("api.github.com", "gitlab.com", "gitlab.example.com", "discord.com", "hooks.slack.com", "vault.example.com")
CALLS = [call for provider in PROVIDERS for kind in provider.types if kind.verify for call in kind.verify.calls]
FIXED = {url.split("/")[2] for call in CALLS for url in call.urls if "://" in url}
HOSTS = [*OWN, *sorted(host for host in FIXED if "{" not in host), "bakery.myshopify.com"]

Ask = Callable[..., Evidence]


@pytest.fixture
def world(certified: Callable[..., ssl.SSLContext], trust: ssl.SSLContext) -> "World":
    """All issuers' hosts at one loopback server that answers as it is told; gives what asks it and what it saw."""

    @contextmanager
    def make(answer: Callable[[Seen], Reply]) -> Iterator[tuple[Ask, list[Seen]]]:
        with issuer(answer, certified(*HOSTS)) as server:

            def resolver(host: str, port: int) -> list[Endpoint]:
                return [Endpoint(ipaddress.ip_address("127.0.0.1"), server.port)]

            def ask(detector: str, secret: str, *, probe: bool = False, hosts: object = None, **parts: str) -> Evidence:
                own: dict[str, list[str]] = hosts or {}  # type: ignore[assignment]
                options = Options(probe, ("127.0.0.1",), own, Limits(gap=0))
                one = Credential(detector, tuple(sorted({**parts, "secret": secret}.items())))
                return Verifier(PROVIDERS, options, resolver=resolver, trust=trust).check([one])[one]

            yield ask, server.seen

    return make


World = Callable[[Callable[[Seen], Reply]], AbstractContextManager[tuple[Ask, list[Seen]]]]


def bearer(seen: Seen) -> str:
    return seen.headers.get("authorization", "").removeprefix("Bearer ")


def hosts(seen: list[Seen]) -> list[str]:
    return [f"{one.headers['host']}{one.path}" for one in seen]


def test_notion(world: World) -> None:
    def notion(seen: Seen) -> Reply:
        if seen.headers.get("notion-version") is None:
            return reply(400, {"code": "missing_version"})
        if bearer(seen) == "live":
            owner = {"type": "workspace", "workspace": True}
            bot = {"owner": owner, "workspace_name": "Bakery"}
            return reply(200, {"object": "user", "id": "b0t", "name": "Deploy", "type": "bot", "bot": bot})
        if bearer(seen) == "narrow":
            return reply(403, {"object": "error", "status": 403, "code": "restricted_resource"})
        return reply(
            401, {"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."}
        )

    with world(notion) as (ask, seen):
        found = ask("notion-integration-token", "live")
        assert (found.validity, found.identity["workspace"], found.identity["bot"]) == ("valid", "Bakery", "Deploy")
        assert found.identity["owner"] == "workspace"
        assert ask("notion-integration-token", "narrow").validity is Validity.VALID
        assert ask("notion-integration-token", "dead").validity is Validity.INVALID
        assert set(hosts(seen)) == {"api.notion.com/v1/users/me"}


def test_intercom_is_asked_in_every_region(world: World) -> None:
    dead = {"type": "error.list", "errors": [{"code": "unauthorized", "message": "Access Token Invalid"}]}
    app = {"id_code": "ab12", "name": "Bakery", "region": "EU", "secure": True}

    def intercom(seen: Seen) -> Reply:
        if bearer(seen) == "european" and seen.headers["host"] == "api.eu.intercom.io":
            return reply(200, {"type": "admin", "id": "1", "email": "jo@example.com", "app": app})
        if bearer(seen) == "blocked":
            return reply(401, {"type": "error.list", "errors": [{"code": "token_blocked"}]})
        return reply(401, dead)

    with world(intercom) as (ask, seen):
        found = ask("intercom-access-token", "european")
        assert (found.validity, found.identity["workspace"], found.identity["region"]) == ("valid", "Bakery", "EU")
        assert hosts(seen) == ["api.intercom.io/me", "api.eu.intercom.io/me"]
        assert ask("intercom-access-token", "dead").validity is Validity.INVALID
        assert hosts(seen)[2:] == ["api.intercom.io/me", "api.eu.intercom.io/me", "api.au.intercom.io/me"]
        assert ask("intercom-access-token", "blocked").validity is Validity.UNKNOWN


@pytest.mark.parametrize("detector", ["postmark-server-token", "postmark-account-token"])
def test_postmark_tokens_are_dead_if_both_headers_say_so(world: World, detector: str) -> None:
    def postmark(seen: Seen) -> Reply:
        server, account = (seen.headers.get(f"x-postmark-{kind}-token") for kind in ("server", "account"))
        assert not (server and account)
        if (seen.path, server) == ("/deliverystats", "of a server"):
            return reply(200, {"InactiveMails": 0, "Bounces": []})
        if (seen.path, account) == ("/domains?count=1&offset=0", "of an account"):
            return reply(200, {"TotalCount": 1, "Domains": []})
        return reply(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied."})

    with world(postmark) as (ask, seen):
        found = ask(detector, "of a server")
        assert (found.validity, found.reason) == ("valid", "it is a server token")
        found = ask(detector, "of an account")
        assert (found.validity, found.reason) == ("valid", "it is an account token, which reaches all servers")
        del seen[:]
        assert ask(detector, "dead").validity is Validity.INVALID
        assert len(seen) == 2
        assert {one.path for one in seen} == {"/deliverystats", "/domains?count=1&offset=0"}


def test_customerio_track_keys_go_by_basic_authentication(world: World) -> None:
    good = "Basic " + b64encode(b"site:key").decode()

    def customerio(seen: Seen) -> Reply:
        if seen.headers.get("authorization") == good:
            return reply(200, {"url": "track.customer.io", "region": "us", "environment_id": 7})
        return reply(401, {"meta": {"error": "Unauthorized request"}})

    with world(customerio) as (ask, seen):
        found = ask("customerio-track-api-key", "key", site_id="site")
        assert (found.validity, found.identity) == ("valid", {"region": "us", "workspace id": "7"})
        assert ask("customerio-track-api-key", "dead", site_id="site").validity is Validity.INVALID
        assert {one.method for one in seen} == {"GET"}
        assert {one.path for one in seen} == {"/api/v1/accounts/region"}
        assert "site id" in ask("customerio-track-api-key", "key").reason


def test_customerio_app_keys_are_never_called_dead(world: World) -> None:
    shops = {"workspaces": [{"id": 1, "name": "Bakery"}, {"id": 2, "name": "Cafe"}]}
    with world(lambda seen: reply(200, shops) if bearer(seen) == "live" else reply(401)) as (ask, seen):
        found = ask("customerio-app-api-key", "live")
        assert found.identity == {"workspaces": "Bakery, Cafe", "workspace ids": "1, 2"}
        assert ask("customerio-app-api-key", "dead").validity is Validity.UNKNOWN
        assert hosts(seen)[1:] == ["api.customer.io/v1/workspaces", "api-eu.customer.io/v1/workspaces"]


def test_wepay_is_asked_where_the_prefix_says(world: World) -> None:
    def wepay(seen: Seen) -> Reply:
        if "LIVE" in bearer(seen):
            return reply(200, {"user_id": 12345, "first_name": "Jo", "email": "jo@example.com", "state": "registered"})
        return reply(401, {"error": "access_denied", "error_code": 1006 if "DEAD" in bearer(seen) else 3002})

    with world(wepay) as (ask, seen):
        found = ask("wepay-access-token", "STAGE_LIVE")
        assert (found.validity, found.identity) == ("valid", {"user id": "12345", "state": "registered"})
        assert "test environment" in found.reason
        assert "real money" in ask("wepay-access-token", "PRODUCTION_LIVE").reason
        assert ask("wepay-access-token", "PRODUCTION_DEAD").validity is Validity.INVALID
        assert ask("wepay-access-token", "PRODUCTION_OTHER").validity is Validity.UNKNOWN
        assert hosts(seen) == ["stage.wepayapi.com/v2/user", *["wepayapi.com/v2/user"] * 3]
        assert ask("wepay-app-token", "stage_x", app_id="1").validity is Validity.NOT_CHECKABLE


def test_an_aws_key_signs_and_is_not_sent(world: World) -> None:
    me = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/deploy", "UserId": "A"}

    def sts(seen: Seen) -> Reply:
        assert seen.body == b"Action=GetCallerIdentity&Version=2011-06-15"
        proof = seen.headers["authorization"]
        if "/cn-north-1/sts/" in proof and "AKIACHINA" in proof:
            return reply(200, {"GetCallerIdentityResponse": {"GetCallerIdentityResult": me}})
        code = "SignatureDoesNotMatch" if "AKIAOTHER" in proof else "InvalidClientTokenId"
        return reply(403, {"Error": {"Code": code, "Type": "Sender"}, "RequestId": "x"})

    with world(sts) as (ask, seen):
        found = ask("aws-access-key", "the-secret-itself", access_key_id="AKIACHINA")
        assert found.identity == {"account": me["Account"], "user": me["Arn"]}
        assert hosts(seen) == ["sts.amazonaws.com/", "sts.cn-north-1.amazonaws.com.cn/"]
        assert ask("aws-access-key", "x", access_key_id="AKIADEAD").validity is Validity.INVALID
        assert ask("aws-access-key", "x", access_key_id="AKIAOTHER").validity is Validity.UNKNOWN
        before = len(seen)
        assert ask("aws-access-key", "x", access_key_id="ASIATEMPORARY").validity is Validity.UNKNOWN
        assert len(seen) == before
        found = ask("aws-session-token", "token", access_key_id="ASIADEAD", secret_access_key="key")
        assert found.validity is Validity.INVALID
        assert seen[-1].headers["x-amz-security-token"] == "token"
    assert not any("the-secret-itself" in repr(one) for one in seen)


def test_slack_says_all_with_200(world: World) -> None:
    who = {"ok": True, "url": "https://bakery.slack.com/", "team": "Bakery", "user": "deploy", "user_id": "U1"}

    def slack(seen: Seen) -> Reply:
        if bearer(seen) == "live":
            return reply(200, who, X_OAuth_Scopes="chat:write,files:read,new:scope")
        return reply(200, {"ok": False, "error": bearer(seen)})

    with world(slack) as (ask, seen):
        found = ask("slack-bot-token", "live")
        assert (found.validity, found.identity["workspace"]) == ("valid", "Bakery")
        assert found.can == ("post messages", "read files")
        for error in ("token_revoked", "account_inactive", "token_expired"):
            assert ask("slack-user-token", error).validity is Validity.INVALID
        for error in ("invalid_auth", "ratelimited", "fatal_error"):
            assert ask("slack-bot-token", error).validity is Validity.UNKNOWN
        assert {(one.method, one.path) for one in seen} == {("POST", "/api/auth.test")}


def test_a_token_of_gitlab_may_be_of_any_instance(world: World) -> None:
    me = {"name": "ci", "user_id": 3, "scopes": ["read_api", "write_repository"], "expires_at": None}

    def gitlab(seen: Seen) -> Reply:
        mine = seen.headers["host"] == "gitlab.example.com" and seen.headers["private-token"] == "live"
        return reply(200, me) if mine else reply(401, {"message": "401 Unauthorized"})

    with world(gitlab) as (ask, seen):
        found = ask("gitlab-personal-access-token", "live")
        assert (found.validity, found.attempts[0].status) == ("unknown", 401)
        own = {"gitlab": ["gitlab.example.com"]}
        found = ask("gitlab-personal-access-token", "live", hosts=own)
        assert (found.validity, found.can) == ("valid", ("read all that its user may", "read and push to repositories"))
        assert found.identity == {"token": "ci", "user id": "3", "scopes": "read_api, write_repository"}
        assert ask("gitlab-personal-access-token", "dead", hosts=own).validity is Validity.INVALID
        assert hosts(seen) == [
            f"{name}/api/v4/personal_access_tokens/self"
            for name in ("gitlab.com", "gitlab.example.com", "gitlab.example.com")
        ]


def test_github_tells_scopes_in_a_header(world: World) -> None:
    me = {"login": "jo", "name": "Jo", "type": "User"}
    with world(lambda seen: reply(200, me, X_OAuth_Scopes="repo, workflow")) as (ask, seen):
        found = ask("github-personal-access-token", "live")
        assert found.can == ("read and write all repositories of its user, private ones too", "change workflows")
        ask("github-personal-access-token", "live", hosts={"github": ["gitlab.example.com/api/v3"]})
        assert hosts(seen) == ["api.github.com/user", "gitlab.example.com/api/v3/user"]


ELSEWHERE = [
    "https://evil.example/x",
    "https://discord.com.evil.example/",
    "https://discord.com@evil.example/",
    "https://evil.example/discord.com",
    "https://evil.example#discord.com",
    "https://discord.com:22/",
    "http://discord.com/api",
    "https://127.0.0.1/",
    "https://",
    "x",
]


def test_a_webhooks_address_is_asked_only_at_its_issuer(world: World) -> None:
    hook = "https://discord.com/api/webhooks/1/abc"
    with world(lambda seen: reply(200, {"name": "Deploys"})) as (ask, seen):
        found = ask("discord-webhook-url", hook)
        assert (found.validity, found.attempts[0].call) == ("valid", "GET https://discord.com/{secret}")
        for elsewhere in ELSEWHERE:
            found = ask("discord-webhook-url", elsewhere)
            assert (found.validity, found.attempts[0].status) == ("unknown", None), elsewhere
        assert hosts(seen) == ["discord.com/api/webhooks/1/abc"]
    with world(lambda seen: reply(404, {"message": "Unknown Webhook", "code": 10015})) as (ask, _):
        assert ask("discord-webhook-url", hook).validity is Validity.INVALID
    with world(lambda seen: (404, {"Content-Type": "text/html"}, b"<html>gone")) as (ask, _):
        assert ask("discord-webhook-url", hook).validity is Validity.UNKNOWN


def test_slack_webhooks_are_probed_on_request_and_workflows_never(world: World) -> None:
    def hooks(seen: Seen) -> Reply:
        assert seen.body == b""
        return (
            (400, {"Content-Type": "text/html"}, b"invalid_payload")
            if "live" in seen.path
            else (404, {}, b"no_service")
        )

    with world(hooks) as (ask, seen):
        base = "https://hooks.slack.com"
        assert ask("slack-webhook-url", f"{base}/services/live").validity is Validity.NOT_CHECKED
        assert ask("slack-webhook-url", f"{base}/triggers/live", probe=True).validity is Validity.UNKNOWN
        assert seen == []
        assert ask("slack-webhook-url", f"{base}/services/live", probe=True).validity is Validity.VALID
        assert ask("slack-webhook-url", f"{base}/services/dead", probe=True).validity is Validity.INVALID


def test_a_part_that_decides_on_the_host_leads_nowhere_else(world: World) -> None:
    with world(lambda seen: reply(200, {"access_scopes": [{"handle": "read_orders"}]})) as (ask, seen):
        found = ask("shopify-access-token", "live", shop="bakery.myshopify.com")
        assert (found.validity, found.can) == ("valid", ("read orders",))
        for shop in (
            "evil.example",
            "evil.example/.myshopify.com",
            "x@evil.example",
            "a.myshopify.com:22",
            "10.0.0.1",
            "",
        ):
            assert ask("shopify-access-token", "live", shop=shop).validity is Validity.UNKNOWN
        assert ask("mailchimp-api-key", "live", dc="evil.example/").validity is Validity.UNKNOWN
        assert ask("databricks-access-token", "live", host="evil.example").validity is Validity.UNKNOWN
        assert {one.headers["host"] for one in seen} == {"bakery.myshopify.com"}


def test_what_only_runs_at_ones_own_needs_a_host(world: World) -> None:
    me = {"data": {"display_name": "root", "policies": ["root"], "expire_time": None}}
    with world(lambda seen: reply(200, me)) as (ask, _):
        assert "host is not known" in ask("hashicorp-vault-token", "live").reason
        found = ask("hashicorp-vault-token", "live", hosts={"hashicorp": ["vault.example.com"]})
        assert (found.validity, found.can) == ("valid", ("do everything",))
    with world(lambda seen: reply(403, {"errors": ["permission denied"]})) as (ask, _):
        found = ask("hashicorp-vault-token", "dead", hosts={"hashicorp": ["vault.example.com"]})
        assert found.validity is Validity.UNKNOWN


ANSWERS: list[tuple[str, int, object, str]] = [
    ("anthropic-api-key", 401, {"type": "error", "error": {"type": "authentication_error"}}, "invalid"),
    ("anthropic-api-key", 403, {"type": "error", "error": {"type": "forbidden"}}, "unknown"),
    ("cloudflare-api-token", 200, {"result": {"status": "active", "id": "t"}}, "valid"),
    ("cloudflare-api-token", 200, {"result": {"status": "expired"}}, "invalid"),
    ("cloudflare-api-token", 401, {"errors": [{"code": 1000}]}, "unknown"),
    ("datadog-api-key", 200, {"valid": True}, "valid"),
    ("datadog-api-key", 403, {"errors": ["Forbidden"]}, "invalid"),
    ("facebook-access-token", 400, {"error": {"code": 190}}, "invalid"),
    ("facebook-access-token", 400, {"error": {"code": 200}}, "valid"),
    ("facebook-access-token", 400, {"error": {"code": 4}}, "unknown"),
    ("figma-access-token", 403, {"status": 403, "err": "Invalid token"}, "unknown"),
    ("google-api-key", 400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}, "invalid"),
    ("google-api-key", 403, {"error": {"details": [{"reason": "API_KEY_SERVICE_BLOCKED"}]}}, "valid"),
    ("google-api-key", 403, {"error": {"details": [{"reason": "CONSUMER_SUSPENDED"}]}}, "unknown"),
    ("linear-api-key", 200, {"data": {"viewer": {"id": "u", "name": "Jo"}}}, "valid"),
    ("linear-api-key", 400, {"errors": [{"extensions": {"type": "authentication error"}}]}, "invalid"),
    ("newrelic-user-key", 200, {"data": {"actor": {"user": {"id": 1}}}}, "valid"),
    ("newrelic-user-key", 200, {"errors": [{}]}, "unknown"),
    ("openai-api-key", 401, {"error": {"code": "invalid_api_key"}}, "invalid"),
    ("openai-api-key", 401, {"error": {"code": None, "message": "IP not authorized"}}, "unknown"),
    ("openai-api-key", 403, {"error": {"code": "unsupported_country_region_territory"}}, "unknown"),
    ("stripe-secret-key", 403, {"error": {}}, "valid"),
    ("telegram-bot-token", 401, {"ok": False, "error_code": 401}, "invalid"),
]


@pytest.mark.parametrize(("detector", "status", "body", "validity"), ANSWERS)
def test_documented_answers(world: World, detector: str, status: int, body: object, validity: str) -> None:
    with world(lambda seen: reply(status, body)) as (ask, _):
        assert ask(detector, "secret").validity == validity


def test_a_firewalls_page_is_no_answer(world: World) -> None:
    with world(lambda seen: (403, {"Content-Type": "text/html; charset=UTF-8"}, b"<html>Attention Required!")) as (
        ask,
        _,
    ):
        for detector in ("stripe-secret-key", "datadog-api-key", "github-personal-access-token", "npm-access-token"):
            assert ask(detector, "secret").validity is Validity.UNKNOWN
