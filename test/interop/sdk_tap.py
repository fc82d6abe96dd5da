"""A tap written with the Meltano SDK: whole tables without a replication key, as a tap of a database has them.

Configuration: `tables`, the number of rows by the table's name; `first`, the id of the first row; `note`, a value in all rows.
"""

from singer_sdk import Stream, Tap
from singer_sdk import typing as th


class Table(Stream):
    schema = th.PropertiesList(
        th.Property("id", th.IntegerType, required=True),
        th.Property("note", th.StringType),
    ).to_dict()
    primary_keys = ("id",)

    def get_records(self, context):
        first = self.config["first"]
        for number in range(first, first + self.config["tables"][self.name]):
            yield {"id": number, "note": self.config["note"]}


class Tables(Tap):
    name = "tap-tables"
    config_jsonschema = th.PropertiesList(
        th.Property("tables", th.ObjectType(additional_properties=th.IntegerType), required=True),
        th.Property("first", th.IntegerType, required=True),
        th.Property("note", th.StringType, required=True),
    ).to_dict()

    def discover_streams(self):
        return [Table(self, name=name) for name in self.config["tables"]]


if __name__ == "__main__":
    Tables.cli()
