# SPDX-License-Identifier: Apache-2.0
"""unpack_polars.py IN OUT: daily arrays to true hours in Polars, lazily, with its streaming engine.

(No faster, and with a third more memory, when tried: exploding the days of 24 hours in place.)
"""

import sys
from datetime import timedelta

import polars as pl

ZONE, HOUR = "Europe/Vilnius", timedelta(hours=1)
source = pl.scan_parquet(sys.argv[1])
first, last = source.select(pl.min("date"), pl.max("date").alias("last")).collect().row(0)

hours = pl.select(local=pl.datetime_range(first, last + timedelta(days=1), "1h", closed="left", time_unit="us",
                                          time_zone=ZONE))
hours = hours.select(date=pl.col("local").dt.date(), start_time=pl.col("local").dt.convert_time_zone("UTC"),
                     local_start=pl.col("local").dt.replace_time_zone(None))
hours = hours.with_columns(end_time=pl.col("start_time") + HOUR, slot=pl.col("local_start").dt.hour(),
                           parts=pl.len().over("local_start"), part=pl.int_range(pl.len()).over("local_start"))
hours = hours.with_columns(quality=pl.when(pl.col("parts") > 1).then(pl.lit("split")).otherwise(pl.lit("measured")))

given, parts = pl.col("given"), pl.col("parts")
split = given // parts + (pl.col("part") < given % parts).cast(pl.Int64)
unpacked = (source.join(hours.lazy(), on="date")
            .with_columns(given=pl.col("energy_consumption").list.get(pl.col("slot")))
            .select("client_id", "ext_dev_ref", "start_time", "end_time", "local_start",
                    value=pl.when(parts == 1).then(given).otherwise(split),
                    quality=pl.when(given.is_null()).then(pl.lit("missing")).otherwise(pl.col("quality"))))
unpacked.sink_parquet(sys.argv[2], compression="zstd")
