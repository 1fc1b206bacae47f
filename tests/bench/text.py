# SPDX-License-Identifier: Apache-2.0
"""A CSV file of 5,000,000 rows and 10 columns to Parquet: leat without and with its schema lock, beside readers that are
given all types. The sum of hashes of all values must be the same."""

import shutil
import subprocess
import textwrap

ROWS = 5_000_000
TYPES = {"id": "BIGINT", "name": "VARCHAR", "price": "DECIMAL(18,2)", "qty": "BIGINT", "day": "DATE", "ts": "TIMESTAMP",
         "flag": "BOOLEAN", "measure": "DECIMAL(18,4)", "color": "VARCHAR", "note": "VARCHAR"}

MAKE = """
import duckdb, sys
duckdb.execute(f'''COPY (SELECT i AS id, 'customer_' || hash(i) % 100000 AS name,
    (1 + hash(i * 7) % 1000000 / 100)::DECIMAL(18, 2) AS price, hash(i * 3) % 1000 AS qty,
    DATE '2020-01-01' + (hash(i * 5) % 1500)::INT AS day,
    TIMESTAMP '2021-01-01' + to_seconds((hash(i * 11) % 40000000)::BIGINT) AS ts, hash(i) % 2 = 0 AS flag,
    (hash(i * 13) % 1000000007 / 1e5)::DECIMAL(18, 4) AS measure,
    ['red', 'green', 'blue', 'black'][(hash(i * 17) % 4 + 1)::INT] AS color,
    'note number ' || hash(i * 19) % 1000000007 AS note
    FROM range({sys.argv[2]}) t(i)) TO '{sys.argv[1]}' (HEADER)''')
"""
DUCKDB = """
import duckdb, sys
types = %r
duckdb.execute(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}', header = true, columns = {types})) "
               f"TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION {sys.argv[3]})")
"""
POLARS = """
import polars as pl, sys
types = {"id": pl.Int64, "name": pl.String, "price": pl.Decimal(18, 2), "qty": pl.Int64, "day": pl.Date,
         "ts": pl.Datetime("us"), "flag": pl.Boolean, "measure": pl.Decimal(18, 4), "color": pl.String, "note": pl.String}
pl.scan_csv(sys.argv[1], schema=types).sink_parquet(sys.argv[2])
"""
PYARROW = """
import sys
import pyarrow as pa, pyarrow.csv as csv, pyarrow.parquet as pq
types = {"id": pa.int64(), "name": pa.string(), "price": pa.decimal128(18, 2), "qty": pa.int64(), "day": pa.date32(),
         "ts": pa.timestamp("us"), "flag": pa.bool_(), "measure": pa.decimal128(18, 4), "color": pa.string(),
         "note": pa.string()}
reader = csv.open_csv(sys.argv[1], convert_options=csv.ConvertOptions(column_types=types))
with pq.ParquetWriter(sys.argv[2], reader.schema) as writer:
    for batch in reader:
        writer.write_batch(batch)
"""
HASH = """
import duckdb, sys
print(*duckdb.execute(f"SELECT count(*), sum(hash(id, name, price::DECIMAL(18,2), qty, day, ts::TIMESTAMP, flag, "
                      f"measure::DECIMAL(18,4), color, note)::HUGEINT) FROM read_parquet('{sys.argv[1]}')").fetchone())
"""


def bench(leat, python, tmp, env, measure, show):
    def py(program, *words):
        return [python, "-c", textwrap.dedent(program), *map(str, words)]

    def digest(files):
        return subprocess.run(py(HASH, files), env=env, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-2:]

    text, project = tmp / "big.csv", tmp / "text"
    subprocess.run(py(MAKE, text, ROWS), env=env, check=True)
    project.mkdir()
    (project / "leat.yaml").write_text(f"name: text\nsources: {{t: {{files: {text}}}}}\n")

    def fresh():
        shutil.rmtree(project / "warehouse", ignore_errors=True)
        (project / "schema.lock.yaml").unlink(missing_ok=True)

    def rows_gone():
        shutil.rmtree(project / "warehouse", ignore_errors=True)  # schema.lock.yaml stays, and seeds the new one

    without = measure([leat, "run", "-C", project], env=env, repeat=3, before=fresh)
    with_lock = measure([leat, "run", "-C", project], env=env, repeat=3, before=rows_gone)
    digests = {"leat": digest(project / "warehouse/data/raw/t/*.parquet")}
    peers = [("DuckDB read_csv, snappy", DUCKDB % (TYPES,), "snappy"), ("DuckDB read_csv, zstd", DUCKDB % (TYPES,), "zstd"),
             ("Polars scan_csv, zstd", POLARS, ""), ("pyarrow open_csv, snappy", PYARROW, "")]
    rows = []
    for name, program, codec in peers:
        out = tmp / "peer.parquet"
        rows.append((name, measure(py(program, text, out, codec), env=env, repeat=3, before=lambda o=out: o.unlink(True))))
        digests[name] = digest(out)
    duckdb = rows[0][1]
    show(f"CSV, {ROWS:,} rows x 10 columns, {text.stat().st_size / 1e6:.0f} MB, to Parquet; peers are given the types "
         f"(median of 3)", [("leat, schema lock known", with_lock), ("leat, types found out", without), *rows],
         [("CPU with the lock, times DuckDB", with_lock.cpu / duckdb.cpu, 1.1),
          ("CPU without the lock, times DuckDB", without.cpu / duckdb.cpu, 1.5),
          ("peak MB with the lock", with_lock.peak_bytes / 1e6, 256)])
    same = len({tuple(d) for d in digests.values()}) == 1
    print(f"  rows and hash of all values {'are the same' if same else f'DIFFER: {digests}'}")
    return same
