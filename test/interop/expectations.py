"""Validates a table with Great Expectations. Argument: settings file with the URL and arguments of SQLAlchemy. Prints each result as JSON."""

import json
import sys

import great_expectations as gx
import great_expectations.expectations as gxe

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
source = context.data_sources.add_redshift("warehouse", connection_string=settings["url"], kwargs={"connect_args": settings["connect"]})
asset = source.add_table_asset("orders", table_name="orders", schema_name="public")
batch = asset.add_batch_definition_whole_table("all")
columns = ["id", "customer", "amount", "status", "at"]
expectations = [
    gxe.ExpectTableRowCountToEqual(value=4),
    gxe.ExpectTableColumnsToMatchSet(column_set=columns),
    gxe.ExpectColumnValuesToNotBeNull(column="customer", mostly=0.7),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
    gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=9),
    gxe.ExpectColumnValuesToBeInSet(column="status", value_set=["new", "paid", "lost"]),
    gxe.ExpectColumnValuesToMatchRegex(column="customer", regex="^[a-z]+$"),
    gxe.ExpectColumnMeanToBeBetween(column="amount", min_value=6, max_value=7),
    gxe.ExpectColumnSumToBeBetween(column="amount", min_value=18.75, max_value=18.75),
    gxe.ExpectColumnStdevToBeBetween(column="amount", min_value=3, max_value=4),
    gxe.ExpectColumnMedianToBeBetween(column="amount", min_value=6.25, max_value=6.25),
    gxe.ExpectColumnUniqueValueCountToBeBetween(column="customer", min_value=2, max_value=2),
    gxe.ExpectColumnValueLengthsToBeBetween(column="customer", min_value=3, max_value=5),
    gxe.ExpectColumnValuesToBeOfType(column="id", type_="BIGINT"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["id", "status"]),
    gxe.ExpectColumnDistinctValuesToContainSet(column="customer", value_set=["ada"]),
    gxe.ExpectColumnQuantileValuesToBeBetween(
        column="amount", quantile_ranges={"quantiles": [0.5], "value_ranges": [[6, 7]]}
    ),
    gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT * FROM {batch} WHERE amount > 9"),
]
suite = context.suites.add(gx.ExpectationSuite(name="suite", expectations=expectations))
result = context.data_sources.get("warehouse").get_asset("orders").get_batch_definition("all").get_batch().validate(suite)
failed = [one.exception_info for one in result.results if "True" in str(one.exception_info)]
assert not failed, failed
print(
    json.dumps(
        {
            one.expectation_config.type + " " + str(one.expectation_config.kwargs.get("column", "")): bool(one.success)
            for one in result.results
        }
    )
)
