import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

public final class Main {
  public static void main(String[] args) {
    try {
      // The driver takes user and password apart from the address.
      URI address = URI.create(SecretStore.readSecret());
      String[] user = address.getUserInfo().split(":", 2);
      String place = "jdbc:postgresql://" + address.getHost() + ":" + Math.max(address.getPort(), 0) + address.getPath();
      try (Connection database = DriverManager.getConnection(place.replace(":0/", "/"), user[0], user[1])) {
        database.createStatement().execute("SELECT 1");
        System.out.println("The database accepted the secret");
      }
    } catch (SQLException error) {
      // What the driver says may quote the address.
      System.err.println("the database cannot be used: " + error.getSQLState());
      System.exit(1);
    } catch (IllegalArgumentException error) {
      System.err.println("the secret is not the address of a database");
      System.exit(1);
    } catch (IllegalStateException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
