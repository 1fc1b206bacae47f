# SPDX-License-Identifier: Apache-2.0
"""unpack_duckdb.py IN OUT: daily arrays to true hours in DuckDB's own SQL: a join with the true hours of the zone.

(Slower, when tried: unnesting the days of 24 hours in place and adding intervals; lists built by list_transform.)
"""

import sys

import duckdb

con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'")
con.execute("""
CREATE TEMP TABLE slots AS
    SELECT day, start_time, start_time + INTERVAL 1 HOUR AS end_time,
           timezone('Europe/Vilnius', start_time) AS local_start, hour(local_start) + 1 AS slot,
           count(*) OVER (PARTITION BY local_start) AS parts,
           row_number() OVER (PARTITION BY local_start ORDER BY start_time) AS part,
           CASE WHEN parts = 1 THEN 'measured' ELSE 'split' END AS quality
    FROM (SELECT day, unnest(generate_series(timezone('Europe/Vilnius', day::TIMESTAMP),
                                             timezone('Europe/Vilnius', (day + 1)::TIMESTAMP) - INTERVAL 1 HOUR,
                                             INTERVAL 1 HOUR)) AS start_time
          FROM (SELECT unnest(generate_series(min(date), max(date), INTERVAL 1 DAY))::DATE AS day
                FROM read_parquet($file)))
    ORDER BY start_time
""", {"file": sys.argv[1]})
con.execute(f"""
COPY (
    SELECT client_id, ext_dev_ref, start_time, end_time, local_start,
           CASE WHEN parts = 1 THEN given ELSE given // parts + (part <= given % parts)::BIGINT END AS value,
           CASE WHEN given IS NULL THEN 'missing' ELSE quality END AS quality
    FROM (SELECT *, energy_consumption[slot] AS given FROM read_parquet($file) JOIN slots ON day = date)
) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)
""", {"file": sys.argv[1]})
