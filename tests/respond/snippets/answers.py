"""What providers answer, as they document it: to a good credential, and to a bad one. The catalog has the rest."""

import base64
from collections.abc import Iterator

from stanch.catalog.load import read_providers, roles
from stanch.catalog.model import CredentialType
from stanch.respond.snippets import load

from .servers import Answer, Provider

REFERENCE = [
    "notion-integration-token",
    "intercom-access-token",
    "postmark-server-token",
    "customerio-app-api-key",
    "wepay-access-token",
]
TYPES = {kind.id: (issuer, kind) for issuer in read_providers() for kind in issuer.types}

_GOOD: dict[str, object] = {
    # https://developers.notion.com/reference/get-self
    "notion-integration-token": {
        "object": "user",
        "id": "16d84278-ab0e-484c-9bdd-b35da3bd8905",
        "name": "pied piper",
        "avatar_url": None,
        "type": "bot",
        "bot": {"owner": {"type": "workspace", "workspace": True}, "workspace_name": "hooli"},
    },
    # https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/identifyadmin
    "intercom-access-token": {
        "type": "admin",
        "id": "991267459",
        "email": "admin1@email.com",
        "name": "Ciaran1 Lee",
        "email_verified": True,
        "app": {
            "type": "app",
            "id_code": "this_is_an_id1_that_should_be_at_least_40",
            "name": "MyApp 1",
            "created_at": 1734537243,
            "secure": False,
            "identity_verification": False,
            "timezone": "America/Los_Angeles",
            "region": "US",
        },
        "has_inbox_seat": True,
    },
    # https://postmarkapp.com/developer/api/bounce-api
    "postmark-server-token": {"InactiveMails": 192, "Bounces": [{"Name": "All", "Count": 253}]},
    # https://docs.customer.io/integrations/api/app/
    "customerio-app-api-key": {"workspaces": [{"id": 1, "name": "Example"}]},
    # https://github.com/wepay/PHP-SDK/blob/master/demoapp/user.php
    "wepay-access-token": {"user_id": 12345, "state": "registered"},
}
_BAD: dict[str, Answer] = {
    "notion-integration-token": (
        401,
        {"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."},
    ),
    "intercom-access-token": (
        401,
        {
            "type": "error.list",
            "request_id": "b6bnmu1jbdu1ckdnfno0",
            "errors": [{"code": "unauthorized", "message": "Access Token Invalid"}],
        },
    ),
    "postmark-server-token": (401, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied."}),
    "wepay-access-token": (
        401,
        {"error": "access_denied", "error_description": "invalid access_token", "error_code": 1011},
    ),
}
ROLES = {role: f"{role.replace('_', '')}7" for _, kind in TYPES.values() for role in roles(kind) if role != "secret"}
"""Other parts of credentials, by role."""
ROLES |= {"site_id": "abcdef0123456789abcd", "account_sid": "AC" + "0123456789abcdef" * 2, "dc": "us6"}


def provider_calls(kind: CredentialType, secret: str) -> Iterator[Provider]:
    """The provider's side of the call that a program makes with the secret, if it makes one."""
    call = kind.verify
    own = load.calls().get(kind.id)
    method: str
    basic = ""
    if own:
        method, url, headers = own.method, own.url, dict(own.headers)
    elif call and not (call.effect != "read" or call.body or call.form or call.aws or "{host}" in call.urls[0]):
        method, url, headers, basic = call.method, call.urls[0], dict(call.headers), call.basic
    else:
        return
    for name, value in {"secret": secret, **ROLES}.items():
        url, basic = url.replace(f"{{{name}}}", value), basic.replace(f"{{{name}}}", value)
        headers = {header: text.replace(f"{{{name}}}", value) for header, text in headers.items()}
    if basic:
        headers["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
    # Clients say in their own words what they accept, and which version of the API they were made for.
    for free in ("Accept", "Notion-Version", "Intercom-Version", "X-Postmark-Account-Token"):
        headers.pop(free, None)
    answers = _GOOD.get(kind.id, {}), _BAD.get(kind.id, (401, {"error": "unauthorized"}))
    yield Provider(method, url, headers, *answers)
    if kind.id == "postmark-server-token":
        # Its own libraries for Node.js and Java spell the path in their own ways.
        for spelt in ("deliveryStats", "deliveryStats/"):
            yield Provider(method, url.replace("deliverystats", spelt), headers, *answers)
