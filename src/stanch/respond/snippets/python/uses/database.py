import sys

import psycopg


def main() -> None:
    try:
        with psycopg.connect(read_secret(), connect_timeout=30) as database:
            database.execute("SELECT 1")
    except LookupError as error:
        sys.exit(str(error))
    except psycopg.Error as error:
        # What the driver says may quote the address, and the password in it.
        sys.exit(f"the database cannot be used: {type(error).__name__}")
    print("The database accepted the secret")


if __name__ == "__main__":
    main()
