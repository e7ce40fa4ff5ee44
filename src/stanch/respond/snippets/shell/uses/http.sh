#!/bin/sh
set -eu

# Gives a value as curl's configuration wants it.
quoted() {
  printf '"%s"' "$(printf %s "$1" | sed 's/["\\]/\\&/g')"
}

secret=$(read_secret)
PART_VARIABLE=${PART_NAME:?is not set in the environment}

# What is secret goes to curl by its standard input: everybody on the machine can see command lines.
status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 30 --config - <<END || true
request = "CALL_METHOD"
url = $(quoted CALL_URL)
header = $(quoted "HEADER_NAME: "HEADER_VALUE)
END
)
case $status in
  2??) echo "PROVIDER_NAME accepted the secret" ;;
  000) echo "PROVIDER_NAME cannot be reached" >&2; exit 1 ;;
  *) echo "PROVIDER_NAME answered $status" >&2; exit 1 ;;
esac
