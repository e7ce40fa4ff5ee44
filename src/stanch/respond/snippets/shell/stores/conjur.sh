#!/bin/sh
set -eu

# Gives the variable SECRET_PATH from Conjur. Keys go to curl by its standard input: command lines can be seen.
read_secret() {
  login=$(printf %s "$CONJUR_AUTHN_LOGIN" | sed 's|/|%2F|g; s|@|%40|g')
  token=$(printf %s "$CONJUR_AUTHN_API_KEY" | curl --fail --silent --show-error --data @- \
    --header "Accept-Encoding: base64" "$CONJUR_APPLIANCE_URL/authn/$CONJUR_ACCOUNT/$login/authenticate")
  variable=$(printf %s "SECRET_PATH" | sed 's|/|%2F|g')
  printf 'header = "Authorization: Token token=\\"%s\\""\n' "$token" | curl --fail --silent --show-error --config - \
    "$CONJUR_APPLIANCE_URL/secrets/$CONJUR_ACCOUNT/variable/$variable"
}
