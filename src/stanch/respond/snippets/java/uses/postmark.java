import com.postmarkapp.postmark.Postmark;
import com.postmarkapp.postmark.client.ApiClient;
import com.postmarkapp.postmark.client.exception.PostmarkException;
import java.io.IOException;

public final class Main {
  public static void main(String[] args) {
    try {
      ApiClient postmark = Postmark.getApiClient(SecretStore.readSecret());
      System.out.println(
          "Postmark counts " + postmark.getDeliveryStats().getInactiveMails() + " inactive addresses");
    } catch (PostmarkException error) {
      System.err.println("Postmark refused the call: " + error.getMessage());
      System.exit(1);
    } catch (IOException error) {
      System.err.println("Postmark cannot be reached");
      System.exit(1);
    } catch (IllegalStateException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
