/*---
description: |
  One row per true hour. The file gives 24 prices a day by the clock in Oslo: the one for the hour that never was is left
  out, the one for the doubled hour stands for both hours.
materialized: table
columns:
  start_time:  {type: timestamptz, description: instant at which the hour begins, checks: [not_null, unique]}
  local_start: {type: timestamp, description: what the clock in Vilnius shows at start_time}
  eur_per_mwh: {type: "decimal(9,3)", unit: EUR/MWh, description: day-ahead price, checks: [not_null]}
  quality:     {type: varchar, description: "given, or shared by the two hours of a doubled one", checks: [accepted_values: [given, shared]]}
checks:
  - name: every_price_of_a_true_hour_is_there
    sql: |
      SELECT time FROM raw.spot_prices
      WHERE timezone('Europe/Oslo', timezone('Europe/Oslo', time)) = time
        AND time NOT IN (SELECT timezone('Europe/Oslo', start_time) FROM this)
---*/
WITH instants AS (
    SELECT timezone('UTC', p.time - to_hours(o.utc_offset)) AS start_time, p.time, p.eur_per_mwh
    FROM raw.spot_prices AS p
    CROSS JOIN (VALUES (1), (2)) AS o (utc_offset)
)
SELECT
    start_time,
    timezone('Europe/Vilnius', start_time) AS local_start,
    eur_per_mwh,
    CASE count(*) OVER (PARTITION BY time) WHEN 1 THEN 'given' ELSE 'shared' END AS quality
FROM instants
WHERE timezone('Europe/Oslo', start_time) = time
ORDER BY start_time
