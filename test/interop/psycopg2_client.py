"""Uses the local warehouse as a Python program would, and prints what it saw as JSON.

Argument: the path of a JSON file with the keyword arguments of psycopg2.connect.
"""

import decimal
import json
import sys

import psycopg2

with open(sys.argv[1], encoding="utf-8") as file:
    connection = psycopg2.connect(**json.load(file))

seen = {"ssl": connection.info.ssl_in_use}

with connection, connection.cursor() as cursor:
    cursor.execute('CREATE TABLE "clients" (id BIGINT NOT NULL, note VARCHAR(256), price NUMERIC(18,4)) DISTSTYLE AUTO')
    cursor.executemany(
        "INSERT INTO clients VALUES (%s, %s, %s)",
        [
            (9223372036854775807, None, decimal.Decimal("12345678901234.5678")),
            (-9223372036854775808, "", None),
            (3, "it's 100 % \"quoted\"\nżółw 😀", decimal.Decimal("-0.0001")),
        ],
    )

with connection, connection.cursor() as cursor:
    cursor.execute("SELECT id, note, price FROM clients WHERE id <> %(not)s ORDER BY id", {"not": 4})
    seen["columns"] = [column.name for column in cursor.description]
    seen["rows"] = [[i, note, None if price is None else str(price)] for i, note, price in cursor.fetchall()]
    cursor.execute("SELECT COUNT(*) FROM clients WHERE note IS NULL")
    seen["nulls"] = cursor.fetchone()[0]

try:
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM clients")
        cursor.execute("SELECT * FROM no_such_table")
except psycopg2.Error as error:
    seen["sqlstate"] = error.pgcode

with connection, connection.cursor() as cursor:
    cursor.execute("SELECT COUNT(*) FROM clients")
    seen["rows_after_rollback"] = cursor.fetchone()[0]
    cursor.execute("DROP TABLE clients")

connection.close()
print(json.dumps(seen))
