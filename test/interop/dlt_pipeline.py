"""Loads the records of a Singer file with dlt, staged in S3 as JSON. Arguments: settings file, records file, folder for dlt."""

import json
import sys

import dlt

settings_path, records_path, folder = sys.argv[1:]
with open(settings_path, encoding="utf-8") as file:
    settings = json.load(file)

records = {"orders": [], "items": []}
with open(records_path, encoding="utf-8") as file:
    for line in file:
        message = json.loads(line)
        if message["type"] == "RECORD":
            records[message["stream"]].append(message["record"])

pipeline = dlt.pipeline(
    "shop",
    destination=dlt.destinations.redshift(credentials=settings["credentials"]),
    staging=dlt.destinations.filesystem(bucket_url=settings["bucket_url"], credentials=settings["s3"]),
    dataset_name=settings["dataset"],
    pipelines_dir=folder,
)
pipeline.run(
    [
        dlt.resource(records["orders"], name="orders", primary_key="id", write_disposition="merge"),
        dlt.resource(records["items"], name="items", primary_key=("region", "number"), write_disposition="merge"),
    ],
    loader_file_format="jsonl",
)
