/** Where the secret comes from. */
final class SecretStore {
  /** Gives SECRET_NAME from the environment. */
  static String readSecret() {
    String secret = System.getenv("SECRET_NAME");
    if (secret == null || secret.isEmpty()) {
      throw new IllegalStateException("SECRET_NAME is not set in the environment");
    }
    return secret;
  }
}
