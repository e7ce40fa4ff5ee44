import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Where the secret comes from. */
final class SecretStore {
  /** Gives SECRET_PATH from AWS Secrets Manager. */
  static String readSecret() {
    try (SecretsManagerClient client = SecretsManagerClient.create()) {
      return client.getSecretValue(request -> request.secretId("SECRET_PATH")).secretString();
    } catch (SdkException error) {
      throw new IllegalStateException(
          "SECRET_PATH cannot be read from AWS Secrets Manager: " + error.getMessage());
    }
  }
}
