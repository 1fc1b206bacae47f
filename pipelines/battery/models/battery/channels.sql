/*---
description: One row per series, what it measures, where it belongs and the column it becomes.
materialized: table
columns:
  series:      {checks: [not_null, unique]}
  folder:      {description: "{phase}_{module}, phase_{phase} or system", checks: [not_null]}
  column_name: {checks: [not_null]}
  quantity:    {description: what is measured}
checks:
  - unique: [folder, column_name]
---*/
WITH labelled AS (
    SELECT series, payload_type, kind, samples, first_seen, last_seen,
           labels ->> 'phase' AS phase, labels ->> 'module' AS module, labels ->> 'battery' AS battery,
           labels ->> 'cell' AS cell, labels ->> 'sensor' AS sensor, labels ->> 'debug_value_key' AS debug_key
    FROM raw.telemetry_series
)
SELECT series,
       CASE WHEN module IS NOT NULL THEN phase || '_' || module
            WHEN phase IS NOT NULL THEN 'phase_' || phase
            ELSE 'system' END AS folder,
       concat_ws('_', 'battery_' || battery, 'cell_' || cell, 'sensor_' || sensor,
                 CASE WHEN battery IS NULL THEN payload_type
                      ELSE regexp_replace(payload_type, '^(battery_sensor|battery|cell)_', '') END,
                 debug_key) AS column_name,
       CASE WHEN kind = 'text' THEN 'state'
            WHEN payload_type LIKE '%voltage' THEN 'voltage'
            WHEN payload_type LIKE '%current' THEN 'current'
            WHEN payload_type LIKE '%temperature' THEN 'temperature'
            WHEN payload_type LIKE '%state_of_charge' THEN 'state of charge'
            ELSE 'other' END AS quantity,
       try_cast(phase AS INTEGER) AS phase, try_cast(module AS INTEGER) AS module,
       try_cast(battery AS INTEGER) AS battery, try_cast(cell AS INTEGER) AS cell,
       kind, samples, first_seen, last_seen
FROM labelled
