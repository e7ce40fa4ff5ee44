require "vault"

# Gives SECRET_NAME of secret/SECRET_PROJECT from Vault.
def read_secret
  # Vault takes VAULT_ADDR and VAULT_TOKEN from the environment.
  answer = Vault.kv("secret").read("SECRET_PROJECT")
  answer&.data&.fetch(:SECRET_NAME, nil) || raise("secret/SECRET_PROJECT in Vault has no key SECRET_NAME")
rescue Vault::VaultError => e
  raise "secret/SECRET_PROJECT cannot be read from Vault: #{e.class}"
end
