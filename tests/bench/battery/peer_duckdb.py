# SPDX-License-Identifier: Apache-2.0
"""peer_duckdb.py IN OUT: DuckDB's SQL; files are written by pyarrow, not by a COPY for each.

Filling: a measured bucket is repeated up to the next one. Other ways to fill were not compared.
"""

import sys

import duckdb
from common import BUCKETS, EVERY, GAP, TEXT, input_files, natural, place_of, write

folder, output = sys.argv[1:]
con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
files = ", ".join(f"'{f}'" for f in input_files(folder))
con.execute(f"CREATE VIEW raw AS SELECT timestamp, payload_type, value, tags FROM read_parquet([{files}])")
series = con.execute("SELECT DISTINCT payload_type, tags FROM raw").fetchall()
places = [place_of(*row) for row in series]
ids = {place: i for i, place in enumerate(sorted(set(places)))}
con.execute("CREATE TABLE series (payload_type VARCHAR, tags VARCHAR[][], id INTEGER, folder VARCHAR, is_text BOOLEAN)")
con.executemany("INSERT INTO series VALUES (?, ?, ?, ?, ?)", [
    (kind, tags, ids[place], place[0], place[1] in TEXT) for (kind, tags), place in zip(series, places)])
con.execute(f"""
CREATE TABLE bucket AS
WITH second AS (
    SELECT id, is_text, timestamp AS s, max(CASE WHEN NOT is_text THEN CAST(value AS DOUBLE) END) AS number,
           max(CASE WHEN is_text THEN value END) AS word
    FROM raw JOIN series USING (payload_type, tags) GROUP BY ALL
)
SELECT id, s // {EVERY} AS t, sum(number) / count(*) AS number, arg_max(word, s) AS word FROM second GROUP BY ALL
""")
con.execute(f"""
CREATE TABLE cell AS
SELECT id, unnest(range(t, least(t + {GAP + 1}, coalesce(next_t, t + {GAP + 1})))) AS t, number, word
FROM (SELECT *, lead(t) OVER (PARTITION BY id ORDER BY t) AS next_t FROM bucket)
""")
for name_of_folder in sorted({place[0] for place in places}):
    names = sorted((name for f, name in ids if f == name_of_folder), key=natural)
    wanted = {name: ids[name_of_folder, name] for name in names}
    columns = ", ".join(f"max({'word' if name in TEXT else 'number'}) FILTER (id = {i}) AS \"{name}\""
                        for name, i in wanted.items())
    listed = ", ".join(map(str, wanted.values()))
    hours = [row[0] for row in con.execute(
        f"SELECT DISTINCT t // {BUCKETS} AS h FROM bucket WHERE id IN ({listed}) ORDER BY h").fetchall()]
    table = con.execute(f"""
        SELECT * EXCLUDE (t)
        FROM (SELECT h * {BUCKETS} + unnest(range({BUCKETS})) AS t FROM (SELECT unnest($1::BIGINT[]) AS h))
        LEFT JOIN (SELECT t, {columns} FROM cell WHERE id IN ({listed}) GROUP BY t) USING (t)
        ORDER BY t""", [hours]).to_arrow_table()
    for i, hour in enumerate(hours):
        part = table.slice(i * BUCKETS, BUCKETS)
        write(output, name_of_folder, hour, {name: part[name] for name in names})
