require "conjur-api"

# Gives the variable SECRET_PATH from Conjur.
def read_secret
  # Conjur takes CONJUR_APPLIANCE_URL and CONJUR_ACCOUNT from the environment.
  conjur = Conjur::API.new_from_key(ENV.fetch("CONJUR_AUTHN_LOGIN"), ENV.fetch("CONJUR_AUTHN_API_KEY"))
  conjur.resource("#{Conjur.configuration.account}:variable:SECRET_PATH").value
rescue RestClient::Exception => e
  raise "SECRET_PATH cannot be read from Conjur: #{e.message}"
end
