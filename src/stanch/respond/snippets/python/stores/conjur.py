import os

import conjur_api
from conjur_api.errors.errors import HttpError
from conjur_api.models import ConjurConnectionInfo, CredentialsData
from conjur_api.providers import AuthnAuthenticationStrategy, SimpleCredentialsProvider


def read_secret() -> str:
    """Gives the variable SECRET_PATH from Conjur; LookupError where it cannot be read."""
    try:
        url = os.environ["CONJUR_APPLIANCE_URL"]
        connection = ConjurConnectionInfo(conjur_url=url, account=os.environ["CONJUR_ACCOUNT"])
        credentials = SimpleCredentialsProvider()
        credentials.save(
            CredentialsData(
                machine=url,
                username=os.environ["CONJUR_AUTHN_LOGIN"],
                api_key=os.environ["CONJUR_AUTHN_API_KEY"],
            )
        )
    except KeyError as missing:
        raise LookupError(f"{missing.args[0]} is not set in the environment") from None
    client = conjur_api.Client(connection, authn_strategy=AuthnAuthenticationStrategy(credentials), async_mode=False)
    try:
        return client.get("SECRET_PATH").decode()
    except HttpError as error:
        status = getattr(error, "status", "no answer")
        raise LookupError(f"SECRET_PATH cannot be read from Conjur: {status}") from None
