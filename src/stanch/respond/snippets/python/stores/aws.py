import boto3
from botocore.exceptions import BotoCoreError, ClientError


def read_secret() -> str:
    """Gives SECRET_PATH from AWS Secrets Manager; LookupError where it cannot be read."""
    try:
        answer = boto3.client("secretsmanager").get_secret_value(SecretId="SECRET_PATH")
    except (BotoCoreError, ClientError) as error:
        raise LookupError(f"SECRET_PATH cannot be read from AWS: {error}") from None
    return answer["SecretString"]
