# SPDX-License-Identifier: Apache-2.0
"""pipelines/battery once more, in DuckDB SQL from the raw files: what every cell and every count must be.

Nothing of leat is used here: not its registry, its mapping or its account.

    con = computed(files, start, end)     # tables cell (folder, name, t, number, word, …) and account, of these seconds
    file_differences(con, output, …)      # [] when there are just the files that must be
"""

from pathlib import Path

import duckdb

EVERY, MAX_GAP, HOUR = 5, 600, 3600

# Tables and not views: each is used more than once. `t` is seconds since 1970.
SERIES = """
CREATE TABLE series AS
WITH labelled AS (
    SELECT payload_type, tags, map_from_entries(list_transform(tags, lambda x: {'k': x[1], 'v': x[2]})) AS label
    FROM (SELECT DISTINCT payload_type, tags FROM sample)
), named AS (
    SELECT payload_type, tags, label,
           CASE WHEN label['module'] IS NOT NULL THEN format('{}_{}', label['phase'], label['module'])
                WHEN label['phase'] IS NOT NULL THEN format('phase_{}', label['phase']) ELSE 'system' END AS folder,
           CASE payload_type
                WHEN 'cell_voltage' THEN format('battery_{}_cell_{}_voltage', label['battery'], label['cell'])
                WHEN 'battery_voltage' THEN format('battery_{}_voltage', label['battery'])
                WHEN 'battery_sensor_temperature'
                THEN format('battery_{}_sensor_{}_temperature', label['battery'], label['sensor'])
                WHEN 'debug_value' THEN format('debug_value_{}', label['debug_value_key'])
                ELSE payload_type END AS name
    FROM labelled
)
SELECT payload_type, tags, folder, name, dense_rank() OVER (ORDER BY folder, name)::INTEGER AS id FROM named
"""
SECOND = f"""
CREATE TABLE second AS  -- one value a series and second; of different ones the greater
SELECT s.id, x.timestamp AS t, count(*) AS samples, count(DISTINCT value) > 1 AS is_conflict,
       max(CASE WHEN payload_type <> 'system_state' THEN CAST(value AS DOUBLE) END) AS number,
       max(value) FILTER (payload_type = 'system_state') AS word
FROM sample x JOIN series s USING (payload_type, tags)
WHERE timestamp >= $start - {MAX_GAP} AND timestamp < $end GROUP BY ALL
"""
BUCKET = f"""
CREATE TABLE bucket AS  -- summed in the order of time, so that sums agree to the last bit
SELECT id, t // {EVERY} * {EVERY} AS b, sum(number ORDER BY t) / count(*) AS number, arg_max(word, t) AS word
FROM second GROUP BY ALL ORDER BY id, b
"""
CELL = f"""
CREATE TABLE cell AS
WITH hour AS (SELECT DISTINCT folder, t // {HOUR} * {HOUR} AS h FROM second JOIN series USING (id) WHERE t >= $start),
     grid AS (SELECT folder, id, name, h + {EVERY} * unnest(range({HOUR // EVERY})) AS t FROM hour
              JOIN (SELECT DISTINCT folder, id, name FROM series) USING (folder))
SELECT g.folder, g.name, g.t, CASE WHEN b.b >= g.t - {MAX_GAP} THEN number END AS number,
       CASE WHEN b.b >= g.t - {MAX_GAP} THEN word END AS word,
       coalesce(b.b = g.t, false) AS is_measured, coalesce(b.b BETWEEN g.t - {MAX_GAP} AND g.t - 1, false) AS is_carried
FROM grid g ASOF LEFT JOIN bucket b ON g.id = b.id AND b.b <= g.t
"""
ACCOUNT = f"""
CREATE TABLE account AS
WITH grid AS (
    SELECT folder, name, t // {HOUR} * {HOUR} AS h, count_if(is_measured) AS measured, count_if(is_carried) AS carried,
           count(*) - measured - carried AS missing
    FROM cell GROUP BY ALL
), counted AS (
    SELECT folder, name, t // {HOUR} * {HOUR} AS h, sum(samples)::BIGINT AS samples, count(*) AS used,
           count_if(is_conflict) AS conflicts, min(number) AS min, max(number) AS max,
           sum(number ORDER BY t) / count(*) AS mean
    FROM second JOIN (SELECT DISTINCT id, folder, name FROM series) USING (id) WHERE t >= $start GROUP BY ALL
)
SELECT folder, to_timestamp(h) AS time, name AS column_name, coalesce(samples, 0) AS samples, coalesce(used, 0) AS used,
       coalesce(samples - used, 0) AS duplicates, coalesce(conflicts, 0) AS conflicts, measured, carried, missing,
       min, max, mean
FROM grid LEFT JOIN counted USING (folder, name, h)
"""


