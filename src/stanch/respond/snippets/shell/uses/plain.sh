#!/bin/sh
set -eu

secret=$(read_secret)
# Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
if [ -n "$secret" ]; then echo "SECRET_NAME was read"; else echo "SECRET_NAME is empty"; fi
