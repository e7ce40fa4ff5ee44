import sys

import httpx
from notion_client import APIResponseError, Client


def main() -> None:
    try:
        notion = Client(auth=read_secret())
        bot = notion.users.me()
    except LookupError as error:
        sys.exit(str(error))
    except APIResponseError as error:
        sys.exit(f"Notion answered {error.status} {error.code}")
    except httpx.HTTPError as error:
        sys.exit(f"Notion cannot be reached: {type(error).__name__}")
    print(f"Notion knows this token as {bot['name']}")


if __name__ == "__main__":
    main()