def computed(files, start=0, end=1 << 40, threads=2, database=":memory:"):
    """Everything in [start, end), seconds since 1970 at full hours; which series there are is told by all files."""
    con = duckdb.connect(database)
    con.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'")
    listed = ", ".join(f"'{f}'" for f in files)
    con.execute(f"CREATE VIEW sample AS SELECT timestamp, payload_type, value, tags FROM read_parquet([{listed}])")
    for sql in (SERIES, SECOND, BUCKET, CELL, ACCOUNT):
        con.execute(sql.replace("$start", str(start)).replace("$end", str(end)))
    return con


def columns_of(con, folder):
    """In natural order: battery_1_cell_2 before battery_1_cell_10."""
    names = [row[0] for row in con.execute("SELECT DISTINCT name FROM series WHERE folder = ?", [folder]).fetchall()]
    padded = {name: "_".join(part.zfill(9) if part.isdigit() else part for part in name.split("_")) for name in names}
    return sorted(names, key=padded.get)


def file_differences(con, output, day="*/*/*"):
    """Which files there are (of a day, such as 2024/06/05), and how many rows, in which order, each has."""
    expected = {f"{folder}/{t:%Y/%m/%d/%H}.parquet" for folder, t in con.execute(
        "SELECT DISTINCT folder, time FROM account").fetchall()}
    found = {p.relative_to(output).as_posix() for p in Path(output).glob(f"*/{day}/*") if p.is_file()}
    wrong = [f"missing: {x}" for x in sorted(expected - found)] + [f"not expected: {x}" for x in sorted(found - expected)]
    rows = con.execute(f"""
        SELECT filename, count(*), count(DISTINCT time), count_if(epoch(time)::BIGINT % {EVERY} <> 0),
               count_if(time <> first_time + file_row_number * INTERVAL {EVERY} SECOND), min(strftime(time, '%Y/%m/%d/%H'))
        FROM (SELECT filename, file_row_number, time, first_value(time) OVER (PARTITION BY filename ORDER BY file_row_number)
              AS first_time FROM read_parquet('{output}/*/{day}/*.parquet', filename = true, file_row_number = true,
                                              hive_partitioning = false, union_by_name = true))
        GROUP BY ALL""").fetchall()
    for name, count, distinct, crooked, disordered, hour in rows:
        if (count, distinct, crooked, disordered) != (720, 720, 0, 0) or not name.endswith(f"{hour}.parquet"):
            wrong.append(f"{name}: {count} rows, {distinct} times, {crooked} off the grid, {disordered} out of order")
    return wrong


def schema_differences(con, output, folder, day="*/*/*"):
    """All files of a folder: the same columns, in the same order, of the same types."""
    words = {"system_state"}
    columns = columns_of(con, folder)
    expected = [("time", "TIMESTAMP WITH TIME ZONE")]
    expected += [(name, "VARCHAR" if name in words else "DOUBLE") for name in columns] + [("carried", "BIGINT")]
    wrong = []
    for path in sorted((Path(output) / folder).glob(f"{day}/*.parquet")):
        found = [row[:2] for row in con.execute(f"DESCRIBE FROM read_parquet('{path}')").fetchall()]
        if found != expected:
            wrong.append(f"{path}: columns {found}, expected {expected}")
    return wrong


