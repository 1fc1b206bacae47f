/*---
description: Stretches of whole hours without a file, per module, between its first and its last.
materialized: table
---*/
WITH hours AS (
    SELECT DISTINCT folder, time, lead(time) OVER (PARTITION BY folder ORDER BY time) AS next_time
    FROM (SELECT DISTINCT folder, time FROM battery.coverage)
)
SELECT folder, time + INTERVAL 1 HOUR AS gap_start, next_time AS gap_end,
       date_diff('hour', time, next_time) - 1 AS hours_missing
FROM hours
WHERE date_diff('hour', time, next_time) > 1
