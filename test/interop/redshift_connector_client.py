"""Uses the local warehouse by Amazon's Python driver, and prints what it saw as JSON.

Arguments: the path of a JSON file with the keyword arguments of redshift_connector.connect, and a COPY into the table
"copied". The certificate is trusted by SSL_CERT_FILE.
"""

import datetime
import decimal
import json
import sys

import redshift_connector

with open(sys.argv[1], encoding="utf-8") as file:
    connection = redshift_connector.connect(**json.load(file))

cursor = connection.cursor()
cursor.execute(
    "CREATE TABLE every_type (a SMALLINT, b INTEGER NOT NULL, c BIGINT, d DECIMAL(38,10), e REAL, f DOUBLE PRECISION,"
    " g BOOLEAN, h CHAR(5), i VARCHAR(200), j DATE, k TIMESTAMP, l TIMESTAMPTZ, m TIME, o SUPER, p VARBYTE(10), PRIMARY KEY (b))"
)
at = datetime.datetime(2020, 1, 2, 3, 4, 5, 678901)
values = (
    *(1, 2, 9223372036854775807, decimal.Decimal("1234567890123456789.0123456789"), 1.5, 2.5, True, "abc", "it's \\ ü"),
    *(at.date(), at, at.replace(tzinfo=datetime.timezone.utc), at.time()),
)
cursor.execute(
    "INSERT INTO every_type (a,b,c,d,e,f,g,h,i,j,k,l,m,o,p) SELECT %s::smallint,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,"
    " JSON_PARSE('{\"a\": [1, \"x\"]}'), TO_VARBYTE('616263', 'hex')",
    values,
)
connection.commit()

seen = {}
cursor.execute("SELECT * FROM every_type")
seen["types"] = [column[1] for column in cursor.description]
seen["row"] = [str(value) for value in cursor.fetchone()]

seen["styles"] = []
for style, sql, parameters in (
    ("qmark", "SELECT b FROM every_type WHERE b = ?", (2,)),
    ("numeric", "SELECT b FROM every_type WHERE b = :1", (2,)),
    ("named", "SELECT b FROM every_type WHERE b = :x", {"x": 2}),
    ("pyformat", "SELECT b FROM every_type WHERE b = %(x)s", {"x": 2}),
):
    cursor.paramstyle = style
    cursor.execute(sql, parameters)
    seen["styles"].append(cursor.fetchone()[0])
cursor.paramstyle = "format"

cursor.execute("CREATE TABLE copied (id INTEGER, note VARCHAR(20))")
cursor.execute(sys.argv[2])
cursor.execute("SELECT pg_last_copy_count()")
seen["copied"] = cursor.fetchone()[0]
cursor.execute("SELECT * FROM copied ORDER BY id")
seen["copied_rows"] = [list(row) for row in cursor.fetchall()]
cursor.execute("DROP TABLE copied")

seen["schemas"] = "public" in [row[0] for row in cursor.get_schemas()]
seen["tables"] = [row[2] for row in cursor.get_tables(None, "public", "every_type")]
seen["columns"] = [row[3] for row in cursor.get_columns(None, "public", "every_type")]
seen["keys"] = [row[3] for row in cursor.get_primary_keys(None, "public", "every_type")]

try:
    cursor.execute("SELECT * FROM no_such_table")
except redshift_connector.ProgrammingError as error:
    seen["sqlstate"] = error.args[0]["C"]
connection.rollback()
cursor.execute("DROP TABLE every_type")
connection.commit()
connection.close()
print(json.dumps(seen))
