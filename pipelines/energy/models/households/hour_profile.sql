/*---
description: |
  One row per month of the year and hour of the clock in Vilnius: what a home uses, beside what electricity costs.
  Consumption and prices may be of different years, which the row names: so nothing here is what a home paid, it
  only shows whether homes use much at the hours that tend to be dear.
materialized: table
columns:
  month:             {type: bigint, description: month of the year, checks: [{min: 1}, {max: 12}]}
  hour:              {type: bigint, description: hour of the clock in Vilnius, checks: [{min: 0}, {max: 23}]}
  consumption_years: {type: varchar, description: years of the consumption}
  days:              {type: bigint, unit: d, description: days of consumption behind the figures}
  kwh_per_home:      {type: double, unit: kWh, description: mean of all homes, checks: [not_null]}
  price_years:       {type: varchar, description: years of the prices; null where there are none for the month}
  price_days:        {type: bigint, unit: d, description: days of prices behind the figures}
  mean_price:        {type: double, unit: EUR/MWh, description: mean of the prices}
  lowest_price:      {type: "decimal(9,3)", unit: EUR/MWh}
  highest_price:     {type: "decimal(9,3)", unit: EUR/MWh}
checks:
  - unique: [month, hour]
---*/
WITH used AS (
    SELECT
        month(local_start) AS month,
        hour(local_start) AS hour,
        string_agg(DISTINCT year(local_start), ', ' ORDER BY year(local_start)) AS consumption_years,
        count(DISTINCT CAST(local_start AS DATE)) AS days,
        sum(kwh) / sum(homes) AS kwh_per_home
    FROM households.hourly
    GROUP BY month(local_start), hour(local_start)
), paid AS (
    SELECT
        month(local_start) AS month,
        hour(local_start) AS hour,
        string_agg(DISTINCT year(local_start), ', ' ORDER BY year(local_start)) AS price_years,
        count(DISTINCT CAST(local_start AS DATE)) AS price_days,
        avg(eur_per_mwh) AS mean_price,
        min(eur_per_mwh) AS lowest_price,
        max(eur_per_mwh) AS highest_price
    FROM market.prices
    GROUP BY month(local_start), hour(local_start)
)
SELECT used.*, paid.* EXCLUDE (month, hour)
FROM used
LEFT JOIN paid USING (month, hour)
ORDER BY month, hour
