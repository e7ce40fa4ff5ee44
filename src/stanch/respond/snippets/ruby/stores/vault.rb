require "vault"

# Gives the value of secret/SECRET_PATH from Vault.
def read_secret
  # Vault takes VAULT_ADDR and VAULT_TOKEN from the environment.
  answer = Vault.kv("secret").read("SECRET_PATH")
  answer&.data&.fetch(:value, nil) || raise("secret/SECRET_PATH in Vault has no key value")
rescue Vault::VaultError => e
  raise "secret/SECRET_PATH cannot be read from Vault: #{e.class}"
end
