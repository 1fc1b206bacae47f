/*---
description: The mean week of each meter, one row per hour of the clock and weekday.
materialized: table
columns:
  ext_dev_ref:  {type: varchar, description: the meter, checks: [not_null]}
  weekday:      {type: bigint, description: 1 is Monday and 7 is Sunday, checks: [{min: 1}, {max: 7}]}
  hour:         {type: bigint, description: hour of the clock in Vilnius, checks: [{min: 0}, {max: 23}]}
  hours:        {type: bigint, unit: h, description: measured hours behind the figures}
  mean_value:   {type: double, description: "mean energy of the hour, in `unit`"}
  median_value: {type: double, description: half of the hours are below}
  p95_value:    {type: double, description: one hour in twenty is above}
  share:        {type: double, description: part of the meter's energy that falls into this hour of the week}
  unit:         {type: varchar, description: unit of the values}
checks:
  - unique: [ext_dev_ref, weekday, hour]
  - name: shares_make_one
    sql: SELECT ext_dev_ref, sum(share) AS total FROM this GROUP BY ext_dev_ref HAVING abs(total - 1) > 1e-9
---*/
SELECT
    ext_dev_ref,
    isodow(local_start) AS weekday,
    hour(local_start) AS hour,
    count(*) AS hours,
    avg(value) AS mean_value,
    median(value) AS median_value,
    quantile_cont(value, 0.95) AS p95_value,
    sum(value) / nullif(sum(sum(value)) OVER (PARTITION BY ext_dev_ref), 0) AS share,
    unit
FROM energy.readings_hourly
WHERE value IS NOT NULL
GROUP BY ext_dev_ref, isodow(local_start), hour(local_start), unit
ORDER BY ext_dev_ref, weekday, hour
