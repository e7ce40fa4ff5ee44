# Gives SECRET_NAME from the environment.
def read_secret
  secret = ENV.fetch("SECRET_NAME", "")
  raise "SECRET_NAME is not set in the environment" if secret.empty?

  secret
end
