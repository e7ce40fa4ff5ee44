import com.cyberark.conjur.api.Conjur;

/** Where the secret comes from. */
final class SecretStore {
  /** Gives the variable SECRET_PATH from Conjur. */
  static String readSecret() {
    try {
      // Takes CONJUR_APPLIANCE_URL, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN and CONJUR_AUTHN_API_KEY from the environment.
      return new Conjur().variables().retrieveSecret("SECRET_PATH");
    } catch (RuntimeException error) {
      throw new IllegalStateException(
          "SECRET_PATH cannot be read from Conjur: " + error.getMessage());
    }
  }
}
