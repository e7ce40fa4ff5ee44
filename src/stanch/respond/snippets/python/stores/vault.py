import hvac
import requests


def read_secret() -> str:
    """Gives the value of secret/SECRET_PATH from Vault; LookupError where it cannot be read."""
    client = hvac.Client()  # takes VAULT_ADDR and VAULT_TOKEN from the environment
    try:
        answer = client.secrets.kv.v2.read_secret_version(
            path="SECRET_PATH", mount_point="secret", raise_on_deleted_version=True
        )
    except (hvac.exceptions.VaultError, requests.RequestException) as error:
        raise LookupError(f"secret/SECRET_PATH cannot be read from Vault: {error}") from None
    values = answer["data"]["data"]
    if "value" not in values:
        raise LookupError("secret/SECRET_PATH in Vault has no key value")
    return values["value"]
