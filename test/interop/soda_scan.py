"""Runs the checks of a file with Soda and profiles a table. Arguments: settings file, checks file. Prints the outcome of each check as JSON."""

import json
import sys

from soda.scan import Scan

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
scan = Scan()
scan.disable_telemetry()
scan.set_data_source_name("warehouse")
scan.add_configuration_yaml_str(json.dumps({"data_source warehouse": {"type": "redshift", **settings}}))
with open(sys.argv[2], encoding="utf-8") as file:
    scan.add_sodacl_yaml_str(file.read())
scan.add_sodacl_yaml_str("discover datasets:\n  datasets: [include orders]\nprofile columns:\n  columns: [orders.%]\n")
scan.execute()
results = scan.get_scan_results()
profile = {
    column["columnName"]: {
        name: column["profile"].get(name) for name in ("distinct", "missing_count", "mins", "maxs", "avg_length")
    }
    for table in results["profiling"]
    for column in table["columnProfiles"]
}
print(
    json.dumps(
        {
            "checks": {check["name"]: check["outcome"] for check in results["checks"]},
            "errors": scan.get_error_logs_text(),
            "columns": results["metadata"][0]["schema"] if results["metadata"] else None,
            "profile": profile,
        },
        default=str,
    )
)
