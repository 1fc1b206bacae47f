# SPDX-License-Identifier: Apache-2.0
"""unpack_pandas.py IN OUT: daily arrays to true hours with pandas for the zone, NumPy for the values and pyarrow for
the files, 16,384 days at a time.
"""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

HOUR = np.timedelta64(1, "h")
source = pq.ParquetFile(sys.argv[1], read_dictionary=["client_id", "ext_dev_ref"])
dates = pq.read_table(sys.argv[1], columns=["date"])["date"].cast(pa.int32())
first, last = (pd.Timestamp(pc.min_max(dates)[x].as_py(), unit="D") for x in ("min", "max"))
del dates

# One row per true hour of the zone, in order.
local = pd.date_range(first, last + pd.Timedelta(days=1), freq="h", tz="Europe/Vilnius", inclusive="left", unit="us")
hours = pd.DataFrame({"start": local.tz_convert("UTC").tz_localize(None), "local": local.tz_localize(None)})
hours["part"] = hours.groupby("local").cumcount()
hours["parts"] = hours.groupby("local")["part"].transform("size")
day = (hours["local"].dt.normalize() - first).dt.days
day_hours = np.bincount(day)
day_first = np.concatenate([[0], np.cumsum(day_hours)[:-1]])
start, local_start = hours["start"].to_numpy(), hours["local"].to_numpy()
slot, part, parts = (x.to_numpy(np.int64) for x in (hours["local"].dt.hour, hours["part"], hours["parts"]))
has_parts = parts > 1

utc, clock = pa.timestamp("us", tz="UTC"), pa.timestamp("us")
qualities = pa.array(["measured", "split", "missing"])
writer = None
columns = ["client_id", "date", "ext_dev_ref", "energy_consumption"]
for batch in source.iter_batches(batch_size=16384, columns=columns):
    lists = batch["energy_consumption"]
    assert pc.all(pc.equal(pc.list_value_length(lists), 24)).as_py()
    flat = lists.flatten()
    days = batch["date"].cast(pa.int32()).to_numpy() - (first - pd.Timestamp(0)).days

    count = day_hours[days]
    row = np.repeat(np.arange(len(days)), count)
    hour = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - day_first[days], count)
    where = row * 24 + slot[hour]
    value = flat.fill_null(0).to_numpy()[where]
    missing = flat.is_null().to_numpy(zero_copy_only=False)[where]
    split = has_parts[hour]
    at = np.flatnonzero(split)
    value[at] = value[at] // parts[hour[at]] + (part[hour[at]] < value[at] % parts[hour[at]])

    begins, taken = start[hour], pa.array(row)
    out = pa.table({
        "client_id": batch["client_id"].take(taken),
        "ext_dev_ref": batch["ext_dev_ref"].take(taken),
        "start_time": pa.array(begins, clock).cast(utc), "end_time": pa.array(begins + HOUR, clock).cast(utc),
        "local_start": pa.array(local_start[hour], clock), "value": pa.array(value, mask=missing),
        "quality": pa.DictionaryArray.from_arrays(np.where(missing, 2, split).astype(np.int8), qualities)})
    writer = writer or pq.ParquetWriter(sys.argv[2], out.schema, compression="zstd")
    writer.write_table(out)
writer.close()
