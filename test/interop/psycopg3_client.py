"""Uses the warehouse by psycopg 3: parameters and results in binary form, pipelines, server-side cursors, COPY. Argument: settings file."""

import datetime as dt
import decimal
import json
import sys

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
seen = {}


def error_of(work):
    try:
        work()
    except psycopg.Error as error:
        return [type(error).__name__, error.sqlstate]
    return None


try:
    with psycopg.connect(**settings) as connection:
        connection.execute("SELECT 1")
    seen["without_encoding"] = None
except Exception as error:
    seen["without_encoding"] = type(error).__name__

connection = psycopg.connect(**settings, client_encoding="utf8", prepare_threshold=None)
D = decimal.Decimal
connection.execute(
    "CREATE TABLE three (a SMALLINT, b INT, c BIGINT, d DECIMAL(38,10), e REAL, f FLOAT8, g BOOLEAN, h CHAR(5), i VARCHAR(50),"
    " j DATE, k TIMESTAMP, l TIMESTAMPTZ, m TIME)"
)
at = dt.datetime(2026, 1, 2, 3, 4, 5, 678901)
row = [1, -2, 2**63 - 1, D("-1234567890123456789.0123456789"), 1.5, 0.1, True, "abc", "it's \\ ż", at.date(), at]
row += [at.replace(tzinfo=dt.timezone.utc), at.time()]
places = sql.SQL(", ").join(sql.Placeholder() * len(row))
with connection.cursor(binary=True) as cursor:
    insert = sql.SQL("INSERT INTO three VALUES ({})").format(places)
    cursor.execute(insert, row)
    cursor.executemany(insert, [[None] * len(row), row])
    cursor.execute("SELECT * FROM three WHERE b = %b", [-2], binary=True)
    seen["oids"] = [column.type_code for column in cursor.description]
    back = cursor.fetchall()
seen["same"] = [[one == other for one, other in zip(row, each)] for each in back]
seen["padded"] = back[0][7]
connection.commit()

# A rollback would send DEALLOCATE ALL, which Redshift does not have, so prepared statements have a connection of their own.
preparing = psycopg.connect(**settings, client_encoding="utf8", autocommit=True)
with preparing.cursor(row_factory=dict_row) as cursor:
    answers = [
        cursor.execute("SELECT c, i FROM three WHERE b = %(b)s AND i LIKE %(like)s", {"b": -2, "like": "it%"}, prepare=n > 2).fetchone()
        for n in range(6)
    ]
preparing.close()
seen["prepared"] = len({json.dumps(answer) for answer in answers}) == 1 and answers[0]["c"] == 2**63 - 1

with connection.pipeline():
    cursors = [connection.execute("SELECT %s::int + 1", [n]) for n in range(5)]
    seen["pipeline"] = [cursor.fetchone()[0] for cursor in cursors]


def failing_pipeline():
    with connection.pipeline() as pipeline:
        connection.execute("INSERT INTO three (a) VALUES (5)")
        connection.execute("SELECT * FROM no_such_table")
        pipeline.sync()


seen["failed_pipeline"] = error_of(failing_pipeline)
connection.rollback()
seen["count"] = connection.execute("SELECT COUNT(*) FROM three").fetchone()[0]

with connection.cursor(name="server_side") as cursor:
    cursor.execute("SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) ORDER BY n")
    seen["server_side"] = [cursor.fetchone()[0], [each[0] for each in cursor.fetchmany(5)]]
connection.commit()


def copied(statement):
    def work():
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            list(copy)

    return work


seen["copy_to"] = error_of(copied("COPY three TO STDOUT"))
connection.rollback()
seen["copy_query"] = error_of(copied("COPY (SELECT 1) TO STDOUT (FORMAT BINARY)"))
connection.rollback()
seen["copy_from"] = error_of(copied("COPY three FROM STDIN"))
connection.rollback()
seen["savepoint"] = error_of(lambda: connection.execute("SAVEPOINT s"))
connection.rollback()
seen["notifies"] = error_of(lambda: connection.execute("LISTEN something"))
connection.rollback()
connection.execute("DROP TABLE three")
connection.commit()
seen["status"] = connection.info.transaction_status.name
seen["version"] = connection.info.server_version
connection.close()
print(json.dumps(seen))
