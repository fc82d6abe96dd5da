"""Writes Parquet files of every codec and type with pyarrow and DuckDB into a folder, and what they hold as JSON.

Arguments: folder.
"""

import datetime as dt
import decimal
import json
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
D = decimal.Decimal
ROWS = 2000

TYPES = {
    "a": pa.int16(),
    "b": pa.int32(),
    "c": pa.int64(),
    "d": pa.decimal128(9, 2),
    "e": pa.decimal128(38, 10),
    "f": pa.float32(),
    "g": pa.float64(),
    "h": pa.bool_(),
    "i": pa.string(),
    "j": pa.date32(),
    "k": pa.timestamp("us"),
    "l": pa.timestamp("us", tz="UTC"),
    "m": pa.binary(),
    "n": pa.list_(pa.int64()),
    "o": pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))]),
    "p": pa.map_(pa.string(), pa.decimal128(10, 1)),
}


def row(n):
    if n % 7 == 3:
        return {name: None for name in TYPES}
    sign = -1 if n % 2 else 1
    moment = dt.datetime(1969, 12, 31, 23, 59, 59, 999000) + dt.timedelta(days=n * 13, microseconds=n)
    return {
        "a": sign * n,
        "b": sign * (2**31 - 1 - n),
        "c": sign * (2**63 - 1 - n),
        "d": D(sign * (999999999 - n)).scaleb(-2),
        "e": D(f"{sign * (10**27 + n)}.{n:010d}"),
        "f": sign * n / 8,
        "g": sign * n / 10,
        "h": n % 3 == 0,
        "i": ["", "\\N", 'a "b", c\n', f"é€😀 {n}", "x" * (n % 200)][n % 5],
        "j": (moment + dt.timedelta(days=n)).date(),
        "k": moment,
        "l": moment.replace(tzinfo=dt.timezone.utc),
        "m": bytes([n % 256, 0, 255]),
        "n": [None, [], [n, None, -n]][n % 3],
        "o": {"x": n if n % 2 else None, "y": [f"s{n}", 'q"']},
        "p": [("k", D(n).scaleb(-1)), ("é", None)],
    }


def shown(value):
    if isinstance(value, dt.datetime):
        text = value.replace(tzinfo=None).isoformat(" ")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text + ("+00" if value.tzinfo else "")
    if isinstance(value, (D, dt.date)):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def nested(value):
    """As the JSON of a SUPER value."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {name: nested(each) for name, each in value}
    if isinstance(value, list):
        return [nested(each) for each in value]
    if isinstance(value, dict):
        return {name: nested(each) for name, each in value.items()}
    return float(value) if isinstance(value, D) else value


rows = [row(n) for n in range(ROWS)]
table = pa.table({name: pa.array([each[name] for each in rows], type) for name, type in TYPES.items()})
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(table, f"{folder}/{codec}.parquet", compression=codec, row_group_size=700, data_page_size=4096)
pq.write_table(table, f"{folder}/v2.parquet", data_page_version="2.0", use_dictionary=False)
pq.write_table(
    table.select(["k"]).rename_columns(["k"]), f"{folder}/int96.parquet", use_deprecated_int96_timestamps=True
)
frame = table
delta = {"b": "DELTA_BINARY_PACKED", "c": "DELTA_BINARY_PACKED", "i": "DELTA_BYTE_ARRAY", "g": "BYTE_STREAM_SPLIT"}
pq.write_table(table.select(list(delta)), f"{folder}/delta.parquet", use_dictionary=False, column_encoding=delta)
duckdb.sql("SELECT * FROM frame").write_parquet(f"{folder}/duckdb.parquet", compression="zstd", row_group_size=2048)

expected = [
    [nested(each[name]) if name in "nop" else shown(each[name]) for name in TYPES] for each in rows
]
with open(f"{folder}/expected.json", "w", encoding="utf-8") as file:
    json.dump(expected, file)
