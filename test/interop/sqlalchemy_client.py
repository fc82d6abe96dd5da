"""Reflects a table of the local warehouse by SQLAlchemy with sqlalchemy-redshift, and prints what it saw as JSON.

Arguments: the path of a JSON file with the keyword arguments of psycopg2.connect, and a COPY into the table "copied".
"""

import json
import sys

import sqlalchemy

with open(sys.argv[1], encoding="utf-8") as file:
    arguments = json.load(file)
engine = sqlalchemy.create_engine("redshift+psycopg2://", connect_args=arguments)

seen = {}
with engine.begin() as connection:
    connection.execute(
        sqlalchemy.text(
            "CREATE TABLE reflected (id BIGINT NOT NULL, name VARCHAR(20) DEFAULT 'x', amount DECIMAL(10,2), paid BOOLEAN,"
            " at TIMESTAMPTZ, doc SUPER, PRIMARY KEY (id)) DISTSTYLE KEY DISTKEY(id) SORTKEY(name)"
        )
    )
    connection.execute(
        sqlalchemy.text("INSERT INTO reflected (id, name) VALUES (:id, :name)"), [{"id": 1, "name": "a"}, {"id": 2, "name": None}]
    )
inspector = sqlalchemy.inspect(engine)
seen["has_table"] = inspector.has_table("reflected")
seen["columns"] = [[c["name"], str(c["type"]), c["nullable"]] for c in inspector.get_columns("reflected")]
seen["key"] = inspector.get_pk_constraint("reflected")["constrained_columns"]
seen["options"] = {k: str(v) for k, v in sorted(inspector.get_table_options("reflected").items())}
table = sqlalchemy.Table("reflected", sqlalchemy.MetaData(), autoload_with=engine)
with engine.begin() as connection:
    rows = connection.execute(sqlalchemy.select(table.c.id, table.c.name).order_by(table.c.id)).all()
    seen["rows"] = [list(row) for row in rows]
    connection.execute(sqlalchemy.text("DROP TABLE reflected"))
with engine.begin() as connection:
    connection.execute(sqlalchemy.text("CREATE TABLE copied (id INTEGER, note VARCHAR(20))"))
    connection.exec_driver_sql(sys.argv[2])
    seen["copied"] = connection.execute(sqlalchemy.text("SELECT pg_last_copy_count()")).scalar()
    connection.execute(sqlalchemy.text("DROP TABLE copied"))
print(json.dumps(seen))
