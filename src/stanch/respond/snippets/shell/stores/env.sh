#!/bin/sh
set -eu

# Gives SECRET_NAME from the environment.
read_secret() {
  printf %s "${SECRET_NAME:?is not set in the environment}"
}
