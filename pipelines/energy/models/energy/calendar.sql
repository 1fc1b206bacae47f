/*---
description: |
  One row per local date between the first and the last in the data, with what the zone really does on it.
  It is made from the dates alone, so that it can judge the hours that were unpacked.
materialized: table
columns:
  day:            {type: date, description: date in Vilnius}
  starts_at:      {type: timestamptz, description: instant of its first midnight, checks: [not_null]}
  ends_at:        {type: timestamptz, description: instant of the next midnight, checks: [not_null]}
  hours:          {type: bigint, unit: h, description: true length of the day, checks: [accepted_values: [23, 24, 25]]}
  is_change_day:  {type: boolean, description: whether the clocks change on it}
  is_summer_time: {type: boolean, description: whether noon is in daylight saving time}
  utc_offset:     {type: bigint, unit: min, description: local time minus UTC at noon}
  weekday:        {type: bigint, description: 1 is Monday and 7 is Sunday, checks: [{min: 1}, {max: 7}]}
  weekday_name:   {type: varchar, description: its English name}
  is_weekend:     {type: boolean, description: Saturday or Sunday}
  week:           {type: varchar, description: ISO week such as 2022-W07}
  month:          {type: date, description: first day of its month}
  quarter:        {type: varchar, description: such as 2022-Q1}
  season:         {type: varchar, description: "winter, spring, summer or autumn, by whole months"}
checks:
  - unique: [day]
  - name: days_follow_each_other
    sql: SELECT * FROM (SELECT day, ends_at, lead(starts_at) OVER (ORDER BY day) AS next FROM this) WHERE ends_at <> next
---*/
WITH span AS (
    SELECT min(date) AS first_day, max(date) AS last_day FROM raw.readings
), days AS (
    SELECT CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
), edges AS (
    SELECT
        day,
        timezone('Europe/Vilnius', CAST(day AS TIMESTAMP)) AS starts_at,
        timezone('Europe/Vilnius', CAST(day + 1 AS TIMESTAMP)) AS ends_at,
        CAST(day AS TIMESTAMP) + INTERVAL 12 HOUR AS noon,
        make_timestamp(year(day), 1, 1, 12, 0, 0) AS new_year
    FROM days
), offsets AS (
    SELECT
        *,
        date_sub('minute', timezone('Europe/Vilnius', noon), timezone('UTC', noon)) AS utc_offset,
        date_sub('minute', timezone('Europe/Vilnius', new_year), timezone('UTC', new_year)) AS winter_offset
    FROM edges
)
SELECT
    day,
    starts_at,
    ends_at,
    date_sub('hour', starts_at, ends_at) AS hours,
    hours <> 24 AS is_change_day,
    utc_offset <> winter_offset AS is_summer_time,
    utc_offset,
    isodow(day) AS weekday,
    dayname(day) AS weekday_name,
    isodow(day) >= 6 AS is_weekend,
    strftime(day, '%G-W%V') AS week,
    CAST(date_trunc('month', day) AS DATE) AS month,
    year(day) || '-Q' || quarter(day) AS quarter,
    CASE WHEN month(day) IN (12, 1, 2) THEN 'winter'
         WHEN month(day) <= 5 THEN 'spring'
         WHEN month(day) <= 8 THEN 'summer'
         ELSE 'autumn' END AS season
FROM offsets
ORDER BY day
