# SPDX-License-Identifier: Apache-2.0
"""digest.py GLOB: rows, sum and a hash that does not depend on order, of unpacked hours in Parquet files."""

import sys

import duckdb

con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'")
rows = con.execute("""
    SELECT count(*), sum(value), count(value), sum(hash(client_id::VARCHAR, ext_dev_ref::VARCHAR, epoch_us(start_time),
        epoch_us(end_time), epoch_us(local_start), value::BIGINT, quality::VARCHAR)::HUGEINT)
    FROM read_parquet($1)""", [sys.argv[1]]).fetchone()
print(*rows)
