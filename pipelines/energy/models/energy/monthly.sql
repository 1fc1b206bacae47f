/*---
description: One row per meter and local month.
materialized: table
columns:
  client_id:      {type: varchar, description: customer who has the meter}
  ext_dev_ref:    {type: varchar, description: the meter, checks: [not_null]}
  month:          {type: date, description: first day of the month in Vilnius, checks: [not_null]}
  days:           {type: bigint, unit: d, description: days delivered, checks: [{max: 31}]}
  hours:          {type: bigint, unit: h, description: hours delivered}
  hours_missing:  {type: bigint, unit: h, description: hours delivered without a value}
  value:          {type: bigint, description: "energy used, in `unit`"}
  value_per_day:  {type: double, description: mean energy of a delivered day}
  weekday_per_day: {type: double, description: the same for Monday to Friday}
  weekend_per_day: {type: double, description: the same for Saturday and Sunday}
  peak_value:     {type: bigint, description: energy of the hour with the most}
  unit:           {type: varchar, description: unit of the values}
checks:
  - unique: [ext_dev_ref, month]
---*/
SELECT
    d.client_id,
    d.ext_dev_ref,
    c.month,
    count(*) AS days,
    CAST(sum(d.hours) AS BIGINT) AS hours,
    CAST(sum(d.hours_missing) AS BIGINT) AS hours_missing,
    CAST(sum(d.value) AS BIGINT) AS value,
    avg(d.value) AS value_per_day,
    avg(d.value) FILTER (NOT c.is_weekend) AS weekday_per_day,
    avg(d.value) FILTER (c.is_weekend) AS weekend_per_day,
    max(d.peak_value) AS peak_value,
    d.unit
FROM energy.daily AS d
JOIN energy.calendar AS c USING (day)
GROUP BY d.client_id, d.ext_dev_ref, c.month, d.unit
ORDER BY d.ext_dev_ref, c.month
