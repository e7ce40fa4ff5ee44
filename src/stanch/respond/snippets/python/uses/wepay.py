import sys

import requests
from wepay import WePay


def main() -> None:
    try:
        wepay = WePay(production=True, access_token=read_secret())
        user = wepay.call("/user")
    except LookupError as error:
        sys.exit(str(error))
    except requests.RequestException as error:
        sys.exit(f"WePay cannot be reached: {type(error).__name__}")
    if "error" in user:
        sys.exit(f"WePay refused the call: {user['error']}")
    print(f"WePay knows this token as user {user['user_id']}")


if __name__ == "__main__":
    main()
