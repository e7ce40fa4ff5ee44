#!/bin/sh
set -eu

# Gives the value of secret/SECRET_PATH from Vault.
read_secret() {
  vault kv get -mount=secret -field="value" "SECRET_PATH"
}
