/*---
description: One row per meter and local day that was delivered.
materialized: table
columns:
  client_id:      {type: varchar, description: customer who has the meter}
  ext_dev_ref:    {type: varchar, description: the meter, checks: [not_null]}
  day:            {type: date, description: date in Vilnius, checks: [not_null]}
  hours:          {type: bigint, unit: h, description: hours delivered}
  hours_expected: {type: bigint, unit: h, description: "true hours of the day: 23, 24 or 25", checks: [not_null]}
  hours_missing:  {type: bigint, unit: h, description: hours delivered without a value}
  value:          {type: bigint, description: "energy used, in `unit`; hours without a value count as nothing"}
  peak_value:     {type: bigint, description: energy of the hour with the most}
  peak_hour:      {type: timestamp, description: the first such hour by the clock}
  lowest_value:   {type: bigint, description: energy of the hour with the least}
  unit:           {type: varchar, description: unit of the values}
checks:
  - unique: [ext_dev_ref, day]
  - name: all_hours_of_the_calendar
    sql: SELECT * FROM this WHERE hours IS DISTINCT FROM hours_expected
  - name: value_where_measured
    sql: SELECT * FROM this WHERE (value IS NULL) <> (hours_missing = hours)
outputs:
  - csv: "${output}/daily.csv"
---*/
SELECT
    r.client_id,
    r.ext_dev_ref,
    c.day,
    count(*) AS hours,
    c.hours AS hours_expected,
    count(*) - count(r.value) AS hours_missing,
    CAST(sum(r.value) AS BIGINT) AS value,
    max(r.value) AS peak_value,
    arg_max(r.local_start, (r.value, -epoch_us(r.start_time))) FILTER (r.value IS NOT NULL) AS peak_hour,
    min(r.value) AS lowest_value,
    r.unit
FROM energy.readings_hourly AS r
LEFT JOIN energy.calendar AS c ON c.day = CAST(r.local_start AS DATE)
GROUP BY r.client_id, r.ext_dev_ref, c.day, c.hours, r.unit
ORDER BY r.ext_dev_ref, c.day
