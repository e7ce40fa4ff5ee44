import notion.api.v1.NotionClient;
import notion.api.v1.exception.NotionAPIError;

public final class Main {
  public static void main(String[] args) {
    try (NotionClient notion = new NotionClient(SecretStore.readSecret())) {
      System.out.println("Notion knows this token as " + notion.retrieveBotUser().getName());
    } catch (NotionAPIError error) {
      System.err.println("Notion refused the call: " + error.getError().getCode());
      System.exit(1);
    } catch (IllegalStateException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
