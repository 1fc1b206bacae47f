# SPDX-License-Identifier: Apache-2.0
"""peer_polars.py IN OUT: Polars, streaming where it can; files are written by pyarrow (Polars' own writer takes as long)."""

import sys

import polars as pl
from common import BUCKETS, EVERY, GAP, TEXT, input_files, natural, place_of, write

folder, output = sys.argv[1:]
labels = ["payload_type", "tags"]
raw = pl.scan_parquet(input_files(folder)).select("timestamp", "value", *labels)
series = raw.select(labels).unique().collect(engine="streaming")
places = [place_of(kind, tags) for kind, tags in series.iter_rows()]
series = series.with_columns(pl.Series("folder", [p[0] for p in places]), pl.Series("name", [p[1] for p in places]))
series = series.with_columns(pl.struct("folder", "name").rank("dense").cast(pl.UInt16).alias("id"))

is_text = pl.col("payload_type").is_in(list(TEXT))
second = (raw.with_columns(pl.when(~is_text).then(pl.col("value")).cast(pl.Float64, strict=False).alias("number"),
                           pl.when(is_text).then(pl.col("value")).alias("word"))
          .join(series.lazy().select(*labels, "id"), on=labels, nulls_equal=True)
          .group_by("id", "timestamp").agg(pl.col("number").max(), pl.col("word").max()))
bucket = (second.sort("id", "timestamp")
          .group_by("id", (pl.col("timestamp") // EVERY).alias("t"), maintain_order=True)
          .agg(pl.col("number").mean(), pl.col("word").last()).collect(engine="streaming"))
bucket = bucket.join(series.select("id", "folder", "name").unique(), on="id")

for (name_of_folder,), rows in bucket.group_by("folder"):
    columns = sorted(series.filter(pl.col("folder") == name_of_folder)["name"].unique().to_list(), key=natural)
    hours = set(rows["t"] // BUCKETS)
    # With the hour behind each, so that what is carried never meets another day.
    around = sorted({h + d for h in hours for d in (0, 1)})
    grid = pl.DataFrame({"h": around}, schema={"h": pl.Int64}).select(
        (pl.col("h").repeat_by(BUCKETS).explode() * BUCKETS + pl.int_range(BUCKETS * len(around)) % BUCKETS).alias("t"))
    for kind, names in (("number", [c for c in columns if c not in TEXT]), ("word", [c for c in columns if c in TEXT])):
        if names:
            wide = rows.filter(pl.col("name").is_in(names)).pivot(on="name", on_columns=names, index="t", values=kind)
            grid = grid.join(wide, on="t", how="left", maintain_order="left")
    grid = grid.with_columns(pl.col(columns).forward_fill(limit=GAP)).select("t", *columns)
    table = grid.drop("t").rechunk().to_arrow()
    for i, hour in enumerate(around):
        if hour in hours:
            part = table.slice(i * BUCKETS, BUCKETS)
            write(output, name_of_folder, hour, {name: part[name] for name in columns})
