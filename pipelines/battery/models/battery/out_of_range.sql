/*---
description: Hours in which a column leaves the range that its quantity can have.
materialized: table
checks:
  - name: values in their range
    sql: SELECT * FROM this
    severity: warn
---*/
WITH contract (quantity, scope, low, high) AS (
    VALUES ('voltage', 'cell', 2.5, 4.3), ('voltage', 'module', 30.0, 70.0), ('voltage', 'battery', 30.0, 70.0),
           ('temperature', 'any', -20.0, 60.0), ('state of charge', 'any', 0.0, 1.0), ('current', 'any', -500.0, 500.0)
)
SELECT coverage.folder, coverage.time, coverage.column_name, channels.quantity, coverage.min, coverage.max,
       contract.low, contract.high
FROM battery.coverage
JOIN battery.channels USING (series)
JOIN contract ON contract.quantity = channels.quantity
             AND contract.scope IN ('any', CASE WHEN channels.cell IS NOT NULL THEN 'cell'
                                                WHEN channels.battery IS NOT NULL THEN 'battery' ELSE 'module' END)
WHERE coverage.min < contract.low OR coverage.max > contract.high
