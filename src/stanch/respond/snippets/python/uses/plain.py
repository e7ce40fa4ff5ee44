import sys


def main() -> None:
    try:
        secret = read_secret()
    except LookupError as error:
        sys.exit(str(error))
    # Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
    print("SECRET_NAME was read" if secret else "SECRET_NAME is empty")


if __name__ == "__main__":
    main()
