/*---
description: One row per module and UTC day, what was measured and how much of the day.
materialized: table
checks:
  - unique: [folder, day]
---*/
SELECT folder, CAST(time AT TIME ZONE 'UTC' AS DATE) AS day,
       count(DISTINCT time) AS hours_with_files,
       sum(coverage.samples) AS samples, sum(used) AS used, sum(duplicates) AS duplicates, sum(conflicts) AS conflicts,
       round(sum(measured) / sum(measured + carried + missing), 4) AS share_measured,
       round(sum(carried) / sum(measured + carried + missing), 4) AS share_carried,
       min(coverage.min) FILTER (quantity = 'voltage' AND cell IS NOT NULL) AS lowest_cell_voltage,
       max(coverage.max) FILTER (quantity = 'voltage' AND cell IS NOT NULL) AS highest_cell_voltage,
       min(coverage.min) FILTER (quantity = 'state of charge') AS lowest_state_of_charge,
       max(coverage.max) FILTER (quantity = 'state of charge') AS highest_state_of_charge,
       max(coverage.max) FILTER (quantity = 'temperature') AS highest_temperature
FROM battery.coverage
JOIN battery.channels USING (series, folder, column_name)
GROUP BY folder, day
