#!/bin/sh
set -eu

# Gives SECRET_PATH from AWS Secrets Manager.
read_secret() {
  aws secretsmanager get-secret-value --secret-id "SECRET_PATH" --query SecretString --output text
}
