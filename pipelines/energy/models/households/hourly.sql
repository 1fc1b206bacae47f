/*---
description: One row per region and true hour, with the energy of its homes and of one home.
materialized: table
columns:
  region:       {type: varchar, description: "region in Lithuanian, as the file has it without its last word", checks: [not_null]}
  start_time:   {type: timestamptz, description: instant at which the hour begins, checks: [not_null]}
  local_start:  {type: timestamp, description: what the clock in Vilnius shows at start_time, checks: [not_null]}
  homes:        {type: bigint, description: homes behind the sum, checks: [{min: 1}]}
  kwh:          {type: "decimal(18,6)", unit: kWh, description: energy of all homes, checks: [not_null, {min: 0}]}
  kwh_per_home: {type: double, unit: kWh, description: "energy of one home; the number of homes changes, so compare this", checks: [not_null]}
checks:
  - unique: [region, start_time]
  - name: local_time_is_true
    sql: SELECT * FROM this WHERE local_start <> timezone('Europe/Vilnius', start_time)
  - name: energy_is_conserved
    sql: |
      SELECT * FROM (SELECT sum("P+") AS given FROM raw.households) JOIN (SELECT sum(kwh) AS made FROM this)
      ON given IS DISTINCT FROM made
---*/
SELECT
    regexp_replace(GR_NAME, ' Vartotojai$', '') AS region,
    PL_T AS start_time,
    timezone('Europe/Vilnius', PL_T) AS local_start,
    OBJ_COUNT AS homes,
    "P+" AS kwh,
    "P+" / nullif(OBJ_COUNT, 0) AS kwh_per_home
FROM raw.households
ORDER BY region, start_time
