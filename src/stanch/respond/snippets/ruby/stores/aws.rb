require "aws-sdk-secretsmanager"

# Gives SECRET_PATH from AWS Secrets Manager.
def read_secret
  Aws::SecretsManager::Client.new.get_secret_value(secret_id: "SECRET_PATH").secret_string
rescue Aws::Errors::ServiceError, Aws::Errors::MissingRegionError => e
  raise "SECRET_PATH cannot be read from AWS Secrets Manager: #{e.message}"
end