def cell_differences(con, output, folder, day="*/*/*"):
    """Cells of a folder whose value, nullness or flag is another; and the largest relative difference there is."""
    columns = columns_of(con, folder)
    words = [c for c in columns if c == "system_state"]
    numbers = [c for c in columns if c not in words]
    files = f"read_parquet('{output}/{folder}/{day}/*.parquet', hive_partitioning = false)"
    positions = {name: i for i, name in enumerate(columns)}
    place = "CASE name " + " ".join(f"WHEN '{n}' THEN {i}" for n, i in positions.items()) + " END"
    parts = []
    for kind, names in (("number", numbers), ("word", words)):
        if names:
            value = "v AS number, NULL::VARCHAR AS word" if kind == "number" else "NULL::DOUBLE AS number, v AS word"
            listed = ", ".join(f'"{n}"' for n in names)
            parts.append(f"SELECT epoch(time)::BIGINT AS t, name, {value}, (carried >> {place}) & 1 = 1 AS is_carried FROM "
                         f"{files} UNPIVOT INCLUDE NULLS (v FOR name IN ({listed}))")
    con.execute(f"CREATE OR REPLACE TABLE found AS {' UNION ALL '.join(parts)}")
    wrong, inexact, largest, cells = con.execute("""
        SELECT count_if(e.t IS NULL OR f.t IS NULL OR e.is_carried IS DISTINCT FROM f.is_carried
                        OR e.word IS DISTINCT FROM f.word OR (e.number IS NULL) <> (f.number IS NULL)
                        OR abs(e.number - f.number) > 1e-12 * abs(e.number)),
               count_if(e.number <> f.number), max(abs(e.number - f.number) / nullif(abs(e.number), 0)), count(*)
        FROM (FROM cell WHERE folder = $1) e FULL JOIN found f USING (name, t)""", [folder]).fetchone()
    examples = [] if not wrong else con.execute("""
        SELECT name, to_timestamp(t), e.number, f.number, e.word, f.word, e.is_carried, f.is_carried
        FROM (FROM cell WHERE folder = $1) e FULL JOIN found f USING (name, t)
        WHERE e.is_carried IS DISTINCT FROM f.is_carried OR e.word IS DISTINCT FROM f.word
              OR e.number IS DISTINCT FROM f.number ORDER BY 2, 1 LIMIT 3""", [folder]).fetchall()
    stray = con.execute(f"SELECT count_if(carried >> {len(columns)} <> 0 OR carried IS NULL) FROM {files}").fetchone()[0]
    return {"wrong": wrong + stray, "inexact": inexact, "largest": largest or 0.0, "cells": cells, "examples": examples}


def folders(con):
    return [row[0] for row in con.execute("SELECT DISTINCT folder FROM series ORDER BY 1").fetchall()]


def account_differences(con, ours):
    """Rows of the account that differ; `ours` is a table of Arrow with the columns of battery.coverage."""
    con.register("ours", ours)
    counts = "samples, used, duplicates, conflicts, measured, carried, missing"
    wrong = con.execute(f"""
        SELECT folder, time, column_name, a, b, x.low, y.low, x.high, y.high, x.mean, y.mean FROM
        (SELECT folder, time, column_name, [{counts}] AS a, min AS low, max AS high, mean FROM account) x FULL JOIN
        (SELECT folder, time, column_name, [{counts}] AS b, min AS low, max AS high, mean FROM ours) y
        USING (folder, time, column_name)
        WHERE a IS DISTINCT FROM b OR x.low IS DISTINCT FROM y.low OR x.high IS DISTINCT FROM y.high
              OR (x.mean IS NULL) <> (y.mean IS NULL) OR abs(x.mean - y.mean) > 1e-12 * abs(x.mean)""").fetchall()
    con.unregister("ours")
    return wrong
