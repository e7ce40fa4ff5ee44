import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.response.LogicalResponse;

/** Where the secret comes from. */
final class SecretStore {
  /** Gives SECRET_NAME of secret/SECRET_PROJECT from Vault. */
  static String readSecret() {
    LogicalResponse answer;
    try {
      // Takes VAULT_ADDR and VAULT_TOKEN from the environment.
      Vault vault = Vault.create(new VaultConfig().engineVersion(2).build());
      answer = vault.logical().read("secret/SECRET_PROJECT");
    } catch (VaultException error) {
      throw new IllegalStateException(
          "secret/SECRET_PROJECT cannot be read from Vault: " + error.getHttpStatusCode());
    }
    String secret = answer.getData().get("SECRET_NAME");
    if (secret == null) {
      throw new IllegalStateException("secret/SECRET_PROJECT in Vault has no key SECRET_NAME");
    }
    return secret;
  }
}
