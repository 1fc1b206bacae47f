/*---
description: |
  One row per meter and day between the meter's first and last, delivered or not, with what is missing of it.
materialized: table
columns:
  ext_dev_ref:     {type: varchar, description: the meter}
  day:             {type: date, description: date in Vilnius}
  hours_expected:  {type: bigint, unit: h, description: true hours of the day}
  hours_delivered: {type: bigint, unit: h, description: "hours delivered, with a value or without"}
  hours_measured:  {type: bigint, unit: h, description: hours with a value}
  status:          {type: varchar, checks: [accepted_values: [complete, partial, empty, absent]],
                    description: "complete; partial and empty: delivered without some or all values; absent: not delivered"}
checks:
  - unique: [ext_dev_ref, day]
  - name: nothing_more_than_the_day_has
    sql: SELECT * FROM this WHERE hours_measured > hours_delivered OR hours_delivered > hours_expected
  - name: no_day_absent
    severity: warn
    sql: SELECT ext_dev_ref, day FROM this WHERE status = 'absent'
---*/
WITH meters AS (
    SELECT ext_dev_ref, min(day) AS first_day, max(day) AS last_day FROM energy.daily GROUP BY ext_dev_ref
)
SELECT
    m.ext_dev_ref,
    c.day,
    c.hours AS hours_expected,
    coalesce(d.hours, 0) AS hours_delivered,
    coalesce(d.hours - d.hours_missing, 0) AS hours_measured,
    CASE WHEN d.day IS NULL THEN 'absent'
         WHEN d.hours_missing = 0 THEN 'complete'
         WHEN d.hours_missing < d.hours THEN 'partial'
         ELSE 'empty' END AS status
FROM meters AS m
JOIN energy.calendar AS c ON c.day BETWEEN m.first_day AND m.last_day
LEFT JOIN energy.daily AS d ON d.ext_dev_ref = m.ext_dev_ref AND d.day = c.day
ORDER BY m.ext_dev_ref, c.day
