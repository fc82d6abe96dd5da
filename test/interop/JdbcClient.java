import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Uses the local warehouse by Amazon's JDBC driver and prints what it saw, line by line. Arguments: URL, user, password, path of the certificate, and a COPY into the table "jdbc_copied". */
public class JdbcClient {
  public static void main(String[] args) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", args[1]);
    properties.setProperty("password", args[2]);
    properties.setProperty("ssl", "true");
    properties.setProperty("sslmode", "verify-ca");
    properties.setProperty("sslrootcert", args[3]);
    try (Connection connection = DriverManager.getConnection(args[0], properties)) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE jdbc (id BIGINT NOT NULL, note VARCHAR(50), amount DECIMAL(18,4), doc SUPER, bytes VARBYTE(10), PRIMARY KEY (id))");
      }
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO jdbc (id, note, amount) VALUES (?, ?, ?)")) {
        for (int i = 0; i < 20; i += 1) {
          insert.setLong(1, i);
          insert.setString(2, i % 2 == 0 ? "it's \\ ü " + i : null);
          insert.setBigDecimal(3, new java.math.BigDecimal("12345678901234.5678"));
          insert.addBatch();
        }
        System.out.println("batch " + insert.executeBatch().length);
      }
      connection.commit();
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("UPDATE jdbc SET doc = JSON_PARSE('{\"a\": [1, 2]}'), bytes = TO_VARBYTE('616263', 'hex') WHERE id = 2");
      }
      connection.commit();
      try (PreparedStatement select = connection.prepareStatement("SELECT id, note, amount, doc, bytes FROM jdbc WHERE id = ?")) {
        for (long id = 1; id < 9; id += 1) {
          select.setLong(1, id);
          ResultSet rows = select.executeQuery();
          rows.next();
          if (id < 3) System.out.println("row " + rows.getLong(1) + "|" + rows.getString(2) + "|" + rows.getBigDecimal(3) + "|" + rows.getString(4) + "|" + rows.getString(5));
        }
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE jdbc_copied (id INTEGER, note VARCHAR(20))");
        statement.execute(args[4]);
        System.out.println("copied " + column(statement.executeQuery("SELECT pg_last_copy_count()"), 1).get(0));
        statement.execute("DROP TABLE jdbc_copied");
      }
      DatabaseMetaData about = connection.getMetaData();
      System.out.println("tables " + column(about.getTables(null, "public", "jdbc", new String[] {"TABLE"}), 3));
      System.out.println("columns " + column(about.getColumns(null, "public", "jdbc", null), 4));
      System.out.println("types " + column(about.getColumns(null, "public", "jdbc", null), 6));
      System.out.println("keys " + column(about.getPrimaryKeys(null, "public", "jdbc"), 4));
      System.out.println("schemas " + column(about.getSchemas(), 1).contains("public"));
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("SELECT * FROM no_such_table");
      } catch (SQLException error) {
        System.out.println("sqlstate " + error.getSQLState());
      }
      connection.rollback();
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE jdbc");
      }
      connection.commit();
    }
  }

  private static List<String> column(ResultSet rows, int index) throws SQLException {
    List<String> values = new ArrayList<>();
    while (rows.next()) values.add(rows.getString(index));
    return values;
  }
}
