import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/** Asks Amazon's JDBC driver for all that it tells of a database, and prints some columns of each answer, line by line. Arguments: URL, user, password, path of the certificate. */
public class JdbcMetadata {
  private static final String[] SETUP = {
    "CREATE SCHEMA meta",
    "CREATE TABLE meta.parents (a INT NOT NULL, b VARCHAR(20) NOT NULL, PRIMARY KEY (a, b))",
    "CREATE TABLE meta.children (id BIGINT IDENTITY(1,1), pa INT, pb VARCHAR(20) DEFAULT 'x', price NUMERIC(12,3), code CHAR(3) NOT NULL, at TIMESTAMP, atz TIMESTAMPTZ,"
        + " day DATE, flag BOOLEAN, ratio FLOAT8, small SMALLINT, part REAL, t TIME, doc SUPER, bytes VARBYTE(9), PRIMARY KEY (id), UNIQUE (code), CONSTRAINT up FOREIGN KEY (pa, pb) REFERENCES meta.parents (a, b))",
    "COMMENT ON TABLE meta.children IS 'its ''comment'''",
    "COMMENT ON COLUMN meta.children.price IS 'in cents'",
    "CREATE VIEW meta.shown AS SELECT id, code FROM meta.children",
    "CREATE VIEW meta.late AS SELECT id, code FROM meta.children WITH NO SCHEMA BINDING",
    "CREATE MATERIALIZED VIEW meta.kept AS SELECT code FROM meta.children",
    "CREATE FUNCTION meta.twice (INT) RETURNS INT IMMUTABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql",
    "CREATE USER jdbc_reader PASSWORD 'Reader1Pass'",
    "GRANT SELECT, INSERT ON meta.children TO jdbc_reader",
  };

  public static void main(String[] args) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", args[1]);
    properties.setProperty("password", args[2]);
    properties.setProperty("ssl", "true");
    properties.setProperty("sslmode", "verify-ca");
    properties.setProperty("sslrootcert", args[3]);
    try (Connection connection = DriverManager.getConnection(args[0], properties)) {
      try (Statement statement = connection.createStatement()) {
        for (String sql : SETUP) statement.execute(sql);
      }
      DatabaseMetaData about = connection.getMetaData();
      print("product", List.of(about.getDatabaseProductName() + " " + about.getDatabaseMajorVersion() + "." + about.getDatabaseMinorVersion()));
      print("catalogs", rows(about.getCatalogs(), "TABLE_CAT"));
      print("schemas", rows(about.getSchemas(null, "meta"), "TABLE_SCHEM"));
      print("kinds", new ArrayList<>(new TreeSet<>(rows(about.getTableTypes(), "TABLE_TYPE"))));
      print("tables", rows(about.getTables(null, "meta", "%", null), "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
      print("like", rows(about.getTables(null, "me%", "par_nts", new String[] {"TABLE"}), "TABLE_SCHEM", "TABLE_NAME"));
      print("columns", rows(about.getColumns(null, "meta", "children", "%"), "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NULLABLE", "COLUMN_DEF", "REMARKS", "ORDINAL_POSITION"));
      print("view", rows(about.getColumns(null, "meta", "shown", null), "COLUMN_NAME", "TYPE_NAME"));
      print("late", rows(about.getColumns(null, "meta", "late", null), "COLUMN_NAME", "TYPE_NAME"));
      print("keys", rows(about.getPrimaryKeys(null, "meta", "parents"), "COLUMN_NAME", "KEY_SEQ"));
      print("imported", rows(about.getImportedKeys(null, "meta", "children"), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKCOLUMN_NAME", "KEY_SEQ", "FK_NAME"));
      print("exported", rows(about.getExportedKeys(null, "meta", "parents"), "FKTABLE_NAME", "FKCOLUMN_NAME"));
      print("cross", rows(about.getCrossReference(null, "meta", "parents", null, "meta", "children"), "FKCOLUMN_NAME"));
      print("indexes", rows(about.getIndexInfo(null, "meta", "children", true, true), "INDEX_NAME"));
      print("best", rows(about.getBestRowIdentifier(null, "meta", "parents", DatabaseMetaData.bestRowSession, true), "COLUMN_NAME"));
      print("versions", rows(about.getVersionColumns(null, "meta", "children"), "COLUMN_NAME"));
      List<String> types = rows(about.getTypeInfo(), "TYPE_NAME");
      for (String type : new String[] {"int8", "varchar", "super", "varbyte", "timestamptz", "numeric"}) if (!types.contains(type)) System.out.println("no type " + type);
      print("functions", rows(about.getFunctions(null, "meta", "%"), "FUNCTION_NAME"));
      print("procedures", rows(about.getProcedures(null, "meta", "%"), "PROCEDURE_NAME"));
      print("privileges", rows(about.getTablePrivileges(null, "meta", "children"), "GRANTEE", "PRIVILEGE").stream().filter(line -> line.startsWith("jdbc_reader")).sorted().toList());
      print("column privileges", rows(about.getColumnPrivileges(null, "meta", "children", "code"), "GRANTEE", "PRIVILEGE").stream().filter(line -> line.startsWith("jdbc_reader")).sorted().toList());
      System.out.println("functions known " + about.getStringFunctions().contains("lcase") + " " + about.getMaxConnections() + " " + about.supportsSavepoints());
      try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery("SELECT id, price, code, doc, c.at, 1 + 1 AS two FROM meta.children c")) {
        ResultSetMetaData shape = result.getMetaData();
        for (int i = 1; i <= shape.getColumnCount(); i += 1) {
          System.out.println("shape " + shape.getColumnName(i) + " " + shape.getColumnTypeName(i) + " " + shape.getPrecision(i) + " " + shape.getScale(i) + " " + shape.getTableName(i) + " " + shape.isNullable(i) + " " + shape.isAutoIncrement(i));
        }
      }
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setReadOnly(true);
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(30);
        statement.setFetchSize(2);
        int count = 0;
        try (ResultSet result = statement.executeQuery("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5")) {
          while (result.next()) count += result.getInt(1);
        }
        System.out.println("fetched " + count);
      }
      connection.rollback();
      System.out.println("valid " + connection.isValid(5) + " " + connection.getCatalog() + " " + connection.getSchema());
      connection.rollback();
    }
  }

  private static void print(String what, List<String> lines) {
    System.out.println(what + " " + lines);
  }

  private static List<String> rows(ResultSet result, String... columns) throws SQLException {
    List<String> lines = new ArrayList<>();
    while (result.next()) {
      List<String> cells = new ArrayList<>();
      for (String column : columns) cells.add(result.getString(column));
      lines.add(String.join(":", cells.stream().map(String::valueOf).toList()));
    }
    return lines;
  }
}
