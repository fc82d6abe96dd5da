"""Reflects everything that a table has, and writes and reads data frames. Argument: settings file, with the SQLAlchemy driver's arguments."""

import json
import sys

import pandas as pd
import sqlalchemy as sa

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
engine = sa.create_engine(f"redshift+{settings['driver']}://", connect_args=settings["connect"])
schema = settings["schema"]
seen = {}

metadata = sa.MetaData(schema=schema)
parents = sa.Table(
    "parents",
    metadata,
    sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("b", sa.String(20), primary_key=True, nullable=False),
    redshift_diststyle="ALL",
    redshift_interleaved_sortkey=["a", "b"],
)
children = sa.Table(
    "children",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, redshift_identity=(7, 2), comment="counts by two"),
    sa.Column("pa", sa.Integer, redshift_encode="zstd"),
    sa.Column("pb", sa.String(20), server_default=sa.text("'x'")),
    sa.Column("code", sa.CHAR(3), nullable=False, redshift_distkey=True),
    sa.Column("price", sa.Numeric(12, 3), info={}),
    sa.Column("seen", sa.DateTime, redshift_sortkey=True),
    sa.Column("day", sa.Date),
    sa.Column("share", sa.Float),
    sa.Column("flag", sa.Boolean, server_default=sa.text("true")),
    sa.UniqueConstraint("code", "pa", name="one_code"),
    sa.ForeignKeyConstraint(["pa", "pb"], [f"{schema}.parents.a", f"{schema}.parents.b"], name="to_parents"),
    comment="it's \"commented\"",
)
with engine.begin() as connection:
    connection.execute(sa.schema.CreateSchema(schema))
metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(sa.text(f"CREATE VIEW {schema}.seen_children AS SELECT id, code FROM {schema}.children"))
    connection.execute(sa.text(f"CREATE VIEW {schema}.late AS SELECT id FROM {schema}.children WITH NO SCHEMA BINDING"))

inspector = sa.inspect(engine)
seen["default"] = inspector.default_schema_name
seen["schemas"] = [name for name in inspector.get_schema_names() if name in ("public", schema, "pg_catalog")]
seen["tables"] = sorted(inspector.get_table_names(schema))
seen["views"] = sorted(inspector.get_view_names(schema))
seen["definition"] = " ".join(inspector.get_view_definition("seen_children", schema).split())
seen["columns"] = [
    [c["name"], str(c["type"]), c["nullable"], c["default"], c.get("comment")] for c in inspector.get_columns("children", schema)
]
seen["view_columns"] = [[c["name"], str(c["type"])] for c in inspector.get_columns("seen_children", schema)]
seen["late_columns"] = [[c["name"], str(c["type"])] for c in inspector.get_columns("late", schema)]
seen["keys"] = [inspector.get_pk_constraint(name, schema)["constrained_columns"] for name in ("parents", "children")]
seen["foreign"] = [
    [k["name"], k["constrained_columns"], k["referred_schema"], k["referred_table"], k["referred_columns"]]
    for k in inspector.get_foreign_keys("children", schema)
]
seen["unique"] = [[k["name"], k["column_names"]] for k in inspector.get_unique_constraints("children", schema)]
seen["indexes"] = inspector.get_indexes("children", schema)
seen["checks"] = inspector.get_check_constraints("children", schema)
seen["comment"] = inspector.get_table_comment("children", schema)["text"]
seen["options"] = [
    {k: str(v) for k, v in sorted(inspector.get_table_options(name, schema).items())} for name in ("parents", "children")
]
reflected = sa.Table("children", sa.MetaData(schema=schema), autoload_with=engine)
seen["reflected"] = [sorted(reflected.metadata.tables), sorted(fk.target_fullname for fk in reflected.foreign_keys)]

frame = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "name": ["a", None, "c,\"d\"\\\n"],
        "price": [1.5, None, -0.25],
        "at": pd.to_datetime(["2026-01-02 03:04:05.678901", None, "1969-12-31 23:59:59"], format="ISO8601"),
        "paid": [True, False, None],
    }
)
types = {"name": sa.String(50), "paid": sa.Boolean}
frame.to_sql("frame", engine, schema=schema, index=False, if_exists="replace", dtype=types, method="multi")
frame.to_sql("frame", engine, schema=schema, index=False, if_exists="append", dtype=types, chunksize=2)
back = pd.read_sql(f"SELECT * FROM {schema}.frame ORDER BY id", engine, parse_dates=["at"])
seen["frame"] = json.loads(back.to_json(orient="values", date_format="iso", date_unit="us"))
chunks = pd.read_sql_query(f"SELECT id FROM {schema}.frame", engine, chunksize=4)
seen["chunks"] = [len(chunk) for chunk in chunks]
seen["bound"] = pd.read_sql(
    sa.text(f"SELECT COUNT(*) AS n FROM {schema}.frame WHERE name = :name AND id >= :id"), engine, params={"name": "a", "id": 1}
)["n"].tolist()
with engine.begin() as connection:
    connection.execute(sa.insert(children), [{"code": "abc", "price": n, "pa": n} for n in (1, 2)])
    seen["identities"] = [
        list(row) for row in connection.execute(sa.select(children.c.code, children.c.flag, children.c.pb).order_by(children.c.pa))
    ]
    seen["count"] = connection.execute(sa.select(sa.func.count()).select_from(children)).scalar()
print(json.dumps(seen))
