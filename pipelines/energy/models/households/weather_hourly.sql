/*---
description: |
  One row per region with a weather station and true hour: what a home used, the weather, and the day-ahead price
  of that very hour where the price file has it.
materialized: table
columns:
  region:                 {type: varchar, description: region, checks: [not_null]}
  start_time:             {type: timestamptz, description: instant at which the hour begins, checks: [not_null]}
  local_start:            {type: timestamp, description: what the clock in Vilnius shows at start_time}
  homes:                  {type: bigint, description: homes of the region}
  kwh_per_home:           {type: double, unit: kWh, description: energy of one home, checks: [not_null]}
  station_code:           {type: varchar, description: the weather station, checks: [not_null]}
  air_temperature:        {type: "decimal(4,1)", unit: degC}
  feels_like_temperature: {type: "decimal(4,1)", unit: degC}
  wind_speed:             {type: "decimal(4,1)", unit: m/s}
  cloud_cover:            {type: bigint, unit: "%"}
  relative_humidity:      {type: bigint, unit: "%"}
  precipitation:          {type: "decimal(4,1)", unit: mm}
  eur_per_mwh:            {type: "decimal(9,3)", unit: EUR/MWh, description: price of this hour; null where the price file has not got it}
checks:
  - unique: [region, start_time, station_code]
  - name: no_hour_without_weather
    severity: warn
    sql: |
      SELECT h.region, h.start_time FROM households.hourly AS h
      WHERE h.region IN (SELECT region FROM this)
        AND (h.region, h.start_time) NOT IN (SELECT (region, start_time) FROM this)
---*/
SELECT
    h.region,
    h.start_time,
    h.local_start,
    h.homes,
    h.kwh_per_home,
    w.station_code,
    w.air_temperature,
    w.feels_like_temperature,
    w.wind_speed,
    w.cloud_cover,
    w.relative_humidity,
    w.precipitation,
    p.eur_per_mwh
FROM households.hourly AS h
-- "miesto" is the city of Vilnius, "rajono" the district around it: one station for both.
JOIN raw.stations AS s ON s.Regionas = regexp_replace(h.region, ' (miesto|rajono)$', '')
JOIN raw.weather AS w ON w.station_code = s.station_code AND w.obs_time_utc = h.start_time
LEFT JOIN market.prices AS p ON p.start_time = h.start_time
ORDER BY h.region, h.start_time
