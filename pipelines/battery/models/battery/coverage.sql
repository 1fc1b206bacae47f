/*---
description: The 5-second grid as files, and one row per module, hour and column of what is in them.
materialized: grid
grid:
  samples: raw.telemetry
  path: "${output}/{folder}/{time:%Y/%m/%d/%H}.parquet"
  every: 5s
  timezone: UTC
  fill: {method: previous, max_gap: 10m, flag: bitmask}
columns:
  time:       {description: start of the hour}
  samples:    {description: samples that came}
  used:       {description: "samples that count: one per series and second"}
  duplicates: {description: further samples of a second}
  conflicts:  {description: seconds with different values, checks: [{max: 0, severity: warn}]}
  measured:   {description: buckets with samples}
  carried:    {description: "buckets with the value of an earlier one, at most 10 minutes old"}
  missing:    {description: buckets that are null}
checks:
  - name: samples in = samples used + duplicates
    sql: SELECT * FROM this WHERE samples <> used + duplicates
  - name: an hour has 720 buckets
    sql: SELECT * FROM this WHERE measured + carried + missing <> 720
  - unique: [folder, time, column_name]
---*/
SELECT series, folder, column_name FROM battery.channels
