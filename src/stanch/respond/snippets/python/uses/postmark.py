import sys

import requests
from postmarker.core import PostmarkClient
from postmarker.exceptions import ClientError as PostmarkError


def main() -> None:
    try:
        postmark = PostmarkClient(server_token=read_secret())
        bounces = postmark.bounces.deliverystats
    except LookupError as error:
        sys.exit(str(error))
    except PostmarkError as error:
        sys.exit(f"Postmark refused the call: error {error.error_code}")
    except requests.RequestException as error:
        sys.exit(f"Postmark cannot be reached: {type(error).__name__}")
    print(f"Postmark counts {bounces['InactiveMails']} inactive addresses")


if __name__ == "__main__":
    main()
