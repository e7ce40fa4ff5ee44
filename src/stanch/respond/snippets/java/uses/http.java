import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;

public final class Main {
  public static void main(String[] args) throws InterruptedException {
    try {
      String secret = SecretStore.readSecret();
      String PART_VARIABLE = System.getenv("PART_NAME");
      if (PART_VARIABLE == null) {
        throw new IllegalStateException("PART_NAME is not set in the environment");
      }
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(CALL_URL))
              .method("CALL_METHOD", BodyPublishers.noBody())
              .header("HEADER_NAME", HEADER_VALUE)
              .timeout(Duration.ofSeconds(30))
              .build();
      int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        throw new IllegalStateException("PROVIDER_NAME answered " + status);
      }
      System.out.println("PROVIDER_NAME accepted the secret");
    } catch (IOException error) {
      System.err.println("PROVIDER_NAME cannot be reached");
      System.exit(1);
    } catch (IllegalStateException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
