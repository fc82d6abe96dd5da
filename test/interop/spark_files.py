"""Writes a table with Spark as Parquet into a folder, and prints what is in it as JSON.

Arguments: folder, rows.
"""

import json
import sys

from pyspark.sql import SparkSession, functions as f

folder, rows = sys.argv[1], int(sys.argv[2])
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.driver.memory", "1g")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

table = spark.range(0, rows, 1, 8).select(
    f.col("id"),
    (f.col("id") % 100).cast("int").alias("bucket"),
    f.concat(f.lit("customer "), f.col("id") % 1000).alias("customer"),
    (f.col("id") / 100).cast("decimal(12,2)").alias("amount"),
    (f.lit("2026-01-01 00:00:00").cast("timestamp") + f.expr("make_interval(0, 0, 0, 0, 0, 0, id)")).alias("at"),
    f.when(f.col("id") % 3 == 0, None).otherwise(f.array(f.lit("a"), f.lit("b"))).alias("tags"),
    f.struct((f.col("id") * 2).alias("x")).alias("more"),
)
table.write.mode("overwrite").parquet(folder)

facts = table.agg(
    f.count("*"), f.sum("id"), f.sum("bucket"), f.sum("amount"), f.count("tags"), f.max("at").cast("string")
).first()
print(json.dumps([str(value) for value in facts]))
spark.stop()
