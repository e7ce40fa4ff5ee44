public final class Main {
  public static void main(String[] args) {
    try {
      String secret = SecretStore.readSecret();
      // Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
      System.out.println(secret.isEmpty() ? "SECRET_NAME is empty" : "SECRET_NAME was read");
    } catch (IllegalStateException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
