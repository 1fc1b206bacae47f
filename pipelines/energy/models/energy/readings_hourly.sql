/*---
description: |
  One row per meter and true hour. On the day when clocks go forward there are 23 rows and no 03:00; on the day when
  they go back there are 25, and the value that the meter gave for 03:00 is split over both hours without losing a unit.
materialized: table
columns:
  client_id:   {type: varchar, description: customer who has the meter, checks: [not_null]}
  ext_dev_ref: {type: varchar, description: the meter, checks: [not_null]}
  start_time:  {type: timestamptz, description: instant at which the hour begins, checks: [not_null]}
  end_time:    {type: timestamptz, description: instant at which the hour ends, checks: [not_null]}
  local_start: {type: timestamp, description: what the clock in Vilnius shows at start_time, checks: [not_null]}
  value:
    type: bigint
    description: energy used in the hour, in `unit`; null where the meter gave none
    checks:
      - min: 0
      - {not_null: true, severity: warn}
  unit:        {type: varchar, description: unit of value, checks: [accepted_values: [Wh, kWh, MWh]]}
  quality:
    type: varchar
    description: measured, split (half of a doubled hour) or missing
    checks:
      - not_null
      - accepted_values: [measured, split, missing]
checks:
  - unique: [ext_dev_ref, start_time]
  - name: missing_means_null
    sql: SELECT * FROM this WHERE (value IS NULL) <> (quality = 'missing')
  - name: every_row_is_one_hour
    sql: SELECT * FROM this WHERE end_time <> start_time + INTERVAL 1 HOUR
  - name: local_time_is_true
    sql: SELECT * FROM this WHERE local_start <> timezone('Europe/Vilnius', start_time)
  - name: every_day_has_its_true_hours
    sql: |
      WITH days AS (
        SELECT ext_dev_ref, CAST(local_start AS DATE) AS day, count(DISTINCT start_time) AS hours
        FROM this GROUP BY ALL
      )
      SELECT * FROM days
      WHERE hours <> date_sub('hour', timezone('Europe/Vilnius', CAST(day AS TIMESTAMP)),
                                      timezone('Europe/Vilnius', CAST(day + 1 AS TIMESTAMP)))
  - name: energy_is_conserved
    sql: |
      WITH given AS (
        SELECT ext_dev_ref, coalesce(sum(list_sum(energy_consumption)), 0) AS given_value
        FROM raw.readings GROUP BY ALL
      ), made AS (
        SELECT ext_dev_ref, coalesce(sum(value), 0) AS made_value FROM this GROUP BY ALL
      )
      SELECT * FROM given FULL JOIN made USING (ext_dev_ref) WHERE given_value IS DISTINCT FROM made_value
outputs:
  - parquet: "${output}/{ext_dev_ref}/{start_time:%Y-%m}.parquet"
    order_by: [start_time]
---*/
SELECT client_id, ext_dev_ref, start_time, end_time, local_start, value, $unit AS unit, quality
FROM (
    SELECT
        client_id,
        ext_dev_ref,
        unnest(unpack_intervals(date, energy_consumption, resolution, 'Europe/Vilnius'), recursive := true)
    FROM raw.readings
)
