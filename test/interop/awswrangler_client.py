"""Copies a data frame into Redshift and out again with awswrangler, by its own statements.

Arguments: settings file. Prints what came back as JSON.
"""

import json
import sys

import awswrangler as wr
import boto3
import pandas as pd
import redshift_connector

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
wr.config.s3_endpoint_url = settings["s3_endpoint"]
session = boto3.Session(
    aws_access_key_id=settings["key"], aws_secret_access_key=settings["secret"], region_name=settings["region"]
)
connection = redshift_connector.connect(**settings["login"])
role = {"iam_role": settings["role"]}
s3 = {"boto3_session": session}
path = f"s3://{settings['bucket']}/wrangler"

frame = pd.DataFrame(
    {
        "id": pd.Series([1, 2, 3], dtype="Int64"),
        "name": pd.Series(["a", None, "c,\"d\"\n"], dtype="string"),
        "price": [1.5, None, -0.25],
        "at": pd.to_datetime(["2026-01-02 03:04:05.678901", None, "1969-12-31 23:59:59"], format="ISO8601"),
        "paid": pd.Series([True, False, None], dtype="boolean"),
    }
)


def shown(frame):
    return json.loads(frame.sort_values("id").to_json(orient="values", date_format="iso", date_unit="us"))


answers = {}
wr.redshift.copy(
    df=frame, path=f"{path}/in/", con=connection, table="frame", schema="public", mode="overwrite", **role, **s3
)
answers["select"] = shown(wr.redshift.read_sql_query("SELECT * FROM public.frame", con=connection))
wr.redshift.copy(
    df=frame,
    path=f"{path}/in/",
    con=connection,
    table="frame",
    schema="public",
    mode="upsert",
    primary_keys=["id"],
    **role,
    **s3,
)
answers["upsert"] = shown(wr.redshift.read_sql_query("SELECT * FROM public.frame", con=connection))
answers["unload"] = shown(
    wr.redshift.unload("SELECT * FROM public.frame", path=f"{path}/out/", con=connection, **role, **s3)
)
wr.redshift.unload_to_files(
    "SELECT * FROM public.frame",
    path=f"{path}/files/",
    con=connection,
    unload_format="PARQUET",
    partition_cols=["paid"],
    manifest=True,
    **role,
    **s3,
)
answers["files"] = sorted(key.split("/files/")[1] for key in wr.s3.list_objects(f"{path}/files/", **s3))
wr.redshift.unload_to_files(
    "SELECT * FROM public.frame", path=f"{path}/again/", con=connection, unload_format="PARQUET", **role, **s3
)
wr.redshift.copy_from_files(
    path=f"{path}/again/", con=connection, table="again", schema="public", mode="overwrite", **role, **s3
)
answers["again"] = shown(wr.redshift.read_sql_query("SELECT * FROM public.again", con=connection))
connection.close()
print(json.dumps(answers))
