/*---
description: One row per local day of the solar home.
materialized: table
columns:
  day:                 {type: date, description: date in Sydney, checks: [not_null, unique]}
  half_hours:          {type: bigint, description: true half-hours delivered}
  half_hours_expected: {type: bigint, description: "true half-hours of the day: 46, 48 or 50", checks: [accepted_values: [46, 48, 50]]}
  is_change_day:       {type: boolean, description: whether the clocks change on it}
  consumption_kwh:     {type: double, unit: kWh, description: used in the home}
  generation_kwh:      {type: double, unit: kWh, description: made by the solar cells}
  import_kwh:          {type: double, unit: kWh, description: taken from the grid}
  export_kwh:          {type: double, unit: kWh, description: given to the grid}
  self_used_kwh:       {type: double, unit: kWh, description: made and used in the home}
  self_used_share:     {type: double, description: part of the generation that was used in the home; null on a day without sun, checks: [{min: 0}, {max: 1}]}
checks:
  - name: every_day_is_whole
    severity: warn
    sql: SELECT * FROM this WHERE half_hours <> half_hours_expected
  - name: nothing_more_than_the_day_has
    sql: SELECT * FROM this WHERE half_hours > half_hours_expected
---*/
SELECT
    CAST(local_start AS DATE) AS day,
    count(*) AS half_hours,
    date_sub('minute', timezone('Australia/Sydney', CAST(day AS TIMESTAMP)),
                       timezone('Australia/Sydney', CAST(day + 1 AS TIMESTAMP))) // 30 AS half_hours_expected,
    half_hours_expected <> 48 AS is_change_day,
    sum(consumption_kwh) AS consumption_kwh,
    sum(generation_kwh) AS generation_kwh,
    sum(import_kwh) AS import_kwh,
    sum(export_kwh) AS export_kwh,
    sum(self_used_kwh) AS self_used_kwh,
    sum(self_used_kwh) / nullif(sum(generation_kwh), 0) AS self_used_share
FROM solar.half_hours
GROUP BY day
ORDER BY day
