# SPDX-License-Identifier: Apache-2.0
"""make_readings.py FILE [METERS]: one row per meter and day of 2022 with 24 values by the clock of Vilnius, as Parquet."""

import sys

import duckdb

SQL = """
COPY (
    SELECT 'client_' || lpad((meter // 2)::VARCHAR, 5, '0') AS client_id, day AS date,
           'meter_' || lpad(meter::VARCHAR, 5, '0') AS ext_dev_ref,
           list_transform(range(24), lambda h: CASE
               WHEN h = 3 AND day = DATE '2022-03-27' THEN NULL
               WHEN h = 3 AND day = DATE '2022-10-30' THEN 401 + (meter * 7919 % 1000)
               ELSE 60 + (hash(meter, day, h) % 1000)::BIGINT END) AS energy_consumption,
           '60min' AS resolution
    FROM (SELECT DATE '2022-01-01' + unnest(range(365))::INTEGER AS day) AS days,
         range($meters) AS meters(meter)
    ORDER BY ext_dev_ref, date
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""

file, meters = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2000
duckdb.execute(SQL.format(file=file), {"meters": meters})
