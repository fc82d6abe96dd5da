"""Loads three days of small tables with dlt, staged in S3 as Parquet. Arguments: settings file, folder for dlt, day (0, 1 or 2)."""

import datetime as dt
import decimal
import json
import sys

import dlt

settings_path, folder, day = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(settings_path, encoding="utf-8") as file:
    settings = json.load(file)

D = decimal.Decimal
UTC = dt.timezone.utc

EVENTS = [
    [
        {
            "id": 9007199254740993,
            "amount": D("12345678901234567890.123456789"),
            "ratio": 0.1,
            "seen": True,
            "at": dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
            "day": dt.date(1969, 12, 31),
            "note": 'a "b", \\N\nżółw 😀',
            "place": {"city": "Łódź", "point": {"x": 1, "y": -2}},
            "doc": {"k": [1, None, "two"], "Q": {"n": 1.5}},
            "lines": [{"sku": "a", "count": 1, "tags": ["x", "y"]}, {"sku": "b", "count": 2}],
        },
        {"id": 2, "note": None, "lines": []},
    ],
    [{"id": 3, "note": "", "seen": False, "lines": [{"sku": "c", "count": 3, "tags": ["z"]}]}],
    # A column and a child table that the days before do not have.
    [{"id": 4, "channel": "web", "refunds": [{"cents": 5}]}],
]
CUSTOMERS = [
    [{"id": 1, "name": "ada", "phones": ["1", "11"]}, {"id": 2, "name": "bob", "phones": ["2"]}],
    [{"id": 2, "name": "bob again", "phones": ["22", "222"]}, {"id": 3, "name": "eve"}],
    [{"id": 1, "gone": True}],
]
STOCK = [
    [{"sku": "a", "left": 1, "bins": [{"row": 1}, {"row": 2}]}, {"sku": "b", "left": 2}],
    [{"sku": "c", "left": 3, "bins": [{"row": 3}]}],
    [{"sku": "d", "left": 4}],
]
# A price list keeps its history (slowly changing dimension of type 2).
PRICES = [[{"sku": "a", "price": 1}, {"sku": "b", "price": 2}], [{"sku": "a", "price": 9}, {"sku": "b", "price": 2}]]
PRICES.append(PRICES[1])

pipeline = dlt.pipeline(
    "parquet",
    destination=dlt.destinations.redshift(
        credentials=settings["credentials"], staging_iam_role=settings.get("role"), **settings.get("options", {})
    ),
    staging=dlt.destinations.filesystem(bucket_url=settings["bucket_url"], credentials=settings["s3"]),
    dataset_name=settings["dataset"],
    pipelines_dir=folder,
)
info = pipeline.run(
    [
        dlt.resource(EVENTS[day], name="events", write_disposition="append", columns={"doc": {"data_type": "json"}}),
        dlt.resource(
            CUSTOMERS[day],
            name="customers",
            primary_key="id",
            write_disposition="merge",
            columns={"gone": {"data_type": "bool", "hard_delete": True}},
        ),
        dlt.resource(STOCK[day], name="stock", write_disposition="replace"),
        dlt.resource(PRICES[day], name="prices", write_disposition={"disposition": "merge", "strategy": "scd2"}),
    ],
    loader_file_format="parquet",
)
info.raise_on_failed_jobs()
with pipeline.sql_client() as client:
    rows = client.execute_sql("SELECT COUNT(*) FROM _dlt_loads WHERE status = 0")
print(json.dumps({"loads": rows[0][0], "schema": sorted(pipeline.default_schema.data_table_names())}))
