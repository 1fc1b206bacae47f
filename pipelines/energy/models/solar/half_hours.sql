/*---
description: |
  One row per true half-hour of the home, in kWh. Consumption and solar cells are metered apart; what one meter at the
  grid would see is worked out. The half-hours that the clock skipped are left out, the values of those
  that it showed twice are split over both.
materialized: table
columns:
  start_time:      {type: timestamptz, description: instant at which the half-hour begins, checks: [not_null, unique]}
  end_time:        {type: timestamptz, description: instant at which it ends, checks: [not_null]}
  local_start:     {type: timestamp, description: what the clock in Sydney shows at start_time, checks: [not_null]}
  consumption_kwh: {type: double, unit: kWh, description: used in the home, checks: [not_null, {min: 0}]}
  generation_kwh:  {type: double, unit: kWh, description: made by the solar cells, checks: [not_null, {min: 0}]}
  import_kwh:      {type: double, unit: kWh, description: taken from the grid, checks: [not_null, {min: 0}]}
  export_kwh:      {type: double, unit: kWh, description: given to the grid, checks: [not_null, {min: 0}]}
  self_used_kwh:   {type: double, unit: kWh, description: made and used in the home, checks: [not_null, {min: 0}]}
  quality:         {type: varchar, description: "measured, or split (half of a doubled half-hour)", checks: [accepted_values: [measured, split]]}
checks:
  - name: local_time_is_true
    sql: SELECT * FROM this WHERE local_start <> timezone('Australia/Sydney', start_time)
  - name: half_hours_follow_each_other
    sql: |
      SELECT * FROM (SELECT end_time, lead(start_time) OVER (ORDER BY start_time) AS next FROM this)
      WHERE end_time > next
  - name: no_energy_is_lost
    sql: |
      SELECT * FROM (SELECT sum(GC) / 2 AS used, sum(GG) / 2 AS made FROM raw.solar_home)
      JOIN (SELECT sum(consumption_kwh) AS consumption, sum(generation_kwh) AS generation FROM this)
      ON abs(used - consumption) > 1e-6 OR abs(made - generation) > 1e-6
  - name: energy_balances
    sql: |
      SELECT * FROM this WHERE abs(import_kwh + self_used_kwh - consumption_kwh) > 1e-9
                            OR abs(export_kwh + self_used_kwh - generation_kwh) > 1e-9
---*/
WITH instants AS (
    SELECT
        timezone('UTC', s.column1 - to_hours(o.utc_offset)) AS start_time,
        s.column1 AS local_start,
        s.GC / 2 AS used_kwh,
        s.GG / 2 AS made_kwh
    FROM raw.solar_home AS s
    CROSS JOIN (VALUES (10), (11)) AS o (utc_offset)
), half_hours AS (
    SELECT *, count(*) OVER (PARTITION BY local_start) AS times
    FROM instants
    WHERE timezone('Australia/Sydney', start_time) = local_start
)
SELECT
    start_time,
    start_time + INTERVAL 30 MINUTE AS end_time,
    local_start,
    used_kwh / times AS consumption_kwh,
    made_kwh / times AS generation_kwh,
    greatest(used_kwh - made_kwh, 0) / times AS import_kwh,
    greatest(made_kwh - used_kwh, 0) / times AS export_kwh,
    least(used_kwh, made_kwh) / times AS self_used_kwh,
    CASE times WHEN 1 THEN 'measured' ELSE 'split' END AS quality
FROM half_hours
ORDER BY start_time
