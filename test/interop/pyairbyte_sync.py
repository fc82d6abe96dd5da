"""One sync of PyAirbyte: from a source into destination-redshift, direct or through its cache.

Arguments: a JSON file with source_name, source (a program), source_config, keys (a primary key for each stream whose source names
none), destination (a program), destination_config, strategy and cache (true or false).
"""

import json
import sys
import tempfile

import airbyte as ab
from airbyte.caches import DuckDBCache

with open(sys.argv[1]) as file:
    wish = json.load(file)

source = ab.get_source(
    wish["source_name"], local_executable=wish["source"], config=wish["source_config"], streams="*"
)
source.set_primary_keys(**wish["keys"])
destination = ab.get_destination(
    "destination-redshift", local_executable=wish["destination"], config=wish["destination_config"]
)
destination.check()
if wish["cache"]:
    cache = DuckDBCache(db_path=f"{tempfile.mkdtemp()}/cache.duckdb")
    result = destination.write(source, write_strategy=wish["strategy"], cache=cache)
else:
    result = destination.write(source, write_strategy=wish["strategy"], cache=False, state_cache=False)
print(json.dumps({"records": result.processed_records}))
