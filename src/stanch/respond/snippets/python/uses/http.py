import base64
import os
import sys

import requests


def main() -> None:
    try:
        secret = read_secret()
    except LookupError as error:
        sys.exit(str(error))
    PART_VARIABLE = os.environ.get("PART_NAME") or sys.exit("PART_NAME is not set in the environment")
    try:
        answer = requests.request(
            "CALL_METHOD",
            CALL_URL,
            headers={
                "HEADER_NAME": HEADER_VALUE,
            },
            timeout=30,
        )
    except requests.RequestException as error:
        sys.exit(f"PROVIDER_NAME cannot be reached: {type(error).__name__}")
    if not answer.ok:
        sys.exit(f"PROVIDER_NAME answered {answer.status_code}")
    print("PROVIDER_NAME accepted the secret")


if __name__ == "__main__":
    main()
