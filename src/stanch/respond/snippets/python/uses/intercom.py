import sys

import httpx
from intercom import Intercom
from intercom.core.api_error import ApiError


def main() -> None:
    try:
        intercom = Intercom(token=read_secret())
        admin = intercom.admins.identify()
    except LookupError as error:
        sys.exit(str(error))
    except ApiError as error:
        sys.exit(f"Intercom answered {error.status_code}")
    except httpx.HTTPError as error:
        sys.exit(f"Intercom cannot be reached: {type(error).__name__}")
    print(f"Intercom knows this token as {admin.name}")


if __name__ == "__main__":
    main()
