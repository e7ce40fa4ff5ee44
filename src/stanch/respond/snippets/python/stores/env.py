import os


def read_secret() -> str:
    """Gives SECRET_NAME from the environment; LookupError where it is not set."""
    secret = os.environ.get("SECRET_NAME")
    if not secret:
        raise LookupError("SECRET_NAME is not set in the environment")
    return secret
