import hvac
import requests


def read_secret() -> str:
    """Gives SECRET_NAME of secret/SECRET_PROJECT from Vault; LookupError where it cannot be read."""
    client = hvac.Client()  # takes VAULT_ADDR and VAULT_TOKEN from the environment
    try:
        answer = client.secrets.kv.v2.read_secret_version(
            path="SECRET_PROJECT", mount_point="secret", raise_on_deleted_version=True
        )
    except (hvac.exceptions.VaultError, requests.RequestException) as error:
        raise LookupError(f"secret/SECRET_PROJECT cannot be read from Vault: {error}") from None
    values = answer["data"]["data"]
    if "SECRET_NAME" not in values:
        raise LookupError("secret/SECRET_PROJECT in Vault has no key SECRET_NAME")
    return values["SECRET_NAME"]
