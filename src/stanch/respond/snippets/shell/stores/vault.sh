#!/bin/sh
set -eu

# Gives SECRET_NAME of secret/SECRET_PROJECT from Vault.
read_secret() {
  vault kv get -mount=secret -field="SECRET_NAME" "SECRET_PROJECT"
}
