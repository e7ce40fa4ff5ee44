import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.response.LogicalResponse;

/** Where the secret comes from. */
final class SecretStore {
  /** Gives the value of secret/SECRET_PATH from Vault. */
  static String readSecret() {
    LogicalResponse answer;
    try {
      // Takes VAULT_ADDR and VAULT_TOKEN from the environment.
      Vault vault = Vault.create(new VaultConfig().engineVersion(2).build());
      answer = vault.logical().read("secret/SECRET_PATH");
    } catch (VaultException error) {
      throw new IllegalStateException(
          "secret/SECRET_PATH cannot be read from Vault: " + error.getHttpStatusCode());
    }
    String secret = answer.getData().get("value");
    if (secret == null) {
      throw new IllegalStateException("secret/SECRET_PATH in Vault has no key value");
    }
    return secret;
  }
}
