/*---
description: One row per module, battery and hour, how far apart its cells were, by their mean voltage in the hour.
materialized: table
checks:
  - unique: [folder, battery, time]
---*/
SELECT folder, battery, time,
       count(*) AS cells,
       min(mean) AS lowest_cell, max(mean) AS highest_cell,
       max(mean) - min(mean) AS imbalance
FROM battery.coverage
JOIN battery.channels USING (series, folder, column_name)
WHERE quantity = 'voltage' AND cell IS NOT NULL AND mean IS NOT NULL
GROUP BY folder, battery, time
