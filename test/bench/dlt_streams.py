"""Merges the records of a Singer file with dlt, staged in S3 as JSON. Arguments: settings file, folder for dlt. Records on stdin."""

import json
import sys

import dlt

settings_path, folder = sys.argv[1:]
with open(settings_path, encoding="utf-8") as file:
    settings = json.load(file)

keys, records = {}, {}
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "SCHEMA":
        keys[message["stream"]] = message["key_properties"]
        records.setdefault(message["stream"], [])
    elif message["type"] == "RECORD":
        records[message["stream"]].append(message["record"])

pipeline = dlt.pipeline(
    "streams",
    destination=dlt.destinations.redshift(credentials=settings["credentials"]),
    staging=dlt.destinations.filesystem(bucket_url=settings["bucket_url"], credentials=settings["s3"]),
    dataset_name=settings["schema"],
    pipelines_dir=folder,
)
pipeline.run(
    [
        dlt.resource(rows, name=name, primary_key=keys[name], write_disposition="merge")
        for name, rows in records.items()
    ],
    loader_file_format="jsonl",
)
